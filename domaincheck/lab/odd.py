"""Certificates that no library makes: a sound one with some of its fields replaced, byte for byte, and signed anew."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.hostile import after_hello, record, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.lab.authority import Credential, PrivateKey
    from domaincheck.lab.hostile import Behaviour

SEQUENCE, SET, OID, INTEGER, BIT_STRING = 0x30, 0x31, 0x06, 0x02, 0x03
UTF8_STRING, TELETEX_STRING, BMP_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x14, 0x1E, 0x17, 0x18

_FIELDS = ("version", "serial", "signature", "issuer", "validity", "subject", "key", "extensions")
_COMMON_NAME = bytes.fromhex("0603550403")
_LONG = 0x80  # from here on a length takes more than one byte

_DIGESTS: dict[str, hashes.MD5 | hashes.SHA1 | hashes.SHA256] = {
    "MD5": hashes.MD5(),  # noqa: S303 - weak on purpose
    "SHA-1": hashes.SHA1(),  # noqa: S303 - weak on purpose
    "SHA-256": hashes.SHA256(),
}
_RSA_WITH = {"MD5": "2a864886f70d010104", "SHA-1": "2a864886f70d010105", "SHA-256": "2a864886f70d01010b"}
_ECDSA_WITH = {"SHA-1": "2a8648ce3d0401", "SHA-256": "2a8648ce3d040302"}  # RFC 3279 §2.2, RFC 5758 §3.2


_CIPHER = b"\xc0\x2b"  # ECDHE-ECDSA-AES128-GCM-SHA256
_SECURE_RENEGOTIATION = b"\xff\1\0\1\0"  # RFC 5746 §3.6
_RECORD_LIMIT = 1 << 14  # RFC 5246 §6.2.1


@dataclass(frozen=True, slots=True)
class OddCredential:
    """What a server shows and proves: certificates in DER, the leaf's first, which need not be readable, and a key."""

    ders: tuple[bytes, ...]
    key_pem: bytes

    @property
    def chain_pem(self) -> bytes:
        """The chain as a PEM bundle."""
        return "".join(map(ssl.DER_cert_to_PEM_cert, self.ders)).encode()


def altered(credential: Credential, signer: PrivateKey, *, digest: str = "SHA-256", **fields: bytes) -> OddCredential:
    """Return *credential* with *fields* of its leaf's tbsCertificate (RFC 5280 §4.1) replaced, each by DER.

    They are ``version``, ``serial``, ``issuer``, ``validity``, ``subject``, ``key`` and ``extensions``; an empty one is
    left out. *signer*, an RSA or ECDSA key, signs the *digest* ``MD5`` (RSA only), ``SHA-1`` or ``SHA-256``.
    """
    whole, *others = [certificate.public_bytes(Encoding.DER) for certificate in credential.chain]
    kept = dict(zip(_FIELDS, _elements(_contents(next(_elements(_contents(whole))))), strict=True))
    algorithm = _algorithm(signer, digest)
    signed = tlv(SEQUENCE, *(kept | fields | {"signature": algorithm}).values())
    signature = tlv(BIT_STRING, b"\0", _sign(signer, digest, signed))
    return OddCredential((tlv(SEQUENCE, signed, algorithm, signature), *others), credential.key_pem)


def unproved(ders: Sequence[bytes]) -> Behaviour:
    """Answer a hello of TLS 1.2 with *ders* as certificates, and leave before it must be proved whose they are.

    OpenSSL need not be able to read them, as for a server of its own it would.
    """
    hello = b"\3\3" + bytes(32) + b"\0" + _CIPHER + b"\0" + _prefixed(_SECURE_RENEGOTIATION, 2)
    certificates = _prefixed(b"".join(_prefixed(der, 3) for der in ders), 3)
    flight = b"\2" + _prefixed(hello, 3) + b"\x0b" + _prefixed(certificates, 3)
    records = (flight[start : start + _RECORD_LIMIT] for start in range(0, len(flight), _RECORD_LIMIT))
    return after_hello(say(b"".join(record(22, each) for each in records)))


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    data = b"".join(contents)
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (length if len(data) < _LONG else bytes([_LONG | len(length)]) + length) + data


def common_name(tag: int, value: bytes) -> bytes:
    """Return a Name whose only part is a common name, of the string type *tag*."""
    return tlv(SEQUENCE, tlv(SET, tlv(SEQUENCE, _COMMON_NAME, tlv(tag, value))))


def validity(begin: str, end: str, tag: int = UTC_TIME) -> bytes:
    """Return a Validity, with both times as they are to be written."""
    return tlv(SEQUENCE, tlv(tag, begin.encode()), tlv(tag, end.encode()))


def _algorithm(signer: PrivateKey, digest: str) -> bytes:
    if isinstance(signer, rsa.RSAPrivateKey):
        return tlv(SEQUENCE, tlv(OID, bytes.fromhex(_RSA_WITH[digest])), b"\5\0")
    return tlv(SEQUENCE, tlv(OID, bytes.fromhex(_ECDSA_WITH[digest])))


def _sign(signer: PrivateKey, digest: str, data: bytes) -> bytes:
    if isinstance(signer, rsa.RSAPrivateKey):
        return signer.sign(data, padding.PKCS1v15(), _DIGESTS[digest])
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        return signer.sign(data, ec.ECDSA(_DIGESTS[digest]))
    raise TypeError("only RSA and ECDSA keys sign odd certificates")


def _prefixed(data: bytes, size: int) -> bytes:
    return len(data).to_bytes(size) + data


def _elements(data: bytes) -> Iterator[bytes]:
    """Yield the DER elements that *data* is made of."""
    at = 0
    while at < len(data):
        size = _header(data[at:])[1]
        yield data[at : at + size]
        at += size


def _contents(element: bytes) -> bytes:
    return element[_header(element)[0] :]


def _header(data: bytes) -> tuple[int, int]:
    """Return where the contents of the element that *data* begins with start and stop."""
    length, start = data[1], 2
    if length & _LONG:
        start += length & ~_LONG
        length = int.from_bytes(data[2:start])
    return start, start + length
