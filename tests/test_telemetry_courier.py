"""Starting deliveries: at no cost to the command, its exit, or whoever waits for its output."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.files.lock import holding
from domaincheck.telemetry.courier import Report, dispatch, flush, short_lived
from tests.commands import PATIENCE, ended, start_python
from tests.deliveries import KEY, Installation, funnel
from tests.posthog_server import PostHogServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# --- where a process would not outlive the command -------------------------------------------------------------------


@pytest.mark.parametrize(
    "environment",
    [
        {"CI": "true"},
        {"CI": "1"},
        {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
        {"container": "podman"},
        {"SYSTEMD_EXEC_PID": str(os.getpid())},
        {"SYSTEMD_EXEC_PID": str(os.getppid())},
    ],
)
def test_short_lived_surroundings_are_known(environment: Mapping[str, str], tmp_path: Path) -> None:
    """CI, containers, and what systemd started."""
    assert short_lived(environment, tmp_path)


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_a_container_is_known_by_its_mark(mark: str, tmp_path: Path) -> None:
    """As Docker and Podman leave it."""
    (tmp_path / "run").mkdir()
    (tmp_path / mark).touch()
    assert short_lived({}, tmp_path)


@pytest.mark.parametrize(
    "environment", [{}, {"CI": ""}, {"CI": "false"}, {"CI": "0"}, {"SYSTEMD_EXEC_PID": "1", "INVOCATION_ID": "cafe"}]
)
def test_a_terminal_is_not_short_lived(environment: Mapping[str, str], tmp_path: Path) -> None:
    """Not even one that systemd started long before, as those of a desktop."""
    assert not short_lived(environment, tmp_path)


# --- the end of a command --------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[PostHogServer]:
    """Return a PostHog that is well."""
    with PostHogServer() as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, server: PostHogServer) -> Installation:
    """Return an installation whose four events go there."""
    installation = Installation(tmp_path, server.url)
    installation.add(*funnel())
    return installation


COMMAND = """
import os, pathlib, signal, sys
from domaincheck.telemetry.courier import dispatch
signal.signal(signal.SIGINT, signal.default_int_handler)
folder, host, wait = sys.argv[1:]
dispatch(pathlib.Path(folder), "phc_of_nobody", host, os.environ, float(wait) or None)
print(*sys.modules)
"""


def command(installation: Installation, wait: float = 0, **options: Any) -> Any:
    """Start a process that does what a command does at its end, and says what it has loaded."""
    return start_python("-c", COMMAND, installation.folder, installation.url, wait, home=installation.folder, **options)


def test_a_command_leaves_and_its_events_arrive(installation: Installation, server: PostHogServer) -> None:
    """It loads nothing for that which takes time."""
    outcome = ended(command(installation))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert not {"posthog", "requests", "subprocess", "sqlite3", "json"} & set(outcome.stdout.split())
    assert len(server.taken.get(timeout=PATIENCE).events) == 4


def test_nobody_waits_for_a_posthog_that_hangs(installation: Installation, server: PostHogServer) -> None:
    """Neither the command, nor who reads what it prints to the end, nor who waits for another pipe that it has."""
    server.mode = "hang"
    reading, writing = os.pipe()
    process = command(installation, pass_fds=[writing])
    os.close(writing)
    ended(process)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - a descriptor has no path
        assert pipe.read() == b""
    server.heard.get(timeout=PATIENCE)
    assert installation.standing.failures == 0  # for the delivery is still waiting


def test_where_all_ends_with_the_command_it_waits(installation: Installation, server: PostHogServer) -> None:
    """When it goes on, its events have arrived."""
    dispatch(installation.folder, KEY, installation.url, {}, 20)
    assert len(server.told.events) == 4
    assert installation.standing.pending == 0


def test_it_waits_for_three_seconds_at_most(installation: Installation, server: PostHogServer) -> None:
    """The failure is noted, so that the next command does not wait again."""
    server.mode = "hang"
    begun = time.monotonic()
    dispatch(installation.folder, KEY, installation.url, {}, 3)
    assert time.monotonic() - begun < 3.1
    assert (installation.standing.pending, installation.standing.failures) == (4, 1)


def test_a_delivery_that_takes_too_long_is_ended(installation: Installation, server: PostHogServer) -> None:
    """Even if it has hardly begun; nothing is lost."""
    dispatch(installation.folder, KEY, installation.url, {}, 0.02)
    assert server.told.requests == []
    assert installation.standing.pending == 4


def test_ctrl_c_ends_the_wait(installation: Installation, server: PostHogServer) -> None:
    """The command has ended already, and its exit status stands."""
    server.mode = "hang"
    process = command(installation, 20)
    server.heard.get(timeout=PATIENCE)
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert installation.standing.pending == 4


def test_a_place_that_cannot_be_used_is_no_failure(tmp_path: Path) -> None:
    """A command has done its job by then."""
    (tmp_path / "file").touch()
    dispatch(tmp_path / "file", KEY, "http://127.0.0.1:9", {}, None)


# --- while somebody watches ------------------------------------------------------------------------------------------


def test_a_flush_says_what_was_delivered(installation: Installation) -> None:
    """And then, that nothing is left."""
    report = flush(installation.folder, KEY, installation.url, {})
    assert (report.words, report.done) == ("4 events delivered", True)
    report = flush(installation.folder, KEY, installation.url, {})
    assert (report.words, report.done) == ("there is nothing to deliver", True)


def test_a_flush_says_why_nothing_was_delivered(installation: Installation, server: PostHogServer) -> None:
    """In the words of telemetry status."""
    server.mode = "401"
    report = flush(installation.folder, KEY, installation.url, {})
    assert report.words == (
        "nothing was delivered, 4 events waiting: the answer was 401 Unauthorized: API key is not valid"
    )
    assert not report.done


def test_a_flush_leaves_it_to_a_delivery_under_way(installation: Installation) -> None:
    """Which holds the lock."""
    with holding(installation.lock):
        report = flush(installation.folder, KEY, installation.url, {})
    assert report.words == "nothing was delivered, 4 events waiting: another process is delivering at this moment"


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(1, 0), "1 event delivered"),
        (Report(100, 1), "100 events delivered, 1 event waiting: the time was over"),
        (Report(100, 5, "Connection refused"), "100 events delivered, 5 events waiting: Connection refused"),
        (Report(0, 0, "it broke"), "nothing was delivered: it broke"),
    ],
)
def test_a_flush_in_words(report: Report, words: str) -> None:
    """Whatever came of it."""
    assert report.words == words


def test_a_flush_that_cannot_begin_says_so(tmp_path: Path) -> None:
    """As where the state folder is a file."""
    (tmp_path / "file").touch()
    assert "telemetry.lock cannot be made" in flush(tmp_path / "file", KEY, "http://127.0.0.1:9", {}).words


def test_proxies_are_used_and_passwords_left_at_home(
    tmp_path: Path, installation: Installation, server: PostHogServer
) -> None:
    """The proxy of the environment carries the events; what ~/.netrc knows of the host is not for PostHog."""
    host = "http://posthog.example"
    installation.url = host
    installation.add(*funnel())
    (tmp_path / ".netrc").write_text("machine posthog.example login user password secret\n", encoding="ascii")
    (tmp_path / ".netrc").chmod(0o600)
    assert flush(tmp_path, KEY, host, {"http_proxy": server.url, "HOME": str(tmp_path)}).sent == 4
    [request] = server.told.requests
    assert request.line == f"POST {host}/batch/ HTTP/1.1"
    assert "authorization" not in request.headers
