"""What smtplib needs of a socket, over a connection of ours: its deadline rules every step, and one can listen in."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.network import Connection

LIMIT = 1 << 20
"""Bytes that a server may say in one session; a few hundred are usual."""

MASK = "****"


class Wire:
    """A socket and its file in one, as smtplib uses them: ``sendall``, ``makefile``, ``readline``, ``close``.

    Errors are NetworkErrors, which smtplib lets pass, as it knows only those of the operating system.
    """

    def __init__(self, connection: Connection, conversation: Conversation) -> None:
        self.connection = connection
        self._conversation = conversation
        self._buffer = bytearray()
        self._received = 0

    def sendall(self, data: bytes) -> None:
        """Send all of *data*, a command or a whole message."""
        self._conversation.sent(data)
        self.connection.send(data)

    def makefile(self, _mode: str) -> Wire:
        """Return what lines can be read from."""
        return self

    def readline(self, limit: int) -> bytes:
        """Return the next line, or *limit* bytes of it; ``b""`` at the end of the stream."""
        while (end := self._buffer.find(b"\n") + 1) == 0 and len(self._buffer) < limit:
            data = self.connection.receive()
            if not data:
                break
            self._received += len(data)
            if self._received > LIMIT:
                raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "it says more than a mail server has to say")
            self._buffer += data
        line = bytes(self._buffer[: min(end or limit, limit)])
        del self._buffer[: len(line)]
        self._conversation.received(line)
        return line

    def close(self) -> None:
        """Close the connection below."""
        self.connection.close()


def _hear_nothing(_line: str) -> None:
    pass


@dataclass(slots=True)
class Conversation:
    """Tells *tell* line by line what client and server say, but for the *password*, in whatever *forms* it is sent.

    ``C:`` is us, ``S:`` the server. Of a message only the size is told.
    """

    tell: Callable[[str], None] = _hear_nothing
    password: str = field(default="", repr=False)
    forms: tuple[str, ...] = field(default=(), repr=False)
    _logging_in: bool = False
    _last: bytes = b""

    @classmethod
    def of(cls, user: str | None, password: str | None, tell: Callable[[str], None] | None) -> Conversation:
        """Return one that knows the base64 by which the mechanisms PLAIN and LOGIN send *password*."""
        tell = tell or _hear_nothing
        if not password:
            return cls(tell)
        forms = (password, f"\0{user}\0{password}")
        return cls(tell, password, tuple(base64.b64encode(form.encode()).decode() for form in forms))

    def sent(self, data: bytes) -> None:
        """Take note of what the client is about to send."""
        command = data.rstrip()
        secret = self._logging_in and self._last.startswith(b"334")
        self._logging_in = secret or command[:5].upper() == b"AUTH "
        if self._last.startswith(b"354"):
            self.tell(f"C: (the message, {len(data)} bytes)")
        elif secret:
            self.tell(f"C: {MASK}")
        elif self._logging_in:
            self.tell(f"C: {' '.join(self._shown(command).split(' ')[:2])} {MASK}")
        else:
            self.tell(f"C: {self._shown(command)}")

    def received(self, line: bytes) -> None:
        """Take note of a *line* that the server sent."""
        self._last = line
        self.tell(f"S: {self._shown(line.rstrip())}" if line else "S: (closes the connection)")

    def happened(self, sentence: str) -> None:
        """Take note of something that is not said in words."""
        self.tell(f"   ({clean(sentence)})")

    def masked(self, text: str) -> str:
        """Return *text*, cleaned, without the password: some servers repeat what they were told.

        As it is, it is looked for in answers to a login only: it may be a word that has its place elsewhere, and to
        mask it there would tell it.
        """
        for secret in (*self.forms, self.password) if self._logging_in else self.forms:
            text = text.replace(secret, MASK) if secret else text
        return clean(text)

    def _shown(self, line: bytes) -> str:
        return self.masked(line.decode("utf-8", "replace"))
