"""Makes text that came from elsewhere safe to keep, to print and to mail."""

from __future__ import annotations

import unicodedata

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
