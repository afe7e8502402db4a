"""One at a time: a lock that the operating system lets go of when its holder is gone, however it went."""

from __future__ import annotations

import contextlib
import fcntl
import os
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
