"""What is remembered between runs, in one SQLite file: registrations learned, limits met, documents fetched.

Safe under many threads and processes at once. All of it can be learned anew, so a file that is damaged is set aside and
begun again; one written by a newer version is left alone, and nothing is remembered while it is there.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.lock import alone_in

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

VERSION = 1
PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""

_SCHEMA = """
CREATE TABLE registrations (key TEXT PRIMARY KEY, facts TEXT NOT NULL, learned REAL NOT NULL, until REAL NOT NULL);
CREATE TABLE limits (server TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE documents (name TEXT PRIMARY KEY, body TEXT NOT NULL, fetched REAL NOT NULL);
"""


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the state file: systemd's STATE_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return platformdirs.user_state_path("domaincheck")


@dataclass(slots=True)
class State:
    """The state file at *path*, opened when first used. *tell* is given a sentence when something is wrong with it.

    Times are POSIX timestamps that the caller's clock gave. A state that can't be used forgets everything at once: what
    is put into it is gone, what is asked of it is not there. It never makes a command fail.
    """

    path: Path
    tell: Callable[[str], None] = field(default=lambda _: None)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _connection: sqlite3.Connection | None = None
    _unusable: bool = False
    _inode: int = 0

    def registration(self, key: str, now: float) -> tuple[str, float] | None:
        """Return the facts kept under *key* and when they were learned, if they may still be used at *now*."""
        row = self._one(
            "SELECT facts, learned FROM registrations WHERE key = ? AND until > ? AND learned <= ?", key, now, now
        )
        return (str(row[0]), float(row[1])) if row else None

    def keep_registration(self, key: str, facts: str, learned: float, until: float) -> None:
        """Keep *facts* under *key* until *until*; what has run out is dropped on the way."""
        self._change(
            ("DELETE FROM registrations WHERE until <= ?", learned),
            ("REPLACE INTO registrations VALUES (?, ?, ?, ?)", key, facts, learned, until),
        )

    def limit(self, server: str, now: float) -> float | None:
        """Return until when *server* asked to be left alone, if that is after *now*."""
        row = self._one("SELECT until FROM limits WHERE server = ? AND until > ?", server, now)
        return float(row[0]) if row else None

    def keep_limit(self, server: str, now: float, until: float) -> None:
        """Remember that *server* wants to be left alone until *until*."""
        self._change(
            ("DELETE FROM limits WHERE until <= ?", now),
            ("REPLACE INTO limits VALUES (?, ?)", server, until),
        )

    def document(self, name: str) -> tuple[str, float] | None:
        """Return the document kept under *name*, and when it was fetched."""
        row = self._one("SELECT body, fetched FROM documents WHERE name = ?", name)
        return (str(row[0]), float(row[1])) if row else None

    def keep_document(self, name: str, body: str, fetched: float) -> bool:
        """Keep *body* under *name*; return whether it was kept."""
        return self._change(("REPLACE INTO documents VALUES (?, ?, ?)", name, body, fetched))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _one(self, query: str, *values: Any) -> Any:
        with self._lock, self._guarded():
            connection = self._open()
            return connection.execute(query, values).fetchone() if connection else None

    def _change(self, *statements: tuple[Any, ...]) -> bool:
        """Execute *statements*, each with its values behind it, in one transaction; return whether that was done."""
        with self._lock:
            for _ in range(2):  # once more, in a new file, if this one turns out to be damaged
                with self._guarded():
                    connection = self._open()
                    if connection is None:
                        return False
                    with connection:
                        for statement, *values in statements:
                            connection.execute(statement, values)
                    return True
            return False

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what goes wrong with the file into a state that remembers nothing, and say so once."""
        import sqlite3

        try:
            yield
        except sqlite3.OperationalError as error:
            self._give_up(f"{self.path} cannot be used ({error}); nothing is remembered this time")
        except sqlite3.DatabaseError:
            self._set_aside()

    def _give_up(self, sentence: str) -> None:
        if not self._unusable:
            self._unusable = True
            self.tell(sentence)

    def _set_aside(self) -> None:
        """Move a damaged file out of the way; the next use begins a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            with alone_in(self.path.parent):
                aside = self._moved()
        except OSError as error:
            self._give_up(f"{self.path} is damaged and cannot be moved away ({error.strerror}); nothing is remembered")
        else:
            if aside is not None:
                self.tell(f"{self.path} was damaged; it is now {aside.name}, and a new one is begun")

    def _moved(self) -> Path | None:
        """Rename the file that was opened and return its new path; ``None`` if another process has done so already."""
        if not self.path.exists() or self.path.stat().st_ino != self._inode:
            return None
        names = (self.path.with_name(f"{self.path.name}.damaged-{number}") for number in itertools.count(1))
        aside = next(name for name in names if not name.exists())
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):  # SQLite's own, which would be taken for those of the new file
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
        return aside

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._unusable:
            self._connection = self._connected()
        return None if self._unusable else self._connection

    def _known(self) -> bool:
        """Take note of which file is there, if there is one; it is not touched, as it may not be ours to write."""
        with contextlib.suppress(FileNotFoundError):
            self._inode = self.path.stat().st_ino
            return True
        return False

    def _connected(self) -> sqlite3.Connection | None:
        import sqlite3

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._known():
                self.path.touch(mode=0o600)
                self._known()
        except OSError as error:
            self._give_up(f"{self.path} cannot be made ({error.strerror}); nothing is remembered this time")
            return None
        connection = sqlite3.connect(self.path, timeout=PATIENCE, check_same_thread=False)
        try:
            found = _version(connection)
        except BaseException:
            connection.close()
            raise
        if found > VERSION:
            connection.close()
            self._give_up(
                f"{self.path} is of a newer version of domaincheck; it is left alone, and nothing is remembered"
            )
            return None
        return connection


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of an open state file, after laying out one that is new."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > VERSION:
        return found
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    if found:
        return found
    connection.execute("BEGIN IMMEDIATE")  # another process may be laying it out at this moment
    with connection:
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    return VERSION


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side.

    SQLite waits for other processes by itself in everything but this: two that begin at once would disturb each other.
    """
    import sqlite3

    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            threading.Event().wait(0.01)
        else:
            return
