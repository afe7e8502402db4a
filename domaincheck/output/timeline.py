"""What expires when, counted: the data of the timeline in the report.

The scale is made of spans that grow with their distance, so that tomorrow and next year are both to be seen. However
many things are put in, what is kept is a handful of names and counts for each span, and a number for each thing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING

from domaincheck.model import Severity
from domaincheck.output.labels import days
from domaincheck.text import counted

if TYPE_CHECKING:
    from datetime import date, datetime

    from domaincheck.model import DomainPart, Result, TlsPart

DOTS = 10
"""Things of one kind in one span that are drawn one by one; where there are more anywhere, all spans get bars."""

TALLEST = 110
"""Pixels of the tallest bar."""
LOWEST = 3
"""Pixels of the lowest, however few it stands for."""

CERTIFICATE, REGISTRATION = "certificate", "registration"

_NAMED = 12
"""Things that are named in words."""

_SCALE = (
    (None, -1, "Expired", ""),
    (0, 0, "Today", ""),
    (1, 3, "1-3", "days"),
    (4, 7, "4-7", "days"),
    (8, 14, "8-14", "days"),
    (15, 30, "15-30", "days"),
    (31, 60, "31-60", "days"),
    (61, 90, "61-90", "days"),
    (91, 180, "3-6", "months"),
    (181, 365, "6-12", "months"),
    (366, 730, "1-2", "years"),
    (731, None, "Later", ""),
)
"""First and last number of whole days left, then how the axis calls them, and the unit."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar: its *top*, from that of the bar, and its *height* in pixels."""

    severity: Severity
    top: int
    height: int


@dataclass(slots=True)
class Lane:
    """The things of one *kind* that expire within one span: how many of each severity, and what the first are."""

    kind: str
    counts: Counter[Severity] = field(default_factory=Counter)
    named: list[tuple[Severity, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.counts.total()

    @property
    def words(self) -> str:
        """How many there are, in words."""
        return counted(self.total, self.kind)

    @property
    def unnamed(self) -> int:
        """How many there are beyond the first."""
        return self.total - len(self.named)

    def segments(self, most: int) -> list[Segment]:
        """Return the pieces of a bar from its top, where the worst is, to its bottom.

        The bar's height goes by the square root of its count, and is :data:`TALLEST` where that is *most*.
        """
        unit, top, segments = TALLEST * sqrt(self.total / most) / self.total, 0, []
        for severity in reversed(Severity):
            if count := self.counts[severity]:
                segments.append(Segment(severity, top, max(LOWEST, round(unit * count))))
                top += segments[-1].height
        return segments


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the scale: *first* to *last* days from now, without end where ``None``."""

    first: int | None
    last: int | None
    label: str
    unit: str
    lanes: tuple[Lane, Lane]

    @property
    def words(self) -> str:
        """What is in it, in words."""
        return ", ".join(lane.words for lane in self.lanes if lane.total) or "nothing"

    def begins(self, now: datetime) -> date | None:
        """Return the day on which it begins, seen from *now*; nothing for what has been."""
        return None if self.first is None else (now + timedelta(days=self.first)).date()


class Timeline:
    """Collects what expires when; a certificate or registration that several targets share counts once."""

    def __init__(self) -> None:
        self.spans = tuple(
            Span(first, last, label, unit, (Lane(CERTIFICATE), Lane(REGISTRATION)))
            for first, last, label, unit in _SCALE
        )
        self.undated = (Lane(CERTIFICATE), Lane(REGISTRATION))
        self._seen: set[int] = set()

    def add(self, result: Result) -> None:
        """Put in what *result* tells of."""
        if tls := result.tls:
            self._add(0, tls, tls.fingerprint_sha256 or result.target, result.target, tls.not_after)
        if domain := result.domain:
            self._add(1, domain, domain.name, domain.name, domain.expires_at)

    @property
    def most(self) -> int:
        """The number of things in the fullest lane."""
        return max(lane.total for span in self.spans for lane in span.lanes)

    @property
    def dotted(self) -> bool:
        """Whether there are few enough to be drawn one by one."""
        return self.most <= DOTS

    def _add(self, place: int, part: TlsPart | DomainPart, key: str, name: str, expiry: datetime | None) -> None:
        mark = hash((place, key))
        if mark in self._seen:
            return
        self._seen.add(mark)
        lane, left = self.undated[place], part.days_left
        text = name
        if expiry is not None and left is not None:
            lane = next(span for span in self.spans if span.last is None or left <= span.last).lanes[place]
            text = f"{name}: {expiry.date().isoformat()}, {days(left)}"
        severity = tone(part)
        lane.counts[severity] += 1
        if len(lane.named) < _NAMED:
            lane.named.append((severity, text))


def tone(part: TlsPart | DomainPart) -> Severity:
    """Return how much the expiry of *part* matters: its severity inside the warning window, else nothing."""
    running_out = part.days_left is not None and part.days_left <= (part.warn_before_days or 0)
    return part.severity if running_out else Severity.OK
