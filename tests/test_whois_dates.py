"""Dates are read in the notations registries use; what can be read in two ways is not read."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.probes.whois import registries
from domaincheck.probes.whois.dates import Notation, Reading, UnreadableDateError, read

DAY_FIRST = Notation(day_first=True)
DAY = datetime(2030, 1, 31, tzinfo=UTC)
DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2199, 12, 31))


def value(text: str, notation: Notation = DAY_FIRST) -> datetime:
    """Read *text* as a registry that writes the day first would, unless it is said otherwise."""
    return read(text, notation).value


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-31",
        "2030/01/31",
        "2030.01.31",
        "2030. 01. 31.",
        "20300131",
        "20300131 #24302",
        "31.1.2030",
        "31/01/2030",
        "31-01-2030",
        "31-Jan-2030",
        "31-JAN-2030.",
        "31 January 2030",
        "31st January 2030",
        "31st January, 2030",
        "Jan 31 2030",
        "January  31, 2030",
        "Thu Jan 31 2030",
        "2030-Jan-31.",
        "31 de enero de 2030",
        "31 janvier 2030",
        "31. Januar 2030",
        "31-jan-30",
        "31/01/2030 (dd/mm/yyyy)",
        "0-UANIC 20300131000000",
        "hostmaster AT example.org 20300131 (Changed)",
    ],
)
def test_a_day_is_midnight_utc(text: str) -> None:
    """A date without a time of day is midnight UTC, in whichever notation it is written."""
    assert value(text) == DAY


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2030-01-31T12:34:56Z", 12),
        ("2030-01-31T12:34:56.789Z", 12),
        ("2030-01-31T12:34:56.0Z", 12),
        ("2030-01-31 12:34:56 UTC", 12),
        ("2030-01-31T12:34:56-0700", 19),
        ("2030-01-31 12:34:56+02", 10),
        ("2030-01-31 12:34:56 +02:00", 10),
        ("2030/01/31 12:34:56 (JST)", 3),
        ("2030-01-31 12:34:56 (UTC+8)", 4),
        ("2030-01-31 12:34:56 (GMT+0:00)", 12),
        ("20300131123456", 12),
        ("31.01.2030 12:34:56", 12),
        ("31/01/2030 12:34:56 EEST", 9),
        ("31-Jan-2030 12:34:56 GMT", 12),
        ("Thu Jan 31 12:34:56 2030", 12),
        ("Thu Jan 31 12:34:56 GMT 2030", 12),
        ("Jan 31 12:34:56 PDT 2030", 19),
        ("31st January 2030 at 12:34:56.000", 12),
        ("2030-01-31 00:34:56 PM", 12),
    ],
)
def test_a_moment_is_moved_to_utc(text: str, hour: int) -> None:
    """A time of day counts with the zone that stands behind it, or as UTC."""
    assert value(text) == datetime(2030, 1, 31, hour, 34, 56, tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_registrys() -> None:
    """Where the registry's zone is known, a bare time of day is meant in it."""
    at_home = Notation(zone=timezone(timedelta(hours=2)))
    assert value("2030-01-31 12:00:00", at_home) == datetime(2030, 1, 31, 10, tzinfo=UTC)


def test_a_bare_midnight_is_a_date() -> None:
    """Midnight in no named zone says no more than the date, so it is not moved."""
    assert value("2030-01-31 00:00:00", Notation(zone=timezone(timedelta(hours=8)))) == DAY


def test_midnight_in_a_named_zone_is_a_moment() -> None:
    """Midnight in a zone that is named lies on the day before in UTC where that zone is ahead."""
    assert value("31 Jan 2030 00:00 EAT") == datetime(2030, 1, 30, 21, tzinfo=UTC)


def test_an_unknown_zone_leaves_the_day_and_a_fault() -> None:
    """With a zone nobody knows the day is kept, its hour is not, and a sentence says so."""
    reading = read("2030-01-31 12:34:56 XQZ", DAY_FIRST)
    assert reading.value == DAY
    assert reading.fault is not None
    assert "time zone" in reading.fault


def test_a_zone_can_be_the_registrys_own() -> None:
    """CST is six hours behind UTC in Chicago and eight ahead of it in China."""
    chinese = Notation(offsets={"CST": 8.0})
    assert value("2030-01-31 12:00:00 CST", chinese) == datetime(2030, 1, 31, 4, tzinfo=UTC)


@pytest.mark.parametrize("text", ["03/04/2030", "3-4-2030"])
def test_the_order_of_day_and_month_is_the_registrys(text: str) -> None:
    """The same numbers are the third of April in one place and the fourth of March in another."""
    assert value(text, Notation(day_first=True)).date() == date(2030, 4, 3)
    assert value(text, Notation(day_first=False)).date() == date(2030, 3, 4)


def test_a_number_above_twelve_shows_the_order() -> None:
    """Thirty-one is no month."""
    assert value("01/31/2030", Notation()) == DAY


def test_years_of_the_buddhist_era() -> None:
    """2573 of the Buddhist era is 2030, for a registry that counts so."""
    assert value("31 Jan 2573", Notation(buddhist=True)) == DAY


def test_the_end_of_the_day_is_the_next_midnight() -> None:
    """ISO 8601 knows 24:00."""
    assert value("2030-01-30 24:00:00 UTC") == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jan 2030",
        "2030",
        "2030-01",
        "before 31 January 2030",
        "9999-12-31",
        "0000-00-00",
        "2030-02-30",
        "2030-13-01",
        "31-Foo-2030",
        "01/02/03",
        "never",
        "2030-01-31 25:00:00",
        "2030-01-31 12:99:00",
    ],
)
def test_is_refused(text: str) -> None:
    """What is incomplete, impossible or open is an error, never a guess."""
    with pytest.raises(UnreadableDateError):
        read(text, DAY_FIRST)


def test_an_open_order_is_refused() -> None:
    """Where nothing tells the day from the month, the date is not read."""
    with pytest.raises(UnreadableDateError, match="which number is the month"):
        read("03/04/2030", Notation())


@settings(deadline=None)
@given(
    DAYS,
    st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%b-%Y", "%b %d %Y"]),
)
def test_days_survive_the_way_through_text(day: date, notation: str) -> None:
    """Every day written in a notation is read as that day."""
    assert value(day.strftime(notation)).date() == day


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2199, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001 - made aware below
def test_moments_survive_the_way_through_text(naive: datetime, hours: int) -> None:
    """Every moment written with its offset is read as that moment."""
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert value(moment.isoformat()) == moment


@settings(deadline=None)
@given(st.text(alphabet="0123456789-/.: TZJanuary+()", max_size=100) | st.text())
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    """Whatever is given, the answer is a reading in UTC or the one error."""
    try:
        reading = read(text, DAY_FIRST)
    except UnreadableDateError:
        return
    assert isinstance(reading, Reading)
    assert reading.value.tzinfo is UTC


def test_the_tables_of_registries_hold_together() -> None:
    """Every zone named exists, and no TLD writes both the day and the month first."""
    assert set(registries.ZONES.values()) <= zoneinfo.available_timezones()
    assert not registries.DAY_FIRST & registries.MONTH_FIRST
