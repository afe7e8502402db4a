r"""Words into roff, the language of man pages, by its man(7) macros.

Text is written with three marks, so that it reads well where it is kept: `` `what is typed` `` becomes bold,
``*what stands for something*`` italic, and an option such as --format bold by itself. Nothing else is special: what
roff would act upon (a backslash, a dot or a quote that starts a line) is escaped, and what is not ASCII too.
"""

from __future__ import annotations

import re
import textwrap

WIDTH = 78
"""Columns of the source; what a reader sees is filled anew."""

FILLING = ".nh\n.ad l\n"
"""No word is broken and no line stretched, so that every name and command is found, and copied, as it is."""

_MARKS = re.compile(
    r"`(?P<typed>[^`]+)`|\*(?P<stands_for>[^*]+)\*|(?P<option>(?<![\w%-])--?[A-Za-z0-9][A-Za-z0-9-]*|(?<!\S)-(?!\S))"
)

# groff_char(7): in a plain text these would become typographic signs, which can't be pasted into a shell.
_LITERALLY = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}


def prose(text: str) -> str:
    """Return *text*, one paragraph, with its marks turned into fonts, on as many lines as it takes."""
    return lines(inline(text))


def inline(text: str) -> str:
    """Return *text* with its marks turned into fonts."""
    pieces, end = [], 0
    for match in _MARKS.finditer(text):
        pieces += [plain(text[end : match.start()]), _font(match)]
        end = match.end()
    pieces.append(plain(text[end:]))
    return "".join(pieces)


def _font(match: re.Match[str]) -> str:
    stands_for = match["stands_for"]
    return italic(stands_for) if stands_for else bold(match["typed"] or match["option"])


def plain(text: str) -> str:
    """Return *text* for a sentence: hyphens stay hyphens and apostrophes apostrophes."""
    return _ascii(text.replace("\\", r"\e"))


def literal(text: str) -> str:
    """Return *text* so that it comes out character by character as it was typed."""
    return _ascii("".join(_LITERALLY.get(character, character) for character in text))


def bold(text: str) -> str:
    """Return *text*, which is typed as it stands, in bold."""
    return rf"\fB{literal(text)}\fR"


def italic(text: str) -> str:
    """Return *text*, which stands for something, in italics."""
    return rf"\fI{literal(text)}\fR"


def section(title: str) -> str:
    """Return the heading of a section."""
    return f".SH {literal(title.upper())}\n"


def subsection(title: str) -> str:
    """Return the heading of a part of a section."""
    return f".SS {literal(title)}\n"


def item(tag: str, text: str) -> str:
    """Return a paragraph hanging under *tag*, which is roff already."""
    return f".TP\n{guarded(tag)}\n{prose(text)}"


def example(words: str, text: str) -> str:
    """Return *words* and, set off below them, the lines of *text* to copy."""
    copied = "".join(f"{guarded(literal(line))}\n" for line in text.splitlines())
    # groff's EE lets words be broken again, which FILLING forbids.
    return f".PP\n{prose(words)}.PP\n.RS 4\n.EX\n{copied}.EE\n.nh\n.RE\n"


def guarded(line: str) -> str:
    r"""Return *line* so that roff does not take it for a request: ``\&`` has no width."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def lines(text: str) -> str:
    """Return *text*, which is roff already, on as many lines as it takes."""
    wrapped = textwrap.wrap(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(guarded(line) + "\n" for line in wrapped)


def _ascii(text: str) -> str:
    return "".join(character if character.isascii() else f"\\[u{ord(character):04X}]" for character in text)
