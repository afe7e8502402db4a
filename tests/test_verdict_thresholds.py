"""When an expiry is near: the edges of the windows, and how the windows follow from what the user asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domaincheck.model import Severity, Status, Threshold
from domaincheck.verdict import Policy
from domaincheck.verdict.thresholds import Windows, days_left
from tests.facts import DAY, SECOND

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
MONTH = Windows(30 * DAY, 7 * DAY)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("remaining", "status", "severity"),
    [
        (-365 * DAY, Status.EXPIRED, CRITICAL),
        (-SECOND, Status.EXPIRED, CRITICAL),
        (timedelta(0), Status.EXPIRING_TODAY, CRITICAL),
        (SECOND, Status.EXPIRING_TODAY, CRITICAL),
        (DAY - SECOND, Status.EXPIRING_TODAY, CRITICAL),
        (DAY, Status.EXPIRING_SOON, CRITICAL),
        (7 * DAY, Status.EXPIRING_SOON, CRITICAL),
        (7 * DAY + SECOND, Status.EXPIRING_SOON, WARNING),
        (30 * DAY, Status.EXPIRING_SOON, WARNING),
        (30 * DAY + SECOND, Status.VALID, OK),
        (3650 * DAY, Status.VALID, OK),
    ],
)
def test_edges_of_the_windows(remaining: timedelta, status: Status, severity: Severity) -> None:
    """The last second of a certificate still counts, and both windows include their first moment."""
    assert MONTH.judge(remaining) == (status, severity)


@pytest.mark.parametrize(
    ("remaining", "status"),
    [
        (11 * HOUR, Status.VALID),
        (10 * HOUR, Status.EXPIRING_TODAY),
        (timedelta(0), Status.EXPIRING_TODAY),
        (-SECOND, Status.EXPIRED),
    ],
)
def test_a_window_of_hours_keeps_the_last_day_quiet(remaining: timedelta, status: Status) -> None:
    """Under 24 hours left is "today" only inside the warning window."""
    assert Windows(10 * HOUR, 2 * HOUR).judge(remaining)[0] is status


def test_without_a_window_only_the_expiry_itself_is_told() -> None:
    """With a threshold of nothing the last second is valid … and the first one after it expired."""
    none = Windows(timedelta(0), timedelta(0))
    assert [none.judge(left)[0] for left in (SECOND, -SECOND)] == [Status.VALID, Status.EXPIRED]


@pytest.mark.parametrize(
    ("remaining", "days"),
    [
        (-DAY - SECOND, -2),
        (-DAY, -1),
        (-SECOND, -1),
        (timedelta(0), 0),
        (DAY - SECOND, 0),
        (DAY, 1),
        (30 * DAY - SECOND, 29),
        (30 * DAY, 30),
    ],
)
def test_days_left_are_rounded_down(remaining: timedelta, days: int) -> None:
    """Days left are whole days, rounded down, and so negative from the first second after the expiry."""
    assert days_left(remaining) == days


@pytest.mark.parametrize(
    ("lifetime", "warning"),
    [(398, 30.0), (90, 30.0), (89, 89 / 3), (47, 47 / 3), (6, 2.0), (1, 1 / 3), (0, 0.0), (None, 30.0)],
)
def test_unasked_the_warning_comes_in_the_last_third_at_most(lifetime: int | None, warning: float) -> None:
    """The default of 30 days is capped for a certificate at one third of its lifetime."""
    windows = Policy().for_certificate(None if lifetime is None else lifetime * DAY)
    assert windows.warning / DAY == pytest.approx(warning)


@pytest.mark.parametrize(
    ("asked", "lifetime", "warning"),
    [
        ("30", 6, 30.0),
        ("30d", 47, 30.0),
        ("0", 90, 0.0),
        ("1.5d", 6, 1.5),
        ("25%", 90, 22.5),
        ("25%", 6, 1.5),
        ("100%", 90, 90.0),
        ("30", None, 30.0),
        ("25%", None, 0.0),
    ],
)
def test_an_explicit_threshold_is_taken_as_it_stands(asked: str, lifetime: int | None, warning: float) -> None:
    """What the user asked for is not capped; a share of a lifetime that nobody knows is nothing."""
    windows = Policy(Threshold.parse(asked)).for_certificate(None if lifetime is None else lifetime * DAY)
    assert windows.warning / DAY == pytest.approx(warning)


def parsed(text: str | None) -> Threshold | None:
    """Return the threshold that *text* means, none for none."""
    return None if text is None else Threshold.parse(text)


@pytest.mark.parametrize(
    ("warning", "lifetime", "critical"), [(None, 398, 7.0), (None, 6, 2 * 7 / 30), ("60", 398, 14.0), ("50%", 60, 7.0)]
)
def test_unasked_the_last_7_of_30_days_are_critical(warning: str | None, lifetime: int, critical: float) -> None:
    """The critical window defaults to 7/30 of the warning window in force."""
    policy = Policy(parsed(warning))
    assert policy.for_certificate(lifetime * DAY).critical / DAY == pytest.approx(critical)


@pytest.mark.parametrize(("asked", "critical"), [("3", 3.0), ("0", 0.0), ("10%", 9.0), ("30d", 30.0), ("45", 30.0)])
def test_an_explicit_critical_window_is_taken_within_the_warning(asked: str, critical: float) -> None:
    """The user's critical window counts, but what is no warning yet cannot be critical."""
    windows = Policy(critical=Threshold.parse(asked)).for_certificate(90 * DAY)
    assert windows.critical / DAY == pytest.approx(critical)


@pytest.mark.parametrize(
    ("warning", "critical", "days"),
    [
        (None, None, (30.0, 7.0)),
        ("60", None, (60.0, 14.0)),
        ("60", "10", (60.0, 10.0)),
        ("0", None, (0.0, 0.0)),
        ("25%", None, (30.0, 7.0)),
        ("60", "25%", (60.0, 14.0)),
    ],
)
def test_windows_of_a_registration(warning: str | None, critical: str | None, days: tuple[float, float]) -> None:
    """For a domain days count as given; a share of a lifetime has no meaning there and leaves the default in force."""
    policy = Policy(parsed(warning), parsed(critical))
    assert tuple(length / DAY for length in policy.for_domain()) == pytest.approx(days)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("30", "30d"), ("30d", "30d"), (" 7d ", "7d"), ("0", "0d"), ("1.5", "1.5d"), ("25%", "25%"), ("100%", "100%")],
)
def test_thresholds_are_written_in_days_or_per_cent(text: str, shown: str) -> None:
    """A threshold is a number of days, with or without the d, or a share of the lifetime."""
    assert str(Policy(Threshold.parse(text))) == shown


@pytest.mark.parametrize("text", ["", "d", "-1", "30 d", "1e3", "101%", "٣٠", "30days", "nan", "30%%", "999999"])
def test_nothing_else_is_a_threshold(text: str) -> None:
    """What is neither is refused with a sentence that shows how to write it."""
    with pytest.raises(ValueError, match="as in 30 or 30d"):
        Threshold.parse(text)


def test_the_default_policy_shows_as_thirty_days() -> None:
    """A report names the default where the user named nothing."""
    assert str(Policy()) == "30d"
