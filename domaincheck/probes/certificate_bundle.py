"""The certificates that a file holds: PEM with whatever else stands in it, DER, or PKCS#12.

Private keys are passed over unread, but for those within PKCS#12.
"""

from __future__ import annotations

import binascii
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.probes import der, pkcs12
from domaincheck.probes.certificate import read
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CERTIFICATES = frozenset(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
_EDGE = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----")

_JAVA = b"\xfe\xed\xfe\xed"

_OTHERS = (  # what begins as a certificate does, by the tags of what stands in its first part
    (re.compile(rb"\x02?\x30\x30[\x17\x18]"), "a list of revocations"),  # RFC 5280 §5.1
    (re.compile(rb"\x02\x30\x30(?:\xa0|\Z)"), "a certificate request"),  # RFC 2986 §4.1
    (re.compile(rb"\x06"), "a key"),  # public, or encrypted: RFC 5280 §4.1, RFC 5958 §3
)

_NOTHING = "holds no certificate, neither as PEM nor as DER or PKCS#12"
_KEY_ONLY = "holds a private key and no certificate"
_PKCS7 = "holds PKCS#7, which is not read here: convert it with 'openssl pkcs7 {}-print_certs'"
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # RFC 5652 §5.1: in DER all that PKCS#7 is known by


def certificates(data: bytes, password: bytes | None = None) -> tuple[bytes, ...]:
    """Return the certificates in *data*, each in DER, in their order; from PKCS#12, which has none, the leaf first.

    *password* is for PKCS#12. Raises UsageError when there is none, with the rest of a sentence that begins with the
    name of the file.
    """
    if blocks := list(_blocks(data)):
        return _from_pem(blocks)
    if pkcs12.is_pkcs12(data):
        found, of_key = pkcs12.certificates(data, password)
        return found if of_key else leaf_first(found)
    if data.startswith(_JAVA):
        raise UsageError("is a key store of Java: export the certificate as PEM or PKCS#12")
    return (_from_der(data),)


def _blocks(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield label and text of what stands between BEGIN and END (RFC 7468), ``None`` where that is cut off.

    Text around the blocks is passed over, as OpenSSL and servers do.
    """
    begun: tuple[bytes, int] | None = None
    for edge in _EDGE.finditer(data):
        kind, label = edge.groups()
        closes = kind == b"END" and begun is not None and begun[0] == label
        if begun:
            yield begun[0].decode(), data[begun[1] : edge.start()] if closes else None
        begun = (label, edge.end()) if kind == b"BEGIN" else None
    if begun:
        yield begun[0].decode(), None


def _from_pem(blocks: Sequence[tuple[str, bytes | None]]) -> tuple[bytes, ...]:
    texts = [text for label, text in blocks if label in _CERTIFICATES]
    if texts:
        return tuple(_decoded(text, place) for place, text in enumerate(texts, 1))
    labels = {label for label, _ in blocks}
    if any(label.endswith("PRIVATE KEY") for label in labels):
        raise UsageError(_KEY_ONLY)
    if labels & {"PKCS7", "CMS"}:
        raise UsageError(_PKCS7.format(""))
    raise UsageError(f"holds no certificate, only {clean(min(labels))}")


def _decoded(text: bytes | None, place: int) -> bytes:
    """Return the certificate in base64 *text*; OpenSSL's notes, which follow a trusted one, are cut off."""
    try:
        data = binascii.a2b_base64(text or b"")
        return data[: der.element(data, 0, len(data)).stop]
    except (binascii.Error, der.DerError) as error:
        raise UsageError(f"is damaged: its certificate number {place} cannot be decoded") from error


def _from_der(data: bytes) -> bytes:
    try:
        outer = der.element(data, 0, len(data))
        inner = der.element(data, outer.start, outer.stop)
    except der.DerError as error:
        raise UsageError(_NOTHING if data else "is empty") from error
    if outer.tag == der.SEQUENCE and data[inner.start : inner.stop] == _SIGNED_DATA:
        raise UsageError(_PKCS7.format("-inform DER "))
    if outer.tag != der.SEQUENCE or inner.tag not in (der.SEQUENCE, der.INTEGER):
        raise UsageError(_NOTHING)
    if inner.tag == der.INTEGER:  # a version: PKCS#8, PKCS#1 and SEC 1 begin so
        raise UsageError(_KEY_ONLY)
    tags = bytes(tag for tag, *_ in _parts(data, inner))
    for others, name in _OTHERS:
        if others.match(tags):
            raise UsageError(f"holds {name} and no certificate")
    return data[: outer.stop]


def _parts(data: bytes, parent: der.Element) -> list[der.Part]:
    """Return what *parent* is made of, as far as that can be read."""
    found: list[der.Part] = []
    with suppress(der.DerError):
        der.parts(data, parent.start, parent.stop, found)
    return found


def leaf_first(ders: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return *ders*, at least one, with the leaf first and the others as they stood.

    The first is the leaf unless it issued another of them; then it is the first that issued none and has an issuer.
    """
    known = [read(data) for data in ders]
    issuers = {each.issuer for each in known if not each.self_issued}
    free = [place for place, each in enumerate(known) if each.subject not in issuers]
    place = 0 if 0 in free else next((place for place in free if not known[place].self_issued), 0)
    return (ders[place], *ders[:place], *ders[place + 1 :])
