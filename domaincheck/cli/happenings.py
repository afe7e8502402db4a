"""What happens in a command, as events of :mod:`domaincheck.telemetry.events`. Loaded only if telemetry may be on."""

from __future__ import annotations

import time
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from domaincheck.telemetry import events
from domaincheck.telemetry.recorder import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domaincheck.cli.inputs import TargetList
    from domaincheck.model import Summary
    from domaincheck.scheduled import Report
    from domaincheck.telemetry.recorder import Recorder
    from domaincheck.verdict import Policy

MOST_DOMAINS = 100
LOOKED_AT = 200
"""Targets of a list that are read to tell of it; of a longer one only the number is told besides."""

SCHEDULED = "run-scheduled"


class Happenings:
    """Tells *recorder* what happened."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    # --- every command --------------------------------------------------------------------------------------------

    def command_failed(self, command: str, kind: str, sentence: str, seconds: float) -> None:
        """Tell that *command* failed by an error of that *kind*, and the *sentence* that the user was told."""
        event = events.command_error(
            command=command, error_type=kind, error_message=sentence, response_time=_rounded(seconds)
        )
        self._recorder.emit(event, self._whose(command))

    def command_ended(self, command: str, status: int, seconds: float, *, success: bool) -> None:
        """Tell that *command* ended with the exit status *status*, and whether it did its job."""
        event = events.command_run(command=command, success=success, exit_code=status, response_time=_rounded(seconds))
        self._recorder.emit(event, self._whose(command))

    def _whose(self, command: str) -> str:
        return SYSTEM if command == SCHEDULED else self._recorder.whose

    # --- check ----------------------------------------------------------------------------------------------------

    def check_started(self, targets: TargetList, policy: Policy) -> None:
        """Tell that *targets* are going to be checked by *policy*."""
        from domaincheck.threshold import Threshold
        from domaincheck.verdict.thresholds import DAY, DEFAULT_WARNING

        count, domains = _extent(targets)
        threshold = policy.warning or Threshold(DEFAULT_WARNING / DAY)
        days = None if threshold.relative else threshold.amount
        self._recorder.emit(events.domain_check(domain_count=count, threshold_days=days, domains=domains))

    def check_ended(self, summary: Summary, seconds: float) -> None:
        """Tell what was found."""
        self._recorder.emit(
            events.domain_check_results(
                domain_count=summary.domain_count,
                expired_count=summary.expired_count,
                warning_count=summary.warning_count,
                valid_count=summary.valid_count,
                invalid_count=summary.invalid_count,
                unknown_count=summary.unknown_count,
                duration_seconds=_rounded(seconds),
            )
        )

    # --- codes ----------------------------------------------------------------------------------------------------

    def code_asked_for(self, email: str, operation: str, *, force: bool, new: bool) -> None:
        """Tell that *email* was to get a code, and whether a new one was made."""
        self._recorder.emit(events.otp_generated(operation=operation, force_new=force, is_new_otp=new), email)

    def code_mailed(self, email: str, operation: str, *, accepted: bool) -> None:
        """Tell what became of a code's mail."""
        self._recorder.emit(events.otp_email_sent(success=accepted, operation=operation), email)
        outcome = events.otp_flow_email_delivered if accepted else events.otp_email_failed
        self._recorder.emit(outcome(operation=operation), email)

    def code_given(self, email: str, operation: str, *, accepted: bool) -> None:
        """Tell whether a code was right; never which it was."""
        message = "accepted" if accepted else "rejected"
        event = events.otp_verification_attempted(success=accepted, message=message, operation=operation)
        self._recorder.emit(event, email)

    # --- subscribe ------------------------------------------------------------------------------------------------

    @contextmanager
    def registration(self, email: str, texts: Sequence[str]) -> Iterator[None]:
        """Tell that *email* is to be subscribed to the targets in *texts*, and after the block what came of that.

        Unless it raises, a subscription is done if a code was right, and still waits for one otherwise.
        """
        from domaincheck.cli.inputs import TargetList

        count, domains = _extent(TargetList(tuple((text, None) for text in texts)))
        self._recorder.emit(events.domain_registration_started(domain_count=count, domains=domains), email)
        try:
            yield
        except BaseException as error:
            self._registration_failed(email, "registration_exception", _sentence(error), count)
            raise
        codes = [each.properties["success"] for each in self._recorder.events("otp_verification_attempted")]
        if any(codes):
            event = events.domain_registration_completed(domain_count=count, success=True, domains=domains)
            self._recorder.emit(event, email)
        elif codes:
            self._registration_failed(email, "invalid_otp", "the code given is wrong", count)
        else:
            self._registration_failed(email, "missing_otp", "no code was given", count)

    def _registration_failed(self, email: str, kind: str, sentence: str, count: int) -> None:
        event = events.domain_registration_error(error_type=kind, message=sentence, domain_count=count)
        self._recorder.emit(event, email)

    # --- run-scheduled --------------------------------------------------------------------------------------------

    @contextmanager
    def scheduled_run(self) -> Iterator[Callable[[Report], None]]:
        """Tell that a scheduled run starts and, if the block raises, that it failed; yield what tells of its report."""
        from domaincheck.text import timestamp

        begun = time.monotonic()
        self._recorder.emit(events.scheduled_check_started(timestamp=timestamp(self._recorder.clock())), SYSTEM)
        try:
            yield lambda report: self._scheduled_run_ended(report, time.monotonic() - begun)
        except BaseException as error:
            seconds = _rounded(time.monotonic() - begun)
            event = events.scheduled_check_error(error_message=_sentence(error), duration_seconds=seconds)
            self._recorder.emit(event, SYSTEM)
            raise

    def _scheduled_run_ended(self, report: Report, seconds: float) -> None:
        event = events.scheduled_check_completed(
            duration_seconds=_rounded(seconds),
            notifications_sent=report.sent,
            domains_checked=report.targets,
            success=not report.waiting and report.clock_behind is None,
        )
        self._recorder.emit(event, SYSTEM)


def _extent(targets: TargetList) -> tuple[int, list[str]]:
    """Return how many *targets* there are, and the hosts of the first, each once.

    A long list is not parsed twice for this: its number is then that before targets named twice are merged.
    """
    from domaincheck.model import Target

    first = list(islice(targets, LOOKED_AT))
    hosts = dict.fromkeys(target.host for target in first if isinstance(target, Target))
    count = len(first) if len(first) < LOOKED_AT else targets.count()
    return count, list(hosts)[:MOST_DOMAINS]


def _sentence(error: BaseException) -> str:
    """Return what to tell of *error*: its text, which for ours is a sentence, or at least its kind."""
    return "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
