"""Ctrl-C: ends the wait for more results, but not the printing of those there are."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Interruption:
    """What Ctrl-C means while results come in; *happened* says whether it was pressed.

    It may come at any moment, also while a result is being printed, and then must not tear that in two: only a wait
    is broken off. Who presses it a second time wants no more printed either.
    """

    def __init__(self) -> None:
        self.happened = False
        self._waiting = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Listen for Ctrl-C while the block runs, unless somebody else does or it is to be ignored."""
        ours = threading.current_thread() is threading.main_thread()
        if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def guard(self, results: Iterator[T]) -> Iterator[T]:
        """Yield *results* until they end or the user interrupts."""
        while not self.happened:
            result = None
            try:
                self._waiting = True
                result = next(results, None)
            except KeyboardInterrupt:
                self.happened = True
            finally:
                self._waiting = False
            if result is None:
                return
            yield result

    def _hear(self, *_: object) -> None:
        if self._waiting or self.happened:
            raise KeyboardInterrupt
        self.happened = True
