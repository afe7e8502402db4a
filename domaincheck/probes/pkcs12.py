"""Opens PKCS#12 (RFC 7292): certificates with their key, as Windows and Java keep them, mostly encrypted."""

from __future__ import annotations

import re
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.probes import der
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

MOST_ROUNDS = 5_000_000
"""Rounds of hashing that a file may cost; they take a second or two, and nothing can break them off.

OpenSSL asks for some thousand, and careful programs for a million.
"""

# RFC 7292 §4: a sequence that begins with version 3, in DER or in BER of indefinite length.
_BEGINNING = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)
_CONSTRUCTED = 0x20

_filtering = threading.Lock()


def is_pkcs12(data: bytes) -> bool:
    """Return whether *data* begins as PKCS#12 does."""
    return _BEGINNING.match(data) is not None


def certificates(data: bytes, password: bytes | None) -> tuple[tuple[bytes, ...], bool]:
    """Return the certificates in *data*, each in DER, and whether the first is that of the key in it.

    The key itself comes out of the library too, and is dropped at once. Raises UsageError when the file can't be
    opened or holds none, with the rest of a sentence that begins with the name of the file.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    if rounds(data) > MOST_ROUNDS:
        raise UsageError(f"is PKCS#12 that takes over {MOST_ROUNDS:,} rounds of hashing to open, which is not tried")
    store = _opened(data, password)
    of_key = () if store.cert is None else (store.cert,)
    found = tuple(each.certificate.public_bytes(Encoding.DER) for each in (*of_key, *store.additional_certs))
    if not found:
        raise UsageError("is PKCS#12 and holds no certificate")
    return found, bool(of_key)


def _opened(data: bytes, password: bytes | None) -> PKCS12KeyAndCertificates:
    """Open *data* by *password*, or without one, as which files that need none are among those that do."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        with _in_silence():
            return pkcs12.load_pkcs12(data, password)
    except UnsupportedAlgorithm as error:
        raise UsageError(f"is PKCS#12, encrypted as nobody should any more: {clean(str(error))}") from error
    except (ValueError, TypeError) as error:  # by turns, for a password that is missing or wrong, and for damage
        if password is None:
            remedy = "name a file with its password by --password-file"
            raise UsageError(f"is PKCS#12, and damaged, or encrypted: {remedy}") from error
    try:
        return _opened(data, None)
    except UsageError as error:
        raise UsageError("is PKCS#12, and damaged, or its password is not that of --password-file") from error


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep from our users what the library warns its programmers of: odd certificates, and what is not quite DER.

    Python's filters are those of the whole process, so one thread at a time may change them.
    """
    with _filtering, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def rounds(data: bytes) -> int:
    """Return how many rounds of hashing the passwords of *data* take in all, as far as that can be seen from outside.

    Each is a number that stands right behind the salt (RFC 7292 §4 and appendix C, RFC 8018 appendix A). Elements are
    read one after the other, what they hold included, so that lengths that are left open (BER) do no harm.
    """
    at, total, salted = 0, 0, False
    while at + 2 <= len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
        stop = min(start + length, len(data))
        if salted and tag == der.INTEGER:
            total += int.from_bytes(data[start:stop], "big")
        salted = tag == der.OCTET_STRING
        at = start if tag & _CONSTRUCTED or (salted and _holds_sequence(data, start, stop)) else stop
    return total


def _holds_sequence(data: bytes, start: int, stop: int) -> bool:
    """Return whether one sequence fills what lies from *start* to *stop*, so that it is no salt, hash or key."""
    try:
        tag, _, end = der.part(data, start, stop)
    except der.DerError:
        return False
    return tag == der.SEQUENCE and end == stop
