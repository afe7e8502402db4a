"""One at a time: a lock that the operating system lets go of when its holder is gone, however it went."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from typing import TYPE_CHECKING

from domaincheck.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def holding(path: Path) -> Iterator[bool]:
    """Hold the lock file at *path* during the block, and say whether it could be had: another process may hold it.

    Raises StateError when the file can't be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(f"{path} cannot be made: {error.strerror}") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(file)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for the same *folder*, and keep the others out meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)  # what was put into the folder is there for good
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def in_turn(folder: Path, patience: float) -> Iterator[None]:
    """Wait for one's turn among those who want to be alone in *folder*: first come, first served.

    A process that holds the others up, because it is stopped, does so for *patience* seconds at most, and then the
    block begins all the same. So it does where there is no such folder yet, or no such lock. It is no protection, then,
    but it makes the wait for one fair: who only asks again and again, as SQLite does, may never be lucky in a crowd.
    """
    with contextlib.ExitStack() as afterwards:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            afterwards.callback(os.close, descriptor)
            _queue(descriptor, patience)
        yield


def _queue(descriptor: int, patience: float) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # only a thread that is left behind can leave the kernel's queue before its turn
        waiting = threading.Thread(target=_wait, args=(descriptor,), daemon=True)
        waiting.start()
        waiting.join(patience)


def _wait(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
