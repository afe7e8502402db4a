"""What the outbox of telemetry keeps, in which order, for whom and for how long, and what becomes of it in trouble."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.outbox import LARGEST_EVENT, MOST_EVENTS, Outbox
from domaincheck.telemetry.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 24, 6, 5, 0, 123456, UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
OURS, THEIRS = "fingerprint of ours", "fingerprint of theirs"


def envelope(name: str, **properties: object) -> Envelope:
    """Return an event with *name* as its uuid."""
    return Envelope(name, "command_run", "anonymous", NOW, properties)


def dropped(count: int) -> Envelope:
    """Return the event that tells of *count* dropped ones."""
    return envelope("dropped", count=count)._replace(event="telemetry_dropped")


def uuids(outbox: Outbox, destination: str = OURS) -> list[str]:
    """Return the uuids of what is pending, in its order."""
    return [each.uuid for each in outbox.pending(destination)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where an outbox may be made, in a folder that is not there yet."""
    return tmp_path / "state" / "telemetry.db"


@contextlib.contextmanager
def opened(path: Path, said: list[str] | None = None) -> Iterator[Outbox]:
    """Give the outbox at *path*, which tells its troubles to *said*, and close it."""
    outbox = Outbox(path, (said if said is not None else []).append)
    try:
        yield outbox
    finally:
        outbox.close()


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    """Give an outbox that does not exist yet."""
    said: list[str] = []
    with opened(path, said) as outbox:
        yield outbox
    assert said == []


# --- what is kept --------------------------------------------------------------------------------------------------


def test_an_event_comes_back_as_it_was_added(outbox: Outbox, path: Path) -> None:
    """With its own uuid and its own time to the microsecond, in a later process too."""
    event = Envelope(
        "0190-uuid",
        "domain_check",
        "ann@example.com",
        NOW - 3 * DAY,
        {"domains": ["straße.de", "a\0b"], "domain_count": 2, "threshold_days": None, "success": True, "x": 0.25},
    )
    outbox.add([event], OURS, NOW)
    assert outbox.batch(OURS, 10) == [event]
    with opened(path) as later:
        assert later.batch(OURS, 10) == [event]


def test_what_can_not_be_encoded_is_kept_all_the_same(outbox: Outbox) -> None:
    """A command line may hold bytes that are no text."""
    event = envelope("odd", message="caf\udce9")._replace(distinct_id="\udce9@example.com")
    assert outbox.add([event], OURS, NOW)
    assert outbox.pending(OURS) == [event]


def test_events_come_in_the_order_in_which_they_were_added(outbox: Outbox) -> None:
    """The steps of a funnel stay in order, whatever their uuids and the clocks say."""
    outbox.add([envelope("c"), envelope("a")], OURS, NOW)
    outbox.add([envelope("b")._replace(timestamp=NOW - DAY), envelope("d")], OURS, NOW - HOUR)
    assert uuids(outbox) == ["c", "a", "b", "d"]
    assert [each.uuid for each in outbox.batch(OURS, 3)] == ["c", "a", "b"]


def test_an_event_is_there_until_it_has_arrived(outbox: Outbox) -> None:
    """To be given out is not enough: whoever took it may have been killed."""
    outbox.add([envelope("a"), envelope("b"), envelope("c")], OURS, NOW)
    assert outbox.batch(OURS, 2) == outbox.batch(OURS, 2)
    assert outbox.delivered(["a", "b"])
    assert uuids(outbox) == ["c"]


def test_an_event_that_is_added_twice_is_kept_once(outbox: Outbox) -> None:
    """Its uuid tells."""
    outbox.add([envelope("a"), envelope("b")], OURS, NOW)
    outbox.add([envelope("a"), envelope("c")], OURS, NOW)
    assert uuids(outbox) == ["a", "b", "c"]


def test_another_project_never_gets_these_events(outbox: Outbox) -> None:
    """After a change of key or host the old ones stay, are counted, and leave nothing in the way."""
    outbox.add([envelope("a"), envelope("b")], OURS, NOW)
    outbox.add([envelope("c")], THEIRS, NOW)
    assert uuids(outbox, THEIRS) == ["c"]
    assert [each.uuid for each in outbox.batch(THEIRS, 10)] == ["c"]
    assert outbox.standing(THEIRS, NOW).elsewhere == 2
    assert uuids(outbox, OURS) == ["a", "b"]


