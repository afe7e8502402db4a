"""The door to the file system: files that are read whole, results that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_BLOCK = 1 << 20
"""Bytes that are read at a time."""


def read_text(path: Path) -> str:
    """Return the text of *path*; raise UsageError when it can't be read or is not text."""
    try:
        with path.open("rb") as file:
            return decode(_up_to_nul(file), str(path))
    except OSError as error:
        raise UsageError(f"{clean(str(path))} cannot be read: {error.strerror}") from error


def _up_to_nul(file: IO[bytes]) -> bytes:
    """Return all of *file*, but nothing beyond a NUL, which no text has: /dev/zero never comes to an end."""
    blocks = []
    while block := file.read(_BLOCK):
        blocks.append(block[: block.find(b"\0") + 1] or block)
        if b"\0" in block:
            break
    return b"".join(blocks)


def decode(data: bytes, origin: str) -> str:
    """Return *data* as UTF-8 text; raise UsageError, naming *origin*, when it is something else."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{clean(origin)}, line {line}: this is not UTF-8 text") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{clean(origin)}, line {line}: this is a binary file, not text")
    return text


def read_bytes(path: str, limit: int) -> bytes:
    """Return the bytes of the regular file *path*; raise UsageError when it can't be read or has more than *limit*.

    Pipes, terminals and devices are refused unread: they may never come to an end, or never begin.
    """
    shown = clean(path)
    try:
        _check_regular(shown, os.stat(path).st_mode)  # noqa: PTH116 - opening a pipe would already be noticed
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - as above
            _check_regular(shown, os.fstat(file.fileno()).st_mode)  # another file may have taken its place
            data = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise UsageError(f"{shown} has more than {limit >> 20} MiB, which is too much for what it should hold")
    return data


def _check_regular(shown: str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UsageError(f"{shown} is a directory: name a file, or a pattern such as {shown.rstrip('/')}/*.pem")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{shown} is a pipe or a device: name a file")


def matching(pattern: str) -> Sequence[str]:
    """Return the paths that *pattern* (as a shell's, with ``*``, ``?`` and ``[…]``) stands for, sorted.

    A path without such characters, or of a file that has them in its name, stands for itself, whether it exists or not.
    """
    import glob  # noqa: PLC0415 - takes a millisecond, and few need it

    if not glob.has_magic(pattern) or os.path.lexists(pattern):
        return (pattern,)
    return sorted(glob.glob(pattern))  # noqa: PTH207 - pathlib would drop a leading ./


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Open a new text file that takes the place of *path* when the block ends well; else *path* stays as it was.

    The text is written beside *path* and renamed over it (rename(2) is atomic), so that no reader ever sees half of
    it. A symbolic link keeps pointing where it did: the file behind it is replaced. A file that is open already, as
    ``/dev/stderr``, is written to as it stands. Raises UsageError, before anything is computed, when the folder does
    not take files, and at the end when they could not be written.
    """
    import tempfile  # noqa: PLC0415 - takes milliseconds, and few need it

    number = _descriptor(path)
    if number is not None:
        with _said_as_usage(path), open(os.dup(number), "w", encoding="utf-8", newline="") as opened:  # noqa: PTH123 - has no path
            yield opened
        return
    target = Path(os.path.realpath(path))
    with _said_as_usage(path):
        mode = _mode(target)
    if stat.S_ISDIR(mode):
        raise UsageError(f"{clean(str(path))} is a directory: name a file to write to")
    if not stat.S_ISREG(mode):  # a pipe or a device, such as /dev/stdout, has nothing to replace
        with _said_as_usage(path), target.open("w", encoding="utf-8", newline="") as device:
            yield device
        return
    with _said_as_usage(path):
        stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it outlives this statement on purpose
            "w", encoding="utf-8", newline="", dir=target.parent, prefix=".domaincheck-", delete=False
        )
    try:
        with _said_as_usage(path), stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).chmod(mode & 0o777)
            Path(stream.name).replace(target)
    except BaseException:
        Path(stream.name).unlink(missing_ok=True)
        raise


_DESCRIPTORS = {"/dev/stdout": 1, "/dev/stderr": 2}


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that *path* stands for, if it does: to replace that would tear it from us."""
    if str(path.parent) in {"/dev/fd", "/proc/self/fd"} and path.name.isdecimal():
        return int(path.name)
    return _DESCRIPTORS.get(str(path))


def _mode(target: Path) -> int:
    """Return the type and the permissions that *target* has, or that a new file would get under the umask."""
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return stat.S_IFREG | 0o666 & ~umask


@contextlib.contextmanager
def _said_as_usage(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{clean(str(path))} cannot be written: {error.strerror}") from error
