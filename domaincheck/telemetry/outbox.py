"""The events that were not delivered yet, in a SQLite file of their own: kept in order, bounded, and never in the way.

A command adds its events in one transaction when it ends; whoever delivers takes them in batches and takes them out
when they have arrived. Each event belongs to a *destination*, a fingerprint of the project's key and host, and is never
given out for another one. What can't be kept is gone: nothing here raises, or makes a command fail.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domaincheck.files.database import Database
from domaincheck.telemetry.events import Envelope
from domaincheck.text import clean

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from domaincheck.telemetry.standing import Standing

MOST_EVENTS = 10_000
"""Events kept; with more, the oldest are dropped."""
LONGEST_LIFE = timedelta(days=14)
"""How long an event is kept, in time that the outbox has seen pass; see :func:`_grow_older`."""
LARGEST_EVENT = 32 * 1024
"""Bytes of one event, as JSON."""
LONGEST_WAIT = timedelta(hours=6)
"""The longest that a failed delivery keeps the next one waiting."""

_LONGEST_STEP = timedelta(days=1)
_STEPS = (
    """
    CREATE TABLE events (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, destination TEXT NOT NULL,
        lived REAL NOT NULL, body TEXT NOT NULL);
    CREATE TABLE destinations (destination TEXT PRIMARY KEY, dropped INTEGER NOT NULL DEFAULT 0,
        told INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, error TEXT, next_try REAL,
        delivered REAL);
    CREATE TABLE outbox (seen REAL NOT NULL, lived REAL NOT NULL, noticed REAL);
    INSERT INTO outbox VALUES (0, 0, NULL);
    """,
    "ALTER TABLE outbox ADD COLUMN emptied REAL;",
)
_PRAGMAS = ("journal_mode = TRUNCATE", "synchronous = OFF", "secure_delete = ON")
"""Rather lose events with the power than make a command wait for the disk. What is deleted is gone from the file."""

_ADD = "INSERT OR IGNORE INTO events (uuid, destination, lived, body) VALUES (?, ?, ?, ?)"
_EVENTS = "SELECT id, uuid, body FROM events WHERE destination = ? ORDER BY id"
_KNOW = "INSERT OR IGNORE INTO destinations (destination) VALUES (?)"
_NEXT_TRY = "SELECT next_try FROM destinations WHERE destination = ?"
_SUCCEEDED = "UPDATE destinations SET failures = 0, error = NULL, next_try = NULL, delivered = ? WHERE destination = ?"
_FAILED = "UPDATE destinations SET failures = failures + 1, error = ?, next_try = ? WHERE destination = ?"
_COUNTS = "SELECT dropped, failures, error, next_try, delivered FROM destinations WHERE destination = ?"


class Outbox:
    """The outbox at *path*, opened when first used. *tell* is given a sentence when something is wrong with the file.

    Times are the caller's clock's, in UTC. A clock that jumps neither costs events nor keeps delivery waiting.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        self._file = Database(path, _STEPS, _PRAGMAS, tell, otherwise="events of telemetry are not kept this time")

    def add(
        self, envelopes: Sequence[Envelope], destination: str, now: datetime, begun: datetime | None = None
    ) -> bool:
        """Keep *envelopes* in one transaction; return whether a delivery may be tried at *now*.

        One that is there already, by its uuid, is kept once. What exceeds the bounds is dropped and counted. Nothing is
        kept of a command that had *begun* when the outbox was emptied: it does not know yet that somebody opted out.
        """
        bodies = [(envelope.uuid, _written(envelope)) for envelope in envelopes]
        small = [(uuid, body) for uuid, body in bodies if len(body) <= LARGEST_EVENT]

        def work(connection: sqlite3.Connection) -> bool:
            if begun and _was_emptied(connection, begun, now):
                return False
            lived = _grow_older(connection, now)
            connection.executemany(_ADD, ((uuid, destination, lived, body) for uuid, body in small))
            _count_dropped(connection, destination, len(bodies) - len(small))
            _keep_bounds(connection, lived)
            return _is_due(connection.execute(_NEXT_TRY, (destination,)).fetchone(), now)

        return self._file.transact(work) or False

    def first_notice(self, now: datetime) -> bool:
        """Return ``True`` once a file: the notice that telemetry is on is to be shown now."""

        def work(connection: sqlite3.Connection) -> bool:
            first = connection.execute("UPDATE outbox SET noticed = ? WHERE noticed IS NULL", (now.timestamp(),))
            return first.rowcount == 1

        return self._file.transact(work) or False

    def due(self, destination: str, now: datetime) -> bool:
        """Return whether a delivery may be tried at *now*, or is to wait because an earlier one failed."""
        return _is_due(self._file.one(_NEXT_TRY, destination), now)

    def batch(self, destination: str, limit: int) -> list[Envelope]:
        """Return the *limit* oldest events for *destination*, in the order in which they were added.

        One that can't be read, because it was damaged on the disk, is dropped and counted.
        """
        while True:
            read = [
                (key, _read(uuid, body))
                for key, uuid, body in self._file.rows(_EVENTS + " LIMIT ?", destination, limit)
            ]
            damaged = [key for key, envelope in read if envelope is None]
            if not damaged or not self._drop("id = ?", damaged):
                return [envelope for _, envelope in read if envelope]

    def delivered(self, uuids: Collection[str]) -> bool:
        """Take out the events with *uuids*, which have arrived; return whether that was done."""

        def work(connection: sqlite3.Connection) -> bool:
            connection.executemany("DELETE FROM events WHERE uuid = ?", ((uuid,) for uuid in uuids))
            return True

        return self._file.transact(work) or False

    def refused(self, uuids: Collection[str]) -> bool:
        """Drop and count the events with *uuids*, which will never be taken; return whether that was done."""
        return self._drop("uuid = ?", uuids)

    def succeeded(self, destination: str, now: datetime) -> None:
        """Take note that *destination* took events at *now*; there is no more reason to wait."""
        self._file.change((_KNOW, destination), (_SUCCEEDED, now.timestamp(), destination))

    def postponed(self, destination: str, now: datetime, error: str, wait: timedelta) -> None:
        """Take note that a delivery failed at *now* by *error*, and that none is to be tried before *wait* is over."""
        until = now.timestamp() + min(wait, LONGEST_WAIT).total_seconds()
        self._file.change((_KNOW, destination), (_FAILED, clean(error), until, destination))

    def report_dropped(self, destination: str, make: Callable[[int], Envelope]) -> None:
        """Add the event that *make* makes of the number of events dropped, if it was not told yet.

        To be called when a batch has arrived: then there is room, and it is told by the next one.
        """

        def work(connection: sqlite3.Connection) -> None:
            query = "SELECT dropped - told FROM destinations WHERE destination = ? AND dropped > told"
            for (count,) in connection.execute(query, (destination,)).fetchall():
                envelope = make(count)
                (lived,) = connection.execute("SELECT lived FROM outbox").fetchone()
                connection.execute(_ADD, (envelope.uuid, destination, lived, _written(envelope)))
                connection.execute("UPDATE destinations SET told = dropped WHERE destination = ?", (destination,))

        self._file.transact(work)

    def standing(self, destination: str, now: datetime) -> Standing:
        """Return how things are with *destination* at *now*."""
        from domaincheck.telemetry.standing import Standing  # noqa: PLC0415 - spares each command the making of it

        numbers = dict(self._file.rows("SELECT destination = ?, count(*) FROM events GROUP BY 1", destination))
        first = next(iter(self.batch(destination, 1)), None)
        dropped, failures, error, next_try, delivered = self._file.one(_COUNTS, destination) or (0, 0, None, None, None)
        return Standing(
            pending=numbers.get(1, 0),
            oldest=first.timestamp if first else None,
            elsewhere=numbers.get(0, 0),
            dropped=dropped,
            failures=failures,
            last_error=error,
            next_try=None if _is_due((next_try,), now) else _moment(next_try),
            delivered_at=_moment(delivered),
        )

    def pending(self, destination: str) -> list[Envelope]:
        """Return all events for *destination*, in the order in which they were added."""
        return self.batch(destination, -1)

    def empty(self, now: datetime) -> int:
        """Forget all events, of all destinations, and what is known of these; return how many events there were.

        Nor will it keep those of commands that are under way at *now*; see :meth:`add`.
        """

        def work(connection: sqlite3.Connection) -> int:
            connection.execute("UPDATE outbox SET emptied = ?", (now.timestamp(),))
            connection.execute("DELETE FROM destinations")
            return connection.execute("DELETE FROM events").rowcount

        return self._file.transact(work) or 0

    def reopen(self) -> None:
        """Keep the events of all commands again. No file is made if there is none."""
        if self._file.one("SELECT 1 FROM outbox WHERE emptied IS NOT NULL"):
            self._file.change(("UPDATE outbox SET emptied = NULL",))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()

    def _drop(self, where: str, values: Collection[int | str]) -> bool:

        def work(connection: sqlite3.Connection) -> bool:
            for value in values:
                _drop(connection, where, value)
            return True

        return self._file.transact(work) or False