def test_nobody_else_may_read_it(outbox: Outbox, path: Path) -> None:
    """The folder is 0700, the files in it are 0600."""
    outbox.add([envelope("a")], OURS, NOW)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


# --- bounds --------------------------------------------------------------------------------------------------------


def test_the_oldest_go_when_there_are_too_many(outbox: Outbox) -> None:
    """They are counted; the bound is one for all destinations together."""
    outbox.add([envelope("old")], THEIRS, NOW)
    outbox.add([envelope(f"{number:05}") for number in range(MOST_EVENTS)], OURS, NOW)
    outbox.add([envelope("x"), envelope("y")], OURS, NOW)
    pending = uuids(outbox)
    assert len(pending) == MOST_EVENTS
    assert (pending[0], pending[-2:]) == ("00002", ["x", "y"])
    assert outbox.standing(OURS, NOW).dropped == 2
    assert outbox.standing(THEIRS, NOW) == Standing(elsewhere=MOST_EVENTS, dropped=1)


def test_an_event_that_is_too_large_is_dropped(outbox: Outbox) -> None:
    """The others that come with it are kept."""
    large = envelope("large", domains=["x" * LARGEST_EVENT])
    assert outbox.add([envelope("a"), large, envelope("b")], OURS, NOW)
    assert uuids(outbox) == ["a", "b"]
    assert outbox.standing(OURS, NOW).dropped == 1


def test_after_fourteen_days_an_event_is_dropped(outbox: Outbox) -> None:
    """Whatever its destination; what is younger stays."""
    outbox.add([envelope("a")], OURS, NOW)
    outbox.add([envelope("b")], THEIRS, NOW)
    for day in range(1, 15):
        outbox.add([envelope(f"day {day}")], OURS, NOW + day * DAY)
    assert uuids(outbox) == ["a", *(f"day {day}" for day in range(1, 15))]
    outbox.add([], OURS, NOW + 14 * DAY + SECOND)
    assert uuids(outbox) == [f"day {day}" for day in range(1, 15)]
    assert outbox.standing(OURS, NOW) == replace(outbox.standing(OURS, NOW), elsewhere=0, dropped=1)
    assert outbox.standing(THEIRS, NOW).dropped == 1


def test_drops_are_told_once(outbox: Outbox) -> None:
    """By one event with their number, behind those that are pending; a drop that comes later is told by another."""
    outbox.add([envelope("a"), envelope("b")], OURS, NOW)
    outbox.report_dropped(OURS, dropped)
    assert uuids(outbox) == ["a", "b"]
    outbox.refused(["a"])
    outbox.refused(["b"])
    outbox.add([envelope("c")], OURS, NOW)
    outbox.report_dropped(OURS, dropped)
    outbox.report_dropped(OURS, dropped)
    assert [(each.uuid, each.properties) for each in outbox.pending(OURS)] == [("c", {}), ("dropped", {"count": 2})]
    outbox.delivered(["c", "dropped"])
    outbox.add([envelope("d", text="x" * LARGEST_EVENT)], OURS, NOW)
    outbox.report_dropped(OURS, dropped)
    assert outbox.pending(OURS) == [dropped(1)]
    assert outbox.standing(OURS, NOW).dropped == 3


def test_drops_of_another_destination_are_not_told(outbox: Outbox) -> None:
    """A new project learns nothing of the old one."""
    outbox.add([envelope("a")], OURS, NOW)
    outbox.refused(["a"])
    outbox.report_dropped(THEIRS, dropped)
    assert outbox.pending(THEIRS) == []


# --- back-off ------------------------------------------------------------------------------------------------------


def test_after_a_failure_delivery_waits(outbox: Outbox) -> None:
    """Commands go on adding, and learn that none is to be started until the wait is over."""
    assert outbox.add([envelope("a")], OURS, NOW)
    outbox.postponed(OURS, NOW, "refused", 30 * SECOND)
    assert not outbox.add([envelope("b")], OURS, NOW + 29 * SECOND)
    assert not outbox.due(OURS, NOW + 29 * SECOND)
    assert outbox.due(OURS, NOW + 30 * SECOND)
    assert outbox.add([envelope("c")], OURS, NOW + 30 * SECOND)
    assert uuids(outbox) == ["a", "b", "c"]


