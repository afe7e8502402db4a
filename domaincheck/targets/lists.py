"""Lists of targets, as typed, piped or kept in a file. All of it is lazy: a list may have a million targets.

A file may be CSV with a header, see :mod:`domaincheck.targets.tables`; what follows is about all others.

Commas and white space separate targets. The path of a ``file:`` target may hold both, so such a one ends with its line,
or at a comma that white space or another ``file:`` follows.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from domaincheck.model import CertificateFile, InvalidTarget, Target
from domaincheck.schemes import SCHEMES
from domaincheck.targets.certificate_files import names_file, parse_files
from domaincheck.targets.parse import parse
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.schemes import Scheme
    from domaincheck.targets.certificate_files import Find

    Item = Target | CertificateFile | InvalidTarget

_LINE_END = r"\r\n?|\n"
# U+FEFF is the byte order mark that some editors put before a file's first line.
_PIECES = rf"{_LINE_END}|(?i:file:)(?:[^\r\n,]|,(?!\s|\Z|(?i:file:)))*|[^\s,\ufeff]+"
_PIECES_AND_COMMENTS = rf"{_LINE_END}|#[^\r\n]*|(?i:file:)(?:[^\r\n,#]|,(?!\s|\Z|#|(?i:file:)))*|[^\s,#\ufeff]+"


def split(text: str, *, comments: bool) -> Iterator[tuple[int, str]]:
    """Yield the pieces of *text* between commas and white space, each with the number of its line, from 1.

    With *comments*, a ``#`` hides the rest of its line, wherever it stands.
    """
    line = 1
    for match in re.finditer(_PIECES_AND_COMMENTS if comments else _PIECES, text):
        piece = match[0]
        if piece[0] in "\r\n":
            line += 1
        elif not (comments and piece[0] == "#"):
            yield line, piece.rstrip()  # only a path can have white space at its end


def pieces(
    text: str, origin: str | None, plain: Scheme = SCHEMES["https"]
) -> Iterator[tuple[int, str | InvalidTarget]]:
    """Yield what a list names, be it plain or CSV, and faults of a CSV, each with the number of its line.

    The parameters are those of :func:`read`. Raises UsageError, at once, for CSV without a column of targets.
    """
    if origin is None:
        return split(text, comments=False)
    from domaincheck.targets.tables import rows, table_of  # noqa: PLC0415 - the command line has no use for it

    table = table_of(text, origin)
    return split(text, comments=True) if table is None else rows(text, table, plain)


def read(text: str, origin: str | None, plain: Scheme = SCHEMES["https"], find: Find | None = None) -> Iterator[Item]:
    """Yield the targets of a list in its order.

    *origin* is the name of the file that *text* came from: there comments are allowed, and the reason of an invalid
    target begins with the place where it stood. It is ``None`` for the command line. *plain* is as for :func:`parse`.
    *find* finds certificate files; without it there is no place for them.
    """
    for line, piece in pieces(text, origin, plain):
        for target in _targets(piece, plain, find):
            if origin is not None and isinstance(target, InvalidTarget):
                yield replace(target, reason=clean(f"{origin}, line {line}: {target.reason}"))
            else:
                yield target


def _targets(piece: str | InvalidTarget, plain: Scheme, find: Find | None) -> Iterable[Item]:
    if isinstance(piece, InvalidTarget):
        return (piece,)
    return parse_files(piece, find) if find and names_file(piece) else (parse(piece, plain),)


def distinct(items: Iterable[Item]) -> Iterator[Item]:
    """Yield *items* without the targets that ask the same of the same host and port as an earlier one, or same file.

    Every invalid target comes through, since each is a fault at a place of its own.
    """
    seen: set[str] = set()
    for item in items:
        if not isinstance(item, InvalidTarget):
            key = _key(item)
            if key in seen:
                continue
            seen.add(key)
        yield item


def _key(item: Target | CertificateFile) -> str:
    if isinstance(item, CertificateFile):
        return f"file:{posixpath.normpath(item.path)}"
    return f"{item.host} {item.port} {item.starttls or ''}"
