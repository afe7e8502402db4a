"""What Nagios, Icinga and their like expect of a plugin, by the Monitoring Plugins guidelines.

    DOMAINCHECK CRITICAL - summary | performance data
    [CRITICAL] long text: a line a target, the worst first
    [OK] the last of it |more performance data

An item of performance data is ``'label'=value[unit];[warning];[critical];[min];[max]``. The ranges say which values
are well: ``30:`` is thirty or more. Nagios takes all that follows the second pipe for performance data, Icinga only the
rest of a line with a pipe, so that all of it stands on the last line. Ways to the server cut what is longer than 4,096
bytes: no more is written, and whatever finds no room is left out whole.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from heapq import nsmallest
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.model import Severity, Status, TlsPart
from domaincheck.output.labels import days, worst_first
from domaincheck.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from domaincheck.model import DomainPart, Report, Result
    from domaincheck.output import Finish, Style

    Safe = Callable[[str], str]

_MOST_BYTES = 4000
_MOST_SUMMARY = 400
_MOST_KEPT = 120
"""Lines of text, and items of each kind, that are kept: more of them never find room."""

_PREFIX_ENDS = re.compile("::+")
_SAFE = str.maketrans("|<>", "/()")  # a pipe starts performance data; some web interfaces show HTML as such
_WORDS = {Status.UNKNOWN_EXPIRY: "expiry not published"}


class _Item(NamedTuple):
    """An item of performance data: the *name* of what is measured of *subject*, and what follows the equals sign."""

    subject: str
    name: str
    value: str

    def label(self, *, alone: bool) -> str:
        """Return the label in quotes; where only one target is told of, it need not be named."""
        label = self.name if alone else f"{self.subject}_{self.name}"
        # For Icinga, "::" ends a prefix that all labels after it share, and an equals sign ends any label.
        label = _PREFIX_ENDS.sub(":0:", label).replace("=", "_").replace("'", "''")
        return f"'{label}'"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of the results as they pass; *ages* and *times* are the items of the first of them."""

    statuses: Counter[Status] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    ages: list[_Item] = field(default_factory=list)
    times: list[_Item] = field(default_factory=list)

    def passing(self, results: Iterable[Result], safe: Safe) -> Iterator[Result]:
        """Yield *results*, having taken note of each."""
        for result in results:
            self.statuses[result.status] += 1
            self.severities[result.severity] += 1
            if len(self.times) < _MOST_KEPT:
                self._measure(safe(result.target), "tls", result.tls)
                self._measure(safe(result.domain.name) if result.domain else "", "domain", result.domain)
            yield result

    def _measure(self, subject: str, kind: str, part: TlsPart | DomainPart | None) -> None:
        if part is None:
            return
        if part.days_left is not None:
            self.ages.append(_Item(subject, f"{kind}_days", f"{part.days_left}{_ranges(part)}"))
        self.times.append(_Item(subject, f"{kind}_time", _seconds(part.duration_seconds)))


def render(results: Iterable[Result], finish: Finish, style: Style) -> Iterator[str]:
    """Yield all of the output at once, after the last result."""
    safe, seen = partial(_safe, unicode=style.unicode), _Seen()
    worst = nsmallest(_MOST_KEPT, seen.passing(results, safe), key=_urgency)
    if seen.statuses.total() == 1:
        yield _of_one(worst[0], seen, safe)
    else:
        yield _of_many(worst, seen, finish(), safe)


def _of_one(result: Result, seen: _Seen, safe: Safe) -> str:
    told = "; ".join(_part_told(part) for part in _worst_part_first(result))
    first = _head(result.severity, safe(f"{result.target}: {result.reason or told}"))
    if items := _written(seen.ages + seen.times, alone=True):
        first += f" | {' '.join(items)}"
    problems = [safe(f"[{p.severity.upper()}] {p.message}") for p in worst_first(result.tls, result.domain)]
    return _laid_out(first, problems, len(problems))


def _of_many(worst: list[Result], seen: _Seen, report: Report, safe: Safe) -> str:
    count, severity = seen.statuses.total(), report.summary.severity
    lines = [safe(f"{each.target}: {_reason(each)}") for each in worst]
    ends = ", ".join(f"{seen.statuses[end]} {_words(end)}" for end in Status if seen.statuses[end])
    summary = f"{counted(count, 'target')}{': ' if ends else ''}{ends}"
    if severity is not Severity.OK and lines:
        summary += f"; {lines[0]}"
    totals = [f"'{each}'={seen.severities[each]};;;0;{count}" for each in Severity]
    first = f"{_head(severity, summary)} | {' '.join(totals)} 'time'={_seconds(report.duration_seconds)}"
    lines = [f"[{each.severity.upper()}] {line}" for each, line in zip(worst, lines, strict=True)]
    return _laid_out(first, lines, count, _written(seen.ages, alone=False), _written(seen.times, alone=False))


