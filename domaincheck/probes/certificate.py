"""Reads what an X.509 certificate (RFC 5280) says of itself, as tolerantly as a witness should.

Certificates that a strict parser refuses (negative serials, odd strings, missing fields) are just the ones that
people ask about, so each field is read on its own and is empty where it can't be. Reading one takes some 60 µs and
no import, where a general library costs 50 ms to load.
"""

from __future__ import annotations

import hashlib
import re
import socket
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from domaincheck.model import Certificate, PublicKey
from domaincheck.probes import der
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from domaincheck.probes.der import Element

T = TypeVar("T")

_ATTRIBUTES = {  # RFC 4514 §3 and the names that OpenSSL gives to other usual ones
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}

_SIGNATURES = {  # by OpenSSL's long names
    "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "rsassaPss",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
    "1.2.840.10040.4.3": "dsaWithSHA1",
    "2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.3.101.112": "ED25519",
    "1.3.101.113": "ED448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

_CURVES = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
}

_PLAIN_KEYS = {
    "1.3.101.112": PublicKey("Ed25519", 256),
    "1.3.101.113": PublicKey("Ed448", 456),
    "2.16.840.1.101.3.4.3.17": PublicKey("ML-DSA-44", 10496),
    "2.16.840.1.101.3.4.3.18": PublicKey("ML-DSA-65", 15616),
    "2.16.840.1.101.3.4.3.19": PublicKey("ML-DSA-87", 20736),
}

_RSA = frozenset(["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"])
_EC, _DSA = "1.2.840.10045.2.1", "1.2.840.10040.4.1"
_ALT_NAMES, _INFORMATION_ACCESS, _CA_ISSUERS = "2.5.29.17", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.48.2"
_READ = frozenset([_ALT_NAMES, _INFORMATION_ACCESS])
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _URI, _IP_ADDRESS = 0x82, 0x86, 0x87
_IP_FAMILIES = {4: socket.AF_INET, 16: socket.AF_INET6}
_ADDRESS = re.compile(r"[\d.]+|[\da-f.]*:[\da-f.:]*", re.ASCII | re.IGNORECASE)
_ESCAPED = frozenset(',+"\\<>;')


@lru_cache(maxsize=1024)
def read(data: bytes) -> Certificate:
    """Return what the DER certificate *data* says; a field that can't be read is ``None`` or empty.

    Never raises. The last thousand are remembered, since the same intermediates come again and again.
    """
    serial, signature, issuer, validity, subject, key, *rest = _fields(data)
    not_before, not_after = _guard(_validity, data, validity) or (None, None)
    extensions = _guard(_extensions, data, rest[-1] if rest else None) or {}
    return Certificate(
        subject=_guard(_name, data, subject) or "",
        issuer=_guard(_name, data, issuer) or "",
        serial=_guard(_serial, data, serial),
        not_before=not_before,
        not_after=not_after,
        names=_guard(_alt_names, data, extensions.get(_ALT_NAMES)) or (),
        fingerprint_sha256=hashlib.sha256(data).hexdigest(),
        key=_guard(_public_key, data, key),
        signature=_guard(_signature, data, signature),
        issuer_urls=_guard(_issuer_urls, data, extensions.get(_INFORMATION_ACCESS)) or (),
    )


def _guard(reader: Callable[[bytes, Element], T], data: bytes, element: Element | None) -> T | None:
    """Return what *reader* makes of *element*, ``None`` when there is none or it can't be read."""
    try:
        return None if element is None else reader(data, element)
    except (ValueError, IndexError, OSError):
        return None


def _fields(data: bytes) -> list[Element | None]:
    """Return the fields of the tbsCertificate from the serial number on, at least six, ``None`` for missing ones."""
    found: list[Element | None] = []
    try:
        certificate = der.element(data, 0, len(data))
        tbs = der.element(data, certificate.start, certificate.stop)
        found.extend(field for field in der.children(data, tbs) if field.tag != _VERSION)
    except der.DerError:
        pass
    return found + [None] * (6 - len(found))


def _serial(data: bytes, element: Element) -> str | None:
    number = data[element.start : element.stop]
    if element.tag != der.INTEGER or not number:
        return None
    return clean((number[1:] if number[0] == 0 and len(number) > 1 else number).hex())  # DER's sign byte is no digit


