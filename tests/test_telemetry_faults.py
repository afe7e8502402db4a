"""PostHog's library against a PostHog that misbehaves: no event is lost, doubled, or told of at another time."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import signal
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import posthog
import pytest

from domaincheck.lab.hostile import refused_port
from domaincheck.lab.tls import TlsServer
from domaincheck.telemetry.courier import OUTBOX
from domaincheck.telemetry.delivery import Outcome
from tests.commands import ended, lines_of, start_python
from tests.deliveries import NOW, Installation, funnel
from tests.posthog_server import BAD, MODES, PostHogServer, Told

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority

SOON = timedelta(seconds=30)
LONG = timedelta(hours=6)
PATIENCE = 0.3


@pytest.fixture
def server() -> Iterator[PostHogServer]:
    """Return a PostHog that is well."""
    with PostHogServer() as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, server: PostHogServer) -> Installation:
    """Return an installation whose events go there."""
    return Installation(tmp_path, server.url)


def assert_all_there(server: PostHogServer, uuids: list[str]) -> None:
    """Every event is there once, in order, and of its own time."""
    assert [event["uuid"] for event in server.told.events] == uuids
    assert server.told.times == [NOW + timedelta(seconds=2 * place) for place in range(len(uuids))]


def start(installation: Installation, seconds: float = 20, **environment: str) -> subprocess.Popen[str]:
    """Start a delivery as a process of its own."""
    arguments = ("-P", "-m", "domaincheck.telemetry.deliver", installation.folder, seconds)
    return start_python(*arguments, home=installation.folder, environment=installation.environment(**environment))


def run(installation: Installation, seconds: float = 20, **environment: str) -> Any:
    """Deliver in a process of its own, and return what it says."""
    return ended(start(installation, seconds, **environment)).document


# --- each fault ------------------------------------------------------------------------------------------------------

FAULTS = {
    "hang": ("no whole answer within 0.3 s", SOON),
    "drip": ("no whole answer within 0.3 s", SOON),
    "endless": ("the answer was 200 OK, but not by PostHog (no type)", SOON),
    "reset": ("Connection reset by peer", SOON),
    "rubbish": ("there was no whole answer by HTTP", SOON),
    "half": ("there was no whole answer by HTTP", SOON),
    "lost": ("Connection reset by peer", SOON),
    "html": ("the answer was 200 OK, but not by PostHog (text/html)", SOON),
    "empty": ("the answer was 200 OK, but not by PostHog (no type)", SOON),
    "quota": ("the project's quota is used up", LONG),
    "redirect": ("the answer was 307 Temporary Redirect, to /elsewhere/, which is not followed", SOON),
    "400": ("the answer was 400 Bad Request", SOON),
    "401": ("the answer was 401 Unauthorized: API key is not valid", LONG),
    "404": ("the answer was 404 Not Found", LONG),
    "413": ("request body too large", SOON),
    "429": ("the answer was 429 Too Many Requests: rate limited", timedelta(minutes=2)),
    "500": ("the answer was 500 Internal Server Error: internal server error", SOON),
    "503": ("the answer was 503 Service Unavailable: please retry", LONG),
}


def test_every_way_to_fail_is_tried() -> None:
    """The server knows no misbehaviour that has no test below."""
    assert MODES.keys() - FAULTS.keys() == {"ok", "old", "slow"}


@pytest.mark.parametrize("mode", FAULTS)
def test_after_a_fault_every_event_is_there_once(mode: str, server: PostHogServer, installation: Installation) -> None:
    """The fault is noted, with how long to wait; with PostHog well again, all is as if nothing had happened."""
    uuids = installation.add(*funnel())
    server.mode = mode
    words, wait = FAULTS[mode]
    outcome = installation.deliver(seconds=PATIENCE if mode in ("hang", "drip") else 10)
    standing = installation.standing
    assert outcome.sent == 0
    assert words in str(outcome.error)
    assert (standing.last_error, standing.failures, standing.pending) == (outcome.error, 1, 4)
    assert standing.next_try == NOW + wait
    server.mode = "ok"
    assert installation.deliver().sent == 4
    assert_all_there(server, uuids)
    assert (installation.standing.failures, installation.standing.pending) == (0, 0)


def test_a_server_that_refuses_connections(server: PostHogServer, installation: Installation) -> None:
    """As while it is being restarted."""
    uuids = installation.add(*funnel())
    with refused_port() as port:
        assert installation.deliver(f"http://127.0.0.1:{port}").error == "Connection refused"
    assert installation.standing.next_try == NOW + SOON
    assert installation.deliver().sent == 4
    assert_all_there(server, uuids)


def test_a_name_that_does_not_resolve(server: PostHogServer, installation: Installation) -> None:
    """As on a train."""
    uuids = installation.add(*funnel())
    assert installation.deliver("http://posthog.invalid").sent == 0
    assert installation.standing.pending == 4
    assert installation.deliver().sent == 4
    assert_all_there(server, uuids)


@pytest.mark.parametrize("mode", ["slow", "old"])
def test_what_is_no_fault(mode: str, server: PostHogServer, installation: Installation) -> None:
    """A server may take its time, or be so old that it says 1 instead of Ok."""
    uuids = installation.add(*funnel())
    server.mode = mode
    assert installation.deliver().error is None
    assert_all_there(server, uuids)


def test_a_server_that_takes_small_batches_only(server: PostHogServer, installation: Installation) -> None:
    """Batches are halved until they are taken; nothing is dropped."""
    uuids = installation.add(*funnel(30))
    server.largest = 4
    assert installation.deliver().sent == 30
    assert_all_there(server, uuids)
    assert installation.standing.dropped == 0


@pytest.mark.parametrize("place", [0, 7, 19])
def test_an_event_that_is_refused_stands_in_nobodys_way(
    place: int, server: PostHogServer, installation: Installation
) -> None:
    """As PostHog takes others, it is dropped and counted; the others are all there."""
    events = funnel(20)
    events[place] = events[place]._replace(event=BAD)
    uuids = installation.add(*events)
    installation.deliver()
    taken = [event["uuid"] for event in server.told.events if event["event"] != "telemetry_dropped"]
    assert set(taken) == set(uuids) - {uuids[place]}
    assert (installation.standing.dropped, installation.standing.pending) == (1, 0)


def test_a_certificate_that_is_not_trusted(root: Authority, ca_file: Path, tmp_path: Path) -> None:
    """It is said, and nothing is told; SSL_CERT_FILE names whom to trust."""
    with TlsServer(root.leaf("127.0.0.1")) as server:
        installation = Installation(tmp_path, f"https://127.0.0.1:{server.port}")
        installation.add(*funnel())
        assert "certificate verify failed" in run(installation)["error"]
        trusting = run(installation, PATIENCE, SSL_CERT_FILE=str(ca_file))
        assert trusting["error"] == "no whole answer within 0.3 s"  # that server speaks no HTTP


# --- what is told ----------------------------------------------------------------------------------------------------


def test_nothing_is_told_of_the_machine(server: PostHogServer, installation: Installation) -> None:
    """An event is sent as ``telemetry show`` prints it; the library only adds its name and how to treat the event."""
    [event] = funnel(1)
    installation.add(event)
    installation.deliver()
    [told] = server.told.events
    assert told.pop("properties") == {
        **event.properties,
        "$lib": "posthog-python",
        "$lib_version": posthog.__version__,
        "$geoip_disable": True,
        "$ignore_sent_at": True,
    }
    told["timestamp"] = datetime.fromisoformat(told["timestamp"])
    assert told == {
        "uuid": event.uuid,
        "event": "otp_generated",
        "distinct_id": "user@example.com",
        "timestamp": event.timestamp,
    }


def test_the_library_does_and_says_nothing_by_itself(
    server: PostHogServer, installation: Installation, capfd: pytest.CaptureFixture[str]
) -> None:
    """No threads, no retries, no words on the terminal."""
    before = threading.active_count()
    installation.add(*funnel())
    server.mode = "500"
    installation.deliver()
    installation.deliver()
    assert len(server.told.requests) == 2
    assert threading.active_count() == before
    assert capfd.readouterr() == ("", "")


# --- faults of this machine ------------------------------------------------------------------------------------------

FULL = """
import resource, sys
from domaincheck.telemetry import deliver
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
deliver.main()
"""


def test_a_full_disk(server: PostHogServer, installation: Installation) -> None:
    """What was sent can't be taken out of the outbox: it is sent once, not again and again, and later once more."""
    uuids = installation.add(*funnel())
    environment = installation.environment()
    full = ended(start_python("-c", FULL, installation.folder, 10, home=installation.folder, environment=environment))
    assert full.document["sent"] == 4
    assert full.document["error"] == "the outbox cannot be written, so what was sent will be sent again"
    assert len(server.told.requests) == 1
    assert installation.deliver().sent == 4
    assert_all_there(server, uuids)


