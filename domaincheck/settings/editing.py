"""One value changed in the text of a TOML document, and nothing else: comments, order and layout stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

UNSET: Final[Any] = object()
"""Stands for a value where there is none, or is to be none."""

SECTION_AND_KEY = 2


def value_at(text: str, path: tuple[str, ...]) -> Any:
    """Return what stands at *path*, tables and then a key, in the TOML *text*; ``UNSET`` if nothing does."""
    import tomllib

    try:
        found: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        return UNSET
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return UNSET
        found = found[part]
    return found


def edited(text: str, path: tuple[str, ...], value: Any) -> str | None:
    """Return the TOML *text* with *value*, or none for ``UNSET``, at *path*.

    ``None`` if *text* is no TOML, or if that can't be had without another change.
    """
    import tomllib

    try:
        expected = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    if _same(value_at(text, path), value):
        return text
    _put(expected, path, value)
    windows = "\r\n" in text
    lines = text.replace("\r\n", "\n")
    lines += "\n" if lines and not lines.endswith("\n") else ""
    for edit in (_beneath_its_comment, _by_tomlkit):
        changed = edit(lines, path, value)
        if changed is not None and _means(changed, expected):
            return changed.replace("\n", "\r\n") if windows else changed
    return None


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(one == other and isinstance(one, bool) == isinstance(other, bool))


def _means(text: str, expected: Any) -> bool:
    import tomllib

    try:
        return bool(tomllib.loads(text) == expected)
    except (ValueError, RecursionError):
        return False


def _put(document: MutableMapping[str, Any], path: tuple[str, ...], value: Any) -> None:
    *sections, key = path
    for section in sections:
        document = document.setdefault(section, {})
    if value is UNSET:
        del document[key]
    else:
        document[key] = value


def _beneath_its_comment(text: str, path: tuple[str, ...], value: Any) -> str | None:
    """Return *text* with a line beneath the one that has the key commented out; ``None`` without such a line."""
    import tomlkit

    if value is UNSET or len(path) != SECTION_AND_KEY:
        return None
    section, key = map(re.escape, path)
    found = re.search(rf"(?m)^\[{section}\].*\n(?:(?!\[).*\n)*?#\s?{key}\s*=.*\n", text)
    if found is None:
        return None
    return f"{text[: found.end()]}{path[1]} = {tomlkit.item(value).as_string()}\n{text[found.end() :]}"


def _by_tomlkit(text: str, path: tuple[str, ...], value: Any) -> str | None:
    """Return *text* with *value* at *path*: in its section, which is begun at the end where there is none."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document: Any = tomlkit.parse(text)
        if value is not UNSET and path[0] not in document and text.strip():
            document.add(tomlkit.nl())
        _put_in(document, path, value)
        changed = tomlkit.dumps(document)
        return changed if text.endswith("\n\n") else changed.rstrip("\n") + "\n"
    except (TOMLKitError, AttributeError, KeyError, TypeError, ValueError):  # it has many ways to say that it can't
        return None


def _put_in(document: Any, path: tuple[str, ...], value: Any) -> None:
    import tomlkit

    *sections, key = path
    begun = False
    for place, section in enumerate(sections, 1):
        if section not in document:
            begun = True
            document[section] = tomlkit.table(is_super_table=place < len(sections))
        document = document[section]
    if value is UNSET:
        del document[key]
        return
    document[key] = value
    if begun:
        document.add(tomlkit.nl())  # other sections may follow
