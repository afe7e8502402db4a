"""Lists of subscriptions: TOML as a store's, JSON as an export's, CSV with a header, or lines of words."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from domaincheck.addresses import normalised
from domaincheck.errors import UsageError
from domaincheck.model import Subscription
from domaincheck.store import document, exported
from domaincheck.store.base import keyed
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.store.base import Parse

    Wish = tuple[str, str, str, str]
    """The place of a line, and what it says: an address, a target, a threshold; empty texts for what is missing."""

COLUMNS = ("email", "target", "threshold")
"""What the header of a CSV list may name, in any order; only the last may be missing."""

_LINE_END = re.compile(r"\r\n?|\n")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_TOML = re.compile(r"\[\[|(?:version|subscription)\s*=")
_JSON = re.compile(r"\{|\[\s*(?:\{|$)")


def read(text: str, origin: str, parse: Parse) -> tuple[list[Subscription], list[str]]:
    """Return the subscriptions listed in *text*, and a sentence for each line or entry of *origin* that can't be used.

    The first line that is neither empty nor a comment tells which kind of list it is.
    """
    lines = _LINE_END.split(text)
    first = next((line for each in lines if (line := _COMMENT.sub("", each).strip())), "")
    found: list[Subscription] = []
    faults: list[str] = []
    try:
        if _TOML.match(first):
            return list(document.read(text, origin, parse).values()), []
        if _JSON.match(first):
            return exported.read(text, clean(origin), parse)
        for place, *wish in _rows(text, first, clean(origin)) if _is_header(first) else _words(lines, clean(origin)):
            try:
                found.append(_subscription(parse, *wish))
            except UsageError as error:
                faults.append(f"{place}: {error}")
    except UsageError as error:  # what follows can't be made out
        faults.append(str(error))
    return found, faults


def _subscription(parse: Parse, email: str, target: str, threshold: str) -> Subscription:
    address = normalised(email)
    if not target:
        raise UsageError("a target is missing: give an address and what it is to be told about")
    return keyed(Subscription(address, target, threshold or None), parse)[1]


def _words(lines: list[str], origin: str) -> Iterator[Wish]:
    """Yield what lines say that hold an address and then targets, parted by white space or commas."""
    for number, line in enumerate(lines, 1):
        email, *targets = _COMMENT.sub("", line).replace(",", " ").split() or [""]
        for target in targets or [""] * bool(email):
            yield f"{origin}, line {number}", email, target, ""


def _rows(text: str, header: str, origin: str) -> Iterator[Wish]:
    """Yield what the rows of a CSV list say, by RFC 4180 or with the semicolons that some spreadsheets write."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", skipinitialspace=True, strict=True
    )
    columns: list[str] = []
    try:
        for row in reader:
            cells, place = [cell.strip() for cell in row], f"{origin}, line {reader.line_num}"
            if not any(cells) or cells[0].startswith("#"):
                continue
            if not columns:
                columns = _columns(cells, place)
                continue
            if any(cells[len(columns) :]):
                raise UsageError(f"{place}: there are more cells here than in the header")
            named = dict(zip(columns, cells, strict=False))
            email, target, threshold = (named.get(column, "") for column in COLUMNS)
            yield place, email, target, threshold
    except csv.Error as error:
        raise UsageError(f"{origin}, line {reader.line_num} is no CSV: {clean(str(error))}") from error


def _is_header(line: str) -> bool:
    cells = {cell.strip(' "').lower() for cell in re.split("[,;]", line)}
    return {"email", "target"} <= cells


def _columns(cells: list[str], place: str) -> list[str]:
    columns = [cell.lower() for cell in cells]
    for column in columns:
        if column not in COLUMNS or columns.count(column) > 1:
            raise UsageError(f"{place}: the columns must be {', '.join(COLUMNS)}, each once; the last may be missing")
    return columns