def test_success_ends_the_wait(outbox: Outbox) -> None:
    """As when somebody delivers by hand."""
    outbox.postponed(OURS, NOW, "refused", HOUR)
    outbox.succeeded(OURS, NOW + SECOND)
    assert outbox.due(OURS, NOW + SECOND)
    assert outbox.standing(OURS, NOW + SECOND) == Standing(delivered_at=NOW + SECOND)


def test_a_new_key_is_tried_at_once(outbox: Outbox) -> None:
    """The wait is for the destination that failed."""
    outbox.postponed(OURS, NOW, "401", 6 * HOUR)
    assert outbox.add([envelope("a")], THEIRS, NOW)


def test_nobody_waits_for_longer_than_six_hours(outbox: Outbox) -> None:
    """Whatever a server asks for."""
    outbox.postponed(OURS, NOW, "Retry-After", 1000 * DAY)
    assert outbox.standing(OURS, NOW).next_try == NOW + 6 * HOUR
    assert outbox.due(OURS, NOW + 6 * HOUR)


def test_the_standing_tells_what_goes_on(outbox: Outbox) -> None:
    """What is pending, since when, what failed and why, and when the next try is."""
    assert outbox.standing(OURS, NOW) == Standing()
    outbox.add([envelope("a")._replace(timestamp=NOW - HOUR), envelope("b")], OURS, NOW)
    outbox.add([envelope("c")], THEIRS, NOW)
    outbox.succeeded(OURS, NOW)
    outbox.postponed(OURS, NOW, "refused", 30 * SECOND)
    outbox.postponed(OURS, NOW, "timed\nout\x1b[2J", 60 * SECOND)
    standing = outbox.standing(OURS, NOW)
    assert standing == Standing(
        pending=2,
        oldest=NOW - HOUR,
        elsewhere=1,
        failures=2,
        last_error="timed out\N{REPLACEMENT CHARACTER}[2J",
        next_try=NOW + 60 * SECOND,
        delivered_at=NOW,
    )
    assert outbox.standing(OURS, NOW + 60 * SECOND) == replace(standing, next_try=None)


# --- clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [-50, -1, 1, 50])
def test_a_clock_that_jumps_costs_no_events(outbox: Outbox, years: int) -> None:
    """Neither when it goes wrong nor when it is set right, nor if both happen every day for a week."""
    jump = years * 365 * DAY
    for day in range(7):
        outbox.add([envelope(f"right {day}")], OURS, NOW + day * DAY)
        outbox.add([envelope(f"wrong {day}")._replace(timestamp=NOW + jump)], OURS, NOW + day * DAY + jump)
    assert len(uuids(outbox)) == 14
    assert outbox.standing(OURS, NOW).dropped == 0


def test_a_clock_that_was_ahead_blocks_no_delivery(outbox: Outbox) -> None:
    """A wait that began in the future is none."""
    outbox.add([envelope("a")], OURS, NOW)
    outbox.postponed(OURS, NOW + 365 * DAY, "refused", HOUR)
    assert outbox.due(OURS, NOW)
    assert outbox.add([envelope("b")], OURS, NOW)
    assert outbox.standing(OURS, NOW).next_try is None


# --- for whoever wants to know, and whoever wants none of it -------------------------------------------------------


def test_the_notice_is_shown_once(outbox: Outbox, path: Path) -> None:
    """To this user, ever."""
    assert outbox.first_notice(NOW)
    assert not outbox.first_notice(NOW)
    outbox.empty(NOW)
    with opened(path) as later:
        assert not later.first_notice(NOW + 365 * DAY)


def test_to_look_is_to_leave_no_trace(outbox: Outbox, path: Path) -> None:
    """Who never had telemetry on finds no file of it."""
    assert outbox.standing(OURS, NOW) == Standing()
    assert outbox.pending(OURS) == []
    outbox.reopen()
    assert not path.parent.exists()


def test_who_opts_out_leaves_nothing_behind(outbox: Outbox, path: Path) -> None:
    """All events are gone, those for other destinations too: not only from sight, but from the disk."""
    outbox.add([envelope(f"{number}", who="ann@example.com") for number in range(100)], OURS, NOW)
    outbox.add([envelope("elsewhere", who="ann@example.com")], THEIRS, NOW)
    outbox.postponed(OURS, NOW, "ann@example.com is unknown", HOUR)
    assert b"ann@example.com" in path.read_bytes()
    assert outbox.empty(NOW) == 101
    assert outbox.standing(OURS, NOW) == Standing()
    assert not any(b"ann@example.com" in file.read_bytes() for file in path.parent.iterdir())


