"""Lists of targets as spreadsheets and inventories write them: CSV with a header, a target in one of its columns."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.model import InvalidTarget, Target
from domaincheck.targets.certificate_files import names_file
from domaincheck.targets.hosts import quote
from domaincheck.targets.parse import parse
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.schemes import Scheme

COLUMNS = ("target", "host", "hostname", "domain", "domain name")
"""What a column of targets is called, in any case; of several the first of these counts."""

PORT = "port"

_SEPARATORS = ",;\t"
_LONGEST_HEADER = 65_536
"""Characters; a longer first line is a list."""

_SHOWN = 80
"""Characters of a row that are repeated where it names no target."""

_LINES = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Table:
    """What a header tells: *column* has the targets and *port*, if there is one, their ports, both counted from 0.

    The header begins at the character *start*, on the line *line*; *separator* stands between its cells.
    """

    start: int
    line: int
    separator: str
    column: int
    port: int | None


def table_of(text: str, origin: str) -> Table | None:
    """Return how the CSV *text* of the file *origin* is laid out; ``None`` if it is a plain list.

    That is told by its first line alone, but for comments and empty ones: a header has a cell with a name of COLUMNS.
    Raises UsageError for what is a header all the same, and has none.
    """
    start, line, header = _first_line(text)
    most_cells_first = sorted(((_cells(header, each), each) for each in _SEPARATORS), key=lambda row: -len(row[0]))
    for cells, separator in most_cells_first:
        names = [" ".join(cell.lower().replace("_", " ").split()) for cell in cells]
        column = next((names.index(name) for name in COLUMNS if name in names), None)
        if column is not None:
            return Table(start, line, separator, column, names.index(PORT) if PORT in names else None)
    cells, separator = most_cells_first[0]
    if len(cells) > 1 and _is_header(header, separator, cells, origin):
        wanted, found = f"{', '.join(COLUMNS[:-1])} or {COLUMNS[-1]}", ", ".join(map(quote, cells))
        raise UsageError(f"{clean(origin)}, line {line}: no column is called {wanted}; this header has {found}")
    return None


def rows(text: str, table: Table, plain: Scheme) -> Iterator[tuple[int, str | InvalidTarget]]:
    """Yield what each row of *text* names, or why it names nothing, with the number of the line it begins on.

    A port is put behind its host, unless it is that of *plain* or the host has a port or a scheme of its own.
    """
    import csv  # noqa: PLC0415 - takes a millisecond, and few need it

    lines = (match[0] for match in _LINES.finditer(text, table.start))
    reader = csv.reader(lines, delimiter=table.separator, skipinitialspace=True, strict=True)
    with contextlib.suppress(csv.Error):
        next(reader)
    while True:
        line = table.line + reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = table.line + reader.line_num - 1
            extent = "" if last == line else f", up to line {last},"
            yield line, InvalidTarget("?", f"this row{extent} is no CSV: {clean(str(error))}")
            continue
        if any(cell.strip() for cell in row) and not row[0].startswith("#"):
            yield line, _named(row, table, plain)


def _named(row: Sequence[str], table: Table, plain: Scheme) -> str | InvalidTarget:
    target, port = _cell(row, table.column), _cell(row, table.port)
    if not target:
        shown = clean(table.separator.join(row), _SHOWN)
        return InvalidTarget(shown, f"there is nothing in column {table.column + 1}, which has the targets")
    has_its_own = "://" in target or "]:" in target or target.count(":") == 1  # a port, a scheme, or both
    if not port or has_its_own or port == str(plain.port):
        return target
    return f"[{target}]:{port}" if ":" in target and "[" not in target else f"{target}:{port}"


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _first_line(text: str) -> tuple[int, int, str]:
    """Return the first line that is neither empty nor a comment, where it begins, and its number; "" if it is long."""
    for number, match in enumerate(_LINES.finditer(text), 1):
        begin, end = match.span()
        line = text[begin : min(end, begin + _LONGEST_HEADER)].strip("\ufeff\r\n")
        if line.strip() and not line.lstrip().startswith("#"):
            return begin, number, line if end - begin < _LONGEST_HEADER else ""
    return 0, 0, ""


def _cells(header: str, separator: str) -> list[str]:
    import csv  # noqa: PLC0415 - as above

    return next(csv.reader([header], delimiter=separator, skipinitialspace=True), [])


def _is_header(line: str, separator: str, cells: Sequence[str], origin: str) -> bool:
    """Return whether a *line* without a known name can't be meant as a list of targets."""
    if any(map(_is_target, cells)):
        return False
    return separator == ";" or '"' in line or origin.lower().endswith((".csv", ".tsv"))


def _is_target(text: str) -> bool:
    """Return whether *text* is clearly a target, and not just a word, which might be a host too."""
    if names_file(text):
        return True
    return isinstance(parse(text), Target) and ("." in text.rstrip(".") or ":" in text)
