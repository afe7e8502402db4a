"""What the state file remembers, and what becomes of it when it is shared, damaged, newer or out of reach."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from domaincheck.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

PROCESSES, ENTRIES = 4, 150


@contextlib.contextmanager
def opened(path: Path, said: list[str] | None = None) -> Iterator[State]:
    """Give the state at *path*, which tells its troubles to *said*, and close it."""
    state = State(path, (said if said is not None else []).append)
    try:
        yield state
    finally:
        state.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a state file may be made, in a folder that is not there yet."""
    return tmp_path / "state" / "state.db"


def database(path: Path, *statements: str) -> None:
    """Make a SQLite file at *path* by *statements*."""
    path.parent.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def filled(path: Path) -> bytes:
    """Return the bytes of a state file of many pages, made at *path*."""
    with opened(path) as state:
        for number in range(200):
            state.keep_registration(f"{number}.example", "facts " * 10, 100, 200)
    return path.read_bytes()


def usable(state: State) -> bool:
    """Return whether *state* finds again what it is given."""
    state.keep_registration("new.example", "new facts", 100, 200)
    return state.registration("new.example", 150) == ("new facts", 100)


# --- what is remembered --------------------------------------------------------------------------------------------


def test_a_registration_is_there_until_its_time_is_over(path: Path) -> None:
    """It comes back with the time at which it was learned, in a later run too."""
    with opened(path) as state:
        state.keep_registration("example.com", "facts", 100, 200)
    with opened(path) as state:
        assert state.registration("example.com", 199) == ("facts", 100)
        assert state.registration("example.com", 200) is None
        assert state.registration("example.org", 150) is None


def test_a_later_answer_takes_the_place_of_an_earlier_one(path: Path) -> None:
    """There is one entry a key."""
    with opened(path) as state:
        state.keep_registration("example.com", "old", 100, 200)
        state.keep_registration("example.com", "new", 120, 220)
        assert state.registration("example.com", 150) == ("new", 120)


def test_what_was_learned_in_the_future_is_not_used(path: Path) -> None:
    """A clock that ran years ahead and was set right leaves no entry that lives for years."""
    with opened(path) as state:
        state.keep_registration("example.com", "facts", 10**9, 10**9 + 100)
        assert state.registration("example.com", 1000) is None


def test_what_has_run_out_is_dropped(path: Path) -> None:
    """The file does not grow with every domain that was ever looked up, nor with every server that was ever tired."""
    with opened(path) as state:
        state.keep_registration("old.example", "facts", 100, 200)
        state.keep_registration("new.example", "facts", 300, 400)
        state.keep_limit("old.example", 100, 200)
        state.keep_limit("new.example", 300, 400)
        assert state.registration("old.example", 150) is None
        assert state.limit("old.example", 150) is None
        assert state.limit("new.example", 350) == 400


def test_a_limit_is_there_until_it_is_over(path: Path) -> None:
    """The next run leaves the server alone, too."""
    with opened(path) as state:
        state.keep_limit("rdap.example:443", 100, 200)
    with opened(path) as state:
        assert state.limit("rdap.example:443", 199) == 200
        assert state.limit("rdap.example:443", 200) is None
        assert state.limit("rdap.example", 150) is None


def test_a_document_is_kept_with_its_date(path: Path) -> None:
    """A list that was fetched stays until another one takes its place."""
    with opened(path) as state:
        assert state.document("list") is None
        assert state.keep_document("list", "old", 100)
        assert state.keep_document("list", "new", 200)
        assert state.document("list") == ("new", 200)


# --- where it is ---------------------------------------------------------------------------------------------------


def test_nobody_else_may_read_it(path: Path) -> None:
    """Which domains somebody watches is their own business: the folder is 0700, the files in it are 0600."""
    with opened(path) as state:
        assert usable(state)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


# --- many at once --------------------------------------------------------------------------------------------------


def keep_and_read(path: Path, name: int, start: Barrier, said: Queue[list[str]]) -> None:
    """Be one of several processes: keep entries, read each at once, and report what went wrong."""
    faults: list[str] = []
    state = State(path, faults.append)
    start.wait()
    for number in range(ENTRIES):
        state.keep_registration(f"{name}-{number}.example", str(number), 100, 200)
        if state.registration(f"{name}-{number}.example", 150) != (str(number), 100):
            faults.append(f"{number} was lost")
        if number % 20 == 0:  # opening and closing are the delicate moments
            state.close()
    state.close()
    said.put(faults)


@pytest.mark.parametrize("before", [None, b"rubbish" * 1000])
def test_processes_share_it(path: Path, before: bytes | None) -> None:
    """Four that begin at the same moment lose nothing; if the file is damaged, one sets it aside and says so."""
    if before is not None:
        path.parent.mkdir()
        path.write_bytes(before)
    spawn = multiprocessing.get_context("spawn")
    start, said = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [spawn.Process(target=keep_and_read, args=(path, name, start, said)) for name in range(PROCESSES)]
    for process in processes:
        process.start()
    faults = [fault for _ in processes for fault in said.get(timeout=60)]
    for process in processes:
        process.join()
    said.close()
    said.join_thread()
    assert len(faults) == (0 if before is None else 1), faults
    with opened(path) as state:
        for name in range(PROCESSES):
            for number in range(ENTRIES):
                assert state.registration(f"{name}-{number}.example", 150) == (str(number), 100)


