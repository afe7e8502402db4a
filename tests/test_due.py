"""What an address is told, run by run: everything once, in time, and nothing twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.alerts.due import Digest, News, Rules, Wish, decide
from domaincheck.alerts.findings import EXPIRED, judged
from domaincheck.model import ChainLink, DomainPart, LedgerEntry, ProblemCode, Severity, Status, Threshold
from tests.results import domain, problem, result, tls, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.model import Result, TlsPart

START = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANN = "ann@example.com"
HOST = "www.example.com"

Told = tuple[str, int, bool]
"""What a piece of news is about, how far that has come, and whether it is solved."""


@dataclass(slots=True)
class Reader:
    """An address with a mailbox, for which the ledger is kept from run to run as a scheduled run keeps it."""

    rules: Rules = field(default_factory=Rules)
    threshold: str | None = None
    ledger: dict[tuple[str, str], LedgerEntry] = field(default_factory=dict)
    streaks: dict[tuple[str, str], int] = field(default_factory=dict)
    mails: list[tuple[datetime, Digest]] = field(default_factory=list)

    def run(self, now: datetime, *parts: TlsPart | DomainPart, **others: TlsPart) -> list[Told]:
        """Go through a run that sees *parts* of one target, and certificates of *others*; return what is told."""
        return [(news.entry.key, news.entry.step, news.solved) for news in self.news(now, *parts, **others)]

    def news(self, now: datetime, *parts: TlsPart | DomainPart, **others: TlsPart) -> tuple[News, ...]:
        """Do the same, and return the news as they are."""
        threshold = Threshold.parse(self.threshold) if self.threshold else None
        wishes = [Wish(HOST, _result(*parts), threshold)] if parts else []
        wishes += [Wish(name, _result(part)) for name, part in others.items()]
        self._count_silence(wishes)
        last = self.mails[-1][0] if self.mails else None
        digest = decide(ANN, wishes, self.ledger, self.streaks, last, self.rules, now)
        for entry in (*digest.quiet, *(news.entry for news in digest.news)):
            self.ledger[entry.target, entry.key] = entry
        if digest.news:
            self.mails.append((now, digest))
        return digest.news

    def told(self) -> list[tuple[datetime, Told]]:
        """Return all that was ever told, and when."""
        return [(when, (n.entry.key, n.entry.step, n.solved)) for when, digest in self.mails for n in digest.news]

    def steps(self) -> list[int]:
        """Return the steps that were told."""
        return [step for _, (_, step, solved) in self.told() if not solved]

    def _count_silence(self, wishes: Iterable[Wish]) -> None:
        self.streaks = {
            (wish.target, name): self.streaks.get((wish.target, name), 0) + 1
            for wish in wishes
            for name, part in (("tls", wish.result.tls), ("domain", wish.result.domain))
            if part is not None and not judged(part)
        }


def _result(*parts: TlsPart | DomainPart) -> Result:
    seen: dict[str, Any] = {"domain" if isinstance(part, DomainPart) else "tls": part for part in parts}
    return result(**({"tls": None, "domain": None} | seen), status=Status.VALID, severity=Severity.OK)


def certificate(name: str, end: datetime, lifetime: timedelta = 90 * DAY, **changes: Any) -> TlsPart:
    """Return the part of the certificate called *name*, which ends at *end*."""
    return tls(fingerprint_sha256=name, not_before=end - lifetime, not_after=end, **changes)


def registration(end: datetime | None, **changes: Any) -> DomainPart:
    """Return the part of a domain that ends at *end*."""
    return domain(expires_at=end, **changes)


def days(count: int, start: datetime = START, gap: timedelta = DAY) -> Iterator[datetime]:
    """Yield the times of *count* runs."""
    return (start + number * gap for number in range(count))


# --- a whole life ---

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


# --- renewal ---


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


# --- farms that show two certificates by turns ---


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


# --- domains ---


def test_a_domain_that_is_renewed_is_told_so_once() -> None:
    """With its new date."""
    reader, end = Reader(), START + 10 * DAY
    assert reader.run(START, registration(end)) == [("domain:expiry:2026-12-03", 14, False)]
    [news] = reader.news(START + DAY, registration(end + 365 * DAY))
    assert (news.finding.headline, news.solved) == ("domain renewed, now valid until 2027-12-03", True)
    assert reader.run(START + 2 * DAY, registration(end + 365 * DAY)) == []


def test_a_domain_on_its_way_to_deletion_is_not_solved_on_the_way() -> None:
    """Expired, in redemption, about to be deleted, gone: each is news, and good news comes only when it is saved."""
    reader, end = Reader(), START - DAY
    redemption = problem("deleted", ProblemCode.REDEMPTION)
    pending = problem("about to be deleted", ProblemCode.PENDING_DELETE)
    gone = problem("not registered", ProblemCode.NOT_REGISTERED)
    stages = [
        registration(end, status=Status.EXPIRED),
        registration(end, status=Status.EXPIRED, problems=(redemption,)),
        registration(end, status=Status.EXPIRED, problems=(pending,)),
        registration(None, status=Status.NOT_REGISTERED, problems=(gone,)),
    ]
    for now, stage in zip(days(4), stages, strict=True):
        reader.run(now, stage)
    assert [told for _, told in reader.told()] == [
        ("domain:expiry:2026-11-22", EXPIRED, False),
        ("domain:redemption", 0, False),
        ("domain:pending_delete", 0, False),
        ("domain:not_registered", 0, False),
    ]
    saved = reader.run(START + 4 * DAY, registration(end + 365 * DAY))
    assert sorted(saved) == sorted((key, step, True) for _, (key, step, _) in reader.told()[:4])


def test_a_redeemed_domain_is_told_as_solved() -> None:
    """Whether or not the registry moved the date by a year meanwhile, as many do."""
    reader, end = Reader(), START + DAY
    reader.run(START, registration(end))
    reader.run(START + DAY, registration(end + 365 * DAY, problems=(problem("lost", ProblemCode.REDEMPTION),)))
    told = reader.run(START + 2 * DAY, registration(end + 365 * DAY))
    assert sorted(told) == [("domain:expiry:2026-11-24", 0, True), ("domain:redemption", 0, True)]


def test_a_date_that_is_not_published_this_time_is_no_renewal() -> None:
    """When RDAP does not answer, WHOIS may, without a date."""
    reader, end = Reader(), START + 12 * DAY
    reader.run(START, registration(end))
    assert reader.run(START + DAY, registration(None, status=Status.UNKNOWN_EXPIRY)) == []
    assert reader.run(START + 2 * DAY, registration(end)) == []


def test_two_sources_that_differ_by_a_day_mean_one_expiry() -> None:
    """A registry's RDAP may tell a date in UTC and its WHOIS one of local time."""
    reader, end = Reader(), START + 40 * DAY
    for number, now in enumerate(days(45)):
        reader.run(now, registration(end + (number % 2) * DAY))
    steps = reader.steps()
    assert steps == sorted(set(steps), reverse=True)
    assert {solved for _, (*_, solved) in reader.told()} == {False}


