"""An executor with a line for each server, so that whoever waits for a slow one keeps nobody else waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.executors.threads import Closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.executors.threads import Call, Executor


class Lines(Closing):
    """Runs each job in the line that *route* names for its argument; *make_line* makes the executor of a new line."""

    def __init__(self, route: Callable[[Any], str], make_line: Callable[[], Executor]) -> None:
        self._route = route
        self._make_line = make_line
        self._lines: dict[str, Executor] = {}

    def submit(self, job: Callable[..., Any], /, *arguments: Any) -> Call:
        """Queue *job* in the line of its first argument."""
        name = self._route(arguments[0])
        if name not in self._lines:
            self._lines[name] = self._make_line()
        return self._lines[name].submit(job, *arguments)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Shut every line down, as :meth:`domaincheck.executors.threads.Executor.shutdown`."""
        for line in self._lines.values():
            line.shutdown(wait=wait, cancel_futures=cancel_futures)
