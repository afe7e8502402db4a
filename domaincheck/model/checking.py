"""Judgements: facts become a :class:`TlsPart` and a :class:`DomainPart`, together a :class:`Result`.

Their fields bear the names and the order of the JSON that users are promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domaincheck.model.codes import Problem, Severity, Status
    from domaincheck.model.facts import Revocation


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One certificate of the chain a server sent."""

    subject: str
    issuer: str
    not_after: datetime | None
    days_left: int | None
    fingerprint_sha256: str


@dataclass(frozen=True, slots=True)
class AddressPart:
    """What one of several addresses of a host shows."""

    address: str
    status: Status
    not_after: datetime | None
    fingerprint_sha256: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TlsPart:
    """The certificate's part of a result. *expires_first* is ``leaf``, ``intermediate`` or ``root``.

    *warn_before_days* and *critical_before_days* are the windows before the expiry, the second within the first; the
    last 24 hours of the first are critical in any case. ``None`` where no certificate was seen.

    When every address was asked, *addresses* tells of each, and all else is of the worst of them. *revocation* is
    ``None`` when nobody asked for it.
    """

    status: Status
    severity: Severity
    not_before: datetime | None
    not_after: datetime | None
    days_left: int | None
    warn_before_days: float | None
    critical_before_days: float | None
    expires_first: str | None
    subject: str | None
    issuer: str | None
    serial: str | None
    names: tuple[str, ...]
    fingerprint_sha256: str | None
    key: str | None
    signature: str | None
    protocol: str | None
    cipher: str | None
    address: str | None
    trusted: bool | None
    hostname_matches: bool | None
    chain: tuple[ChainLink, ...]
    problems: tuple[Problem, ...]
    duration_seconds: float
    addresses: tuple[AddressPart, ...] | None = None
    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class DomainPart:
    """The registration's part of a result; the windows are as those of :class:`TlsPart`."""

    status: Status
    severity: Severity
    name: str
    registrar: str | None
    created_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    days_left: int | None
    warn_before_days: float
    critical_before_days: float
    statuses: tuple[str, ...]
    name_servers: tuple[str, ...]
    dnssec: bool | None
    source: str | None
    server: str | None
    cached: bool
    problems: tuple[Problem, ...]
    duration_seconds: float
    age_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """All that is known and thought of one target. *reason* says why a target is invalid, else it is ``None``."""

    target: str
    host: str | None
    port: int | None
    status: Status
    severity: Severity
    tls: TlsPart | None
    domain: DomainPart | None
    reason: str | None = None

    @property
    def urgency(self) -> tuple[int, int, int]:
        """A key that sorts the most urgent first: by severity, then status, then days left."""
        days = [part.days_left for part in (self.tls, self.domain) if part and part.days_left is not None]
        return -self.severity.rank, self.status.rank, min(days, default=0)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many targets came to which end, and the worst severity among them."""

    domain_count: int
    valid_count: int
    warning_count: int
    expired_count: int
    invalid_count: int
    unknown_count: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Report:
    """The frame around the results of one run; *threshold* is as the user would write it, as in ``30d``."""

    version: str
    domaincheck_version: str
    checked_at: datetime
    duration_seconds: float
    threshold: str
    summary: Summary
