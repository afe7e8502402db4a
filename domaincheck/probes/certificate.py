"""Reads what an X.509 certificate (RFC 5280) says of itself, as tolerantly as a witness should.

Certificates that a strict parser refuses (negative serials, odd strings, missing fields) are just the ones that
people ask about, so each field is read on its own and is empty where it can't be. Reading one takes some 20 µs and
no import, where a general library costs 50 ms to load.
"""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, overload

from domaincheck.model import Certificate, PublicKey
from domaincheck.probes import der
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from domaincheck.probes.der import Part

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
_ALT_NAMES, _INFORMATION_ACCESS = b"\x55\x1d\x11", b"\x2b\6\1\5\5\7\1\1"  # 2.5.29.17, 1.3.6.1.5.5.7.1.1
_CA_ISSUERS = b"\x2b\6\1\5\5\7\x30\2"  # 1.3.6.1.5.5.7.48.2
_READ = frozenset([_ALT_NAMES, _INFORMATION_ACCESS])
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _URI, _IP_ADDRESS = 0x82, 0x86, 0x87
_IP_FAMILIES = {4: socket.AF_INET, 16: socket.AF_INET6}
_ADDRESS = re.compile(r"[\d.]+|[\da-f.]*:[\da-f.:]*", re.ASCII | re.IGNORECASE)
_ESCAPED = frozenset(',+"\\<>;')


class Chain(Sequence[Certificate]):
    """Certificates, given in DER, that are not read before they are looked at.

    Between one handshake and the next, reading takes three times as long as it does for many certificates in a row, and
    other threads wait for it. By the time a chain is judged, many have come together.
    """

    __slots__ = ("_ders", "_read")

    def __init__(self, ders: Sequence[bytes] = ()) -> None:
        self._ders = tuple(ders)
        self._read: tuple[Certificate, ...] | None = None

    def _certificates(self) -> tuple[Certificate, ...]:
        if self._read is None:
            self._read = tuple(map(read, self._ders))
        return self._read

    def __len__(self) -> int:
        return len(self._ders)

    @overload
    def __getitem__(self, place: int) -> Certificate: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Certificate, ...]: ...

    def __getitem__(self, place: int | slice) -> Certificate | tuple[Certificate, ...]:
        return self._certificates()[place]

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self._certificates())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chain) and self._ders == other._ders

    def __hash__(self) -> int:
        return hash(self._ders)


@lru_cache(maxsize=1024)
def read(data: bytes) -> Certificate:
    """Return what the DER certificate *data* says; a field that can't be read is ``None`` or empty.

    Never raises. The last thousand are remembered, since the same intermediates come again and again.
    """
    serial, signature, issuer, validity, subject, key, *rest = _fields(data)
    not_before, not_after = _guard(_validity, data, validity) or (None, None)
    extensions = _extensions(data, rest[-1]) if rest else {}
    alternatives, access = extensions.get(_ALT_NAMES), extensions.get(_INFORMATION_ACCESS)
    return Certificate(
        subject=_guard(_name, data, subject) or "",
        issuer=_guard(_name, data, issuer) or "",
        serial=_guard(_serial, data, serial),
        not_before=not_before,
        not_after=not_after,
        names=_guard(_alt_names, data, alternatives) or (),
        fingerprint_sha256=hashlib.sha256(data).hexdigest(),
        key=_guard(_public_key, data, key),
        signature=_guard(_signature, data, signature),
        issuer_urls=_guard(_issuer_urls, data, access) or (),
        key_sha256=hashlib.sha256(data[subject[2] : key[2]]).hexdigest() if subject and key else None,
    )


def _guard(reader: Callable[[int, bytes], T], data: bytes, part: Part | None) -> T | None:
    """Return what *reader* makes of a part's tag and contents, ``None`` when there is none or it can't be read."""
    if part is None:
        return None
    tag, start, stop = part
    try:
        return reader(tag, data[start:stop])
    except (ValueError, IndexError, OSError):
        return None


def _fields(data: bytes) -> list[Part | None]:
    """Return the fields of the tbsCertificate from the serial number on, at least six, ``None`` for missing ones."""
    found: list[Part] = []
    try:
        _, start, stop = der.part(data, 0, len(data))
        _, start, stop = der.part(data, start, stop)
        der.parts(data, start, stop, found)
    except der.DerError:
        pass  # what stood before the damage is in found
    fields: list[Part | None] = [part for part in found if part[0] != _VERSION]
    return fields + [None] * (6 - len(fields))


def _inner(contents: bytes) -> list[Part]:
    return der.parts(contents, 0, len(contents))


def _serial(tag: int, number: bytes) -> str | None:
    if tag != der.INTEGER or not number:
        return None
    return clean((number[1:] if number[0] == 0 and len(number) > 1 else number).hex())  # DER's sign byte is no digit


