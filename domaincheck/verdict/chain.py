"""The chain in use: who vouches for it, and when the first of it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domaincheck.model import Problem, ProblemCode, Severity, Status
from domaincheck.text import minute
from domaincheck.verdict.weakness import WEAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from domaincheck.model import Certificate, TlsFacts, Verification
    from domaincheck.verdict.thresholds import Windows

# OpenSSL's X509_V_ERR numbers (x509_vfy.h)
DATES = frozenset([0, 9, 10])
"""Fine, or only a matter of dates, which are judged from the certificates themselves."""
_BAD_SIGNATURE, _SELF_SIGNED, _UNTRUSTED_ROOT = 7, 18, 19
_NO_ISSUER = frozenset([2, 20, 21])


class Expiry(NamedTuple):
    """The first expiry on the path in use: whose, when, and in which role."""

    certificate: Certificate
    role: str
    remaining: timedelta


class Words(NamedTuple):
    """How to speak of a chain by where it comes from: who shows or lacks a part of it, whose it is, what to change."""

    shows: str
    lacks: str
    whose: str
    place: str


_SERVED = Words("the server sends", "the server does not send", "the server's certificate", "the server's chain file")
_FILED = Words("the file holds", "the file does not hold", "the certificate", "the file")


def words_for(facts: TlsFacts) -> Words:
    """Return how to speak of the chain of *facts*."""
    return _SERVED if facts.place is None else _FILED


def path_of(facts: TlsFacts) -> Sequence[Certificate]:
    """Return the chain in use, leaf first; what else was sent is not known to matter."""
    return facts.path or facts.sent[:1]


def first_expiry(path: Sequence[Certificate], now: datetime) -> Expiry | None:
    """Return the expiry that comes first on *path*; the leaf's, when several come together."""
    ends = [(end, place) for place, certificate in enumerate(path) if (end := certificate.not_after)]
    if not ends:
        return None
    end, place = min(ends)
    certificate = path[place]
    role = "leaf" if place == 0 else "root" if certificate.self_issued else "intermediate"
    return Expiry(certificate, role, end - now)


def date_problems(
    path: Sequence[Certificate], windows: Windows, expiry: Expiry | None, now: datetime
) -> Iterator[Problem]:
    """Yield what is wrong with the dates of *path*, the leaf's first."""
    leaf, *above = path
    if leaf.not_after is None or leaf.not_before is None:
        yield _critical(ProblemCode.MALFORMED_RESPONSE, "the certificate's dates cannot be read")
    if leaf.not_after and leaf.not_after < now:
        yield _critical(ProblemCode.EXPIRED, f"the certificate expired on {minute(leaf.not_after)}")
    if leaf.not_before and leaf.not_before > now:
        yield _critical(ProblemCode.NOT_YET_VALID, f"the certificate is not valid before {minute(leaf.not_before)}")
    for certificate in above:
        where = f"{certificate.subject}, above the certificate in the chain,"
        if certificate.not_after and certificate.not_after < now:
            words = f"{where} expired on {minute(certificate.not_after)}: put its successor in its place"
            yield _critical(ProblemCode.CHAIN_EXPIRED, words)
        if certificate.not_before and certificate.not_before > now:
            words = f"{where} is not valid before {minute(certificate.not_before)}"
            yield _critical(ProblemCode.NOT_YET_VALID, words)
    if expiry and expiry.role != "leaf" and expiry.certificate.not_after:
        status, severity = windows.judge(expiry.remaining)
        if status in (Status.EXPIRING_SOON, Status.EXPIRING_TODAY):
            where = f"{expiry.certificate.subject}, above the certificate in the chain,"
            words = f"{where} expires first: on {minute(expiry.certificate.not_after)}"
            yield Problem(ProblemCode.CHAIN_EXPIRING, severity, words)


def trust_problems(facts: TlsFacts, verification: Verification) -> Iterator[Problem]:
    """Yield why nobody can rely on the chain, apart from its dates and its strength."""
    code, path = verification.code, path_of(facts)
    if code in DATES or code in WEAK:
        return
    if code == _SELF_SIGNED:
        yield _critical(
            ProblemCode.SELF_SIGNED,
            "the certificate is signed by itself, not by a certificate authority: have one issued, "
            "or trust it with --ca-file",
        )
    elif code == _UNTRUSTED_ROOT:
        yield _critical(ProblemCode.UNTRUSTED_ROOT, f"the chain ends at {path[-1].subject}, {_NOT_TRUSTED}")
    elif code in _NO_ISSUER:
        yield _critical(*_missing_issuer(facts, path))
    elif code == _BAD_SIGNATURE:
        yield _critical(ProblemCode.BAD_CHAIN, _bad_signature(facts, verification))
    else:
        yield _critical(ProblemCode.BAD_CHAIN, f"the chain does not hold: {verification.message}")


_NOT_TRUSTED = "which is not trusted here: if that CA is your own, give its certificate with --ca-file"


def _missing_issuer(facts: TlsFacts, path: Sequence[Certificate]) -> tuple[ProblemCode, str]:
    """Tell a chain sent incomplete from one whose root is not trusted; *path* is as far as it could be followed.

    A public CA's leaf says where its issuer's certificate can be fetched (caIssuers, a duty by CA/B BR §7.1.2.7.7), and
    that issuer is an intermediate which the server has to send; a leaf without it comes straight from a private root.
    Above an intermediate that says so there may be either. A certificate of the issuer's name that was sent, and yet
    not used, is another one's.
    """
    top, is_leaf = path[-1], len(path) == 1
    shows, lacks, whose, place = words_for(facts)
    if any(certificate.subject == top.issuer for certificate in facts.sent):
        signed = whose if is_leaf else top.subject
        words = f"{shows} a certificate of {top.issuer}, but not of the key that signed {signed}"
        return ProblemCode.INCOMPLETE_CHAIN, f"{words}; replace it in {place}"
    if is_leaf and top.issuer_urls:
        return ProblemCode.INCOMPLETE_CHAIN, f"{lacks} the intermediate {top.issuer}; add it to {place}"
    words = f"the chain leads to {top.issuer}, {_NOT_TRUSTED}"
    if top.issuer_urls:
        words += f"; if it is an intermediate, add it to {place}"
    return ProblemCode.UNTRUSTED_ROOT, words


def _bad_signature(facts: TlsFacts, verification: Verification) -> str:
    words = f"the chain does not hold: {verification.message}"
    issuers = " or ".join(certificate.subject for certificate in path_of(facts)[1:] if certificate in facts.sent)
    shows = words_for(facts).shows
    return f"{words}; perhaps {shows} another certificate of {issuers} than it should" if issuers else words


def _critical(code: ProblemCode, message: str) -> Problem:
    return Problem(code, Severity.CRITICAL, message)