@pytest.mark.parametrize("year", [1999, 2099])
def test_a_clock_that_jumps(year: int, server: PostHogServer, installation: Installation) -> None:
    """Events keep the time they have, and nobody waits until the clock is right again."""
    uuids = installation.add(*funnel())
    server.mode = "500"
    installation.now = NOW.replace(year=year)
    installation.deliver()
    installation.now = NOW
    server.mode = "ok"
    if year > NOW.year:
        assert installation.outbox.due(installation.destination, NOW)
    assert installation.deliver().sent == 4
    assert_all_there(server, uuids)


def test_an_outbox_of_a_newer_version(server: PostHogServer, tmp_path: Path) -> None:
    """It is left alone, to the byte, and nothing is sent of it."""
    path = tmp_path / OUTBOX
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE events (everything TEXT)")
    before = path.read_bytes()
    installation = Installation(tmp_path, server.url)
    installation.add(*funnel())
    assert installation.deliver() == Outcome()
    assert server.told.requests == []
    assert path.read_bytes() == before


# --- processes that are killed ---------------------------------------------------------------------------------------

NURSERY = """
import os, sys
import posthog
from domaincheck.telemetry import deliver
for folder in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        sys.argv[1:] = [folder.strip(), "20"]
        deliver.main()
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Starts a delivery for every folder that it is told, and says its number and how it ended.

The library is loaded once for all of them, which would take most of the time of each.
"""

