"""``domaincheck telemetry``: what it shows, what it switches, and that looking leaves no trace."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.files.lock import holding
from domaincheck.lab.hostile import refused_port
from domaincheck.settings import POSTHOG, load
from domaincheck.telemetry.courier import LOCK, dispatch
from domaincheck.telemetry.events import Envelope, declarations
from domaincheck.telemetry.identity import identifier, make_key
from domaincheck.telemetry.outbox import Outbox
from domaincheck.telemetry.switch import destination_of
from tests.commands import PATIENCE, Outcome, Shell
from tests.posthog_server import PostHogServer

if TYPE_CHECKING:
    from pathlib import Path

KEY = "phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=9)


@dataclass
class Operator:
    """Somebody whose files are all in *home*; *environment* may hold the key."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    terminals: tuple[str, ...] = ()

    def run(self, *arguments: object) -> Outcome:
        """Run ``domaincheck`` at LATER."""
        shell = Shell(environment=self.environment, home=self.home, clock=lambda: LATER, terminals=self.terminals)
        return shell.run(*arguments)

    def telemetry(self, *arguments: object) -> Outcome:
        """Run ``domaincheck telemetry``, which leaves no event of itself."""
        return self.run("--no-telemetry", "telemetry", *arguments)

    def status(self, *before: object) -> dict[str, Any]:
        """Return what ``status --json`` says."""
        outcome = self.run(*before, "telemetry", "status", "--json")
        assert (outcome.status, outcome.stderr) == (0, "")
        document: dict[str, Any] = outcome.document
        return document

    def outbox(self) -> closing[Outbox]:
        """Return the outbox, for a block."""
        return closing(Outbox(self.home / "telemetry.db"))

    def keep(self, count: int, host: str = POSTHOG) -> list[Envelope]:
        """Keep so many events of NOW for *host*, and return them."""
        made = [Envelope(identifier(), "otp_generated", "a@example.org", NOW, {"n": each}) for each in range(count)]
        with self.outbox() as outbox:
            outbox.add(made, destination_of(KEY, host), NOW)
        return made


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Return an operator with a key."""
    return Operator(tmp_path, {"POSTHOG_API_KEY": KEY})


@pytest.fixture
def keyless(tmp_path: Path) -> Operator:
    """Return an operator with none."""
    return Operator(tmp_path)


# --- status ---------------------------------------------------------------------------------------------------------


def test_status_tells_all_there_is_to_know(operator: Operator) -> None:
    """On or off and why, where to, as whom, and how the delivery is doing; of the key only its ends."""
    operator.keep(2)
    operator.keep(1, "https://other.example")
    with operator.outbox() as outbox:
        for _ in range(2):
            outbox.postponed(destination_of(KEY, POSTHOG), NOW, "HTTP status 401\x1b", timedelta(hours=1))
    assert operator.telemetry("status").stdout.splitlines() == [
        "telemetry   off: --no-telemetry says so",
        "host        https://us.i.posthog.com, by default",
        "key         phc_…DEFG, from POSTHOG_API_KEY",
        'identity    email: addresses are sent in full; telemetry.identity = "hashed" or "anonymous" changes that',
        'domains     full: domains are sent in full; telemetry.domains = "hashed" or "count" changes that',
        "pending     2 events, the oldest of 2026-11-23T06:05:00Z",
        "elsewhere   1 event kept for another key or host",
        "dropped     0 events",
        "delivered   never",
        "last error  HTTP status 401\N{REPLACEMENT CHARACTER} (2 failures in a row)",
        "next try    2026-11-23T07:05:00Z",
    ]


def test_status_tells_the_same_as_json(operator: Operator) -> None:
    """For scripts; the whole key is in neither."""
    operator.keep(2)
    with operator.outbox() as outbox:
        outbox.succeeded(destination_of(KEY, POSTHOG), NOW)
    told = operator.status()
    assert (told["version"], told["mode"], told["reason"]) == ("1", "on", "a key is set by POSTHOG_API_KEY")
    assert (told["key"], told["key_source"], told["host"]) == ("phc_…DEFG", "POSTHOG_API_KEY", POSTHOG)
    assert (told["identity"], told["domains"]) == ("email", "full")
    assert (told["pending"], told["oldest"], told["elsewhere"]) == (2, "2026-11-23T06:05:00Z", 0)
    assert (told["dropped"], told["failures"], told["last_error"], told["next_try"]) == (0, 0, None, None)
    assert told["delivered_at"] == "2026-11-23T06:05:00Z"


def test_status_says_where_a_key_that_must_not_be_sent_stands(keyless: Operator) -> None:
    """The file is no key; a personal one is in it."""
    file = keyless.home / "config.toml"
    file.write_text('[telemetry]\napi_key = "phx_0123456789abcdef"\n', encoding="utf-8")
    assert keyless.status()["reason"] == (
        f"the key in {file} is a personal API key, which must never be sent: use the project's, which begins with phc_"
    )


def test_status_follows_the_switches(operator: Operator) -> None:
    """It is what the next command will do."""
    assert operator.status("--no-telemetry")["mode"] == "off"
    operator.environment |= {"DO_NOT_TRACK": "1"}
    assert operator.status()["reason"] == "DO_NOT_TRACK=1 says so"
    operator.environment |= {"DOMAINCHECK_TELEMETRY_IDENTITY": "hashed", "DOMAINCHECK_TELEMETRY_DOMAINS": "count"}
    stdout = operator.telemetry("status").stdout
    assert "hashes of addresses are sent" in stdout
    assert "no domains are sent" in stdout


@pytest.mark.parametrize("command", ["status", "show", "events", "whois a@example.org", "flush"])
def test_whoever_has_no_key_finds_no_trace(keyless: Operator, command: str) -> None:
    """To look makes no file."""
    keyless.run("telemetry", *command.split())
    assert list(keyless.home.iterdir()) == []


def test_a_damaged_outbox_is_told(operator: Operator) -> None:
    """In a sentence; the rest is as if it were empty."""
    (operator.home / "telemetry.db").write_bytes(b"rubbish" * 1000)
    outcome = operator.telemetry("status")
    assert (outcome.status, "was damaged" in outcome.stderr) == (0, True)
    assert "pending     0 events" in outcome.stdout


# --- show and events ------------------------------------------------------------------------------------------------


def test_show_prints_what_is_waiting_as_it_will_be_sent(operator: Operator) -> None:
    """A line of JSON each, in their order; what is for another project is not going to be sent."""
    kept = operator.keep(2)
    operator.keep(1, "https://other.example")
    lines = [json.loads(line) for line in operator.telemetry("show").stdout.splitlines()]
    assert lines == [
        {
            "uuid": each.uuid,
            "event": "otp_generated",
            "distinct_id": "a@example.org",
            "timestamp": "2026-11-23T06:05:00+00:00",
            "properties": each.properties,
        }
        for each in kept
    ]


def test_events_prints_every_event(keyless: Operator) -> None:
    """With tabs between the columns in a pipe, aligned on a terminal, and in JSON with the types."""
    names = [each.name for each in declarations()]
    piped = [line.split("\t") for line in keyless.telemetry("events").stdout.splitlines()]
    assert [name for name, _, _ in piped] == names
    keyless.terminals = ("stdout",)
    heading, *shown = keyless.telemetry("events").stdout.splitlines()
    assert [line.split()[0] for line in shown] == names
    assert all(line[heading.index("WHEN") - 1] == " " != line[heading.index("WHEN")] for line in shown)
    document = keyless.telemetry("events", "--json").document
    assert document["events"][2] == {
        "name": "domain_check",
        "when": "check starts",
        "properties": {"domain_count": "int", "threshold_days": "float | None", "domains": "list[str]"},
    }


# --- enable and disable ---------------------------------------------------------------------------------------------


def test_disable_is_written_down_and_empties_the_outbox(operator: Operator) -> None:
    """Nothing is kept or sent from then on, not even that it was switched off."""
    operator.keep(2)
    operator.keep(1, "https://other.example")
    path = operator.home / "config.toml"
    path.write_text("# mine\n[check]\njobs = 3 # few\n", encoding="utf-8")
    outcome = operator.run("telemetry", "disable")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout == f"telemetry.enabled is now false in {path}\n3 events dropped\n"
    assert path.read_text(encoding="utf-8") == "# mine\n[check]\njobs = 3 # few\n\n[telemetry]\nenabled = false\n"
    told = operator.status()
    assert (told["mode"], told["pending"], told["elsewhere"]) == ("off", 0, 0)
    assert told["reason"] == f"telemetry.enabled is false by {path}"


def test_disable_without_a_key_leaves_no_outbox(keyless: Operator) -> None:
    """There is nothing to forget."""
    assert keyless.run("telemetry", "disable").stderr == ""
    assert [path.name for path in keyless.home.iterdir()] == ["config.toml"]


def test_a_command_that_is_under_way_when_telemetry_is_disabled_tells_nothing(operator: Operator) -> None:
    """Though it began when telemetry was on; even if it is the first that ever ran."""

    def clock() -> datetime:  # which it asks at its beginning, at its end, and between
        operator.run("telemetry", "disable")
        return LATER

    shell = Shell(environment=operator.environment, home=operator.home, clock=clock)
    shell.run("check", "--no-domain", "no/target")
    with operator.outbox() as outbox:
        assert outbox.pending(destination_of(KEY, POSTHOG)) == []
    assert shell.dispatches == []


def test_nothing_is_sent_after_disable(operator: Operator) -> None:
    """A delivery that was under way has ended: it sent the batch in hand, and no other."""
    with PostHogServer("slow") as server:
        operator.environment["POSTHOG_HOST"] = server.url
        operator.keep(300, server.url)
        dispatch(operator.home, KEY, server.url, {}, None)
        server.heard.get(timeout=PATIENCE)
        assert operator.run("telemetry", "disable").status == 0
        with holding(operator.home / LOCK) as idle:
            assert idle
        assert len(server.told.requests) == 1
        assert len(server.told.arrivals) == 100


def test_enable_takes_it_back(operator: Operator) -> None:
    """In the same place."""
    operator.run("telemetry", "disable")
    outcome = operator.run("telemetry", "enable")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert operator.status()["mode"] == "on"


def test_another_file_is_changed_if_it_is_named(operator: Operator) -> None:
    """As for every command."""
    other = operator.home / "other.toml"
    other.touch()
    operator.run("--config", other, "telemetry", "disable")
    assert load({}, other)["telemetry.enabled"] is False
    assert not (operator.home / "config.toml").exists()


def test_enable_without_a_key_says_what_is_missing(keyless: Operator) -> None:
    """It is done, and has no effect yet."""
    outcome = keyless.run("telemetry", "enable")
    assert outcome.status == 0
    assert outcome.complaint.startswith("telemetry is off all the same: no key is set: give the project's as")


@pytest.mark.parametrize(
    ("command", "variable", "value", "said"),
    [
        ("enable", "DO_NOT_TRACK", "1", "telemetry is off all the same: DO_NOT_TRACK=1 says so"),
        ("enable", "DOMAINCHECK_TELEMETRY", "log", "telemetry is log all the same: DOMAINCHECK_TELEMETRY=log says so"),
        ("disable", "DOMAINCHECK_TELEMETRY", "on", "telemetry is on all the same: DOMAINCHECK_TELEMETRY=on says so"),
    ],
)
def test_what_overrules_the_file_is_told(
    operator: Operator, command: str, variable: str, value: str, said: str
) -> None:
    """Else one would wonder."""
    operator.environment[variable] = value
    outcome = operator.run("telemetry", command)
    assert outcome.status == 0
    assert f"domaincheck: {said}" in outcome.stderr.splitlines()


def test_a_settings_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence; what was waiting goes on waiting."""
    operator = Operator(tmp_path, {"POSTHOG_API_KEY": KEY})
    operator.keep(1)
    (tmp_path / "blocked").touch()
    operator.environment["CONFIGURATION_DIRECTORY"] = str(tmp_path / "blocked")
    outcome = operator.telemetry("disable")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert "config.toml cannot be written" in outcome.complaint
    with operator.outbox() as outbox:
        assert len(outbox.pending(destination_of(KEY, POSTHOG))) == 1


