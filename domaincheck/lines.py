"""An executor with a line for each server, so that whoever waits for a slow one keeps nobody else waiting."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

P = ParamSpec("P")
T = TypeVar("T")


class Lines(Executor):
    """Runs each job in the line that *route* names for its argument; *make_line* makes the executor of a new line."""

    def __init__(self, route: Callable[[Any], str], make_line: Callable[[], Executor]) -> None:
        self._route = route
        self._make_line = make_line
        self._lines: dict[str, Executor] = {}

    def submit(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue *job* in the line of its first argument."""
        name = self._route(args[0])
        if name not in self._lines:
            self._lines[name] = self._make_line()
        return self._lines[name].submit(job, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Shut every line down, as :meth:`concurrent.futures.Executor.shutdown`."""
        for line in self._lines.values():
            line.shutdown(wait=wait, cancel_futures=cancel_futures)