# --- problems ---


def troubled(*codes: ProblemCode) -> TlsPart:
    """Return the part of a certificate that lives long enough and has these problems."""
    problems = tuple(problem(code, code) for code in codes)
    return certificate("only", START + 900 * DAY, 998 * DAY, problems=problems)


MISMATCH = ProblemCode.HOSTNAME_MISMATCH


def test_a_problem_is_told_when_it_appears_and_once_when_it_is_solved() -> None:
    """And not in between."""
    reader = Reader()
    seen = [troubled(), *[troubled(MISMATCH)] * 10, *[troubled()] * 10]
    told = [reader.run(now, part) for now, part in zip(days(21), seen, strict=True)]
    assert [(number, each) for number, each in enumerate(told) if each] == [
        (1, [("tls:hostname_mismatch", 0, False)]),
        (11, [("tls:hostname_mismatch", 0, True)]),
    ]


def test_a_problem_that_comes_back_within_a_week_is_the_same() -> None:
    """A farm in which one server is wrong makes two mails, whatever the order it answers in."""
    reader = Reader()
    for number, now in enumerate(days(60)):
        reader.run(now, troubled(MISMATCH) if number % 7 in (0, 3, 4) else troubled())
    assert [solved for _, (*_, solved) in reader.told()] == [False, True]


def test_a_problem_that_comes_back_after_more_than_a_week_is_news() -> None:
    """And its solution, too."""
    reader = Reader()
    for now, part in (
        (START, troubled(MISMATCH)),
        (START + DAY, troubled()),
        (START + 9 * DAY, troubled(MISMATCH)),
        (START + 10 * DAY, troubled()),
    ):
        reader.run(now, part)
    assert [solved for _, (*_, solved) in reader.told()] == [False, True, False, True]


def test_one_problem_of_two_can_be_solved() -> None:
    """The other one stays, without another word."""
    reader = Reader()
    reader.run(START, troubled(MISMATCH, ProblemCode.UNTRUSTED_ROOT))
    assert reader.run(START + DAY, troubled(MISMATCH)) == [("tls:untrusted_root", 0, True)]


# --- silence ---


@pytest.mark.parametrize("runs", [3, 1, 5])
def test_an_unreachable_target_is_news_only_after_some_runs_in_a_row(runs: int) -> None:
    """That it can be reached again is told once."""
    reader = Reader(Rules(unreachable_after=runs))
    told = [reader.run(now, unreachable()) for now in days(runs + 5)]
    assert told == [[]] * (runs - 1) + [[("tls:unreachable", 0, False)]] + [[]] * 5
    back = START + (runs + 5) * DAY
    assert reader.run(back, troubled()) == [("tls:unreachable", 0, True)]
    assert reader.run(back + DAY, troubled()) == []


