"""IMAP, POP3 and ManageSieve: the protocols whose replies begin with a word, ``OK`` if all is well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domaincheck.probes.starttls.talk import Talk

_LITERAL = re.compile(rb"\{([0-9]{1,6})\+?\}")
_TAG = b"a"


def imap(talk: Talk) -> None:
    """Start TLS in IMAP, by RFC 9051 §6.2.1.

    A server that greets with PREAUTH takes us for somebody who is logged in already, and then TLS can't be started
    any more (§7.1.4).
    """
    greeting = _line(talk)
    kind = _word(greeting.removeprefix(b"* ")) if greeting.startswith(b"* ") else b""
    if kind == b"BYE":
        raise talk.turned_away(greeting[2:])
    if kind == b"PREAUTH":
        raise talk.refused(greeting[2:])
    if kind != b"OK":
        raise talk.unexpected(greeting)
    talk.say(_TAG + b" STARTTLS\r\n")
    while not (line := _line(talk)).startswith(_TAG + b" "):
        if not line.startswith(b"* "):
            raise talk.unexpected(line)
    if _word(line[2:]) != b"OK":
        raise talk.refused(line[2:])


def pop3(talk: Talk) -> None:
    """Start TLS in POP3, by RFC 2595 §4."""
    greeting = talk.line()
    if _word(greeting) == b"-ERR":
        raise talk.turned_away(greeting)
    if _word(greeting) != b"+OK":
        raise talk.unexpected(greeting)
    talk.say(b"STLS\r\n")
    answer = talk.line()
    if _word(answer) != b"+OK":
        raise talk.refused(answer)


def sieve(talk: Talk) -> None:
    """Start TLS in ManageSieve, by RFC 5804 §2.2; the greeting lists what the server can do, a line each (§1.7)."""
    offered = False
    while (line := _line(talk)).startswith(b'"'):
        offered |= line.upper().startswith(b'"STARTTLS"')
    if _word(line) in (b"NO", b"BYE"):
        raise talk.turned_away(line)
    if _word(line) != b"OK":
        raise talk.unexpected(line)
    if not offered:
        raise talk.not_offered()
    talk.say(b"STARTTLS\r\n")
    answer = _line(talk)
    if _word(answer) != b"OK":
        raise talk.refused(answer)


def _line(talk: Talk) -> bytes:
    """Return a line, with the literals in it, whose lengths stand before them in braces (RFC 9051 §4.3), in quotes."""
    pieces = []
    while literal := _LITERAL.fullmatch(line := talk.line(), line.rfind(b"{")):
        pieces += [line[: literal.start()], b'"', talk.take(int(literal[1])), b'"']
    return b"".join((*pieces, line))


def _word(line: bytes) -> bytes:
    return line.partition(b" ")[0].upper()