def test_threads_share_it(path: Path) -> None:
    """One state serves all threads of a run."""
    said: list[str] = []
    with opened(path, said) as state, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: state.keep_registration(f"{n}.example", str(n), 100, 200), range(400)))
        found = list(threads.map(lambda n: state.registration(f"{n}.example", 150), range(400)))
    assert found == [(str(number), 100) for number in range(400)]
    assert said == []


# --- damage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 16, 99, 100, 4096, 5000, 20000])
def test_a_truncated_file_is_set_aside(path: Path, size: int) -> None:
    """Its bytes stay for whoever wants to look, the user is told once, and a new file is begun."""
    half = filled(path)[:size]
    path.write_bytes(half)
    said: list[str] = []
    with opened(path, said) as state:
        assert state.registration("1.example", 150) is None
        assert usable(state)
    aside = path.with_name("state.db.damaged-1")
    assert aside.read_bytes() == half
    assert said == [f"{path} was damaged; it is now {aside.name}, and a new one is begun"]


@pytest.mark.parametrize("rubbish", [b"rubbish" * 1000, b"SQLite format 3\0" + b"\xff" * 5000, bytes(10_000)])
def test_what_is_kept_in_a_damaged_file_is_kept_in_the_new_one(path: Path, rubbish: bytes) -> None:
    """Even if the damage shows only when something is to be kept."""
    path.parent.mkdir()
    path.write_bytes(rubbish)
    said: list[str] = []
    with opened(path, said) as state:
        assert state.keep_document("list", "body", 100)
        assert state.document("list") == ("body", 100)
        assert usable(state)
    assert len(said) == 1


def test_damage_in_the_middle_is_met_later(path: Path) -> None:
    """A file that opens well may still turn out to be damaged; it is set aside then."""
    whole = filled(path)
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    said: list[str] = []
    with opened(path, said) as state:
        assert state.registration("1.example", 150) is None
        assert usable(state)
    assert len(said) == 1


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    """A crash between making the file and laying it out leaves nothing that is worth a word."""
    path.parent.mkdir()
    path.touch()
    said: list[str] = []
    with opened(path, said) as state:
        assert usable(state)
    assert said == []


def test_nothing_damaged_is_overwritten(path: Path) -> None:
    """The second damaged file gets a name of its own."""
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(b"rubbish %d" % number * 100)
        with opened(path) as state:
            assert usable(state)
        assert path.with_name(f"state.db.damaged-{number}").read_bytes().startswith(b"rubbish %d" % number)


# --- what can't be used --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_a_newer_version_is_left_alone(path: Path, journal: str) -> None:
    """Whoever goes back to an older version loses nothing of what the newer one kept; that is said once."""
    database(path, f"PRAGMA journal_mode = {journal}", "CREATE TABLE future (x)", "PRAGMA user_version = 99")
    before = path.read_bytes(), path.stat().st_mtime_ns
    said: list[str] = []
    with opened(path, said) as state:
        assert not usable(state)
        assert not state.keep_document("list", "body", 100)
        assert state.document("list") is None
        assert state.limit("rdap.example", 100) is None
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file.name for file in path.parent.iterdir()] == ["state.db"]
    (sentence,) = said
    assert "newer version" in sentence
    assert str(path) in sentence


def test_a_folder_in_its_place_is_said(path: Path) -> None:
    """It is not ours to move; the run goes on without memory."""
    path.mkdir(parents=True)
    said: list[str] = []
    with opened(path, said) as state:
        assert not usable(state)
        assert not usable(state)
    (sentence,) = said
    assert str(path) in sentence


def test_a_file_in_the_place_of_its_folder_is_said(path: Path) -> None:
    """The run goes on without memory."""
    path.parent.touch()
    said: list[str] = []
    with opened(path, said) as state:
        assert not usable(state)
        assert not usable(state)
    (sentence,) = said
    assert str(path) in sentence


def test_another_programs_database_is_said_and_left(path: Path) -> None:
    """What SQLite can read but is not ours is no damage: it stays where it is."""
    database(path, "CREATE TABLE recipes (name)", "PRAGMA user_version = 1")
    said: list[str] = []
    with opened(path, said) as state:
        assert not usable(state)
    assert len(said) == 1
    assert [file.name for file in path.parent.iterdir()] == ["state.db"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_files_is_said(path: Path) -> None:
    """As when the service may read its state but not write it: the run goes on without memory."""
    path.parent.mkdir(mode=0o500)
    said: list[str] = []
    with opened(path, said) as state:
        assert not usable(state)
    assert len(said) == 1
