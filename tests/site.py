"""An installation for scheduled runs, day by day; results and mailer are handed in."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from domaincheck import scheduled
from domaincheck.alerts.due import Rules
from domaincheck.journal import Journal
from domaincheck.mailer import Post
from domaincheck.model import InvalidTarget, ProblemCode, Standing, Status, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests import results
from tests.mail import SENDER, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
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
