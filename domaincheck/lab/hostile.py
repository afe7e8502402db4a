"""Servers that misbehave, each in one way: what a probe meets among ten thousand strangers.

A behaviour is a function of one :class:`~domaincheck.lab.loop.Peer`; :data:`BEHAVIOURS` names them all.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from domaincheck.lab.loop import CHUNK, LoopbackServer, Peer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.lab.authority import Authority, Credential

Behaviour = Callable[[Peer], Awaitable[None]]


class HostileServer(LoopbackServer):
    """Does to every client what *behaviour*, a function or one of the names in :data:`BEHAVIOURS`, says."""

    def __init__(self, behaviour: Behaviour | str, *, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self._behaviour = BEHAVIOURS[behaviour] if isinstance(behaviour, str) else behaviour

    async def serve(self, peer: Peer) -> None:
        """Misbehave."""
        await self._behaviour(peer)


# --- silence and slowness ----------------------------------------------------------------------------------------


async def stall(peer: Peer) -> None:
    """Never say a word."""
    await peer.drain()


def drip(opening: bytes, filler: bytes, interval: float = 1.0) -> Behaviour:
    """Say *opening*, then *filler* byte by byte for ever, one in every *interval* seconds."""

    async def behave(peer: Peer) -> None:
        for byte in opening:
            await peer.send(bytes([byte]))
            await asyncio.sleep(interval)
        while True:
            for byte in filler:
                await peer.send(bytes([byte]))
                await asyncio.sleep(interval)

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Do to the first client what the first of *behaviours* says, and so on; the last is for all who come after."""
    rest = list(behaviours)

    async def behave(peer: Peer) -> None:
        await (rest.pop(0) if len(rest) > 1 else rest[0])(peer)

    return behave


# --- endings -----------------------------------------------------------------------------------------------------


async def reset(peer: Peer) -> None:
    """Reset the connection as soon as it stands."""
    peer.reset()


async def close(peer: Peer) -> None:
    """Close in good order, before anything was said."""
    await peer.finish()


def halfway(context: ssl.SSLContext, share: float, behaviour: Behaviour) -> Behaviour:
    """Answer the client's hello by *context*, send that *share* of the answer, then do as *behaviour* says."""

    async def behave(peer: Peer) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        incoming.write(await peer.receive())
        with contextlib.suppress(ssl.SSLWantReadError):
            context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
        answer = outgoing.read()
        await peer.send(answer[: int(share * len(answer))])
        await behaviour(peer)

    return behave


# --- answers -----------------------------------------------------------------------------------------------------


def after_hello(behaviour: Behaviour) -> Behaviour:
    """Do as *behaviour* says, but only once the client has spoken."""

    async def behave(peer: Peer) -> None:
        await peer.receive()
        await behaviour(peer)

    return behave


def say(data: bytes) -> Behaviour:
    """Say *data* and close."""

    async def behave(peer: Peer) -> None:
        await peer.send(data)
        await peer.finish()

    return behave


def greet(data: bytes) -> Behaviour:
    """Say *data*, as mail and SSH servers do before they are asked, and then only listen."""

    async def behave(peer: Peer) -> None:
        await peer.send(data)
        await peer.drain()

    return behave


def flood(opening: bytes, filler: bytes) -> Behaviour:
    """Say *opening* and then *filler* again and again, as fast as the client reads."""
    block = filler * max(1, CHUNK // len(filler))

    async def behave(peer: Peer) -> None:
        await peer.send(opening)
        while True:
            await peer.send(block)

    return behave


# --- TLS records, RFC 8446 §5.1 ----------------------------------------------------------------------------------


def record(kind: int, content: bytes) -> bytes:
    """Return *content* as one record of the type *kind*: 21 an alert, 22 a part of the handshake."""
    return bytes([kind, 3, 3]) + len(content).to_bytes(2) + content


def alert(description: int, *, fatal: bool = True) -> bytes:
    """Return an alert record; *description* is the number of RFC 8446 §6."""
    return record(21, bytes([2 if fatal else 1, description]))


_HELLO_REQUEST = record(22, bytes(4))  # a TLS 1.2 client takes any number of them without a word
_HUGE_MESSAGE = record(22, b"\x02\xff\xff\xff")  # a ServerHello that claims to be 16 MiB long
_RUBBISH = b"<html><script>alert(1)</script>[bold red]\x1b[31m\r\n" + bytes(range(256)) * 4
_HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rdap+json\r\n"

BEHAVIOURS: dict[str, Behaviour] = {
    "stall": stall,
    "drip": drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", b"\0"),
    "reset": reset,
    "reset_after_hello": after_hello(reset),
    "close": close,
    "close_after_hello": after_hello(close),
    "plain_http": after_hello(say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
    "rubbish": after_hello(say(_RUBBISH)),
    "flood": flood(b"", _RUBBISH),
    "smtp_banner": greet(b"220 mx.example.com ESMTP\r\n"),
    "ssh_banner": greet(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "huge_message": after_hello(flood(_HUGE_MESSAGE, record(22, bytes(16384)))),
    "hello_requests": after_hello(flood(b"", _HELLO_REQUEST)),
    "empty_records": after_hello(flood(b"", record(22, b""))),
    "warning_alerts": after_hello(flood(b"", alert(90, fatal=False))),
    "alert_handshake_failure": after_hello(say(alert(40))),
    "alert_protocol_version": after_hello(say(alert(70))),
    "alert_internal_error": after_hello(say(alert(80))),
    "alert_unrecognized_name": after_hello(say(alert(112))),
    "alert_certificate_required": after_hello(say(alert(116))),
    "http_half": after_hello(say(_HTTP_OK + b'Content-Length: 4000\r\n\r\n{"objectClassName": "dom')),
    "http_endless_head": after_hello(flood(_HTTP_OK, b"X-More: and more\r\n")),
    "http_endless_body": after_hello(flood(_HTTP_OK + b"\r\n{", b'"remarks": "and more", ')),
    "http_drip": after_hello(drip(_HTTP_OK + b"\r\n{", b" ")),
    "whois_half": after_hello(say(b"Domain Name: EXAMPLE.COM\r\nRegistry Expiry Da")),
    "whois_endless": after_hello(flood(b"", b"% and more of it\r\n")),
    "whois_endless_line": after_hello(flood(b"Registrar: ", b"and more ")),
    "whois_drip": after_hello(drip(b"Domain Name: EXAMPLE.COM\r\n", b"% and more of it\r\n")),
}
"""Every misbehaviour by its name; those before ``http_half`` are for clients of TLS, or of anything."""


def heavy_credential(authority: Authority, *names: str, size: int = 200_000) -> Credential:
    """Return a leaf for *names* of about *size* bytes: its subjectAltName lists thousands of other hosts."""
    others = (f"host-{number:06}.example.org" for number in range(size // 25))
    return authority.leaf(*names, *others)


@contextlib.contextmanager
def refused_port(host: str = "127.0.0.1") -> Iterator[int]:
    """Give a port of *host* on which nothing listens: bound, so that nobody else takes it, but refusing."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        yield sock.getsockname()[1]
