"""Certificates as cryptography reads them, to be compared with our reading."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domaincheck.probes.certificate import read

if TYPE_CHECKING:
    from domaincheck.model import Certificate


MORE_NAMES = {
    x509.ObjectIdentifier("2.5.4.5"): "serialNumber",
    x509.ObjectIdentifier("2.5.4.97"): "organizationIdentifier",
    x509.ObjectIdentifier("1.2.840.113549.1.9.1"): "emailAddress",
}


def der(certificate: x509.Certificate) -> bytes:
    """Return the bytes of *certificate*."""
    return certificate.public_bytes(Encoding.DER)


def assert_agrees(certificate: x509.Certificate) -> Certificate:
    """Assert that our reading of *certificate* is that of cryptography, and return it."""
    ours = read(der(certificate))
    assert ours.subject == certificate.subject.rfc4514_string(MORE_NAMES)
    assert ours.issuer == certificate.issuer.rfc4514_string(MORE_NAMES)
    assert int(ours.serial or "", 16) == certificate.serial_number
    assert (ours.not_before, ours.not_after) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    assert ours.names == tuple(alt_names(certificate))
    assert ours.fingerprint_sha256 == certificate.fingerprint(hashes.SHA256()).hex()
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert ours.key_sha256 == hashlib.sha256(spki).hexdigest()
    assert ours.self_issued == (certificate.subject == certificate.issuer)
    return ours


def alt_names(certificate: x509.Certificate) -> list[str]:
    """Return the DNS names and addresses of *certificate*, as cryptography sees them."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)]
