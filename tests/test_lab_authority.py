"""The certificates of the lab have the faults they are made with, and no others, as OpenSSL sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.tls import TlsServer
from tests.lab_client import HOST, NOW, greet, trusting, verdict

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_leaf_under_an_intermediate_is_trusted(root: Authority) -> None:
    """A client that trusts the root accepts a leaf for its names, DNS or IP, when the chain is sent."""
    leaf = root.intermediate().leaf(HOST, "127.0.0.1", "::1")
    assert [verdict(leaf, root, name) for name in (HOST, "127.0.0.1", "::1")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda root: root.leaf(HOST, not_after=timedelta(days=-1)), 10),
        (lambda root: root.leaf(HOST, not_before=timedelta(days=1)), 9),
        (lambda root: root.leaf("other.example.com"), 62),
        (lambda root: self_signed(root.now, HOST), 18),
        (lambda root: root.intermediate().leaf(HOST).sending(), 20),
        (lambda root: Authority.root(root.now).leaf(HOST), 20),
        (lambda root: root.intermediate(not_after=timedelta(days=-1)).leaf(HOST), 10),
        (lambda root: root.intermediate(ca=False, key_usage=None).leaf(HOST), 79),
        (lambda root: root.intermediate().intermediate(subject="Deeper").leaf(HOST), 25),
        (lambda root: root.leaf(HOST, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]), 26),
        (lambda root: root.intermediate(extensions=[(permitting("example.org"), True)]).leaf(HOST), 47),
    ],
    ids=[
        "expired",
        "not yet",
        "host",
        "self-signed",
        "half",
        "stranger",
        "old CA",
        "no CA",
        "long",
        "purpose",
        "limits",
    ],
)
def test_each_fault_is_the_one_that_openssl_finds(
    root: Authority, make: Callable[[Authority], Credential], code: int
) -> None:
    """A certificate with one fault fails verification with exactly that fault's error number."""
    assert verdict(make(root), root) == code


def permitting(name: str) -> x509.NameConstraints:
    """Return the constraint that leaves lie under *name*."""
    return x509.NameConstraints([x509.DNSName(name)], None)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("P-256", ec.EllipticCurvePublicKey),
        ("P-384", ec.EllipticCurvePublicKey),
        ("RSA 1024", rsa.RSAPublicKey),
        ("RSA 2048", rsa.RSAPublicKey),
        ("Ed25519", ed25519.Ed25519PublicKey),
    ],
)
def test_every_kind_of_key_can_be_served(root: Authority, key: str, kind: type) -> None:
    """A certificate has the key that was asked for, and a server can show it, weak or strong."""
    credential = root.leaf(HOST, key=key)
    context = trusting(root)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with TlsServer(credential) as server:
        greet(server.port, context)
    assert isinstance(credential.leaf.public_key(), kind)


def test_rsa_keys_are_made_once(root: Authority) -> None:
    """Two leaves share one RSA key of a size, as making it is slow."""
    assert root.leaf(HOST, key="RSA 1024").key is root.leaf("other.example.com", key="RSA 1024").key


def test_sha1_signatures_are_real() -> None:
    """A certificate signed with SHA-1 says so, and its signature holds for a client that still allows it."""
    authority = Authority.root(NOW, key="RSA 2048")
    credential = authority.leaf(HOST, digest="SHA-1")
    context = trusting(authority)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with TlsServer(credential) as server:
        greet(server.port, context)
    assert credential.leaf.signature_hash_algorithm is not None
    assert credential.leaf.signature_hash_algorithm.name == "sha1"


def test_a_cross_signed_authority_leads_to_either_root(root: Authority) -> None:
    """The same leaf verifies under a second root when the cross-signed certificate is sent with it."""
    young = Authority.root(NOW, subject="Young Root")
    leaf = young.leaf(HOST)
    crossed = leaf.sending(root.cross_sign(young).certificate)
    assert (verdict(leaf, root), verdict(crossed, root), verdict(crossed, young)) == (20, 0, 0)


def test_a_leaf_looks_like_a_public_one(root: Authority) -> None:
    """A leaf carries a caIssuers address, which can be switched off, and a SAN, which can too, but not its name."""
    plain, bare = root.leaf(HOST).leaf, root.leaf(HOST, san=False, issuer_url=None).leaf
    access = plain.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [str(each.access_location.value) for each in access] == ["http://lab.invalid/issuer.der"]
    assert {x509.SubjectAlternativeName, x509.AuthorityInformationAccess}.isdisjoint(
        type(extension.value) for extension in bare.extensions
    )
    assert bare.subject == plain.subject


def test_a_subject_may_be_hostile(root: Authority) -> None:
    """Escapes, markup and newlines come through in the subject as they were given."""
    text = "\x1b[31m<b>[red]\r\nBcc: x"
    (attribute,) = root.leaf(HOST, subject=text).leaf.subject
    assert attribute.value == text
