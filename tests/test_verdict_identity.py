"""Whether a certificate is for a host: by RFC 9525, and as OpenSSL decides it."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.tls import server_context
from domaincheck.probes.certificate import read
from domaincheck.verdict.identity import matches

if TYPE_CHECKING:
    from domaincheck.lab.authority import Authority, Credential

TABLE = [
    ("example.com", ["example.com"], True),
    ("example.com", ["www.example.com", "example.com"], True),
    ("www.example.com", ["example.com"], False),
    ("example.com", ["www.example.com"], False),
    ("example.com", ["example.com.evil.net"], False),
    ("example.com", [], False),
    # letters count the same in either case
    ("example.com", ["EXAMPLE.com"], True),
    ("EXAMPLE.com", ["example.COM"], True),
    ("www.example.com", ["*.EXAMPLE.com"], True),
    # a wildcard is the whole left-most label, and exactly one
    ("www.example.com", ["*.example.com"], True),
    ("example.com", ["*.example.com"], False),
    ("a.b.example.com", ["*.example.com"], False),
    ("a.b.example.com", ["*.b.example.com"], True),
    ("www.example.com", ["w*.example.com"], False),
    ("www.example.com", ["*w.example.com"], False),
    ("www.example.com", ["w*w.example.com"], False),
    ("www.a.example.com", ["www.*.example.com"], False),
    ("a.b.example.com", ["*.*.example.com"], False),
    ("www.example.com", ["*"], False),
    # and it has two labels behind it at least
    ("example.com", ["*.com"], False),
    ("example.com", ["*."], False),
    ("localhost", ["*"], False),
    ("localhost", ["localhost"], True),
    # internationalized names are compared as A-labels
    ("xn--mnchen-3ya.example.com", ["xn--mnchen-3ya.example.com"], True),
    ("xn--mnchen-3ya.example.com", ["*.example.com"], True),
    ("xn--mnchen-3ya.example.com", ["xn--*.example.com"], False),
    # addresses match addresses, however they are written
    ("192.0.2.1", ["192.0.2.1"], True),
    ("192.0.2.1", ["192.0.2.2"], False),
    ("192.0.2.1", ["*.0.2.1"], False),
    ("2001:db8::1", ["2001:db8::1"], True),
    ("2001:DB8:0:0::1", ["2001:db8::1"], True),
    ("2001:db8::1", ["2001:db8::2"], False),
    ("192.0.2.1", ["example.com"], False),
    ("example.com", ["192.0.2.1"], False),
]


@pytest.mark.parametrize(("host", "names", "expected"), TABLE)
def test_names_are_matched_by_the_rfc(host: str, names: list[str], *, expected: bool) -> None:
    """Only a name or an address of the certificate that is the host's own, or a whole-label wildcard, matches."""
    assert matches(host, names) is expected


@pytest.mark.parametrize("name", ["\u212aexample.com", "kexample.com\N{REPLACEMENT CHARACTER}", "kexample.com "])
def test_letters_that_only_look_alike_do_not_match(name: str) -> None:
    """Case is folded for ASCII only: a Kelvin sign is no k, and what was cleaned away stays a difference."""
    assert not matches("kexample.com", [name])


WRONG_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH and …_IP_ADDRESS_MISMATCH


def accepted_by_openssl(host: str, credential: Credential, root: Authority) -> bool:
    """Return whether a client of the standard library that looks for *host* shakes hands, all in memory."""
    context = ssl.create_default_context(cadata=root.pem.decode())
    context.hostname_checks_common_name = False
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_context(credential).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            if error.verify_code in WRONG_NAME:
                return False
            raise
    return True


def certified(root: Authority, names: list[x509.GeneralName]) -> Credential:
    """Return a sound leaf with these names, of whatever kind."""
    extension = [(x509.SubjectAlternativeName(names), False)] if names else []
    return root.leaf("example.com", san=False, extensions=extension)


def general(name: str) -> x509.GeneralName:
    """Return *name* as an address if it is one, else as a DNS name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.mark.parametrize(("host", "names", "expected"), TABLE)
def test_openssl_agrees(root: Authority, host: str, names: list[str], *, expected: bool) -> None:
    """A real handshake succeeds exactly where we say that the names match."""
    credential = certified(root, [general(name) for name in names])
    assert matches(host, read(credential.leaf.public_bytes(Encoding.DER)).names) is expected
    assert accepted_by_openssl(host, credential, root) is expected


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.1", x509.DNSName("192.0.2.1")),
        ("2001:db8::1", x509.DNSName("2001:db8::1")),
        ("example.com", x509.UniformResourceIdentifier("https://example.com/")),
        ("example.com", x509.RFC822Name("admin@example.com")),
    ],
    ids=["IPv4 as DNS", "IPv6 as DNS", "URI", "mail"],
)
def test_openssl_agrees_that_the_kind_of_name_matters(root: Authority, host: str, name: x509.GeneralName) -> None:
    """An address among the DNS names, a URI or a mail address vouches for no host."""
    credential = certified(root, [name])
    assert not matches(host, read(credential.leaf.public_bytes(Encoding.DER)).names)
    assert not accepted_by_openssl(host, credential, root)


def test_the_common_name_does_not_count(root: Authority) -> None:
    """A certificate that names its host in the subject only is for no host."""
    credential = certified(root, [])
    assert not matches("example.com", read(credential.leaf.public_bytes(Encoding.DER)).names)
    assert not accepted_by_openssl("example.com", credential, root)
