"""The table for a person at a terminal.

Each part of a result is one row of fixed columns: what it is, its status, a bar, the date and the distance in days.
Where the terminal is wide, the certificate's and the registration's row stand side by side, else below one another.
The target stands before them if it fits in its column, else on a line of its own, as does right-to-left text, which
some terminals would let run through the columns beside it. Problems follow as sentences, under the part they belong to.

The rows are laid out here and not by rich's Table, which is slower by far and must see the last row before it can
write the first; rich knows how wide characters are and how colours are spelled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil
from typing import TYPE_CHECKING

from domaincheck.model import DomainPart, ProblemCode, RevocationState, Severity, Status, TlsPart
from domaincheck.output.grouping import Group
from domaincheck.output.labels import days, label, worst_first
from domaincheck.output.names import folded, runs_right_to_left, title
from domaincheck.output.painter import Painter
from domaincheck.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domaincheck.model import Result
    from domaincheck.output import Finish, Style

_SAMPLE = 200
"""Results looked at before the first line is written, to see how wide the targets are."""

_GAP, _GUTTER = "  ", "    "
_KIND, _STATUS, _BAR, _DATE, _DAYS = 6, 22, 9, 10, 13  # widths in columns
_MIN_NAME, _MAX_NAME = 16, 40
_MOST = 90
"""Percent of the targets that shall fit in their column."""
_MAX_SENTENCES, _MIN_SENTENCE = 4, 20
_BAR_WINDOWS = 3
"""Warning windows in a full bar: a third of the bar is left when the warning begins, whatever the window is."""

_COLORS = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.UNKNOWN: "magenta",
    Severity.CRITICAL: "bold red",
}
_MARKS = {Severity.OK: "✓+", Severity.WARNING: "!!", Severity.UNKNOWN: "??", Severity.CRITICAL: "✗x"}
_BAR_CELLS = ("━#", "─-")

_TOLD_BY_LABEL = {
    Status.EXPIRED: ProblemCode.EXPIRED,
    Status.NOT_REGISTERED: ProblemCode.NOT_REGISTERED,
    Status.UNKNOWN_EXPIRY: ProblemCode.EXPIRY_NOT_PUBLISHED,
}

_ENDS = {
    Status.VALID: Severity.OK,
    Status.UNKNOWN_EXPIRY: Severity.OK,
    Status.EXPIRING_SOON: Severity.WARNING,
    Status.EXPIRING_TODAY: Severity.CRITICAL,
    Status.EXPIRED: Severity.CRITICAL,
    Status.INVALID: Severity.CRITICAL,
    Status.AT_RISK: Severity.CRITICAL,
    Status.NOT_REGISTERED: Severity.CRITICAL,
    Status.UNREACHABLE: Severity.UNKNOWN,
    Status.INVALID_TARGET: Severity.UNKNOWN,
}
"""The order in which the closing line counts, and how much each end matters."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What fits: *width* in all, *name* columns for the target (0: none), bars, dates, both parts side by side."""

    width: int
    name: int = 0
    bar: bool = False
    date: bool = False
    abreast: bool = False

    @property
    def indent(self) -> int:
        """The columns before the first part."""
        return self.name + len(_GAP)

    @property
    def part(self) -> int:
        """The columns of one part."""
        widths = (_KIND, _STATUS, _BAR * self.bar, _DATE * self.date, _DAYS)
        return sum(width + len(_GAP) for width in widths if width) - len(_GAP)

    @property
    def needed(self) -> int:
        """The columns of a row."""
        return self.indent + self.part + (len(_GUTTER) + self.part) * self.abreast


def render(results: Iterable[Result], finish: Finish, style: Style) -> Iterator[str]:
    """Yield the lines of each result as it comes, once the first of them have shown how wide the targets are."""
    return render_groups(map(Group, results), finish, style)


def render_groups(groups: Iterable[Group], finish: Finish, style: Style) -> Iterator[str]:
    """Yield the lines of each group as it comes, once the first of them have shown how wide the names are."""
    painter, arriving, seen = Painter(style), iter(groups), Counter[Status]()
    sample = list(islice(arriving, _SAMPLE))
    layout = _fitting(style.width, sorted(painter.width(title(each, painter)) for each in sample))
    for group in chain(sample, arriving):
        seen[group.shown.status] += group.count
        yield "".join(line.rstrip() + "\n" for line in _block(group, layout, painter))
    closing = _closing(seen, finish().duration_seconds, layout, painter)
    yield ("\n" if seen else "") + "".join(line + "\n" for line in closing)


