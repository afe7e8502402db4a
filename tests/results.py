"""Builders of results: every field has a quiet default, so that a test names only what matters to it.

:func:`written` shows what a format makes of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domaincheck.model import (
    ChainLink,
    DomainPart,
    Problem,
    ProblemCode,
    Report,
    Result,
    Severity,
    Status,
    Summary,
    TlsPart,
)
from domaincheck.output import FORMATS, Style

_SEVERITIES = {
    Status.VALID: Severity.OK,
    Status.UNKNOWN_EXPIRY: Severity.OK,
    Status.EXPIRING_SOON: Severity.WARNING,
    Status.UNREACHABLE: Severity.UNKNOWN,
    Status.INVALID_TARGET: Severity.UNKNOWN,
}

_TLS = TlsPart(
    status=Status.VALID,
    severity=Severity.OK,
    not_before=datetime(2026, 11, 1, tzinfo=UTC),
    not_after=datetime(2027, 1, 30, tzinfo=UTC),
    days_left=67,
    warn_before_days=30.0,
    critical_before_days=7.0,
    expires_first="leaf",
    subject="CN=www.example.com",
    issuer="CN=Example CA,O=Example,C=AQ",
    serial="0a1b2c",
    names=("www.example.com",),
    fingerprint_sha256="ab" * 32,
    key="ECDSA P-256",
    signature="ecdsa-with-SHA256",
    protocol="TLSv1.3",
    cipher="TLS_AES_256_GCM_SHA384",
    address="192.0.2.1",
    trusted=True,
    hostname_matches=True,
    chain=(ChainLink("CN=www.example.com", "CN=Example CA", datetime(2027, 1, 30, tzinfo=UTC), 67, "ab" * 32),),
    problems=(),
    duration_seconds=0.03,
)

_DOMAIN = DomainPart(
    status=Status.VALID,
    severity=Severity.OK,
    name="example.com",
    registrar="Example Registrar",
    created_at=datetime(2001, 9, 19, tzinfo=UTC),
    updated_at=datetime(2026, 9, 1, tzinfo=UTC),
    expires_at=datetime(2027, 9, 19, tzinfo=UTC),
    days_left=299,
    warn_before_days=30.0,
    critical_before_days=7.0,
    statuses=("clientTransferProhibited",),
    name_servers=("a.iana-servers.net", "b.iana-servers.net"),
    dnssec=True,
    source="rdap",
    server="https://rdap.example/",
    cached=False,
    problems=(),
    duration_seconds=0.2,
)


def problem(message: str, code: ProblemCode = ProblemCode.BAD_CHAIN, severity: Severity = Severity.CRITICAL) -> Problem:
    """Return a problem that says *message*."""
    return Problem(code, severity, message)


def tls(status: Status = Status.VALID, **changes: Any) -> TlsPart:
    """Return a certificate's part with *changes*; the severity is that of the status unless given."""
    return replace(_TLS, **{"status": status, "severity": _SEVERITIES.get(status, Severity.CRITICAL)} | changes)


def domain(status: Status = Status.VALID, **changes: Any) -> DomainPart:
    """Return a registration's part with *changes*; the severity is that of the status unless given."""
    return replace(_DOMAIN, **{"status": status, "severity": _SEVERITIES.get(status, Severity.CRITICAL)} | changes)


def unreachable(message: str = "The name does not resolve.") -> TlsPart:
    """Return the part of a certificate that was never seen."""
    dates = ("not_before", "not_after", "days_left", "warn_before_days", "critical_before_days", "expires_first")
    seen = dict.fromkeys((*dates, "subject"))
    return tls(Status.UNREACHABLE, **seen, problems=(problem(message, ProblemCode.DNS_FAILURE, Severity.UNKNOWN),))


def result(target: str = "www.example.com", **changes: Any) -> Result:
    """Return the result of *target* with *changes*; its status is that of its worst part."""
    quiet = Result(target, target, 443, Status.VALID, Severity.OK, tls(), domain())
    asked = replace(quiet, **changes)
    worst = max((part for part in (asked.tls, asked.domain) if part), key=lambda part: part.severity.rank)
    return replace(asked, **{"status": worst.status, "severity": worst.severity} | changes)


def invalid(target: str, reason: str = "That is no host name.") -> Result:
    """Return the result of something that is no target."""
    return Result(target, None, None, Status.INVALID_TARGET, Severity.UNKNOWN, None, None, reason)


def report(**changes: Any) -> Report:
    """Return the frame of a run with *changes*."""
    quiet = Summary(1, 1, 0, 0, 0, 0, Severity.OK)
    return replace(Report("1", "0.1.0", datetime(2026, 11, 23, 6, 5, tzinfo=UTC), 0.42, "30d", quiet), **changes)


def written(name: str, *results: Result) -> str:
    """Return what the format called *name* makes of *results*."""
    return "".join(FORMATS[name].render(results, report, Style()))
