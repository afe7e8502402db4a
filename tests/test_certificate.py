"""What a certificate says: compared with another reader, and read without harm when it is broken."""

from __future__ import annotations

import hashlib
import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.authority import Authority, self_signed
from domaincheck.model import Certificate, PublicKey
from domaincheck.probes.certificate import Chain, read

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

HOST = "www.example.com"
DAY = timedelta(days=1)
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


# --- compared with cryptography ------------------------------------------------------------------------------------


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


# --- what strict readers refuse ------------------------------------------------------------------------------------


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    data = b"".join(contents)
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (length if len(data) < 128 else bytes([0x80 | len(length)]) + length) + data


SIGNATURE = tlv(0x30, bytes.fromhex("06082a8648ce3d040302"))
VALIDITY = tlv(0x30, tlv(0x17, b"260101000000Z"), tlv(0x17, b"270101000000Z"))


def name(tag: int, value: bytes) -> bytes:
    """Return a Name whose only part is a common name of the string type *tag*."""
    return tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), tlv(tag, value))))


def built(**parts: bytes) -> bytes:
    """Return a certificate made of *parts*, each of them DER, with sound ones for those that are not given."""
    key = ec.derive_private_key(5, ec.SECP256R1()).public_key()
    sound = {
        "version": tlv(0xA0, b"\x02\x01\x02"),
        "serial": b"\x02\x01\x05",
        "signature": SIGNATURE,
        "issuer": name(0x0C, b"Issuer"),
        "validity": VALIDITY,
        "subject": name(0x0C, b"Subject"),
        "key": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "rest": b"",
    }
    return tlv(0x30, tlv(0x30, *(sound | parts).values()), SIGNATURE, b"\x03\x02\x00\x00")


def test_a_certificate_of_version_1() -> None:
    """The oldest certificates name no version and have no extensions."""
    assert_agrees(x509.load_der_x509_certificate(built(version=b"")))


@pytest.mark.parametrize(
    ("serial", "shown"),
    [
        (b"\x02\x01\x00", "00"),
        (b"\x02\x01\xff", "ff"),
        (b"\x02\x15\x00" + b"\xab" * 20, "ab" * 20),
        (b"\x02\x20" + b"\x11" * 32, "11" * 32),
        (b"\x02\x00", None),
        (b"\x04\x01\x05", None),
    ],
    ids=["zero", "negative", "20 bytes", "32 bytes", "empty", "no number"],
)
def test_odd_serial_numbers(serial: bytes, shown: str | None) -> None:
    """Serial numbers that a strict reader refuses are shown byte by byte, and the rest of the certificate is read."""
    ours = read(built(serial=serial))
    assert (ours.serial, ours.subject, str(ours.key)) == (shown, "CN=Subject", "ECDSA P-256")


@pytest.mark.parametrize(
    ("tag", "value", "shown"),
    [
        (0x1E, "Größe".encode("utf-16-be"), "CN=Größe"),
        (0x14, "Größe".encode("latin-1"), "CN=Größe"),
        (0x1C, "Größe".encode("utf-32-be"), "CN=Größe"),
        (0x0C, b"broken \xff\xfe", "CN=broken \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"),
        (
            0x0C,
            b"\x1b]0;title\x07\r\nX: y\x00",
            "CN=\N{REPLACEMENT CHARACTER}]0\\;title\N{REPLACEMENT CHARACTER}  X: y\N{REPLACEMENT CHARACTER}",
        ),
        (0x0C, "\u202eevil\u2028".encode(), "CN=\N{REPLACEMENT CHARACTER}evil\N{REPLACEMENT CHARACTER}"),
    ],
    ids=["BMPString", "TeletexString", "UniversalString", "bad UTF-8", "escapes", "bidirectional"],
)
def test_odd_strings(tag: int, value: bytes, shown: str) -> None:
    """Old encodings are read, and nothing of a name acts upon a terminal."""
    assert read(built(subject=name(tag, value))).subject == shown


