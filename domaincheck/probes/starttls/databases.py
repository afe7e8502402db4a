"""PostgreSQL and MySQL: databases, whose clients ask for TLS in their own binary messages."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from domaincheck.probes.starttls.talk import LIMIT

if TYPE_CHECKING:
    from domaincheck.probes.starttls.talk import Talk

# --- PostgreSQL ----------------------------------------------------------------------------------------------------

SSL_REQUEST = struct.pack("!II", 8, 80877103)
"""PostgreSQL's SSLRequest: its length, and 1234 and 5679 in the place of a protocol version."""


def postgres(talk: Talk) -> None:
    """Start TLS in PostgreSQL, by "SSL Session Encryption" of its manual's chapter on the protocol.

    The answer is a single byte, ``S`` or ``N``; a server that is too old, too full or shutting down sends an error.
    """
    talk.say(SSL_REQUEST)
    answer = talk.take(1)
    if answer == b"N":
        raise talk.not_offered()
    if answer == b"E":
        raise _postgres_error(talk)
    if answer != b"S":
        raise talk.unexpected(answer + talk.rest())


def _postgres_error(talk: Talk) -> Exception:
    """Return what an ErrorResponse says: fields of a letter and a text each, ``M`` being the message for people."""
    head = talk.take(4)
    length = int.from_bytes(head, "big")
    if not len(head) < length <= LIMIT:
        return talk.unexpected(b"E" + head + talk.rest())
    fields = talk.take(length - len(head)).split(b"\0")
    return talk.refused(next((field[1:] for field in fields if field[:1] == b"M"), b""))


# --- MySQL and MariaDB ---------------------------------------------------------------------------------------------

_HANDSHAKE, _ERROR = 10, 0xFF
_CLIENT_PROTOCOL_41, _CLIENT_SSL, _CLIENT_SECURE_CONNECTION = 0x200, 0x800, 0x8000
_UTF8 = 45  # utf8mb4_general_ci
_AFTER_VERSION = 4 + 8 + 1  # the connection's number, a part of the challenge, a filler

_CAPABILITIES = _CLIENT_PROTOCOL_41 | _CLIENT_SSL | _CLIENT_SECURE_CONNECTION
TLS_REQUEST = b"\x20\0\0\1" + struct.pack("<IIB23x", _CAPABILITIES, 1 << 24, _UTF8)
"""MySQL's SSLRequest: packet 1, of 32 bytes; the first half of a login, without a user."""


def mysql(talk: Talk) -> None:
    """Start TLS in MySQL and MariaDB, by "Connection Phase" of either's description of the protocol.

    The server greets with what it is capable of; a client that wants TLS says so and begins without another word.
    """
    head = talk.take(4)
    length = int.from_bytes(head[:3], "little")
    if not 0 < length <= LIMIT or head[3] > 1:
        raise talk.unexpected(head + talk.rest())
    packet = talk.take(length)
    if packet[0] == _ERROR:  # a code of two bytes; then, if the server has got so far, '#' and an SQL state
        words = packet[3:]
        raise talk.turned_away(words[6:] if words[:1] == b"#" else words)
    if packet[0] != _HANDSHAKE:
        raise talk.unexpected(head + packet)
    at = packet.find(b"\0") + 1 + _AFTER_VERSION
    if not int.from_bytes(packet[at : at + 2], "little") & _CLIENT_SSL:
        raise talk.not_offered()
    talk.say(TLS_REQUEST)
