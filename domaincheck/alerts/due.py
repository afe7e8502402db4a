"""What an address is to be told now, given what is the matter and what it has been told before. All of it is pure.

The invariant: an entry of the ledger is made only together with the mail that tells of it, so nothing is ever taken
for told that was not; and what an entry says was told is never told again. Steps only go down, and entries are solved
once, so each thing makes at most as many mails as there are windows, and one more when it is solved. A problem that
comes back after more than a week is another thing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.alerts.findings import DAY, Finding, domain_key, find, first_end, judged
from domaincheck.model import LedgerEntry, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domaincheck.model import Result, Threshold

QUIET = timedelta(days=7)
"""What comes back within this time after it was found mended is the same trouble, and no news."""

DIGEST_PAUSE = timedelta(hours=20)
"""At most one digest a day; a little less, since a daily run does not start at the same second every day."""

APART = 3
"""Days by which the dates of two sources may differ and still mean the same end: a domain is renewed by years."""


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
    if last_digest is not None and abs(now - last_digest) < DIGEST_PAUSE and not urgent:
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
    """Yield what is news to *email* about one target, and what changes without a word; *told* is its ledger, by key."""
    silent = {
        part: runs
        for part in ("tls", "domain")
        if (runs := streaks.get((wish.target, part), 0)) >= rules.unreachable_after
    }
    found = find(wish.result, rules.windows, wish.threshold, silent, now)
    findings = {finding.key: finding for finding in (_as_known(each, told) for each in found)}
    for key, finding in findings.items():
        entry = told.get(key)
        if entry is None:
            yield News(wish.target, finding, LedgerEntry(email, wish.target, key, finding.step, now))
        elif finding.step < entry.step:  # a certificate that is renewed twice, by a farm that flips, is so only once
            yield News(wish.target, finding, replace(entry, step=finding.step, told=now, closed=None))
        elif entry.closed and now - entry.closed > QUIET and not _expiring(key):
            yield News(wish.target, finding, replace(entry, told=now, closed=None, solved=False))
        elif entry.closed:
            yield replace(entry, closed=None)
    yield from _gone(wish, told, findings, now)


def _as_known(finding: Finding, told: Mapping[str, LedgerEntry]) -> Finding:
    """Return *finding* under the key that *told* has for it: two sources may date a domain's end some days apart."""
    if finding.part != "domain" or finding.when is None:
        return finding
    near = (finding.when + days * DAY for days in range(-APART, APART + 1))
    known = (key for end in near if (key := domain_key(end)) in told)
    return replace(finding, key=next(known, finding.key))


def _gone(
    wish: Wish, told: Mapping[str, LedgerEntry], findings: Mapping[str, Finding], now: datetime
) -> Iterator[News | LedgerEntry]:
    """Yield what has been mended; several expiries that ended in one renewal are one piece of news."""
    renewed: set[str] = set()
    for key, entry in told.items():
        if key in findings or entry.closed or not _mended(wish.result, findings, key, now):
            continue
        closed, part = replace(entry, closed=now, solved=True), key.partition(":")[0]
        if entry.solved or (_expiring(key) and part in renewed):
            yield closed
            continue
        if _expiring(key):
            renewed.add(part)
        yield _solved(wish, closed, now)


def _expiring(key: str) -> bool:
    return ":expiry:" in key


def _mended(result: Result, findings: Mapping[str, Finding], key: str, now: datetime) -> bool:
    """Return whether what *key* is about, which was not found this time, is mended for all that this run has seen.

    It is not when its part was not seen; when another expiry is as near; or when a domain goes from bad to worse, from
    redemption to deletion, say.
    """
    part = key.partition(":")[0]
    rest = [finding for finding in findings.values() if finding.part == part]
    if not judged(result.tls if part == "tls" else result.domain):
        return False
    if part == "domain" and any(f.severity is Severity.CRITICAL and not _expiring(f.key) for f in rest):
        return False
    return not _expiring(key) or (_end(result, part, now) is not None and not any(_expiring(f.key) for f in rest))


def _end(result: Result, part: str, now: datetime) -> datetime | None:
    """Return when *part* ends, as far as it is known."""
    if part == "tls":
        return first_end(result.tls, now)[0] if result.tls else None
    return result.domain.expires_at if result.domain else None


def _solved(wish: Wish, entry: LedgerEntry, now: datetime) -> News:
    """Return the news that what *entry* is about is no longer the matter."""
    part, what, *_ = entry.key.split(":")
    end = None
    if what == "expiry":
        end = _end(wish.result, part, now)
        until = f", now valid until {end:%Y-%m-%d}" if end else ""
        headline = f"{'certificate' if part == 'tls' else 'domain'} renewed{until}"
    elif what == "unreachable":
        headline = ("server" if part == "tls" else "registry") + " reachable again"
    else:
        headline = f"solved: {what.replace('_', ' ')}"
    finding = Finding(part, entry.key, entry.step, Severity.OK, headline, "", end)
    return News(wish.target, finding, entry, solved=True)
