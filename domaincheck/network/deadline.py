"""The one deadline that a network operation has, from the name look-up to the last byte."""

from __future__ import annotations

import time

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode


class Deadline:
    """A point in time, *seconds* from its making, after which an operation has failed."""

    __slots__ = ("_end", "_seconds", "_start")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = time.monotonic()
        self._end = self._start + seconds

    def remaining(self) -> float:
        """Return the seconds left, always more than 0; raise NetworkError (``timeout``) when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.exceeded()
        return left

    def elapsed(self) -> float:
        """Return the seconds since the deadline was set."""
        return time.monotonic() - self._start

    def exceeded(self) -> NetworkError:
        """Return the error that says that the time is over."""
        return NetworkError(ProblemCode.TIMEOUT, f"no complete answer within {self._seconds:g} s")
