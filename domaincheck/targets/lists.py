"""Lists of targets, as typed, piped or kept in a file. All of it is lazy: a list may have a million targets."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from domaincheck.model import InvalidTarget, Target
from domaincheck.targets.parse import parse
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINE_END = r"\r\n?|\n"
# U+FEFF is the byte order mark that some editors put before a file's first line.
_PIECES = re.compile(rf"{_LINE_END}|[^\s,\ufeff]+")
_PIECES_AND_COMMENTS = re.compile(rf"{_LINE_END}|#[^\r\n]*|[^\s,#\ufeff]+")


def split(text: str, *, comments: bool) -> Iterator[tuple[int, str]]:
    """Yield the pieces of *text* between commas and white space, each with the number of its line, from 1.

    With *comments*, a ``#`` hides the rest of its line, wherever it stands.
    """
    line = 1
    for match in (_PIECES_AND_COMMENTS if comments else _PIECES).finditer(text):
        piece = match[0]
        if piece[0] in "\r\n":
            line += 1
        elif not (comments and piece[0] == "#"):
            yield line, piece


def read(text: str, origin: str | None) -> Iterator[Target | InvalidTarget]:
    """Yield the targets of a list in its order.

    *origin* is the name of the file that *text* came from: there comments are allowed, and the reason of an invalid
    target begins with the place where it stood. It is ``None`` for the command line.
    """
    for line, piece in split(text, comments=origin is not None):
        target = parse(piece)
        if origin is not None and isinstance(target, InvalidTarget):
            target = replace(target, reason=clean(f"{origin}, line {line}: {target.reason}"))
        yield target


def distinct(items: Iterable[Target | InvalidTarget]) -> Iterator[Target | InvalidTarget]:
    """Yield *items* without the targets that ask the same of the same host and port as an earlier one.

    Every invalid target comes through, since each is a fault at a place of its own.
    """
    seen: set[str] = set()
    for item in items:
        if isinstance(item, Target):
            key = f"{item.host} {item.port} {item.starttls or ''}"
            if key in seen:
                continue
            seen.add(key)
        yield item
