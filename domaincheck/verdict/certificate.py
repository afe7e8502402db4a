"""TLS facts → the certificate's part of a result."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.model import ChainLink, Problem, ProblemCode, Severity, Status, TlsPart
from domaincheck.verdict.identity import matches
from domaincheck.verdict.thresholds import DAY, Windows, days_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from domaincheck.model import Certificate, TlsFacts, Verification
    from domaincheck.verdict.thresholds import Policy

# OpenSSL's X509_V_ERR numbers (x509_vfy.h)
_DATES = frozenset([0, 9, 10])  # fine, or only a matter of dates, which are judged from the certificates themselves
_SELF_SIGNED, _UNTRUSTED_ROOT = 18, 19
_NO_ISSUER = frozenset([2, 20, 21])
_WEAK = {66: ProblemCode.WEAK_KEY, 67: ProblemCode.WEAK_KEY, 68: ProblemCode.WEAK_SIGNATURE}

_SMALLEST_KEY = {"RSA": 2048, "DSA": 2048, "ECDSA": 224}  # bits; NIST SP 800-131A
_BROKEN_DIGESTS = ("md2", "md5", "sha1")

_NAMES_SHOWN = 3


class _Expiry(NamedTuple):
    """The first expiry on the path in use: whose, when, and in which role."""

    certificate: Certificate
    role: str
    remaining: timedelta


def judge_tls(facts: TlsFacts, policy: Policy, now: datetime) -> TlsPart:
    """Return what *facts* mean at *now* for someone with *policy*."""
    leaf = facts.sent[0] if facts.sent else None
    windows = policy.for_certificate(_lifetime(leaf))
    expiry = _first_expiry(facts, now)
    problems = tuple(sorted(_problems(facts, policy, windows, expiry, now), key=lambda p: -p.severity.rank))
    status, severity = _status(facts, windows, expiry, problems)
    return TlsPart(
        status=status,
        severity=max((severity, *(p.severity for p in problems)), key=lambda s: s.rank),
        not_before=leaf and leaf.not_before,
        not_after=leaf and leaf.not_after,
        days_left=days_left(leaf.not_after - now) if leaf and leaf.not_after else None,
        warn_before_days=windows.warning / DAY if leaf else None,
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
        trusted=facts.verification.code in _DATES if facts.verification else None,
        hostname_matches=all(p.code is not ProblemCode.HOSTNAME_MISMATCH for p in problems) if leaf else None,
        chain=tuple(_link(certificate, now) for certificate in facts.sent),
        problems=problems,
        duration_seconds=facts.duration_seconds,
    )


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


def _path(facts: TlsFacts) -> Sequence[Certificate]:
    return facts.path or facts.sent[:1]


def _first_expiry(facts: TlsFacts, now: datetime) -> _Expiry | None:
    """Return the expiry that comes first on the path in use; the leaf's, when several come together."""
    path = _path(facts)
    ends = [(end, place) for place, certificate in enumerate(path) if (end := certificate.not_after)]
    if not ends:
        return None
    end, place = min(ends)
    certificate = path[place]
    role = "leaf" if place == 0 else "root" if certificate.self_issued else "intermediate"
    return _Expiry(certificate, role, end - now)


def _status(
    facts: TlsFacts, windows: Windows, expiry: _Expiry | None, problems: Sequence[Problem]
) -> tuple[Status, Severity]:
    by_time = windows.judge(expiry.remaining) if expiry else (Status.UNREACHABLE, Severity.UNKNOWN)
    if by_time[0] is Status.EXPIRED:
        return by_time
    if any(p.severity is Severity.CRITICAL and p.code is not ProblemCode.CHAIN_EXPIRING for p in problems):
        return Status.INVALID, Severity.CRITICAL
    if facts.failure and facts.failure.code is not ProblemCode.CLIENT_CERTIFICATE_REQUIRED:
        return Status.UNREACHABLE, Severity.UNKNOWN
    return by_time


def _problems(
    facts: TlsFacts, policy: Policy, windows: Windows, expiry: _Expiry | None, now: datetime
) -> Iterator[Problem]:
    if facts.sent:
        leaf = facts.sent[0]
        yield from _date_problems(leaf, now)
        yield from _chain_date_problems(facts, windows, expiry, now)
        if not matches(facts.name, leaf.names):
            yield _critical(ProblemCode.HOSTNAME_MISMATCH, _mismatch(facts.name, leaf.names))
        if facts.verification:
            yield from _trust_problems(facts, facts.verification)
        if policy.weak:
            yield from _weaknesses(facts, policy.weak)
    if facts.failure:
        harmless = bool(facts.sent) and facts.failure.code is ProblemCode.CLIENT_CERTIFICATE_REQUIRED
        yield Problem(facts.failure.code, Severity.OK if harmless else Severity.UNKNOWN, facts.failure.message)


def _critical(code: ProblemCode, message: str) -> Problem:
    return Problem(code, Severity.CRITICAL, message)


