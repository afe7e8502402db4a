"""Where our files are: settings in one folder, state in another. Every command asks, so this loads next to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def settings_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the settings file: systemd's CONFIGURATION_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("CONFIGURATION_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return usual_folder(platformdirs.user_config_path)


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of what is remembered: systemd's STATE_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return usual_folder(platformdirs.user_state_path)


def usual_folder(ask: Callable[[str], Path]) -> Path:
    """Return our folder where the platform has it by *ask*, a function of platformdirs.

    Raises UsageError where nobody knows a home to put it in, as for a number without a name in a container.
    """
    try:
        folder = ask("domaincheck")
    except RuntimeError:
        folder = Path("~")
    if folder.parts[:1] == ("~",):  # what older releases of platformdirs return then
        raise UsageError("this user has no home folder: set HOME to one, as an absolute path")
    return folder


def expanded(path: Path) -> Path:
    """Return *path* with a ``~`` at its beginning replaced; as it is where nobody has that name, as shells do."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path
