"""Where targets come from: arguments, files, standard input."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from domaincheck.cli.parsers import STREAM
from domaincheck.errors import UsageError
from domaincheck.files.whole import decode, matching, read_text
from domaincheck.model import InvalidTarget, Target
from domaincheck.schemes import SCHEMES
from domaincheck.targets import distinct, names_file, parse_files, pieces, read, with_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from domaincheck.schemes import Scheme
    from domaincheck.targets.lists import Item


@dataclass(frozen=True, slots=True)
class TargetList:
    """Texts that hold targets, each with the name of the file it came from, ``None`` for the command line.

    Targets without a scheme are taken for ones with the scheme *plain*.
    """

    texts: tuple[tuple[str, str | None], ...]
    plain: Scheme = SCHEMES["https"]

    def __iter__(self) -> Iterator[Item]:
        """Yield the targets, each once, as they are read."""
        return distinct(chain.from_iterable(read(text, origin, self.plain, matching) for text, origin in self.texts))

    def with_domains(self) -> Iterator[Item]:
        """Yield the targets with their registrable domains."""
        return (with_domain(item) if isinstance(item, Target) else item for item in self)

    def count(self) -> int:
        """Return how many targets there are at most, before those named twice are merged."""
        return sum(1 for _ in self._places())

    def __bool__(self) -> bool:
        return any(True for _ in self._places())

    @property
    def more_than_one(self) -> bool:
        """Whether there may be more than one target."""
        places = self._places()
        return next(places, None) is not None and next(places, None) is not None

    def _places(self) -> Iterator[object]:
        """Yield something for each target, without reading what the targets are."""
        for text, origin in self.texts:
            for _, piece in pieces(text, origin, self.plain):
                if not isinstance(piece, InvalidTarget) and names_file(piece):
                    yield from parse_files(piece, matching)
                else:
                    yield piece


def gather(
    arguments: Sequence[str], files: Sequence[Path], stdin: TextIO, plain: Scheme = SCHEMES["https"]
) -> TargetList:
    """Return the targets named by *arguments* and in *files*, where ``-`` stands for *stdin*, with that *plain* scheme.

    Raises UsageError, before anything is probed, when a file can't be read, is CSV without a column of targets, or when
    there is no target at all.
    """
    named = [(argument, None) for argument in arguments if argument != STREAM]
    texts: list[tuple[str, str | None]] = [*named]
    texts += [(read_text(path), str(path)) for path in files if str(path) != STREAM]
    if STREAM in (*arguments, *map(str, files)):
        texts.append((read_all(stdin), "standard input"))
    for text, origin in texts:
        pieces(text, origin)
    targets = TargetList(tuple(texts), plain)
    if not targets:
        raise UsageError(
            "there is no target to check: name one, as in 'domaincheck check example.com', or a list with --file"
        )
    return targets


def read_all(stdin: TextIO) -> str:
    """Return the text that comes from *stdin*; raise UsageError when it cannot be read, or is no text."""
    binary = getattr(stdin, "buffer", None)
    try:
        return decode(binary.read(), "standard input") if binary else stdin.read()
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from error
