"""Files that may be lost: how they are laid out, and how a newer program takes over an older one's."""

from __future__ import annotations

import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from domaincheck.files.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

OLD = ("CREATE TABLE notes (text TEXT); CREATE TABLE marks (mark TEXT);",)
NEW = (*OLD, "ALTER TABLE notes ADD COLUMN author TEXT DEFAULT 'nobody'; CREATE TABLE authors (name TEXT);")
NOTE = "INSERT INTO notes (text) VALUES (?)"


@contextlib.contextmanager
def opened(path: Path, steps: Sequence[str], said: list[str] | None = None, *pragmas: str) -> Iterator[Database]:
    """Give the file at *path*, which tells its troubles to *said*, and close it."""
    file = Database(path, steps, pragmas, (said if said is not None else []).append)
    try:
        yield file
    finally:
        file.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a file may be made, in a folder that is not there yet."""
    return tmp_path / "state" / "notes.db"


def test_a_new_file_takes_every_step(path: Path) -> None:
    """It is what a file becomes that was there from the beginning."""
    with opened(path, NEW) as file:
        assert file.change((NOTE, "one"))
        assert file.rows("SELECT text, author FROM notes") == [("one", "nobody")]
        assert file.one("PRAGMA user_version") == (2,)


def test_an_older_file_keeps_what_is_in_it(path: Path) -> None:
    """It takes only the steps that it lacks, once."""
    with opened(path, OLD) as file:
        file.change((NOTE, "one"), (NOTE, "two"))
    said: list[str] = []
    for _ in range(2):
        with opened(path, NEW, said) as file:
            assert file.rows("SELECT text, author FROM notes") == [("one", "nobody"), ("two", "nobody")]
            assert file.rows("SELECT name FROM authors") == []
    assert said == []


def test_a_newer_file_is_for_the_newer_program(path: Path) -> None:
    """An older one neither reads nor changes it, says so once, and the newer one finds all as it was."""
    with opened(path, NEW) as file:
        file.change((NOTE, "one"))
    before = path.read_bytes()
    said: list[str] = []
    with opened(path, OLD, said) as file:
        assert not file.change((NOTE, "two"))
        assert file.rows("SELECT text FROM notes") == []
    assert path.read_bytes() == before
    assert said == [f"{path} is of a newer version of domaincheck, and left alone; nothing is remembered this time"]


def test_a_step_is_done_whole_or_not_at_all(path: Path) -> None:
    """One that fails leaves the file as it was."""
    with opened(path, OLD) as file:
        file.change((NOTE, "one"))
    said: list[str] = []
    with opened(path, (*OLD, "CREATE TABLE authors (name TEXT); CREATE TABLE notes (again TEXT)"), said) as file:
        assert not file.change((NOTE, "two"))
    assert len(said) == 1
    with opened(path, OLD) as file:
        assert file.rows("SELECT text FROM notes") == [("one",)]


def test_those_who_upgrade_at_once_do_it_once(path: Path) -> None:
    """All of them find the file ready."""
    with opened(path, OLD) as file:
        file.change((NOTE, "one"))
    said: list[str] = []

    def upgrade(number: int) -> bool:
        with opened(path, NEW, said, "journal_mode = WAL") as file:
            return file.change((NOTE, str(number)))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(upgrade, range(40)))
    assert said == []
    with opened(path, NEW) as file:
        assert file.one("SELECT count(*) FROM notes") == (41,)


def test_a_database_without_a_version_is_not_ours(path: Path) -> None:
    """It is left as it is: somebody keeps something else in it."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    before = path.read_bytes()
    said: list[str] = []
    with opened(path, OLD, said) as file:
        assert not file.change((NOTE, "one"))
    assert path.read_bytes() == before
    assert said == [f"{path} is a database of something else, and left alone; nothing is remembered this time"]


def test_reading_makes_no_file(path: Path) -> None:
    """Where nothing was kept there is nothing; that is not worth a file, nor a word."""
    said: list[str] = []
    with opened(path, OLD, said) as file:
        assert file.one("SELECT text FROM notes") is None
        assert not path.parent.exists()
        assert file.change((NOTE, "one"))
        assert file.one("SELECT text FROM notes") == ("one",)
    assert said == []


def test_what_fails_halfway_is_undone(path: Path) -> None:
    """A mistake of the caller's is the caller's to see, and nothing of it is kept."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(NOTE, ("one",))
        raise ZeroDivisionError

    with opened(path, OLD) as file:
        with pytest.raises(ZeroDivisionError):
            file.transact(work)
        assert file.change((NOTE, "two"))
        assert file.rows("SELECT text FROM notes") == [("two",)]


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_lies_beside_a_damaged_file_is_no_part_of_the_new_one(path: Path, suffix: str) -> None:
    """SQLite would do or undo in the new file what was half done in the old one."""
    path.parent.mkdir()
    path.write_bytes(b"rubbish" * 1000)
    beside = path.with_name(path.name + suffix)
    beside.write_bytes(b"more rubbish")
    with opened(path, OLD) as file:
        assert file.change((NOTE, "one"))
        assert file.rows("SELECT text FROM notes") == [("one",)]
    assert not beside.exists()


def test_a_flipped_bit_in_a_text_hides_no_other_row(path: Path) -> None:
    """The one that is no text any more is read with a stand-in."""
    with opened(path, OLD) as file:
        file.change(("INSERT INTO notes VALUES (CAST(? AS TEXT))", b"on\xe5"), (NOTE, "two"))
        assert file.rows("SELECT text FROM notes") == [("on\N{REPLACEMENT CHARACTER}",), ("two",)]
