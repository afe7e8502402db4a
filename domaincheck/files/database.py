"""A SQLite file that may be lost: opened when first used, shared by threads and processes, never a command's failure.

What the state remembers and what telemetry has not delivered yet are kept so. A damaged file is set aside and begun
again; one that a newer version wrote is left alone; one that can't be used at all is given up, with one sentence.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from domaincheck.files.lock import alone_in, in_turn

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file, and would take for that of a new one of the same name."""


class Database:
    """The file at *path*, opened when first used and laid out by *steps*; *pragmas* say how SQLite is to treat it.

    A step is a script: statements ended by semicolons, with none inside of them. The version of a file is the number of
    steps it has been through, so whoever changes the tables appends a step, and leaves those alone that are there: a
    new file takes all of them, an older file those that it lacks, and keeps what is in it.

    *tell* is given a sentence, once, when something is wrong with the file; *otherwise* ends it, and says what that
    means. A file that can't be used is as good as empty, and what is put into it is gone. SQLite's errors never leave
    this class.
    """

    def __init__(
        self,
        path: Path,
        steps: Sequence[str],
        pragmas: Sequence[str],
        tell: Callable[[str], None],
        *,
        otherwise: str = "nothing is remembered this time",
    ) -> None:
        self.path = path
        self.steps = steps
        self.pragmas = pragmas
        self.tell = tell
        self.otherwise = otherwise
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._unusable = False
        self._inode = 0

    def one(self, query: str, *values: Any) -> Any:
        """Return the first row that *query* finds, or ``None``."""
        return next(iter(self.rows(query, *values)), None)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Return the rows that *query* finds; none when the file can't be used. No file is made if there is none."""
        with self._lock, self._guarded():
            connection = self._open(make=False)
            return connection.execute(query, values).fetchall() if connection else []
        return []

    def change(self, *statements: tuple[Any, ...]) -> bool:
        """Execute *statements*, each with its values behind it, in one transaction; return whether that was done."""

        def work(connection: sqlite3.Connection) -> bool:
            for statement, *values in statements:
                connection.execute(statement, values)
            return True

        return self.transact(work) or False

    def transact(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do *work* in one transaction, alone among all writers, and return what it returns.

        ``None`` if the file can't be used; then nothing of it is done. *work* may be done twice: once more, in a new
        file, if this one turns out to be damaged.
        """
        with self._lock:
            for _ in range(2):
                with self._guarded(), in_turn(self.path.parent, PATIENCE):
                    connection = self._open()
                    if connection is None:
                        return None
                    connection.execute("BEGIN IMMEDIATE")
                    with connection:  # commits, or rolls back
                        return work(connection)
            return None

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what goes wrong with the file into one that holds nothing, and say so once."""
        import sqlite3

        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                self._set_aside()
            else:
                self._give_up(f"cannot be used ({error})")

    def _give_up(self, why: str) -> None:
        if not self._unusable:
            self._unusable = True
            self.tell(f"{self.path} {why}; {self.otherwise}")

    def _set_aside(self) -> None:
        """Move a damaged file out of the way; the next use begins a new one."""
        self._close()
        try:
            with alone_in(self.path.parent):
                aside = self._moved()
        except OSError as error:
            self._give_up(f"is damaged and cannot be moved away ({error.strerror})")
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
        for suffix in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
        return aside

    def _open(self, *, make: bool = True) -> sqlite3.Connection | None:
        if self._connection is None and not self._unusable and self._there(make=make):
            self._connection = self._connected()
        return None if self._unusable else self._connection

    def _there(self, *, make: bool) -> bool:
        """Take note of which file is there, and return whether there is one; if there is none, *make* it.

        A file that is there is not touched, as it may not be ours to write.
        """
        try:
            if make and not self.path.exists():
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            self._inode = self.path.stat().st_ino
        except FileNotFoundError:
            return False
        except OSError as error:
            self._give_up(f"cannot be made ({error.strerror})")
            return False
        return True

    def _connected(self) -> sqlite3.Connection | None:
        import sqlite3

        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        connection.text_factory = _text
        try:
            obstacle = self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        if obstacle is not None:
            connection.close()
            self._give_up(obstacle)
            return None
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> str | None:
        """Make an open file ready for use, and return ``None``, or why it is not ours to use."""
        found = _version(connection)
        if found > len(self.steps):
            return "is of a newer version of domaincheck, and left alone"
        for pragma in self.pragmas:
            _set(connection, pragma)
        return None if found == len(self.steps) else self._lay_out(connection)

    def _lay_out(self, connection: sqlite3.Connection) -> str | None:
        """Take the file through the steps that it lacks, in one transaction."""
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            found = _version(connection)  # another process may have been faster
            if not found and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return "is a database of something else, and left alone"
            for step in self.steps[found:]:
                for statement in filter(str.strip, step.split(";")):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(found, len(self.steps))}")
        return None


def _text(data: bytes) -> str:
    """Decode a text even if a bit of it has flipped on the disk, so that one bad row does not hide the others."""
    return data.decode(errors="replace")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set *pragma*, as soon as other processes let us.

    SQLite waits for them by itself in everything but a change of the journal's mode: two that begin at once would
    disturb each other.
    """
    import sqlite3

    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            threading.Event().wait(0.01)
        else:
            return
