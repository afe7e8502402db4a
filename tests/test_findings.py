"""What is the matter with one target: which windows an expiry has entered, which problems count, what keeps its key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.alerts.findings import EXPIRED, Finding, find, judged
from domaincheck.model import ChainLink, ProblemCode, Severity, Status, Threshold
from tests.results import domain, problem, result, tls, unreachable

if TYPE_CHECKING:
    from domaincheck.model import DomainPart, TlsPart

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WINDOWS = (30, 14, 7, 3, 1, 0)
LEAF, ABOVE, STRAY = "aa" * 32, "bb" * 32, "cc" * 32


def certificate(left: timedelta, lifetime: timedelta = 90 * DAY, **changes: Any) -> TlsPart:
    """Return a certificate's part with so much time *left*."""
    end = NOW + left
    usual: dict[str, Any] = {"not_before": end - lifetime, "not_after": end, "fingerprint_sha256": LEAF}
    return tls(**(usual | changes))


def registration(left: timedelta, **changes: Any) -> DomainPart:
    """Return a registration's part with so much time *left*."""
    return domain(expires_at=NOW + left, **changes)


def link(fingerprint: str, left: timedelta) -> ChainLink:
    """Return a certificate of the chain with so much time *left*."""
    return ChainLink("CN=Example CA", "CN=Root", NOW + left, left // DAY, fingerprint)


def found(
    tls: TlsPart | None = None,
    domain: DomainPart | None = None,
    windows: tuple[int, ...] = WINDOWS,
    threshold: str | None = None,
    silent: dict[str, int] | None = None,
) -> list[Finding]:
    """Return what is the matter with a target of these parts."""
    seen = result(tls=tls, domain=domain, status=Status.VALID, severity=Severity.OK)
    return list(find(seen, windows, Threshold.parse(threshold) if threshold else None, silent or {}, NOW))


def step(part: TlsPart, **options: Any) -> int | None:
    """Return the window that the certificate *part* has entered."""
    findings = found(part, **options)
    return findings[0].step if findings else None


# --- windows ---


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_is_entered_a_day_before_its_time(window: int) -> None:
    """And an hour more, which is what daily runs may differ by; not a minute earlier."""
    entry = window * DAY + 25 * HOUR
    assert step(certificate(entry)) == window
    assert step(certificate(entry + timedelta(minutes=1))) != window


def test_at_the_very_end_it_has_not_expired_yet() -> None:
    """A certificate is valid up to and including its last second (RFC 5280 §4.1.2.5)."""
    assert step(certificate(timedelta())) == 0
    assert step(certificate(timedelta(seconds=-1))) == EXPIRED


@pytest.mark.parametrize(("left", "expected"), [(17 * DAY, None), (16 * DAY, 30), (8 * DAY, 14), (HOUR, 0)])
def test_the_last_third_of_a_short_life_takes_the_place_of_a_month(left: timedelta, expected: int | None) -> None:
    """Windows of 47-day certificates are about half as wide as those of a 90-day one."""
    assert step(certificate(left, 47 * DAY)) == expected


@given(st.timedeltas(timedelta(minutes=1), 14 * DAY))
def test_a_certificate_is_never_about_to_expire_in_the_first_half_of_its_life(lifetime: timedelta) -> None:
    """However short it is."""
    assert not found(certificate(lifetime * 0.51, lifetime))


@pytest.mark.parametrize(
    ("threshold", "lifetime", "left", "expected"),
    [
        ("45", 398 * DAY, 46 * DAY, 45),
        ("45", 398 * DAY, 31 * DAY, 30),
        ("10", 90 * DAY, 12 * DAY, None),
        ("10d", 90 * DAY, 11 * DAY, 10),
        ("10", 90 * DAY, 8 * DAY, 7),
        ("30", 47 * DAY, 31 * DAY, 30),
        ("25%", 398 * DAY, 101 * DAY, None),
        ("25%", 398 * DAY, 100 * DAY, 99),
        ("50%", 90 * DAY, 46 * DAY, 45),
    ],
)
def test_a_threshold_of_ones_own_takes_the_place_of_the_widest_windows(
    threshold: str, lifetime: timedelta, left: timedelta, expected: int | None
) -> None:
    """The tighter ones stay; a threshold in days is taken as it stands, whatever the lifetime."""
    assert step(certificate(left, lifetime), threshold=threshold) == expected


def test_a_share_of_a_lifetime_means_nothing_for_a_domain() -> None:
    """The usual windows hold then."""
    [finding] = found(domain=registration(29 * DAY), threshold="1%")
    assert finding.step == 30


def test_windows_can_be_settled() -> None:
    """They are those of the settings."""
    assert step(certificate(61 * DAY, 398 * DAY), windows=(60, 5)) == 60
    assert step(certificate(30 * DAY, 398 * DAY), windows=(60, 5)) == 60
    assert step(certificate(6 * DAY, 398 * DAY), windows=(60, 5)) == 5


@pytest.mark.parametrize(
    "odd",
    [
        {"not_after": None, "fingerprint_sha256": None},
        {"not_before": None},
        {"not_before": NOW + 99 * DAY},
        {"not_before": NOW + 40 * DAY, "not_after": NOW + 40 * DAY},
    ],
)
def test_dates_that_cannot_be_read_or_are_upside_down_do_no_harm(odd: dict[str, Any]) -> None:
    """What can't be known is not told."""
    assert not found(certificate(40 * DAY, **odd))


# --- words and urgency ---


@pytest.mark.parametrize(
    ("left", "headline"),
    [
        (13 * DAY + HOUR, "certificate expires in 13 days"),
        (1 * DAY + HOUR, "certificate expires in 1 day"),
        (HOUR, "certificate expires today"),
        (-HOUR, "certificate expired today"),
        (-25 * HOUR, "certificate expired 1 day ago"),
        (-50 * HOUR, "certificate expired 2 days ago"),
    ],
)
def test_the_headline_counts_whole_days(left: timedelta, headline: str) -> None:
    """In words that fit a subject line."""
    [finding] = found(certificate(left))
    assert finding.headline == headline
    assert finding.when == NOW + left


@pytest.mark.parametrize(("left", "severity"), [(9 * DAY, "warning"), (8 * DAY, "critical"), (-DAY, "critical")])
def test_the_last_week_is_critical(left: timedelta, severity: str) -> None:
    """From the window of 7 days on."""
    assert [finding.severity for finding in found(certificate(left))] == [severity]
    assert [finding.severity for finding in found(domain=registration(left))] == [severity]


# --- the chain ---


def test_an_intermediate_that_ends_first_is_named_as_such() -> None:
    """Whoever looks at the server's own certificate would find nothing wrong with it."""
    said = problem("CN=Example CA expires first", ProblemCode.CHAIN_EXPIRING, Severity.WARNING)
    chain = (link(LEAF, 60 * DAY), link(ABOVE, 10 * DAY))
    [finding] = found(certificate(60 * DAY, chain=chain, expires_first="intermediate", problems=(said,)))
    assert (finding.key, finding.step) == (f"tls:expiry:{ABOVE}", 14)
    assert finding.headline == "intermediate certificate expires in 10 days"
    assert finding.detail == "CN=Example CA expires first"


def test_an_old_cross_sign_that_nobody_follows_is_not_counted() -> None:
    """It is past, but the chain in use is not: another intermediate is what ends first."""
    chain = (link(LEAF, 60 * DAY), link(ABOVE, 10 * DAY), link(STRAY, -400 * DAY))
    [finding] = found(certificate(60 * DAY, chain=chain, expires_first="intermediate"))
    assert finding.key == f"tls:expiry:{ABOVE}"


def test_an_intermediate_that_has_expired_is_told_as_expired() -> None:
    """The problem that says the same is not told besides."""
    said = problem("CN=Example CA expired", ProblemCode.CHAIN_EXPIRED)
    chain = (link(LEAF, 60 * DAY), link(ABOVE, -DAY))
    part = certificate(60 * DAY, status=Status.EXPIRED, chain=chain, expires_first="intermediate", problems=(said,))
    [finding] = found(part)
    assert (finding.key, finding.step) == (f"tls:expiry:{ABOVE}", EXPIRED)


def test_a_trust_anchor_that_ends_first_is_told_too() -> None:
    """No server sends it, so there is no date to count days by, but the problem names it."""
    said = problem("CN=Root expires first", ProblemCode.CHAIN_EXPIRING, Severity.WARNING)
    chain = (link(LEAF, 60 * DAY), link(ABOVE, 70 * DAY))
    [finding] = found(certificate(60 * DAY, chain=chain, expires_first="root", problems=(said,)))
    assert (finding.key, finding.detail) == ("tls:chain_expiring", "CN=Root expires first")


# --- problems ---


def test_each_problem_is_a_finding_of_its_own() -> None:
    """With its severity and its sentence; what is harmless, or only unknown, is not told."""
    problems = (
        problem("for another host", ProblemCode.HOSTNAME_MISMATCH),
        problem("small key", ProblemCode.WEAK_KEY, Severity.WARNING),
        problem("cut off", ProblemCode.CONNECTION_RESET, Severity.UNKNOWN),
        problem("wants one", ProblemCode.CLIENT_CERTIFICATE_REQUIRED, Severity.OK),
    )
    assert [(f.key, f.severity, f.headline, f.detail) for f in found(certificate(60 * DAY, problems=problems))] == [
        ("tls:hostname_mismatch", "critical", "certificate: hostname mismatch", "for another host"),
        ("tls:weak_key", "warning", "certificate: weak key", "small key"),
    ]


def test_problems_of_one_kind_are_one_finding() -> None:
    """A leaf and an intermediate that are both weak are one piece of news: the worse."""
    problems = (problem("leaf", ProblemCode.WEAK_KEY), problem("above", ProblemCode.WEAK_KEY, Severity.WARNING))
    assert [finding.detail for finding in found(certificate(60 * DAY, problems=problems))] == ["leaf"]


def test_a_problem_keeps_its_key_when_the_certificate_is_renewed() -> None:
    """A private authority's next certificate is as little trusted as the one before: that is no news."""
    untrusted = (problem("not trusted here", ProblemCode.UNTRUSTED_ROOT),)
    old, new = (found(certificate(60 * DAY, fingerprint_sha256=each, problems=untrusted)) for each in (LEAF, ABOVE))
    assert old == new != []


def test_an_expiry_is_not_told_as_a_problem_besides() -> None:
    """Expired is a problem's code too."""
    expired = (problem("it expired", ProblemCode.EXPIRED),)
    assert [finding.step for finding in found(certificate(-DAY, problems=expired))] == [EXPIRED]


def test_a_domain_at_risk_is_told_beside_its_expiry() -> None:
    """Both parts of a target are looked at."""
    risk = (problem("deleted", ProblemCode.REDEMPTION),)
    findings = found(certificate(2 * DAY), registration(-3 * DAY, problems=risk))
    assert [f.key for f in findings] == [f"tls:expiry:{LEAF}", "domain:expiry:2026-11-20", "domain:redemption"]


# --- silence ---


def test_what_is_unreachable_is_told_only_where_that_has_become_news() -> None:
    """With what went wrong last; of a part that was not seen nothing else is told."""
    assert found(unreachable()) == []
    [finding] = found(unreachable(), silent={"tls": 3})
    assert (finding.key, finding.headline) == ("tls:unreachable", "server unreachable for 3 runs")
    assert finding.detail == "The name does not resolve."
    [finding] = found(domain=domain(Status.UNREACHABLE), silent={"tls": 9, "domain": 4})
    assert (finding.key, finding.headline) == ("domain:unreachable", "registry did not answer for 4 runs")


def test_a_failure_does_not_hide_what_was_seen() -> None:
    """A certificate that was shown before the connection broke is judged."""
    assert judged(tls(Status.INVALID))
    assert not judged(unreachable())
    assert not judged(None)
