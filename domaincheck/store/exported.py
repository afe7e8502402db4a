"""Reads the JSON that ``subscriptions export`` and ``subscriptions list`` write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domaincheck.addresses import normalised
from domaincheck.errors import UsageError
from domaincheck.model import Standing, Subscription
from domaincheck.store.base import keyed
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection

    from domaincheck.store.base import Parse

VERSION = "1"
_LIST = "subscriptions"
_KEYS = ("email", "target", "standing", "threshold", "since")
"""What is told of a subscription; all but the first two may be missing, or null."""


def read(text: str, origin: str, parse: Parse) -> tuple[list[Subscription], list[str]]:
    """Return the subscriptions in *text*, and a sentence for each one of *origin* that can't be used.

    They go by their number there, from 1. Raises UsageError where *text* is no such document.
    """
    found: list[Subscription] = []
    faults: list[str] = []
    for number, entry in enumerate(_entries(text, origin), 1):
        try:
            found.append(keyed(_subscription(entry), parse)[1])
        except UsageError as error:
            faults.append(f"{origin}, subscription {number}: {error}")
    return found, faults


def _entries(text: str, origin: str) -> list[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{origin}, line {error.lineno} is no JSON: {clean(error.msg)}") from error
    except (ValueError, RecursionError) as error:  # a number of many digits, a list in lists in lists
        raise UsageError(f"{origin} is no JSON: {clean(str(error))}") from error
    entries = document.get(_LIST) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f'{origin} holds no subscriptions: it has no list "{_LIST}", as an export has')
    if document.get("version") != VERSION:
        raise UsageError(f'{origin}: "version" must be "{VERSION}"; another may be that of a newer domaincheck')
    try:
        _check_keys(document, ("version", _LIST))
    except UsageError as error:
        raise UsageError(f"{origin}: {error}") from error
    return entries


def _check_keys(content: Collection[str], known: Collection[str]) -> None:
    for key in content:
        if key not in known:
            raise UsageError(f"there is no key '{clean(key, 80)}' here, but {', '.join(known)}")


def _subscription(entry: Any) -> Subscription:
    if not isinstance(entry, dict):
        raise UsageError('a subscription must be an object with "email" and "target"')
    _check_keys(entry, _KEYS)
    threshold = entry.get("threshold")
    return Subscription(
        normalised(_text(entry, "email", "you@example.com")),
        _text(entry, "target", "example.com"),
        None if threshold is None else str(threshold),
        _standing(entry.get("standing")),
        _moment(entry.get("since")),
    )


def _text(entry: dict[str, Any], key: str, example: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str):
        raise UsageError(f'a subscription needs its {key}, as in "{example}"')
    return value


def _standing(value: Any) -> Standing:
    try:
        return Standing.PENDING if value is None else Standing(value)
    except ValueError:
        raise UsageError(f"standing must be one of {', '.join(Standing)}") from None


def _moment(value: Any) -> datetime | None:
    try:
        moment = None if value is None else datetime.fromisoformat(value)
        return moment and moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise UsageError('since must be a time, as in "2027-03-01T06:05:00Z"') from None
