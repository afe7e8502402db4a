"""Writes the settings file: whole at first, later one setting at a time."""

from __future__ import annotations

import contextlib
import os
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.errors import UsageError
from domaincheck.files.lock import alone_in
from domaincheck.files.whole import read_text, replacing
from domaincheck.settings import key_of, parse
from domaincheck.settings.editing import UNSET, edited, value_at
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.settings import Key


def create(path: Path, text: str, *, replace: bool = False) -> None:
    """Write the settings file *path* with *text*; raise UsageError if there is one already, unless *replace*."""
    with _alone_with(path):
        if (_is_there(path) or path.is_symlink()) and not replace:
            raise UsageError(f"{clean(str(path))} is there already: --force puts a new one in its place")
        _write(path, text)


def set_value(path: Path, name: str, value: Any) -> Any:
    """Set *name*, as in ``check.jobs``, to *value* in the settings file *path*, which is made if there is none.

    *value* is what the file may hold, or a text that means it. Returns what the setting is then. Raises UsageError, and
    changes nothing, when there is no such setting, when it can't have that value, or when the file can't be used as it
    is, or not be written.
    """
    key = key_of(name)
    plain, found = _plain(key, value)
    with _alone_with(path):
        _edit(path, _text(path) or "", key.path, plain)
    return found


def unset_value(path: Path, name: str) -> bool:
    """Take *name* out of the settings file *path*; return whether it was there. Raises as :func:`set_value` does.

    What is no setting can be taken out too, so that a file with a mistyped one can be put right.
    """
    if _text(path) is None:
        key_of(name)
        return False
    with _alone_with(path):
        text = _text(path) or ""
        standing = [each for each in _ways_to(name) if not isinstance(value_at(text, each), dict)]
        found = next((each for each in standing if value_at(text, each) is not UNSET), None)
        if found is None:
            key_of(name)
            parse(path, text)
            return False
        _edit(path, text, found, UNSET)
        return True


# --- what is meant ---------------------------------------------------------------------------------------------------


def _plain(key: Key, value: Any) -> tuple[Any, Any]:
    """Return *value* as TOML has it, and what it is to the setting of *key*."""
    if isinstance(value, str):
        _check_text(key, value)
    for meant in _meanings(value):
        try:
            found = key.setting.read(meant)
        except ValueError:
            continue
        if isinstance(found, tuple):
            return (meant if found == (meant,) else list(found)), found
        if isinstance(found, float) and found.is_integer():
            return int(found), found
        return (meant if isinstance(found, Path | date) else found), found  # a path with its ~, a day without an hour
    raise UsageError(f"{clean(key.name)} must be {key.setting.read.wanted}")


def _check_text(key: Key, value: str) -> None:
    if not value:
        raise UsageError(f"{clean(key.name)} must be something: --unset takes it out of the file")
    try:
        value.encode()
    except UnicodeEncodeError:  # bytes of the command line that are no UTF-8
        raise UsageError(f"{clean(key.name)} must be text in UTF-8") from None


def _meanings(value: Any) -> Iterator[Any]:
    """Yield what *value* may mean: a text also what it is to TOML, which is how a list, a date or quotes are known."""
    import tomllib

    if isinstance(value, str):
        with contextlib.suppress(ValueError, RecursionError):
            document = tomllib.loads(f"it = {value}")
            if len(document) == 1 and isinstance(document["it"], str | list | date):
                yield document["it"]
    yield value


def _ways_to(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the paths that *name* may be for in a document, whether or not there is such a setting."""
    section, _, key = name.partition(".")
    domain, _, last = key.rpartition(".")
    yield from ((name,), (section, key), (section, domain.strip("\"'"), last))


# --- the file --------------------------------------------------------------------------------------------------------


def _edit(path: Path, text: str, parts: tuple[str, ...], value: Any) -> None:
    """Write to *path* its *text* with *value* at *parts*, unless something else is wrong in it."""
    if not _is_wrong(text, parts):
        parse(path, text)  # raises for what is wrong, by file and line
    changed = edited(text, parts, value)
    if changed is None:
        name = clean(".".join(parts))
        raise UsageError(f"{clean(str(path))} is laid out in a way that cannot be changed here: correct {name} by hand")
    if changed != text:
        _write(path, changed)


def _is_wrong(text: str, parts: tuple[str, ...]) -> bool:
    """Return whether what stands at *parts* is no setting, or none that it can be: to change that mends the file."""
    present = value_at(text, parts)
    try:
        if present is not UNSET:
            key_of(".".join(parts)).setting.read.in_file(present)
    except (UsageError, ValueError):
        return True
    return False


def _text(path: Path) -> str | None:
    return read_text(path) if _is_there(path) else None


def _is_there(path: Path) -> bool:
    """Return whether there is a file at *path*; raise UsageError for what is something else, and never a file."""
    with _told(path):
        if not path.exists():
            return False
        mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        what = "directory" if stat.S_ISDIR(mode) else "pipe or a device"
        raise UsageError(f"{clean(str(path))} is a {what}, and no settings file")
    return True


def _write(path: Path, text: str) -> None:
    is_new = not _is_there(path)
    if not is_new and not os.access(path, os.W_OK):  # a rename would not mind
        raise UsageError(f"{clean(str(path))} is protected against writing")
    with _told(path):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))  # a key may come to stand in it
    try:
        with replacing(path) as stream:
            stream.write(text)
    except BaseException:
        if is_new:
            path.resolve().unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Keep other processes that change *path* waiting during the block; make its folder if there is none."""
    with _told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        with _told(path):
            stack.enter_context(alone_in(path.parent))
        yield


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        leads = f", which leads to {clean(os.path.realpath(path))}," if os.path.islink(path) else ""  # noqa: PTH114 - never raises
        reason = "its folder is a file" if isinstance(error, FileExistsError) else error.strerror
        raise UsageError(f"{clean(str(path))}{leads} cannot be written: {reason}") from error
