"""What an address is told of domains, problems and silence, and how that is put into digests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domaincheck.alerts.due import Digest, Rules
from domaincheck.alerts.findings import EXPIRED
from domaincheck.model import ProblemCode, Status
from tests.reader import ANN, DAY, HOUR, START, Reader, certificate, days, registration
from tests.results import domain, problem, unreachable

if TYPE_CHECKING:
    from datetime import timedelta

    from domaincheck.model import TlsPart

# --- domains ---------------------------------------------------------------------------------------------------------


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


# --- problems --------------------------------------------------------------------------------------------------------


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


# --- silence ---------------------------------------------------------------------------------------------------------


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


# --- digests ---------------------------------------------------------------------------------------------------------


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
