"""The days left over time: as points, and in the columns of a small drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domaincheck.history.kept import Stretch

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """How things stood at one result; names and order are those of the JSON."""

    checked_at: datetime
    status: str
    tls_status: str | None
    tls_days_left: int | None
    domain_status: str | None
    domain_days_left: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: the fewest *days* left in its time, ``None`` if unknown, and the *statuses* there were."""

    days: int | None
    statuses: tuple[str, ...]


def points(stretches: Sequence[Stretch], since: datetime | None = None) -> Iterator[Point]:
    """Yield the first and the last result of each of *stretches*, but for those before *since*."""
    for stretch in stretches:
        tls, domain = stretch.tls, stretch.domain
        for at in dict.fromkeys((stretch.first, stretch.last)):
            if since is None or at >= since:
                yield Point(
                    at,
                    stretch.status,
                    tls.status if tls else None,
                    _days(tls.end, at) if tls else None,
                    domain.status if domain else None,
                    _days(domain.end, at) if domain else None,
                )


def sampled(stretches: Sequence[Stretch], part: str, columns: int, since: datetime | None = None) -> list[Cell]:
    """Return *part* over the time from *since*, or the first result, to the last, in at most so many *columns*.

    A column shows the least that was left within its time, so that what was short for a day only is seen even where a
    column stands for a week. There are no more columns than results; one in whose time nobody looked is as the one
    before it.
    """
    stretches = [stretch for stretch in stretches if since is None or stretch.last >= since]
    if not stretches:
        return []
    columns = max(1, min(columns, sum(stretch.results for stretch in stretches)))
    begin, end = max(filter(None, (stretches[0].first, since))), max(stretch.last for stretch in stretches)
    width = (end - begin) / columns or DAY
    found: list[list[tuple[int | None, str | None]]] = [[] for _ in range(columns)]
    for stretch in stretches:
        seen = stretch.parts.get(part)
        first, last = (min(max((at - begin) // width, 0), columns - 1) for at in (stretch.first, stretch.last))
        for column in range(first, last + 1):
            at = min(stretch.last, begin + (column + 1) * width)
            found[column].append((_days(seen.end, at), seen.status) if seen else (None, None))
    cells: list[Cell] = []
    for each in found:
        cells.append(_cell(each) if each else cells[-1])
    return cells


def _cell(found: Sequence[tuple[int | None, str | None]]) -> Cell:
    days = (each for each, _ in found if each is not None)
    statuses = dict.fromkeys(status for _, status in found if status is not None)
    return Cell(min(days, default=None), tuple(statuses))


def _days(end: datetime | None, at: datetime) -> int | None:
    return None if end is None else (end - at) // DAY
