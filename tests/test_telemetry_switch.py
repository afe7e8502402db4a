"""Whether telemetry is on: who has the say, in which order, and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.settings import POSTHOG, load
from domaincheck.telemetry.switch import Switch, decide, destination_of

if TYPE_CHECKING:
    from pathlib import Path

KEY = "phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


class Operator:
    """Somebody with a settings file, and with an environment."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def decided(self, file: str = "", *, refused: bool = False, **environment: str) -> Switch:
        """Return what the settings *file* with that content and *environment* come to."""
        self.path.write_text(file, encoding="utf-8")
        settings = load(environment, self.path)
        return decide(settings, environment, refused=refused)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Return an operator with an empty settings file."""
    return Operator(tmp_path / "config.toml")


# --- a key ----------------------------------------------------------------------------------------------------------


def test_without_a_key_it_is_off(operator: Operator) -> None:
    """The reason says how to give one."""
    switch = operator.decided()
    assert (switch.mode, switch.key) == ("off", None)
    assert "POSTHOG_API_KEY" in switch.reason


def test_a_key_switches_it_on(operator: Operator) -> None:
    """By the environment or by the file; it goes to PostHog's own cloud, with all names in full."""
    by_variable = operator.decided(POSTHOG_API_KEY=KEY)
    by_file = operator.decided(f'[telemetry]\napi_key = "{KEY}"\n')
    for switch in (by_variable, by_file):
        assert (switch.mode, switch.key, switch.host) == ("on", KEY, POSTHOG)
        assert (switch.identity, switch.domains) == ("email", "full")
    assert by_variable.reason == "a key is set by POSTHOG_API_KEY"
    assert by_file.key_source == str(operator.path)


def test_white_space_around_a_key_is_none_of_it(operator: Operator) -> None:
    """A key that is read from a file often ends in a newline; one of nothing else is none."""
    assert operator.decided(POSTHOG_API_KEY=f" {KEY}\n").key == KEY
    assert operator.decided(POSTHOG_API_KEY="\n").key is None


@pytest.mark.parametrize("key", ["phx_0123456789abcdef", "PHX_0123456789abcdef"])
def test_a_personal_key_is_refused(operator: Operator, key: str) -> None:
    """Whoever has it can do all that its owner can; not even its end is shown."""
    switch = operator.decided(POSTHOG_API_KEY=key, DOMAINCHECK_TELEMETRY="on")
    assert switch.mode == "off"
    assert switch.reason.startswith("the key in POSTHOG_API_KEY is a personal API key, which must never be sent: use")
    assert "cdef" not in f"{switch.masked_key}{switch.reason}"


@pytest.mark.parametrize("key", ["two words", "phc_\x1b", "phc_é"])
def test_what_can_be_no_key_is_refused(operator: Operator, key: str) -> None:
    """It would only be found out later, by the server."""
    assert operator.decided(POSTHOG_API_KEY=key).mode == "off"


@pytest.mark.parametrize(("key", "masked"), [(KEY, "phc_…DEFG"), ("phc_short", "phc_…"), ("selfhostedkey", "…dkey")])
def test_only_the_ends_of_a_key_are_shown(operator: Operator, key: str, masked: str) -> None:
    """Enough for its owner to know which it is."""
    assert operator.decided(POSTHOG_API_KEY=key).masked_key == masked


@pytest.mark.parametrize(
    "host", ["posthog.example", "https://me:hunter2@posthog.example", "https://posthog.example/?a"]
)
def test_a_host_that_can_not_be_used_means_off(operator: Operator, host: str) -> None:
    """POSTHOG_HOST may be meant for another program, so nothing fails by it; a password in it is not repeated."""
    switch = operator.decided(POSTHOG_API_KEY=KEY, POSTHOG_HOST=host)
    assert switch.mode == "off"
    assert "POSTHOG_HOST" in switch.reason
    assert "hunter2" not in switch.reason


# --- who has the say ------------------------------------------------------------------------------------------------

ON, OFF = "[telemetry]\nenabled = true\n", "[telemetry]\nenabled = false\n"


