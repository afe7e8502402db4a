"""A TLS server that shakes hands, waits for the client to leave, and does nothing else.

Made to be outnumbered: it answers thousands of handshakes from one thread and adds little to the time OpenSSL takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict, TypeVar, Unpack

from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.loop import CHUNK, LoopbackServer, Peer

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping

    from cryptography import x509

    from domaincheck.lab.hostile import Behaviour

_T = TypeVar("_T")


class Shown(Protocol):
    """What a server shows and proves, in PEM: its chain, leaf first, and the leaf's key."""

    @property
    def chain_pem(self) -> bytes:
        """The chain."""

    @property
    def key_pem(self) -> bytes:
        """The key, unencrypted."""


class TlsOptions(TypedDict, total=False):
    """How a TLS server behaves.

    *sni* maps server names to the credentials shown for them; a name that is not among them gets the default one, or
    with *strict_sni* the alert unrecognized_name. *minimum* and *maximum* bound the protocol version (TLS 1.2 and the
    newest). With *client_ca* the client must show a certificate of that authority, with *client_optional* it may.
    *ciphers* are those of TLS 1.2 and before, as OpenSSL writes lists of them; *dh_bits* lets ephemeral keys be agreed
    upon in a group of 1024 or 2048 bits.
    """

    sni: Mapping[str, Shown]
    strict_sni: bool
    minimum: ssl.TLSVersion
    maximum: ssl.TLSVersion
    client_ca: x509.Certificate
    client_optional: bool
    ciphers: str
    dh_bits: int


_GROUPS = {
    1024: """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
""",  # RFC 2409 §6.2
    2048: """-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA///////////JD9qiIWjCNMTGYouA3BzRKQJOCIpnzHQCC76mOxOb
IlFKCHmONATd75UZs806QxswKwpt8l8UN0/hNW1tUcJF5IW1dmJefsb0TELppjft
awv/XLb0Brft7jhr+1qJn6WunyQRfEsf5kkoZlHs5Fs9wgB8uKFjvwWY2kg2HFXT
mmkWP6j9JM9fg2VdI9yjrZYcYvNWIIVSu57VKQdwlpZtZww1Tkq8mATxdGwIyhgh
fDKQXkYuNs474553LBgOhgObJ4Oi7Aeij7XFXfBvTFLJ3ivL9pVYFxg5lUl86pVq
5RXSJhiY+gUQFXKOWoqsqmj//////////wIBAg==
-----END DH PARAMETERS-----
""",  # RFC 3526 §3
}


class TlsServer(LoopbackServer):
    """Shows *credential* to whoever shakes hands, and closes when the client does.

    *delay* is the number of seconds that pass before the server answers at all, as on a long line; it holds nobody
    else up. Connections are driven by callbacks: as tasks they would cost a fifth more of the server's time.
    """

    def __init__(
        self, credential: Shown, *, host: str = "127.0.0.1", delay: float = 0.0, **options: Unpack[TlsOptions]
    ) -> None:
        super().__init__(host)
        self._context = server_context(credential, **options)
        self._delay = delay
        self._visits: set[ssl.SSLSocket] = set()

    def welcome(self, sock: socket.socket) -> None:
        """Begin TLS over *sock*, after the delay."""
        visit = _wrapped(sock, self._context)
        self._visits.add(visit)
        loop = asyncio.get_running_loop()
        if self._delay:
            loop.call_later(self._delay, self._listen, visit)
        else:
            self._listen(visit)

    def farewell(self) -> None:
        """Close every connection that a client still holds."""
        for visit in tuple(self._visits):
            self._end(visit)

    def _listen(self, visit: ssl.SSLSocket) -> None:
        if visit in self._visits:
            asyncio.get_running_loop().add_reader(visit, self._shake_hands, visit)

    def _shake_hands(self, visit: ssl.SSLSocket) -> None:
        """Go as far in the handshake as what has arrived allows; what does not go smoothly becomes a task."""
        try:
            visit.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLWantWriteError:
            self._hand_over(visit, _attend(TlsPeer(visit)))
        except ssl.SSLError:
            self._hand_over(visit, TlsPeer(visit).finish())
        except OSError:
            self._end(visit)
        else:
            asyncio.get_running_loop().add_reader(visit, self._hear, visit)

    def _hear(self, visit: ssl.SSLSocket) -> None:
        """Drop what the client says, and leave when it does."""
        try:
            if not visit.recv(CHUNK):
                self._end(visit)
        except ssl.SSLWantReadError:
            pass
        except OSError:
            self._end(visit)

    def _end(self, visit: ssl.SSLSocket) -> None:
        asyncio.get_running_loop().remove_reader(visit)
        self._visits.discard(visit)
        visit.close()

    def _hand_over(self, visit: ssl.SSLSocket, work: Coroutine[None, None, None]) -> None:
        asyncio.get_running_loop().remove_reader(visit)
        self._visits.discard(visit)
        self.spawn(visit, work)


