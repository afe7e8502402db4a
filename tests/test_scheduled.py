"""What a scheduled run decides, writes down and sends, day by day; results and mailer are handed in."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from domaincheck import scheduled
from domaincheck.alerts.due import Rules
from domaincheck.errors import MailError, StateError
from domaincheck.journal import Journal
from domaincheck.mailer import Post
from domaincheck.model import InvalidTarget, ProblemCode, Standing, Status, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests import results
from tests.mail import SENDER, parsed, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from email.message import EmailMessage
    from pathlib import Path

    from domaincheck.model import Result, Target
    from domaincheck.runner import Runner

START = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANN, BOB = "ann@example.org", "bob@example.org"
WWW, SHOP, MAIL = "www.example.com", "shop.example.com", "mail.example.com:8443"


@dataclass(slots=True)
class Checker:
    """Stands in for the runner: *found* has results by target; *asked* tells what was checked.

    What happens *meanwhile* elsewhere is called once.
    """

    found: dict[str, Result] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = bool

    def run(self, items: Iterable[Target | InvalidTarget]) -> Iterator[tuple[int, Result]]:
        """Yield the results, last first, as they might well finish."""
        self.meanwhile()
        for place, item in reversed(list(enumerate(items))):
            self.asked.append(item.text)
            if isinstance(item, InvalidTarget):
                yield place, results.invalid(item.text)
            else:
                yield place, self.found.get(item.text, results.result(item.text))


@dataclass(slots=True)
class Mailbox:
    """A mailer that keeps what it takes; of the addresses in *failing* it takes nothing."""

    accepted: list[tuple[str, EmailMessage]] = field(default_factory=list)
    failing: dict[str, BaseException] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Take *message*, or fail."""
        assert sender == SENDER
        self.tried.append(recipient)
        if recipient in self.failing:
            raise self.failing[recipient]
        self.accepted.append((recipient, parsed(message)))

    def of(self, recipient: str) -> list[EmailMessage]:
        """Return the mails to *recipient*."""
        return [message for to, message in self.accepted if to == recipient]

    def subjects(self) -> list[str]:
        """Return the subjects of all mails, and take the mails out."""
        found = [message["Subject"] for _, message in self.accepted]
        self.accepted.clear()
        return found


@dataclass(slots=True)
class Site:
    """An installation in *folder*, and the time there."""

    folder: Path
    now: datetime = START
    checker: Checker = field(default_factory=Checker)
    mailbox: Mailbox = field(default_factory=Mailbox)
    store: Any = None

    def __post_init__(self) -> None:
        self.store = open_store(self.folder / "subscriptions.db", parse)

    def subscribe(
        self, email: str, *targets: str, standing: Standing = Standing.VERIFIED, threshold: str | None = None
    ) -> None:
        """Subscribe *email* to *targets*."""
        self.store.add(Subscription(email, target, threshold, standing, START) for target in targets)

    def expiring(self, target: str, days: float, *, of: str = "ab") -> None:
        """Let the certificate *of* that name, on *target*, expire so many days from now; 90 days is its lifetime."""
        end = self.now + days * DAY
        status = Status.EXPIRED if days < 0 else Status.EXPIRING_SOON if days < 30 else Status.VALID
        dates = {"not_before": end - 90 * DAY, "not_after": end, "fingerprint_sha256": of * 32}
        self.checker.found[target] = results.result(target, tls=results.tls(status, **dates), domain=None)

    def unreachable(self, target: str) -> None:
        """Let nobody answer at *target*."""
        self.checker.found[target] = results.result(target, tls=results.unreachable(), domain=None)

    def wrong_host(self, target: str) -> None:
        """Let *target* show the certificate of another host."""
        fault = results.problem("the certificate is for others", ProblemCode.HOSTNAME_MISMATCH)
        self.checker.found[target] = results.result(
            target, tls=results.tls(Status.INVALID, problems=(fault,)), domain=None
        )

    def open_journal(self) -> Journal:
        """Open what must not be forgotten."""
        return Journal.open(self.folder / "state.db")

    def run(self, *, after: timedelta = timedelta(), journal: Journal | None = None) -> scheduled.Report:
        """Make a scheduled run *after* that much time; without a mailer on a *journal* of its own."""
        self.now += after
        post = None if journal else Post(self.mailbox, SENDER)
        with journal or self.open_journal() as opened:
            work = scheduled.Run(self.store, opened, lambda: self.now, post, Rules(), 400 * DAY)
            return scheduled.run(work, cast("Runner", self.checker))

    def rows(self, query: str) -> list[Any]:
        """Return what *query* finds in the state file."""
        with contextlib.closing(sqlite3.connect(self.folder / "state.db")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an installation where nobody has subscribed yet."""
    return Site(tmp_path)


# --- whom, what, how often ---------------------------------------------------------------------------------------


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


# --- the clock ---------------------------------------------------------------------------------------------------


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


# --- mails that are not accepted ---------------------------------------------------------------------------------


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


# --- one bad apple -----------------------------------------------------------------------------------------------


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


# --- what is on record -------------------------------------------------------------------------------------------


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


# --- cut off -----------------------------------------------------------------------------------------------------


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
