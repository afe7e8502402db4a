"""How a target is called in the table: as the user wrote it, and what it means where nobody can read it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.output.grouping import Group
    from domaincheck.output.painter import Painter

_PIECE = re.compile(r"[^./]*[./]?")
_TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}), frozenset({"CJK", "BOPOMOFO"}))
"""Scripts that are written together in one word (UTS 39 §5.1)."""
_LATIN_LOOKS = frozenset("асԁеһіјӏорԛѕԝхуѵοανυκρι")
"""Cyrillic and Greek letters that look like Latin ones (UTS 39 §4)."""


def title(group: Group, painter: Painter) -> str:
    """Return what the first target of *group* is called, and how many more there are."""
    target = painter.foreign(group.shown.target)
    meaning = readable(group.shown.host or "") if painter.unicode and "xn--" in target.lower() else None
    return target + (f" ({painter.foreign(meaning)})" if meaning else "") + painter.foreign(group.others)


def readable(host: str) -> str | None:
    """Return *host* with its A-labels decoded, if each label is valid, of one script, and no look-alike of Latin ones.

    Otherwise what was written stands alone: a Cyrillic letter among Latin ones passes for one of them.
    """
    import idna

    encoded = host.split(".")
    if not any(label.startswith("xn--") for label in encoded):
        return None
    try:
        labels = [idna.ulabel(label) if label.startswith("xn--") else label for label in encoded]
    except UnicodeError:
        return None
    return ".".join(labels) if all(map(_is_plain, labels)) else None


def _is_plain(label: str) -> bool:
    """Return whether *label* is what it looks like; its letters' names tell their script, as in ``GREEK SMALL …``."""
    names = (unicodedata.name(c, "UNKNOWN") for c in label if c.isalpha())
    scripts = {script for name in names for script in name.split(" ", 1)[0].split("-")}
    if len(scripts) > 1:
        return any(scripts <= together for together in _TOGETHER)
    return not (scripts & {"CYRILLIC", "GREEK"} and _LATIN_LOOKS.issuperset(c for c in label if c.isalpha()))


def folded(name: str, width: int, painter: Painter) -> Iterator[str]:
    """Yield *name* in as many lines of *width* columns as it takes, broken after dots and slashes where it can be."""
    for line in painter.wrap(filter(None, _PIECE.findall(name)), width, space=0):
        yield "".join(line)


def runs_right_to_left(text: str) -> bool:
    """Return whether a terminal may reorder *text*, and what stands beside it."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text)
