"""What must not be forgotten, in one SQLite file: codes sent, what addresses were told, mail that waits, past results.

Everything that belongs together happens in one transaction (:meth:`Journal.transaction`), which waits its turn among
threads and processes and is on the disk when it is over. What goes wrong is a StateError: unlike what the state file
remembers for convenience, none of this may be lost in silence.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from domaincheck.errors import StateError
from domaincheck.lock import alone_in
from domaincheck.model import CodeRecord, LedgerEntry
from domaincheck.text import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

VERSION = 1
PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

SMALLEST = 512
"""Bytes of a page of SQLite at the least; a database has one page or more."""

_SCHEMA = (
    (
        "CREATE TABLE codes (email TEXT, operation TEXT, secret TEXT, made REAL, wrong INTEGER, used INTEGER,"
        " PRIMARY KEY (email, operation)) WITHOUT ROWID"
    ),
    "CREATE TABLE sent_codes (email TEXT, sent REAL)",
    "CREATE INDEX sent_codes_by_email ON sent_codes (email)",
    (
        "CREATE TABLE ledger (email TEXT, target TEXT, key TEXT, step INTEGER, told REAL, closed REAL, solved INTEGER,"
        " PRIMARY KEY (email, target, key)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE outbox (number INTEGER PRIMARY KEY, email TEXT, message BLOB, queued REAL, tries INTEGER,"
        " error TEXT)"
    ),
    "CREATE TABLE digests (email TEXT PRIMARY KEY, queued REAL) WITHOUT ROWID",
    "CREATE TABLE streaks (target TEXT, part TEXT, runs INTEGER, PRIMARY KEY (target, part)) WITHOUT ROWID",
    "CREATE TABLE history (target TEXT, checked REAL, result TEXT, PRIMARY KEY (target, checked)) WITHOUT ROWID",
    "CREATE TABLE runs (number INTEGER PRIMARY KEY CHECK (number = 0), started REAL)",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in the outbox: its *number* there, for whom, the whole *message*, and how often it was tried."""

    number: int
    email: str
    message: bytes
    queued: datetime
    tries: int
    error: str | None


