"""One conversation in plain text: a buffer over a connection, a limit, and the sentences for what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.text import clean

if TYPE_CHECKING:
    from domaincheck.network import Connection

LIMIT = 64 * 1024
"""Bytes that a server may say in all before TLS; the wordiest real greetings take a few thousand."""

_QUOTED = 120  # characters of a server's words that a sentence repeats
_OPENING = 8  # bytes by which a stranger is told


class Talk:
    """The conversation on *connection*, in the protocol that people call *label*, about the host *name*.

    The connection's deadline rules the whole of it. Everything that reads raises NetworkError when the server ends the
    connection, when the time is over, when it has said more than :data:`LIMIT`, or when it plainly speaks another
    protocol.
    """

    def __init__(self, connection: Connection, label: str, name: str) -> None:
        self.name = name
        self._connection = connection
        self._label = label
        self._buffer = bytearray()
        self._opening = b""
        self._received = 0
        self._asked = False

    def say(self, data: bytes) -> None:
        """Send *data*."""
        self._asked = True
        self._connection.send(data)

    def until(self, end: bytes) -> bytes:
        """Return what the server says up to the next *end*, a single byte, and with it."""
        searched = 0
        while (place := self._buffer.find(end, searched)) < 0:
            searched = len(self._buffer)
            self._fill()
        return self._cut(place + 1)

    def line(self) -> bytes:
        """Return the next line, without its end: LF, with a CR before it in all but careless servers."""
        return self.until(b"\n").rstrip(b"\r\n")

    def take(self, count: int) -> bytes:
        """Return the next *count* bytes."""
        while len(self._buffer) < count:
            self._fill()
        return self._cut(count)

    def rest(self) -> bytes:
        """Return what has arrived and was not read yet, as a part of what :meth:`unexpected` tells."""
        return bytes(self._buffer)

    def finish(self) -> None:
        """End the plain text; what the server has said beyond its go-ahead is no part of TLS, and is refused.

        A client that kept it would read it later as if it had come encrypted: so anybody on the way could put words
        into the server's mouth (response injection, as CVE-2021-23222 in PostgreSQL's own client).
        """
        if self._buffer:
            raise _failure("the server sent text before the handshake, which an attacker could have put there")

    def refused(self, words: bytes | str = b"") -> NetworkError:
        """Return the error that says that the server will not start TLS, in its own *words*."""
        return _failure(f"the {self._label} server refused to start TLS{_told(words)}")

    def not_offered(self) -> NetworkError:
        """Return the error that says that the server knows no TLS, or is not configured for it."""
        return _failure(f"the {self._label} server does not offer TLS")

    def turned_away(self, words: bytes | str = b"") -> NetworkError:
        """Return the error that says that the server did not even begin to talk, in its own *words*."""
        return _failure(f"the {self._label} server turned us away{_told(words)}")

    def unexpected(self, data: bytes) -> NetworkError:
        """Return the error that says that *data*, of which the first line is told, is not what was to be expected."""
        said = data.lstrip(b"\r\n").partition(b"\n")[0]
        return _failure(f"what answers there does not speak {self._label}{_told(said)}")

    def _cut(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _fill(self) -> None:
        """Wait for more from the server."""
        data = self._receive()
        if not data:
            raise self._ended()
        self._received += len(data)
        self._buffer += data
        if len(self._opening) < _OPENING:
            self._opening = (self._opening + data)[:_OPENING]
            if other := _stranger(self._opening):
                raise _failure(f"what answers there speaks {other}, not {self._label}")
        if self._received > LIMIT:
            raise _failure(f"the {self._label} server said more than {LIMIT >> 10} kB without starting TLS")

    def _receive(self) -> bytes:
        try:
            return self._connection.receive()
        except NetworkError as error:
            if error.code != ProblemCode.TIMEOUT or self._received:
                raise
            hint = f"nothing was said in {self._label}; a server that expects TLS from the first byte is silent too"
            raise NetworkError(ProblemCode.TIMEOUT, f"{error}: {hint}") from error

    def _ended(self) -> NetworkError:
        if self._buffer:
            return _failure(f"what answers there closed the connection after it had said{_told(self._buffer)}")
        words = "the server closed the connection before TLS was started"
        hint = "; one that expects TLS from the first byte does so too" if self._asked and not self._received else ""
        return NetworkError(ProblemCode.CONNECTION_RESET, words + hint)


def _stranger(opening: bytes) -> str | None:
    """Return what speaks when a server's first bytes are *opening*, if it is one of those met most often."""
    if opening.startswith(b"HTTP/"):
        return "HTTP"
    if opening.startswith(b"SSH-"):
        return "SSH"
    # A TLS record: its type, an alert or a handshake, then the version, 3.1 to 3.4 (RFC 8446 §5.1).
    is_tls = opening[:1] in (b"\x15", b"\x16") and opening[1:2] == b"\x03" and opening[2:3] in (b"\1", b"\2", b"\3")
    return "TLS from the first byte" if is_tls else None


def _told(words: bytes | bytearray | str) -> str:
    text = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return f": '{clean(text.strip(), _QUOTED)}'" if text.strip() else ""


def _failure(sentence: str) -> NetworkError:
    return NetworkError(ProblemCode.STARTTLS_FAILED, sentence)
