"""Deliveries: what an answer means, how long to wait after a failure, and what leaves the outbox when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.files.lock import holding
from domaincheck.telemetry.answers import FIRST_WAIT, Failure, judge, wait
from domaincheck.telemetry.courier import OUTBOX
from domaincheck.telemetry.delivery import LARGEST_BATCH, Outcome
from domaincheck.telemetry.outbox import LONGEST_WAIT, Outbox
from tests.deliveries import NOW, Installation, funnel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from domaincheck.telemetry.events import Envelope

# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"status": "Ok"}, {"status": 1}, {"status": "Ok", "quota_limited": []}])
def test_what_posthog_says_when_it_took_events(said: Any) -> None:
    """Servers of today and of old."""
    assert judge(200, {}, json.dumps(said).encode()) is None


@pytest.mark.parametrize("said", [b"", b"<html>", b"[]", b"null", b'{"status": 0}', b'{"status": "Ok"', b"[" * 4000])
def test_any_other_200_is_somebody_else(said: bytes) -> None:
    """A captive portal, a proxy, a parked domain: the events are not there, whatever the status."""
    failure = judge(200, {"content-type": "text/html"}, said)
    assert failure == Failure("the answer was 200 OK, but not by PostHog (text/html)")


@pytest.mark.parametrize(
    ("status", "blames_events", "asked"),
    [
        (204, False, None),
        (400, True, None),
        (401, False, LONGEST_WAIT),
        (402, False, LONGEST_WAIT),
        (403, False, LONGEST_WAIT),
        (404, False, LONGEST_WAIT),
        (413, True, None),
        (429, False, timedelta(seconds=90)),
        (500, False, None),
        (503, False, timedelta(seconds=90)),
        (999, False, None),
    ],
)
def test_what_a_status_means(status: int, blames_events: bool, asked: timedelta | None) -> None:
    """Whether fewer events are worth a try, and when the next delivery is."""
    failure = judge(status, {"retry-after": "90"}, b"no")
    assert failure is not None
    assert failure.words.startswith(f"the answer was {status}")
    assert failure.words.endswith(": no")
    assert (failure.blames_events, failure.asked) == (blames_events, asked)


def test_a_wait_may_be_asked_for_as_a_date() -> None:
    """By the clock of the server."""
    headers = {"retry-after": "Mon, 23 Nov 2026 08:01:30 GMT", "date": "Mon, 23 Nov 2026 08:00:00 GMT"}
    failure = judge(429, headers, b"")
    assert failure is not None
    assert failure.asked == timedelta(seconds=90)


@given(
    st.integers(100, 999),
    st.dictionaries(st.sampled_from(["retry-after", "date", "location", "content-type"]), st.text()),
    st.binary(),
)
def test_every_answer_can_be_judged(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """In words that a terminal can show."""
    failure = judge(status, headers, body)
    assert failure is not None
    assert failure.words.isprintable()


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 30), (1, 60), (2, 120), (9, 15360), (10, 21600), (10_000, 21600)]
)
def test_each_failure_doubles_the_wait(failures: int, seconds: int) -> None:
    """From half a minute to six hours."""
    assert wait(Failure("no"), failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(0, 30), (90, 90), (90_000, 21600)])
def test_a_wait_that_was_asked_for_is_kept(asked: int, seconds: int) -> None:
    """Within the same bounds, however often it failed before."""
    assert wait(Failure("no", asked=timedelta(seconds=asked)), 7) == timedelta(seconds=seconds)


# --- deliveries ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Told:
    """Stands in for PostHog: *judge* says of a batch why it is not taken."""

    judge: Callable[[Sequence[Envelope]], Failure | None] = lambda _: None
    sizes: list[int] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def send(self, batch: Sequence[Envelope], _patience: float) -> Failure | None:
        """Take *batch*, or not."""
        self.sizes.append(len(batch))
        failure = self.judge(batch)
        if failure is None:
            self.taken += [envelope.uuid for envelope in batch]
        return failure


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation."""
    return Installation(tmp_path)


def deliver(installation: Installation, told: Told, seconds: float = 10) -> Outcome:
    """Deliver to *told*."""
    return installation.delivery(told.send, seconds).run(installation.lock)


def test_events_go_in_batches_in_order(installation: Installation) -> None:
    """And leave the outbox as they arrive."""
    told = Told()
    uuids = installation.add(*funnel(2 * LARGEST_BATCH + 1))
    assert deliver(installation, told) == Outcome(201)
    assert (told.taken, told.sizes) == (uuids, [100, 100, 1])
    assert (installation.standing.pending, installation.standing.delivered_at) == (0, NOW)


def test_an_empty_outbox_is_nothing_to_send(installation: Installation) -> None:
    """Nobody is asked."""
    told = Told()
    assert deliver(installation, told) == Outcome()
    assert told.sizes == []


