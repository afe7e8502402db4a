"""The calendar: its events as a calendar program reads them, and that they move, and never double, from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from domaincheck.model import ChainLink, Problem, ProblemCode, Result, Severity, Status
from domaincheck.output import FORMATS, Style
from tests.results import domain, invalid, problem, report, result, tls, unreachable, written

END = datetime(2027, 1, 30, tzinfo=UTC)
CHECKED = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


def calendar(*results: Result, at: datetime = CHECKED) -> Any:
    """Return what is read of the calendar of *results*, checked *at* that time."""
    text = "".join(FORMATS["ics"].render(results, lambda: report(checked_at=at), Style()))
    return Calendar.from_ical(text)


def events(*results: Result, at: datetime = CHECKED) -> list[Any]:
    """Return its events."""
    found: list[Any] = calendar(*results, at=at).events
    assert [event.errors for event in found if event.errors] == []
    return found


def of_certificate(*results: Result, at: datetime = CHECKED) -> Any:
    """Return its one event that is about a certificate."""
    [event] = [event for event in events(*results, at=at) if event.categories == ["TLS certificate"]]
    return event


def texts(*results: Result) -> str:
    """Return what the calendar says of itself."""
    return str(calendar(*results)["description"])


def test_a_target_has_an_event_for_each_of_its_parts() -> None:
    """At the instant of the expiry, in UTC; the summary says what ends."""
    certificate, registration = events(result("www.example.com"))
    assert certificate["summary"] == "www.example.com: TLS certificate expires"
    assert (certificate.start, certificate.end) == (END, END + timedelta(minutes=30))
    assert registration["summary"] == "example.com: Domain registration expires"
    assert registration.start == datetime(2027, 9, 19, tzinfo=UTC)


def test_a_calendar_program_is_told_what_it_wants_to_know() -> None:
    """The time is not blocked, the event is settled, the calendar has a name and is fetched again."""
    read = calendar(result())
    assert {(event["status"], event["transp"]) for event in read.events} == {("CONFIRMED", "TRANSPARENT")}
    assert read["x-wr-calname"] == read["name"] == "Certificates and domains"
    assert read["refresh-interval"].dt == timedelta(hours=12)
    assert "method" not in read


def test_targets_behind_one_certificate_share_an_event() -> None:
    """It names them all; their registrations are told apart."""
    other = result("example.net", domain=domain(name="example.net"))
    summaries = [event["summary"] for event in events(result("www.example.com"), result("example.com"), other)]
    assert summaries[0] == "www.example.com and 2 more: TLS certificate expires"
    assert [summary.partition(":")[0] for summary in summaries[1:]] == ["example.com", "example.net"]
    shared = of_certificate(result("www.example.com"), result("example.com"), other)
    assert "Checked as: www.example.com, example.com, example.net\n" in shared["description"]


def test_the_alarm_rings_when_the_warning_begins() -> None:
    """By the window in force, in whole minutes; and no more once the date has passed."""
    short = of_certificate(result(tls=tls(warn_before_days=15.6789)))
    [alarm] = short.walk("VALARM")
    assert alarm["trigger"].dt == -timedelta(days=15, hours=16, minutes=17)
    assert not of_certificate(result(tls=tls(Status.EXPIRED, not_after=CHECKED))).walk("VALARM")


def test_what_has_expired_stays_in_the_calendar() -> None:
    """On its day."""
    past = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert of_certificate(result(tls=tls(Status.EXPIRED, not_after=past, days_left=-22))).start == past


# --- again ---------------------------------------------------------------------------------------------------------


def test_a_renewal_moves_the_event() -> None:
    """Another certificate for the same host is the same event, at another time, and newer by its SEQUENCE."""
    before = of_certificate(result())
    fresh = tls(fingerprint_sha256="cd" * 32, not_after=END + timedelta(days=60), serial="1")
    after = of_certificate(result(tls=fresh), at=CHECKED + timedelta(days=1))
    assert after["uid"] == before["uid"]
    assert after.start == END + timedelta(days=60)
    assert after["sequence"] > before["sequence"]
    assert (after["dtstamp"].dt, after["last-modified"].dt) == (CHECKED + timedelta(days=1),) * 2


def test_the_event_of_many_targets_knows_no_order() -> None:
    """Sorted by urgency or with one more target behind it, a certificate keeps its event."""
    names = ("example.com", "www.example.com", "a.b.example.com")
    uids = {of_certificate(*map(result, order))["uid"] for order in (names, names[::-1], names[:2])}
    assert len(uids) == 1


def test_no_two_events_are_taken_for_one() -> None:
    """Nor are two ports of a host, nor a certificate and a registration of the same name."""
    mail = replace(result("example.com:465", tls=tls(fingerprint_sha256="cd" * 32)), host="example.com", port=465)
    uids = [event["uid"] for event in events(result("example.com"), mail)]
    assert len(set(uids)) == len(uids) == 3


@pytest.mark.parametrize("year", [1970, 2026, 2999])
def test_the_sequence_fits_in_31_bits(year: int) -> None:
    """Calendars refuse more."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    assert 0 <= of_certificate(result(), at=at)["sequence"] < 2**31


