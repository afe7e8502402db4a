"""IRC and XMPP: the protocols of conversations among people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.probes.starttls.talk import Talk

# --- IRC -----------------------------------------------------------------------------------------------------------

_MESSAGE = re.compile(rb"(?:@[^ ]+ +)?(?P<prefix>:[^ ]+ +)?(?P<command>[A-Za-z]+|[0-9]{3})(?: +(?P<rest>.*))?")
_GO_AHEAD = b"670"
_FIRST_ERROR = b"400"


def irc(talk: Talk) -> None:
    """Start TLS in IRC, by the tls extension of IRCv3: before anything else, and after no greeting.

    Servers meanwhile tell whom they look up, in a NOTICE each, and some want a PING answered. Messages are those of
    RFC 2812 §2.3.1; a numeric reply always has a prefix (§2.4).
    """
    talk.say(b"STARTTLS\r\n")
    while True:
        line = talk.line()
        message = _MESSAGE.fullmatch(line)
        if message is None or (message["command"].isdigit() and not message["prefix"]):
            raise talk.unexpected(line)
        command, rest = message["command"].upper(), message["rest"] or b""
        if command == _GO_AHEAD:
            return
        if command == b"PING":
            talk.say(b"PONG " + rest + b"\r\n")
        elif command == b"ERROR" or (command.isdigit() and command >= _FIRST_ERROR):
            raise talk.refused(rest.partition(b":")[2] or rest)


# --- XMPP ----------------------------------------------------------------------------------------------------------

_TAG = re.compile(rb"(?P<close>/?)(?:[^\s:/>]*:)?(?P<name>[^\s/>]*)[^>]*?(?P<empty>/?)>", re.DOTALL)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;"})
_STREAM = (
    "<?xml version='1.0'?><stream:stream to='{to}' version='1.0' xmlns='{namespace}'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
_REQUEST = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def xmpp(talk: Talk) -> None:
    """Start TLS in XMPP as a client, by RFC 6120 §5.4."""
    _negotiate(talk, "jabber:client")


def xmpp_server(talk: Talk) -> None:
    """Start TLS in XMPP as another server would; before TLS it need not say which one it is (RFC 6120 §4.7.1)."""
    _negotiate(talk, "jabber:server")


def _negotiate(talk: Talk, namespace: str) -> None:
    opening = _STREAM.format(to=_host(talk.name).translate(_ESCAPES), namespace=namespace)
    talk.say(opening.encode("utf-8", "replace"))
    tags = _tags(talk)
    if not _offers(talk, tags):
        raise talk.not_offered()
    talk.say(_REQUEST)
    answer = next(tags)
    if answer.name != "proceed" or answer.closes:
        raise talk.refused(next(tags).name if answer.name == "error" else "")
    if not answer.empty:
        next(tags)  # <proceed …></proceed> is the same in XML


def _host(name: str) -> str:
    """Return *name* as XMPP writes it: international names in Unicode (RFC 7622 §3.2)."""
    try:
        return ".".join(
            label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
            for label in name.split(".")
        )
    except UnicodeError:
        return name


class _Tag(NamedTuple):
    """A start tag, one that *closes* an element, or one of an *empty* element; *name* is without its prefix."""

    name: str
    closes: bool
    empty: bool


def _tags(talk: Talk) -> Iterator[_Tag]:
    """Yield the tags of the server's stream, for as long as it goes on.

    An XML parser would be more than is needed, and could be made to swell by entities that are defined by one another.
    A stream has neither entities of its own nor comments (RFC 6120 §11.1), and an attribute may hold a ``>`` but no
    ``<``: so a tag begins at the last ``<`` before a ``>``. What is left of such an attribute is taken for text.
    """
    first = talk.take(1)
    while first.isspace():
        first = talk.take(1)
    if first != b"<":
        raise talk.unexpected(first + talk.rest())
    text = first + talk.until(b">")
    while True:
        if (tag := _TAG.fullmatch(text.rpartition(b"<")[2])) and b"<" in text:
            yield _Tag(tag["name"].decode("ascii", "replace"), bool(tag["close"]), bool(tag["empty"]))
        text = talk.until(b">")


def _offers(talk: Talk, tags: Iterator[_Tag]) -> bool:
    """Return whether the features of the stream, which end with their element, name TLS."""
    offered = False
    for tag in tags:
        if tag.name == "error":
            raise talk.turned_away(next(tags).name)
        if tag.name == "stream" and tag.closes:
            raise talk.turned_away()
        if tag.name == "features" and (tag.closes or tag.empty):
            break
        offered |= tag.name == "starttls"
    return offered
