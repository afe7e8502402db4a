"""Servers of the protocols that start TLS within themselves; each knows its own part of one conversation by heart.

A script is a sequence of steps: what the client has to say, as a pattern, and what the server answers. The first step
waits for nothing where the server greets. After the last answer comes the handshake.
"""

from __future__ import annotations

import asyncio
import re
import struct
from typing import TYPE_CHECKING, Unpack

from domaincheck.lab.loop import LoopbackServer, Peer
from domaincheck.lab.tls import TlsOptions, secured, server_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.lab.authority import Credential

Step = tuple[bytes, bytes]
Script = tuple[Step, ...]


def _ber(tag: int, *contents: bytes) -> bytes:
    data = b"".join(contents)
    return bytes([tag, 0x82]) + struct.pack("!H", len(data)) + data  # a length of two bytes, as Active Directory writes


def ldap_response(code: int, text: bytes = b"") -> bytes:
    """Return an extended response with the result *code*, in BER (RFC 4511 §4.12)."""
    result = _ber(0x78, _ber(0x0A, bytes([code])), _ber(0x04), _ber(0x04, text))
    return _ber(0x30, _ber(0x02, b"\1"), result)


def mysql_packet(payload: bytes, number: int = 0) -> bytes:
    """Return *payload* as a packet of MySQL."""
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


def mysql_greeting(capabilities: int = 0xFFFF, version: bytes = b"11.4.2-MariaDB") -> bytes:
    """Return the packet by which a MySQL server greets; *capabilities* is the lower half of its flags."""
    head = b"\x0a" + version + b"\0" + struct.pack("<I8sBH", 7, b"8 random", 0, capabilities)
    return mysql_packet(head + struct.pack("<BHHB10x13s", 45, 2, 0x81FF, 21, b"12 more here\0"))


def rdp_confirm(negotiation: bytes) -> bytes:
    """Return an X.224 Connection Confirm that carries *negotiation*."""
    confirm = b"\xd0\0\0\x12\x34\0" + negotiation
    return b"\3\0" + struct.pack("!HB", 5 + len(confirm), len(confirm)) + confirm


_EHLO = rb"EHLO [\w.-]+\.invalid\r\n"
_LHLO = rb"LHLO [\w.-]+\.invalid\r\n"
_STREAM = rb"<\?xml version='1\.0'\?><stream:stream [^<>]*>"
_FEATURES = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    b" from='www.example.com' id='7' version='1.0'><stream:features>"
    b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
_XMPP_STEPS = (
    (_STREAM, _FEATURES),
    (rb"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
)

SCRIPTS: dict[str, Script] = {
    "smtp": (
        (b"", b"220-mx.example.com ESMTP\r\n220-we are slow\r\n220 and wordy\r\n"),
        (_EHLO, b"250-mx.example.com\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"),
        (rb"STARTTLS\r\n", b"220 2.0.0 Ready to start TLS\r\n"),
    ),
    "lmtp": (
        (b"", b"220 mx.example.com LMTP\r\n"),
        (_LHLO, b"250-mx.example.com\r\n250 STARTTLS\r\n"),
        (rb"STARTTLS\r\n", b"220 OK\r\n"),
    ),
    "imap": (
        (b"", b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n"),
        (rb"\w+ STARTTLS\r\n", b"* CAPABILITY IMAP4rev1\r\na OK begin\r\n"),
    ),
    "pop3": ((b"", b"+OK ready <7.1@mx.example.com>\r\n"), (rb"STLS\r\n", b"+OK begin\r\n")),
    "sieve": (
        (b"", b'"IMPLEMENTATION" "Lab"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "ready"\r\n'),
        (rb"STARTTLS\r\n", b'OK "begin"\r\n'),
    ),
    "ftp": (
        (b"", b"120 in a minute\r\n220-Welcome\r\n 230 files\r\n220 to the lab\r\n"),
        (rb"AUTH TLS\r\n", b"234 begin\r\n"),
    ),
    "nntp": ((b"", b"201 no posting\r\n"), (rb"STARTTLS\r\n", b"382 begin\r\n")),
    "irc": (
        (b"", b":irc.example.com NOTICE * :*** Looking up your hostname...\r\nPING :1F3A\r\n"),
        (rb"STARTTLS\r\nPONG :1F3A\r\n", b":irc.example.com 670 * :STARTTLS successful, begin\r\n"),
    ),
    "xmpp": _XMPP_STEPS,
    "xmpp-server": _XMPP_STEPS,
    "ldap": ((rb"0\x1d\x02\x01\x01w\x18\x80\x161\.3\.6\.1\.4\.1\.1466\.20037", ldap_response(0)),),
    "postgres": ((rb"\0\0\0\x08\x04\xd2\x16\x2f", b"S"),),
    "mysql": ((b"", mysql_greeting()), (rb"\x20\0\0\x01[\0-\xff]{4}\0\0\0\x01[\0-\xff]\0{23}", b"")),
    "rdp": ((rb"\x03\0\0\x13\x0e\xe0\0{5}\x01\0\x08\0\x03\0\0\0", rdp_confirm(b"\2\x1f\x08\0\2\0\0\0")),),
}
"""How each protocol goes when all is well, with as much as a careless client might stumble over."""


def answering(protocol: str, answer: bytes, step: int = -1) -> Script:
    """Return the script of *protocol* with *answer* at *step*, the last one if none is given."""
    script = list(SCRIPTS[protocol])
    script[step] = (script[step][0], answer)
    return tuple(script)


class StarttlsServer(LoopbackServer):
    """Follows *script*, a protocol's own or one made for the occasion, and then shows *credential* in a handshake.

    A client that does not say word for word what the script expects waits in vain. With a *pace*, answers leave byte by
    byte with so many seconds between them.
    """

    def __init__(
        self,
        credential: Credential,
        script: Sequence[Step] | str,
        *,
        host: str = "127.0.0.1",
        pace: float | None = None,
        **options: Unpack[TlsOptions],
    ) -> None:
        super().__init__(host)
        self._context = server_context(credential, **options)
        self._script = SCRIPTS[script] if isinstance(script, str) else script
        self._pace = pace

    async def serve(self, peer: Peer) -> None:
        """Play the server's part, then shake hands and wait for the client to leave."""
        for expected, answer in self._script:
            await _hear(peer, re.compile(expected))
            await self._say(peer, answer)
        async with secured(peer, self._context) as client:
            await client.drain()

    async def _say(self, peer: Peer, answer: bytes) -> None:
        if self._pace is None:
            await peer.send(answer)
            return
        for byte in answer:
            await peer.send(bytes([byte]))
            await asyncio.sleep(self._pace)


async def _hear(peer: Peer, expected: re.Pattern[bytes]) -> None:
    """Wait until the client has said what is *expected*, and leave what it says next, a handshake perhaps, unread."""
    heard = b""
    while not expected.fullmatch(heard):
        byte = await asyncio.get_running_loop().sock_recv(peer.socket, 1)
        if not byte:
            raise ConnectionError("the client left before its part was said")
        heard += byte
