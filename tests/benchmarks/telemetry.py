"""What telemetry adds to the wall time of a command, and whether a thousand commands at once lose an event.

``check --json --no-domain`` of a port on loopback that refuses, with ``--no-telemetry``, by which nothing of telemetry
is so much as asked for; the same without a key; and with a key while PostHog takes events, refuses connections, never
answers, drips its answer, or fails. Each run with telemetry is paired with one without, in turn with the others; what
is told is the median of the differences, in wall time and below it in the command's own processor time, which a busy
machine disturbs less. Before each run the outbox is empty and no delivery is under way or put off, so that each one
starts a delivery, which is the most that a command can have to do.

Where what outlives a command would be ended with it, as in a container, deliveries are waited for, by design. Such a
machine may well run this benchmark, so each command is handed a World whose deliveries are always left to themselves.

Then the storm: processes of ``domaincheck schedule --cron``, many at a time, on one state folder, while deliveries go
on beside them; in the end what they left is flushed.

Bars: 1 ms without a key, 10 ms with one; no event lost or doubled, nothing said on standard error.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from domaincheck.lab.hostile import refused_port
from domaincheck.telemetry.courier import OUTBOX
from domaincheck.telemetry.outbox import Outbox
from tests.benchmarks.measure import Bar, figure, in_turn
from tests.benchmarks.startup import Spent
from tests.posthog_server import PostHogServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.benchmarks.measure import Wish

ROUNDS, KEYLESS_ROUNDS = 40, 200
WITHOUT_KEY, WITH_KEY = Bar(1), Bar(10)
MODES = {"ok": "takes events", "hang": "never answers", "drip": "drips its answer", "500": "fails"}
STORM, AT_ONCE = 1000, 100
PATIENCE = 10.0

DRIVER = """
import sys
from dataclasses import replace
from domaincheck.cli.app import main
from domaincheck.world import World

def leave_alone(folder, key, host, environment, wait):
    from domaincheck.telemetry.courier import dispatch
    dispatch(folder, key, host, environment, None)

world = replace(World.real(), dispatch=leave_alone)
world.leave_at_once(main(sys.argv[1:], world))
"""
"""Does what ``domaincheck`` does, but that deliveries are never waited for."""

_ADOPT = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)
_SILENCE = ("PYTHONDONTWRITEBYTECODE", "CI", "DO_NOT_TRACK")


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each state of PostHog, and one for the storm."""
    ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)  # deliveries become ours when their command ends: we can await them
    with tempfile.TemporaryDirectory() as folder, refused_port() as port:
        home = Path(folder)
        check = ("check", "--json", "--no-domain", f"127.0.0.1:{port}")
        plain = _timed(home, {}, "--no-telemetry", *check)
        without, keyless = in_turn(wish.size(KEYLESS_ROUNDS), plain, _timed(home, {}, *check))
        yield from _told("without a key", without, keyless, WITHOUT_KEY)
        keyed = [_with_posthog(mode, home, check) for mode in MODES]
        without, refused, *others = in_turn(wish.size(ROUNDS), plain, _refused(home, check), *keyed)
        yield from _told("with a key; PostHog refuses connections", without, refused, WITH_KEY)
        for doing, found in zip(MODES.values(), others, strict=True):
            yield from _told(f"with a key; PostHog {doing}", without, found, WITH_KEY)
    yield from _storm(wish.size(STORM, AT_ONCE))


def _told(what: str, without: Sequence[Spent], found: Sequence[Spent], bar: Bar) -> Iterator[str]:
    """Yield a line for the wall time that was added, and one for the processor time."""
    for label, which, judge in ((what, 0, bar.judge), ("  processor time", 1, lambda _: "")):
        usual = median(each[which] for each in without)
        added = [mine[which] - plain[which] for mine, plain in zip(found, without, strict=True)]
        middle, (low, _, high) = median(added), quantiles(added, n=4)
        spread = f"half of {len(added)} in {low:+.1f} to {high:+.1f}"
        yield f"{label:<40} {middle:+6.2f} ms to {figure(usual)} ms  {spread:<32} {judge(middle)}".rstrip()


