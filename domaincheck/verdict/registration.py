"""Registration facts → the domain's part of a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domaincheck.model import (
    DomainPart,
    Problem,
    ProblemCode,
    RegistrationState,
    Severity,
    Status,
    worst,
    worst_first,
)
from domaincheck.text import minute
from domaincheck.verdict.expectations import unexpected_registration
from domaincheck.verdict.thresholds import DAY, days_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domaincheck.model import RegistrationFacts
    from domaincheck.verdict.thresholds import Policy, Windows

_RISKS = {  # EPP codes (RFC 5731, RFC 3915): what each means for the domain, and what to do
    "serverHold": (
        ProblemCode.REGISTRY_HOLD,
        Severity.CRITICAL,
        "serverHold: the registry has taken the domain out of the DNS; ask your registrar why",
    ),
    "clientHold": (
        ProblemCode.REGISTRY_HOLD,
        Severity.CRITICAL,
        "clientHold: the registrar has taken the domain out of the DNS, often over a bill or an unverified contact",
    ),
    "redemptionPeriod": (
        ProblemCode.REDEMPTION,
        Severity.CRITICAL,
        "redemptionPeriod: the domain was deleted and can only be restored for some weeks; ask your registrar now",
    ),
    "pendingRestore": (
        ProblemCode.REDEMPTION,
        Severity.CRITICAL,
        "pendingRestore: the domain was deleted and its restoration is not complete; ask your registrar for the report",
    ),
    "pendingDelete": (
        ProblemCode.PENDING_DELETE,
        Severity.CRITICAL,
        "pendingDelete: the domain is about to be deleted and will then be free for anyone; ask your registrar now",
    ),
    "pendingTransfer": (
        ProblemCode.PENDING_TRANSFER,
        Severity.WARNING,
        "pendingTransfer: the domain is on its way to another registrar; if that was not you, object at once",
    ),
    # The registry has moved the date by a year, whether or not the owner has paid: the date alone deceives.
    "autoRenewPeriod": (
        ProblemCode.AUTO_RENEW_PERIOD,
        Severity.WARNING,
        (
            "autoRenewPeriod: the registry renewed the domain by itself, which the registrar may still undo; "
            "see that the renewal is paid"
        ),
    ),
}


def judge_registration(facts: RegistrationFacts, policy: Policy, now: datetime) -> DomainPart:
    """Return what *facts* mean at *now* for someone with *policy*."""
    facts = _completed(facts, policy)
    windows, registration = policy.for_domain(), facts.registration
    problems = tuple(worst_first(_problems(facts, policy, now)))
    status, severity = _status(facts, windows, problems, now)
    return DomainPart(
        status=status,
        severity=worst((severity, *(problem.severity for problem in problems))),
        name=facts.domain,
        registrar=registration.registrar,
        created_at=registration.created_at,
        updated_at=registration.updated_at,
        expires_at=registration.expires_at,
        days_left=days_left(registration.expires_at - now) if registration.expires_at else None,
        warn_before_days=windows.warning / DAY,
        critical_before_days=windows.critical / DAY,
        statuses=registration.statuses,
        name_servers=registration.name_servers,
        dnssec=registration.dnssec,
        source=facts.source,
        server=facts.server,
        cached=facts.cached,
        age_seconds=facts.age_seconds,
        problems=problems,
        duration_seconds=facts.duration_seconds,
    )


def _completed(facts: RegistrationFacts, policy: Policy) -> RegistrationFacts:
    """Return *facts* with the expiry that the user supplied, where the registry publishes none."""
    registration, expiry = facts.registration, policy.expiries.get(facts.domain)
    if expiry is None or registration.expires_at or registration.state is not RegistrationState.REGISTERED:
        return facts
    return replace(facts, registration=replace(registration, expires_at=expiry))


def _status(
    facts: RegistrationFacts, windows: Windows, problems: Sequence[Problem], now: datetime
) -> tuple[Status, Severity]:
    registration = facts.registration
    if registration.state is RegistrationState.NOT_REGISTERED:
        return Status.NOT_REGISTERED, Severity.CRITICAL
    if registration.state is not RegistrationState.REGISTERED:
        return Status.UNREACHABLE, Severity.UNKNOWN
    by_time = (Status.UNKNOWN_EXPIRY, Severity.OK)
    if registration.expires_at:
        by_time = windows.judge(registration.expires_at - now)
    if by_time[0] is not Status.EXPIRED and any(p.severity is Severity.CRITICAL for p in problems):
        return Status.AT_RISK, Severity.CRITICAL
    return by_time


def _problems(facts: RegistrationFacts, policy: Policy, now: datetime) -> Iterator[Problem]:
    registration = facts.registration
    settled = facts.source is not None
    if registration.state is RegistrationState.NOT_REGISTERED:
        yield Problem(
            ProblemCode.NOT_REGISTERED, Severity.CRITICAL, f"{facts.domain} is not registered: anyone could take it"
        )
    if registration.expires_at is not None and registration.expires_at < now:
        words = f"the registration expired on {minute(registration.expires_at)}"
        yield Problem(ProblemCode.EXPIRED, Severity.CRITICAL, words)
    for code, severity, message in (_RISKS[status] for status in registration.statuses if status in _RISKS):
        yield Problem(code, severity, message)
    yield from unexpected_registration(registration, policy.expected)
    unreadable = registration.expires_at is None and bool(registration.faults)
    for fault in registration.faults:
        yield Problem(ProblemCode.MALFORMED_RESPONSE, Severity.UNKNOWN if unreadable else Severity.OK, fault)
    if registration.state is RegistrationState.REGISTERED and registration.expires_at is None and not unreadable:
        yield Problem(
            ProblemCode.EXPIRY_NOT_PUBLISHED, Severity.OK, "the registry does not publish when this domain expires"
        )
    for failure in facts.failures:
        yield Problem(failure.code, _weight(failure.code, settled=settled), failure.message)


def _weight(code: ProblemCode, *, settled: bool) -> Severity:
    """Return how much it matters that one source failed: little, once another one has answered."""
    if code is ProblemCode.NOT_REGISTERED:
        return Severity.WARNING  # a source that is contradicted: worth a look by a person
    return Severity.OK if settled else Severity.UNKNOWN