def test_only_what_is_for_this_destination_is_sent(installation: Installation) -> None:
    """Another project's events wait for their own key."""
    told = Told()
    installation.outbox.add(funnel(), "elsewhere", NOW)
    assert deliver(installation, told) == Outcome()
    assert installation.standing.elsewhere == 4


def test_it_is_left_to_whoever_is_at_it(installation: Installation) -> None:
    """Two at once would send everything twice."""
    told = Told()
    installation.add(*funnel())
    with holding(installation.lock):
        assert deliver(installation, told) == Outcome(busy=True)
    assert told.sizes == []


class LateOutbox(Outbox):
    """Gets one more event just after it was found empty, from a command that finds the lock held."""

    late: tuple[Envelope, ...] = tuple(funnel(1))

    def batch(self, destination: str, limit: int) -> list[Envelope]:
        """Return what there is, and then let the other command have its turn."""
        found = super().batch(destination, limit)
        if not found:
            self.add(self.late, destination, NOW)
            self.late = ()
        return found


def test_an_event_that_comes_at_the_last_moment_is_not_left(installation: Installation) -> None:
    """Its command relies on whoever holds the lock."""
    told = Told()
    installation.outbox = LateOutbox(installation.folder / OUTBOX)
    assert deliver(installation, told) == Outcome(1)
    assert told.taken == [LateOutbox.late[0].uuid]


def test_a_failure_ends_it(installation: Installation) -> None:
    """What was taken before is out; the next failure makes the wait longer."""
    refusing = Failure("the answer was 500")
    told = Told(lambda batch: refusing if len(batch) < LARGEST_BATCH else None)
    installation.add(*funnel(LARGEST_BATCH + 4))
    assert deliver(installation, told) == Outcome(100, "the answer was 500")
    assert (installation.standing.pending, installation.standing.next_try) == (4, NOW + FIRST_WAIT)
    assert deliver(installation, told) == Outcome(0, "the answer was 500")
    assert (installation.standing.failures, installation.standing.next_try) == (2, NOW + 2 * FIRST_WAIT)


def test_a_success_ends_the_wait(installation: Installation) -> None:
    """And is remembered instead of the error."""
    installation.add(*funnel())
    deliver(installation, Told(lambda _: Failure("no")))
    deliver(installation, Told())
    standing = installation.standing
    assert (standing.failures, standing.last_error, standing.next_try) == (0, None, None)


def test_too_much_is_halved_until_it_is_taken(installation: Installation) -> None:
    """And doubled again, carefully."""
    told = Told(lambda batch: Failure("413", blames_events=True) if len(batch) > 30 else None)
    uuids = installation.add(*funnel(80))
    assert deliver(installation, told) == Outcome(80)
    assert told.taken == uuids
    assert told.sizes == [80, 40, 20, 40, 20, 40, 20, 20]


def test_a_bad_event_is_dropped_when_others_are_taken(installation: Installation) -> None:
    """And PostHog learns how many were."""
    events = funnel(5)
    bad = events[2].uuid
    told = Told(lambda batch: Failure("400", blames_events=True) if bad in [each.uuid for each in batch] else None)
    uuids = installation.add(*events)
    assert deliver(installation, told) == Outcome(5)
    assert told.taken[:4] == [uuid for uuid in uuids if uuid != bad]
    assert (installation.standing.dropped, installation.standing.pending) == (1, 0)


def test_somebody_who_refuses_everything_is_not_posthog(installation: Installation) -> None:
    """Nothing is dropped on such a word, and after a few tries it is left for later."""
    told = Told(lambda _: Failure("400", blames_events=True))
    installation.add(*funnel(100))
    assert deliver(installation, told) == Outcome(0, "400")
    assert (installation.standing.dropped, installation.standing.pending) == (0, 100)
    assert len(told.sizes) <= 10
    assert installation.standing.next_try == NOW + FIRST_WAIT


def test_a_lone_event_that_is_refused_waits(installation: Installation) -> None:
    """Until another one can show whose fault it is."""
    [event, other] = funnel(2)
    told = Told(lambda batch: Failure("400", blames_events=True) if batch[0] == event else None)
    installation.add(event)
    assert deliver(installation, told) == Outcome(0, "400")
    assert installation.standing.pending == 1
    installation.add(other)
    assert deliver(installation, told).sent == 2
    assert (installation.standing.pending, installation.standing.dropped) == (0, 1)


def test_time_is_up(installation: Installation) -> None:
    """A second batch is only begun if it may take its time; the rest is for the next delivery, and no failure."""
    told = Told()
    installation.add(*funnel(150))
    assert deliver(installation, told, seconds=4.9) == Outcome(100)
    assert (installation.standing.pending, installation.standing.failures) == (50, 0)


def test_an_outbox_that_is_given_up(tmp_path: Path) -> None:
    """A file where the folder should be: nothing is sent, and it is said."""
    (tmp_path / "file").touch()
    installation = Installation(tmp_path / "file")
    installation.add(*funnel())
    outcome = deliver(installation, Told())
    assert outcome.sent == 0
    assert "telemetry.lock cannot be made" in str(outcome.error)
