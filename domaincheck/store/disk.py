"""What both kinds of store ask of the file system: a lock between processes, a new file, its place for good."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.errors import StateError
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAUSE = 0.02
"""Seconds between two looks at a lock that another process holds."""


@contextlib.contextmanager
def locked(path: Path, patience: float) -> Iterator[None]:
    """Keep all other processes and threads that lock *path* waiting while the block runs.

    The lock is on a file beside *path*, since *path* itself is replaced, and it ends with the process, however that
    ends. The file stays: were it removed, one process could lock the old and another a new one. Folders that are
    missing are made, for their owner alone. Raises StateError when the lock is not to be had within *patience* seconds.
    """
    with told(path):
        _make_folder(path.parent)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with told(path):
            _acquire(lock, path, patience)
        yield
    finally:
        os.close(lock)


def begin(path: Path, fill: Callable[[Path], None]) -> None:
    """Make the file *path*, readable by its owner alone, which *fill* writes elsewhere first: nobody sees it half done.

    To be called with the lock on *path* held, and only if there is no such file.
    """
    with told(path):
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    fresh = Path(name)
    try:
        with told(path):
            fill(fresh)
            settle(fresh)
            fresh.rename(path)
            settle(path.parent)
    except BaseException:
        fresh.unlink(missing_ok=True)
        Path(f"{name}-journal").unlink(missing_ok=True)  # SQLite's
        raise


def exists(path: Path) -> bool:
    """Return whether there is a file at *path*; raise StateError if that can't be told."""
    with told(path):
        return path.exists()


def settle(path: Path) -> None:
    """Wait until the file or folder at *path* is on the disk; it is its folder that a rename changes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into a StateError about the store at *path*."""
    try:
        yield
    except OSError as error:
        raise StateError(f"{clean(str(path))} cannot be used: {error.strerror}; nothing was changed") from error


def busy(path: Path, patience: float) -> StateError:
    """Return what to raise when others have been writing to *path* for all of *patience* seconds."""
    return StateError(
        f"{clean(str(path))}: another process has been writing to it for {patience:g} s; nothing was changed, "
        "try again when it is done"
    )


def _make_folder(folder: Path) -> None:
    """Make *folder* and those above it that are missing; mkdir's own *parents* would leave these open to all."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _acquire(lock: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise busy(path, patience) from None
            time.sleep(_PAUSE)
        else:
            return
