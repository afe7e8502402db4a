"""The journal's file: made whole, laid out step by step, opened only if it is what it has to be, and copied."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.errors import StateError
from domaincheck.files.lock import alone_in
from domaincheck.text import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

SMALLEST = 512
"""Bytes of a page of SQLite at the least; a database has one page or more."""

_STEPS = (
    """
    CREATE TABLE codes (email TEXT, operation TEXT, secret TEXT, made REAL, wrong INTEGER, used INTEGER,
        PRIMARY KEY (email, operation)) WITHOUT ROWID;
    CREATE TABLE sent_codes (email TEXT, sent REAL);
    CREATE INDEX sent_codes_by_email ON sent_codes (email);
    CREATE TABLE ledger (email TEXT, target TEXT, key TEXT, step INTEGER, told REAL, closed REAL, solved INTEGER,
        PRIMARY KEY (email, target, key)) WITHOUT ROWID;
    CREATE TABLE outbox (number INTEGER PRIMARY KEY, email TEXT, message BLOB, queued REAL, tries INTEGER, error TEXT);
    CREATE TABLE digests (email TEXT PRIMARY KEY, queued REAL) WITHOUT ROWID;
    CREATE TABLE streaks (target TEXT, part TEXT, runs INTEGER, PRIMARY KEY (target, part)) WITHOUT ROWID;
    CREATE TABLE history (target TEXT, checked REAL, result TEXT, PRIMARY KEY (target, checked)) WITHOUT ROWID;
    CREATE TABLE runs (number INTEGER PRIMARY KEY CHECK (number = 0), started REAL)
    """,
    # What was found again and again stands in one row, from checked to until.
    """
    ALTER TABLE history ADD COLUMN until REAL;
    ALTER TABLE history ADD COLUMN results INTEGER NOT NULL DEFAULT 1
    """,
)
"""The scripts that lay out a journal. To change a table or to add one, append a script: the version counts them."""

VERSION = len(_STEPS)


def begin(path: Path) -> None:
    """Make an empty journal at *path*, whole from the first moment: half of one could be taken for one cut off."""
    import sqlite3

    with alone_in(path.parent):
        if path.exists():  # another process was quicker
            return
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(descriptor)
        fresh = Path(name)
        try:
            with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
                lay_out(connection)
            fresh.rename(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            Path(f"{name}-journal").unlink(missing_ok=True)  # SQLite's
            raise


def lay_out(connection: sqlite3.Connection) -> None:
    """Take a journal, or an empty database, through the steps that it lacks."""
    connection.execute("BEGIN IMMEDIATE")
    for step in _STEPS[_version(connection) :]:
        for statement in step.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def connected(path: Path, mode: str, patience: float = PATIENCE) -> sqlite3.Connection:
    """Open the journal at *path*, which exists, for *mode* ``rw`` or ``ro``; StateError unless it is whole and known.

    One of an older version is brought up to date where it may be written.
    """
    import sqlite3

    if (size := path.stat().st_size) < SMALLEST:  # SQLite would take it for a new database
        raise damaged(path, "it is cut off" if size else "it is empty")
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, timeout=patience, isolation_level=None, uri=True)
    try:
        version = _checked(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = TRUNCATE")  # as safe as to delete it, and a quarter quicker
        if version < VERSION and mode == "rw":
            lay_out(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _checked(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the journal that was opened; raise StateError unless it is a whole one that we know."""
    version = _version(connection)
    if version > VERSION:
        raise StateError(f"{path} is of a newer version of domaincheck; it is left as it is: update domaincheck")
    if not version:
        raise StateError(f"{path} is a database of something else; it is left as it is")
    bytes_of_pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if path.stat().st_size < connection.execute(bytes_of_pages).fetchone()[0]:
        raise damaged(path, "it is cut off")  # SQLite reads zeros where a part of a page is missing
    return version


def copy(path: Path, memory: sqlite3.Connection) -> None:
    """Copy the journal at *path* without changing a byte of it, not even to undo what a killed process had begun."""
    import sqlite3

    try:
        with contextlib.closing(connected(path, "ro")) as original:
            original.backup(memory)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        with tempfile.TemporaryDirectory() as folder:
            for name in (path.name, f"{path.name}-journal"):  # the latter SQLite's own, with what was there before
                shutil.copyfile(path.with_name(name), Path(folder, name))
            with contextlib.closing(connected(Path(folder, path.name), "rw")) as mended:
                mended.backup(memory)


def damaged(path: Path, fault: str) -> StateError:
    """Return the error that says what to do about a journal that is damaged."""
    return StateError(
        f"{path} is damaged ({clean(fault)}); it is left as it is. Restore it from a backup, "
        "or move it away to begin anew: alerts may then be repeated"
    )


@contextlib.contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into a sentence for the user."""
    import sqlite3

    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:  # the rest tells of finer causes
            raise StateError(f"{path}: another process has been writing to it for too long; try again later") from error
        raise StateError(f"{path} cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror}") from error
