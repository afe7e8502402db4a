"""Subscriptions in an SQLite database: what is its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.test_store import held, refuses, wish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a store that holds one subscription."""
    path = tmp_path / "subscriptions.db"
    open_store(path, parse).add([wish()])
    return path


def execute(path: Path, *statements: str) -> None:
    """Do something to the database that is not ours to do."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_newer_version_is_left_alone(path: Path) -> None:
    """It may mean something else by the same names."""
    execute(path, "PRAGMA user_version = 2")
    refuses(path, "is of a newer version of domaincheck; it is left alone")


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    """Even one that has a version of its own."""
    execute(path, "ALTER TABLE subscriptions RENAME TO bookmarks")
    refuses(path, "is a database of something else; it is left alone")


def test_a_row_that_nobody_could_have_written_is_told(path: Path) -> None:
    """Such as a disk's fault or a stranger's hand makes."""
    execute(path, "PRAGMA ignore_check_constraints = 1", "UPDATE subscriptions SET standing = 'odd'")
    with pytest.raises(StateError, match=r"is damaged \('odd' is not a valid Standing\)"):
        list(open_store(path, parse).subscriptions())


def test_it_is_one_file_to_be_copied(path: Path, tmp_path: Path) -> None:
    """Nothing of it stands in files beside it once a command has ended, but for the lock that its making took."""
    assert {each.name for each in tmp_path.iterdir()} == {"subscriptions.db", "subscriptions.db.lock"}
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    assert held(open_store(copy, parse)) == held(open_store(path, parse))


def test_waiting_for_another_writer_has_an_end(path: Path) -> None:
    """A sentence says why; nothing is half done."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            StateError, match=r"another process has been writing to it for 0\.05 s; nothing was changed"
        ):
            open_store(path, parse, patience=0.05).add([wish("bob@example.com")])
    assert len(held(open_store(path, parse))) == 1


def test_a_file_with_an_odd_name_is_found(tmp_path: Path) -> None:
    """What means something in an address of a file means nothing here."""
    path = tmp_path / "a?mode=ro#%20[1]ü.db"
    open_store(path, parse).add([wish()])
    assert path.exists()
    assert len(held(open_store(path, parse))) == 1
