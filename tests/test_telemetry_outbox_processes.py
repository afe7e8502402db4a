"""The outbox among many processes, on a full disk, and when a process is killed: no event is lost or doubled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.outbox import Outbox
from tests.commands import Outcome, ended, start_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
OURS = "fingerprint"

ADDER = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.outbox import Outbox

path, name, commands, most_bytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if most_bytes:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
print("ready", flush=True)
sys.stdin.readline()
now = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
for number in range(commands):
    outbox = Outbox(path, lambda sentence: print(sentence, file=sys.stderr))
    names = [f"{name}-{number}-{letter}" for letter in "ab"]
    events = [Envelope(each, "command_run", "anonymous", now, {"padding": "x" * 300}) for each in names]
    if outbox.add(events, "fingerprint", now):
        print(*names, sep="\\n", flush=True)
    outbox.close()
"""

TAKER = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from domaincheck.telemetry.outbox import Outbox

outbox = Outbox(Path(sys.argv[1]), lambda sentence: print(sentence, file=sys.stderr))
expected, taken = int(sys.argv[2]), []
print("ready", flush=True)
sys.stdin.readline()
while len(taken) < expected:
    batch = [each.uuid for each in outbox.batch("fingerprint", 50)]
    if batch and outbox.delivered(batch):
        taken += batch
print(json.dumps(taken))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where an outbox may be made."""
    return tmp_path / "state" / "telemetry.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    """Give an outbox."""
    outbox = Outbox(path)
    yield outbox
    outbox.close()


def begun(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Let a *process* that is ready begin."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def together(*processes: subprocess.Popen[str]) -> list[Outcome]:
    """Let all of *processes*, which are ready, begin at once, and return what came of them."""
    return [ended(process) for process in [begun(process) for process in processes]]


def adder(path: Path, name: str, commands: int, most_bytes: int = 0) -> subprocess.Popen[str]:
    """Start a process that adds the events of so many *commands*, and prints the uuids of those that are kept.

    It begins when it is given a line. No file that it writes may be longer than *most_bytes*, if that is not 0.
    """
    process = start_python("-c", ADDER, path, name, commands, most_bytes, home=path.parent.parent)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def steps(name: str, commands: int) -> list[str]:
    """Return the uuids of what an adder adds, in their order."""
    return [f"{name}-{number}-{letter}" for number in range(commands) for letter in "ab"]


def uuids(outbox: Outbox) -> list[str]:
    """Return the uuids of what is pending."""
    return [each.uuid for each in outbox.pending(OURS)]


def test_processes_that_add_at_once_lose_nothing(path: Path, outbox: Outbox) -> None:
    """Nobody is told of a lock, each one's events are in their order, and those of a command are together."""
    outcomes = together(*(adder(path, str(number), 60) for number in range(16)))
    assert [(each.status, each.stderr) for each in outcomes] == [(0, "")] * 16
    pending = uuids(outbox)
    assert len(pending) == 16 * 60 * 2
    for number in range(16):
        assert [each for each in pending if each.startswith(f"{number}-")] == steps(str(number), 60)
    assert all(first[:-1] == second[:-1] for first, second in zip(pending[::2], pending[1::2], strict=True))


def test_what_is_taken_meanwhile_is_taken_once(path: Path, outbox: Outbox) -> None:
    """Whoever delivers gets each event exactly once while others add."""
    adders = [adder(path, str(number), 20) for number in range(4)]
    taker = start_python("-c", TAKER, path, 4 * 20 * 2, home=path.parent.parent)
    outcomes = together(*adders, taker)
    assert [(each.status, each.stderr) for each in outcomes] == [(0, "")] * 5
    taken = json.loads(outcomes[-1].stdout.splitlines()[-1])
    assert sorted(taken) == sorted(name for number in range(4) for name in steps(str(number), 20))
    assert uuids(outbox) == []


def test_what_was_added_survives_a_kill(path: Path, outbox: Outbox) -> None:
    """At most the command that is being written is missing, and then all of it."""
    process = begun(adder(path, "killed", 100_000))
    assert process.stdout
    printed = [process.stdout.readline().strip() for _ in range(41)]
    process.kill()
    printed += process.stdout.read().split()
    process.communicate()
    pending = uuids(outbox)
    assert pending[: len(printed)] == printed
    assert pending == steps("killed", len(pending) // 2)


def test_a_full_disk_costs_only_what_has_no_room(path: Path, outbox: Outbox) -> None:
    """What was added before stays, the rest is told once a command, and with room again all is as before."""
    outbox.add([Envelope(f"early {number}", "command_run", "anonymous", NOW, {}) for number in range(50)], OURS, NOW)
    (outcome,) = together(adder(path, "full", 200, most_bytes=60_000))
    kept = outcome.stdout.split()
    assert outcome.status == 0
    assert 0 < len(kept) < 400
    assert len(outcome.stderr.splitlines()) == 200 - len(kept) // 2
    assert outbox.add([Envelope("late", "command_run", "anonymous", NOW, {})], OURS, NOW)
    assert uuids(outbox) == [*(f"early {number}" for number in range(50)), *kept, "late"]


def test_a_disk_that_was_full_from_the_beginning_is_no_obstacle_later(path: Path, outbox: Outbox) -> None:
    """An empty file that could be made, but not filled, is filled then."""
    (outcome,) = together(adder(path, "full", 1, most_bytes=1000))
    assert (outcome.status, outcome.stdout) == (0, "")
    assert len(outcome.stderr.splitlines()) == 1
    assert outbox.add([Envelope("late", "command_run", "anonymous", NOW, {})], OURS, NOW)
    assert uuids(outbox) == ["late"]
