"""What the dashboard shows: pure data, in the words of PostHog's API.

Only parts of the query language that old self-hosted servers know as well are used. The events and properties are those
of :mod:`domaincheck.telemetry.events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    Node = Mapping[str, Any]
    """A part of a query, as JSON."""

NAME = "domaincheck"
"""What the dashboard is called."""

PERIOD = {"date_from": "-30d"}
WINDOW_HOURS = 1
"""How far apart the steps of a funnel may be: a code lives ten minutes, and whoever tries again begins again."""

ERROR_RATE = "error-rate"
ERRORS_PER_CENT = 5
"""The share of commands of a day that may fail before the alert is raised."""

COHORT_YEARS = 5
HEIGHT = 5


def mark(key: str) -> str:
    """Return what a description ends with, so that the thing is found again, whatever it is called by then."""
    return f"[domaincheck:{key}]"


@dataclass(frozen=True, slots=True)
class Tile:
    """An insight on the dashboard; *about* tells its reader what is seen.

    *place* is column, row and width on PostHog's grid of twelve columns.
    """

    key: str
    name: str
    about: str
    source: Node
    place: tuple[int, int, int]

    @property
    def content(self) -> dict[str, Any]:
        """What is ours of the insight; its name is too, but only at first."""
        query = {"kind": "InsightVizNode", "source": self.source}
        return {"description": f"{self.about} {mark(self.key)}", "query": query}


def layouts(tile: Tile) -> dict[str, Any]:
    """Return where *tile* stands on a wide screen, and on a narrow one, where each has a row of its own."""
    x, y, width = tile.place
    return {
        "sm": {"x": x, "y": y, "w": width, "h": HEIGHT},
        "xs": {"x": 0, "y": TILES.index(tile) * HEIGHT, "w": 1, "h": HEIGHT},
    }


# --- parts of queries --------------------------------------------------------------------------------------------


def _is(**properties: str) -> list[Node]:
    """Return the filters that let events with these *properties* pass; a boolean is spelt as in JSON."""
    return [{"type": "event", "key": key, "operator": "exact", "value": [value]} for key, value in properties.items()]


def _event(name: str, label: str, **more: Any) -> Node:
    return {"kind": "EventsNode", "event": name, "custom_name": label, **more}


def _measured(name: str, label: str, math: str, of: str) -> Node:
    """Return the series of the *math* (``avg``, ``max`` or ``sum``) of the property *of*."""
    return _event(name, label, math=math, math_property=of)


def _trend(*series: Node, display: str = "ActionsLineGraph", **shown: Any) -> Node:
    return {
        "kind": "TrendsQuery",
        "dateRange": PERIOD,
        "interval": "day",
        "series": list(series),
        "trendsFilter": {"display": display, **shown},
    }


def _funnel(order: str, *steps: Node) -> Node:
    return {
        "kind": "FunnelsQuery",
        "dateRange": PERIOD,
        "series": list(steps),
        "funnelsFilter": {
            "funnelVizType": "steps",
            "funnelOrderType": order,
            "funnelWindowInterval": WINDOW_HOURS,
            "funnelWindowIntervalUnit": "hour",
        },
    }


# --- what is made ------------------------------------------------------------------------------------------------


def subscription_funnel() -> Node:
    """Return the funnel of a subscription: code generated, code verified, subscription attempted, completed.

    The steps come in more than one order. On a terminal ``subscribe`` starts, and then has a code sent; from a script
    the code is sent by ``otp send`` or by an earlier ``subscribe``, and the one that is given the code starts after
    that. But it never starts after the code was verified. A funnel in any fixed order would lose those who came the
    other way, so this one has no order: row *n* counts who did at least *n* of the steps. As every way begins with the
    code and the attempt and goes on with the verification, row 2 is who did those two, row 3 who gave the right code as
    well, and row 4 who is subscribed. Codes for unsubscribing don't count.
    """
    return _funnel(
        "unordered",
        _event("otp_generated", "Code generated", properties=_is(operation="subscribe")),
        _event("otp_verification_attempted", "Code verified", properties=_is(success="true", operation="subscribe")),
        _event("domain_registration_started", "Subscription attempted"),
        _event("domain_registration_completed", "Subscription completed", properties=_is(success="true")),
    )


def _code_funnel() -> Node:
    """Return the funnel of a code, which takes the same way for every operation."""
    return _funnel(
        "ordered",
        _event("otp_generated", "Code generated"),
        _event("otp_flow_email_delivered", "Mail accepted"),
        _event("otp_verification_attempted", "Code verified", properties=_is(success="true")),
    )


def _commands() -> Node:
    by_name = {"breakdown": "command", "breakdown_type": "event"}
    return {**_trend(_event("command_run", "Commands"), display="ActionsBarValue"), "breakdownFilter": by_name}


def _error_rate() -> Node:
    return _trend(
        _event("command_error", "Errors"),
        _event("command_run", "Commands"),
        formula="A/B*100",
        aggregationAxisFormat="percentage",
    )


def _per_check(label: str, of: str) -> Node:
    return _measured("domain_check_results", label, "avg", of)


TILES = (
    Tile(
        "subscription-funnel",
        "Subscription funnel",
        "1 step: a code was asked for, or a subscription attempted. 2: both. 3: the right code was given. "
        "4: subscribed. What is missing from one row to the next was lost there.",
        subscription_funnel(),
        (0, 0, 6),
    ),
    Tile(
        "code-funnel",
        "From code to verification",
        "Whether codes reach people by mail, and whether they give them back in time.",
        _code_funnel(),
        (6, 0, 6),
    ),
    Tile(
        "codes",
        "Codes mailed and failed",
        "Mails with codes that the mail server accepted, and those that it did not.",
        _trend(
            _event("otp_flow_email_delivered", "Mailed"), _event("otp_email_failed", "Failed"), display="ActionsBar"
        ),
        (0, HEIGHT, 4),
    ),
    Tile("commands", "Commands", "How often each command was run.", _commands(), (4, HEIGHT, 4)),
    Tile(
        ERROR_RATE,
        "Error rate",
        "Commands that failed or were used wrongly, in per cent of all commands of a day.",
        _error_rate(),
        (8, HEIGHT, 4),
    ),
    Tile(
        "scheduled-duration",
        "Scheduled runs: duration",
        "How long scheduled runs took.",
        _trend(
            _measured("scheduled_check_completed", "Average", "avg", "duration_seconds"),
            _measured("scheduled_check_completed", "Longest", "max", "duration_seconds"),
            aggregationAxisFormat="duration",
        ),
        (0, 2 * HEIGHT, 4),
    ),
    Tile(
        "scheduled-domains",
        "Scheduled runs: domains",
        "How many domains a scheduled run checked, on average.",
        _trend(_measured("scheduled_check_completed", "Domains a run", "avg", "domains_checked")),
        (4, 2 * HEIGHT, 4),
    ),
    Tile(
        "scheduled-mails",
        "Scheduled runs: mails",
        "Mails that scheduled runs sent, and runs that failed.",
        _trend(
            _measured("scheduled_check_completed", "Mails", "sum", "notifications_sent"),
            _event("scheduled_check_error", "Failed runs"),
            display="ActionsBar",
        ),
        (8, 2 * HEIGHT, 4),
    ),
    Tile(
        "expiry-outlook",
        "Expiry outlook",
        "What a check found, on average: an average stays the same however often the same list is checked.",
        _trend(
            _per_check("Expired", "expired_count"),
            _per_check("Expiring", "warning_count"),
            _per_check("Valid", "valid_count"),
            display="ActionsAreaGraph",
        ),
        (0, 3 * HEIGHT, 12),
    ),
)

DASHBOARD: dict[str, Any] = {
    "name": NAME,
    "description": "How domaincheck is used, where subscriptions get lost, what fails. Made by 'domaincheck telemetry "
    f"dashboard'. {mark('dashboard')}",
}

COHORT: dict[str, Any] = {
    "name": "domaincheck: verified subscribers",
    "description": f"Who proved an address to subscribe it in the last {COHORT_YEARS} years. {mark('subscribers')}",
    "is_static": False,
    "filters": {
        "properties": {
            "type": "OR",
            "values": [
                {
                    "type": "AND",
                    "values": [
                        {
                            "type": "behavioral",
                            "key": "otp_verification_attempted",
                            "event_type": "events",
                            "value": "performed_event",
                            "time_value": COHORT_YEARS,
                            "time_interval": "year",
                            "event_filters": _is(success="true", operation="subscribe"),
                        }
                    ],
                }
            ],
        }
    },
}

ALERT: dict[str, Any] = {
    "name": f"domaincheck: more than {ERRORS_PER_CENT} % of commands failed",
    "enabled": True,
    "condition": {"type": "absolute_value"},
    "threshold": {"configuration": {"type": "absolute", "bounds": {"upper": ERRORS_PER_CENT}}},
    "config": {"type": "TrendsAlertConfig", "series_index": 0},
    "calculation_interval": "daily",
}
"""On the insight :data:`ERROR_RATE`; whom to tell is added when it is made."""
