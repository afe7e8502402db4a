"""TLS facts → the certificate's part of a result."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.model import (
    ChainLink,
    Problem,
    ProblemCode,
    RevocationState,
    Severity,
    Status,
    TlsPart,
    worst,
    worst_first,
)
from domaincheck.text import listed
from domaincheck.verdict.addresses import worst_of
from domaincheck.verdict.chain import DATES, date_problems, first_expiry, path_of, trust_problems, words_for
from domaincheck.verdict.expectations import unexpected_certificate
from domaincheck.verdict.identity import matches
from domaincheck.verdict.thresholds import DAY, Windows, days_left
from domaincheck.verdict.weakness import weaknesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domaincheck.model import Certificate, Failure, TlsFacts
    from domaincheck.verdict.chain import Expiry
    from domaincheck.verdict.thresholds import Policy

_NAMES_SHOWN = 3


def judge_tls(facts: TlsFacts, policy: Policy, now: datetime) -> TlsPart:
    """Return what *facts* mean at *now* for someone with *policy*; of several addresses, the worst."""
    if facts.addresses:
        part = worst_of([_judge(each, policy, now) for each in facts.addresses])
        return replace(part, duration_seconds=facts.duration_seconds)
    return _judge(facts, policy, now)


def _judge(facts: TlsFacts, policy: Policy, now: datetime) -> TlsPart:
    leaf = facts.sent[0] if facts.sent else None
    named = _names(facts, leaf) if leaf else None
    windows = policy.for_certificate(_lifetime(leaf))
    expiry = first_expiry(path_of(facts), now)
    dates = date_problems(path_of(facts), windows, expiry, now) if leaf else ()
    problems = tuple(worst_first((*dates, *_problems(facts, policy, named=named))))
    status, severity = _status(facts, windows, expiry, problems)
    return TlsPart(
        status=status,
        severity=worst((severity, problems[0].severity)) if problems else severity,
        not_before=leaf and leaf.not_before,
        not_after=leaf and leaf.not_after,
        days_left=days_left(leaf.not_after - now) if leaf and leaf.not_after else None,
        warn_before_days=windows.warning / DAY if leaf else None,
        critical_before_days=windows.critical / DAY if leaf else None,
        expires_first=expiry and expiry.role,
        subject=leaf and leaf.subject,
        issuer=leaf and leaf.issuer,
        serial=leaf and leaf.serial,
        names=leaf.names if leaf else (),
        fingerprint_sha256=leaf and leaf.fingerprint_sha256,
        key=str(leaf.key) if leaf and leaf.key else None,
        signature=leaf and leaf.signature,
        protocol=facts.protocol,
        cipher=facts.cipher,
        address=facts.address,
        trusted=facts.verification.code in DATES if facts.verification else None,
        hostname_matches=named,
        chain=tuple(_link(certificate, now) for certificate in facts.sent),
        problems=problems,
        duration_seconds=facts.duration_seconds,
        addresses=None if facts.addresses is None else (),
        revocation=facts.revocation,
    )


def _names(facts: TlsFacts, leaf: Certificate) -> bool | None:
    """Return whether *leaf* is for the host, ``None`` if that is all the same, or cannot be told.

    Where nobody could read it but us, its names may just not be among what could be read.
    """
    lost = facts.verification is None and not leaf.names
    return None if facts.name is None or lost else matches(facts.name, leaf.names)


def _lifetime(leaf: Certificate | None) -> timedelta | None:
    """Return how long *leaf* is valid in all, nothing if its dates are upside down, ``None`` if they can't be read."""
    if not leaf or not leaf.not_before or not leaf.not_after:
        return None
    return max(leaf.not_after - leaf.not_before, timedelta())


def _link(certificate: Certificate, now: datetime) -> ChainLink:
    return ChainLink(
        certificate.subject,
        certificate.issuer,
        certificate.not_after,
        days_left(certificate.not_after - now) if certificate.not_after else None,
        certificate.fingerprint_sha256,
    )


def _status(
    facts: TlsFacts, windows: Windows, expiry: Expiry | None, problems: Sequence[Problem]
) -> tuple[Status, Severity]:
    by_time = windows.judge(expiry.remaining) if expiry else (Status.UNREACHABLE, Severity.UNKNOWN)
    if by_time[0] is Status.EXPIRED:
        return by_time
    if any(p.severity is Severity.CRITICAL and p.code is not ProblemCode.CHAIN_EXPIRING for p in problems):
        return Status.INVALID, Severity.CRITICAL
    if facts.failure and facts.failure.code is not ProblemCode.CLIENT_CERTIFICATE_REQUIRED:
        return Status.UNREACHABLE, Severity.UNKNOWN
    return by_time


def _problems(facts: TlsFacts, policy: Policy, *, named: bool | None) -> Iterator[Problem]:
    """Yield what is wrong besides dates; *named* is whether the host is named, ``None`` if that is all the same."""
    if facts.sent:
        if named is False and facts.name is not None:
            yield Problem(ProblemCode.HOSTNAME_MISMATCH, Severity.CRITICAL, _mismatch(facts.name, facts))
        if facts.place is not None and facts.place > 1:
            words = f"the certificate stands as number {facts.place} in the file: servers take the first for theirs"
            yield Problem(ProblemCode.WRONG_ORDER, Severity.WARNING, f"{words}; put it there, and its issuer behind it")
        if facts.verification:
            yield from trust_problems(facts, facts.verification)
        if policy.weak:
            yield from weaknesses(facts, path_of(facts), policy.weak)
        yield from unexpected_certificate(facts.sent[0], policy.expected)
    if facts.revocation and facts.revocation.message:
        yield _revocation_problem(facts.revocation.state, facts.revocation.message)
    if facts.failure:
        yield Problem(facts.failure.code, _weight(facts, facts.failure), facts.failure.message)


def _weight(facts: TlsFacts, failure: Failure) -> Severity:
    """Return how much a *failure* matters: nothing if others are let in, and all if it is the certificate itself."""
    if not facts.sent:
        return Severity.UNKNOWN
    if facts.verification is None:  # nobody could read it but us
        return Severity.CRITICAL
    return Severity.OK if failure.code is ProblemCode.CLIENT_CERTIFICATE_REQUIRED else Severity.UNKNOWN


def _revocation_problem(state: RevocationState, message: str) -> Problem:
    """Return the problem of a chain that is revoked, or of which that is not known, which is but a note."""
    if state is RevocationState.REVOKED:
        return Problem(ProblemCode.REVOKED, Severity.CRITICAL, message)
    return Problem(ProblemCode.REVOCATION_UNKNOWN, Severity.OK, message)


def _mismatch(host: str, facts: TlsFacts) -> str:
    leaf, *others = facts.sent
    for place, certificate in enumerate(others, 2):
        if matches(host, certificate.names):
            shows, _, _, file = words_for(facts)
            return (
                f"{shows} {leaf.subject} first, and the certificate for {host} as number {place}: "
                f"its own must stand first in {file}"
            )
    if not leaf.names:
        return f"the certificate names no host at all (no subjectAltName), so not {host} either"
    return f"the certificate is for {listed(leaf.names, _NAMES_SHOWN)}, not for {host}"