def _written(envelope: Envelope) -> str:
    return json.dumps(envelope.document, separators=(",", ":"))


def _read(uuid: str, body: str) -> Envelope | None:
    try:
        content = json.loads(body)
        when = datetime.fromisoformat(content["timestamp"]).astimezone(UTC)
        return Envelope(uuid, str(content["event"]), str(content["distinct_id"]), when, dict(content["properties"]))
    except (KeyError, TypeError, ValueError):
        return None


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)


def _was_emptied(connection: sqlite3.Connection, begun: datetime, now: datetime) -> bool:
    """Return whether the outbox was emptied between *begun* and *now*."""
    (emptied,) = connection.execute("SELECT emptied FROM outbox").fetchone()
    return emptied is not None and begun.timestamp() <= emptied <= now.timestamp()


def _grow_older(connection: sqlite3.Connection, now: datetime) -> float:
    """Return for how many seconds the outbox has lived, by a time of its own that neither leaps nor runs backwards.

    It is what the clock has moved forward from one use to the next, a day at most each time. So a clock that is years
    ahead, or is set right after years, does not make all events too old at a stroke.
    """
    seen, lived = connection.execute("SELECT seen, lived FROM outbox").fetchone()
    lived += min(max(now.timestamp() - seen, 0.0), _LONGEST_STEP.total_seconds())
    connection.execute("UPDATE outbox SET seen = ?, lived = ?", (now.timestamp(), lived))
    return float(lived)


