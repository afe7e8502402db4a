"""Takes events out of the outbox, batch by batch, and hands them to whoever sends them; one process at a time.

An event leaves the outbox when its arrival is certain. Whoever is killed just before that leaves it there: it is sent
once more under the same uuid, and PostHog keeps it once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaincheck.errors import StateError
from domaincheck.files.lock import holding
from domaincheck.telemetry.answers import wait
from domaincheck.telemetry.courier import LONGEST_REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from domaincheck.telemetry.answers import Failure
    from domaincheck.telemetry.events import Envelope
    from domaincheck.telemetry.outbox import Outbox

    Send = Callable[[Sequence[Envelope], float], Failure | None]
    """Sends events within so many seconds; returns why they did not arrive, or ``None`` if they did."""

LARGEST_BATCH = 100

_MOST_DOUBTFUL = 3
_UNWRITABLE = "the outbox cannot be written, so what was sent will be sent again"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a delivery: how many events were *sent*, and the *error* that ended it, if one did.

    *busy* is whether it was left to another process, which was delivering already.
    """

    sent: int = 0
    error: str | None = None
    busy: bool = False


@dataclass(slots=True)
class Delivery:
    """Delivers what *outbox* holds for *destination*, by means of *send*, in *seconds* at most; made for one run.

    *clock* tells the time. *tell_dropped* makes the event that says how many were dropped.
    """

    outbox: Outbox
    destination: str
    send: Send
    clock: Callable[[], datetime]
    tell_dropped: Callable[[int], Envelope]
    seconds: float
    _end: float = field(init=False)
    _sent: int = 0
    _size: int = LARGEST_BATCH
    _doubtful: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.seconds

    def run(self, lock: Path) -> Outcome:
        """Deliver while holding *lock*; leave it to the other process if one holds it.

        Who adds an event and finds the lock held relies on its holder, who may have looked into the outbox for the last
        time just before. So after letting go there is one more look.
        """
        while True:
            try:
                with holding(lock) as alone:
                    if not alone:
                        return Outcome(self._sent, busy=True)
                    error = self._until_empty()
            except StateError as failure:
                return Outcome(self._sent, str(failure))
            if error or not self._time_for_more() or not self.outbox.batch(self.destination, 1):
                return Outcome(self._sent, error)

    def _until_empty(self) -> str | None:
        """Send batch after batch until none is left or the time is over; return why it ended before, if it did."""
        failure = None
        while batch := self._next():
            if not self._time_for_more():
                return None
            failure = self.send(batch, min(self._end - time.monotonic(), LONGEST_REQUEST))
            if failure is None:
                if not self._settle([envelope.uuid for envelope in batch]):
                    return _UNWRITABLE
            elif not self._narrow(batch, failure):
                return self._postpone(failure)
        return self._postpone(failure) if failure and self._doubtful else None

    def _next(self) -> list[Envelope]:
        """Return the oldest events, without those that are doubtful."""
        found = self.outbox.batch(self.destination, self._size + len(self._doubtful))
        return [envelope for envelope in found if envelope.uuid not in self._doubtful][: self._size]

    def _time_for_more(self) -> bool:
        """Return whether another batch may be begun: the first one always, a further one if it can take its time."""
        left = self._end - time.monotonic()
        return left > (LONGEST_REQUEST if self._sent else 0)

    def _settle(self, arrived: Sequence[str]) -> bool:
        """Take what arrived out of the outbox; return whether that was done."""
        self._sent += len(arrived)
        if not self.outbox.delivered(arrived):
            return False
        self.outbox.succeeded(self.destination, self.clock())
        self._drop_doubtful()
        self.outbox.report_dropped(self.destination, self.tell_dropped)
        self._size = min(2 * self._size, LARGEST_BATCH)
        return True

    def _narrow(self, batch: Sequence[Envelope], failure: Failure) -> bool:
        """Try with fewer events if they may be the reason of *failure*; return whether there is a way to.

        One that is refused alone is doubtful: it is left out, and the next is tried.
        """
        if not failure.blames_events or len(self._doubtful) >= _MOST_DOUBTFUL:
            return False
        if len(batch) > 1:
            self._size = len(batch) // 2
        else:
            self._doubtful.append(batch[0].uuid)
            self._drop_doubtful()
        return True

    def _drop_doubtful(self) -> None:
        """Drop what is doubtful once another event was taken.

        Until then it may as well be that somebody is there who refuses everything, and who is not PostHog.
        """
        if self._sent and self._doubtful and self.outbox.refused(self._doubtful):
            self._doubtful = []

    def _postpone(self, failure: Failure) -> str:
        now = self.clock()
        failures = self.outbox.standing(self.destination, now).failures
        self.outbox.postponed(self.destination, now, failure.words, wait(failure, failures))
        return failure.words
