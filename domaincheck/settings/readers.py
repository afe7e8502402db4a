"""How a value is read, whether it stands in the file or, as a text, in the environment or on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from domaincheck.files.folders import expanded
from domaincheck.threshold import WANTED, Threshold

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """Turns a value of the file, or a text that means it, into the setting's.

    *wanted* says in words what it takes; *choices* are all there is to choose from, where that is little. *convert* may
    raise ValueError, TypeError or OverflowError for what cannot be used. What is *bare* has no quotes in the file.
    """

    wanted: str
    convert: Callable[[Any], T]
    choices: tuple[str, ...] = ()
    bare: bool = False

    def in_file(self, value: Any) -> T:
        """Return what *value* means in the file, where a text is no number and no switch; else as by a call."""
        if self.bare and isinstance(value, str):
            raise ValueError(self.wanted)
        return self(value)

    def __call__(self, value: Any) -> T:
        """Return what *value* means; ValueError, for what cannot be used, says what is wanted."""
        try:
            return self.convert(value)
        except (ValueError, TypeError, OverflowError):
            raise ValueError(self.wanted) from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError
    return value


def _address(value: Any) -> str:
    address = _text(value).strip()
    if not (address.isprintable() and re.fullmatch(_WEB_ADDRESS, address, re.IGNORECASE)):
        raise ValueError
    return address.rstrip("/")


_WEB_ADDRESS = r"https?://[\w\[][^\s\\/?#@]*(/[^\s\\?#@]*)?"


def _visible_address(value: Any) -> str:
    if not re.fullmatch(_HTTP_ADDRESS, _text(value)):
        raise ValueError
    return str(value)


_HTTP_ADDRESS = r"https?://[!-.0-~][!-~]*"  # visible ASCII, and something before the first slash


def _host(value: Any) -> str:
    if not re.fullmatch(_HOST, _text(value)):
        raise ValueError
    return str(value)


_HOST = r"([^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"


def _path(value: Any) -> Path:
    return expanded(Path(_text(value)))


def _switch(value: Any) -> bool:
    found = _SWITCHES[value.strip().lower()] if isinstance(value, str) and value.strip().lower() in _SWITCHES else value
    if not isinstance(found, bool):
        raise TypeError
    return found


_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _whole(value: Any) -> int:
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError
    return number


def _days(value: Any) -> tuple[int, ...]:
    items = _items(value) if isinstance(value, str) else value
    if not isinstance(items, list):
        raise TypeError
    days = {_whole(item) for item in items}
    if days and min(days) < 0:
        raise ValueError
    return tuple(sorted(days, reverse=True))


def _items(text: str) -> list[str]:
    """Return what stands between the commas of *text*, which may be in brackets, as in the file, and empty then."""
    inner = re.fullmatch(r"\s*\[(.*)\]\s*", text, re.DOTALL)
    return text.split(",") if inner is None else [each for each in inner[1].split(",") if each.strip()]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value if isinstance(value, list) and value else [value]))


def _names(value: Any) -> tuple[str, ...]:
    return _texts(re.findall(r"[^\s,]+", value) if isinstance(value, str) else value)


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        raise TypeError
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


text = Reader("a text in quotes", _text)
texts = Reader("a text in quotes, or a list of them", _texts)
names = Reader('a list of names, as in ["a.example.net", "b.example.net"]', _names)
path = Reader("a path in quotes", _path)
switch = Reader("true or false", _switch, ("true", "false"), bare=True)
moment = Reader("a date without quotes, as in 2027-03-01", _moment)
days = Reader("a list of days, as in [30, 14, 7, 3, 1, 0]", _days, bare=True)
threshold = Reader(WANTED, lambda value: str(Threshold.parse(str(value))))  # "True" is none either
http_address = Reader("an address, as in https://rdap.example.net/", _visible_address)
host = Reader("a host, as in whois.example.net or whois.example.net:4343", _host)
web_address = Reader("an address without a password, as in https://us.i.posthog.com", _address)


def whole(least: int, most: int | None = None) -> Reader[int]:
    """Return the reader of a whole number of at least *least* and at most *most*."""

    def convert(value: Any) -> int:
        found = _whole(value)
        if not least <= found <= (found if most is None else most):
            raise ValueError
        return found

    return Reader(f"a whole number from {least} " + ("on" if most is None else f"to {most}"), convert, bare=True)


def number(what: str, least: float, most: float) -> Reader[float]:
    """Return the reader of a number from *least* to *most*, which *what* names, as in ``a number of seconds``."""

    def convert(value: Any) -> float:
        found = float(value)
        if isinstance(value, bool) or not least <= found <= most:
            raise ValueError
        return found

    return Reader(f"{what} from {least:g} to {most:g}", convert, bare=True)


def choice(*choices: str) -> Reader[str]:
    """Return the reader of one of *choices*."""

    def convert(value: Any) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return Reader("one of " + ", ".join(f'"{each}"' for each in choices), convert, choices)


seconds = number("a number of seconds", 0.01, 86_400)
"""Reads how long a network operation may take."""