def test_a_name_or_number_without_end_is_cut() -> None:
    """What is longer than anybody reads ends in an ellipsis."""
    ours = read(built(subject=name(0x0C, b"x" * 50_000), serial=tlv(0x02, b"\x01" * 50_000)))
    assert (len(ours.subject) < 500, ours.subject[-1]) == (True, "…")
    assert (len(ours.serial or "") < 500, (ours.serial or "")[-1]) == (True, "…")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("06072a8648ce3d020106052b8104001b", PublicKey("ECDSA", 0, "1.3.132.0.27")),
        ("06042a030405", PublicKey("1.2.3.4.5", 0)),
        ("06072a8648ce3d0201", None),
        ("06072a8648ce380401", None),
    ],
    ids=["curve", "algorithm", "no curve", "no parameters"],
)
def test_keys_without_a_name_go_by_their_number(kind: str, key: PublicKey | None) -> None:
    """An unknown curve or algorithm is shown as an object identifier; one that is incomplete is not known at all."""
    assert read(built(key=tlv(0x30, tlv(0x30, bytes.fromhex(kind)), b"\x03\x02\x00\x04"))).key == key


@pytest.mark.parametrize("part", ["serial", "signature", "issuer", "validity", "subject", "key"])
def test_a_broken_field_leaves_the_others(part: str) -> None:
    """A field whose contents are rubbish is empty, and every other one is as it was."""
    whole = read(built())
    fields = {"validity": ("not_before", "not_after")}.get(part, (part,))
    broken = read(built(**{part: b"\x30\x03\x07\x7f\x07"}))
    assert not any(getattr(broken, field) for field in fields)
    kept = {"subject", "issuer", "serial", "not_before", "not_after", "key", "signature"} - set(fields)
    assert {field: getattr(broken, field) for field in kept} == {field: getattr(whole, field) for field in kept}


def test_one_date_that_cannot_be_read_leaves_the_other() -> None:
    """A certificate from the 30th of February still says when it ends."""
    ours = read(built(validity=tlv(0x30, tlv(0x17, b"260230000000Z"), tlv(0x18, b"20270101000000.5Z"))))
    assert (ours.not_before, ours.not_after) == (None, datetime(2027, 1, 1, tzinfo=UTC))


# --- whatever the bytes --------------------------------------------------------------------------------------------

SOUND = der(
    Authority.root(datetime(2026, 11, 23, tzinfo=UTC)).leaf(HOST, "192.0.2.1", "2001:db8::1", subject="A, B & C").leaf
)


def assert_harmless(data: bytes) -> None:
    """Assert that *data* is read without an error, and that no text in what is read could act upon a terminal."""
    ours = read(data)
    assert ours.fingerprint_sha256 == hashlib.sha256(data).hexdigest()
    texts = [ours.subject, ours.issuer, ours.serial or "", ours.signature or "", str(ours.key), *ours.names]
    assert all(text.isprintable() for text in (*texts, *ours.issuer_urls))
    for moment in (ours.not_before, ours.not_after):
        assert moment is None or moment.tzinfo is UTC


@given(st.binary(max_size=200))
def test_any_bytes_are_harmless(data: bytes) -> None:
    """Rubbish in place of a certificate is a certificate that says nothing."""
    assert_harmless(data)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 255))
def test_any_damage_to_one_byte_is_harmless(place: int, byte: int) -> None:
    """A certificate with one wrong byte, wherever it is, is read as far as it goes."""
    assert_harmless(SOUND[:place] + bytes([byte]) + SOUND[place + 1 :])


@given(st.integers(0, len(SOUND)), st.binary(max_size=8))
def test_any_cut_is_harmless(length: int, tail: bytes) -> None:
    """A certificate that breaks off, or goes on with rubbish, is read as far as it goes."""
    assert_harmless(SOUND[:length] + tail)


@given(st.sampled_from([0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E]), st.binary(max_size=100))
def test_any_string_is_harmless(tag: int, value: bytes) -> None:
    """Whatever bytes stand in a name, in whatever encoding, come out fit to print."""
    assert_harmless(built(subject=name(tag, value)))


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
