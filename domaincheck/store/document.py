"""Reads the TOML text of a store, which people edit: what is wrong with it is named with file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from domaincheck.addresses import normalised
from domaincheck.errors import StateError, UsageError
from domaincheck.model import Standing, Subscription
from domaincheck.store.base import additions, keyed, threshold_of
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.store.base import Key, Parse

VERSION = 1
_TABLES = "subscription"
_KEYS = ("email", "targets", "threshold", *reversed(Standing))
"""What a table may hold; of several standings the one that stands first here is meant."""

_HEADER = re.compile(rf"\s*\[\[\s*{_TABLES}\s*\]\]")


def read(text: str, origin: str, parse: Parse) -> dict[Key, Subscription]:
    """Return the subscriptions in *text* by key, as if those that are there twice had been added in turn.

    Raises UsageError, with *origin* and, where it can be told, the line, for what can't be used; StateError when the
    text is from a newer version of domaincheck.
    """
    import tomllib

    places = _Places(clean(origin), text.split("\n"))
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{places.origin} is no TOML: {clean(str(error))}") from error
    _check_version(content.get("version"), places)
    _check_keys(content, ("version", _TABLES), None, places)
    tables = content.get(_TABLES, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{places.of(None, _TABLES)}: subscriptions are tables, each under a line [[{_TABLES}]]")
    return additions(_all(tables, places, parse), lambda _: None)


def _check_version(version: Any, places: _Places) -> None:
    if version is None:
        raise UsageError(f"{places.origin} holds no subscriptions: it has no line 'version = {VERSION}' at its start")
    if type(version) is not int or version < 1:
        raise UsageError(f"{places.of(None, 'version')}: the version must be {VERSION}")
    if version > VERSION:
        raise StateError(f"{places.origin} is of a newer version of domaincheck; it is left alone")


def _check_keys(content: dict[str, Any], known: tuple[str, ...], table: int | None, places: _Places) -> None:
    for key in content:
        if key not in known:
            place = places.of(table, key)
            raise UsageError(f"{place}: there is no key '{clean(key, 80)}' here, but {', '.join(known)}")


def _all(tables: list[dict[str, Any]], places: _Places, parse: Parse) -> Iterator[tuple[Key, Subscription]]:
    for number, table in enumerate(tables):
        _check_keys(table, _KEYS, number, places)
        email = _email(table, number, places)
        threshold = _threshold(table, number, places)
        standing, since = _standing(table, number, places)
        for target in _targets(table, number, places):
            try:
                yield keyed(Subscription(email, target, threshold, standing, since), parse)
            except UsageError as error:
                raise UsageError(f"{places.of(number, target)}: {error}") from error


def _email(table: dict[str, Any], number: int, places: _Places) -> str:
    email = table.get("email")
    if not isinstance(email, str):
        raise UsageError(f'{places.of(number, "email")}: a subscription needs its email, as in "you@example.com"')
    try:
        return normalised(email)
    except UsageError as error:
        raise UsageError(f"{places.of(number, 'email')}: {error}") from error


def _targets(table: dict[str, Any], number: int, places: _Places) -> list[str]:
    targets = table.get("targets")
    if not isinstance(targets, list) or not targets or not all(isinstance(target, str) for target in targets):
        raise UsageError(f'{places.of(number, "targets")}: targets must be a list of texts, as in ["example.com"]')
    return targets


def _threshold(table: dict[str, Any], number: int, places: _Places) -> str | None:
    try:
        return threshold_of(str(table["threshold"])) if "threshold" in table else None
    except UsageError as error:
        raise UsageError(f"{places.of(number, 'threshold')}: {error}") from error


def _standing(table: dict[str, Any], number: int, places: _Places) -> tuple[Standing, datetime | None]:
    """Return what the table says of mail to its address, and since when that is so."""
    found: tuple[Standing, datetime | None] = (Standing.PENDING, None)
    for standing in Standing:  # the later ones weigh more
        value = table.get(standing)
        if value is True:
            found = (standing, None)
        elif value not in (None, False):
            try:
                found = (standing, _moment(value))
            except (ValueError, OverflowError):
                wanted = "a date without quotes, as in 2027-03-01, or true"
                raise UsageError(f"{places.of(number, standing)}: {standing} must be {wanted}") from None
    return found


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ValueError


@dataclass(frozen=True, slots=True)
class _Places:
    """Finds the lines of a text; tomllib keeps none."""

    origin: str
    lines: list[str]

    def of(self, table: int | None, word: str) -> str:
        """Return *origin* and the line on which *word*, a key or a value, stands in the *table* of that number.

        Without it, that of the table's start; ``None`` as a table stands for what is before the first one.
        """
        starts = [number for number, line in enumerate(self.lines) if _HEADER.match(line)]
        starts = [0, *starts, len(self.lines)]
        place = 0 if table is None else table + 1
        if place + 1 >= len(starts):  # written in a way in which tables can't be told apart by line
            return self.origin
        within = range(starts[place], starts[place + 1])
        pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        fallback = None if table is None else starts[place]
        line = next((each for each in within if pattern.search(self.lines[each].partition("#")[0])), fallback)
        return self.origin if line is None else f"{self.origin}, line {line + 1}"
