"""The one deadline that a network operation has, from the name look-up to the last byte."""

from __future__ import annotations

import time

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode


class Deadline:
    """A point in time, *seconds* from its making, after which an operation has failed."""

    __slots__ = ("_end", "_parent", "_paused", "_seconds", "_start")

    def __init__(self, seconds: float, parent: Deadline | None = None) -> None:
        self._seconds = seconds
        self._parent = parent
        self._paused = 0.0
        self._start = time.monotonic()
        self._end = self._start + seconds

    def remaining(self) -> float:
        """Return the seconds left, always more than 0; raise NetworkError (``timeout``) when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.exceeded()
        return left

    def elapsed(self) -> float:
        """Return the seconds since the operation began, whole or in steps, without those by which it was put off."""
        if self._parent is not None:
            return self._parent.elapsed()
        return time.monotonic() - self._start - self._paused

    def part(self, share: float) -> Deadline:
        """Return a deadline for the first step of an operation: *share* (0 to 1) of the time that is left."""
        return Deadline(self.remaining() * share, self)

    def extend(self, seconds: float) -> None:
        """Put the deadline, and that of the whole operation, off by *seconds* that were not spent on the network."""
        self._end += seconds
        self._paused += seconds
        if self._parent is not None:
            self._parent.extend(seconds)

    def exceeded(self) -> NetworkError:
        """Return the error that says that the time is over."""
        return NetworkError(ProblemCode.TIMEOUT, f"no complete answer within {self._seconds:.3g} s")
