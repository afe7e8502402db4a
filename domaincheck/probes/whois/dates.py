"""Reads one date in any of the notations registries use, and refuses what can be read in two ways.

Every pattern is tried at the start of a value of at most 80 characters, and none nests a repetition in a repetition,
so that the work per value is bounded.
"""

from __future__ import annotations

# ruff: noqa: RUF001 - Turkish has an i without a dot
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

_LENGTH = 80  # characters of a value that are looked at
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # 9999 and 0000 stand for never and nothing
_BUDDHIST_FROM = 2400
_BUDDHIST_ERA = 543
_PIVOT = 80  # two-digit years: 80 to 99 belong to the last century, as the first domains are of 1985

_MONTH_NAMES = (
    "jan january januar januari janvier enero janeiro gennaio ocak января tammikuu",
    "feb february februar februari fevrier février febrero fevereiro febbraio şubat февраля helmikuu",
    "mar march märz maerz maart mars marzo março marco mart марта maaliskuu",
    "apr april avril abril aprile nisan апреля huhtikuu",
    "may mai mei mayo maio maggio mayıs мая toukokuu",
    "jun june juni juin junio junho giugno haziran июня kesäkuu",
    "jul july juli juillet julio julho luglio temmuz июля heinäkuu",
    "aug august augustus aout août agosto ağustos августа elokuu",
    "sep sept september septembre septiembre setembro settembre eylül сентября syyskuu",
    "oct okt october oktober octobre octubre outubro ottobre ekim октября lokakuu",
    "nov november novembre noviembre novembro kasım ноября marraskuu",
    "dec dez dic december dezember décembre decembre diciembre dezembro dicembre aralık декабря joulukuu",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_OFFSETS = {  # hours east of UTC; names that mean two things are left to the registry's own table
    "Z": 0.0, "UTC": 0.0, "GMT": 0.0, "UT": 0.0, "WET": 0.0, "WEST": 1.0, "CET": 1.0, "CEST": 2.0, "MET": 1.0,
    "EET": 2.0, "EEST": 3.0, "MSK": 3.0, "MSD": 4.0, "TRT": 3.0, "WAT": 1.0, "CAT": 2.0, "EAT": 3.0, "SAST": 2.0,
    "IRST": 3.5, "PKT": 5.0, "UZT": 5.0, "WIB": 7.0, "ICT": 7.0, "HKT": 8.0, "SGT": 8.0, "MYT": 8.0, "PHT": 8.0,
    "AWST": 8.0,
    "ACST": 9.5, "JST": 9.0, "KST": 9.0, "AEST": 10.0, "AEDT": 11.0, "NCT": 11.0, "NZST": 12.0, "NZDT": 13.0,
    "EST": -5.0, "EDT": -4.0, "CDT": -5.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0, "BRT": -3.0, "ART": -3.0,
    "CLT": -4.0, "CLST": -3.0, "BRST": -2.0,
    "UYT": -3.0, "VET": -4.0, "AST": -4.0,
}  # fmt: skip

_MARK = r"(?P<mark>[-/.])\s?"
_NAME = r"(?P<name>[^\W\d]{3,12})\.?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_ANY_YEAR = r"(?P<year>\d{4}|\d\d)(?!\d)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}}){_MARK}(?P<month>\d{{1,2}})(?P=mark)\s?(?P<day>\d{{1,2}})(?!\d)\.?",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d))?(?!\d)",
        rf"(?P<one>\d{{1,2}}){_MARK}(?P<two>\d{{1,2}})(?P=mark){_ANY_YEAR}",
        rf"(?P<year>\d{{4}})[-/. ]{_NAME}[-/. ]{_DAY}\.?",
        rf"{_DAY}\.?[-/., ]\s?(?:of |de )?{_NAME}[-/., ]\s?(?:de )?{_ANY_YEAR}",
        rf"{_NAME}\s+{_DAY}\s+{_CLOCK}\s+(?:(?P<zone>[a-z]{{1,5}}|[-+]\d{{4}})\s+)?{_YEAR}",
        rf"{_NAME}[- ]\s{{0,3}}{_DAY}[-, ]\s{{0,2}}{_YEAR}\.?",
    )
)
_TIME = re.compile(
    r"(?:T|,?\s+(?:at\s+)?|:)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?:\s?(?P<half>[ap]m)\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]?\s+", re.IGNORECASE)
_HANDLE = re.compile(r"(?=[^\s\d]|0-)\S{3,40}\s(?:AT \S{3,40}\s)?(?=(?:\d{8}|\d{14})\b)")  # .ua: 0-UANIC 20300131
_OFFSET = re.compile(r"(?:\(?(?:UTC|GMT))?\s?([+-])(\d{1,2}):?(\d\d)?(?!\d)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\(?([A-Za-z]{1,5})\b")


