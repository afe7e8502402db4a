"""Verifies a chain that no server shows: OpenSSL is played the beginning of a handshake, as far as the certificates.

Up to TLS 1.2 a server sends its certificates in the clear and before it has proved anything (RFC 5246 §7.3), and there
OpenSSL verifies them. So a chain is judged by the very code, roots and flags that judge a server's, no key is needed,
and it takes a third of a millisecond.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domaincheck.network import Address, Deadline
from domaincheck.network.tls import TlsConnection
from domaincheck.probes.handshake import chains, shake_hands

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from domaincheck.model import TlsFacts

LIMIT = 100 << 10
"""Bytes of certificates, with three for the length of each, that OpenSSL takes from a server."""

_HANDSHAKE_RECORD = b"\x16\3\3"
_RECORD_LIMIT = 1 << 14  # RFC 5246 §6.2.1
_SERVER_HELLO, _CERTIFICATE = b"\2", b"\x0b"
_CIPHER = b"\xc0\x2f"  # ECDHE-RSA-AES128-GCM-SHA256; for another kind of key OpenSSL complains of it, but later
_SECURE_RENEGOTIATION = b"\xff\1\0\1\0"  # RFC 5746 §3.6: no client goes on without it


def verify(
    ders: Sequence[bytes], context: ssl.SSLContext, name: str | None = None
) -> tuple[TlsFacts | None, tuple[bytes, ...]]:
    """Return what *context* makes of a server that shows *ders*, leaf first, at most :data:`LIMIT` bytes of them.

    The facts tell nothing of a server or a connection; they are ``None`` where OpenSSL can't read a certificate. Beside
    them stands the path in use in DER, empty for a chain that does not hold. *name* is what the certificate is to be
    compared with.
    """
    tls = TlsConnection(_Player(_flight(ders)), context, "localhost")
    facts = shake_hands(tls, "")
    if facts.verification is None:
        return None, ()
    # The play breaks off when the certificates have been shown. That it does is no failure of theirs.
    facts = replace(facts, name=name, address=None, protocol=None, cipher=None, failure=None)
    holds = facts.verification is not None and facts.verification.code == 0
    return facts, chains(tls.ssl_object)[1] if holds else ()


class _Player:
    """A connection on which the server has said *lines* and then left, whatever the client says."""

    def __init__(self, lines: bytes) -> None:
        self.address, self.deadline = Address("", 0), Deadline(0)
        self._lines = lines

    def receive(self, _size: int = 0, /) -> bytes:
        lines, self._lines = self._lines, b""
        return lines

    def send(self, _data: bytes, /) -> None:
        pass

    def close(self) -> None:
        pass


def _flight(ders: Sequence[bytes]) -> bytes:
    """Return the records of a ServerHello and a Certificate message (RFC 5246 §7.4.1.3 and §7.4.2)."""
    random, session, compression = bytes(32), b"\0", b"\0"
    hello = b"\3\3" + random + session + _CIPHER + compression + _prefixed(_SECURE_RENEGOTIATION, 2)
    shown = _prefixed(b"".join(_prefixed(data, 3) for data in ders), 3)
    said = _SERVER_HELLO + _prefixed(hello, 3) + _CERTIFICATE + _prefixed(shown, 3)
    records = (said[start : start + _RECORD_LIMIT] for start in range(0, len(said), _RECORD_LIMIT))
    return b"".join(_HANDSHAKE_RECORD + _prefixed(record, 2) for record in records)


def _prefixed(data: bytes, size: int) -> bytes:
    """Return *data* with its length before it, in *size* bytes."""
    return len(data).to_bytes(size, "big") + data
