"""Asks an OCSP responder about one certificate, and reads its answer (RFC 6960)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.probes.revocation.entry import Entry, check_times, doubt, words
from domaincheck.probes.revocation.particulars import particulars
from domaincheck.probes.revocation.signature import is_signed_by, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography.x509 import ocsp

    from domaincheck.probes.revocation.particulars import Particulars

LIMIT = 64 << 10
"""Bytes of an answer that are read."""

QUESTION_TYPE, ANSWER_TYPE = "application/ocsp-request", "application/ocsp-response"

_AT_MOST = timedelta(days=1)
"""How old an answer may be that does not say how long it holds."""

_HASHES = frozenset(["sha1", "sha256", "sha384", "sha512"])
_DELEGATES = 4


class Answer(NamedTuple):
    """What a responder said: the *entry* of a certificate that is revoked, and *until* when that may be believed."""

    entry: Entry | None
    until: datetime


def question(certificate: Particulars, issuer: Particulars) -> bytes:
    """Return the request about *certificate*, without a nonce: most responders sign their answers beforehand."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.ocsp import OCSPRequestBuilder

    name, key = _hashed("sha1", certificate, issuer)
    sha1 = SHA1()  # noqa: S303 - the one hash that every responder knows certificates by (RFC 5019 §2.1.1)
    try:
        builder = OCSPRequestBuilder().add_certificate_by_hash(name, key, certificate.serial, sha1)
        return builder.build().public_bytes(Encoding.DER)
    except ValueError as error:
        raise doubt("its serial number cannot be asked for") from error


def read(body: bytes, certificate: Particulars, issuer: Particulars, now: datetime) -> Answer:
    """Return what *body* says of *certificate*; raise NetworkError unless it may be believed *now*."""
    from cryptography.x509 import ocsp

    try:
        response = ocsp.load_der_ocsp_response(body)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            status = response.response_status.name.replace("_", " ").lower()
            raise doubt(f"the responder there gave no answer ({status})")
        if not any(is_signed_by(key, response, response.tbs_response_bytes) for key in _keys(response, issuer, now)):
            raise doubt("the answer there is not signed by the certificate's issuer, nor in its name")
        return _answer(_about(response, certificate, issuer), now)
    except unreadable() as error:
        raise doubt("there is no OCSP responder: the answer cannot be read") from error


def _answer(single: ocsp.OCSPSingleResponse, now: datetime) -> Answer:
    from cryptography.x509 import ocsp

    since = single.this_update_utc
    until = single.next_update_utc or since + _AT_MOST
    check_times(since, until, now)
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Answer(None, until)
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED and single.revocation_time_utc:
        return Answer(Entry(single.revocation_time_utc, words(single.revocation_reason)), until)
    raise doubt("the responder there does not know it")


def _about(response: ocsp.OCSPResponse, certificate: Particulars, issuer: Particulars) -> ocsp.OCSPSingleResponse:
    for single in response.responses:
        kind = single.hash_algorithm.name
        asked = kind in _HASHES and (single.issuer_name_hash, single.issuer_key_hash) == _hashed(
            kind, certificate, issuer
        )
        if asked and single.serial_number == certificate.serial:
            return single
    raise doubt("the answer there is about another certificate")


def _hashed(kind: str, certificate: Particulars, issuer: Particulars) -> tuple[bytes, bytes]:
    """Return how OCSP knows the issuer of *certificate*: the hashes of its name and of its bare key."""
    return hashlib.new(kind, certificate.issuer).digest(), hashlib.new(kind, issuer.key_bits).digest()


def _keys(response: ocsp.OCSPResponse, issuer: Particulars, now: datetime) -> Iterator[bytes]:
    """Yield the keys that may have signed: the issuer's, and those that it has charged with it (RFC 6960 §4.2.2.2)."""
    from cryptography.hazmat.primitives.serialization import Encoding

    yield issuer.key
    for delegate in response.certificates[:_DELEGATES]:
        try:
            found = particulars(delegate.public_bytes(Encoding.DER))
        except unreadable():
            continue
        charged = found.signs_ocsp and found.issuer == issuer.subject
        current = delegate.not_valid_before_utc <= now <= delegate.not_valid_after_utc
        if charged and current and is_signed_by(issuer.key, delegate, delegate.tbs_certificate_bytes):
            yield found.key