MOMENTS = 20


@pytest.fixture
def nursery(tmp_path: Path, server: PostHogServer) -> Iterator[Nursery]:
    """Return a place where deliveries are born and killed."""
    environment = Installation(tmp_path, server.url).environment()
    process = start_python("-c", NURSERY, home=tmp_path, environment=environment)
    yield Nursery(process, server)
    ended(process, "")


@dataclass(slots=True)
class Nursery:
    """Runs deliveries to the *server* in children of *process*, NURSERY."""

    process: subprocess.Popen[str]
    server: PostHogServer

    def deliver(self, folder: Path, last: int | None = None) -> tuple[int, int]:
        """Deliver what is in *folder*; return the exit status, and how many moments the server saw.

        At the moment *last* the process is killed: the server sees it before the process can take the next step.
        """
        born: queue.SimpleQueue[int] = queue.SimpleQueue()
        moments = itertools.count()

        def moment() -> None:
            if next(moments) == last:
                os.kill(born.get(), signal.SIGKILL)

        self.server.moment = moment
        assert self.process.stdin is not None
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        said = lines_of(self.process.stdout)
        born.put(int(next(said)))
        return int(next(said)), next(moments)


def test_a_delivery_that_is_killed_at_any_moment(nursery: Nursery, tmp_path: Path) -> None:
    """Between the first byte and the last: the next delivery brings what is missing, and twice is once by its uuid."""
    unharmed = Installation(tmp_path / "unharmed", nursery.server.url)
    unharmed.add(*funnel(150))
    status, moments = nursery.deliver(unharmed.folder)
    assert status == 0
    assert moments > MOMENTS
    for number in range(MOMENTS):
        nursery.server.told = Told()
        installation = Installation(tmp_path / str(number), nursery.server.url)
        uuids = installation.add(*funnel(150))
        assert nursery.deliver(installation.folder, last=number * moments // MOMENTS)[0] == -signal.SIGKILL
        assert nursery.deliver(installation.folder)[0] == 0
        assert_all_there(nursery.server, uuids)
        assert installation.standing.pending == 0


def test_two_deliveries_at_once(server: PostHogServer, installation: Installation) -> None:
    """One of them leaves it to the other, and nothing is sent twice."""
    uuids = installation.add(*funnel(250))
    server.mode = "slow"
    reports = [ended(process).document for process in [start(installation), start(installation)]]
    assert sorted(report["sent"] for report in reports) == [0, 250]
    assert sorted(report["busy"] for report in reports) == [False, True]
    assert len(server.told.arrivals) == 250
    assert_all_there(server, uuids)