def _name(data: bytes, element: Element) -> str:
    return _rfc4514(data[element.start : element.stop])


@lru_cache(maxsize=1024)
def _rfc4514(data: bytes) -> str:
    """Return a Name's text, most specific part first (RFC 4514 §2), made safe to print."""
    parts = []
    for relative in der.children(data, der.Element(der.SEQUENCE, 0, len(data))):
        values = []
        for attribute in der.children(data, relative):
            kind, value, *_ = der.children(data, attribute)
            oid = der.dotted(data[kind.start : kind.stop])
            text = clean(der.string(value.tag, data[value.start : value.stop]))
            values.append(f"{_ATTRIBUTES.get(oid, oid)}={_escaped(text)}")
        parts.append("+".join(values))
    return ",".join(reversed(parts))


def _escaped(value: str) -> str:
    text = "".join(f"\\{c}" if c in _ESCAPED else c for c in value)
    if text.startswith(("#", " ")):
        text = f"\\{text}"
    return f"{text[:-1]}\\ " if value.endswith(" ") and len(value) > 1 else text


def _validity(data: bytes, element: Element) -> tuple[datetime | None, datetime | None]:
    begin, end, *_ = der.children(data, element)
    return _guard(_time, data, begin), _guard(_time, data, end)


def _time(data: bytes, element: Element) -> datetime:
    return der.time(element.tag, data[element.start : element.stop])


def _oid(data: bytes, element: Element) -> str:
    return der.dotted(data[element.start : element.stop])


def _signature(data: bytes, element: Element) -> str:
    oid = _oid(data, der.element(data, element.start, element.stop))
    return _SIGNATURES.get(oid, oid)


def _public_key(data: bytes, element: Element) -> PublicKey | None:
    algorithm, bits, *_ = der.children(data, element)
    kind, *parameters = der.children(data, algorithm)
    oid = _oid(data, kind)
    if oid in _PLAIN_KEYS:
        return _PLAIN_KEYS[oid]
    if oid == _EC:
        curve = _oid(data, parameters[0])
        name, size = _CURVES.get(curve, (curve, 0))
        return PublicKey("ECDSA", size, name)
    if oid in _RSA:
        numbers = der.element(data, bits.start + 1, bits.stop)  # past the count of unused bits
        return PublicKey("RSA", _bit_length(data, der.element(data, numbers.start, numbers.stop)))
    if oid == _DSA:
        return PublicKey("DSA", _bit_length(data, der.element(data, parameters[0].start, parameters[0].stop)))
    return PublicKey(oid, 0)


def _bit_length(data: bytes, number: Element) -> int:
    return int.from_bytes(data[number.start : number.stop], "big").bit_length()


def _extensions(data: bytes, element: Element) -> dict[str, Element]:
    """Return the contents of the extensions we read by object identifier; those that can't be read are missing."""
    if element.tag != _EXTENSIONS:
        return {}
    found: dict[str, Element] = {}
    for extension in der.children(data, der.element(data, element.start, element.stop)):
        if readable := _guard(_extension, data, extension):
            found.setdefault(*readable)
    return found


def _extension(data: bytes, element: Element) -> tuple[str, Element] | None:
    oid = _oid(data, der.element(data, element.start, element.stop))
    if oid not in _READ:
        return None
    *_, value = der.children(data, element)
    return oid, der.element(data, value.start, value.stop)


def _alt_names(data: bytes, element: Element) -> tuple[str, ...]:
    return tuple(_general_names(data, element))


def _general_names(data: bytes, element: Element) -> Iterator[str]:
    for name in der.children(data, element):
        contents = data[name.start : name.stop]
        if name.tag == _DNS_NAME:
            text = clean(contents.decode("utf-8", "replace"))
            yield f"DNS:{text}" if _ADDRESS.fullmatch(text) else text  # it matches no address (RFC 9525 §6.4)
        elif name.tag == _IP_ADDRESS and len(contents) in _IP_FAMILIES:
            yield socket.inet_ntop(_IP_FAMILIES[len(contents)], contents)


def _issuer_urls(data: bytes, element: Element) -> tuple[str, ...]:
    found = []
    for description in der.children(data, element):
        method, location, *_ = der.children(data, description)
        if location.tag == _URI and _oid(data, method) == _CA_ISSUERS:
            found.append(clean(data[location.start : location.stop].decode("ascii", "replace")))
    return tuple(found)
