"""Where subscriptions are kept: one protocol, and a module for each kind of file, chosen by its suffix."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.files.folders import expanded, usual_folder
from domaincheck.store.base import PATIENCE, Store
from domaincheck.store.sqlite import SqliteStore
from domaincheck.store.toml import TomlStore
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domaincheck.store.base import Parse

__all__ = ["PATIENCE", "Store", "open_store", "store_file"]

FILE_NAME = "subscriptions.db"


def store_file(environment: Mapping[str, str], named: Path | None, settled: Path | None) -> Path:
    """Return the file of the subscriptions: *named* on the command line, else by the environment, else *settled*.

    Without any of these it is in systemd's STATE_DIRECTORY or in the platform's usual folder for data.
    """
    variable = environment.get("DOMAINCHECK_STORE")
    if path := named or (Path(variable) if variable else settled):
        return expanded(path)
    if folder := environment.get("STATE_DIRECTORY"):
        return Path(folder.split(":")[0]) / FILE_NAME
    import platformdirs

    return usual_folder(platformdirs.user_data_path) / FILE_NAME


def open_store(path: Path, parse: Parse, patience: float = PATIENCE) -> Store:
    """Return the store in the file at *path*; neither it nor its folder is touched before they are needed.

    *parse* reads targets; *patience* is the number of seconds to wait for other processes that write. Raises UsageError
    when the suffix tells of no kind of store. A symbolic link is followed now, so that all who use the file lock it by
    the same name.
    """
    path, suffix = Path(os.path.realpath(path)), path.suffix.lower()
    if suffix == ".db":
        return SqliteStore(path, parse, patience)
    if suffix == ".toml":
        return TomlStore(path, parse, patience)
    raise UsageError(f"{clean(str(path))} can't hold subscriptions: its name must end in .db (SQLite) or .toml")
