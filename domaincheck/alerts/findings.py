"""What is the matter with one target, in the terms of alerts: expiries by window, problems, silence.

Each finding has a key that stays the same from run to run, whoever looks. That of an expiry names the very certificate
or date it is about: a server farm that shows its old and its new certificate by turns brings two findings by turns, not
one that comes and goes. That of a problem does not: a server that renews its self-signed certificate makes no news.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.model import ProblemCode, Severity, Status
from domaincheck.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domaincheck.model import DomainPart, Problem, Result, Threshold, TlsPart

DAY = timedelta(days=1)
EXPIRED = -1
"""The step of what has expired; that of an expiry ahead is the window it has entered, in days."""

CRITICAL_STEP = 7
"""The window from which on an expiry is critical."""

EARLY = timedelta(hours=25)
"""How long before its time a window is entered: where runs are daily, give or take half an hour, the mail comes before
it and not after."""

_EARLY_SHARE = 6
"""Of a certificate's lifetime, a sixth at the most: one that lives less than a week is not always about to expire."""

_MONTH = 30
_THIRD = 3
_ABOUT_TIME = frozenset([ProblemCode.EXPIRED, ProblemCode.CHAIN_EXPIRED, ProblemCode.CHAIN_EXPIRING])
_ABOVE = frozenset([ProblemCode.CHAIN_EXPIRED, ProblemCode.CHAIN_EXPIRING])
_LABELS = {"tls": "certificate", "domain": "domain"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is the matter with *part* (``tls`` or ``domain``) of a target.

    *key* and *step* are those of the ledger; *headline* says it in a few words, *detail* in a sentence, or is empty;
    *when* is the expiry that it is about.
    """

    part: str
    key: str
    step: int
    severity: Severity
    headline: str
    detail: str = ""
    when: datetime | None = None


def find(
    result: Result, windows: Sequence[int], threshold: Threshold | None, silent_runs: dict[str, int], now: datetime
) -> Iterator[Finding]:
    """Yield what is the matter with *result* at *now*.

    *windows* are in days, widest first; *threshold* is the subscription's own, in place of the widest. *silent_runs*
    tells by part for how many runs in a row it was unreachable, where that has become news.
    """
    if result.tls is not None:
        yield from _tls(result.tls, windows, threshold, silent_runs, now)
    if result.domain is not None:
        yield from _domain(result.domain, windows, threshold, silent_runs, now)


def judged(part: TlsPart | DomainPart | None) -> bool:
    """Return whether *part* was seen this time: what was not seen is neither mended nor any worse."""
    return part is not None and part.status not in (Status.UNREACHABLE, Status.INVALID_TARGET)


def _tls(
    part: TlsPart, windows: Sequence[int], threshold: Threshold | None, silent_runs: dict[str, int], now: datetime
) -> Iterator[Finding]:
    if not judged(part):
        yield from _silence("tls", part.problems, silent_runs)
        return
    lifetime = max(part.not_after - part.not_before, timedelta()) if part.not_after and part.not_before else None
    end, fingerprint = first_end(part, now)
    above = fingerprint != (part.fingerprint_sha256 or "")
    if end is not None:
        label = "intermediate certificate" if above else "certificate"
        said = next((problem.message for problem in part.problems if problem.code in _ABOVE), "") if above else ""
        entered = _expiry(f"tls:expiry:{fingerprint}", end, _scaled(windows, threshold, lifetime), now)
        yield from (replace(found, headline=f"{label} {_in_words(end - now)}", detail=said) for found in entered)
    # A trust anchor of ours that ends first is on no chain that was sent: its end is a problem like any other.
    anchor_ends = not above and part.expires_first not in (None, "leaf")
    yield from _problems("tls", part.problems, _ABOUT_TIME - _ABOVE if anchor_ends else _ABOUT_TIME)


def _domain(
    part: DomainPart, windows: Sequence[int], threshold: Threshold | None, silent_runs: dict[str, int], now: datetime
) -> Iterator[Finding]:
    if not judged(part):
        yield from _silence("domain", part.problems, silent_runs)
        return
    if part.expires_at is not None:
        yield from _expiry(domain_key(part.expires_at), part.expires_at, _scaled(windows, threshold, None), now)
    yield from _problems("domain", part.problems, _ABOUT_TIME)


def domain_key(end: datetime) -> str:
    """Return the key of a registration's expiry at *end*."""
    return f"domain:expiry:{end:%Y-%m-%d}"


def first_end(part: TlsPart, now: datetime) -> tuple[datetime | None, str]:
    """Return the first expiry on the chain in use and the fingerprint of the certificate whose it is.

    Of the certificates sent above the leaf, one that is past is in use only if *part* is expired: servers go on sending
    old cross-signs that nobody follows.
    """
    leaf = part.not_after, part.fingerprint_sha256 or ""
    if part.expires_first in (None, "leaf"):
        return leaf
    ends = [
        (end, link.fingerprint_sha256)
        for link in part.chain[1:]
        if (end := link.not_after)
        and (part.not_after is None or end < part.not_after)
        and (end < now) == (part.status is Status.EXPIRED)
    ]
    return min(ends, default=leaf)


def _scaled(
    windows: Sequence[int], threshold: Threshold | None, lifetime: timedelta | None
) -> Sequence[tuple[int, timedelta]]:
    """Return each window with the time before an expiry at which it is entered.

    The last third of a short life takes the place of 30 days; a threshold of one's own is taken as it stands.
    """
    own = threshold.of(lifetime) if threshold else None
    early = min(EARLY, lifetime / _EARLY_SHARE) if lifetime else EARLY
    if own is not None:
        tighter = [(days, days * DAY + early) for days in windows if days * DAY < own]
        return [(own // DAY, own + early), *tighter]
    day = min(DAY, lifetime / _THIRD / _MONTH) if lifetime else DAY
    return [(days, days * day + early) for days in windows]


def _expiry(key: str, end: datetime, windows: Sequence[tuple[int, timedelta]], now: datetime) -> Iterator[Finding]:
    """Yield the finding about an *end*, at the tightest window that it has entered."""
    left = end - now
    entered = [days for days, before in windows if left <= before]
    if left >= timedelta() and not entered:
        return
    step = EXPIRED if left < timedelta() else min(entered)
    severity = Severity.CRITICAL if step <= CRITICAL_STEP else Severity.WARNING
    part = key.partition(":")[0]
    yield Finding(part, key, step, severity, f"{_LABELS[part]} {_in_words(left)}", "", end)


def _in_words(left: timedelta) -> str:
    days = left // DAY
    if days < 0:
        ago = -left // DAY
        return "expired today" if not ago else f"expired {counted(ago, 'day')} ago"
    return "expires today" if not days else f"expires in {counted(days, 'day')}"


def _problems(part: str, problems: Sequence[Problem], covered: frozenset[ProblemCode]) -> Iterator[Finding]:
    """Yield a finding for each code among *problems*, the worst first, but for those *covered* by an expiry."""
    told = set(covered)
    for problem in problems:
        if problem.severity in (Severity.CRITICAL, Severity.WARNING) and problem.code not in told:
            told.add(problem.code)
            headline = f"{_LABELS[part]}: {problem.code.replace('_', ' ')}"
            yield Finding(part, f"{part}:{problem.code}", 0, problem.severity, headline, problem.message)


def _silence(part: str, problems: Sequence[Problem], silent_runs: dict[str, int]) -> Iterator[Finding]:
    if part in silent_runs:
        detail = problems[0].message if problems else ""
        what = "server unreachable" if part == "tls" else "registry did not answer"
        headline = f"{what} for {silent_runs[part]} runs"
        yield Finding(part, f"{part}:unreachable", 0, Severity.WARNING, headline, detail)
