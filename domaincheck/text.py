"""Makes text that came from elsewhere safe to keep, to print and to mail."""

from __future__ import annotations

import unicodedata

LIMIT = 400
"""Characters kept of one foreign text; a subject or an error message has no need of more."""

_UNSAFE = frozenset(
    [
        "Cc",  # control characters: terminal escapes, newlines that forge a line or a header
        "Cf",  # format characters: bidirectional overrides, zero-width joiners
        "Cs",  # lone surrogates, which cannot be encoded
        "Zl",
        "Zp",
    ]
)


def clean(text: str, limit: int = LIMIT) -> str:
    """Return *text* on one line, without anything a terminal, a mail header or a log could act upon.

    Each unsafe character becomes U+FFFD, so that the reader sees that something was there; tabs and newlines
    become spaces. What is longer than *limit* characters ends in an ellipsis.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    text = "".join(" " if c in "\t\n\r" else c for c in text)
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _UNSAFE else c for c in text)
