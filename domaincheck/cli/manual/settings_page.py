"""The man page of the settings file, domaincheck.toml(5), from the table of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual import pages, roff
from domaincheck.cli.manual.prose.config import FILE
from domaincheck.settings import DOMAIN_TABLE, SECTIONS, TABLE
from domaincheck.settings.template import sentence
from domaincheck.settings.toml import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.settings import Setting

NAME = "domaincheck.toml"


def render() -> tuple[str, str]:
    """Return the name of the page's file and its text."""
    return f"{NAME}.5", "".join(_page())


def _page() -> Iterator[str]:
    yield pages.head(NAME, 5, "Settings of domaincheck.")
    yield roff.section("Synopsis") + roff.prose("*~/.config/domaincheck/config.toml*")
    yield roff.section("Description") + pages.blocks(FILE.description)
    yield roff.section("Settings")
    for section, about in SECTIONS.items():
        settings = [setting for setting in (*TABLE, *DOMAIN_TABLE) if setting.section == section]
        title = f"[{section}]" if settings[0] in TABLE else f'[{section}."DOMAIN"]'
        yield roff.subsection(title) + roff.prose(about) + "".join(map(_setting, settings))
    yield pages.sections(FILE.appendix)
    yield pages.examples(FILE.examples)
    yield pages.see_also(FILE.see_also)


def _setting(setting: Setting) -> str:
    value = f"Example: `{setting.example}`." if setting.default is None else f"Default: `{as_toml(setting.default)}`."
    return roff.item(roff.bold(setting.key), f"{setting.help} {sentence(setting.read.wanted)} {value}")