# --- one command ---------------------------------------------------------------------------------------------------


def _timed(home: Path, environment: Mapping[str, str], *arguments: str) -> Callable[[], Spent]:
    """Return what runs a command once, its output thrown away, and returns what it took."""
    command = (sys.executable, "-c", DRIVER, *arguments)
    actions = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    known = _environment(home) | dict(environment)

    def work() -> Spent:
        began = time.perf_counter()
        child = os.posix_spawn(command[0], command, known, file_actions=actions)
        _, _, usage = os.wait4(child, 0)
        return Spent((time.perf_counter() - began) * 1000, (usage.ru_utime + usage.ru_stime) * 1000)

    return work


def _environment(home: Path) -> dict[str, str]:
    """Return ours, but without what changes telemetry, and with settings and state in *home*."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if name not in _SILENCE and not name.startswith(("DOMAINCHECK_", "POSTHOG_"))
    }
    return kept | {"CONFIGURATION_DIRECTORY": str(home), "STATE_DIRECTORY": str(home)}


def _key(host: str) -> dict[str, str]:
    return {"POSTHOG_API_KEY": "phc_of_nobody", "POSTHOG_HOST": host}


def _with_posthog(mode: str, home: Path, arguments: Sequence[str]) -> Callable[[], Spent]:
    """Return what runs a command while PostHog treats events by *mode*, until it has begun to."""

    def work() -> Spent:
        with _all_ended(home), PostHogServer(mode) as server:  # a new one each time: no wait is put upon it yet
            taken = _timed(home, _key(server.url), *arguments)()
            server.heard.get(timeout=PATIENCE)
            return taken

    return work


def _refused(home: Path, arguments: Sequence[str]) -> Callable[[], Spent]:
    def work() -> Spent:
        with _all_ended(home), refused_port() as port:
            return _timed(home, _key(f"http://127.0.0.1:{port}"), *arguments)()

    return work


@contextmanager
def _all_ended(home: Path) -> Iterator[None]:
    """Wait, after the block, until the last delivery has ended, and forget what it left."""
    with closing(Outbox(home / OUTBOX)) as outbox:
        outbox.empty(datetime.now(UTC))
    yield
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


# --- the storm -----------------------------------------------------------------------------------------------------


def _storm(count: int) -> Iterator[str]:
    """Yield what came of *count* commands, each of which has one event to tell."""
    with tempfile.TemporaryDirectory() as folder, PostHogServer() as server:
        home, began = Path(folder), time.perf_counter()
        environment = _environment(home) | _key(server.url)
        said = Counter(words for start in range(0, count, AT_ONCE) for words in _crowd(environment, count - start))
        lasted = time.perf_counter() - began
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        flushed = _flushed(environment)
        ours = [event for event in server.told.arrivals if event["properties"]["command"] == "schedule"]
        arrived = Counter(event["uuid"] for event in ours)
    lost, again = count - len(arrived), arrived.total() - len(arrived)
    yield f"{count} commands, {AT_ONCE} at once, in {lasted:.0f} s: {lost} events lost, {again} sent twice"
    yield f"  at last the flush said: {flushed}; on standard error: {dict(said) or 'nothing'}"


def _crowd(environment: Mapping[str, str], most: int) -> Iterator[str]:
    """Run up to AT_ONCE commands at once, and yield what they say on standard error."""
    command = (sys.executable, "-c", DRIVER, "schedule", "--cron")
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 - our own command
                    command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
                )
            )
            for _ in range(min(AT_ONCE, most))
        ]
        for process in crowd:
            yield from process.communicate()[1].splitlines()


def _flushed(environment: Mapping[str, str]) -> str:
    command = (sys.executable, "-m", "domaincheck", "telemetry", "flush")
    return subprocess.run(  # noqa: S603 - our own command
        command, env=environment, stdout=subprocess.PIPE, text=True, check=False
    ).stdout.strip()
