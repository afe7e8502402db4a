"""Which events codes and subscriptions give rise to: the steps that lead from asking to being told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.home import ANN, HOST, REFUSES, STRANGER, Home
from tests.test_telemetry_emission import LOGGED, ending, told, whose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBSCRIBE = {"operation": "subscribe"}
ASKED_FOR = ("otp_generated", SUBSCRIBE | {"force_new": False, "is_new_otp": True})
SENT = ("otp_email_sent", {"success": True} | SUBSCRIBE)
DELIVERED = ("otp_flow_email_delivered", SUBSCRIBE)
ACCEPTED = ("otp_verification_attempted", {"success": True, "message": "accepted"} | SUBSCRIBE)
REJECTED = ("otp_verification_attempted", {"success": False, "message": "rejected"} | SUBSCRIBE)
STARTED = ("domain_registration_started", {"domain_count": 2, "domains": [HOST, "b.example"]})
COMPLETED = ("domain_registration_completed", {"domain_count": 2, "success": True, "domains": [HOST, "b.example"]})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home in which nothing was done yet, and events are logged."""
    return Home(tmp_path, environment=dict(LOGGED))


def failed(kind: str, message: str, count: int = 2) -> tuple[str, dict[str, Any]]:
    """Return the event of a subscription that was not done."""
    return "domain_registration_error", {"error_type": kind, "message": message, "domain_count": count}


def test_the_steps_of_a_subscription_in_two_commands(home: Home) -> None:
    """All belong to the address, so that they can be followed from one to the next."""
    first = home.run("subscribe", ANN, HOST, "b.example:993")
    second = home.run("subscribe", ANN, HOST, "b.example:993", "--otp", home.code)
    missing = failed("missing_otp", "no code was given")
    assert told(first) == [STARTED, ASKED_FOR, SENT, DELIVERED, missing, ending("subscribe", 1, success=False)]
    assert told(second) == [STARTED, ACCEPTED, COMPLETED, ending("subscribe", 0, success=True)]
    assert whose(first) == whose(second) == {ANN}


def test_the_steps_of_a_subscription_on_a_terminal(home: Home) -> None:
    """Each try is told, but of no code which it was."""

    def typing() -> Iterator[str]:
        yield f"{home.wrong}\n"
        yield f"{home.code}\n"

    outcome = home.run("subscribe", ANN, HOST, "b.example", typing=typing())
    steps = [STARTED, ASKED_FOR, SENT, DELIVERED, REJECTED, ACCEPTED, COMPLETED]
    assert told(outcome) == [*steps, ending("subscribe", 0, success=True)]
    assert home.code not in outcome.stderr
    assert home.wrong not in outcome.stderr


def test_a_wrong_code(home: Home) -> None:
    """Is not as good as none."""
    home.run("subscribe", ANN, HOST, "b.example")
    steps = [STARTED, REJECTED, failed("invalid_otp", "the code given is wrong")]
    outcome = home.run("subscribe", ANN, HOST, "b.example", "--otp", home.wrong)
    assert told(outcome) == [*steps, ending("subscribe", 1, success=False)]
    assert home.wrong not in str(outcome.events)


def test_the_end_of_input_is_a_missing_code(home: Home) -> None:
    """As where there is no terminal."""
    outcome = home.run("subscribe", ANN, HOST, "b.example", typing=iter(()))
    assert told(outcome)[-2] == failed("missing_otp", "no code was given")


def test_a_mail_that_is_not_taken(home: Home) -> None:
    """Is told once as tried and once as failed."""
    home.mail_command(REFUSES)
    steps = [ASKED_FOR, ("otp_email_sent", {"success": False} | SUBSCRIBE), ("otp_email_failed", SUBSCRIBE)]
    outcome = home.run("otp", "send", ANN, "--operation", "subscribe")
    assert told(outcome) == [*steps, ending("otp send", 1, success=False)]
    assert whose(outcome) == {ANN}


def test_a_code_that_is_not_made_anew(home: Home) -> None:
    """While one lives, or too soon after another, it is only asked for."""
    command = ("otp", "send", ANN, "--operation", "subscribe")
    home.run(*command)
    alive, too_soon = home.run(*command), home.run(*command, "--force-new")
    assert told(alive)[:-1] == [("otp_generated", SUBSCRIBE | {"force_new": False, "is_new_otp": False})]
    assert told(too_soon)[:-1] == [("otp_generated", SUBSCRIBE | {"force_new": True, "is_new_otp": False})]


def test_a_stranger_is_not_mailed_and_no_mail_is_told_of(home: Home) -> None:
    """Who has nothing to unsubscribe from."""
    outcome = home.run("unsubscribe", STRANGER, HOST)
    asked_for = ("otp_generated", {"operation": "unsubscribe", "force_new": False, "is_new_otp": True})
    assert told(outcome) == [asked_for, ending("unsubscribe", 1, success=False)]


def test_what_ends_a_subscription_is_told_too(home: Home) -> None:
    """Whatever it is; the user is told the same as ever."""
    outcome = home.run("subscribe", ANN, HOST, "no host!")
    first, second, *_ = told(outcome)
    assert first[0] == "domain_registration_started"
    assert (second[0], second[1]["error_type"]) == ("domain_registration_error", "registration_exception")
    assert outcome.status == 3


def test_ctrl_c_where_a_code_is_asked_for(home: Home) -> None:
    """Ends the subscription and the command."""

    def typing() -> Iterator[str]:
        raise KeyboardInterrupt
        yield ""

    *_, broken, error, last = told(home.run("subscribe", ANN, HOST, "b.example", typing=typing()))
    assert broken == failed("registration_exception", "interrupted")
    assert (error[0], error[1]["error_type"]) == ("command_error", "Interrupted")
    assert last == ending("subscribe", 130, success=False)


def test_codes_that_an_import_sends_belong_to_each_address(home: Home) -> None:
    """The import itself is nobody's."""
    (home.folder / "list").write_text(f"{ANN} a.example\n{STRANGER} b.example\n")
    outcome = home.run("subscriptions", "import", home.folder / "list")
    found = [event["distinct_id"] for event in outcome.events]
    assert found == [ANN, ANN, ANN, STRANGER, STRANGER, STRANGER, "anonymous"]
