"""What strict readers refuse is read as far as it goes, and no bytes do any harm."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.authority import Authority
from domaincheck.model import PublicKey
from domaincheck.probes.certificate import read
from tests.readings import assert_agrees, der

HOST = "www.example.com"
DAY = timedelta(days=1)


# --- what strict readers refuse --------------------------------------------------------------------------------------


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


# --- whatever the bytes ----------------------------------------------------------------------------------------------


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
