"""What PostHog is told, as it reads it: the events that dashboards are built upon, by their names and properties."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck import __version__
from domaincheck.files.lock import holding
from domaincheck.lab.tls import TlsServer
from domaincheck.telemetry.courier import LOCK, OUTBOX, flush
from domaincheck.telemetry.events import Envelope, declarations
from domaincheck.telemetry.identity import identifier
from domaincheck.telemetry.outbox import LARGEST_EVENT, Outbox
from domaincheck.telemetry.switch import destination_of
from tests.home import ANN, HOST, REFUSES, TAKES, Home
from tests.posthog_server import PostHogServer
from tests.test_run_scheduled_command import Host

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.lab.authority import Authority

KEY = "phc_of_the_project"

PROMISED: dict[str, dict[str, Any]] = {
    "command_run": {"command": str, "success": bool, "exit_code": int, "response_time": float},
    "command_error": {"command": str, "error_type": str, "error_message": str, "response_time": float},
    "domain_check": {"domain_count": int, "threshold_days": (int, float), "domains": list},
    "domain_check_results": {
        "domain_count": int,
        "expired_count": int,
        "warning_count": int,
        "valid_count": int,
        "invalid_count": int,
        "unknown_count": int,
        "duration_seconds": float,
    },
    "otp_generated": {"operation": str, "force_new": bool, "is_new_otp": bool},
    "otp_email_sent": {"success": bool, "operation": str},
    "otp_flow_email_delivered": {"operation": str},
    "otp_email_failed": {"operation": str},
    "otp_verification_attempted": {"success": bool, "message": str, "operation": str},
    "domain_registration_started": {"domain_count": int, "domains": list},
    "domain_registration_error": {"error_type": str, "message": str, "domain_count": int},
    "domain_registration_completed": {"domain_count": int, "success": bool, "domains": list},
    "scheduled_check_started": {"timestamp": str},
    "scheduled_check_completed": {
        "duration_seconds": float,
        "notifications_sent": int,
        "domains_checked": int,
        "success": bool,
    },
    "scheduled_check_error": {"error_message": str, "duration_seconds": float},
    "telemetry_dropped": {"count": int},
}
"""The promise: who changes a name or a property here breaks somebody's dashboard."""

OF_EVERY_EVENT = {"app_version": str, "run_id": str}
OF_THE_LIBRARY = {"$lib", "$lib_version", "$geoip_disable", "$ignore_sent_at"}
OF_A_PERSON, OF_NOBODY = {"$set", "$set_once"}, {"$process_person_profile"}
SYSTEM_EVENTS = {"scheduled_check_started", "scheduled_check_completed", "scheduled_check_error"}

Event = dict[str, Any]


def test_what_is_declared_is_what_was_promised() -> None:
    """Event by event and property by property, in their order."""
    assert [(each.name, list(each.properties)) for each in declarations()] == [
        (name, list(properties)) for name, properties in PROMISED.items()
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, root: Authority, ca_file: Path) -> list[Event]:
    """Return what PostHog is told of commands that between them give rise to every event there is."""
    folder = tmp_path_factory.mktemp("home")
    with PostHogServer() as server, TlsServer(root.leaf("127.0.0.1")) as target:
        key = {"POSTHOG_API_KEY": KEY, "POSTHOG_HOST": server.url}
        with holding(folder / LOCK):  # so that no delivery begins before all is there
            _subscribe(Home(folder, environment=key))
            _check(Host(folder, ca_file, key), f"127.0.0.1:{target.port}")
            _drop(folder, server.url)
        assert flush(folder, KEY, server.url, {}).done
        return server.told.events


def _subscribe(home: Home) -> None:
    home.run("subscribe", ANN, HOST)
    home.run("subscribe", ANN, HOST, "--otp", home.code)
    home.mail_command(REFUSES)
    home.now += timedelta(seconds=61)  # sooner there is no other code
    home.run("otp", "send", ANN, "--operation", "unsubscribe")


