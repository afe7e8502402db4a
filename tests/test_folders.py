"""Where our files are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import UsageError
from domaincheck.files.folders import expanded, settings_folder, state_folder, usual_folder

if TYPE_CHECKING:
    from collections.abc import Callable


def test_systemd_names_the_folders() -> None:
    """Of several the first is taken."""
    assert settings_folder({"CONFIGURATION_DIRECTORY": "/etc/one:/etc/two"}) == Path("/etc/one")
    assert state_folder({"STATE_DIRECTORY": "/var/lib/one:/var/lib/two"}) == Path("/var/lib/one")


def test_the_platform_says_so_otherwise() -> None:
    """On Linux that is under ~/.config and ~/.local/state; in any case they are folders of our own."""
    assert settings_folder({}).name == "domaincheck"
    assert state_folder({}).name == "domaincheck"


def _homeless(_: str) -> Path:
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize("ask", [_homeless, lambda name: Path("~/.config", name)], ids=["raises", "leaves a tilde"])
def test_somebody_without_a_home_is_told_what_to_set(ask: Callable[[str], Path]) -> None:
    """As a number without a name in a container is; no folder called ``~`` is ever made."""
    with pytest.raises(UsageError, match="set HOME"):
        usual_folder(ask)


def test_a_tilde_of_somebody_unknown_stays() -> None:
    """As shells have it; the file is not found then, and its name is told as it was written."""
    assert expanded(Path("~nobody-of-that-name/a.toml")) == Path("~nobody-of-that-name/a.toml")
    assert expanded(Path("~/a.toml")) == Path.home() / "a.toml"
