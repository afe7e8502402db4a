"""What a scheduled run checks and decides, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.model import Standing
from tests.mail import text_of
from tests.site import ANN, BOB, DAY, HOUR, MAIL, SHOP, START, WWW, Site

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an installation where nobody has subscribed yet."""
    return Site(tmp_path)


# --- whom, what, how often -------------------------------------------------------------------------------------------


def test_each_distinct_target_is_checked_once(site: Site) -> None:
    """However many subscribe to it, and however they spell it."""
    site.subscribe(ANN, WWW, SHOP)
    site.subscribe(BOB, f"https://{WWW}/path", f"{WWW.upper()}:443", MAIL)
    report = site.run()
    assert sorted(site.checker.asked) == sorted([WWW, SHOP, MAIL])
    assert (report.subscriptions, report.targets) == (4, 3)


def test_each_address_gets_one_digest_most_urgent_first(site: Site) -> None:
    """With all that is due to it, and nothing that is not."""
    site.subscribe(ANN, WWW, SHOP, MAIL)
    site.subscribe(BOB, SHOP)
    site.expiring(WWW, 25)
    site.expiring(MAIL, -2)
    site.run()
    [mail] = site.mailbox.of(ANN)
    assert mail["Subject"] == f"{MAIL}: certificate expired 2 days ago (and 1 more)"
    text = text_of(mail)
    assert 0 < text.index(MAIL) < text.index(WWW)
    assert SHOP not in text
    assert site.mailbox.of(BOB) == []


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.REFUSED])
def test_only_verified_addresses_are_served(site: Site, standing: Standing) -> None:
    """What others want to know is not even looked at."""
    site.subscribe(ANN, WWW, standing=standing)
    site.expiring(WWW, -1)
    assert site.run().subscriptions == 0
    assert site.checker.asked == []
    assert site.mailbox.tried == []


def test_who_leaves_while_targets_are_checked_is_left_alone(site: Site) -> None:
    """That may take hours; and who comes is served by the next run."""
    site.subscribe(ANN, WWW)
    site.expiring(WWW, 5)

    def change() -> None:
        site.store.remove(ANN)
        site.subscribe(BOB, SHOP)

    site.checker.meanwhile = change
    assert site.run().sent == 0
    assert site.rows("SELECT * FROM ledger") == []


def test_the_same_news_is_sent_once(site: Site) -> None:
    """In whatever window it stays, and however often it is looked at."""
    site.subscribe(ANN, WWW)
    site.expiring(WWW, 13.5)
    for pause in (0, 1, 5, 24, 48):
        site.run(after=pause * HOUR)
    assert site.mailbox.subjects() == [f"{WWW}: certificate expires in 13 days"]


def test_each_window_is_told_once(site: Site) -> None:
    """By daily runs from 40 days before the expiry to 10 days after it: before each window, and once it has expired."""
    site.subscribe(ANN, WWW)
    site.expiring(WWW, 40.5)
    for _ in range(50):
        site.run(after=DAY)
    windows = ["in 30 days", "in 14 days", "in 7 days", "in 3 days", "in 1 day"]
    expected = [f"{WWW}: certificate expires {when}" for when in windows]
    assert site.mailbox.subjects() == [
        *expected,
        f"{WWW}: certificate expires today",
        f"{WWW}: certificate expired today",
    ]


def test_after_downtime_there_is_one_digest(site: Site) -> None:
    """It tells how things are now, not what was missed."""
    site.subscribe(ANN, WWW, SHOP)
    site.expiring(WWW, 28)
    site.expiring(SHOP, 40)
    site.run()
    assert len(site.mailbox.subjects()) == 1
    site.run(after=26.5 * DAY)
    assert site.mailbox.subjects() == [f"{WWW}: certificate expires in 1 day (and 1 more)"]
    assert site.run(after=HOUR).digests == []


def test_within_a_day_only_something_critical_makes_another_digest(site: Site) -> None:
    """The rest waits for it, or for the next day."""
    site.subscribe(ANN, WWW, SHOP, MAIL)
    site.expiring(WWW, 25)
    site.run()
    site.mailbox.subjects()
    site.expiring(SHOP, 20)
    assert site.run(after=6 * HOUR).digests == []
    site.expiring(MAIL, -1)
    site.run(after=6 * HOUR)
    assert site.mailbox.subjects() == [f"{MAIL}: certificate expired 1 day ago (and 1 more)"]
    site.expiring(WWW, 10)
    assert site.run(after=6 * HOUR).digests == []
    site.run(after=15 * HOUR)
    assert site.mailbox.subjects() == [f"{WWW}: certificate expires in 9 days"]


def test_servers_that_take_turns_repeat_nothing(site: Site) -> None:
    """Half of them show the old certificate, half the new one: each is told of at most once, and then it is quiet."""
    site.subscribe(ANN, WWW)
    for turn in range(20):
        site.expiring(WWW, 13 if turn % 2 else 80, of="cd" if turn % 2 else "ab")
        site.run(after=5 * HOUR)
    assert len(site.mailbox.subjects()) <= 2


def test_that_it_is_solved_is_told_once(site: Site) -> None:
    """The renewed certificate is good news, and no more than that."""
    site.subscribe(ANN, WWW)
    site.expiring(WWW, 10)
    site.run()
    site.expiring(WWW, 85, of="cd")
    for _ in range(3):
        site.run(after=DAY)
    first, second = site.mailbox.subjects()
    assert first == f"{WWW}: certificate expires in 10 days"
    assert second.startswith(f"{WWW}: certificate renewed, now valid until 2027-02-")


def test_silence_is_news_after_three_runs_in_a_row(site: Site) -> None:
    """So is the first answer after that; an answer in between starts the count anew."""
    site.subscribe(ANN, WWW)
    for reachable in (False, False, True, False, False):
        if reachable:
            site.expiring(WWW, 80)
        else:
            site.unreachable(WWW)
        site.run(after=DAY)
        assert site.mailbox.subjects() == []
    site.run(after=DAY)
    assert site.mailbox.subjects() == [f"{WWW}: server unreachable for 3 runs"]
    site.expiring(WWW, 80)
    site.run(after=DAY)
    assert site.mailbox.subjects() == [f"{WWW}: server reachable again"]


def test_an_address_may_have_a_threshold_of_its_own(site: Site) -> None:
    """Bob wants to know earlier than Ann."""
    site.subscribe(ANN, WWW)
    site.subscribe(BOB, WWW, threshold="60d")
    site.expiring(WWW, 50)
    site.run()
    assert [to for to, _ in site.mailbox.accepted] == [BOB]


# --- the clock -------------------------------------------------------------------------------------------------------


def test_a_run_in_the_past_does_nothing(site: Site) -> None:
    """It tells when the last run was; what it would find and when it would be are both doubtful."""
    site.subscribe(ANN, WWW)
    site.run()
    before = site.rows("SELECT * FROM runs")
    site.expiring(WWW, -3)
    site.checker.asked.clear()
    report = site.run(after=-2 * DAY)
    assert report.clock_behind == START
    assert (site.checker.asked, site.mailbox.tried) == ([], [])
    assert site.rows("SELECT * FROM runs") == before
    assert site.run(after=2 * DAY).sent == 1


def test_a_clock_that_is_set_right_by_a_little_does_no_harm(site: Site) -> None:
    """Half an hour is nothing."""
    site.subscribe(ANN, WWW)
    site.run()
    site.expiring(WWW, 3)
    assert site.run(after=-HOUR / 2).sent == 1
