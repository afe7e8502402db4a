"""The world that a command acts in: environment, streams, clock, network, threads."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from domaincheck.executors.threads import Executor
    from domaincheck.network import Network


def _system_network(*arguments: Any) -> Network:
    from domaincheck.network import SystemNetwork  # noqa: PLC0415 - help pages need no sockets

    return SystemNetwork(*arguments)


def _threads(count: int, name: str) -> Executor:
    from domaincheck.executors.threads import Threads  # noqa: PLC0415 - help pages need none

    return Threads(count, name)


def _dispatch(folder: Path, key: str, host: str, environment: Mapping[str, str], wait: float | None) -> None:
    from domaincheck.telemetry.courier import dispatch  # noqa: PLC0415 - of no use where telemetry is off

    dispatch(folder, key, host, environment, wait)


def _now() -> datetime:
    return datetime.now(UTC)


class _Closed(io.TextIOBase):
    """Stands in for a standard stream that the process was started without; using it fails as for the system's."""

    def read(self, _size: int | None = -1, /) -> str:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def write(self, _text: str, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


class _Lossy(io.TextIOWrapper):
    """A standard error that loses what it cannot take, on a full disk or into a pipe without a reader.

    What there was to say is worth less than the results, and than the exit status.
    """

    def write(self, text: str, /) -> int:
        with contextlib.suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


class _Unheard(io.TextIOBase):
    """Stands in for a standard error that is closed: there is nobody to tell."""

    def write(self, text: str, /) -> int:
        return len(text)


@dataclass(frozen=True, slots=True)
class World:
    """All that a command may touch. Tests hand in their own; nothing below reaches for the real one.

    *environment* are the environment variables; *clock* tells the time in UTC; *make_network* opens the door to the
    network, given an address family and overrides as :class:`domaincheck.network.SystemNetwork` takes them;
    *make_executor* makes so many threads of that name; *dispatch* starts a delivery of telemetry, as
    :func:`domaincheck.telemetry.courier.dispatch` does.
    """

    environment: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    clock: Callable[[], datetime] = _now
    make_network: Callable[..., Network] = _system_network
    make_executor: Callable[[int, str], Executor] = _threads
    dispatch: Callable[[Path, str, str, Mapping[str, str], float | None], None] = _dispatch

    @classmethod
    def real(cls) -> World:
        """Return the world of this process."""
        any_letter = "backslashreplace"  # a terminal that can't show one is no failure
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors=any_letter)
        stderr: Any = _Unheard()
        if hasattr(sys.stderr, "buffer"):
            stderr = _Lossy(sys.stderr.buffer, sys.stderr.encoding, any_letter, line_buffering=True)
        closed: Any = _Closed()
        return cls(os.environ, sys.stdin or closed, sys.stdout or closed, stderr)

    def leave_at_once(self, status: int) -> NoReturn:
        """End this process without waiting for threads that are still talking to somebody.

        Nor for Python to take itself apart, which takes as long as a fifth of a command.
        """
        for stream in (self.stdout, self.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(status)
