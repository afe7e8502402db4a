"""What an address is told of certificates that run out, run by run: everything once, in time, and nothing twice."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.alerts.findings import EXPIRED
from domaincheck.model import ChainLink
from tests.reader import DAY, HOST, HOUR, START, Reader, certificate, days, registration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domaincheck.model import TlsPart

# --- a whole life ----------------------------------------------------------------------------------------------------

LIVES = {
    "a year's certificate": (398 * DAY, None),
    "90 days": (90 * DAY, None),
    "47 days": (47 * DAY, None),
    "6 days": (160 * HOUR, None),  # Let's Encrypt's "shortlived" profile
    "a domain": (365 * DAY, "domain"),
}


def live(reader: Reader, kind: str, runs: Iterable[datetime]) -> tuple[datetime, timedelta]:
    """Take *reader* through a life from START, seen at *runs*; return its end, and its day, a thirtieth of a month."""
    lifetime, part = LIVES[kind]
    end = START + lifetime
    for now in runs:
        reader.run(now, registration(end) if part else certificate("only", end, lifetime))
    return end, DAY if part else min(DAY, lifetime / 90)


@pytest.mark.parametrize("kind", ["a year's certificate", "90 days", "a domain"])
@pytest.mark.parametrize("gap", [DAY, 8 * HOUR, HOUR])
def test_each_window_is_told_once_in_a_life(kind: str, gap: timedelta) -> None:
    """However often a day it is looked at."""
    reader = Reader()
    live(reader, kind, days(int((LIVES[kind][0] + 5 * DAY) / gap), gap=gap))
    assert reader.steps() == [30, 14, 7, 3, 1, 0, EXPIRED]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(LIVES)), st.integers(0, 2**32))
def test_each_mail_comes_before_its_window_and_none_twice(kind: str, seed: int) -> None:
    """Where runs are daily, half an hour sooner or later: at a window's moment, that or a tighter one was told."""
    jitter = random.Random(seed)  # noqa: S311 - no secret
    phase = jitter.random() * DAY
    runs = [phase + now + (jitter.random() - 0.5) * HOUR for now in days(LIVES[kind][0] // DAY + 5)]
    reader = Reader()
    end, day = live(reader, kind, runs)
    steps = reader.steps()
    assert steps == sorted(set(steps), reverse=True)
    assert [steps[0], steps[-1]] == [30, EXPIRED]
    for window in reader.rules.windows:
        moment = end - window * day
        before = [step for when, (_, step, _) in reader.told() if when <= moment]
        assert before, (window, reader.told())
        assert before[-1] <= window
    for when, (_, step, _) in reader.told():
        entry = end if step == EXPIRED else end - step * day - 25 * HOUR
        assert entry <= when


def test_only_the_first_digest_after_days_without_a_run_catches_up() -> None:
    """It tells the tightest window alone."""
    reader, end = Reader(), START + 60 * DAY
    reader.run(START + 20 * DAY, certificate("only", end))
    assert reader.steps() == []
    assert reader.run(START + 57 * DAY + HOUR, certificate("only", end)) == [("tls:expiry:only", 3, False)]
    assert reader.run(START + 57 * DAY + 2 * HOUR, certificate("only", end)) == []


def test_a_threshold_of_ones_own_is_told_instead_of_the_widest_window() -> None:
    """Each subscription may have one."""
    early, late = Reader(threshold="45"), Reader(threshold="10%")
    for reader in (early, late):
        live(reader, "90 days", days(95))
    assert early.steps() == [45, 30, 14, 7, 3, 1, 0, EXPIRED]
    assert late.steps() == [9, 7, 3, 1, 0, EXPIRED]


# --- renewal ---------------------------------------------------------------------------------------------------------


def test_a_renewal_before_the_first_window_is_silent() -> None:
    """Nobody is told of what works by itself."""
    reader = Reader()
    for number, now in enumerate(days(300)):
        term = number // 55  # each certificate of 90 days is replaced when it is 55 days old
        reader.run(now, certificate(str(term), START + term * 55 * DAY + 90 * DAY))
    assert reader.told() == []


def test_a_renewal_is_told_once() -> None:
    """With the date up to which the new certificate is valid."""
    reader, end = Reader(), START + 20 * DAY
    reader.run(START, certificate("old", end))
    [news] = reader.news(START + DAY, certificate("new", end + 90 * DAY))
    assert news.solved
    assert news.finding.headline == "certificate renewed, now valid until 2027-03-13"
    assert reader.run(START + 2 * DAY, certificate("new", end + 90 * DAY)) == []


def test_what_was_never_told_is_never_solved() -> None:
    """A new reader of an old target starts with a clean sheet."""
    reader = Reader()
    reader.run(START, certificate("old", START + 60 * DAY))
    assert reader.run(START + DAY, certificate("new", START + 150 * DAY)) == []


def test_a_certificate_that_replaces_another_but_ends_as_soon_solves_nothing() -> None:
    """What comes after both does, once for the two of them."""
    reader, end = Reader(), START + 10 * DAY
    reader.run(START, certificate("one", end))
    assert reader.run(START + DAY, certificate("two", end)) == [("tls:expiry:two", 14, False)]
    assert [solved for *_, solved in reader.run(START + 2 * DAY, certificate("new", end + 90 * DAY))] == [True]
    assert reader.run(START + 3 * DAY, certificate("new", end + 90 * DAY)) == []


def test_an_intermediate_that_ends_first_has_windows_of_its_own() -> None:
    """When the leaf's windows come, they are told too."""

    def seen(above: str, above_ends: datetime) -> TlsPart:
        chain = tuple(ChainLink("", "", end, 0, name) for name, end in (("leaf", leaf_ends), (above, above_ends)))
        first = "intermediate" if above_ends < leaf_ends else "leaf"
        return certificate("leaf", leaf_ends, 398 * DAY, chain=chain, expires_first=first)

    reader, leaf_ends = Reader(), START + 100 * DAY
    for now in days(40):
        reader.run(now, seen("old", START + 60 * DAY))
    for now in days(65, START + 40 * DAY):
        reader.run(now, seen("new", START + 900 * DAY))
    assert [told for _, told in reader.told()] == [
        ("tls:expiry:old", 30, False),
        ("tls:expiry:old", 30, True),
        *(("tls:expiry:leaf", step, False) for step in (30, 14, 7, 3, 1, 0, EXPIRED)),
    ]


# --- farms that show two certificates by turns -----------------------------------------------------------------------


@pytest.mark.parametrize(("every", "skipped"), [(2, None), (3, 1)])
def test_a_farm_in_the_middle_of_a_roll_out_repeats_and_swallows_nothing(every: int, skipped: int | None) -> None:
    """The old certificate's windows are told whenever it is seen in one; that it was renewed, once."""
    reader, end = Reader(), START + 40 * DAY
    for number, now in enumerate(days(100, gap=12 * HOUR)):
        old = number % every == 0
        reader.run(now, certificate("old", end) if old else certificate("new", end + 80 * DAY, 120 * DAY))
    told = [told for _, told in reader.told()]
    assert len(told) == len(set(told))
    assert reader.steps() == [step for step in (30, 14, 7, 3, 1, 0, EXPIRED) if step != skipped]
    assert [solved for *_, solved in told].count(True) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), max_size=80),
)
def test_random_flips_repeat_and_swallow_nothing(ends: list[int], looks: list[tuple[int, int]]) -> None:
    """Of three certificates shown in any order, each window in use is told, and nothing is told a second time."""
    reader, now = Reader(), START
    for which, hours in looks:
        now += hours * HOUR
        end = START + ends[which] * DAY
        held = reader.mails and now - reader.mails[-1][0] < DAY
        reader.run(now, certificate(f"{which}", end))
        left = end - now
        entered = [window for window in reader.rules.windows if left <= window * DAY + 25 * HOUR]
        if entered and not held:
            step = EXPIRED if left < timedelta() else min(entered)
            assert reader.ledger[HOST, f"tls:expiry:{which}"].step <= step
    told = [told if not told[2] else (told[0], 0, True) for _, told in reader.told()]
    assert len(told) == len(set(told))