def server_context(credential: Shown, **options: Unpack[TlsOptions]) -> ssl.SSLContext:
    """Return the server's side of TLS for *credential*; all keys and hashes are allowed, weak ones too."""
    context = _bare_context(credential, options)
    others = {name: _bare_context(other, options) for name, other in options.get("sni", {}).items()}
    strict = options.get("strict_sni", False)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if name in others:
            connection.context = others[name]
        elif strict:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None

    context.sni_callback = choose
    return context


def _bare_context(credential: Shown, options: TlsOptions) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"{options.get('ciphers', 'DEFAULT')}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1: it is an old server we play
        context.minimum_version = options.get("minimum", ssl.TLSVersion.TLSv1_2)
        context.maximum_version = options.get("maximum", ssl.TLSVersion.MAXIMUM_SUPPORTED)
    if client_ca := options.get("client_ca"):
        context.verify_mode = ssl.CERT_OPTIONAL if options.get("client_optional") else ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_ca.public_bytes(Encoding.DER))
    with tempfile.TemporaryDirectory() as folder:  # OpenSSL reads a chain from a file only
        file = Path(folder, "credential.pem")
        file.touch(mode=0o600)
        file.write_bytes(credential.key_pem + credential.chain_pem)
        context.load_cert_chain(file)
        if bits := options.get("dh_bits"):
            file.write_text(_GROUPS[bits])
            context.load_dh_params(str(file))
    return context


class TlsPeer(Peer):
    """A connection after its handshake; receives and sends what is inside TLS."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        super().__init__(sock)
        self._tls = sock

    async def handshake(self) -> None:
        """Shake hands; after a failure the alert that says why has been sent, and time given to read it."""
        try:
            await self._when_ready(self._tls.do_handshake)
        except ssl.SSLError:
            with contextlib.suppress(OSError):
                await self.finish()
            raise

    async def receive(self) -> bytes:
        """Return what has arrived, waiting for something; empty once the client has closed."""
        return await self._when_ready(partial(self._tls.recv, CHUNK))

    async def send(self, data: bytes) -> None:
        """Send all of *data*, at the client's pace."""
        rest = memoryview(data)
        while rest:
            sent = await self._when_ready(partial(self._tls.send, rest))
            rest = rest[sent:]
        await asyncio.sleep(0)

    async def finish(self) -> None:
        """Say that no more will come (close_notify), and give the client time to read."""
        with contextlib.suppress(OSError, ValueError):  # it wants an answer, or there is no TLS yet
            self._tls.unwrap()
        await super().finish()

    async def _when_ready(self, operation: Callable[[], _T]) -> _T:
        """Try *operation* until the socket lets it through."""
        while True:
            try:
                return operation()
            except (ssl.SSLWantReadError, BlockingIOError):
                await self._readiness(self._loop.add_reader, self._loop.remove_reader)
            except ssl.SSLWantWriteError:
                await self._readiness(self._loop.add_writer, self._loop.remove_writer)

    async def _readiness(self, add: Callable[..., object], remove: Callable[[int], object]) -> None:
        ready = asyncio.Event()
        number = self._tls.fileno()
        add(number, ready.set)
        try:
            await ready.wait()
        finally:
            remove(number)


def _wrapped(sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return *sock* with TLS over it, the handshake still to come."""
    sock.getpeername()  # raises if the client has reset; wrap_socket then does too, but leaves a socket behind
    return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)


async def _attend(client: TlsPeer) -> None:
    await client.handshake()
    await client.drain()


def attending(context: ssl.SSLContext) -> Behaviour:
    """Return the behaviour of a good server: shake hands by *context*, and wait for the client to leave."""

    async def behave(peer: Peer) -> None:
        async with secured(peer, context) as client:
            await client.drain()

    return behave


@contextlib.asynccontextmanager
async def secured(peer: Peer, context: ssl.SSLContext) -> AsyncIterator[TlsPeer]:
    """Shake hands with *peer*; the connection it becomes is closed in the end."""
    with _wrapped(peer.socket, context) as sock:
        client = TlsPeer(sock)
        await client.handshake()
        yield client
