"""LDAP: one extended request and its response, in BER (ITU-T X.690)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.probes.der import OCTET_STRING, SEQUENCE, DerError, children, element

if TYPE_CHECKING:
    from domaincheck.probes.starttls.talk import Talk

_START_TLS = b"1.3.6.1.4.1.1466.20037"
_EXTENDED_REQUEST, _EXTENDED_RESPONSE = 0x77, 0x78  # [APPLICATION 23] and [APPLICATION 24], RFC 4511 §4.12
_REQUEST_NAME = 0x80
_ENUMERATED = 0x0A
_LENGTH_BYTES = _RESULT_BYTES = 4
_RESULTS = {  # RFC 4511 §4.14.2 and appendix A
    1: "operationsError",
    2: "protocolError",
    10: "referral",
    13: "confidentialityRequired",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
}


def _ber(tag: int, contents: bytes) -> bytes:
    return bytes([tag, len(contents)]) + contents


REQUEST = _ber(SEQUENCE, b"\x02\x01\x01" + _ber(_EXTENDED_REQUEST, _ber(_REQUEST_NAME, _START_TLS)))
"""The StartTLS request, as message 1."""


def ldap(talk: Talk) -> None:
    """Start TLS in LDAP, by RFC 4511 §4.14.

    A notice of disconnection (§4.4.1) has the form of a response, and is a refusal too.
    """
    talk.say(REQUEST)
    message = _message(talk)
    try:
        code, words = response(message)
    except DerError as error:
        raise talk.unexpected(message) from error
    if code != 0:
        raise talk.refused(" ".join(filter(None, (_RESULTS.get(code, f"result {code}"), words))))


def _message(talk: Talk) -> bytes:
    """Return one whole message; lengths are always definite in LDAP (RFC 4511 §5.1)."""
    head = talk.take(2)
    if head[0] != SEQUENCE:
        raise talk.unexpected(head + talk.rest())
    length = head[1]
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= _LENGTH_BYTES:
            raise talk.unexpected(head + talk.rest())
        head += talk.take(size)
        length = int.from_bytes(head[2:], "big")
    return head + talk.take(length)


def response(message: bytes) -> tuple[int, str]:
    """Return the result code and the diagnostic text of an extended response; raises DerError if it is none."""
    parts = list(children(message, element(message, 0, len(message))))
    if len(parts) < 2 or parts[1].tag != _EXTENDED_RESPONSE:  # noqa: PLR2004 - the message's number and its operation
        raise DerError("this is no extended response")
    fields = list(children(message, parts[1]))
    if [each.tag for each in fields[:3]] != [_ENUMERATED, OCTET_STRING, OCTET_STRING]:
        raise DerError("this is no LDAP result")
    code, _, text = (message[each.start : each.stop] for each in fields[:3])
    if not 0 < len(code) <= _RESULT_BYTES:
        raise DerError("this is no result code")
    return int.from_bytes(code, "big"), text.decode("utf-8", "replace").strip("\0 ")