def test_runs_that_reached_it_in_between_start_the_count_anew() -> None:
    """A server that is slow now and then makes no mail at all."""
    reader = Reader()
    for number, now in enumerate(days(30)):
        reader.run(now, troubled() if number % 3 == 2 else unreachable())
    assert reader.told() == []


def test_a_target_that_is_away_again_within_a_week_makes_no_second_mail() -> None:
    """After more than a week it does."""
    reader = Reader()
    away, back = [unreachable()] * 3, [troubled()]
    for now, part in zip(days(24), [*away, *back * 2, *away, *back * 9, *away, *back * 4], strict=True):
        reader.run(now, part)
    assert [solved for _, (*_, solved) in reader.told()] == [False, True, False, True]


def test_while_a_part_is_not_seen_nothing_of_it_is_solved() -> None:
    """Nor of the other part, when that is not seen; each is judged by itself."""
    reader, end = Reader(), START + 12 * DAY
    reader.run(START, troubled(MISMATCH), registration(end))
    reader.run(START + DAY, certificate("only", end, 398 * DAY, problems=troubled(MISMATCH).problems))
    for now in days(5, START + 2 * DAY):
        reader.run(now, unreachable(), domain(Status.UNREACHABLE))
    assert not any(solved for _, (*_, solved) in reader.told())
    told = reader.run(START + 7 * DAY, unreachable(), registration(end + 365 * DAY))
    assert sorted(told) == [("domain:expiry:2026-12-05", 14, True), ("domain:unreachable", 0, True)]


def test_a_part_that_is_not_looked_at_is_not_solved() -> None:
    """A host under no public suffix any more has no registration to judge."""
    reader = Reader()
    reader.run(START, registration(START + DAY))
    assert reader.run(START + DAY, troubled()) == []


# --- digests ---


def expiring(left: timedelta) -> TlsPart:
    """Return the part of a certificate of its own with so much time left at START."""
    return certificate(str(left), START + left)


def test_a_day_has_one_digest_unless_something_became_critical() -> None:
    """What is held back comes with the next one."""
    reader = Reader()
    assert len(reader.run(START, a=expiring(20 * DAY))) == 1
    assert reader.run(START + 8 * HOUR, a=expiring(20 * DAY), b=expiring(21 * DAY)) == []
    [told] = reader.run(START + DAY - HOUR, a=expiring(20 * DAY), b=expiring(21 * DAY))
    assert told[0].endswith(str(21 * DAY))


def test_something_critical_brings_along_what_was_held_back() -> None:
    """One mail with both."""
    reader = Reader()
    reader.run(START, a=expiring(20 * DAY))
    reader.run(START + HOUR, b=expiring(21 * DAY))
    assert len(reader.run(START + 2 * HOUR, b=expiring(21 * DAY), c=expiring(DAY))) == 2
    assert reader.run(START + 3 * HOUR, b=expiring(21 * DAY), c=expiring(DAY)) == []


def test_good_news_is_held_back_but_not_lost() -> None:
    """It is not urgent."""
    reader, renewed = Reader(), certificate("new", START + 99 * DAY)
    reader.run(START, a=expiring(20 * DAY))
    assert reader.run(START + HOUR, a=renewed) == []
    assert [solved for *_, solved in reader.run(START + DAY, a=renewed)] == [True]


def test_a_last_digest_in_the_future_holds_nothing_back_for_long() -> None:
    """A clock that once ran ahead by years must not silence an address for years."""
    reader = Reader(mails=[(START + 900 * DAY, Digest(ANN, ()))])
    assert len(reader.run(START, a=expiring(20 * DAY))) == 1


def test_a_digest_has_the_most_urgent_first_and_what_is_solved_last() -> None:
    """The worse before the less bad, and of these the sooner before the later."""
    reader = Reader()
    reader.run(START, was=expiring(DAY))
    news = reader.news(
        START + DAY,
        was=certificate("new", START + 99 * DAY),
        later=expiring(20 * DAY),
        soon=expiring(3 * DAY),
        mismatch=troubled(MISMATCH),
        gone=expiring(-DAY),
        sooner=expiring(19 * DAY),
    )
    assert [each.target for each in news] == ["mismatch", "gone", "soon", "sooner", "later", "was"]


def test_targets_do_not_interfere() -> None:
    """The same certificate on two hosts is told for both, and its renewal on one of them for that one alone."""
    reader, shared = Reader(), expiring(20 * DAY)
    assert len(reader.run(START, a=shared, b=shared)) == 2
    [news] = reader.news(START + DAY, a=shared, b=certificate("new", START + 99 * DAY))
    assert (news.target, news.solved) == ("b", True)


def test_a_target_that_is_no_longer_wanted_is_not_told_about() -> None:
    """What the ledger holds of it stays as it was."""
    reader = Reader()
    reader.run(START, a=expiring(20 * DAY), b=expiring(20 * DAY))
    before = dict(reader.ledger)
    assert reader.run(START + DAY, a=replace(expiring(20 * DAY))) == []
    assert reader.ledger == before
