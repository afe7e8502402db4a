"""PKCS#12: opened with its password, with none where it needs none, in silence, and not at any price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.lab.odd import INTEGER, OID, SEQUENCE, altered, tlv
from domaincheck.probes.certificate import read
from domaincheck.probes.pkcs12 import MOST_ROUNDS, certificates, rounds
from tests.facts import HOST

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization import KeySerializationEncryption

    from domaincheck.lab.authority import Authority, Credential

PASSWORD = b"secret"
OCTET_STRING = 0x04


@pytest.fixture(scope="module")
def sound(root: Authority) -> Credential:
    """Return a leaf with its intermediate."""
    return root.intermediate().leaf(HOST)


def packed(credential: Credential, scheme: KeySerializationEncryption | None = None) -> bytes:
    """Return *credential* as PKCS#12, encrypted by *scheme* or not at all."""
    others = credential.chain[1:]
    return pkcs12.serialize_key_and_certificates(
        None, credential.key, credential.leaf, others, scheme or NoEncryption()
    )


def subjects(data: bytes, password: bytes | None = None) -> list[str]:
    """Return the subjects of the certificates in *data*."""
    return [read(each).subject for each in certificates(data, password)[0]]


@pytest.mark.parametrize("scheme", [BestAvailableEncryption(PASSWORD), None], ids=["encrypted", "open"])
def test_a_password_does_no_harm_where_none_is_needed(
    sound: Credential, scheme: KeySerializationEncryption | None
) -> None:
    """One --password-file is for many files, and some of them may be open."""
    assert subjects(packed(sound, scheme), PASSWORD) == [f"CN={HOST}", "CN=Lab Intermediate R1"]


@pytest.mark.parametrize(
    ("password", "words"), [(None, "by --password-file"), (b"wrong", "its password is not that of --password-file")]
)
def test_it_is_told_whether_a_password_is_missing_or_wrong(
    sound: Credential, password: bytes | None, words: str
) -> None:
    """The remedies differ."""
    with pytest.raises(UsageError, match=words):
        certificates(packed(sound, BestAvailableEncryption(PASSWORD)), password)


# --- silence -------------------------------------------------------------------------------------------------------


def bare(certificate: bytes) -> bytes:
    """Return PKCS#12 that holds nothing but *certificate*, in the clear (RFC 7292 §4)."""
    data, bag, x509 = (tlv(OID, bytes.fromhex("2a864886f70d01" + end)) for end in ("0701", "0c0a0103", "091601"))

    def wrapped(kind: bytes, content: bytes) -> bytes:
        return tlv(SEQUENCE, kind, tlv(0xA0, content))

    bags = tlv(SEQUENCE, wrapped(bag, wrapped(x509, tlv(OCTET_STRING, certificate))))
    safe = tlv(SEQUENCE, wrapped(data, tlv(OCTET_STRING, bags)))
    return tlv(SEQUENCE, tlv(INTEGER, b"\3"), wrapped(data, tlv(OCTET_STRING, safe)))


def test_an_odd_certificate_is_read_without_a_warning(root: Authority) -> None:
    """The library would warn of a negative number on standard error; here all that counts is what it says."""
    credential = root.leaf(HOST)
    odd = altered(credential, root.key, serial=tlv(INTEGER, b"\x85"))
    assert certificates(bare(odd.ders[0]), None) == ((odd.ders[0],), False)


def test_what_stands_behind_its_end_is_passed_over_without_a_warning(sound: Credential) -> None:
    """So would it of a file that is not strictly DER, as other programs write them."""
    assert subjects(packed(sound) + b"junk")[0] == f"CN={HOST}"


# --- what it costs to open -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2048, 30_000])
def test_the_rounds_of_all_parts_are_counted(sound: Credential, count: int) -> None:
    """Those for the key, for the certificates and for the checksum, which the library makes with 2048."""
    scheme = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(count).build(PASSWORD)
    assert rounds(packed(sound, scheme)) == 2 * count + 2048


def with_checksum_of(count: int) -> bytes:
    """Return a file that would have to be hashed *count* times before anything else can be told of it."""
    digest = tlv(SEQUENCE, tlv(SEQUENCE), tlv(OCTET_STRING, bytes(32)))
    number = tlv(INTEGER, count.to_bytes(5))
    return tlv(SEQUENCE, tlv(INTEGER, b"\3"), tlv(SEQUENCE), tlv(SEQUENCE, digest, tlv(OCTET_STRING, b"salt"), number))


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_file_that_would_take_hours_is_not_tried(password: bytes | None) -> None:
    """Nothing could break it off, neither the timeout nor Ctrl-C."""
    with pytest.raises(UsageError, match="takes over 5,000,000 rounds of hashing to open"):
        certificates(with_checksum_of(1 << 31), password)


def test_a_length_that_is_left_open_hides_nothing() -> None:
    """In BER the end of what holds the rest may be marked in place of its length."""
    count = MOST_ROUNDS + 1
    inner = with_checksum_of(count)[2:]
    assert rounds(b"\x30\x80" + inner + bytes(2)) == count


@given(st.binary())
def test_any_bytes_have_a_number_of_rounds(data: bytes) -> None:
    """Also those that are no PKCS#12."""
    assert rounds(data) >= 0
