"""How the findings of ``doctor`` are shown: as lines, on a terminal folded and with their marks in colour."""

from __future__ import annotations

import re
from functools import partial
from typing import IO, TYPE_CHECKING

from domaincheck.cli.health import Check, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from domaincheck.output import Style

_COLORS = {Mark.OK: "green", Mark.WARNING: "yellow", Mark.FAILED: "red"}
_MARGIN = 19
"""Columns before a message: its mark, and what it is about."""
_INDENT = 4
"""Columns before a word that is too long to stand behind those."""

_WORDS = re.compile(r"'[^']+'\S*|\S+")
"""A command between quotation marks counts as one word: it stays on one line, to be copied from there."""


def shown_on(stream: IO[str], environment: Mapping[str, str]) -> Callable[[Check], Iterator[str]]:
    """Return what makes the lines of a check for *stream*."""
    if not stream.isatty():
        return _plain
    from domaincheck.cli.terminal import style_for

    return partial(_folded, style_for(stream, environment))


def _plain(check: Check) -> Iterator[str]:
    yield f"{check.mark:8} {check.name:9} {check.message}"
    yield from (f"{'':{_MARGIN}}{prefix}{text}" for prefix, text in _beneath(check))


def _beneath(check: Check) -> Iterator[tuple[str, str]]:
    """Yield what stands below the message, each with what comes before it."""
    if check.advice:
        yield "-> ", check.advice
    yield from (("   ", line) for line in check.conversation)


def _folded(style: Style, check: Check) -> Iterator[str]:
    """Yield lines of the stream's width. Only a word that is longer than that, as a path may be, is left to run on."""
    from domaincheck.output.painter import Painter

    painter = Painter(style)
    head = f"{painter.paint(check.mark, _COLORS[check.mark], 8)} {check.name:10}"
    for before, start, text in [
        (head, _MARGIN, check.message),
        *((f"{'':{_MARGIN}}{prefix}", _MARGIN + len(prefix), text) for prefix, text in _beneath(check)),
    ]:
        lead = before
        for line in _filled(painter.foreign(text), style.width - start, painter.width):
            length = painter.width(line)
            if lead.strip() and start + length > style.width:  # not even the first word fits beside it
                yield lead.rstrip()
                lead = ""
            indent = start if start + length <= style.width else min(_INDENT, max(0, style.width - length))
            yield (lead or " " * indent) + line
            lead = ""


def _filled(text: str, room: int, width: Callable[[str], int]) -> Iterator[str]:
    """Yield lines of the words of *text* that take up *room* columns at most, or hold one word that takes more."""
    line = ""
    for word in _WORDS.findall(text):
        longer = f"{line} {word}" if line else word
        if line and width(longer) > room:
            yield line
            line = word
        else:
            line = longer
    yield line