# --- which date ----------------------------------------------------------------------------------------------------


def chained(*ends: datetime, **changes: Any) -> Result:
    """Return the result of a certificate under others that end at *ends*."""
    links = [ChainLink("CN=x", "CN=y", end, (end - CHECKED).days, "00" * 32) for end in (END, *ends)]
    return result(tls=tls(chain=tuple(links), **changes))


def test_the_first_of_the_chain_to_end_sets_the_date() -> None:
    """A leaf is worth nothing under an intermediate that has ended; both dates are told."""
    soon = CHECKED + timedelta(days=3)
    event = of_certificate(chained(soon, expires_first="intermediate"))
    assert event.start == soon
    assert "The certificate itself lasts until 2027-01-30T00:00:00Z" in event["description"]


def test_a_stray_certificate_sets_no_date() -> None:
    """What a server sends beside the chain in use may have ended long ago."""
    past, soon = CHECKED - timedelta(days=30), CHECKED + timedelta(days=3)
    assert of_certificate(chained(past)).start == END
    assert of_certificate(chained(past, soon, expires_first="intermediate")).start == soon


def test_an_expired_intermediate_sets_the_date() -> None:
    """When that is what is wrong."""
    past = CHECKED - timedelta(days=3)
    fault = Problem(ProblemCode.CHAIN_EXPIRED, Severity.CRITICAL, "An intermediate has expired.")
    broken = chained(past, status=Status.EXPIRED, expires_first="intermediate", problems=(fault,))
    assert of_certificate(broken).start == past


def test_what_has_no_date_is_named_in_the_description() -> None:
    """With the reason, each once; nothing is left out in silence."""
    secret = domain(Status.UNKNOWN_EXPIRY, name="example.de", expires_at=None, days_left=None)
    bad = (
        result("a.example.de", tls=unreachable(), domain=secret),
        result("example.de", domain=secret),
        invalid("a..b"),
    )
    assert texts(*bad) == (
        "1 event for 3 targets, as of 2026-11-23T06:05:00Z.\n"
        "No date is known for the certificate of a.example.de (unreachable), the registration of example.de "
        "(unknown expiry), a..b (invalid target)."
    )


def test_many_without_a_date_are_counted() -> None:
    """A description stays short."""
    text = texts(*(invalid(f"{number}..b") for number in range(150)))
    assert text.count("..b") == 100
    assert text.endswith(" and 50 more.")


def test_what_never_ends_has_no_event() -> None:
    """RFC 5280 §4.1.2.5 knows a date for that."""
    forever = result(tls=tls(not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), domain=None)
    assert events(forever) == []
    assert "the certificate of www.example.com (never expires)" in texts(forever)


@given(st.dates(max_value=date(9998, 12, 31)), st.times(), st.floats(0, 40_000))
def test_any_other_date_can_be_told(day: date, time: time, window: float) -> None:
    """However far back or ahead, to the second."""
    end = datetime.combine(day, time, UTC)
    event = of_certificate(result(tls=tls(not_after=end, warn_before_days=window)))
    assert event.start == end.replace(microsecond=0)


# --- the text ------------------------------------------------------------------------------------------------------


def test_lines_are_folded_at_75_octets() -> None:
    """And end as RFC 5545 §3.1 has it, whatever the script."""
    text = written("ics", *(result(f"{'漢字' * 20}{number}.example") for number in range(9)))
    lines = text.encode("utf-8").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


@given(st.text(), st.text())
def test_no_text_becomes_a_line_of_its_own(target: str, text: str) -> None:
    """Whatever a target, a certificate or a registrar says, there are two events and what was said stays in them."""
    said = text + "\r\nEND:VEVENT\\n;,:\nATTACH:http://example.com/"
    part = tls(issuer=said, names=(said,), serial=None, problems=(problem(said),))
    found = events(result(target + said, host="example.com", tls=part, domain=domain(registrar=said)))
    assert [event["summary"].rpartition(":")[2] for event in found] == [
        " TLS certificate expires",
        " Domain registration expires",
    ]
    assert not any("attach" in event for event in found)
    assert all(event["description"].count("ATTACH") > 1 for event in found)


def test_a_file_is_known_by_its_path() -> None:
    """A certificate on disk has no host."""
    one, other = (Result(f"file:{n}.pem", None, None, Status.VALID, Severity.OK, tls(), None) for n in "ab")
    assert of_certificate(one)["uid"] != of_certificate(other)["uid"]
    assert of_certificate(one)["summary"].startswith("file:a.pem: ")


def test_a_run_over_nothing_is_an_empty_calendar() -> None:
    """Which a calendar program takes."""
    assert events() == []
    assert texts() == "0 events for 0 targets, as of 2026-11-23T06:05:00Z."
