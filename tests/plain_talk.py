"""Conversations without sockets: a connection that has its server's words ready, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from domaincheck.errors import NetworkError
from domaincheck.network import Address, Deadline
from domaincheck.probes.starttls import converse


@dataclass
class Rehearsed:
    """A connection on which the server says *parts*, one a reading, and then hangs up; *sent* is what it heard."""

    parts: list[bytes]
    sent: bytes = b""
    address: Address = field(default_factory=lambda: Address("192.0.2.1", 25))
    deadline: Deadline = field(default_factory=lambda: Deadline(60))

    def receive(self, _size: int = 65536, /) -> bytes:
        """Return the next part."""
        return self.parts.pop(0) if self.parts else b""

    def send(self, data: bytes, /) -> None:
        """Hear *data*."""
        self.sent += data

    def close(self) -> None:
        """Do nothing."""


def hear(protocol: str, *parts: bytes, name: str = "www.example.com") -> bytes:
    """Return what the client says to a server that says *parts*; raises NetworkError if TLS was not started."""
    connection = Rehearsed(list(parts))
    converse(protocol, connection, name)
    return connection.sent


def complaint(protocol: str, *parts: bytes, name: str = "www.example.com") -> tuple[str, str]:
    """Return code and sentence of the failure that a server that says *parts* leads to, empty if TLS was started."""
    try:
        hear(protocol, *parts, name=name)
    except NetworkError as error:
        return str(error.code), str(error)
    return "", ""
