"""What of a certificate counts when its revocation is looked up: who it is, where to ask, what its word is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from domaincheck.probes import der

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.probes.der import Element

_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
_DISTRIBUTION_POINTS, _INFORMATION_ACCESS = "2.5.29.31", "1.3.6.1.5.5.7.1.1"
_NO_REVOCATION = "2.5.29.56"  # noRevAvail, RFC 9608
_READ = frozenset(
    [_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_USAGE, _DISTRIBUTION_POINTS, _INFORMATION_ACCESS, _NO_REVOCATION]
)
_OCSP, _OCSP_SIGNING = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.3.9"

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_POINT, _FULL_NAME, _REASONS, _LIST_ISSUER = 0xA0, 0xA0, 0x81, 0xA2
_URI = 0x86
_SIGNS_LISTS = 0x02  # bit 6 of keyUsage, counted from the left (RFC 5280 §4.2.1.3)

_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Particulars:
    """One certificate: *serial* is its number; *issuer*, *subject* and *key* are in DER, as they stand in it.

    *serial_element* is the number as it would stand in a list, and *key_bits* the bare public key. *list_urls* and
    *ocsp_urls* are the http addresses of its lists and responders; with *partial* there are lists, but only for some
    reasons or by another issuer. *unlisted* is whether its issuer says that it will never be revoked. *signs_lists* and
    *signs_ocsp* are whether its key may vouch for that of others.
    """

    serial: int
    serial_element: bytes
    issuer: bytes
    subject: bytes
    key: bytes
    key_bits: bytes
    is_authority: bool = False
    signs_lists: bool = True
    signs_ocsp: bool = False
    list_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    partial: bool = False
    unlisted: bool = False


@lru_cache(maxsize=1024)
def particulars(data: bytes) -> Particulars:
    """Return what counts of the DER certificate *data*; raise DerError if it can't be read."""
    try:
        return _read(data)
    except (ValueError, IndexError) as error:
        raise der.DerError("the certificate cannot be read") from error


def _read(data: bytes) -> Particulars:
    tbs = der.element(data, der.element(data, 0, len(data)).start, len(data))
    fields = [(whole, field) for whole, field in _wholes(data, tbs) if field.tag != _VERSION]
    (serial, number), _, (issuer, _), _, (subject, _), (key, spki), *rest = fields
    extensions = _extensions(data, rest[-1][1]) if rest else {}
    points = extensions.get(_DISTRIBUTION_POINTS)
    list_urls, partial = _lists(data, points) if points else ((), False)
    usage, extended = extensions.get(_KEY_USAGE), extensions.get(_EXTENDED_USAGE)
    constraints, access = extensions.get(_BASIC_CONSTRAINTS), extensions.get(_INFORMATION_ACCESS)
    *_, bits = der.children(data, spki)
    return Particulars(
        serial=int.from_bytes(data[number.start : number.stop], "big", signed=True),
        serial_element=serial,
        issuer=issuer,
        subject=subject,
        key=key,
        key_bits=data[bits.start + 1 : bits.stop],  # past the count of unused bits
        is_authority=constraints is not None and _is_authority(data, constraints),
        signs_lists=usage is None or _signs_lists(data, usage),
        signs_ocsp=extended is not None and _OCSP_SIGNING in _oids(data, extended),
        list_urls=list_urls,
        ocsp_urls=tuple(_responders(data, access)) if access else (),
        partial=partial,
        unlisted=_NO_REVOCATION in extensions,
    )


def _wholes(data: bytes, parent: Element) -> Iterator[tuple[bytes, Element]]:
    """Yield each element within *parent*, before it all its bytes, with those of its tag and length."""
    start = parent.start
    for child in der.children(data, parent):
        yield data[start : child.stop], child
        start = child.stop


def _extensions(data: bytes, element: Element) -> dict[str, Element]:
    """Return the contents of the extensions that we read, by object identifier; of two the first counts."""
    found: dict[str, Element] = {}
    if element.tag == _EXTENSIONS:
        for extension in der.children(data, der.element(data, element.start, element.stop)):
            kind, *_, value = der.children(data, extension)
            oid = der.dotted(data[kind.start : kind.stop])
            if oid in _READ and oid not in found:
                found[oid] = der.element(data, value.start, value.stop)
    return found


def _is_authority(data: bytes, constraints: Element) -> bool:
    first = next(der.children(data, constraints), None)
    return first is not None and first.tag == der.BOOLEAN and data[first.start] != 0


def _signs_lists(data: bytes, usage: Element) -> bool:
    bits = data[usage.start + 1 : usage.stop]  # past the count of unused bits
    return bool(bits and bits[0] & _SIGNS_LISTS)


def _oids(data: bytes, element: Element) -> list[str]:
    return [der.dotted(data[oid.start : oid.stop]) for oid in der.children(data, element)]


def _lists(data: bytes, points: Element) -> tuple[tuple[str, ...], bool]:
    """Return the addresses of the lists that cover all reasons and are the issuer's own, and whether there are others.

    RFC 5280 §4.2.1.13; the Baseline Requirements of public CAs allow no others.
    """
    urls: list[str] = []
    partial = False
    for point in der.children(data, points):
        parts = {part.tag: part for part in der.children(data, point)}
        if _REASONS in parts or _LIST_ISSUER in parts:
            partial = True
        elif name := parts.get(_POINT):
            full = der.element(data, name.start, name.stop)
            if full.tag == _FULL_NAME:
                urls += _addresses(data, full)
    return tuple(dict.fromkeys(urls)), partial


def _responders(data: bytes, access: Element) -> Iterator[str]:
    for description in der.children(data, access):
        method, _ = der.children(data, description)
        if der.dotted(data[method.start : method.stop]) == _OCSP:
            yield from list(_addresses(data, description))


def _addresses(data: bytes, names: Element) -> Iterator[str]:
    """Yield the http addresses among *names*; those of ldap and the like are for others."""
    for name in der.children(data, names):
        if name.tag == _URI:
            url = data[name.start : name.stop].decode("latin-1")
            if url.lower().startswith(("http://", "https://")) and len(url) <= _LONGEST_ADDRESS:
                yield url
