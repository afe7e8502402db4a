"""What a scheduled run has on record before it sends, and what becomes of mails that are not accepted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from domaincheck import scheduled
from domaincheck.alerts.due import Rules
from domaincheck.errors import MailError, StateError
from domaincheck.journal import Journal
from domaincheck.mailer import Post
from domaincheck.model import Standing, Subscription
from tests.mail import SENDER, parsed, text_of
from tests.site import ANN, BOB, DAY, HOUR, SHOP, START, WWW, Mailbox, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from domaincheck.runner import Runner


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an installation where nobody has subscribed yet."""
    return Site(tmp_path)


# --- mails that are not accepted -------------------------------------------------------------------------------------


def test_a_mail_that_is_not_accepted_waits_for_the_next_run(site: Site) -> None:
    """The others go out; later it is sent as it was, under the same Message-ID, and that is the end of it."""
    site.subscribe(ANN, WWW)
    site.subscribe(BOB, WWW)
    site.expiring(WWW, 6.5)
    site.mailbox.failing[ANN] = MailError("mx refused the recipient: 450 later")
    report = site.run()
    assert (report.sent, report.waiting, report.troubles) == (1, 1, [f"{ANN}: mx refused the recipient: 450 later"])
    first = site.rows("SELECT message FROM outbox")[0][0]
    site.mailbox.failing.clear()
    report = site.run(after=DAY)
    assert (report.sent, report.waiting, report.digests) == (1, 0, [])
    assert site.mailbox.of(ANN)[0].as_bytes() == parsed(first).as_bytes()
    assert site.run(after=HOUR).sent == 0


def test_an_address_refused_for_good_is_set_aside(site: Site) -> None:
    """All its mails end, and it gets no more; the others get theirs."""
    site.subscribe(ANN, WWW, SHOP)
    site.subscribe(BOB, WWW)
    site.expiring(WWW, 6.5)
    site.mailbox.failing[ANN] = MailError("450 later")
    site.run()
    site.expiring(SHOP, 6.5)
    site.mailbox.failing[ANN] = MailError("550 no such user", permanent=True)
    site.mailbox.tried.clear()
    report = site.run(after=DAY)
    assert (site.mailbox.tried, report.refused, report.waiting) == ([ANN], [ANN], 0)
    assert {s.standing for s in site.store.subscriptions(ANN)} == {Standing.REFUSED}
    assert {s.standing for s in site.store.subscriptions(BOB)} == {Standing.VERIFIED}
    site.mailbox.failing.clear()
    assert site.run(after=DAY).sent == 0


def test_a_mail_to_somebody_who_has_left_is_dropped(site: Site) -> None:
    """Nobody is mailed who has no verified subscription any more."""
    site.subscribe(ANN, WWW)
    site.expiring(WWW, 6.5)
    site.mailbox.failing[ANN] = MailError("450 later")
    site.run()
    site.mailbox.failing.clear()
    site.store.remove(ANN)
    assert (site.run(after=DAY).waiting, site.mailbox.accepted) == (0, [])
    site.subscribe(ANN, SHOP)
    assert site.run(after=DAY).sent == 0


def test_a_store_that_may_not_be_written_keeps_nobody_from_being_told(site: Site) -> None:
    """Who is refused for good can't be set aside then, and is tried again; others go on."""
    site.subscribe(ANN, WWW)
    site.subscribe(BOB, WWW)
    site.expiring(WWW, 6.5)
    site.mailbox.failing[ANN] = MailError("550 no such user", permanent=True)
    site.store = ReadOnly(list(site.store.subscriptions()))
    report = site.run()
    assert (report.sent, report.waiting, report.refused) == (1, 1, [])
    assert report.troubles == [f"{ANN}: 550 no such user", "the store cannot be written"]


@dataclass(slots=True)
class ReadOnly:
    """A store of *found* that can't be changed."""

    found: Sequence[Subscription]

    def subscriptions(self) -> Sequence[Subscription]:
        """Return them all."""
        return self.found

    def mark(self, *_: object) -> int:
        """Fail."""
        raise StateError("the store cannot be written")


def test_a_mail_server_that_hangs_does_not_hold_the_run_up_for_ever(site: Site) -> None:
    """Once no mail was accepted for some minutes the others wait; the next run begins with those not tried yet."""
    people = [f"user{number}@example.org" for number in range(30)]
    for person in people:
        site.subscribe(person, WWW)
    site.expiring(WWW, 6.5)
    hanging = Hanging(site)
    site.mailbox = cast("Mailbox", hanging)
    report = site.run()
    assert 0 < len(hanging.tried) < len(people)
    assert report.waiting == len(people)
    tried = set(hanging.tried)
    site.mailbox = Mailbox()
    assert site.run(after=DAY).sent == len(people)
    assert tried.isdisjoint(site.mailbox.tried[: len(people) - len(tried)])


@dataclass(slots=True)
class Hanging:
    """A mailer that takes half a minute to fail."""

    site: Site
    tried: list[str] = field(default_factory=list)

    def send(self, _message: bytes, _sender: str, recipient: str) -> None:
        """Let time pass, and fail."""
        self.tried.append(recipient)
        self.site.now += timedelta(seconds=30)
        raise MailError("mx took longer than 30 s")


