"""How settings are shown: in columns, as JSON, one value bare; and what of them never is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.settings import DOMAIN_TABLE, DOMAINS, TABLE, Value, without_password
from domaincheck.settings.places import line_numbers, line_of
from domaincheck.settings.toml import as_toml
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domaincheck.output import Style
    from domaincheck.output.painter import Painter
    from domaincheck.settings import Setting, Settings

JSON_VERSION = "1"

_HEADING = ("SETTING", "VALUE", "FROM")
_NONE = "-"
_GAP = 2
"""Columns between two columns."""
_LEAST = 20
"""Columns in which a value that is too long for a line is folded, however narrow the terminal is."""


@dataclass(frozen=True, slots=True)
class Row:
    """A *setting* as it is shown, by its *name*. *line* is that of the file where the *source* is one."""

    name: str
    setting: Setting
    value: Any
    source: str
    line: int | None = None

    @property
    def is_default(self) -> bool:
        """Whether nobody settled it."""
        return self.source == "default"


def rows(settings: Settings, store: Path | None, file: Path, text: str) -> Iterator[Row]:
    """Yield every setting in the order of the table, then those of single domains.

    *store* is the file that a global option names, if it does; *text* is what stands in the settings file *file*.
    """
    lines = line_numbers(text)
    options = {} if store is None else {"store.path": Value(store, "--store")}
    yield from _rows(TABLE, {**settings.values, **options}, file, lines)
    for domain, keys in settings.domains.items():
        section = f"{DOMAINS}.{domain}"
        yield from _rows(DOMAIN_TABLE, {f"{section}.{key}": value for key, value in keys.items()}, file, lines, section)


def _rows(
    table: Iterable[Setting], values: Mapping[str, Value], file: Path, lines: Mapping[str, int], section: str = ""
) -> Iterator[Row]:
    for setting in table:
        name = f"{section or setting.section}.{setting.key}"
        if name in values:
            source = values[name].source
            line = line_of(lines, name) if source == str(file) else None
            yield Row(name, setting, values[name].value, source, line)


def bare(setting: Setting, value: Any) -> str:
    """Return *value* for a script: a text as it is, anything else as TOML has it."""
    shown = _presentable(setting, value)
    return str(shown) if isinstance(shown, str | Path) else as_toml(shown)


def fields(row: Row) -> tuple[str, str, str]:
    """Return what *row* shows in its columns; none is empty or holds a tab."""
    value = _NONE if row.value is None else as_toml(_presentable(row.setting, row.value))
    return clean(row.name), clean(value, len(value)), clean(row.source) + (f", line {row.line}" if row.line else "")


def columns(shown: Sequence[Row], file: Path, style: Style) -> Iterator[str]:
    """Yield a line for each of the rows *shown*, aligned beneath a heading; what nobody settled is dim.

    Where that is too much for the width, the settings *file* goes by its last name, which is explained at the end, and
    what still does not fit behind its neighbour stands below it.
    """
    from domaincheck.output.painter import Painter

    painter = Painter(style)
    lines = [_HEADING, *(tuple(map(painter.foreign, fields(row))) for row in shown)]
    looks = ["bold", *("dim" if row.is_default else "" for row in shown)]
    widths = _widths(lines, painter)
    narrow = sum(widths) + 2 * _GAP > style.width
    if narrow:
        named = (replace(row, source=file.name) if row.line else row for row in shown)
        lines = [_HEADING, *(tuple(map(painter.foreign, fields(row))) for row in named)]
        widths = _narrowed(_widths(lines, painter), style.width)
    starts = (0, widths[0] + _GAP, widths[0] + widths[1] + 2 * _GAP)
    for cells, look in zip(lines, looks, strict=True):
        yield from _placed(cells, starts, look, painter, style.width)
    if narrow and any(row.line for row in shown):
        yield f"{painter.foreign(file.name)} is {painter.foreign(str(file))}\n"


def _widths(lines: Iterable[tuple[str, ...]], painter: Painter) -> list[int]:
    return [max(map(painter.width, column)) for column in zip(*lines, strict=True)]


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Return the widths of columns that have this much *room*: names keep up to two fifths of it, sources a third."""
    name, source = min(widths[0], room * 2 // 5), min(widths[2], room // 3)
    return [name, max(0, min(widths[1], room - name - source - 2 * _GAP)), source]


def _placed(cells: Iterable[str], starts: Iterable[int], look: str, painter: Painter, width: int) -> Iterator[str]:
    """Yield the line that *cells* make, each where its column starts; or more, where one is too long for that."""
    line, end = "", -_GAP
    for cell, start in _pieces(zip(cells, starts, strict=True), painter, width):
        place = max(0, min(start, width - painter.width(cell)))
        if place < end + _GAP:
            yield line + "\n"
            line, end = "", 0
        line += " " * (place - end if line else place) + painter.paint(cell, look)
        end = place + painter.width(cell)
    yield line + "\n"


def _pieces(cells: Iterable[tuple[str, int]], painter: Painter, width: int) -> Iterator[tuple[str, int]]:
    """Yield *cells* and where they start; one that has no room anywhere, as a long list, in pieces that have."""
    for cell, start in cells:
        folded = painter.wrap(cell.split(), max(width - start, _LEAST)) if painter.width(cell) > width else [[cell]]
        yield from ((" ".join(words), start) for words in folded)


def document(shown: Iterable[Row], file: Path) -> dict[str, Any]:
    """Return the JSON document of the rows *shown*; *file* is the settings file."""
    settings = [{"name": row.name, "value": _plain(row), "source": row.source, "line": row.line} for row in shown]
    return {"version": JSON_VERSION, "file": str(file), "settings": settings}


def _plain(row: Row) -> Any:
    """Return the value of *row* as JSON can have it."""
    if row.value is None:
        return None
    value = _presentable(row.setting, row.value)
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | float) else bare(row.setting, row.value)


def _presentable(setting: Setting, value: Any) -> Any:
    """Return *value* without what nobody should see: a secret but for its ends, and passwords within addresses."""
    from domaincheck.telemetry.switch import masked

    if setting.secret:
        return masked(value)
    return without_password(value) if isinstance(value, str) else value