@lru_cache(maxsize=1024)
def _name(_tag: int, contents: bytes) -> str:
    """Return a Name's text, most specific part first (RFC 4514 §2), made safe to print."""
    parts = []
    for _, start, stop in _inner(contents):
        values = []
        for _, begin, end in der.parts(contents, start, stop):
            kind, (tag, at, to), *_ = der.parts(contents, begin, end)
            oid = _oid(contents, kind)
            text = clean(der.string(tag, contents[at:to]))
            values.append(f"{_ATTRIBUTES.get(oid, oid)}={_escaped(text)}")
        parts.append("+".join(values))
    return ",".join(reversed(parts))


def _escaped(value: str) -> str:
    text = value if _ESCAPED.isdisjoint(value) else "".join(f"\\{c}" if c in _ESCAPED else c for c in value)
    if text.startswith(("#", " ")):
        text = f"\\{text}"
    return f"{text[:-1]}\\ " if value.endswith(" ") and len(value) > 1 else text


def _validity(_tag: int, contents: bytes) -> tuple[datetime | None, datetime | None]:
    begin, end, *_ = _inner(contents)
    return _guard(der.time, contents, begin), _guard(der.time, contents, end)


def _oid(data: bytes, part: Part) -> str:
    _, start, stop = part
    return der.dotted(data[start:stop])


@lru_cache(maxsize=64)
def _signature(_tag: int, contents: bytes) -> str:
    oid = _oid(contents, der.part(contents, 0, len(contents)))
    return _SIGNATURES.get(oid, oid)


def _public_key(_tag: int, contents: bytes) -> PublicKey | None:
    (_, begin, end), (_, start, stop), *_ = _inner(contents)
    return _kind(contents[begin:end]) or PublicKey("RSA", _bits_of_first(contents[start + 1 : stop]))


@lru_cache(maxsize=64)
def _kind(algorithm: bytes) -> PublicKey | None:
    """Return the key of an *algorithm* that says all there is to say of it; ``None`` for RSA."""
    kind, *parameters = _inner(algorithm)
    oid = _oid(algorithm, kind)
    if oid in _PLAIN_KEYS:
        return _PLAIN_KEYS[oid]
    if oid in _RSA:
        return None
    if oid == _EC:
        curve = _oid(algorithm, parameters[0])
        name, size = _CURVES.get(curve, (curve, 0))
        return PublicKey("ECDSA", size, name)
    if oid == _DSA:
        return PublicKey("DSA", _bits_of_first(algorithm[kind[2] :]))
    return PublicKey(oid, 0)


def _bits_of_first(sequence: bytes) -> int:
    """Return the bits of the first number in *sequence*."""
    _, start, stop = der.part(sequence, 0, len(sequence))
    _, start, stop = der.part(sequence, start, stop)
    return int.from_bytes(sequence[start:stop], "big").bit_length()


def _extensions(data: bytes, last: Part | None) -> dict[bytes, Part]:
    """Return the contents of the extensions we read by object identifier; those that can't be read are missing.

    *last* is the last field of the certificate, which holds them, if it has any.
    """
    found: dict[bytes, Part] = {}
    if last is None or last[0] != _EXTENSIONS:
        return found
    try:
        _, start, stop = der.part(data, last[1], last[2])
        for _, begin, end in der.parts(data, start, stop):
            contents = begin + 2  # those of an identifier that is short, as ours are
            oid = data[contents : contents + data[begin + 1]] if contents < end else b""
            if oid in _READ and oid not in found and (part := _extension(data, contents + len(oid), end)):
                found[oid] = part
    except der.DerError:
        pass
    return found


def _extension(data: bytes, begin: int, end: int) -> Part | None:
    """Return the contents of an extension, whose identifier ends at *begin*; ``None`` if they can't be read."""
    try:
        _, at, to = der.parts(data, begin, end)[-1]
        return der.part(data, at, to)
    except (der.DerError, IndexError):
        return None


def _alt_names(_tag: int, contents: bytes) -> tuple[str, ...]:
    found = []
    for tag, start, stop in _inner(contents):
        name = contents[start:stop]
        if tag == _DNS_NAME:
            text = clean(name.decode("utf-8", "replace"))
            found.append(f"DNS:{text}" if _ADDRESS.fullmatch(text) else text)  # it matches no address (RFC 9525 §6.4)
        elif tag == _IP_ADDRESS and len(name) in _IP_FAMILIES:
            found.append(socket.inet_ntop(_IP_FAMILIES[len(name)], name))
    return tuple(found)


@lru_cache(maxsize=256)
def _issuer_urls(_tag: int, contents: bytes) -> tuple[str, ...]:
    found = []
    for _, begin, end in _inner(contents):
        (_, at, to), (tag, start, stop), *_ = der.parts(contents, begin, end)
        if tag == _URI and contents[at:to] == _CA_ISSUERS:
            found.append(clean(contents[start:stop].decode("ascii", "replace")))
    return tuple(found)
