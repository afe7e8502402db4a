"""What is in the journal, and how it is asked for and changed."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from domaincheck.journal.file import PATIENCE, begin, connected, copy, damaged, lay_out, said
from domaincheck.model import CodeRecord, LedgerEntry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_STRETCH = """
UPDATE history SET until = max(coalesce(until, checked), ?), results = results + 1
WHERE target = ? AND checked = (SELECT max(checked) FROM history WHERE target = ?) AND result = ?
"""
_BEGIN = "REPLACE INTO history (target, checked, result, until) VALUES (?, ?, ?, ?)"

_TARGETS = """
WITH RECURSIVE targets (name) AS (
    SELECT min(target) FROM history
    UNION ALL SELECT (SELECT min(target) FROM history WHERE target > name) FROM targets WHERE name IS NOT NULL
)
SELECT name FROM targets WHERE name IS NOT NULL
"""
"""From one name to the next: to look at each row would take a thousand times as long."""


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
        with said(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                begin(path)
            return cls(connected(path, "rw", patience), path)

    @classmethod
    def rehearsal(cls, path: Path) -> Self:
        """Return a copy in memory of the journal at *path*, or an empty one; nothing that is done to it is kept."""
        import sqlite3

        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with said(path):
                if path.exists():
                    copy(path, memory)
                lay_out(memory)
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
        with said(self._path):
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

    def record(self, results: Iterable[tuple[str, Any]], now: datetime, keep: timedelta) -> None:
        """Add to the history of each target what was found at *now*, made for JSON; forget what is older than *keep*.

        What is the same as the last time costs no room: the row of that time is stretched.
        """
        encode, moment = json.JSONEncoder(separators=(",", ":")).encode, now.timestamp()
        with said(self._path):
            for target, found in results:
                text = encode(found)
                if not self._connection.execute(_STRETCH, (moment, target, target, text)).rowcount:
                    self._connection.execute(_BEGIN, (target, moment, text, moment))
        self._do("DELETE FROM history WHERE coalesce(until, checked) < ?", (now - keep).timestamp())

    def history(self, target: str) -> list[tuple[datetime, datetime, int, Any]]:
        """Return what was found of *target*, oldest first: from when to when, how often in a row, and what."""
        query = (
            "SELECT checked, coalesce(until, checked), results, result FROM history WHERE target = ? ORDER BY checked"
        )
        try:
            return [
                (_moment(first), _moment(last), count, json.loads(found))
                for first, last, count, found in self._all(query, target)
            ]
        except ValueError as error:
            raise damaged(self._path, "a past result cannot be read") from error

    def targets_with_history(self) -> list[str]:
        """Return the targets of which something was found, in the order of the alphabet."""
        return [row[0] for row in self._all(_TARGETS)]

    # --- SQL ---

    def _one(self, query: str, *values: Any) -> Any:
        with said(self._path):
            return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, *values: Any) -> list[Any]:
        with said(self._path):
            return self._connection.execute(query, values).fetchall()

    def _do(self, statement: str, *values: Any) -> None:
        with said(self._path):
            self._connection.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with said(self._path):
            self._connection.executemany(statement, rows)


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def _maybe(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else _moment(timestamp)
