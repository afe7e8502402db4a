"""The settings file as ``config init`` writes it: everything there is, and nothing that holds yet."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from domaincheck.settings.table import DOMAIN_TABLE, SECTIONS, TABLE
from domaincheck.settings.toml import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.settings.table import Setting

WIDTH = 100

_HEAD = """
The settings of domaincheck. domaincheck.toml(5) tells more of them, 'domaincheck config show' which are in force.

A line that begins with # and no space is a setting. It holds when its # is taken away, or by 'domaincheck config set'.
Most say what goes without saying, the default; the others are examples.
"""

DOMAIN = "example.de"


def template() -> str:
    """Return the text of a settings file that has every setting, commented out."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield "#\n".join(map(_comment, _HEAD.strip().split("\n\n")))
    section = ""
    for setting in TABLE:
        if setting.section != section:
            section = setting.section
            yield f"\n{_comment(SECTIONS[section])}[{section}]\n"
        yield _setting(setting)
    section = DOMAIN_TABLE[0].section
    yield f'\n{_comment(SECTIONS[section])}#[{section}."{DOMAIN}"]\n'
    yield from map(_setting, DOMAIN_TABLE)


def _setting(setting: Setting) -> str:
    has_default = setting.default is not None
    value = as_toml(setting.default) if has_default else setting.example
    wanted = f"{sentence(setting.read.wanted)} {'Default' if has_default else 'Example'}:"
    return f"\n{_comment(setting.help)}{_comment(wanted)}#{setting.key} = {value}\n"


def sentence(words: str) -> str:
    """Return *words* with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}."


def _comment(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False) + "\n"
