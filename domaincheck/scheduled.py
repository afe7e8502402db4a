"""One scheduled run: select, check, decide what is due, write it down, send, record.

The invariant that makes progress certain: what is due and the mail that tells of it are written in one transaction
before anything is sent, and a mail leaves the outbox only when a server has accepted it or refused its recipient for
good. So wherever a run is cut off, each alert is either not yet written (the next run finds it due again) or waits in
the outbox (the next run sends it). A mail that was accepted in the instant of the cut is sent once more, with the same
Message-ID. One bad target, address or mail is one line in the report; the rest goes on. A mail to an address that has
no verified subscription any more is not sent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from domaincheck.alerts.due import Digest, Wish, decide
from domaincheck.alerts.findings import judged
from domaincheck.alerts.message import Letterhead, Line, digest_message
from domaincheck.errors import DomaincheckError, MailError
from domaincheck.history import to_keep
from domaincheck.model import InvalidTarget, Standing, Status, Threshold
from domaincheck.targets import key_of, parse, with_domain
from domaincheck.verdict.expectations import settled_for

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping
    from datetime import datetime

    from domaincheck.alerts.due import Rules
    from domaincheck.journal import Journal, Waiting
    from domaincheck.mailer import Post
    from domaincheck.model import Result, Subscription, Target
    from domaincheck.runner import Runner
    from domaincheck.store import Store
    from domaincheck.verdict import Own

TOLERANCE = timedelta(hours=1)
"""A clock may be set back by so much between two runs."""

BATCH = 200
"""Addresses whose digests are written in one transaction: few enough to lose little, enough to be quick."""

PATIENCE = timedelta(minutes=5)
"""When for so long no mail was accepted, though some were tried, the others wait for the next run."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a scheduled run works with; *keep* is how long history is kept, *own* what was settled for single names.

    Without *post* it is a rehearsal: on a copy of the journal it shows what would be written, and sends nothing.
    """

    store: Store
    journal: Journal
    clock: Callable[[], datetime]
    post: Post | None
    rules: Rules
    keep: timedelta
    own: Mapping[str, Own] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """What a run did: counts, the digests it wrote, and in *troubles* a sentence for each mail not accepted.

    Of a rehearsal, *held* are the addresses that mails of earlier runs wait for, and since when. *clock_behind* is when
    the last run started if the clock is behind that; nothing was done then.
    """

    subscriptions: int = 0
    targets: int = 0
    digests: list[Digest] = field(default_factory=list)
    held: list[tuple[str, datetime]] = field(default_factory=list)
    sent: int = 0
    waiting: int = 0
    refused: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    clock_behind: datetime | None = None


def run(work: Run, runner: Runner) -> Report:
    """Check every verified subscription, mail what is due, and tell what was done.

    Raises StateError when store or journal can't be used; nothing is sent then that is not on record.
    """
    report, now = Report(), work.clock()
    last = work.journal.last_run()
    if last is not None and now < last - TOLERANCE:
        report.clock_behind = last
        return report
    targets = _targets(_verified(work.store))
    results = _check(targets, runner)
    streaks = _streaks(work.journal.streaks(), results)
    # Read again: checks may take hours, and who has left meanwhile is left alone.
    wanted = _wanted(_verified(work.store))
    report.targets, report.subscriptions = len(targets), sum(map(len, wanted.values()))
    if work.post is None:
        report.held = [(mail.email, mail.queued) for mail in work.journal.waiting() if mail.email in wanted]
        report.waiting = len(report.held)
    _write(work, _digests(work, wanted, results, streaks, now), streaks, results, now, report)
    if work.post is not None:
        _send(work, work.post, wanted, report)
    return report


def _verified(store: Store) -> Iterator[Subscription]:
    return (each for each in store.subscriptions() if each.standing is Standing.VERIFIED)


def _targets(subscriptions: Iterable[Subscription]) -> dict[str, Target | InvalidTarget]:
    """Return the distinct targets by their keys."""
    targets: dict[str, Target | InvalidTarget] = {}
    for subscription in subscriptions:
        target = parse(subscription.target)
        key = key_of(target)
        if key not in targets:
            targets[key] = target if isinstance(target, InvalidTarget) else with_domain(target)
    return targets


def _wanted(subscriptions: Iterable[Subscription]) -> dict[str, list[tuple[str, Subscription]]]:
    """Return by address what it subscribed to, with the keys of the targets."""
    wanted: dict[str, list[tuple[str, Subscription]]] = defaultdict(list)
    for subscription in subscriptions:
        wanted[subscription.email].append((key_of(parse(subscription.target)), subscription))
    return wanted


def _check(targets: Mapping[str, Target | InvalidTarget], runner: Runner) -> dict[str, Result]:
    keys = list(targets)
    return {keys[place]: result for place, result in runner.run(targets.values())}


def _streaks(before: Mapping[tuple[str, str], int], results: Mapping[str, Result]) -> dict[tuple[str, str], int]:
    """Return for how many runs in a row, this one included, each part of a target was unreachable."""
    return {
        (key, part): before.get((key, part), 0) + 1
        for key, result in results.items()
        for part, found in (("tls", result.tls), ("domain", result.domain))
        if found is not None and not judged(found)
    }


def _digests(
    work: Run,
    wanted: Mapping[str, Iterable[tuple[str, Subscription]]],
    results: Mapping[str, Result],
    streaks: Mapping[tuple[str, str], int],
    now: datetime,
) -> Iterator[Digest]:
    for email, wishes in wanted.items():
        seen = [
            Wish(key, results[key], _threshold(subscription) or _own_threshold(work, results[key]))
            for key, subscription in wishes
            if key in results and results[key].status is not Status.INVALID_TARGET
        ]
        last = work.journal.last_digest(email)
        yield decide(email, seen, work.journal.entries(email), streaks, last, work.rules, now)


def _threshold(subscription: Subscription) -> Threshold | None:
    try:
        return Threshold.parse(subscription.threshold) if subscription.threshold else None
    except ValueError:  # edited by hand; the windows of the settings stand
        return None


def _own_threshold(work: Run, result: Result) -> Threshold | None:
    """Return the threshold that was settled for the host of *result*, or for a name it is under."""
    return settled_for(result.host, work.own).threshold if work.own and result.host else None


def _write(  # noqa: PLR0913, PLR0917 - all that one run found
    work: Run,
    digests: Iterator[Digest],
    streaks: Mapping[tuple[str, str], int],
    results: Mapping[str, Result],
    now: datetime,
    report: Report,
) -> None:
    """Put what is due and the mails that tell of it on record, a batch of addresses at a time; the run itself last.

    The streaks come last too: a run that is cut off before has not been.
    """
    while batch := list(islice(digests, BATCH)):
        with work.journal.transaction():
            for digest in batch:
                _put_on_record(work, digest, now, report)
    with work.journal.transaction():
        work.journal.keep_streaks(streaks)
        work.journal.record(((key, to_keep(result)) for key, result in results.items()), now, work.keep)
        work.journal.note_run(now)


def _put_on_record(work: Run, digest: Digest, now: datetime, report: Report) -> None:
    try:
        message = _message(work, digest, now) if digest.news else None
    except MailError as error:  # an address that got past its checks; it keeps nobody else from being told
        report.troubles.append(f"{digest.email}: {error}")
        return
    work.journal.keep_entries((*digest.quiet, *(news.entry for news in digest.news)))
    if message is not None:
        work.journal.queue(digest.email, message, now)
        report.digests.append(digest)


def _message(work: Run, digest: Digest, now: datetime) -> bytes:
    lines = [
        Line(
            target=news.target,
            severity=news.finding.severity,
            headline=news.finding.headline,
            detail=news.finding.detail,
            when=news.finding.when,
            days_left=(news.finding.when - now).days if news.finding.when else None,
            solved=news.solved,
        )
        for news in digest.news
    ]
    # What is told makes the Message-ID: the same news, decided twice, is the same mail.
    keys = sorted(f"{n.target} {n.entry.key} {n.entry.step} {n.solved}" for n in digest.news)
    key = "\n".join((digest.email, f"{now:%Y-%m-%d}", *keys))
    sender = work.post.sender if work.post else "rehearsal@localhost"
    return digest_message(lines, Letterhead(sender, digest.email, now, key))


def _send(work: Run, post: Post, verified: Container[str], report: Report) -> None:
    """Send what waits in the outbox, of this run and of earlier ones, to addresses that are *verified*."""
    failing_since: datetime | None = None
    for mail in work.journal.waiting():
        if mail.email not in verified:
            _end(work, mail.email)
            continue
        began = work.clock()
        try:
            post.mailer.send(mail.message, post.sender, mail.email)
        except MailError as error:
            failing_since = failing_since or began
            _not_accepted(work, mail, error, report)
            if work.clock() - failing_since > PATIENCE:
                report.troubles.append("no mail was accepted for a while; the others wait for the next run")
                break
        else:
            failing_since = None
            with work.journal.transaction():
                work.journal.settled(mail.number)
            report.sent += 1
    report.waiting = work.journal.count_waiting()


def _not_accepted(work: Run, mail: Waiting, error: MailError, report: Report) -> None:
    """Let *mail* wait for the next run; or, when its address is refused for good, set the address aside."""
    report.troubles.append(f"{mail.email}: {error}")
    if error.permanent:
        try:
            work.store.mark(mail.email, Standing.REFUSED, work.clock())
        except DomaincheckError as fault:  # a store that may only be read; others get their mail all the same
            report.troubles.append(str(fault))
        else:
            report.refused.append(mail.email)
            _end(work, mail.email)
            return
    with work.journal.transaction():
        work.journal.postponed(mail.number, str(error))


def _end(work: Run, email: str) -> None:
    """Drop the mails to *email*, which must not or can't get any."""
    with work.journal.transaction():
        work.journal.drop(email)
