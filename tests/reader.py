"""An address that is told about targets, run by run, with a ledger that is kept as a scheduled run keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domaincheck.alerts.due import Digest, News, Rules, Wish, decide
from domaincheck.alerts.findings import judged
from domaincheck.model import DomainPart, LedgerEntry, Severity, Status, Threshold
from tests.results import domain, result, tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.model import Result, TlsPart

START = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANN = "ann@example.com"
HOST = "www.example.com"

Told = tuple[str, int, bool]
"""What a piece of news is about, how far that has come, and whether it is solved."""


@dataclass(slots=True)
class Reader:
    """An address with a mailbox, for which the ledger is kept from run to run as a scheduled run keeps it."""

    rules: Rules = field(default_factory=Rules)
    threshold: str | None = None
    ledger: dict[tuple[str, str], LedgerEntry] = field(default_factory=dict)
    streaks: dict[tuple[str, str], int] = field(default_factory=dict)
    mails: list[tuple[datetime, Digest]] = field(default_factory=list)

    def run(self, now: datetime, *parts: TlsPart | DomainPart, **others: TlsPart) -> list[Told]:
        """Go through a run that sees *parts* of one target, and certificates of *others*; return what is told."""
        return [(news.entry.key, news.entry.step, news.solved) for news in self.news(now, *parts, **others)]

    def news(self, now: datetime, *parts: TlsPart | DomainPart, **others: TlsPart) -> tuple[News, ...]:
        """Do the same, and return the news as they are."""
        threshold = Threshold.parse(self.threshold) if self.threshold else None
        wishes = [Wish(HOST, _result(*parts), threshold)] if parts else []
        wishes += [Wish(name, _result(part)) for name, part in others.items()]
        self._count_silence(wishes)
        last = self.mails[-1][0] if self.mails else None
        digest = decide(ANN, wishes, self.ledger, self.streaks, last, self.rules, now)
        for entry in (*digest.quiet, *(news.entry for news in digest.news)):
            self.ledger[entry.target, entry.key] = entry
        if digest.news:
            self.mails.append((now, digest))
        return digest.news

    def told(self) -> list[tuple[datetime, Told]]:
        """Return all that was ever told, and when."""
        return [(when, (n.entry.key, n.entry.step, n.solved)) for when, digest in self.mails for n in digest.news]

    def steps(self) -> list[int]:
        """Return the steps that were told."""
        return [step for _, (_, step, solved) in self.told() if not solved]

    def _count_silence(self, wishes: Iterable[Wish]) -> None:
        self.streaks = {
            (wish.target, name): self.streaks.get((wish.target, name), 0) + 1
            for wish in wishes
            for name, part in (("tls", wish.result.tls), ("domain", wish.result.domain))
            if part is not None and not judged(part)
        }


def _result(*parts: TlsPart | DomainPart) -> Result:
    seen: dict[str, Any] = {"domain" if isinstance(part, DomainPart) else "tls": part for part in parts}
    return result(**({"tls": None, "domain": None} | seen), status=Status.VALID, severity=Severity.OK)


def certificate(name: str, end: datetime, lifetime: timedelta = 90 * DAY, **changes: Any) -> TlsPart:
    """Return the part of the certificate called *name*, which ends at *end*."""
    return tls(fingerprint_sha256=name, not_before=end - lifetime, not_after=end, **changes)


def registration(end: datetime | None, **changes: Any) -> DomainPart:
    """Return the part of a domain that ends at *end*."""
    return domain(expires_at=end, **changes)


def days(count: int, start: datetime = START, gap: timedelta = DAY) -> Iterator[datetime]:
    """Yield the times of *count* runs."""
    return (start + number * gap for number in range(count))
