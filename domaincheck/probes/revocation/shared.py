"""Fetches each thing once, however many threads ask for it at a time, and keeps it while it holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from domaincheck.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from domaincheck.network import Deadline

T = TypeVar("T")

MOST_BYTES = 64 << 20
"""What is kept at a time; the oldest goes first."""

FAILURE_HOLDS = 60.0
"""Seconds for which what could not be had is not tried again, so that a dead server costs its time but once."""

FAIR = 2.0
"""Seconds that a server must have had to answer before its silence counts against it."""

_OVERHEAD = 1000
"""Bytes that keeping anything takes, however small it is."""


class Fetched(NamedTuple, Generic[T]):
    """Something that takes *size* bytes and may be used *until* a POSIX time."""

    value: T
    size: int
    until: float


class _Failed(NamedTuple):
    code: str
    message: str


@dataclass(slots=True)
class Shared(Generic[T]):
    """Things by key; *clock* tells the POSIX time."""

    clock: Callable[[], float]
    most_bytes: int = MOST_BYTES
    _kept: dict[Hashable, Fetched[T | _Failed]] = field(default_factory=dict)
    _under_way: dict[Hashable, threading.Event] = field(default_factory=dict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, deadline: Deadline, fetch: Callable[[], Fetched[T]]) -> T:
        """Return what is kept under *key*, or what *fetch* brings, by *deadline*; raise NetworkError if it fails."""
        while True:
            now = self.clock()
            with self._lock:
                kept = self._kept.get(key)
                if kept is not None and kept.until > now:
                    break
                under_way = self._under_way.get(key)
                if under_way is None:
                    self._under_way[key] = threading.Event()
            if under_way is None:
                return self._fetch(key, deadline, fetch)
            if not under_way.wait(deadline.remaining()):
                raise deadline.exceeded()
        if isinstance(kept.value, _Failed):
            raise NetworkError(*kept.value)
        return kept.value

    def _fetch(self, key: Hashable, deadline: Deadline, fetch: Callable[[], Fetched[T]]) -> T:
        try:
            patience = deadline.remaining()
            try:
                fetched = fetch()
            except NetworkError as error:
                if patience >= FAIR or not _is_over(deadline):
                    failed = _Failed(error.code, str(error))
                    self._keep(key, Fetched(failed, 0, self.clock() + FAILURE_HOLDS))
                raise
            self._keep(key, Fetched(*fetched))
            return fetched.value
        finally:
            with self._lock:
                self._under_way.pop(key).set()

    def _keep(self, key: Hashable, fetched: Fetched[T | _Failed]) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._kept[key] = fetched
            self._size += fetched.size + (0 if old else _OVERHEAD) - (old.size if old else 0)
            while self._size > self.most_bytes and len(self._kept) > 1:
                self._size -= self._kept.pop(next(iter(self._kept))).size + _OVERHEAD


def _is_over(deadline: Deadline) -> bool:
    try:
        deadline.remaining()
    except NetworkError:
        return True
    return False
