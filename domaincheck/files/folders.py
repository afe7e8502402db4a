"""Where our files are: settings in one folder, state in another. Every command asks, so this loads next to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def settings_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the settings file: systemd's CONFIGURATION_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("CONFIGURATION_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return platformdirs.user_config_path("domaincheck")


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of what is remembered: systemd's STATE_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return platformdirs.user_state_path("domaincheck")
