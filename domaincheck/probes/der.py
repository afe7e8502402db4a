"""Just enough DER (ITU-T X.690) to walk a certificate: elements, object identifiers, times, strings.

Lengths are checked against the element that holds them, so a walk is linear in the bytes it is given.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x06
SEQUENCE, SET = 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18

_LONG = 0x80  # from here on an element's length takes more than one byte
_LENGTH_BYTES = 4  # an element of over 4 GiB is none
_LONGEST_IDENTIFIER = 64  # bytes; one of a hundred kilobytes would take a second to read
_USUAL = 13  # characters of a UTCTime as RFC 5280 wants it, YYMMDDHHMMSSZ
_PIVOT = 50  # RFC 5280 §4.1.2.5.1: a UTCTime's year below 50 lies in the twenty-first century

_ENCODINGS = {
    0x14: "latin-1",  # TeletexString: in practice always Latin-1
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}


class DerError(ValueError):
    """These bytes are not the DER that was expected."""


class Element(NamedTuple):
    """One element: its *tag*, and where its contents *start* and *stop* within the data."""

    tag: int
    start: int
    stop: int


Part = tuple[int, int, int]
"""An element's tag, and where its contents start and stop: an :class:`Element` that is made more quickly."""


def element(data: bytes, at: int, end: int) -> Element:
    """Return the element that begins at *at* and lies wholly before *end*."""
    return Element._make(part(data, at, end))


def part(data: bytes, at: int, end: int) -> Part:
    """Return the part that begins at *at* and lies wholly before *end*."""
    if at + 2 > end:
        raise DerError("an element is cut off")
    length, start = data[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        if not 0 < length & 0x7F <= _LENGTH_BYTES or start > end:
            raise DerError("an element's length is not usable")
        length = int.from_bytes(data[at + 2 : start], "big")
    if start + length > end:
        raise DerError("an element is longer than what holds it")
    return data[at], start, start + length


def parts(data: bytes, start: int, stop: int, found: list[Part] | None = None) -> list[Part]:
    """Return the elements that lie from *start* to *stop*, one behind the other, in *found* if that is given.

    A check reads some fifty of them, so what :func:`part` does is spelled out for short ones, which nearly all are.
    Where something else comes, those before it are in *found*.
    """
    found = [] if found is None else found
    while start < stop:
        begin = start + 2
        if begin <= stop and (length := data[start + 1]) < _LONG and (end := begin + length) <= stop:
            found.append((data[start], begin, end))
        else:
            found.append(part(data, start, stop))
            end = found[-1][2]
        start = end
    return found


def children(data: bytes, parent: Element) -> Iterator[Element]:
    """Yield the elements within *parent*."""
    return map(Element._make, parts(data, parent.start, parent.stop))


@lru_cache(maxsize=512)
def dotted(contents: bytes) -> str:
    """Return an object identifier in dotted-decimal form."""
    if len(contents) > _LONGEST_IDENTIFIER:
        raise DerError("an object identifier is too long")
    numbers, value = [], 0
    for byte in contents:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise DerError("an object identifier is empty")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def string(tag: int, contents: bytes) -> str:
    """Return the text of a string element, with U+FFFD for what cannot be decoded."""
    return contents.decode(_ENCODINGS.get(tag, "utf-8"), "replace")


def time(tag: int, contents: bytes) -> datetime:
    """Return the UTC time of a UTCTime or GeneralizedTime, also where seconds are missing or a zone is given."""
    digits = 4 if tag == GENERALIZED_TIME else 2
    try:
        text = contents.decode("ascii")
        if len(text) == _USUAL and tag == UTC_TIME and text[-1] == "Z" and text[:-1].isdigit():
            year = int(text[:2])
            year += 1900 if year >= _PIVOT else 2000
            hour, minute, second = int(text[6:8]), int(text[8:10]), int(text[10:12])
            return datetime(year, int(text[2:4]), int(text[4:6]), hour, minute, second, tzinfo=UTC)
        stamp, zone = _stamp_and_zone(text)
        year = int(stamp[:digits])
        if digits == 2:  # noqa: PLR2004 - the two digits of UTCTime's year
            year += 1900 if year >= _PIVOT else 2000
        parts = [int(stamp[at : at + 2]) for at in range(digits, len(stamp.partition(".")[0]), 2)]
        return datetime(year, *parts, tzinfo=UTC) - zone  # type: ignore[arg-type,misc] # a wrong count is a TypeError
    except (ValueError, TypeError, OverflowError) as error:
        raise DerError("a time cannot be read") from error


def _stamp_and_zone(text: str) -> tuple[str, timedelta]:
    if text.endswith("Z"):
        return text[:-1], timedelta()
    for sign, factor in (("+", 1), ("-", -1)):
        stamp, found, zone = text.partition(sign)
        if found:
            return stamp, factor * timedelta(hours=int(zone[:2]), minutes=int(zone[2:] or 0))
    return text, timedelta()