class UnreadableDateError(ValueError):
    """A date is written in no known notation, or can be read in two ways; the text says which."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How one registry writes dates.

    *day_first* tells 3/4 from 4/3, ``None`` where that is not known; *zone* is meant where a time names none;
    *offsets* are names of zones peculiar to the registry, in hours; *buddhist* allows years counted by that era,
    *short_years* ``31/01/30``, the year last; *midnight_is_date* takes midnight for no time of day even where a zone
    stands behind it.
    """

    day_first: bool | None = None
    zone: tzinfo = UTC
    offsets: Mapping[str, float] | None = None
    buddhist: bool = False
    short_years: bool = False
    midnight_is_date: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A date in UTC, and a sentence about what of it was left open, if anything was."""

    value: datetime
    fault: str | None = None


def read(text: str, notation: Notation) -> Reading:
    """Read the date at the start of *text*; what follows it is ignored.

    A date without a time of day, or at midnight in no named zone, is midnight UTC. Raises
    :class:`UnreadableDateError`.
    """
    text = text[:_LENGTH].strip().strip("\"'()[]")
    text = _HANDLE.sub("", _WEEKDAY.sub("", text, count=1), count=1)
    for pattern in _PATTERNS:
        if match := pattern.match(text):
            return _build(_parts(match), text, notation)
    raise UnreadableDateError(f"“{text}” is not a date in a known notation")


def _parts(match: re.Match[str]) -> dict[str, str | None]:
    """Return the parts of a date, and those of the time of day behind it unless it stood within."""
    parts = match.groupdict()
    rest = match.string[match.end() :]
    if parts.get("hour"):
        parts.setdefault("zone", rest)
    elif time := _TIME.match(rest):
        parts |= time.groupdict() | {"zone": rest[time.end() :]}
    return parts


def _build(parts: dict[str, str | None], text: str, notation: Notation) -> Reading:
    try:
        day = datetime(_year(parts, text, notation), *_month_and_day(parts, text, notation), tzinfo=UTC)
        return _with_time(day, parts, text, notation)
    except UnreadableDateError:
        raise
    except (ValueError, OverflowError):
        raise UnreadableDateError(f"“{text}” is no day of the calendar") from None


def _year(parts: dict[str, str | None], text: str, notation: Notation) -> int:
    digits = parts["year"] or ""
    year = int(digits)
    if len(digits) == len("30"):
        if parts.get("one") and not notation.short_years:
            raise UnreadableDateError(f"“{text}” does not say which number is the year")
        year += 1900 if year >= _PIVOT else 2000
    if notation.buddhist and year >= _BUDDHIST_FROM:
        year -= _BUDDHIST_ERA
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UnreadableDateError(f"“{text}” has a year that cannot be meant")
    return year


def _month_and_day(parts: dict[str, str | None], text: str, notation: Notation) -> tuple[int, int]:
    if name := parts.get("name"):
        month = _MONTHS.get(name.casefold())
        if month is None:
            raise UnreadableDateError(f"“{text}” names no known month")
        return month, int(parts["day"] or "")
    if parts.get("one"):
        return _ordered(int(parts["one"] or ""), int(parts["two"] or ""), parts["mark"], text, notation)
    return int(parts["month"] or ""), int(parts["day"] or "")


def _ordered(one: int, two: int, mark: str | None, text: str, notation: Notation) -> tuple[int, int]:
    """Return month and day of *one* and *two*; with dots between them the day comes first the world over."""
    months = 12
    day_first = True if mark == "." else notation.day_first
    if one > months or one == two:
        day_first = True
    elif two > months:
        day_first = False
    if day_first is None:
        raise UnreadableDateError(f"“{text}” does not say which number is the month")
    return (two, one) if day_first else (one, two)


def _with_time(day: datetime, parts: dict[str, str | None], text: str, notation: Notation) -> Reading:
    if not parts.get("hour"):
        return Reading(day)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half.casefold() == "pm" else 0)
    zone_text = (parts.get("zone") or "").strip()
    if (hour, minute, second) == (0, 0, 0) and (notation.midnight_is_date or not zone_text):
        return Reading(day)
    moment = (day.replace(minute=minute, second=min(second, 59)) + timedelta(hours=hour)).replace(tzinfo=None)
    if hour > 24:  # noqa: PLR2004 - ISO 8601 knows 24:00 as the end of a day
        raise UnreadableDateError(f"“{text}” is no time of day")
    zone = _zone(zone_text, notation)
    if zone is None:
        return Reading(day, f"the time zone in “{text}” is not known; the day stands without its hour")
    return Reading(moment.replace(tzinfo=zone).astimezone(UTC))


def _zone(text: str, notation: Notation) -> tzinfo | None:
    """Return the zone named at the start of *text*, the registry's own where none is named, ``None`` if unknown."""
    offset = _OFFSET.match(text)
    if offset:
        delta = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-delta if offset[1] == "-" else delta)
    name = _ZONE_NAME.match(text)
    if name is None:
        return notation.zone
    hours = (notation.offsets or {}).get(name[1].upper(), _OFFSETS.get(name[1].upper()))
    return None if hours is None else timezone(timedelta(hours=hours))
