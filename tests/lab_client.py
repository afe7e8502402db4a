"""Plain clients of the standard library, to see the lab from outside."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domaincheck.lab.tls import TlsServer

if TYPE_CHECKING:
    from domaincheck.lab.authority import Authority, Credential

NOW = datetime.now(UTC)
HOST = "www.example.com"


def trusting(authority: Authority) -> ssl.SSLContext:
    """Return a client's context that trusts *authority* alone, and is as strict as Python 3.13 everywhere."""
    context = ssl.create_default_context(cadata=authority.pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def greet(port: int, context: ssl.SSLContext, name: str = HOST) -> ssl.SSLObject:
    """Shake hands and return what is known of the connection, closed by now; give up a flood after 1 MiB.

    In memory: under some floods a socket's own ``do_handshake`` does not return, whatever its timeout.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        for _ in range(64):
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                data = sock.recv(65536)
                if data:
                    incoming.write(data)
                else:
                    incoming.write_eof()
            else:
                sock.sendall(outgoing.read())
                return tls
    raise TimeoutError("flooded")


def verdict(credential: Credential, authority: Authority, name: str = HOST) -> int:
    """Return OpenSSL's verification error number for *credential*, 0 for none."""
    with TlsServer(credential) as server:
        try:
            greet(server.port, trusting(authority), name)
        except ssl.SSLCertVerificationError as error:
            return error.verify_code
        return 0


def say(port: int, data: bytes = b"", *, most: int = 1 << 20) -> bytes:
    """Send *data* and return what comes back until the server closes or *most* bytes are there."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(data)
        answer = b""
        while len(answer) < most and (more := sock.recv(65536)):
            answer += more
        return answer
