"""Every event there is, each declared once: its name, when it is emitted, and its properties with their types.

A declaration is a function that makes the event: a property that is missing, unknown or of another type fails the type
check where it is emitted. ``domaincheck telemetry events`` and the manual print :data:`EVENTS`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

P = ParamSpec("P")

# Named tuples, as each command has to make these classes, and dataclasses take ten times as long to be made.


class Event(NamedTuple):
    """One thing that happened: its *name* and its *properties*, as its declaration has them."""

    name: str
    properties: Mapping[str, Any]


class Declaration(NamedTuple):
    """What an event is called, when it is emitted, and its properties with their types, in order."""

    name: str
    when: str
    properties: Mapping[str, str]


class Envelope(NamedTuple):
    """One event as it will be sent: *properties* are JSON; *timestamp* is when it happened, in UTC.

    *uuid* stays with it however often it is sent, so that PostHog keeps it once.
    """

    uuid: str
    event: str
    distinct_id: str
    timestamp: datetime
    properties: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """All of it as a JSON object: as it is kept, shown, logged and sent."""
        return self._asdict() | {"timestamp": self.timestamp.isoformat(), "properties": dict(self.properties)}


_DECLARED: dict[str, Callable[..., None]] = {}


def _event(declared: Callable[P, None]) -> Callable[P, Event]:
    """Turn the declaration *declared* into a function that makes the event."""
    name = declared.__name__
    _DECLARED[name] = declared

    def make(*_args: P.args, **properties: P.kwargs) -> Event:
        return Event(name, properties)

    return make


def declarations() -> list[Declaration]:
    """Return every event there is, in the order of the funnel and of the commands."""
    return [_described(name, declared) for name, declared in _DECLARED.items()]


def _described(name: str, declared: Callable[..., None]) -> Declaration:
    properties = {key: str(parameter.annotation) for key, parameter in inspect.signature(declared).parameters.items()}
    return Declaration(name, (declared.__doc__ or "").strip().rstrip("."), properties)


@_event
def command_run(*, command: str, success: bool, exit_code: int, response_time: float) -> None:
    """Every command ends."""


@_event
def command_error(*, command: str, error_type: str, error_message: str, response_time: float) -> None:
    """A command fails or is used wrongly."""


@_event
def domain_check(*, domain_count: int, threshold_days: float | None, domains: Sequence[str]) -> None:
    """``check`` starts."""


@_event
def domain_check_results(  # noqa: PLR0913 - a parameter a property
    *,
    domain_count: int,
    expired_count: int,
    warning_count: int,
    valid_count: int,
    invalid_count: int,
    unknown_count: int,
    duration_seconds: float,
) -> None:
    """``check`` ends."""


@_event
def otp_generated(*, operation: str, force_new: bool, is_new_otp: bool) -> None:
    """A code is asked for."""


@_event
def otp_email_sent(*, success: bool, operation: str) -> None:
    """The mail of a code was tried."""


@_event
def otp_flow_email_delivered(*, operation: str) -> None:
    """The mail of a code was accepted."""


@_event
def otp_email_failed(*, operation: str) -> None:
    """The mail of a code was not accepted."""


@_event
def otp_verification_attempted(*, success: bool, message: str, operation: str) -> None:
    """A code is given."""


@_event
def domain_registration_started(*, domain_count: int, domains: Sequence[str]) -> None:
    """``subscribe`` starts."""


@_event
def domain_registration_error(*, error_type: str, message: str, domain_count: int) -> None:
    """``subscribe`` fails: ``missing_otp``, ``invalid_otp`` or ``registration_exception``."""


@_event
def domain_registration_completed(*, domain_count: int, success: bool, domains: Sequence[str]) -> None:
    """``subscribe`` is done."""


@_event
def scheduled_check_started(*, timestamp: str) -> None:
    """``run-scheduled`` starts."""


@_event
def scheduled_check_completed(
    *, duration_seconds: float, notifications_sent: int, domains_checked: int, success: bool
) -> None:
    """``run-scheduled`` ends."""


@_event
def scheduled_check_error(*, error_message: str, duration_seconds: float) -> None:
    """``run-scheduled`` fails."""


@_event
def telemetry_dropped(*, count: int) -> None:
    """The outbox had to drop events."""
