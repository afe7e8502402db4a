"""Both parts become one result, results become counts and an order."""

from __future__ import annotations

from operator import attrgetter

import pytest

from domaincheck.model import InvalidTarget, Severity, Status, Target
from domaincheck.verdict import Tally, combine, invalid
from tests import results

OK, WARNING, UNKNOWN, CRITICAL = Severity.OK, Severity.WARNING, Severity.UNKNOWN, Severity.CRITICAL
TARGET = Target("https://WWW.example.com:8443/", "www.example.com", 8443, domain="example.com")


@pytest.mark.parametrize(
    ("tls", "domain", "status", "severity"),
    [
        (Status.VALID, Status.VALID, Status.VALID, OK),
        (Status.VALID, Status.EXPIRING_SOON, Status.EXPIRING_SOON, WARNING),
        (Status.EXPIRING_SOON, Status.VALID, Status.EXPIRING_SOON, WARNING),
        (Status.EXPIRING_SOON, Status.UNREACHABLE, Status.UNREACHABLE, UNKNOWN),
        (Status.UNREACHABLE, Status.EXPIRED, Status.EXPIRED, CRITICAL),
        (Status.UNREACHABLE, Status.NOT_REGISTERED, Status.NOT_REGISTERED, CRITICAL),
        (Status.INVALID, Status.EXPIRED, Status.EXPIRED, CRITICAL),
        (Status.INVALID, Status.AT_RISK, Status.AT_RISK, CRITICAL),
        (Status.EXPIRING_TODAY, Status.INVALID, Status.INVALID, CRITICAL),
        (Status.EXPIRED, Status.EXPIRED, Status.EXPIRED, CRITICAL),
        (Status.VALID, Status.UNKNOWN_EXPIRY, Status.VALID, OK),
        (Status.EXPIRED, None, Status.EXPIRED, CRITICAL),
        (None, Status.UNKNOWN_EXPIRY, Status.UNKNOWN_EXPIRY, OK),
    ],
)
def test_a_target_is_as_its_worst_part(
    tls: Status | None, domain: Status | None, status: Status, severity: Severity
) -> None:
    """The worse part names the whole; between equally severe ones the graver status does."""
    result = combine(TARGET, results.tls(tls) if tls else None, results.domain(domain) if domain else None)
    assert (result.status, result.severity, result.reason) == (status, severity, None)


def test_a_parts_severity_counts_before_its_status() -> None:
    """A part that is expiring soon but critical outweighs one that is unreachable."""
    result = combine(
        TARGET, results.tls(Status.UNREACHABLE), results.domain(Status.EXPIRING_SOON, severity=Severity.CRITICAL)
    )
    assert (result.status, result.severity) == (Status.EXPIRING_SOON, CRITICAL)


def test_a_result_names_its_target_and_keeps_its_parts() -> None:
    """The result shows what the user wrote, and host and port as they were understood."""
    tls, domain = results.tls(), results.domain()
    result = combine(TARGET, tls, domain)
    assert (result.target, result.host, result.port) == (TARGET.text, "www.example.com", 8443)
    assert (result.tls, result.domain) == (tls, domain)


def test_with_nothing_to_check_a_target_is_invalid() -> None:
    """An address without the certificate's part has no registration either: that is said, not passed over."""
    result = combine(Target("192.0.2.1", "192.0.2.1"), None, None)
    assert (result.status, result.severity, result.host) == (Status.INVALID_TARGET, UNKNOWN, "192.0.2.1")
    assert "nothing to check" in (result.reason or "")


def test_what_is_no_target_has_a_result_of_its_own() -> None:
    """The text and the reason stand in the result; there is no host."""
    result = invalid(InvalidTarget("exa mple", "that is no host"))
    assert (result.target, result.host, result.port, result.reason) == ("exa mple", None, None, "that is no host")
    assert (result.status, result.severity) == (Status.INVALID_TARGET, UNKNOWN)


COUNTED = {
    Status.VALID: "valid_count",
    Status.EXPIRING_SOON: "warning_count",
    Status.EXPIRING_TODAY: "expired_count",
    Status.EXPIRED: "expired_count",
    Status.INVALID: "invalid_count",
    Status.AT_RISK: "invalid_count",
    Status.NOT_REGISTERED: "invalid_count",
    Status.UNREACHABLE: "unknown_count",
    Status.UNKNOWN_EXPIRY: "unknown_count",
    Status.INVALID_TARGET: "unknown_count",
}


@pytest.mark.parametrize("status", Status)
def test_each_status_is_counted_once(status: Status) -> None:
    """Every status belongs to exactly one count, and to the number of all."""
    tally = Tally()
    tally.add(results.result(status=status))
    summary = tally.summary()
    counts = {name: getattr(summary, name) for name in set(COUNTED.values())}
    assert (summary.domain_count, counts) == (1, dict.fromkeys(counts, 0) | {COUNTED[status]: 1})


def test_counts_add_up_and_the_worst_severity_stays() -> None:
    """Results are counted as they pass, and the worst severity so far is that of the whole."""
    tally = Tally()
    seen = []
    for severity in (OK, WARNING, OK, UNKNOWN, WARNING, CRITICAL, OK):
        tally.add(results.result(severity=severity))
        seen.append(tally.summary().severity)
    assert seen == [OK, WARNING, WARNING, UNKNOWN, UNKNOWN, CRITICAL, CRITICAL]
    assert (tally.summary().domain_count, tally.summary().valid_count) == (7, 7)


def test_nothing_at_all_is_ok() -> None:
    """An empty run has no fault."""
    assert (Tally().summary().domain_count, Tally().summary().severity) == (0, OK)


def test_the_most_urgent_comes_first() -> None:
    """By severity, then by status, then by the days that are left."""
    in_order = [
        results.result("expired long ago", tls=results.tls(Status.EXPIRED, days_left=-90)),
        results.result("expired", tls=results.tls(Status.EXPIRED, days_left=-2)),
        results.result("not registered", domain=results.domain(Status.NOT_REGISTERED, days_left=None)),
        results.result("invalid", tls=results.tls(Status.INVALID, days_left=9)),
        results.result("today", tls=results.tls(Status.EXPIRING_TODAY, days_left=0)),
        results.invalid("no target"),
        results.result("unreachable", tls=results.unreachable()),
        results.result("domain soon", domain=results.domain(Status.EXPIRING_SOON, days_left=8)),
        results.result("tls later", tls=results.tls(Status.EXPIRING_SOON, days_left=20)),
        results.result("valid"),
    ]
    shuffled = in_order[1::2] + in_order[::2]
    assert [each.target for each in sorted(shuffled, key=attrgetter("urgency"))] == [each.target for each in in_order]
