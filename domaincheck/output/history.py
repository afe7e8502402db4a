"""Past results of a target for a person: the trend of the days left, and under it what changed when, newest first."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from operator import attrgetter
from typing import TYPE_CHECKING

from domaincheck.history import sampled
from domaincheck.output.changes import CRITICAL, color_of, date, told, words
from domaincheck.output.labels import days
from domaincheck.output.painter import Painter
from domaincheck.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from domaincheck.history import Cell, Change, Stretch
    from domaincheck.output import Style

_GAP = "  "
_KIND, _DATE = 6, 10  # widths in columns
_MOST_COLUMNS, _FEWEST_COLUMNS, _ROOM_FOR_DATES = 120, 8, 2 * _DATE + 2
_MIN_SENTENCE = 20
_KINDS = {"tls": "TLS", "domain": "domain"}
_HEIGHTS = ("▁_", "▂.", "▃-", "▄~", "▅=", "▆+", "▇*", "█#")
_EXPIRED, _UNKNOWN = "✗x", "??"
_first = attrgetter("first")
_WORST_FIRST = (CRITICAL, "magenta", "yellow", "green")


@dataclass(frozen=True, slots=True)
class Past:
    """What to show of *target*: its *stretches*, oldest first; *changes*, newest first, and *earlier* ones not shown.

    *since* is where the trend begins if not with the first result; *now* is when the days left are counted from.
    """

    target: str
    stretches: Sequence[Stretch]
    changes: Sequence[Change]
    earlier: Sequence[Change]
    since: datetime | None
    now: datetime


def render(past: Past, style: Style) -> Iterator[str]:
    """Yield the lines of *past*, of which there is at least one stretch."""
    painter = Painter(style)
    yield painter.paint(painter.foreign(past.target), "bold")
    first, last = past.stretches[0].first, max(stretch.last for stretch in past.stretches)
    count = counted(sum(stretch.results for stretch in past.stretches), "result")
    heading = f"{count}, the first of {date(first)}, the last of {date(last)}"
    yield from (" ".join(line) for line in painter.wrap(heading.split(), style.width))
    if drawn := list(_trend(past, painter, style.width)):
        yield ""
        yield from drawn
    yield ""
    for line in _timeline(past, painter):
        yield from line.folded(painter, style.width)


# --- the trend ---------------------------------------------------------------------------------------------------


def _trend(past: Past, painter: Painter, width: int) -> Iterator[str]:
    """Yield a line for each part of which days are known, and one of dates beneath."""
    captions = {part: caption for part in _KINDS if (caption := _caption(past, part))}
    if _taken(captions) + _FEWEST_COLUMNS > width:
        captions = {part: caption.partition(";")[0] for part, caption in captions.items()}
    taken = _taken(captions)
    columns = min(max(width - taken, _FEWEST_COLUMNS), _MOST_COLUMNS)
    drawn = 0
    for part, caption in captions.items():
        found = sampled(past.stretches, part, columns, past.since)
        drawn = len(found)
        yield f"{_kind(part, painter)}{_GAP}{_drawn(found, painter)}{_GAP}{caption}"
    if drawn >= _ROOM_FOR_DATES:
        begin = max(filter(None, (past.stretches[0].first, past.since)))
        dates = date(begin) + date(past.stretches[-1].last).rjust(drawn - _DATE)
        yield " " * (_KIND + len(_GAP)) + painter.paint(dates, "dim")


def _taken(captions: Mapping[str, str]) -> int:
    """Return the columns that are not for drawing."""
    return _KIND + 2 * len(_GAP) + max(map(len, captions.values()), default=0)


def _caption(past: Past, part: str) -> str:
    """Return how many days are left of *part*, and how few there have been; nothing if that was never known."""
    recent = (stretch for stretch in past.stretches if past.since is None or stretch.last >= past.since)
    ends = [(found.end, each.last) for each in recent if (found := each.parts.get(part)) and found.end]
    if not ends:
        return ""
    return f"{days((ends[-1][0] - past.now).days)}; least: {min((end - last).days for end, last in ends)}"


def _drawn(cells: Sequence[Cell], painter: Painter) -> str:
    """Return a column for each of *cells*, as high as the days are many."""
    most = max(1, *(cell.days or 0 for cell in cells))
    return "".join(
        painter.paint("".join(painter.pick(_column(cell, most)) for cell in group), color)
        for color, group in groupby(cells, _color)
    )


def _column(cell: Cell, most: int) -> str:
    if cell.days is None:
        return _UNKNOWN if cell.statuses else "  "
    return _EXPIRED if cell.days < 0 else _HEIGHTS[max(ceil(len(_HEIGHTS) * cell.days / most), 1) - 1]


def _color(cell: Cell) -> str:
    """Return the colour of the worst that *cell* has seen."""
    colors = set(map(color_of, cell.statuses))
    return next((color for color in _WORST_FIRST if color in colors), "")


# --- what changed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the list: *date* and *part* stand in columns of their own; *text* is in *style*."""

    date: str
    part: str
    text: str
    style: str = ""

    def folded(self, painter: Painter, width: int) -> Iterator[str]:
        """Yield it in as many lines as it takes."""
        before = self.date.ljust(_DATE) + _GAP + (_kind(self.part, painter) + _GAP if self.part else "")
        indent = _DATE + len(_GAP) + (_KIND + len(_GAP)) * bool(self.part)
        for line in painter.wrap(self.text.split(), max(width - indent, _MIN_SENTENCE)):
            yield (before + painter.paint(" ".join(line), self.style)).rstrip()
            before = " " * indent


def _timeline(past: Past, painter: Painter) -> Iterator[_Line]:
    """Yield a line for each change, and between them how long nothing changed."""
    over = None
    for at, together in groupby(past.changes, lambda change: change.at):
        yield from _unchanged(past.stretches, at, over)
        day = date(at)
        for part, text, style in told(list(together), painter):
            yield _Line(day, part, text, style)
            day = ""
        over = at
    if past.earlier:
        yield from _unchanged(past.stretches, past.earlier[0].at, over)
        yield _Line("", "", f"{counted(len(past.earlier), 'earlier change')} not shown", "dim")
        return
    first = past.stretches[0]
    yield from _unchanged(past.stretches, first.first, over)
    day = date(first.first)
    for part, found in first.parts.items():
        end = f", until {date(found.end)}" if found.end else ""
        yield _Line(day, part, f"first result: {words(found.status)}{end}", color_of(found.status))
        day = ""


def _unchanged(stretches: Sequence[Stretch], at: datetime, over: datetime | None) -> Iterator[_Line]:
    """Yield how long and how often nothing changed from the result *at* that time on, until *over*."""
    begin = bisect_left(stretches, at, key=_first)
    same = stretches[begin : None if over is None else bisect_left(stretches, over, begin, key=_first)]
    count = sum(stretch.results for stretch in same)
    if count > 1:
        length = counted((max(stretch.last for stretch in same) - at).days, "day")
        yield _Line("", "", f"unchanged for {length}, {counted(count, 'result')}", "dim")


def _kind(part: str, painter: Painter) -> str:
    return painter.paint(_KINDS.get(part, part), "dim", _KIND)
