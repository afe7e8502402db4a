"""Our reading of certificates is that of cryptography."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from domaincheck.lab.authority import Authority, self_signed
from domaincheck.model import PublicKey
from domaincheck.probes.certificate import Chain, read
from tests.readings import assert_agrees, der

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

HOST = "www.example.com"
DAY = timedelta(days=1)


@pytest.mark.parametrize("key", ["P-256", "P-384", "P-521", "Ed25519", "RSA 1024", "RSA 2048"])
def test_keys_of_usual_kinds(root: Authority, key: str) -> None:
    """Each kind of key is named as users know it."""
    ours = assert_agrees(root.leaf(HOST, key=key).leaf)
    assert str(ours.key) == (f"ECDSA {key}" if key.startswith("P-") else key)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: ec.generate_private_key(ec.SECP256K1()), PublicKey("ECDSA", 256, "secp256k1")),
        (lambda: ec.generate_private_key(ec.SECP224R1()), PublicKey("ECDSA", 224, "P-224")),
        (lambda: ec.generate_private_key(ec.BrainpoolP384R1()), PublicKey("ECDSA", 384, "brainpoolP384r1")),
        (ed448.Ed448PrivateKey.generate, PublicKey("Ed448", 456)),
        (lambda: dsa.generate_private_key(1024), PublicKey("DSA", 1024)),  # noqa: S505 - weak on purpose
        (lambda: rsa.generate_private_key(3, 1031), PublicKey("RSA", 1031)),  # noqa: S505 - weak on purpose
    ],
    ids=["secp256k1", "P-224", "brainpool", "Ed448", "DSA", "odd RSA"],
)
def test_keys_of_rare_kinds(root: Authority, make: object, key: PublicKey) -> None:
    """Rare keys are named too."""
    private = make()  # type: ignore[operator]
    assert read(signed(root, private.public_key())).key == key


def signed(root: Authority, key: CertificatePublicKeyTypes) -> bytes:
    """Return a certificate of *root* for *key*."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(root.certificate.subject, name, key, 1, root.now, root.now + DAY)
    assert isinstance(root.key, ec.EllipticCurvePrivateKey)
    return der(builder.sign(root.key, hashes.SHA256()))


@pytest.mark.parametrize(
    ("issuer", "digest", "signature"),
    [
        ("P-256", "SHA-256", "ecdsa-with-SHA256"),
        ("P-384", "SHA-384", "ecdsa-with-SHA384"),
        ("RSA 2048", "SHA-256", "sha256WithRSAEncryption"),
        ("RSA 2048", "SHA-512", "sha512WithRSAEncryption"),
        ("RSA 2048", "SHA-1", "sha1WithRSAEncryption"),
        ("Ed25519", "SHA-256", "ED25519"),
    ],
)
def test_signatures(root: Authority, issuer: str, digest: str, signature: str) -> None:
    """The signature is named as OpenSSL names it."""
    credential = Authority.root(root.now, key=issuer).leaf(HOST, digest=digest)
    assert assert_agrees(credential.leaf).signature == signature


@pytest.mark.parametrize("serial", [1, 127, 128, 255, 256, 2**63, 2**158 + 1])
def test_serial_numbers(root: Authority, serial: int) -> None:
    """A serial number is its digits, without the zero byte that marks it as positive."""
    ours = assert_agrees(root.leaf(HOST, serial=serial).leaf)
    assert len(ours.serial or "") == (serial.bit_length() + 7) // 8 * 2


@pytest.mark.parametrize(
    "names",
    [
        [],
        [HOST, "*.example.com", "example.com"],
        ["192.0.2.1", "2001:db8::1", "::", "::ffff:192.0.2.1"],
        [f"host-{number}.example.com" for number in range(500)],
    ],
    ids=["none", "DNS", "addresses", "many"],
)
def test_alternative_names(root: Authority, names: list[str]) -> None:
    """All DNS names and addresses are listed in their order, addresses in their shortest form."""
    assert read(der(root.leaf(*names).leaf)).names == tuple(names)


def test_names_of_other_kinds_are_passed_over(root: Authority) -> None:
    """A mail address, a URI or a directory name is no host; the hosts beside them are found."""
    others: list[x509.GeneralName] = [
        x509.RFC822Name("a@example.com"),
        x509.UniformResourceIdentifier("https://example.com"),
        x509.DirectoryName(root.certificate.subject),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x01a"),
        x509.DNSName(HOST),
    ]
    leaf = root.leaf("x", san=False, extensions=[(x509.SubjectAlternativeName(others), False)]).leaf
    assert assert_agrees(leaf).names == (HOST,)


def test_an_address_written_as_a_dns_name_is_marked(root: Authority) -> None:
    """It looks like an address, but clients take it for none: the reader sees why the certificate does not match."""
    names = x509.SubjectAlternativeName([x509.DNSName("192.0.2.1"), x509.DNSName("::1"), x509.DNSName("1.example.com")])
    leaf = root.leaf("x", san=False, extensions=[(names, False)]).leaf
    assert read(der(leaf)).names == ("DNS:192.0.2.1", "DNS:::1", "1.example.com")


