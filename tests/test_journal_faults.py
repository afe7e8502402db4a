"""A journal that can't be used says so in one clear sentence, and is left as it is."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import sqlite3
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.journal import VERSION, Journal
from tests.commands import ended, start_python
from tests.journals import ANN, ENTRY, NOW, filled, keep, refused

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal is to be, in a folder that is not there yet."""
    return tmp_path / "state" / "state.db"


def test_nobody_else_may_read_it(path: Path) -> None:
    """Addresses and codes are in it: the folder is 0700, each file in it 0600, also that of a transaction."""
    with Journal.open(path) as journal, journal.transaction():
        journal.note_run(NOW)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("use", [filled, Journal.rehearsal])
def test_a_newer_version_is_left_alone(path: Path, use: Callable[[Path], object]) -> None:
    """Not a byte of it is changed; the sentence says what to do."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE future (x)")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused(path, "is of a newer version of domaincheck; it is left as it is: update domaincheck", use)


@pytest.mark.parametrize("use", [filled, Journal.rehearsal])
@pytest.mark.parametrize("rubbish", [b"rubbish" * 1000, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_left_alone(path: Path, rubbish: bytes, use: Callable[[Path], object]) -> None:
    """Somebody may be able to mend it; to begin anew is for the user to decide."""
    path.parent.mkdir()
    path.write_bytes(rubbish)
    refused(path, r"is damaged .* move it away to begin anew: alerts may then be repeated", use)


@pytest.mark.parametrize("size", [1, 50, 99, 100, 4096, 5000, 20_000, -1])
def test_a_file_that_was_cut_off_is_left_alone(path: Path, size: int) -> None:
    """However little is missing."""
    whole = filled(path)
    path.write_bytes(whole[:size])
    refused(path, "is damaged")


def test_damage_in_the_middle_is_told_when_it_is_met(path: Path) -> None:
    """In the same sentence."""
    whole = filled(path)
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with Journal.open(path) as journal, pytest.raises(StateError, match="is damaged"):
        keep(journal, ENTRY)


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    """Whoever names the wrong folder keeps what is in it."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (x)")
    refused(path, "is a database of something else")


@contextlib.contextmanager
def without_writing(folder: Path) -> Iterator[None]:
    """Take away the permission to write into *folder* and to its files, where that means anything."""
    files = [folder, *folder.iterdir()]
    modes = [file.stat().st_mode for file in files]
    for file in files:
        file.chmod(file.stat().st_mode & ~0o222)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("root may write everywhere")
        yield
    finally:
        for file, mode in zip(files, modes, strict=True):
            file.chmod(mode)


def test_a_folder_that_takes_no_files_is_named(path: Path) -> None:
    """With the reason in the system's words."""
    path.parent.mkdir()
    with without_writing(path.parent), pytest.raises(StateError, match=r"state\.db cannot be used: Permission denied"):
        Journal.open(path)


def test_a_file_that_may_not_be_written_can_still_be_read(path: Path) -> None:
    """Writing ends in a sentence; nothing is lost."""
    filled(path)
    with without_writing(path.parent):
        refused(path, "cannot be used: attempt to write a readonly database")
        with Journal.rehearsal(path) as rehearsed:
            assert len(rehearsed.entries(ANN)) == 1


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    """A file may stand in the way."""
    (tmp_path / "state").touch()
    with pytest.raises(StateError, match=r"state/state\.db cannot be used: (Not a directory|File exists)"):
        Journal.open(tmp_path / "state" / "state.db")


def write_within(path: Path, room: int) -> tuple[str, int]:
    """Be a process that may not make files larger than *room* bytes; return what it is told, and how far it came."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        with Journal.open(path) as journal:
            for number in range(1000):
                with journal.transaction():
                    journal.queue(f"{number}@example.com", b"message " * 500, NOW)
                    journal.note_run(NOW)
    except StateError as error:
        with Journal.open(path) as journal:
            return str(error), len(list(journal.waiting()))
    return "", -1


def test_a_full_disk_loses_nothing_that_was_kept(path: Path) -> None:
    """The transaction that did not fit is undone as a whole; those before it are there."""
    filled(path)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        sentence, count = pool.submit(write_within, path, path.stat().st_size + 50_000).result()
    assert sentence in [f"{path} cannot be used: {why}" for why in ("disk I/O error", "database or disk is full")]
    with Journal.open(path) as journal:
        assert len(list(journal.waiting())) == count > 50
        assert journal.last_run() == NOW


def begin_within(path: Path, room: int) -> str:
    """Be a process that has *room* bytes for a new journal."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        Journal.open(path).__exit__()
    except StateError as error:
        return str(error)
    return ""


def test_a_journal_that_does_not_fit_is_not_begun(path: Path) -> None:
    """Half of one would be in the way later."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        sentence = pool.submit(begin_within, path, 10_000).result()
    assert sentence in [f"{path} cannot be used: {why}" for why in ("disk I/O error", "database or disk is full")]
    assert list(path.parent.iterdir()) == []


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path, how: str) -> subprocess.Popen[str]:
    """Start a process that keeps the journal to itself until its input ends; return when it does."""
    process = start_python("-c", HOLDER, path, how, home=path.parent)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def keep_patiently(path: Path, patience: float) -> None:
    """Keep an entry, waiting for others no longer than so many seconds."""
    with Journal.open(path, patience) as journal:
        keep(journal, ENTRY)


@pytest.mark.parametrize("how", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_process_that_does_not_let_go_is_waited_for_not_for_ever(path: Path, how: str) -> None:
    """Whoever writes is told so; nothing is lost, and afterwards all is well."""
    filled(path)
    process = holder(path, how)
    began = time.monotonic()
    with pytest.raises(StateError, match="another process has been writing to it for too long; try again later"):
        keep_patiently(path, 0.3)
    assert 0.3 <= time.monotonic() - began < 5
    ended(process, "")
    with Journal.open(path) as journal:
        assert len(journal.entries(ANN)) == 1


def test_a_process_that_lets_go_in_time_is_waited_for(path: Path) -> None:
    """Two terminals at once are nothing unusual."""
    filled(path)
    process = holder(path, "BEGIN IMMEDIATE")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        waiting = pool.submit(begin_within, path, 1 << 30)
        ended(process, "")
        assert waiting.result() == ""
