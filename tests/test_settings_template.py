"""The file that ``config init`` writes: it changes nothing, and every line of it may be made to hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from domaincheck.settings import DOMAIN_TABLE, SECTIONS, TABLE, Setting, parse
from domaincheck.settings.template import template


@pytest.mark.parametrize("setting", [*TABLE, *DOMAIN_TABLE], ids=lambda setting: setting.name)
def test_a_setting_has_a_default_or_an_example(setting: Setting) -> None:
    """That its reader takes, and a sentence; its section has one too."""
    assert (setting.default is None) == bool(setting.example)
    assert setting.default is not None or setting.read(tomllib.loads(f"it = {setting.example}")["it"]) is not None
    assert setting.help.endswith(".")
    assert SECTIONS[setting.section].endswith(".")


def test_the_template_changes_nothing() -> None:
    """All in it is commented out."""
    settings = parse(Path("config.toml"), template())
    assert {name: value.value for name, value in settings.values.items()} == {each.name: each.default for each in TABLE}
    assert settings.domains == {}


def test_every_line_of_the_template_may_be_uncommented() -> None:
    """What has a default still is as by default then, and the rest has the value of its example."""
    text = re.sub(r"(?m)^#(?=[\w\[])", "", template())
    settings = parse(Path("config.toml"), text)
    for setting in TABLE:
        example = tomllib.loads(f"it = {setting.example}")["it"] if setting.example else None
        assert settings[setting.name] == (setting.default if example is None else setting.read(example))
    assert {key for keys in settings.domains.values() for key in keys} == {setting.key for setting in DOMAIN_TABLE}


def test_the_template_fits_the_screen() -> None:
    """Whoever opens it in an editor reads it as it is."""
    assert max(map(len, template().splitlines())) <= 100
