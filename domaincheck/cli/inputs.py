"""Where targets come from: arguments, files, standard input."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from domaincheck.errors import UsageError
from domaincheck.files import decode, read_text
from domaincheck.model import Target
from domaincheck.targets import distinct, read, split, with_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from domaincheck.model import InvalidTarget

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class TargetList:
    """Texts that hold targets, each with the name of the file it came from, ``None`` for the command line."""

    texts: tuple[tuple[str, str | None], ...]

    def __iter__(self) -> Iterator[Target | InvalidTarget]:
        """Yield the targets, each once, as they are read."""
        return distinct(chain.from_iterable(read(text, origin) for text, origin in self.texts))

    def with_domains(self) -> Iterator[Target | InvalidTarget]:
        """Yield the targets with their registrable domains."""
        return (with_domain(item) if isinstance(item, Target) else item for item in self)

    def count(self) -> int:
        """Return how many targets there are at most, before those named twice are merged."""
        return sum(1 for text, origin in self.texts for _ in split(text, comments=origin is not None))

    def __bool__(self) -> bool:
        return any(True for text, origin in self.texts for _ in split(text, comments=origin is not None))

    @property
    def more_than_one(self) -> bool:
        """Whether there may be more than one target."""
        pieces = chain.from_iterable(split(text, comments=origin is not None) for text, origin in self.texts)
        return next(pieces, None) is not None and next(pieces, None) is not None


def gather(arguments: Sequence[str], files: Sequence[Path], stdin: TextIO) -> TargetList:
    """Return the targets named by *arguments* and in *files*, where ``-`` stands for *stdin*.

    Raises UsageError, before anything is probed, when a file can't be read or there is no target at all.
    """
    named = [(argument, None) for argument in arguments if argument != STANDARD_INPUT]
    texts: list[tuple[str, str | None]] = [*named]
    texts += [(read_text(path), str(path)) for path in files if str(path) != STANDARD_INPUT]
    if STANDARD_INPUT in (*arguments, *map(str, files)):
        texts.append((_read_all(stdin), "standard input"))
    targets = TargetList(tuple(texts))
    if not targets:
        raise UsageError(
            "there is no target to check: name one, as in 'domaincheck check example.com', or a list with --file"
        )
    return targets


def _read_all(stdin: TextIO) -> str:
    binary = getattr(stdin, "buffer", None)
    try:
        return decode(binary.read(), "standard input") if binary else stdin.read()
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from error
