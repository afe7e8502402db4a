"""Both parts → the result of one target, and the counts over all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domaincheck.model import Result, Severity, Status, Summary, Target

if TYPE_CHECKING:
    from domaincheck.model import CertificateFile, DomainPart, InvalidTarget, TlsPart

_COUNTED_AS = {
    Status.VALID: "valid",
    Status.EXPIRING_SOON: "warning",
    Status.EXPIRING_TODAY: "expired",
    Status.EXPIRED: "expired",
    Status.INVALID: "invalid",
    Status.AT_RISK: "invalid",
    Status.NOT_REGISTERED: "invalid",
    Status.UNREACHABLE: "unknown",
    Status.UNKNOWN_EXPIRY: "unknown",
    Status.INVALID_TARGET: "unknown",
}


def combine(target: Target | CertificateFile, tls: TlsPart | None, domain: DomainPart | None) -> Result:
    """Return the result of *target*, whose status is its worst part's; with no part at all there was nothing to check.

    Where both parts are equally severe, the earlier in :class:`Status` names the whole.
    """
    parts = [part for part in (tls, domain) if part is not None]
    host, port = (target.host, target.port) if isinstance(target, Target) else (None, None)
    if not parts:
        reason = "there is nothing to check: it has no registrable domain, and certificates are switched off"
        return _invalid(target.text, host, port, reason)
    worst = parts[0] if len(parts) == 1 else min(parts, key=lambda part: (-part.severity.rank, part.status.rank))
    return Result(target.text, host, port, worst.status, worst.severity, tls, domain)


def invalid(target: InvalidTarget) -> Result:
    """Return the result of a piece of text that is no target."""
    return _invalid(target.text, None, None, target.reason)


def _invalid(text: str, host: str | None, port: int | None, reason: str) -> Result:
    return Result(text, host, port, Status.INVALID_TARGET, Severity.UNKNOWN, None, None, reason)


class Tally:
    """Counts results as they pass, so that nothing need be kept for the summary."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._worst = Severity.OK

    def add(self, result: Result) -> None:
        """Count *result*."""
        self._counts[_COUNTED_AS[result.status]] += 1
        if result.severity.rank > self._worst.rank:
            self._worst = result.severity

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = self._counts
        return Summary(
            domain_count=counts.total(),
            valid_count=counts["valid"],
            warning_count=counts["warning"],
            expired_count=counts["expired"],
            invalid_count=counts["invalid"],
            unknown_count=counts["unknown"],
            severity=self._worst,
        )