def test_who_had_begun_before_an_opt_out_adds_nothing_after_it(outbox: Outbox) -> None:
    """It goes by settings that hold no more; whoever begins later has read the new ones."""
    outbox.add([envelope("early")], OURS, NOW)
    outbox.empty(NOW)
    assert not outbox.add([envelope("under way")], OURS, NOW + HOUR, begun=NOW - SECOND)
    assert outbox.add([envelope("later")], OURS, NOW + HOUR, begun=NOW + SECOND)
    assert uuids(outbox) == ["later"]


def test_an_opt_out_is_taken_back(outbox: Outbox) -> None:
    """At once, for all commands."""
    outbox.empty(NOW)
    outbox.reopen()
    assert outbox.add([envelope("a")], OURS, NOW, begun=NOW - SECOND)


def test_an_opt_out_by_a_clock_that_was_ahead_keeps_nobody_from_adding(outbox: Outbox) -> None:
    """Once the clock is right again; else nothing would be kept for years."""
    outbox.empty(NOW + 3650 * DAY)
    assert outbox.add([envelope("a")], OURS, NOW + HOUR, begun=NOW)


# --- trouble -------------------------------------------------------------------------------------------------------


def test_a_damaged_file_is_set_aside(path: Path) -> None:
    """What is added is kept in a new one; the user can be told."""
    path.parent.mkdir()
    path.write_bytes(b"rubbish" * 1000)
    said: list[str] = []
    with opened(path, said) as outbox:
        assert outbox.add([envelope("a")], OURS, NOW)
        assert uuids(outbox) == ["a"]
    assert path.with_name("telemetry.db.damaged-1").read_bytes() == b"rubbish" * 1000
    assert said == [f"{path} was damaged; it is now telemetry.db.damaged-1, and a new one is begun"]


def test_a_damaged_event_does_not_hold_up_the_others(outbox: Outbox, path: Path) -> None:
    """It can't be sent, so it is dropped and counted."""
    outbox.add([envelope("a"), envelope("b"), envelope("c"), envelope("d")], OURS, NOW)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE events SET body = CAST(? AS TEXT) WHERE uuid = 'a'", (b"\xff{",))
        connection.execute("UPDATE events SET body = replace(body, '2026', '9999999') WHERE uuid = 'b'")
        connection.execute("UPDATE events SET body = '[]' WHERE uuid = 'd'")
    assert [each.uuid for each in outbox.batch(OURS, 2)] == ["c"]
    assert uuids(outbox) == ["c"]
    assert outbox.standing(OURS, NOW).dropped == 3


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_a_newer_version_is_left_alone(path: Path, journal: str) -> None:
    """Its events wait for the newer program; nothing is told of it twice, and nothing raises."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in (f"PRAGMA journal_mode = {journal}", "CREATE TABLE future (x)", "PRAGMA user_version = 99"):
            connection.execute(statement)
    before = path.read_bytes(), path.stat().st_mtime_ns
    said: list[str] = []
    with opened(path, said) as outbox:
        assert not outbox.add([envelope("a")], OURS, NOW)
        assert not outbox.first_notice(NOW)
        assert not outbox.delivered(["a"])
        outbox.postponed(OURS, NOW, "refused", HOUR)
        outbox.report_dropped(OURS, dropped)
        assert (outbox.pending(OURS), outbox.empty(NOW), outbox.standing(OURS, NOW)) == ([], 0, Standing())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert said == [
        f"{path} is of a newer version of domaincheck, and left alone; events of telemetry are not kept this time"
    ]
    assert [file.name for file in path.parent.iterdir()] == ["telemetry.db"]


def test_a_place_that_takes_no_files_costs_only_the_events(path: Path) -> None:
    """As where the state's folder is a file."""
    path.parent.touch()
    said: list[str] = []
    with opened(path, said) as outbox:
        assert not outbox.add([envelope("a")], OURS, NOW)
        assert not outbox.add([envelope("b")], OURS, NOW)
        assert outbox.pending(OURS) == []
    assert len(said) == 1