def test_the_option_stands_above_all(operator: Operator) -> None:
    """Even above the variable that says on, or log."""
    for said in ("on", "log"):
        switch = operator.decided(ON, refused=True, POSTHOG_API_KEY=KEY, DOMAINCHECK_TELEMETRY=said)
        assert (switch.mode, switch.reason) == ("off", "--no-telemetry says so")


@pytest.mark.parametrize(("said", "mode"), [("on", "on"), ("ON ", "on"), ("log", "log"), ("off", "off")])
def test_our_variable_stands_above_do_not_track_and_the_file(operator: Operator, said: str, mode: str) -> None:
    """It is the most deliberate."""
    file = ON if mode == "off" else OFF
    assert operator.decided(file, POSTHOG_API_KEY=KEY, DO_NOT_TRACK="1", DOMAINCHECK_TELEMETRY=said).mode == mode


@pytest.mark.parametrize("said", ["yes", "1", "true", "\x1b[31m"])
def test_another_word_means_off(operator: Operator, said: str) -> None:
    """With the reason, which is fit for a terminal."""
    switch = operator.decided(ON, POSTHOG_API_KEY=KEY, DOMAINCHECK_TELEMETRY=said)
    assert switch.mode == "off"
    assert "none of on, off and log" in switch.reason
    assert switch.reason.isprintable()


@pytest.mark.parametrize(("value", "mode"), [("1", "off"), ("yes", "off"), ("", "on"), ("0", "on"), ("false", "on")])
def test_do_not_track_stands_above_the_file(operator: Operator, value: str, mode: str) -> None:
    """Whatever it is set to but nothing, 0 and false."""
    assert operator.decided(ON, POSTHOG_API_KEY=KEY, DO_NOT_TRACK=value).mode == mode


def test_the_file_stands_above_a_key(operator: Operator) -> None:
    """A key alone is no order where the file says no; the reason names the file."""
    switch = operator.decided(OFF, POSTHOG_API_KEY=KEY)
    assert (switch.mode, switch.reason) == ("off", f"telemetry.enabled is false by {operator.path}")
    assert operator.decided(ON, POSTHOG_API_KEY=KEY).mode == "on"


@pytest.mark.parametrize(("file", "said"), [(ON, ""), ("", "on")])
def test_on_without_a_key_is_off(operator: Operator, file: str, said: str) -> None:
    """The reason is what is missing, not who wants it."""
    switch = operator.decided(file, DOMAINCHECK_TELEMETRY=said)
    assert switch.mode == "off"
    assert switch.reason.startswith("no key is set")


def test_log_needs_no_key(operator: Operator) -> None:
    """Nothing is sent."""
    assert operator.decided(DOMAINCHECK_TELEMETRY="log").mode == "log"


# --- settings that can't be read ------------------------------------------------------------------------------------


def test_without_settings_it_is_off() -> None:
    """They may have forbidden it."""
    switch = decide(None, {"POSTHOG_API_KEY": KEY}, refused=False)
    assert (switch.mode, "settings cannot be read" in switch.reason) == ("off", True)


def test_without_settings_our_variable_switches_it_on_and_nobody_is_named() -> None:
    """It stands above the settings, but they may have wanted names to be kept back."""
    environment = {"POSTHOG_API_KEY": KEY, "DOMAINCHECK_TELEMETRY": "on", "POSTHOG_HOST": "https://posthog.example/"}
    switch = decide(None, environment, refused=False)
    assert (switch.mode, switch.key, switch.host) == ("on", KEY, "https://posthog.example")
    assert (switch.identity, switch.domains) == ("anonymous", "count")
    assert decide(None, {"DOMAINCHECK_TELEMETRY": "on"}, refused=False).mode == "off"


# --- destinations ---------------------------------------------------------------------------------------------------


def test_a_destination_is_a_key_and_a_host() -> None:
    """Another key or another host is another one, a slash at the end of a host is none; the key is not in it."""
    destination = destination_of(KEY, "https://posthog.example")
    others = {destination_of(KEY, POSTHOG), destination_of(f"{KEY}x", "https://posthog.example")}
    assert destination not in others
    assert len(others) == 2
    assert destination == destination_of(KEY, "https://posthog.example/")
    assert KEY[:6] not in destination