def _fitting(width: int, names: Sequence[int]) -> _Layout:
    """Return the richest layout for *width* columns and most of *names*, whose widths these are, the least first."""
    most = names[(len(names) - 1) * _MOST // 100] if names else 0
    name = min(max(most, _MIN_NAME), _MAX_NAME)
    layouts = (
        _Layout(width, name, bar=True, date=True, abreast=True),
        _Layout(width, name, bar=True, date=True),
        _Layout(width, bar=True, date=True),
        _Layout(width, date=True),
    )
    return next((layout for layout in layouts if layout.needed <= width), _Layout(width))


def _block(group: Group, layout: _Layout, painter: Painter) -> Iterator[str]:
    """Yield all lines of *group*."""
    result, name = group.shown, title(group, painter)
    style = "bold" if result.severity is Severity.OK else f"bold {_COLORS[result.severity]}"
    margin = " " * layout.indent
    before = painter.paint(name, style, layout.indent)
    if painter.width(name) > layout.name or runs_right_to_left(name):
        for line in folded(name, layout.width, painter):
            yield painter.paint(line, style)
        before = margin
    parts = [part for part in (result.tls, result.domain) if part is not None]
    for row in [parts] if layout.abreast and parts else [[part] for part in parts]:
        yield before + _GUTTER.join(_row(part, layout, painter) for part in row)
        before = margin
        for place, part in enumerate(row):
            indent = layout.indent + place * (layout.part + len(_GUTTER)) + _KIND + len(_GAP)
            for sentence in (*_untold(part), *_notes(part, group)):
                yield from _sentence(sentence, indent, layout, painter)
    if not parts:
        yield before + " " * (_KIND + len(_GAP)) + _status(result, painter)
        yield from _sentence(result.reason or "", layout.indent + _KIND + len(_GAP), layout, painter)


def _row(part: TlsPart | DomainPart, layout: _Layout, painter: Painter) -> str:
    """Return the columns of *part*."""
    expiry = part.not_after if isinstance(part, TlsPart) else part.expires_at
    running_out = (part.days_left or 0) <= (part.warn_before_days or 0)
    style = _COLORS[part.severity if running_out else Severity.OK]
    if part.status is Status.AT_RISK:
        style = "dim"  # it will not live to see its date
    cells = [
        painter.paint("TLS" if isinstance(part, TlsPart) else "domain", "dim", _KIND),
        _status(part, painter),
        *([_bar(part, style, painter)] if layout.bar else []),
        *([painter.paint(expiry.date().isoformat() if expiry else "", "", _DATE)] if layout.date else []),
        painter.paint("" if part.days_left is None else days(part.days_left), style, _DAYS, right=True),
    ]
    return _GAP.join(cells)


def _status(judged: Result | TlsPart | DomainPart, painter: Painter) -> str:
    mark = painter.pick(_MARKS[judged.severity])
    return painter.paint(f"{mark} {label(judged)}", _COLORS[judged.severity], _STATUS)


def _bar(part: TlsPart | DomainPart, style: str, painter: Painter) -> str:
    """Draw the time that *part* has left."""
    if part.days_left is None or part.warn_before_days is None:
        return " " * _BAR
    full = max(_BAR_WINDOWS * part.warn_before_days, 1)
    left = 0 if part.days_left < 0 else max(1, min(ceil(_BAR * part.days_left / full), _BAR))
    done, rest = (painter.pick(cell) for cell in _BAR_CELLS)
    return painter.paint(done * left, style) + painter.paint(rest * (_BAR - left), "dim")


def _untold(part: TlsPart | DomainPart) -> list[str]:
    """Return the problems of *part* in sentences, without those that its label tells already."""
    told = _TOLD_BY_LABEL.get(part.status)
    sentences = [problem.message for problem in worst_first(part) if problem.code is not told]
    more = len(sentences) - _MAX_SENTENCES
    if more > 0:
        sentences[_MAX_SENTENCES:] = [f"… and {more} more"]
    return sentences


def _notes(part: TlsPart | DomainPart, group: Group) -> Iterator[str]:
    """Yield whose registration it is among those of a group, and what else was asked for and is well."""
    if isinstance(part, DomainPart):
        if group.count > 1 and not f".{group.shown.host}".endswith(f".{part.name}"):
            yield f"of their domains, {part.name} is the first to expire"
        return
    if part.revocation and part.revocation.state is RevocationState.GOOD:
        yield f"not revoked, says its issuer ({(part.revocation.source or '').upper()})"
    if len(part.addresses or ()) > 1 and not any(p.code is ProblemCode.ADDRESSES_DIFFER for p in part.problems):
        yield f"the same at all {len(part.addresses or ())} addresses"


def _sentence(text: str, indent: int, layout: _Layout, painter: Painter) -> Iterator[str]:
    """Yield *text* in as many lines as it takes between *indent* and the right edge."""
    words = painter.foreign(text).split()
    for line in painter.wrap(words, max(layout.width - indent, _MIN_SENTENCE)):
        yield " " * indent + painter.paint(" ".join(line), "dim")


def _closing(seen: Counter[Status], seconds: float, layout: _Layout, painter: Painter) -> Iterator[str]:
    """Yield the closing line: how many targets came to which end."""
    ends = [(f"{seen[end]} {end.replace('_', ' ')}", _COLORS[severity]) for end, severity in _ENDS.items() if seen[end]]
    separators = [","] * (len(ends) - 1) + ["."]
    styles = {end + separator: style for (end, style), separator in zip(ends, separators, strict=False)}
    lead = f"{counted(seen.total(), 'target')} in {seconds:.1f} s{':' if ends else '.'}"
    for line in painter.wrap([lead, *styles], layout.width):
        yield " ".join(painter.paint(atom, styles.get(atom, "bold")) for atom in line)
