"""``domaincheck doctor`` about telemetry: whether PostHog can be reached, without telling it anything."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.hostile import HostileServer, refused_port
from domaincheck.lab.registry import RdapServer, respond
from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.identity import identifier
from domaincheck.telemetry.outbox import Outbox
from domaincheck.telemetry.switch import destination_of
from tests.patients import NOW, Patient
from tests.posthog_server import PostHogServer

if TYPE_CHECKING:
    from pathlib import Path

KEY = "phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """Return a machine with a key."""
    return Patient(tmp_path, environment={"POSTHOG_API_KEY": KEY})


def outbox(patient: Patient) -> closing[Outbox]:
    """Return its outbox, for a block."""
    return closing(Outbox(patient.home / "telemetry.db"))


def test_a_posthog_that_answers_is_well_and_is_told_nothing(patient: Patient) -> None:
    """Of this check, that is: the command itself is told as any other."""
    with PostHogServer() as server:
        patient.environment["POSTHOG_HOST"] = server.url
        assert patient.said("PostHog") == [
            ("ok", f"{server.url} answers"),
            ("ok", "on, as a key is set by POSTHOG_API_KEY; 0 events waiting"),
        ]
        assert [request.line for request in server.told.requests] == ["GET / HTTP/1.1"]


def test_a_posthog_that_refuses_is_a_warning(patient: Patient) -> None:
    """A scheduled run does without it."""
    with refused_port() as port:
        patient.environment["POSTHOG_HOST"] = f"http://127.0.0.1:{port}"
        (mark, message), _ = patient.said("PostHog")
    assert mark == "warning"
    assert message.startswith(f"http://127.0.0.1:{port} cannot be reached: ")


def test_a_posthog_that_never_answers_is_not_waited_for_long(patient: Patient) -> None:
    """For three seconds, and no event is lost by that."""
    with HostileServer("stall") as server:
        patient.environment["POSTHOG_HOST"] = f"http://127.0.0.1:{server.port}"
        (mark, message), _ = patient.said("PostHog")
    assert (mark, "cannot be reached" in message) == ("warning", True)


def test_a_posthog_that_fails_is_a_warning(patient: Patient) -> None:
    """It is there, and not well."""
    with PostHogServer("500") as server:
        patient.environment["POSTHOG_HOST"] = server.url
        first, _ = patient.said("PostHog")
        assert first == ("warning", f"{server.url} answers, but with status 500")


def test_what_waits_is_told_and_why(patient: Patient) -> None:
    """In the words of telemetry status."""
    with PostHogServer() as server:
        patient.environment["POSTHOG_HOST"] = server.url
        destination = destination_of(KEY, server.url)
        with outbox(patient) as kept:
            kept.add([Envelope(identifier(), "command_run", "anonymous", NOW, {})], destination, NOW)
            kept.postponed(destination, NOW, "the answer was 401 Unauthorized", timedelta(hours=6))
        assert patient.said("PostHog")[1] == (
            "warning",
            "1 event waiting, as the last delivery failed: the answer was 401 Unauthorized",
        )


def test_a_damaged_outbox_is_told(patient: Patient) -> None:
    """Telemetry goes on with a new one."""
    with PostHogServer() as server:
        patient.environment["POSTHOG_HOST"] = server.url
        (patient.home / "telemetry.db").write_bytes(b"rubbish" * 999)
        _, (mark, message) = patient.said("PostHog")
        assert (mark, "was damaged" in message) == ("warning", True)


@pytest.mark.parametrize(
    ("environment", "mark", "reason"),
    [
        ({"POSTHOG_API_KEY": ""}, "ok", "off: no key is set"),
        ({"DO_NOT_TRACK": "1"}, "ok", "off: DO_NOT_TRACK=1 says so"),
        ({"DOMAINCHECK_TELEMETRY": "log"}, "ok", "log: DOMAINCHECK_TELEMETRY=log says so"),
        ({"POSTHOG_API_KEY": "phx_personal"}, "warning", "off: the key in POSTHOG_API_KEY is a personal API key"),
        ({"POSTHOG_HOST": "posthog"}, "warning", "off: the host by POSTHOG_HOST must be"),
        ({"POSTHOG_HOST": "posthog", "DO_NOT_TRACK": "1"}, "ok", "off: DO_NOT_TRACK=1 says so"),
    ],
)
def test_where_it_is_off_the_reason_is_told(
    environment: dict[str, str], mark: str, reason: str, patient: Patient
) -> None:
    """A warning only where somebody meant it to be on."""
    patient.environment |= environment
    [(found, message)] = patient.said("PostHog")
    assert (found, message.startswith(reason)) == (mark, True)


def test_a_key_that_looks_wrong_is_told_but_not_shown(patient: Patient) -> None:
    """It may be right all the same, on a server of one's own."""
    with PostHogServer() as server:
        patient.environment |= {"POSTHOG_HOST": server.url, "POSTHOG_API_KEY": "sesame-open"}
        first, *others = patient.said("PostHog")
    assert first == ("warning", "the key does not begin with phc_, as those of projects do")
    assert [mark for mark, _ in others] == ["ok", "ok"]
    assert "sesame" not in patient.see().stdout


def test_a_proxy_is_left_to_the_delivery(patient: Patient) -> None:
    """Without it the host may be out of reach, and that would say nothing."""
    with PostHogServer() as server:
        patient.environment |= {"POSTHOG_HOST": server.url, "HTTPS_PROXY": "http://proxy.example:3128"}
        first, _ = patient.said("PostHog")
        assert server.told.requests == []
    assert (first[0], "is reached by a proxy" in first[1]) == ("ok", True)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ("Mon, 23 Nov 2026 06:04:00 GMT", None),
        ("Mon, 23 Nov 2026 05:35:00 GMT", "it is 30 minutes ahead of PostHog's"),
        ("Mon, 23 Nov 2026 08:05:00 GMT", "it is 120 minutes behind PostHog's"),
        ("today", None),
    ],
)
def test_a_clock_that_differs_from_the_servers_is_told(theirs: str, said: str | None, patient: Patient) -> None:
    """Events would have the wrong time."""
    with RdapServer({"": respond(200, {"Date": theirs})}) as server:
        patient.environment["POSTHOG_HOST"] = f"{server.url}/domain"
        _, *others = patient.said("clock")
    assert others == ([("warning", said)] if said else [])
