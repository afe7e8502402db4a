"""``domaincheck run-scheduled``: what cron runs."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.text import counted, minute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domaincheck.alerts.due import Rules
    from domaincheck.cli.invocation import Invocation
    from domaincheck.model import Threshold
    from domaincheck.runner import Runner
    from domaincheck.scheduled import Report
    from domaincheck.settings import Settings
    from domaincheck.verdict import Own

NOT_YET = 1
COULD_NOT = 3
MOST_TROUBLES = 20
"""Mails not accepted that are complained of one by one; a server that is down fails them all."""


def run_scheduled(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent and to whom; change and send nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the run's report as JSON.")] = False,
) -> int:
    """Check every verified subscription and mail what is due; silent when all is well."""
    from domaincheck.cli.terminal import say
    from domaincheck.files.lock import holding

    invocation: Invocation = ctx.obj
    world = invocation.world
    if dry_run:
        report = _rehearse(invocation)
    else:
        with holding(invocation.state_file("run.lock")) as alone:
            if not alone:
                say(world.stderr, "another scheduled run is under way; this one has nothing to do")
                return 0
            with invocation.happenings.scheduled_run() as ended:
                report = _run(invocation)
                ended(report)
    for sentence in _complaints(report):
        say(world.stderr, sentence)
    if json:
        world.stdout.write(_document(report, dry_run=dry_run))
    elif dry_run:
        world.stdout.write(_preview(report))
    if report.clock_behind:
        return COULD_NOT
    return NOT_YET if report.waiting and not dry_run else 0


def _complaints(report: Report) -> Iterator[str]:
    """Yield what the user is told even of a run that is silent otherwise."""
    yield from report.troubles[:MOST_TROUBLES]
    if (more := len(report.troubles) - MOST_TROUBLES) > 0:
        yield f"… and {more} more of this kind"
    if report.clock_behind:
        last = minute(report.clock_behind)
        yield f"the clock is behind the last scheduled run, of {last}: nothing is checked or sent until it is right"


def _run(invocation: Invocation) -> Report:
    from domaincheck import scheduled

    post = invocation.open_post()
    with invocation.open_journal() as journal, _runner(invocation, remember=True) as runner:
        work = scheduled.Run(invocation.open_store(), journal, invocation.world.clock, post, *_rules(invocation))
        return scheduled.run(work, runner)


def _rehearse(invocation: Invocation) -> Report:
    """Go through a run on a copy of the journal, without a mailer and without a memory."""
    from domaincheck import scheduled
    from domaincheck.journal import Journal

    path = invocation.state_file("state.db")
    with Journal.rehearsal(path) as journal, _runner(invocation, remember=False) as runner:
        work = scheduled.Run(invocation.open_store(), journal, invocation.world.clock, None, *_rules(invocation))
        return scheduled.run(work, runner)


def _rules(invocation: Invocation) -> tuple[Rules, timedelta, Mapping[str, Own]]:
    from domaincheck.alerts.due import Rules
    from domaincheck.cli.expectations import settled

    settings = invocation.settings
    rules = Rules(settings["alerts.windows"], settings["alerts.unreachable_after"])
    return rules, timedelta(days=settings["history.keep_days"]), settled(settings)


@contextmanager
def _runner(invocation: Invocation, *, remember: bool) -> Iterator[Runner]:
    from domaincheck.cli import values
    from domaincheck.cli.perform import running
    from domaincheck.cli.terminal import say
    from domaincheck.wiring import ProbeOptions

    settings, world = invocation.settings, invocation.world
    options = ProbeOptions(
        jobs=settings["check.jobs"],
        timeout=settings["check.timeout"],
        retries=settings["check.retries"],
        ca_file=settings["tls.ca_file"],
        **values.settled_registries(settings),
        **values.memory(invocation, cache=True, refresh=False, wanted=remember),
    )

    def tell(sentence: str) -> None:
        if invocation.verbosity > 0:
            say(world.stderr, sentence)

    with running(options, values.policy(settings, *_thresholds(settings)), world, tell) as runner:
        yield runner


def _thresholds(settings: Settings) -> tuple[Threshold | None, Threshold | None]:
    from domaincheck.model import Threshold

    texts = settings["check.threshold"], settings["check.critical"]
    warning, critical = (Threshold.parse(text) if text else None for text in texts)
    return warning, critical


def _document(report: Report, *, dry_run: bool) -> str:
    """Return the run's report as JSON, version 1."""
    import json

    document = {
        "version": "1",
        "dry_run": dry_run,
        "subscriptions": report.subscriptions,
        "targets": report.targets,
        "mails_written": len(report.digests),
        "mails_sent": report.sent,
        "mails_waiting": report.waiting,
        "addresses_refused": report.refused,
        "digests": [
            {
                "email": digest.email,
                "news": [
                    {
                        "target": news.target,
                        "severity": news.finding.severity,
                        "headline": news.finding.headline,
                        "detail": news.finding.detail,
                        "when": news.finding.when,
                        "solved": news.solved,
                    }
                    for news in digest.news
                ],
            }
            for digest in report.digests
        ],
    }
    return json.dumps(document, indent=2, default=lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}") + "\n"


def _preview(report: Report) -> str:
    """Return what would be sent, in lines."""
    if not report.digests and not report.held:
        return f"{counted(report.targets, 'target')} checked; nothing is due\n"
    lines = [f"to {email}: the mail of {queued:%Y-%m-%d} that waits" for email, queued in report.held]
    for digest in report.digests:
        lines.append(f"to {digest.email}:")
        lines += [f"  {news.target}: {news.finding.headline}" for news in digest.news]
    return "\n".join(lines) + "\n"
