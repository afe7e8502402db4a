"""SMTP, LMTP, FTP and NNTP: the protocols whose every reply begins with three digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from domaincheck.probes.starttls.talk import Talk

OWN_NAME = b"domaincheck.invalid"
"""Who we say we are. Our host's name is nobody's business, and this one is nobody else's (RFC 6761 §6.4).

RFC 5321 §4.1.4 lets a server compare the name with our address, and forbids it to refuse mail because they differ.
"""

_STATUS = re.compile(rb"([1-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_READY, _WAIT = 220, 120
_DONE = 250


class Reply(NamedTuple):
    """One reply: its *code*, and its *lines* without it."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def words(self) -> bytes:
        """The whole reply on one line."""
        return b" ".join((b"%d" % self.code, *self.lines))


def reply(talk: Talk) -> Reply:
    """Return the next reply.

    One of several lines has a hyphen after the code of its first and ends with the line that has a space there instead.
    SMTP repeats code and hyphen on each line (RFC 5321 §4.2.1), in FTP those between may say anything (RFC 959 §4.2).
    """
    first = talk.line()
    status = _STATUS.fullmatch(first)
    if status is None:
        raise talk.unexpected(first)
    code, separator, text = status.groups(b"")
    lines = [text]
    more = separator == b"-"
    while more:
        line = talk.line()
        more = line[:3] != code or line[3:4] == b"-"
        lines.append(line[4:] if line[:3] == code else line)
    return Reply(int(code), tuple(lines))


def smtp(talk: Talk) -> None:
    """Start TLS in SMTP, by RFC 3207; the greeting may take several lines and, by way of a test, several seconds."""
    _mail(talk, b"EHLO")


def lmtp(talk: Talk) -> None:
    """Start TLS in LMTP, which is SMTP but for the name of its hello (RFC 2033 §4.1)."""
    _mail(talk, b"LHLO")


def _mail(talk: Talk, hello: bytes) -> None:
    greeting = reply(talk)
    if greeting.code != _READY:
        raise talk.turned_away(greeting.words)
    talk.say(hello + b" " + OWN_NAME + b"\r\n")
    answer = reply(talk)
    if answer.code != _DONE:
        raise talk.refused(answer.words)
    if b"STARTTLS" not in {line.strip().upper() for line in answer.lines[1:]}:
        raise talk.not_offered()
    _ask(talk, b"STARTTLS\r\n", _READY)


def ftp(talk: Talk) -> None:
    """Start TLS in FTP, by RFC 4217 §4; a server may ask for patience before it greets (120, RFC 959 §5.4)."""
    greeting = reply(talk)
    while greeting.code == _WAIT:
        greeting = reply(talk)
    if greeting.code != _READY:
        raise talk.turned_away(greeting.words)
    _ask(talk, b"AUTH TLS\r\n", 234)


def nntp(talk: Talk) -> None:
    """Start TLS in NNTP, by RFC 4642 §2.2; the greeting also tells whether we might post (RFC 3977 §5.1)."""
    greeting = reply(talk)
    if greeting.code not in (200, 201):
        raise talk.turned_away(greeting.words)
    _ask(talk, b"STARTTLS\r\n", 382)


def _ask(talk: Talk, command: bytes, go_ahead: int) -> None:
    talk.say(command)
    answer = reply(talk)
    if answer.code != go_ahead:
        raise talk.refused(answer.words)
