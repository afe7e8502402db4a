"""Where our files are."""

from __future__ import annotations

from pathlib import Path

from domaincheck.files.folders import settings_folder, state_folder


def test_systemd_names_the_folders() -> None:
    """Of several the first is taken."""
    assert settings_folder({"CONFIGURATION_DIRECTORY": "/etc/one:/etc/two"}) == Path("/etc/one")
    assert state_folder({"STATE_DIRECTORY": "/var/lib/one:/var/lib/two"}) == Path("/var/lib/one")


def test_the_platform_says_so_otherwise() -> None:
    """On Linux that is under ~/.config and ~/.local/state; in any case they are folders of our own."""
    assert settings_folder({}).name == "domaincheck"
    assert state_folder({}).name == "domaincheck"
