"""How things are written: text from elsewhere so that it is safe, numbers, times and lists so that all do it alike."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LIMIT = 400
"""Characters kept of one foreign text; a subject or an error message has no need of more."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return *text* on one line, without anything a terminal, a mail header or a log could act upon.

    Spaces of every kind, tabs and newlines become plain spaces. Whatever else has no shape of its own becomes U+FFFD,
    so that the reader sees that something was there: control characters (terminal escapes), format characters
    (bidirectional overrides), lone surrogates, private and unassigned code points. What is longer than *limit*
    characters ends in an ellipsis.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else _stand_in(c) for c in text)


def _stand_in(character: str) -> str:
    is_space = character in "\t\n\r" or unicodedata.category(character) == "Zs"
    return " " if is_space else "\N{REPLACEMENT CHARACTER}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return *number* and *noun*, which takes an s, or becomes *plural*, unless there is one of it."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """Return the first *most* of *names* with commas between them, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def timestamp(moment: datetime) -> str:
    """Return *moment*, which is in UTC, by RFC 3339 in whole seconds, rounded down."""
    return moment.isoformat()[:19] + "Z"


def minute(moment: datetime) -> str:
    """Return *moment*, which is in UTC, for people: ``2027-03-01 06:05 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def endpoint(host: str, port: int) -> str:
    """Return *host*, a name or an IP address, and *port* as they stand in addresses (RFC 3986 §3.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