def test_the_issuers_address(root: Authority) -> None:
    """The caIssuers addresses are found among the other kinds of access, none of which is one."""
    ways = [
        (AuthorityInformationAccessOID.OCSP, "http://ocsp.example/"),
        (AuthorityInformationAccessOID.CA_ISSUERS, "http://one.example/ca.der"),
        (AuthorityInformationAccessOID.CA_ISSUERS, "ldap://two.example/ca"),
    ]
    access = [x509.AccessDescription(oid, x509.UniformResourceIdentifier(url)) for oid, url in ways]
    leaf = root.leaf(HOST, issuer_url=None, extensions=[(x509.AuthorityInformationAccess(access), False)]).leaf
    assert read(der(leaf)).issuer_urls == ("http://one.example/ca.der", "ldap://two.example/ca")
    assert read(der(root.leaf(HOST, issuer_url=None).leaf)).issuer_urls == ()


@pytest.mark.parametrize(
    ("begin", "end"), [((1999, 12, 31), (2000, 1, 1)), ((1950, 1, 1), (2049, 12, 31)), ((2050, 1, 1), (9999, 12, 31))]
)
def test_dates_of_every_age(root: Authority, begin: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    """Until 2049 certificates write two digits of a year, and four from then on."""
    assert_agrees(
        root.leaf(HOST, not_before=datetime(*begin, tzinfo=UTC), not_after=datetime(*end, 23, 59, 59, tzinfo=UTC)).leaf
    )


def attribute(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    """Return one part of a name, without the limits that its kind has."""
    return x509.NameAttribute(oid, value, _validate=False)


CN, O, C = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME  # noqa: E741 - as in X.500


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "Größe und 漢字",
        'a,b+c"d\\e<f>g;h=i',
        " leading",
        "trailing ",
        " ",
        "  both  ",
        "#sharp",
        "\\",
        "[bold]not markup[/bold]",
        "<b>not HTML</b>",
        "=HYPERLINK()",
    ],
)
def test_special_characters_in_names(root: Authority, value: str) -> None:
    """What has a meaning in RFC 4514 is escaped, and nothing else."""
    assert_agrees(root.leaf(HOST, subject=x509.Name([attribute(C, "AQ"), attribute(O, value)])).leaf)


def test_names_of_many_parts(root: Authority) -> None:
    """The most specific part stands first, and several values of one part are joined by a plus sign."""
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName([attribute(C, "AQ")]),
            x509.RelativeDistinguishedName([attribute(O, "Example"), attribute(NameOID.EMAIL_ADDRESS, "a@b.example")]),
            x509.RelativeDistinguishedName([attribute(NameOID.SERIAL_NUMBER, "12")]),
            x509.RelativeDistinguishedName([attribute(x509.ObjectIdentifier("2.5.4.97"), "NTRAQ-1")]),
            x509.RelativeDistinguishedName([attribute(x509.ObjectIdentifier("1.2.3.4.5"), "own kind")]),
            x509.RelativeDistinguishedName([attribute(NameOID.DOMAIN_COMPONENT, "example"), attribute(CN, HOST)]),
        ]
    )
    ours = assert_agrees(root.leaf(HOST, subject=subject).leaf)
    assert ours.subject.startswith(("CN=", "DC=")) and ours.subject.endswith("C=AQ")  # noqa: PT018 - one picture


def test_an_empty_subject(root: Authority) -> None:
    """A certificate may leave its subject out and name hosts only."""
    assert assert_agrees(root.leaf(HOST, subject=x509.Name([])).leaf).subject == ""


def test_authorities_and_self_signed_certificates(root: Authority) -> None:
    """What has no host is read as well, and one that is its own issuer is known as such."""
    assert assert_agrees(root.certificate).self_issued
    assert not assert_agrees(root.intermediate().certificate).self_issued
    assert assert_agrees(self_signed(root.now, HOST).leaf).self_issued


def test_an_unknown_extension_does_not_hide_the_names(root: Authority) -> None:
    """Extensions with contents that are no DER leave the others readable."""
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"")
    leaf = root.leaf(
        "x", san=False, extensions=[(strange, False), (x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)]
    )
    assert read(der(leaf.leaf)).names == (HOST,)


def test_a_chain_reads_as_its_certificates_do(root: Authority) -> None:
    """Put off, the reading comes to the same, in another process too; and a broken certificate harms no other."""
    leaf, *above = root.intermediate().leaf(HOST).chain
    ders = [der(leaf), b"broken", *map(der, above)]
    chain = Chain(ders)
    assert chain
    assert not Chain()
    assert tuple(chain) == tuple(map(read, ders)) == tuple(pickle.loads(pickle.dumps(chain)))  # noqa: S301 - our own
    assert (chain[0].names, chain[1].subject, chain[-1]) == ((HOST,), "", read(ders[2]))
    assert chain[:1] == (read(ders[0]),)
    assert chain == Chain(ders) != Chain(ders[:1])
    assert len({chain, Chain(ders)}) == 1