class Journal:
    """An open journal; a context manager that closes it. Used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, patience: float = PATIENCE) -> Self:
        """Open the journal at *path*, making it if there is none; raise StateError if it can't be used.

        A file that is empty, damaged or from a newer version is left as it is. *patience* is the number of seconds to
        wait for another process that is writing.
        """
        with _said(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _begin(path)
            return cls(_connected(path, "rw", patience), path)

    @classmethod
    def rehearsal(cls, path: Path) -> Self:
        """Return a copy in memory of the journal at *path*, or an empty one; nothing that is done to it is kept."""
        import sqlite3

        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with _said(path):
                if path.exists():
                    _copy(path, memory)
                else:
                    _lay_out(memory)
        except BaseException:
            memory.close()
            raise
        return cls(memory, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what the block does happen together or not at all; others wait until it is over."""
        with _said(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite has undone it already where the disk was full
                    self._connection.execute("ROLLBACK")
                raise

    # --- codes ---

    def code(self, email: str, operation: str) -> CodeRecord | None:
        """Return the last code made for *email* and *operation*."""
        row = self._one(
            "SELECT secret, made, wrong, used FROM codes WHERE email = ? AND operation = ?", email, operation
        )
        return CodeRecord(email, operation, row[0], _moment(row[1]), row[2], bool(row[3])) if row else None

    def keep_code(self, record: CodeRecord) -> None:
        """Keep *record* in place of the one for the same address and operation."""
        self._do(
            "REPLACE INTO codes VALUES (?, ?, ?, ?, ?, ?)",
            *(record.email, record.operation, record.secret, record.made.timestamp(), record.wrong, record.used),
        )

    def sent_codes(self, email: str) -> list[datetime]:
        """Return when *email* was sent codes."""
        return [_moment(row[0]) for row in self._all("SELECT sent FROM sent_codes WHERE email = ?", email)]

    def note_sent_code(self, email: str, now: datetime, keep: timedelta) -> None:
        """Remember that *email* was sent a code at *now*, and forget what is older than *keep*."""
        self._do("DELETE FROM sent_codes WHERE sent < ?", (now - keep).timestamp())
        self._do("INSERT INTO sent_codes VALUES (?, ?)", email, now.timestamp())

    # --- what addresses were told ---

    def entries(self, email: str) -> dict[tuple[str, str], LedgerEntry]:
        """Return what *email* was told, by target and key."""
        rows = self._all("SELECT target, key, step, told, closed, solved FROM ledger WHERE email = ?", email)
        return {
            (target, key): LedgerEntry(email, target, key, step, _moment(told), _maybe(closed), bool(solved))
            for target, key, step, told, closed, solved in rows
        }

    def keep_entries(self, entries: Iterable[LedgerEntry]) -> None:
        """Keep *entries* in place of those for the same address, target and key."""
        self._many(
            "REPLACE INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (e.email, e.target, e.key, e.step, e.told.timestamp(), e.closed and e.closed.timestamp(), e.solved)
                for e in entries
            ),
        )

    def forget(self, email: str, targets: Iterable[str] | None) -> None:
        """Forget what *email* was told about *targets*, or about all of them and what was to be sent to it."""
        if targets is None:
            self._do("DELETE FROM ledger WHERE email = ?", email)
            self.drop(email)
        else:
            self._many("DELETE FROM ledger WHERE email = ? AND target = ?", ((email, target) for target in targets))

    def last_digest(self, email: str) -> datetime | None:
        """Return when the last digest to *email* was queued."""
        row = self._one("SELECT queued FROM digests WHERE email = ?", email)
        return _moment(row[0]) if row else None

    # --- mail ---

    def queue(self, email: str, message: bytes, now: datetime) -> None:
        """Put the digest *message* to *email* into the outbox."""
        self._do("INSERT INTO outbox VALUES (NULL, ?, ?, ?, 0, NULL)", email, message, now.timestamp())
        self._do("REPLACE INTO digests VALUES (?, ?)", email, now.timestamp())

    def waiting(self) -> Iterator[Waiting]:
        """Yield the mails that wait, one at a time, as there may be many.

        The least often tried come first: one that always fails, and takes its time about it, keeps no other waiting.
        """
        query = "SELECT email, message, queued, tries, error FROM outbox WHERE number = ?"
        for (number,) in self._all("SELECT number FROM outbox ORDER BY tries, number"):
            if row := self._one(query, number):
                yield Waiting(number, row[0], row[1], _moment(row[2]), row[3], row[4])

    def count_waiting(self) -> int:
        """Return how many mails wait."""
        return int(self._one("SELECT count(*) FROM outbox")[0])

    def settled(self, number: int) -> None:
        """Take the mail *number* out of the outbox: it was accepted."""
        self._do("DELETE FROM outbox WHERE number = ?", number)

    def drop(self, email: str) -> None:
        """Take all mails to *email* out of the outbox: they can't be sent, or are not wanted any more."""
        self._do("DELETE FROM outbox WHERE email = ?", email)

    def postponed(self, number: int, error: str) -> None:
        """Note that the mail *number* could not be sent this time, and why."""
        self._do("UPDATE outbox SET tries = tries + 1, error = ? WHERE number = ?", error, number)

    # --- runs ---

    def last_run(self) -> datetime | None:
        """Return when the last scheduled run started."""
        row = self._one("SELECT started FROM runs")
        return _moment(row[0]) if row else None

    def note_run(self, now: datetime) -> None:
        """Remember that a scheduled run started at *now*."""
        self._do("REPLACE INTO runs VALUES (0, ?)", now.timestamp())

    def streaks(self) -> dict[tuple[str, str], int]:
        """Return for how many runs in a row targets' parts were unreachable."""
        return {(target, part): runs for target, part, runs in self._all("SELECT target, part, runs FROM streaks")}

    def keep_streaks(self, streaks: Mapping[tuple[str, str], int]) -> None:
        """Keep *streaks* in place of all there were."""
        self._do("DELETE FROM streaks")
        self._many("INSERT INTO streaks VALUES (?, ?, ?)", ((*key, runs) for key, runs in streaks.items()))

    def record(self, results: Iterable[tuple[str, Mapping[str, Any]]], now: datetime, keep: timedelta) -> None:
        """Add to each target's history what was found at *now*, and forget what is older than *keep*."""
        rows = ((target, now.timestamp(), json.dumps(found, separators=(",", ":"))) for target, found in results)
        self._many("REPLACE INTO history VALUES (?, ?, ?)", rows)
        self._do("DELETE FROM history WHERE checked < ?", (now - keep).timestamp())

    # --- SQL ---

    def _one(self, query: str, *values: Any) -> Any:
        with _said(self._path):
            return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, *values: Any) -> list[Any]:
        with _said(self._path):
            return self._connection.execute(query, values).fetchall()

    def _do(self, statement: str, *values: Any) -> None:
        with _said(self._path):
            self._connection.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with _said(self._path):
            self._connection.executemany(statement, rows)


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _maybe(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else _moment(timestamp)


def _begin(path: Path) -> None:
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
                _lay_out(connection)
            fresh.rename(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            Path(f"{name}-journal").unlink(missing_ok=True)  # SQLite's
            raise


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    for statement in (*_SCHEMA, f"PRAGMA user_version = {VERSION}"):
        connection.execute(statement)
    connection.execute("COMMIT")


def _connected(path: Path, mode: str, patience: float = PATIENCE) -> sqlite3.Connection:
    """Open the journal at *path*, which exists; raise StateError unless it is whole and of this version."""
    import sqlite3

    if (size := path.stat().st_size) < SMALLEST:  # SQLite would take it for a new database
        raise _damaged(path, "it is cut off" if size else "it is empty")
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, timeout=patience, isolation_level=None, uri=True)
    try:
        _check(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = TRUNCATE")  # as safe as to delete it, and a quarter quicker
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise StateError(f"{path} is of a newer version of domaincheck; it is left as it is: update domaincheck")
    if not version:
        raise StateError(f"{path} is a database of something else; it is left as it is")
    bytes_of_pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if path.stat().st_size < connection.execute(bytes_of_pages).fetchone()[0]:
        raise _damaged(path, "it is cut off")  # SQLite reads zeros where a part of a page is missing


def _copy(path: Path, memory: sqlite3.Connection) -> None:
    """Copy the journal at *path* without changing a byte of it, not even to undo what a killed process had begun."""
    import sqlite3

    try:
        with contextlib.closing(_connected(path, "ro")) as original:
            original.backup(memory)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        with tempfile.TemporaryDirectory() as folder:
            for name in (path.name, f"{path.name}-journal"):  # the latter SQLite's own, with what was there before
                shutil.copyfile(path.with_name(name), Path(folder, name))
            with contextlib.closing(_connected(Path(folder, path.name), "rw")) as mended:
                mended.backup(memory)


def _damaged(path: Path, fault: str) -> StateError:
    return StateError(
        f"{path} is damaged ({clean(fault)}); it is left as it is. Restore it from a backup, "
        "or move it away to begin anew: alerts may then be repeated"
    )


@contextlib.contextmanager
def _said(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into a sentence for the user."""
    import sqlite3

    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:  # the rest tells of finer causes
            raise StateError(f"{path}: another process has been writing to it for too long; try again later") from error
        raise StateError(f"{path} cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror}") from error
