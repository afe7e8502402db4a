"""TLS through memory buffers: OpenSSL never sees the socket, so our deadline and byte limit rule every step.

A timeout set on an ``ssl`` socket is not the whole story: a peer that keeps sending handshake messages can hold
``do_handshake`` past it, and nothing bounds what it makes OpenSSL keep.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.network.sockets import Connection

HANDSHAKE_LIMIT = 1 << 20
"""Bytes a peer may send before the handshake is done."""


def trust_store(context: ssl.SSLContext, ca_file: Path | None) -> None:
    """Load the roots of *ca_file* into *context*, else the system's, else (where the system has none) certifi's.

    Raises OSError or ssl.SSLError when *ca_file* cannot be used.
    """
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
        return
    context.load_default_certs()
    paths = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and paths.cafile is None and paths.capath is None:
        import certifi  # only where the system ships no roots, as python.org's macOS builds

        context.load_verify_locations(cafile=certifi.where())


class TlsConnection:
    """TLS over *connection*, itself a Connection once :meth:`handshake` has returned.

    *server_name* is sent as SNI unless it is an IP address (RFC 6066 §3). What the peer sent during the handshake
    stands in :attr:`flight`.
    """

    def __init__(self, connection: Connection, context: ssl.SSLContext, server_name: str) -> None:
        self.address = connection.address
        self.deadline = connection.deadline
        self.flight = bytearray()
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.ssl_object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)

    def handshake(self) -> None:
        """Shake hands; raise ssl.SSLError as OpenSSL put it, or NetworkError for what happened below TLS."""
        while True:
            try:
                self.ssl_object.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
            except ssl.SSLError:
                with contextlib.suppress(NetworkError):
                    self._flush()  # the alert that tells the peer why we leave
                raise
            else:
                self._flush()
                return
            self.flight += self._fill()
            if len(self.flight) > HANDSHAKE_LIMIT:
                raise NetworkError(
                    ProblemCode.MALFORMED_RESPONSE,
                    f"the server sent more than {HANDSHAKE_LIMIT >> 20} MiB without completing the handshake",
                )

    def receive(self, size: int = 65536, /) -> bytes:
        """Return at least one and at most *size* bytes; ``b""`` at the end of the stream."""
        while True:
            try:
                return self.ssl_object.read(size)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError as error:
                raise NetworkError(ProblemCode.CONNECTION_RESET, "the TLS stream broke off") from error

    def send(self, data: bytes, /) -> None:
        """Send all of *data*."""
        try:
            self.ssl_object.write(data)  # a memory buffer takes all of it at once
        except ssl.SSLError as error:
            raise NetworkError(ProblemCode.CONNECTION_RESET, "the TLS stream broke off") from error
        self._flush()

    def close(self) -> None:
        """Close the connection below."""
        self._connection.close()

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._connection.send(data)

    def _fill(self) -> bytes:
        data = self._connection.receive()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        return data
