"""What an address is to be told now, given what is the matter and what it has been told before. All of it is pure.

The invariant: an entry of the ledger is made only together with the mail that tells of it, so nothing is ever taken
for told that was not; and what an entry says was told is never told again. Steps only go down, and entries are solved
once, so each thing makes at most as many mails as there are windows, and one more when it is solved.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.alerts.findings import Finding, find, judged
from domaincheck.model import LedgerEntry, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domaincheck.model import Result, Threshold

QUIET = timedelta(days=7)
"""What comes back within this time after it was found mended is the same trouble, and no news."""

DIGEST_PAUSE = timedelta(hours=20)
"""At most one digest a day; a little less, since a daily run does not start at the same second every day."""


@dataclass(frozen=True, slots=True)
class News:
    """One line of a digest, and the *entry* that the ledger gets with it."""

    target: str
    finding: Finding
    entry: LedgerEntry
    solved: bool = False

    @property
    def urgency(self) -> tuple[bool, int, float, str]:
        """A key that sorts the most urgent news first and what is solved last."""
        when = self.finding.when.timestamp() if self.finding.when else 0.0
        return self.solved, -self.finding.severity.rank, when, self.target


@dataclass(frozen=True, slots=True)
class Wish:
    """What one address wants to know of one target: the *result* of this run, seen through its own *threshold*."""

    target: str
    result: Result
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The *windows* in days, widest first, and the count of runs in a row *unreachable_after* which silence is news."""

    windows: Sequence[int] = (30, 14, 7, 3, 1, 0)
    unreachable_after: int = 3


@dataclass(frozen=True, slots=True)
class Digest:
    """What *email* is told now, most urgent first, and the entries that change without a word."""

    email: str
    news: tuple[News, ...]
    quiet: tuple[LedgerEntry, ...] = ()


def decide(  # noqa: PLR0913, PLR0917 - the facts of one decision
    email: str,
    wishes: Iterable[Wish],
    ledger: Mapping[tuple[str, str], LedgerEntry],
    streaks: Mapping[tuple[str, str], int],
    last_digest: datetime | None,
    rules: Rules,
    now: datetime,
) -> Digest:
    """Return what *email* is to be told at *now*.

    *ledger* holds its entries by target and key; *streaks* tells by target and part for how many runs in a row, this
    one included, it was unreachable. Within a day of *last_digest* only something critical is told; the rest stays due.
    """
    told: dict[str, dict[str, LedgerEntry]] = defaultdict(dict)
    for (target, key), entry in ledger.items():
        told[target][key] = entry
    news: list[News] = []
    quiet: list[LedgerEntry] = []
    for wish in wishes:
        for item in _about(email, wish, told.get(wish.target, {}), streaks, rules, now):
            if isinstance(item, News):
                news.append(item)
            else:
                quiet.append(item)
    urgent = any(item.finding.severity is Severity.CRITICAL and not item.solved for item in news)
    if last_digest is not None and now - last_digest < DIGEST_PAUSE and not urgent:
        return Digest(email, (), tuple(quiet))
    return Digest(email, tuple(sorted(news, key=lambda item: item.urgency)), tuple(quiet))


def _about(  # noqa: PLR0913, PLR0917 - as above
    email: str,
    wish: Wish,
    told: Mapping[str, LedgerEntry],
    streaks: Mapping[tuple[str, str], int],
    rules: Rules,
    now: datetime,
) -> Iterator[News | LedgerEntry]:
    """Yield what is new about one target, and what changes in its ledger without a word; *told* is that, by key."""
    silent = {
        part: runs
        for part in ("tls", "domain")
        if (runs := streaks.get((wish.target, part), 0)) >= rules.unreachable_after
    }
    findings = list(find(wish.result, rules.windows, wish.threshold, silent, now))
    for finding in findings:
        entry = told.get(finding.key)
        if entry is None:
            yield News(wish.target, finding, LedgerEntry(email, wish.target, finding.key, finding.step, now))
        elif finding.step < entry.step or (entry.closed and now - entry.closed > QUIET and not _expiring(finding)):
            yield News(wish.target, finding, replace(entry, step=finding.step, told=now, closed=None, solved=False))
        elif entry.closed:
            yield replace(entry, closed=None)
    present = {finding.key for finding in findings}
    for key, entry in told.items():
        if key not in present and not entry.closed and _seen(wish.result, key):
            closed = replace(entry, closed=now)
            yield closed if entry.solved else _solved(wish, replace(closed, solved=True))


def _expiring(finding: Finding) -> bool:
    return ":expiry:" in finding.key


def _seen(result: Result, key: str) -> bool:
    """Return whether this run has seen the part of the target that *key* is about."""
    return judged(result.tls if key.startswith("tls:") else result.domain)


def _solved(wish: Wish, entry: LedgerEntry) -> News:
    """Return the news that what *entry* is about is no longer the matter."""
    part, what, *_ = entry.key.split(":")
    if what == "expiry":
        end = (wish.result.tls and wish.result.tls.not_after) if part == "tls" else None
        end = end or (wish.result.domain.expires_at if part == "domain" and wish.result.domain else None)
        until = f", now valid until {end:%Y-%m-%d}" if end else ""
        headline = f"{'certificate' if part == 'tls' else 'domain'} renewed{until}"
    elif what == "unreachable":
        headline, end = ("server" if part == "tls" else "registry") + " reachable again", None
    else:
        headline, end = f"solved: {what.replace('_', ' ')}", None
    finding = Finding(part, entry.key, entry.step, Severity.OK, headline, "", end)
    return News(wish.target, finding, entry, solved=True)
