"""Reads what a server says in the clear before the keys change, for the facts that Python's ``ssl`` keeps to itself.

Up to TLS 1.2 that is all of its first flight, certificate and key exchange included (RFC 5246 §7.3); of TLS 1.3 it is
the ServerHello.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Bytes = bytes | bytearray

_ALERT, _HANDSHAKE = 21, 22
_RECORD_HEADER, _MESSAGE_HEADER = 5, 4
_SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE, _CERTIFICATE_REQUEST = 2, 11, 12, 13
_LENGTH = 3  # bytes, of the length of a certificate and of all
_MOST = 16
_FATAL = 2
_SESSION_ID = 34  # where its length stands in a ServerHello, after version and random
_VERSIONS = {b"\3\1": "TLSv1", b"\3\2": "TLSv1.1", b"\3\3": "TLSv1.2"}


def version(received: Bytes) -> str | None:
    """Return the version that the server chose, as Python names it; for TLS 1.3 the one it poses as, TLS 1.2."""
    return next((_VERSIONS.get(body[:2]) for kind, body in _messages(received) if kind == _SERVER_HELLO), None)


def cipher_suite(received: Bytes) -> int | None:
    """Return the number of the cipher suite that the server chose (RFC 5246 §7.4.1.3)."""
    for kind, body in _messages(received):
        if kind == _SERVER_HELLO:
            place = _SESSION_ID + 1 + int.from_bytes(body[_SESSION_ID : _SESSION_ID + 1])
            return int.from_bytes(body[place : place + 2])
    return None


def dh_bits(received: Bytes) -> int | None:
    """Return the size of the prime of a finite-field key exchange: what the server sends first of it, length before."""
    for kind, body in _messages(received):
        if kind == _KEY_EXCHANGE:
            return int.from_bytes(body[2 : 2 + int.from_bytes(body[:2])]).bit_length()
    return None


def wants_certificate(received: Bytes) -> bool:
    """Return whether the server asked for the client's certificate."""
    return any(kind == _CERTIFICATE_REQUEST for kind, _ in _messages(received))


def certificates(received: Bytes) -> tuple[bytes, ...]:
    """Return the first of what the server shows as certificates, readable or not (RFC 5246 §7.4.2); none of TLS 1.3."""
    found: list[bytes] = []
    for body in (body for kind, body in _messages(received) if kind == _CERTIFICATE):
        start = _LENGTH
        while start < len(body) and len(found) < _MOST:
            stop = start + _LENGTH + int.from_bytes(body[start : start + _LENGTH])
            found.append(body[start + _LENGTH : stop])
            start = stop
    return tuple(found)


def alert(received: Bytes) -> int | None:
    """Return the number of the alert by which the server ended it all (RFC 8446 §6), if it came in the clear."""
    alerts = (content for kind, content in _records(received) if kind == _ALERT)
    return next((content[1] for content in alerts if len(content) > 1 and content[0] == _FATAL), None)


def _messages(received: Bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and body of each whole handshake message; a message may span records, and a record hold several."""
    plain = b"".join(content for kind, content in _records(received) if kind == _HANDSHAKE)
    start = 0
    while start + _MESSAGE_HEADER <= len(plain):
        stop = start + _MESSAGE_HEADER + int.from_bytes(plain[start + 1 : start + _MESSAGE_HEADER])
        if stop > len(plain):
            return
        yield plain[start], plain[start + _MESSAGE_HEADER : stop]
        start = stop


def _records(received: Bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each record up to the first that is of another kind; the last may be cut off."""
    start = 0
    while start < len(received) and received[start] in (_ALERT, _HANDSHAKE):
        stop = start + _RECORD_HEADER + int.from_bytes(received[start + 3 : start + _RECORD_HEADER])
        yield received[start], bytes(received[start + _RECORD_HEADER : stop])
        start = stop
