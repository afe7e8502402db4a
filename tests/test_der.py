"""Walking DER: elements within their bounds, object identifiers, strings and times."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.probes import der

UTC_TIME, GENERALIZED_TIME = der.UTC_TIME, der.GENERALIZED_TIME


@pytest.mark.parametrize(
    ("data", "start", "stop"),
    [
        (b"\x04\x00", 2, 2),
        (b"\x04\x02ab", 2, 4),
        (b"\x04\x81\x02ab", 3, 5),
        (b"\x04\x84\x00\x00\x00\x02ab", 6, 8),
        (b"\x04\x02abmore", 2, 4),
    ],
)
def test_an_element_knows_where_its_contents_are(data: bytes, start: int, stop: int) -> None:
    """Short and long forms of the length are read, also longer ones than DER allows."""
    assert der.element(data, 0, len(data)) == der.Element(der.OCTET_STRING, start, stop)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x04", b"\x04\x03ab", b"\x04\x80ab", b"\x04\x82\x01", b"\x04\x85\x00\x00\x00\x00\x01a", b"\x04\xff"],
    ids=["nothing", "no length", "too long", "indefinite", "half a length", "length of lengths", "reserved"],
)
def test_what_is_no_element_is_refused(data: bytes) -> None:
    """An element must end before the data does, and its length must be written out."""
    with pytest.raises(der.DerError):
        der.element(data, 0, len(data))


def test_children_are_found_in_order() -> None:
    """The elements within a sequence come one after the other."""
    data = b"\x30\x07\x02\x01\x05\x04\x02ab"
    whole = der.element(data, 0, len(data))
    assert [(child.tag, data[child.start : child.stop]) for child in der.children(data, whole)] == [
        (der.INTEGER, b"\x05"),
        (der.OCTET_STRING, b"ab"),
    ]


def test_a_child_does_not_outgrow_its_parent() -> None:
    """A length that reaches beyond the element around it is an error, though the data goes on."""
    data = b"\x30\x03\x04\x05abcdefgh"
    with pytest.raises(der.DerError):
        list(der.children(data, der.element(data, 0, len(data))))


@given(st.binary(max_size=64))
def test_any_bytes_are_walked_to_an_end(data: bytes) -> None:
    """Rubbish is refused or read; what is read lies within the data, and never twice at the same place."""
    at = 0
    with suppress(der.DerError):
        for child in der.children(data, der.Element(der.SEQUENCE, 0, len(data))):
            assert at < child.start <= child.stop <= len(data)
            at = child.stop


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ("550403", "2.5.4.3"),
        ("2a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("2b", "1.3"),
        ("00", "0.0"),
        ("883703", "2.999.3"),
        ("0992268993f22c640119", "0.9.2342.19200300.100.1.25"),
    ],
)
def test_object_identifiers_are_dotted(contents: str, text: str) -> None:
    """The first two numbers share a byte, or more (X.690 §8.19)."""
    assert der.dotted(bytes.fromhex(contents)) == text


@pytest.mark.parametrize("contents", [b"", b"\x86", b"\x81" * 100_000 + b"\x01"], ids=["empty", "cut off", "endless"])
def test_what_is_no_object_identifier_is_refused(contents: bytes) -> None:
    """Nothing, half a number and a number of a hundred kilobytes identify no object."""
    with pytest.raises(der.DerError):
        der.dotted(contents)


@given(st.lists(st.integers(0, 2**64), max_size=5))
def test_object_identifiers_agree_with_another_reader(numbers: list[int]) -> None:
    """What cryptography writes, we read."""
    oid = x509.ObjectIdentifier(".".join(map(str, (2, 5, *numbers))))
    name = x509.Name([x509.NameAttribute(oid, "x")]).public_bytes()
    holder = der.Element(der.SEQUENCE, 0, len(name))
    for _ in range(4):  # down through name, relative name, attribute and type
        holder = next(der.children(name, holder))
    assert der.dotted(name[holder.start : holder.stop]) == oid.dotted_string


@pytest.mark.parametrize(
    ("tag", "contents", "text"),
    [
        (0x0C, "Größe".encode(), "Größe"),
        (0x13, b"plain", "plain"),
        (0x14, "Größe".encode("latin-1"), "Größe"),
        (0x1C, "Größe".encode("utf-32-be"), "Größe"),
        (0x1E, "Größe".encode("utf-16-be"), "Größe"),
        (0x0C, b"a\xffb", "a\N{REPLACEMENT CHARACTER}b"),
        (0x1E, b"\x00ab", "a\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_strings_are_read_by_their_kind(tag: int, contents: bytes, text: str) -> None:
    """Each kind of string has its encoding, and what does not decode leaves a mark."""
    assert der.string(tag, contents) == text


@pytest.mark.parametrize(
    ("tag", "contents", "when"),
    [
        (UTC_TIME, b"261123060500Z", "2026-11-23T06:05:00Z"),
        (UTC_TIME, b"491231235959Z", "2049-12-31T23:59:59Z"),
        (UTC_TIME, b"500101000000Z", "1950-01-01T00:00:00Z"),
        (UTC_TIME, b"991231235959Z", "1999-12-31T23:59:59Z"),
        (UTC_TIME, b"2611230605Z", "2026-11-23T06:05:00Z"),
        (UTC_TIME, b"261123060500+0130", "2026-11-23T04:35:00Z"),
        (UTC_TIME, b"261123060500-0500", "2026-11-23T11:05:00Z"),
        (GENERALIZED_TIME, b"20500101000000Z", "2050-01-01T00:00:00Z"),
        (GENERALIZED_TIME, b"20261123060500.75Z", "2026-11-23T06:05:00Z"),
        (GENERALIZED_TIME, b"20261123060500", "2026-11-23T06:05:00Z"),
        (GENERALIZED_TIME, b"99991231235959Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_times_are_read_in_utc(tag: int, contents: bytes, when: str) -> None:
    """Both kinds of time are read, also as old tools wrote them: without seconds, or with a zone."""
    assert der.time(tag, contents) == datetime.fromisoformat(when)


@pytest.mark.parametrize(
    ("tag", "contents"),
    [
        (UTC_TIME, b""),
        (UTC_TIME, b"Z"),
        (UTC_TIME, b"26"),
        (UTC_TIME, b"261323060500Z"),
        (UTC_TIME, b"260230060500Z"),
        (UTC_TIME, b"26112306050\xff"),
        (UTC_TIME, b"261123060500+xx"),
        (GENERALIZED_TIME, b"00000101000000Z"),
        (GENERALIZED_TIME, b"00010101000000+2300"),
        (GENERALIZED_TIME, b"2026112306050000000000Z"),
    ],
)
def test_what_is_no_time_is_refused(tag: int, contents: bytes) -> None:
    """Months, days and years that do not exist, and rubbish, are no time."""
    with pytest.raises(der.DerError):
        der.time(tag, contents)


@given(st.sampled_from([UTC_TIME, GENERALIZED_TIME]), st.binary(max_size=24) | st.from_regex(rb"\d{8,16}[Z+-]?\d*"))
def test_any_bytes_are_a_time_or_none(tag: int, contents: bytes) -> None:
    """Whatever stands there, the answer is an aware time or the one error."""
    with suppress(der.DerError):
        assert der.time(tag, contents).tzinfo is UTC
