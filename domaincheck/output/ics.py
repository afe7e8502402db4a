"""A calendar of expiries (RFC 5545): an event a certificate, however many targets serve it, and one a registration.

An event starts at the very instant of the expiry, in UTC, so that it stands at the right hour in every time zone; a
whole day would be told a day late west of Greenwich.

A calendar that is imported again shall move its events, not double them. So an event's UID is made of its kind and its
host alone, which outlast a renewal. Some calendars, Google's among them, take a new date for a known UID only if the
SEQUENCE has grown, and none beyond 31 bits; nobody here remembers the last one, so it is the minute of the check. There
is no METHOD, which would ask for an ORGANIZER (RFC 5546 §3.2.1); so DTSTAMP too is the time of the check (RFC 5545
§3.8.7.2).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from domaincheck.output.expiries import CERTIFICATE, REGISTRATION, Expiries, some
from domaincheck.text import counted, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from icalendar import Alarm, Calendar, Component, Event

    from domaincheck.model import Report, Result
    from domaincheck.output import Finish, Style
    from domaincheck.output.expiries import Expiry

_NAME = "Certificates and domains"
_CATEGORIES = {CERTIFICATE: "TLS certificate", REGISTRATION: "Domain registration"}
_LENGTH = timedelta(minutes=30)
"""How long an event lasts, for what lasts no time at all is hardly seen in a calendar."""
_REFRESH = timedelta(hours=12)
"""How often whoever subscribes to the calendar should look for a new one."""
_MINUTE = timedelta(minutes=1)
_END = "END:VCALENDAR\r\n"


def render(results: Iterable[Result], finish: Finish, _style: Style) -> Iterator[str]:
    """Yield the calendar's head, then one event after another, once all results have come."""
    expiries = Expiries()
    for result in results:
        expiries.add(result)
    report = finish()
    yield _text(_calendar(_description(expiries, report), report)).removesuffix(_END)
    for expiry in expiries.found.values():
        yield _text(_event(expiry, report.checked_at))
    yield _END


def _description(expiries: Expiries, report: Report) -> str:
    """Say what the calendar holds, and what it has no date for."""
    events, targets = counted(len(expiries.found), "event"), counted(expiries.count, "target")
    lines = [f"{events} for {targets}, as of {timestamp(report.checked_at)}."]
    if expiries.undated:
        lines.append(f"No date is known for {some(tuple(expiries.undated))}.")
    return "\n".join(lines)


def _calendar(description: str, report: Report) -> Calendar:
    """Return the calendar without its events."""
    from icalendar import Calendar, vDuration, vText

    calendar = Calendar()
    calendar.add("prodid", f"-//domaincheck//domaincheck {report.domaincheck_version}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # RFC 7986 has a name for each of these; Google, Apple and Microsoft read the older one.
    for name, older, value in (("name", "calname", _NAME), ("description", "caldesc", description)):
        calendar.add(name, vText(value))
        calendar.add(f"x-wr-{older}", vText(value))
    calendar.add("refresh-interval", vDuration(_REFRESH), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    return calendar


def _event(expiry: Expiry, now: datetime) -> Event:
    """Return the event of *expiry*, whose alarm rings when the warning begins, unless all is over by *now*."""
    from icalendar import Event

    category = _CATEGORIES[expiry.kind]
    summary = f"{expiry.name}: {category} expires"
    event = Event()
    for name, value in (
        ("uid", _uid(expiry)),
        ("sequence", max(int(now.timestamp() // _MINUTE.total_seconds()), 0)),
        ("dtstamp", now),
        ("last-modified", now),
        ("dtstart", expiry.ends),
        ("dtend", expiry.ends + _LENGTH),
        ("summary", summary),
        ("description", "\n".join([f"Checked as: {some(expiry.targets)}", *expiry.about])),
        ("categories", [category]),
        ("status", "CONFIRMED"),
        ("transp", "TRANSPARENT"),  # it keeps nobody busy
    ):
        event.add(name, value)
    if expiry.ends > now:
        event.add_component(_alarm(timedelta(days=expiry.warn_before_days), summary))
    return event


def _alarm(before: timedelta, words: str) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -(before // _MINUTE) * _MINUTE)
    alarm.add("description", words)
    return alarm


def _uid(expiry: Expiry) -> str:
    """Return what tells an event from all others, whatever its date; a UUID, as RFC 7986 §5.3 wants it."""
    name = expiry.key[1].encode("utf-8", "replace").decode("utf-8")
    return str(uuid5(NAMESPACE_URL, f"domaincheck:{expiry.kind}:{name}"))


def _text(component: Component) -> str:
    return bytes(component.to_ical()).decode("utf-8")
