"""Stores among other processes, and on disks that are full: nothing that was promised is lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import ended, start_python
from tests.test_store import ANN, BOB, NOW, SUFFIXES, VERIFIED, held, wish

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from domaincheck.store import Store

WRITER = """
import resource, signal, sys
from pathlib import Path
from domaincheck.errors import StateError
from domaincheck.model import Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse

path, email, count, most_bytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if most_bytes:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
store = open_store(path, parse)
try:
    for number in range(count):
        store.add([Subscription(email, f"host{number}.example.com")])
        print(number, flush=True)
except StateError as error:
    print(error, file=sys.stderr)
"""


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return where a store of each kind may be."""
    return tmp_path / f"subscriptions.{request.param}"


@pytest.fixture
def store(path: Path) -> Store:
    """Return a store of each kind that does not exist yet."""
    return open_store(path, parse)


def writer(path: Path, email: str, count: int, most_bytes: int = 0) -> subprocess.Popen[str]:
    """Start a process that adds *count* subscriptions, one by one, and prints a line for each that is there.

    No file that it writes may be longer than *most_bytes*, if that is not 0.
    """
    return start_python("-c", WRITER, path, email, count, most_bytes, home=path.parent)


def test_writers_that_begin_at_once_lose_nothing(store: Store, path: Path) -> None:
    """Not even the first, who find no file and make one."""
    outcomes = [ended(each) for each in [writer(path, f"u{number}@example.com", 8) for number in range(4)]]
    assert [(each.status, each.stderr) for each in outcomes] == [(0, "")] * 4
    assert len(held(store)) == 4 * 8


def test_a_reader_never_sees_half_of_what_is_written(store: Store, path: Path) -> None:
    """What is added together appears together."""
    others = writer(path, BOB, 10)
    for number in range(10):
        store.add(wish(ANN, f"{letter}{number}.example.com") for letter in "ab")
        assert sum(1 for _ in store.subscriptions(ANN)) == 2 * (number + 1)
    assert ended(others).status == 0
    assert len(held(store)) == 30


def test_what_was_said_to_be_added_survives_a_kill(store: Store, path: Path) -> None:
    """Whenever it comes; and whoever comes next can go on at once."""
    for number in range(3):
        process = writer(path, f"u{number}@example.com", 1000)
        assert process.stdout is not None
        for _ in range(1 + 4 * number):
            said = int(process.stdout.readline())
        process.kill()
        ended(process)
        assert len(list(store.subscriptions(f"u{number}@example.com"))) > said
    assert store.mark("u0@example.com", VERIFIED, NOW) >= 1


def test_a_full_disk_leaves_what_was_there(store: Store, path: Path) -> None:
    """What does not fit is told, and not half there."""
    store.add(wish(target=f"host{number}.example.com") for number in range(300))
    before = path.read_bytes()
    outcome = ended(writer(path, BOB, 1000, most_bytes=len(before) + 2000))
    added = len(outcome.stdout.splitlines())
    assert outcome.stderr.startswith(str(path))
    assert outcome.stderr.endswith("nothing was changed\n")
    assert added < 1000
    assert len(held(store)) == 300 + added


def test_a_disk_that_is_full_from_the_start_gets_no_file(path: Path) -> None:
    """Nor the beginnings of one."""
    outcome = ended(writer(path, BOB, 1, most_bytes=1))
    assert outcome.stderr.startswith(str(path))
    assert outcome.stderr.endswith("nothing was changed\n")
    assert {each.name for each in path.parent.iterdir()} <= {f"{path.name}.lock"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_takes_no_files_can_be_read_from(store: Store, path: Path) -> None:
    """A sentence says why nothing can be added."""
    store.add([wish()])
    path.parent.chmod(0o500)
    path.chmod(0o400)
    try:
        assert held(store) == [(ANN, "example.com")]
        with pytest.raises(StateError, match="nothing was changed"):
            store.add([wish(BOB)])
    finally:
        path.parent.chmod(0o700)
