"""What a list or a responder says of a certificate that is revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.text import minute

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.x509 import ReasonFlags

SKEW = timedelta(minutes=5)
"""By how much the clock of an issuer may be ahead of ours."""

_REASONS = {  # RFC 5280 §5.3.1, in words
    "keyCompromise": "key compromise",
    "cACompromise": "compromise of the CA",
    "affiliationChanged": "affiliation changed",
    "superseded": "superseded",
    "cessationOfOperation": "cessation of operation",
    "certificateHold": "certificate on hold",
    "privilegeWithdrawn": "privilege withdrawn",
    "aACompromise": "compromise of the attribute authority",
}


class Entry(NamedTuple):
    """A certificate was revoked *at* a time; the *reason* is ``None`` where none was given."""

    at: datetime
    reason: str | None


def words(reason: ReasonFlags | None) -> str | None:
    """Return *reason* in words, ``None`` if it is none or unspecified."""
    return _REASONS.get(reason.value) if reason else None


def doubt(sentence: str) -> NetworkError:
    """Return the error that says why an answer can't be believed."""
    return NetworkError(ProblemCode.MALFORMED_RESPONSE, sentence)


def check_times(since: datetime | None, until: datetime | None, now: datetime) -> None:
    """Raise NetworkError unless what was said *since* and holds *until*, if that is known, may be believed *now*."""
    if since is None or since > now + SKEW:
        raise doubt("it is not valid yet")
    if until is not None and until < now:
        raise doubt(f"it expired on {minute(until)}")