def _check(host: Host, target: str) -> None:
    host.run("check", "--no-domain", target)
    host.run("check", "--explode")
    host.run("run-scheduled")  # nobody has settled how to send mail
    (host.folder / "sendmail").write_text(TAKES)
    mail = {"DOMAINCHECK_SMTP_COMMAND": str(host.folder / "sendmail"), "DOMAINCHECK_SMTP_FROM": "a@example.net"}
    host.settings = {**host.settings, **mail}
    host.run("run-scheduled")


def _drop(folder: Path, url: str) -> None:
    """Add an event that is too large to be kept."""
    now = Host(folder, folder).clock()
    with closing(Outbox(folder / OUTBOX)) as outbox:
        large = Envelope(identifier(), "command_run", "anonymous", now, {"command": "x" * LARGEST_EVENT})
        outbox.add([large], destination_of(KEY, url), now)


def test_every_event_is_told(told: list[Event]) -> None:
    """None of those promised is ever missing where it should be."""
    assert {event["event"] for event in told} == set(PROMISED)


def test_events_have_the_properties_that_were_promised(told: list[Event]) -> None:
    """These and no others, but for those that PostHog itself goes by; each of its type."""
    for event in told:
        properties, types = event["properties"], PROMISED[event["event"]] | OF_EVERY_EVENT
        marks = OF_A_PERSON if event["distinct_id"] == ANN else OF_NOBODY
        assert set(properties) == set(types) | OF_THE_LIBRARY | marks, event["event"]
        for name, kind in types.items():
            assert type(properties[name]) in (kind if isinstance(kind, tuple) else (kind,)), (event["event"], name)


def test_events_belong_to_whom_they_are_about(told: list[Event]) -> None:
    """To an address for what it does, to the system for scheduled runs, and to nobody otherwise."""
    for event in told:
        command = event["properties"].get("command")
        person = event["event"].startswith(("otp", "domain_registration")) or command in {"subscribe", "otp send"}
        system = event["event"] in SYSTEM_EVENTS or command == "run-scheduled"
        assert event["distinct_id"] == (ANN if person else "system" if system else "anonymous"), event


def test_a_person_is_told_of_in_three_words(told: list[Event]) -> None:
    """The domain of the address, the last thing it did, and when it was first seen."""
    persons = [event["properties"] for event in told if event["distinct_id"] == ANN]
    for properties in persons:
        assert set(properties["$set"]) <= {"email_domain", "last_operation"}
        assert properties["$set"]["email_domain"] == ANN.partition("@")[2]
        assert set(properties["$set_once"]) == {"first_seen_at"}
    assert {each["$set"].get("last_operation") for each in persons} >= {"subscribe", "unsubscribe"}


def test_the_steps_of_the_funnel_come_in_their_order(told: list[Event]) -> None:
    """Generated, verified, subscription completed: by the time at which each happened."""
    steps = ("otp_generated", "otp_verification_attempted", "domain_registration_completed")
    first = {name: next(event["timestamp"] for event in told if event["event"] == name) for name in steps}
    assert list(first.values()) == sorted(first.values())
    assert [name for name in (event["event"] for event in told) if name in steps][:3] == list(steps)


def test_values_are_those_of_the_command(told: list[Event]) -> None:
    """A few of each kind."""

    def one(name: str, **wanted: Any) -> dict[str, Any]:
        found = (event["properties"] for event in told if event["event"] == name)
        return next(each for each in found if wanted.items() <= each.items())

    assert one("command_run", command="check", success=True)["exit_code"] == 0
    assert one("command_run", command="subscribe", success=False)["exit_code"] == 1
    assert one("command_error", command="check")["error_type"] == "UsageError"
    assert one("domain_check")["threshold_days"] == 30
    assert one("domain_check_results")["valid_count"] == 1
    assert one("otp_email_sent", operation="unsubscribe")["success"] is False
    assert one("domain_registration_error")["error_type"] == "missing_otp"
    assert one("domain_registration_completed")["domains"] == [HOST]
    assert one("scheduled_check_completed")["domains_checked"] == 1
    assert one("telemetry_dropped")["count"] == 1
    assert {event["properties"]["app_version"] for event in told} == {__version__}
