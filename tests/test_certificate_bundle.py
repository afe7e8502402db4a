"""Files in DER that hold something else than a certificate: which of its relatives it is, is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from domaincheck.errors import UsageError
from domaincheck.lab.odd import altered
from domaincheck.lab.revocation import revocation_list
from domaincheck.probes.certificate_bundle import certificates
from tests.facts import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.lab.authority import Authority

KEY = ec.generate_private_key(ec.SECP256R1())


def request(*extensions: x509.ExtensionType) -> bytes:
    """Return a certificate request with *extensions*."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


RELATIVES: dict[str, tuple[Callable[[Authority], bytes], str]] = {
    "a list": (lambda root: revocation_list(root, {}), "holds a list of revocations and no certificate"),
    "a request": (lambda _: request(), "holds a certificate request and no certificate"),
    "a request of more": (
        lambda _: request(x509.SubjectAlternativeName([x509.DNSName(HOST)])),
        "holds a certificate request and no certificate",
    ),
    "a public key": (
        lambda _: KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "holds a key and no certificate",
    ),
    "an encrypted key": (
        lambda _: KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        "holds a key and no certificate",
    ),
    "PKCS#7": (
        lambda root: serialize_certificates([root.certificate], Encoding.DER),
        "holds PKCS#7, which is not read here: convert it with 'openssl pkcs7 -inform DER -print_certs'",
    ),
}


@pytest.mark.parametrize("relative", RELATIVES)
def test_what_a_file_holds_instead_is_told(root: Authority, relative: str) -> None:
    """Rather than that OpenSSL can't read it, which would send people looking for damage."""
    make, words = RELATIVES[relative]
    with pytest.raises(UsageError) as caught:
        certificates(make(root))
    assert str(caught.value) == words


LACKING: list[dict[str, Any]] = [{"version": b"", "extensions": b""}, {"subject": b""}, {"validity": b""}, {"key": b""}]


@pytest.mark.parametrize("lacking", LACKING, ids=" and ".join)
def test_a_certificate_that_lacks_something_is_still_one(root: Authority, lacking: dict[str, Any]) -> None:
    """Those of version 1, and those that were made wrongly, are for the verdict to judge."""
    odd = altered(root.leaf(HOST), root.key, **lacking)
    assert certificates(odd.ders[0]) == odd.ders
