"""The shape of prose.

Texts are laid out as they are read: a blank line parts paragraphs, and a first line with indented ones below it is a
term and what there is to say of it. The marks within them are those of ``roff``.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Block(NamedTuple):
    """A paragraph, or with a *term* what is said of that."""

    text: str
    term: str | None = None


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of *text*."""
    for block in text.strip().split("\n\n"):
        first, _, rest = block.partition("\n")
        yield Block(" ".join(rest.split()), first) if rest.startswith(" ") else Block(" ".join(block.split()))


def examples(text: str) -> Iterator[Block]:
    """Yield the blocks of *text* whose terms are words, and whose texts are lines to copy, blank ones too."""
    for block in re.split(r"\n\n(?=\S)", text.strip()):
        first, _, rest = block.partition("\n")
        yield Block(textwrap.dedent(rest), first)


def terms(meanings: Mapping[str, str]) -> str:
    """Return the layout of terms and what there is to say of each."""
    return "\n\n".join(f"{term}\n    {meaning}" for term, meaning in meanings.items())


DONE_OR_NOT = """
`0`
    Done.

`3`
    It could not be done, or the command line or a setting cannot be used; standard error says why.

`130`
    Interrupted by Ctrl-C.
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What is told of one command: *sections* by their titles come after its options, *appendix* before *examples*.

    The terms of *examples* are the words before a command, which is copied as it stands. *see_also* are names of pages
    besides those of commands around it, as ``domaincheck.toml(5)``.
    """

    description: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)
    exit_status: str = DONE_OR_NOT
    appendix: Mapping[str, str] = field(default_factory=dict)
    examples: str = ""
    see_also: tuple[str, ...] = ()
