"""Threads that make calls, with as little around each call as will do.

:class:`concurrent.futures.ThreadPoolExecutor` gives each call a lock and a condition, and takes 14 ms to import; with a
thousand handshakes a second that is a tenth of all the work. Any executor that has the methods of :class:`Executor` can
take the place of these threads, the standard library's among them.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, Self

from domaincheck.errors import DomaincheckError

if TYPE_CHECKING:
    from collections.abc import Callable


class Call(Protocol):
    """One call under way, as a :class:`concurrent.futures.Future`."""

    def result(self) -> Any:
        """Return what the call returned, or raise what it raised; asked only of a call that has ended."""

    def cancel(self) -> bool:
        """Keep the call from being made, if it has not begun; return whether that could be done."""

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None:
        """Have *callback* called with this call when it has ended, in whatever thread; at once if it has."""


class Executor(Protocol):
    """What makes calls elsewhere, as a :class:`concurrent.futures.Executor`."""

    def submit(self, job: Callable[..., Any], /, *arguments: Any) -> Call:
        """Have *job* called with *arguments*."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; with *cancel_futures* forget those not begun, with *wait* return when all have ended."""


class Closing:
    """Makes an executor a context manager, which waits for its calls at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls."""
        raise NotImplementedError


class Threads(Closing):
    """An executor of *count* threads at the most, called *name*; one more is started with each call until then.

    They are daemons: what a thread is doing when the process ends is given up. *make* makes a thread; DomaincheckError
    says that the system refuses to start it.
    """

    def __init__(self, count: int, name: str, make: Callable[..., threading.Thread] = threading.Thread) -> None:
        self._count, self._name, self._make = count, name, make
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, job: Callable[..., Any], /, *arguments: Any) -> Call:
        """Have *job* called with *arguments* by the next thread that is free."""
        if self._closed:
            raise RuntimeError("no calls are taken after the shutdown")
        call = _Call(job, arguments)
        self._calls.put(call)
        if len(self._threads) < self._count:
            self._start_another()
        return call

    def _start_another(self) -> None:
        name = f"{self._name}-{len(self._threads)}"
        thread = self._make(target=_serve, args=(self._calls,), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            words = f"no more than {len(self._threads)} threads can be started here: use fewer --jobs"
            raise DomaincheckError(words) from error
        self._threads.append(thread)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end; see :meth:`Executor.shutdown`."""
        self._closed = True
        if cancel_futures:
            self._forget()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _forget(self) -> None:
        try:
            while True:
                if call := self._calls.get_nowait():
                    call.cancel()
        except Empty:
            return


def _serve(calls: SimpleQueue[_Call | None]) -> None:
    while call := calls.get():
        call.make()


class _Call:
    """A call of :class:`Threads`. Whoever pops the one item of ``_begin``, or of ``_tell``, may do so: no lock."""

    __slots__ = ("_arguments", "_begin", "_callback", "_ended", "_error", "_job", "_tell", "_value")

    def __init__(self, job: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._job, self._arguments = job, arguments
        self._value: Any = None
        self._error: BaseException | None = None
        self._callback: Callable[[Any], object] | None = None
        self._ended = False
        self._begin, self._tell = [True], [True]

    def make(self) -> None:
        if not _pop(self._begin):
            return  # it was cancelled
        try:
            self._value = self._job(*self._arguments)
        except BaseException as error:  # noqa: BLE001 - for whoever asks for the result
            self._error = error
        self._end()

    def cancel(self) -> bool:
        if not _pop(self._begin):
            return False
        self._error = RuntimeError("the call was cancelled")
        self._end()
        return True

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        if not self._ended:
            raise RuntimeError("the call has not ended")
        return self._value

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None:
        self._callback = callback
        if self._ended and _pop(self._tell):  # it ended before, or just now and unseen
            callback(self)

    def _end(self) -> None:
        self._ended = True
        callback = self._callback
        if callback is not None and _pop(self._tell):
            callback(self)


def _pop(items: list[bool]) -> bool:
    """Take the only item of *items*, and return whether it was there: of many threads one gets it."""
    try:
        return items.pop()
    except IndexError:
        return False
