"""How fast each registry server may be asked: registries ban the eager, and a ban says nothing about a domain.

One pacer is shared by all threads. Each server has a bucket of tokens: a few queries go out at once, the rest at its
rate. A server that says "enough" is left alone by everybody until the time it named is over, in later runs too.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domaincheck.network import Deadline
    from domaincheck.probes.source import Answer, Source

RATE = 1.0
"""Queries a second to one server, unless the settings or the table say otherwise."""

BURST = 4
"""Queries that may go out at once after a pause: a handful of domains should not have to wait."""

STRICTER = {  # what these registries are known to put up with, in queries a second
    "rdap.nic.it": 0.5,
    "whois.nic.it": 0.5,
    "rdap.eu": 0.5,
    "whois.eu": 0.5,
    "rdap.identitydigital.services": 0.5,
    "whois.nic.io": 0.5,
    "whois.tcinet.ru": 0.5,
    "rdap.nic.net.ng": 0.5,
    "whois.nic.net.ng": 0.5,
}

STAY_AWAY = 60.0
"""Seconds to leave a server alone that refused without naming a time."""

LONGEST_ABSENCE = 86400.0
"""Seconds of absence that are believed; nobody means a month."""

NOTICEABLE = 1.0
"""Seconds of waiting from which on it is told why."""


class Limits(Protocol):
    """Remembers until when servers want to be left alone, in POSIX time; the state file is one."""

    def limit(self, server: str, now: float) -> float | None:
        """Return until when *server* asked to be left alone, if that is after *now*."""

    def keep_limit(self, server: str, now: float, until: float) -> None:
        """Remember that *server* wants to be left alone until *until*."""


@dataclass(slots=True)
class _Bucket:
    """One server's allowance: *ready* is when the last query that was let through counts as paid for."""

    ready: float = float("-inf")
    away_until: float = 0.0
    asked_memory: bool = False


@dataclass(slots=True)
class Pacer:
    """Lets queries through at each server's pace.

    *rate* is in queries a second; a server of *stricter* gets at most its own. *clock* tells the time of day, which
    remembered limits are in; waiting itself is measured by a clock that is never set. *tell* is given a sentence when
    somebody has to wait noticeably long. *monotonic* and *rest* measure and pass the time of waiting.
    """

    clock: Callable[[], datetime]
    limits: Limits | None = None
    rate: float = RATE
    stricter: Mapping[str, float] = field(default_factory=lambda: STRICTER)
    tell: Callable[[str], None] = field(default=lambda _: None)
    monotonic: Callable[[], float] = time.monotonic
    rest: Callable[[float], object] = field(default=lambda seconds: threading.Event().wait(seconds))
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, server: str) -> float:
        """Wait for *server*'s turn and return the seconds that took.

        Raises NetworkError (``rate_limited``) at once when the server wants to be left alone.
        """
        delay = self._reserve(server)
        if delay > NOTICEABLE:
            rate = self.rate_of(server)
            self.tell(f"waiting {delay:.0f} s for {server}, which is asked {rate:g} times a second at most")
        if delay > 0:
            self.rest(delay)
        return delay

    def refuse_if_away(self, server: str) -> None:
        """Raise NetworkError (``rate_limited``) while *server* wants to be left alone."""
        now = self.clock().timestamp()
        with self._lock:
            until = self._away_until(server, now)
        if until > now:
            words = f"{server} asked to be left alone for another {until - now:.0f} s"
            raise NetworkError(ProblemCode.RATE_LIMITED, words, retry_after=until - now)

    def stay_away(self, server: str, seconds: float | None) -> None:
        """Leave *server* alone for *seconds*, or for a minute if it named no time; everybody does.

        Of two limits the longer one holds.
        """
        now = self.clock().timestamp()
        until = now + min(max(STAY_AWAY if seconds is None else seconds, 1.0), LONGEST_ABSENCE)
        with self._lock:
            until = max(until, self._away_until(server, now))
            self._bucket(server).away_until = until
        if self.limits:
            self.limits.keep_limit(server, now, until)

    def rate_of(self, server: str) -> float:
        """Return how many queries a second *server* (a host, or host:port) gets."""
        return min(self.rate, self.stricter.get(server.partition(":")[0], self.rate))

    def _reserve(self, server: str) -> float:
        """Take the next free place in *server*'s line and return the seconds until it is due."""
        self.refuse_if_away(server)
        interval = 1 / self.rate_of(server)
        with self._lock:
            bucket = self._bucket(server)
            now = self.monotonic()
            bucket.ready = max(bucket.ready, now - (BURST - 1) * interval)
            delay = bucket.ready - now
            bucket.ready += interval
        return max(0.0, delay)

    def _away_until(self, server: str, now: float) -> float:
        """Return until when *server* wants to be left alone, as far as that can be believed; 0 if it doesn't."""
        bucket = self._bucket(server)
        if not bucket.asked_memory:
            bucket.asked_memory = True
            bucket.away_until = (self.limits.limit(server, now) if self.limits else None) or 0.0
        # a limit that is further away was remembered by a clock that has been set back since
        return bucket.away_until if bucket.away_until <= now + LONGEST_ABSENCE else 0.0

    def _bucket(self, server: str) -> _Bucket:
        return self._buckets.setdefault(server, _Bucket())


@dataclass(frozen=True, slots=True)
class PacedSource:
    """A source that is asked at its server's pace. Time spent waiting in line is no part of the look-up's deadline."""

    source: Source
    server: str
    pacer: Pacer

    def look_up(self, domain: str, deadline: Deadline) -> Answer:
        """Return what the source says, as :class:`domaincheck.probes.source.Source` has it, when its turn has come."""
        deadline.extend(self.pacer.wait(self.server))
        self.pacer.refuse_if_away(self.server)  # another thread may have met the limit meanwhile
        try:
            return self.source.look_up(domain, deadline)
        except NetworkError as error:
            if error.code == ProblemCode.RATE_LIMITED:
                self.pacer.stay_away(self.server, error.retry_after)
            raise
