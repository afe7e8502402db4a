"""Subscriptions in an SQLite database, the usual kind of store: quick to change however large it is."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domaincheck.errors import StateError
from domaincheck.model import Standing, Subscription
from domaincheck.store import disk
from domaincheck.store.base import PATIENCE, additions, key_of, keyed, target_of, whole
from domaincheck.text import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from domaincheck.store.base import Key, Parse

VERSION = 1
PAGE = 1000
"""Subscriptions read at a time."""

# Without a rowid the primary key is the table's own order, so that it serves look-ups, pages and sorting alike.
_SCHEMA = (
    (
        "CREATE TABLE subscriptions (email TEXT NOT NULL, key TEXT NOT NULL, target TEXT NOT NULL, threshold TEXT,"
        " standing TEXT NOT NULL CHECK (standing IN ('pending', 'verified', 'refused')), since INTEGER,"
        " PRIMARY KEY (email, key)) WITHOUT ROWID"
    ),
    f"PRAGMA user_version = {VERSION}",
)
_FIELDS = "email, target, threshold, standing, since"
_EVERY = f"SELECT key, {_FIELDS} FROM subscriptions WHERE (email, key) > (?, ?)"  # noqa: S608 - our own words
_ONES = f"SELECT key, {_FIELDS} FROM subscriptions WHERE email = ? AND key > ?"  # noqa: S608 - our own words
_ONE = f"SELECT {_FIELDS} FROM subscriptions WHERE email = ? AND key = ?"  # noqa: S608 - our own words
_IN_ORDER = f" ORDER BY email, key LIMIT {PAGE}"
_REPLACE = f"REPLACE INTO subscriptions (key, {_FIELDS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """The :class:`domaincheck.store.Store` in the database at *path*.

    It keeps SQLite's rollback journal: the store is one file, to be copied as it is, and can be read where nothing may
    be written. So that a slow reader keeps no writer waiting, subscriptions are read a page at a time.
    """

    path: Path
    parse: Parse
    patience: float = PATIENCE

    def subscriptions(self, email: str | None = None) -> Iterator[Subscription]:
        """Yield all subscriptions, or those of *email*, ordered by address and then by target."""
        if not disk.exists(self.path):
            return
        query, last = (_EVERY if email is None else _ONES) + _IN_ORDER, (email or "", "")
        with contextlib.closing(self._connected()) as connection:
            while True:
                with self._told():
                    rows = connection.execute(query, last).fetchall()
                    found = [_subscription(fields) for _key, *fields in rows]
                yield from found
                if len(rows) < PAGE:
                    return
                last = rows[-1][1], rows[-1][0]

    def add(self, new: Iterable[Subscription]) -> list[Subscription]:
        """Add *new* subscriptions, and return those that changed something, as they now are in the store."""
        wanted = [keyed(subscription, self.parse) for subscription in new]
        if not disk.exists(self.path):
            with disk.locked(self.path, self.patience):
                if not disk.exists(self.path):
                    disk.begin(self.path, self._lay_out)
        with self._changing() as connection:

            def known(key: Key) -> Subscription | None:
                row = connection.execute(_ONE, key).fetchone()
                return row and _subscription(row)

            changed = additions(wanted, known)
            connection.executemany(_REPLACE, (_row(key, each) for (_, key), each in changed.items()))
        return list(changed.values())

    def remove(self, email: str, targets: Collection[str] | None = None) -> int:
        """Remove the subscriptions of *email* to *targets*, to all by default; return how many there were."""
        keys = None if targets is None else {key_of(target_of(target, self.parse)) for target in targets}
        if not disk.exists(self.path):
            return 0
        with self._changing() as connection:
            if keys is None:
                return connection.execute("DELETE FROM subscriptions WHERE email = ?", (email,)).rowcount
            each = "DELETE FROM subscriptions WHERE email = ? AND key = ?"
            return sum(connection.execute(each, (email, key)).rowcount for key in keys)

    def mark(self, email: str, standing: Standing, when: datetime) -> int:
        """Give all subscriptions of *email* that *standing*; return how many did not have it before *when*."""
        if not disk.exists(self.path):
            return 0
        with self._changing() as connection:
            change = "UPDATE subscriptions SET standing = ?, since = ? WHERE email = ? AND standing != ?"
            return connection.execute(change, (standing, int(whole(when).timestamp()), email, standing)).rowcount

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection on which all happens together or not at all, in turn with other processes."""
        with contextlib.closing(self._connected()) as connection, self._told():
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back
                yield connection

    def _connected(self) -> sqlite3.Connection:
        """Open the file, which exists; raise StateError unless it is a store of this version."""
        import sqlite3

        with disk.told(self.path):
            size = self.path.stat().st_size
        if not size:  # SQLite would take it for a new database
            raise StateError(f"{self._name} is empty, so what it held is lost; restore it, or delete it to begin anew")
        with self._told():
            # mode=rw: whoever may only read still can, but a file that has just gone is not made again.
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(address, timeout=self.patience, isolation_level=None, uri=True)
            try:
                self._check(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StateError(f"{self._name} is of a newer version of domaincheck; it is left alone")
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'subscriptions'").fetchone()[0]
        if not version or not tables:
            raise StateError(f"{self._name} is a database of something else; it is left alone")
        bytes_of_pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        if self.path.stat().st_size < connection.execute(bytes_of_pages).fetchone()[0]:
            raise self._damaged("it has been cut off")  # SQLite reads zeros where a part of a page is missing

    def _lay_out(self, path: Path) -> None:
        """Turn the empty file *path* into a store."""
        import sqlite3

        with self._told(), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            with connection:
                for statement in _SCHEMA:
                    connection.execute(statement)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn an error of SQLite into a StateError that says what to do."""
        import sqlite3

        try:
            yield
        except ValueError as error:  # of a row that no version has written
            raise self._damaged(str(error)) from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the code tells of finer causes
            if code == sqlite3.SQLITE_BUSY:
                raise disk.busy(self.path, self.patience) from error
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise self._damaged(str(error)) from error
            raise StateError(f"{self._name} cannot be used: {error}; nothing was changed") from error

    def _damaged(self, fault: str) -> StateError:
        return StateError(f"{self._name} is damaged ({clean(fault)}); it is left alone: restore it from a backup")

    @property
    def _name(self) -> str:
        return clean(str(self.path))


def _subscription(row: Any) -> Subscription:
    email, target, threshold, standing, since = row
    return Subscription(
        email, target, threshold, Standing(standing), None if since is None else datetime.fromtimestamp(since, UTC)
    )


def _row(key: str, subscription: Subscription) -> tuple[Any, ...]:
    since = None if subscription.since is None else int(subscription.since.timestamp())
    return key, subscription.email, subscription.target, subscription.threshold, subscription.standing, since