# --- one bad apple ---------------------------------------------------------------------------------------------------


def test_a_bad_target_or_address_never_stops_the_rest(site: Site) -> None:
    """However they got into the store; the address is complained of."""
    mangled, nowhere = "an n@example.org", "no target"
    bad = (Subscription(email, WWW, None, Standing.VERIFIED) for email in (mangled, BOB))
    site.store = ReadOnly([Subscription(ANN, nowhere, "soon", Standing.VERIFIED), *bad])
    site.expiring(WWW, 6.5)
    report = site.run()
    assert [to for to, _ in site.mailbox.accepted] == [BOB]
    assert len(report.troubles) == 1
    assert mangled in report.troubles[0]


# --- what is on record -----------------------------------------------------------------------------------------------


def test_what_is_due_is_on_record_before_it_is_sent(site: Site) -> None:
    """At the moment of sending, the mail and all that it tells stand in the state file, as another process sees it."""
    site.subscribe(ANN, WWW, SHOP)
    site.expiring(WWW, 6.5)
    site.wrong_host(SHOP)
    witness = Witness(site)
    site.mailbox = cast("Mailbox", witness)
    site.run()
    [(outbox, ledger)] = witness.seen
    assert outbox == [(ANN, 0)]
    assert {target for target, _ in ledger} == {WWW, SHOP}
    assert site.rows("SELECT count(*) FROM outbox") == [(0,)]


@dataclass(slots=True)
class Witness:
    """A mailer that looks into the state file when it is given a mail."""

    site: Site
    seen: list[Any] = field(default_factory=list)

    def send(self, *_: object) -> None:
        """Look."""
        self.seen.append(
            (self.site.rows("SELECT email, tries FROM outbox"), self.site.rows("SELECT target, key FROM ledger"))
        )


def test_past_results_are_kept_for_so_long_and_no_longer(site: Site) -> None:
    """What was found again and again is one row; the settings say for how many days it stays after the last time."""
    site.subscribe(ANN, WWW)
    site.subscribe(BOB, SHOP)
    site.expiring(WWW, 50)
    site.run()
    site.expiring(WWW, 60)
    site.run(after=399 * DAY)
    assert Counter(target for (target,) in site.rows("SELECT target FROM history")) == {WWW: 2, SHOP: 1}
    site.run(after=2 * DAY)
    assert Counter(target for (target,) in site.rows("SELECT target FROM history")) == {WWW: 1, SHOP: 1}
    with site.open_journal() as journal:
        [(first, last, count, found)] = journal.history(WWW)
    assert (first, last, count) == (START + 399 * DAY, START + 401 * DAY, 2)
    assert found["tls"][1:3] == [int((START + 60 * DAY).timestamp()), "ab" * 32]


def test_a_rehearsal_shows_what_would_be_sent_and_writes_nothing(site: Site) -> None:
    """To whom, about what, and for whom mail waits already; the real run then does just that."""
    site.subscribe(ANN, WWW)
    site.subscribe(BOB, SHOP)
    site.expiring(WWW, 6.5)
    site.mailbox.failing[ANN] = MailError("450 later")
    site.run()
    site.expiring(SHOP, 6.5)
    before = (site.folder / "state.db").read_bytes()
    report = site.run(after=DAY, journal=Journal.rehearsal(site.folder / "state.db"))
    assert report.held == [(ANN, START)]
    assert [(digest.email, [news.target for news in digest.news]) for digest in report.digests] == [(BOB, [SHOP])]
    assert (site.folder / "state.db").read_bytes() == before
    site.mailbox.failing.clear()
    site.run()
    assert sorted(to for to, _ in site.mailbox.accepted) == [ANN, BOB]


# --- cut off ---------------------------------------------------------------------------------------------------------


class Cut(BaseException):
    """The process ends here, as far as this run can tell."""


class CutJournal(Journal):
    """A journal whose process ends at the *left*-th statement from now."""

    left = 0

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Cut

    def _do(self, statement: str, *values: Any) -> None:
        self._count()
        super()._do(statement, *values)

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._count()
        super()._many(statement, rows)


def test_a_run_cut_off_at_any_statement_loses_nothing_and_repeats_only_the_same_mail(tmp_path: Path) -> None:
    """Then a clean run tells each address of everything, in one mail, and after it there is no more to tell."""
    steps = 0
    while True:
        steps += 1
        folder = tmp_path / str(steps)
        folder.mkdir()
        site = Site(folder)
        for email in (ANN, BOB):
            site.subscribe(email, WWW, SHOP)
        site.expiring(WWW, 6.5)
        site.wrong_host(SHOP)
        journal = CutJournal.open(folder / "state.db")
        journal.left = steps
        with journal:
            work = scheduled.Run(site.store, journal, lambda: START, Post(site.mailbox, SENDER), Rules(), 400 * DAY)
            try:
                scheduled.run(work, cast("Runner", site.checker))
                break
            except Cut:
                pass
        site.run(after=HOUR)
        for email in (ANN, BOB):
            mails = site.mailbox.of(email)
            assert len({mail["Message-ID"] for mail in mails}) == 1
            assert all(target in text_of(mails[0]) for target in (WWW, SHOP))
        assert len(site.mailbox.accepted) <= 3
        assert site.run(after=DAY).sent == 0
    assert steps > 10