def _date_problems(leaf: Certificate, now: datetime) -> Iterator[Problem]:
    if leaf.not_after is None or leaf.not_before is None:
        yield _critical(ProblemCode.MALFORMED_RESPONSE, "the certificate's dates cannot be read")
    if leaf.not_after and leaf.not_after < now:
        yield _critical(ProblemCode.EXPIRED, f"the certificate expired on {leaf.not_after:%Y-%m-%d %H:%M} UTC")
    if leaf.not_before and leaf.not_before > now:
        yield _critical(
            ProblemCode.NOT_YET_VALID, f"the certificate is not valid before {leaf.not_before:%Y-%m-%d %H:%M} UTC"
        )


def _chain_date_problems(facts: TlsFacts, windows: Windows, expiry: _Expiry | None, now: datetime) -> Iterator[Problem]:
    above = _path(facts)[1:]
    for certificate in above:
        if certificate.not_after and certificate.not_after < now:
            yield _critical(
                ProblemCode.CHAIN_EXPIRED,
                f"{certificate.subject}, above the certificate in the chain, "
                f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC",
            )
        if certificate.not_before and certificate.not_before > now:
            yield _critical(
                ProblemCode.NOT_YET_VALID,
                f"{certificate.subject}, above the certificate in the chain, "
                f"is not valid before {certificate.not_before:%Y-%m-%d %H:%M} UTC",
            )
    if expiry and expiry.role != "leaf":
        status, severity = windows.judge(expiry.remaining)
        if status in (Status.EXPIRING_SOON, Status.EXPIRING_TODAY):
            yield Problem(
                ProblemCode.CHAIN_EXPIRING,
                severity,
                f"{expiry.certificate.subject}, above the certificate in the chain, "
                f"expires first: on {expiry.certificate.not_after:%Y-%m-%d %H:%M} UTC",
            )


def _mismatch(host: str, names: Sequence[str]) -> str:
    if not names:
        return f"the certificate names no host at all (no subjectAltName), so not {host} either"
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"the certificate is for {shown}{more}, not for {host}"


def _trust_problems(facts: TlsFacts, verification: Verification) -> Iterator[Problem]:
    code, top = verification.code, _path(facts)[-1]
    if code in _DATES or code in _WEAK:
        return
    if code == _SELF_SIGNED:
        yield _critical(ProblemCode.SELF_SIGNED, "the certificate is signed by itself, not by a certificate authority")
    elif code == _UNTRUSTED_ROOT:
        yield _critical(ProblemCode.UNTRUSTED_ROOT, f"the chain ends at {top.subject}, which is not trusted here")
    elif code in _NO_ISSUER:
        yield _critical(*_missing_issuer(facts, top))
    else:
        yield _critical(ProblemCode.BAD_CHAIN, f"the chain does not hold: {verification.message}")


def _missing_issuer(facts: TlsFacts, top: Certificate) -> tuple[ProblemCode, str]:
    """Tell a chain sent incomplete from one whose root is not trusted.

    A public CA's leaf says where its issuer's certificate can be fetched (caIssuers, a duty by CA/B BR §7.1.2.7.7), and
    that issuer is an intermediate which the server has to send; a leaf without it comes straight from a private root.
    """
    if top is facts.sent[0] and top.issuer_urls:
        return (
            ProblemCode.INCOMPLETE_CHAIN,
            f"the server does not send the intermediate {top.issuer}; add it to the server's chain file",
        )
    return ProblemCode.UNTRUSTED_ROOT, f"the chain leads to {top.issuer}, which is not trusted here"


def _weaknesses(facts: TlsFacts, severity: Severity) -> Iterator[Problem]:
    """Yield what is weak on the path in use; if OpenSSL sees a weakness that the certificates do not show, that."""
    seen = tuple(_visible_weaknesses(facts, severity))
    yield from seen
    if not seen and facts.verification and facts.verification.code in _WEAK:
        yield Problem(_WEAK[facts.verification.code], severity, f"OpenSSL finds it weak: {facts.verification.message}")


def _visible_weaknesses(facts: TlsFacts, severity: Severity) -> Iterator[Problem]:
    for place, certificate in enumerate(_path(facts)):
        whose = "the certificate's" if place == 0 else f"{certificate.subject}'s"
        key = certificate.key
        if key and 0 < key.bits < _SMALLEST_KEY.get(key.algorithm, 0):
            yield Problem(ProblemCode.WEAK_KEY, severity, f"{whose} key, {key}, is too small to be safe")
        anchor = place > 0 and certificate.self_issued  # its signature is its own, and nobody relies on it
        if not anchor and any(digest in (certificate.signature or "").lower() for digest in _BROKEN_DIGESTS):
            yield Problem(
                ProblemCode.WEAK_SIGNATURE, severity, f"{whose} signature, {certificate.signature}, can be forged"
            )