# --- flush ----------------------------------------------------------------------------------------------------------


def test_flush_sends_what_is_waiting(operator: Operator) -> None:
    """And says how many events that were."""
    with PostHogServer() as server:
        operator.environment["POSTHOG_HOST"] = server.url
        kept = operator.keep(2, server.url)
        outcome = operator.run("telemetry", "flush")
    assert (outcome.status, outcome.stdout) == (0, "2 events delivered\n")
    assert [event["uuid"] for event in server.told.events] == [each.uuid for each in kept]


def test_flush_that_fails_says_why(operator: Operator) -> None:
    """The events wait."""
    with refused_port() as port:
        operator.environment["POSTHOG_HOST"] = host = f"http://127.0.0.1:{port}"
        operator.keep(2, host)
        outcome = operator.run("telemetry", "flush")
    assert outcome.status == 1
    assert outcome.stdout.startswith("nothing was delivered, 2 events waiting: ")


def test_flush_with_nothing_to_send_is_done(operator: Operator) -> None:
    """No process is started for it."""
    outcome = operator.run("telemetry", "flush")
    assert (outcome.status, outcome.stdout) == (0, "there is nothing to deliver\n")


@pytest.mark.parametrize("environment", [{}, {"DOMAINCHECK_TELEMETRY": "log"}, {"POSTHOG_API_KEY": "phx_personal_key"}])
def test_flush_can_not_send_while_telemetry_is_off(keyless: Operator, environment: dict[str, str]) -> None:
    """The reason is that of status."""
    keyless.environment |= environment
    outcome = keyless.run("telemetry", "flush")
    assert outcome.status == 3
    assert "nothing can be sent, as telemetry is" in outcome.stderr
    assert "personal_key" not in outcome.stderr


# --- whois ----------------------------------------------------------------------------------------------------------


def test_whois_prints_the_name_that_events_have_for_an_address(operator: Operator) -> None:
    """The same as the events', however the address is written."""
    operator.environment["DOMAINCHECK_TELEMETRY_IDENTITY"] = "hashed"
    make_key(operator.home)
    operator.environment["DOMAINCHECK_TELEMETRY"] = "log"
    logged = operator.run("subscribe", "ops@example.org", "example.com").events
    outcome = operator.telemetry("whois", "Ops@Example.org")
    assert outcome.status == 0
    assert {event["distinct_id"] for event in logged} == {outcome.stdout.strip()}


def test_whois_without_hashes_says_so(operator: Operator) -> None:
    """And makes no key for it."""
    outcome = operator.telemetry("whois", "ops@example.org")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "there is no telemetry.key" in outcome.complaint
    assert operator.telemetry("whois", "nobody").status == 3