def _keep_bounds(connection: sqlite3.Connection, lived: float) -> None:
    """Drop what is too old, and what is too much."""
    youngest_gone = lived - LONGEST_LIFE.total_seconds()
    _drop(connection, "id < (SELECT id FROM events WHERE lived >= ? ORDER BY id LIMIT 1)", youngest_gone)
    excess = connection.execute("SELECT count(*) FROM events").fetchone()[0] - MOST_EVENTS
    if excess > 0:
        _drop(connection, "id IN (SELECT id FROM events ORDER BY id LIMIT ?)", excess)


def _drop(connection: sqlite3.Connection, where: str, value: float | str) -> None:
    """Delete the events *where* a condition holds for *value*, and count them for their destinations."""
    query = f"SELECT destination, count(*) FROM events WHERE {where} GROUP BY destination"  # noqa: S608 - our own words
    for destination, count in connection.execute(query, (value,)).fetchall():
        _count_dropped(connection, destination, count)
    connection.execute(f"DELETE FROM events WHERE {where}", (value,))  # noqa: S608 - our own words


def _count_dropped(connection: sqlite3.Connection, destination: str, count: int) -> None:
    if not count:
        return
    connection.execute(_KNOW, (destination,))
    connection.execute("UPDATE destinations SET dropped = dropped + ? WHERE destination = ?", (count, destination))


def _is_due(row: tuple[float | None] | None, now: datetime) -> bool:
    """Return whether *now* is no time to wait, by a row of :data:`_NEXT_TRY`.

    Nobody is made to wait for longer than LONGEST_WAIT: if it seems so, the clock was ahead when the wait began.
    """
    until = row[0] if row else None
    return until is None or not 0 < until - now.timestamp() <= LONGEST_WAIT.total_seconds()
