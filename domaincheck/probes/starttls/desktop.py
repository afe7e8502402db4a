"""RDP: the negotiation that goes before a Windows desktop's TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domaincheck.probes.starttls.talk import Talk

_TLS, _HYBRID = 1, 2  # requestedProtocols: TLS alone, or with a login by CredSSP within it
_TPKT = b"\3\0"
_CONFIRM = 0xD0
_RESPONSE, _FAILURE = 2, 3
_LONGEST = 512
_REASONS = {  # [MS-RDPBCGR] §2.2.1.2.2
    1: "it accepts TLS only",
    2: "it is set not to use TLS",
    3: "it has no certificate",
    4: "the flags of our request do not fit",
    5: "it wants a login by CredSSP",
    6: "it wants a client certificate",
}

REQUEST = (
    _TPKT
    + (19).to_bytes(2, "big")  # the length of all of it
    + b"\x0e\xe0\0\0\0\0\0"  # an X.224 Connection Request
    + b"\1\0\x08\0"  # an RDP Negotiation Request of 8 bytes
    + (_TLS | _HYBRID).to_bytes(4, "little")
)
"""The Connection Request of [MS-RDPBCGR] §2.2.1.1, without a cookie, that asks for TLS of either kind."""


def rdp(talk: Talk) -> None:
    """Start TLS in RDP, by [MS-RDPBCGR] §1.3.1.1: a TPKT (RFC 1006 §6) with an X.224 Connection Confirm comes back."""
    talk.say(REQUEST)
    head = talk.take(4)
    length = int.from_bytes(head[2:], "big")
    if head[:2] != _TPKT or not 11 <= length <= _LONGEST:  # noqa: PLR2004 - a confirmation without anything in it
        raise talk.unexpected(head + talk.rest())
    packet = talk.take(length - len(head))
    if packet[1] & 0xF0 != _CONFIRM:
        raise talk.unexpected(head + packet)
    kind, value = packet[7:8], int.from_bytes(packet[11:15], "little")
    if kind == bytes([_FAILURE]):
        raise talk.refused(_REASONS.get(value, f"reason {value}"))
    if kind != bytes([_RESPONSE]) or not value:
        raise talk.not_offered()
