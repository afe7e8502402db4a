"""Reads a certificate revocation list (RFC 5280 §5) as public CAs publish it: whole, and of their own certificates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domaincheck.probes import der
from domaincheck.probes.revocation.entry import Entry, check_times, doubt, words
from domaincheck.probes.revocation.signature import is_signed_by, unreadable

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

    from domaincheck.probes.revocation.particulars import Particulars

LIMIT = 10 << 20
"""Bytes of a list that are read."""

_PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list that its issuer has signed and that holds *until* the next; *body* are its bytes in DER.

    *scope* is its issuingDistributionPoint, if it has one.
    """

    body: bytes
    until: datetime
    content: x509.CertificateRevocationList
    scope: x509.IssuingDistributionPoint | None

    def entry(self, certificate: Particulars) -> Entry | None:
        """Return the entry of *certificate*, ``None`` if it is not revoked; raise NetworkError if that is not told."""
        if self.scope and (gap := _gap(self.scope, certificate)):
            raise doubt(gap)
        found = self._find(certificate)
        if found is None and self.scope and self.scope.only_some_reasons:
            raise doubt("it lists revocations for some reasons only")
        return found

    def _find(self, certificate: Particulars) -> Entry | None:
        # To look for a serial number's bytes anywhere takes a hundredth of the time that reading all entries does.
        if certificate.serial_element not in self.body:
            return None
        listed = self.content.get_revoked_certificate_by_serial_number(certificate.serial)
        return None if listed is None else _entry(listed)


def read(body: bytes, issuer: Particulars, now: datetime) -> RevocationList:
    """Return the list in *body*, DER or PEM; raise NetworkError unless it is of *issuer* and may be believed *now*."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        if body.startswith(_PEM):
            body = x509.load_pem_x509_crl(body).public_bytes(Encoding.DER)
        content = x509.load_der_x509_crl(body)
        signed, named = _parts(body)
    except unreadable() as error:
        raise doubt("there is no certificate revocation list") from error
    if named != issuer.subject:
        raise doubt("the list there is of another issuer")
    if not issuer.signs_lists or not is_signed_by(issuer.key, content, signed):
        raise doubt("the list there is not signed by the certificate's issuer")
    until = content.next_update_utc
    if until is None:
        raise doubt("the list there does not say how long it holds")
    check_times(content.last_update_utc, until, now)
    return RevocationList(body, until, content, _scope(content))


def _parts(body: bytes) -> tuple[bytes, bytes]:
    """Return the part of the list *body* that is signed, and within it the name of the issuer."""
    whole = der.element(body, 0, len(body))
    signed = der.element(body, whole.start, whole.stop)
    algorithm = der.element(body, signed.start, signed.stop)
    if algorithm.tag == der.INTEGER:  # the version, which stands before it from version 2 on
        algorithm = der.element(body, algorithm.stop, signed.stop)
    name = der.element(body, algorithm.stop, signed.stop)
    return body[whole.start : signed.stop], body[algorithm.stop : name.stop]


def _scope(content: x509.CertificateRevocationList) -> x509.IssuingDistributionPoint | None:
    """Return what the list covers, ``None`` for all that its issuer issued."""
    from cryptography import x509

    scope = None
    for extension in _extensions(content):
        if isinstance(extension.value, x509.DeltaCRLIndicator):
            raise doubt("the list there is one of changes only, a delta list")
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            scope = extension.value
    return scope


def _gap(scope: x509.IssuingDistributionPoint, certificate: Particulars) -> str | None:
    """Return why a list of that *scope* says nothing about *certificate*, ``None`` if it does (RFC 5280 §6.3.3 b)."""
    if scope.indirect_crl:
        return "the list there is one of several issuers, an indirect list"
    other_kind = scope.only_contains_user_certs if certificate.is_authority else scope.only_contains_ca_certs
    if other_kind or scope.only_contains_attribute_certs:
        return "the list there is one of certificates of another kind"
    urls = {name.value for name in scope.full_name or ()}
    if scope.relative_name or (urls and urls.isdisjoint(certificate.list_urls)):
        return "the list there is that of another distribution point"
    return None


def _entry(listed: x509.RevokedCertificate) -> Entry | None:
    from cryptography import x509

    reason = None
    for extension in _extensions(listed):
        if isinstance(extension.value, x509.CertificateIssuer):
            raise doubt("the list there has the number, but for another issuer")
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
    if reason is x509.ReasonFlags.remove_from_crl:  # it was on hold, and is not any more
        return None
    return Entry(listed.revocation_date_utc, words(reason))


def _extensions(holder: x509.CertificateRevocationList | x509.RevokedCertificate) -> list[x509.Extension[Any]]:
    """Return the extensions of *holder*; raise NetworkError if one that must be understood is not."""
    from cryptography import x509

    try:
        found = list(holder.extensions)
    except unreadable() as error:
        raise doubt("the list there has extensions that cannot be read") from error
    if any(extension.critical and isinstance(extension.value, x509.UnrecognizedExtension) for extension in found):
        raise doubt("the list there has a critical extension that is not known here")
    return found