def _written(items: list[_Item], *, alone: bool) -> list[str]:
    """Return each of *items* by its label, once: targets may share a domain, and its label with it."""
    values = {item.label(alone=alone): item.value for item in items}
    return [f"{label}={value}" for label, value in values.items()]


def _head(severity: Severity, summary: str) -> str:
    return f"DOMAINCHECK {severity.upper()} - {_cut(summary, _MOST_SUMMARY)}"


def _laid_out(first: str, lines: list[str], count: int, ages: Sequence[str] = (), times: Sequence[str] = ()) -> str:
    """Return *first*, then as much as there is room for: half is for *ages*, half for *lines*, the rest for *times*.

    Were there room, there would be *count* lines.
    """
    more = f"... and {count} more"
    room = _MOST_BYTES - _size(f"{first}\n{more} |\n")
    data = _fitting(ages, max(room - _size("\n".join(lines)), room // 2))
    room -= _size(" ".join(data))
    shown = _fitting(lines, room)
    if len(data) == len(ages):
        data += _fitting(times, room - _size("\n".join(shown)) - 1)
    if len(shown) < count:
        shown.append(f"... and {count - len(shown)} more")
    # Icinga puts a space between the data of two lines: with one more here, the first label would begin with it.
    return "\n".join([first, *shown]) + (f" |{' '.join(data)}" if data else "") + "\n"


def _fitting(pieces: Sequence[str], room: int) -> list[str]:
    """Return the first of *pieces*, as many as fit into *room* bytes with one byte between two."""
    fitting = []
    for piece in pieces:
        room -= _size(piece) + 1
        if room < 0:
            break
        fitting.append(piece)
    return fitting


def _urgency(result: Result) -> tuple[int, int]:
    """Return a key that sorts the worst first, and of equally bad ones that with the fewest days left."""
    left = [part.days_left for part in (result.tls, result.domain) if part and part.days_left is not None]
    return -result.severity.rank, min(left, default=0)


def _reason(result: Result) -> str:
    """Say why *result* is as bad as it is, or that all is well."""
    parts = _worst_part_first(result)
    bad = [part for part in parts if part.severity is not Severity.OK]
    return result.reason or "; ".join(_part_told(part) for part in bad or parts)


def _worst_part_first(result: Result) -> list[TlsPart | DomainPart]:
    parts = [part for part in (result.tls, result.domain) if part is not None]
    return sorted(parts, key=lambda part: -part.severity.rank)


def _part_told(part: TlsPart | DomainPart) -> str:
    if isinstance(part, TlsPart):
        name, expiry = "certificate", part.not_after
    else:
        name, expiry = f"domain {part.name}", part.expires_at
    when = f" ({expiry.date()}, {days(part.days_left)})" if expiry and part.days_left is not None else ""
    # A problem that has the name of the status says the same.
    bad = (p for p in worst_first(part) if p.severity is not Severity.OK and p.code.value != part.status.value)
    reason = next((f": {p.message}" for p in bad), "")
    return f"{name} {_words(part.status)}{when}{reason}"


def _words(status: Status) -> str:
    return _WORDS.get(status, status.replace("_", " "))


def _ranges(part: TlsPart | DomainPart) -> str:
    """Return the ranges in which the days left of *part* are well; in the last day before an expiry they never are."""
    if part.warn_before_days is None or part.critical_before_days is None:
        return ""
    critical = max(part.critical_before_days, min(1, part.warn_before_days))
    return f";{_number(part.warn_before_days)}:;{_number(critical)}:"


def _seconds(seconds: float) -> str:
    return f"{_number(seconds, 3)}s;;;0"


def _number(number: float, digits: int = 2) -> str:
    """Return *number* in digits, a minus and a point, which is all that may stand in performance data."""
    return f"{number:.{digits}f}".rstrip("0").rstrip(".")


def _safe(text: str, *, unicode: bool) -> str:
    """Return foreign *text* on one line, with nothing in it that means something to a reader of plugins' output."""
    text = clean(text).translate(_SAFE)
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")


def _size(text: str) -> int:
    return len(text.encode())


def _cut(text: str, size: int) -> str:
    """Return *text*, or as much of it as fits into *size* bytes."""
    return text if _size(text) <= size else text.encode()[: size - 3].decode(errors="ignore") + "..."
