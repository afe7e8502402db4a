"""Past results: what is kept of them, what changed from one to the next, and the trend of the days left."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.history import (
    CertificateSeen,
    RegistrationSeen,
    Shown,
    Stretch,
    changes,
    points,
    read,
    sampled,
    to_keep,
)
from domaincheck.model import ProblemCode, Severity, Status
from tests import results

if TYPE_CHECKING:
    from domaincheck.history import Change
    from domaincheck.model import Result

START = datetime(2026, 3, 1, 6, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
END = START + 90 * DAY
FIRST, SECOND = "aa" * 32, "bb" * 32


def certificate(**changes: Any) -> CertificateSeen:
    """Return what a server showed that all was well with, with *changes*."""
    return replace(CertificateSeen("valid", END, FIRST, "CN=R11", "ECDSA P-256", ()), **changes)


def registration(**changes: Any) -> RegistrationSeen:
    """Return what a registry said of a domain that all was well with, with *changes*."""
    quiet = RegistrationSeen("valid", START + 300 * DAY, "Gandi", ("a.example", "b.example"), (), False, ())
    return replace(quiet, **changes)


SILENT = CertificateSeen("unreachable", problems=("timeout",))
UNKNOWN = RegistrationSeen("unreachable", problems=("rate_limited",))


def daily(*found: CertificateSeen | RegistrationSeen | None) -> list[Stretch]:
    """Return a result a day that *found* this of one part."""
    return [
        Stretch(
            at := START + day * DAY,
            at,
            1,
            part.status if part else "invalid_target",
            part if isinstance(part, CertificateSeen) else None,
            part if isinstance(part, RegistrationSeen) else None,
        )
        for day, part in enumerate(found)
    ]


def told(*found: CertificateSeen | RegistrationSeen | None) -> list[tuple[int, str, Any, Any]]:
    """Return what changed in a result a day: on which day, what, from what and to what."""
    return [
        (each.at.toordinal() - START.toordinal(), each.what, each.before, each.after) for each in changes(daily(*found))
    ]


# --- what is kept --------------------------------------------------------------------------------------------------


def kept(result: Result) -> Stretch:
    """Return *result* as it is read back from what is kept of it."""
    return read(START, START, 1, json.loads(json.dumps(to_keep(result))))


def test_what_is_kept_tells_what_the_world_did() -> None:
    """Certificate and registration, and their problems; lists in an order that is always the same."""
    problems = (results.problem("x", ProblemCode.WEAK_KEY), results.problem("y", ProblemCode.HOSTNAME_MISMATCH))
    tls = results.tls(Status.INVALID, problems=problems)
    domain = results.domain(name_servers=("b.example", "a.example"), statuses=("clientHold",), dnssec=False)
    found = kept(results.result(tls=tls, domain=domain))
    assert (found.status, found.tls) == (
        "invalid",
        CertificateSeen(
            "invalid", tls.not_after, "ab" * 32, tls.issuer, "ECDSA P-256", ("hostname_mismatch", "weak_key")
        ),
    )
    servers = ("a.example", "b.example")
    assert found.domain == RegistrationSeen(
        "valid", domain.expires_at, "Example Registrar", servers, ("clientHold",), False, ()
    )


def test_what_changes_by_itself_is_not_kept() -> None:
    """Or each day would have a row of its own: days left, durations, addresses, notes."""
    note = results.problem("the registry was slow", ProblemCode.RATE_LIMITED, Severity.OK)
    tls = results.tls(days_left=3, duration_seconds=9.0, address="192.0.2.77", problems=(note,))
    domain = results.domain(days_left=4, cached=True, server="https://other.example/", problems=(note,))
    assert to_keep(results.result(tls=tls, domain=domain)) == to_keep(results.result())


def test_little_is_kept() -> None:
    """Some hundred bytes."""
    assert len(json.dumps(to_keep(results.result()))) < 400


def test_what_an_earlier_version_kept_is_read() -> None:
    """It knew neither keys nor problems."""
    old = {
        "status": "valid",
        "tls": ["valid", 1_800_000_000, FIRST, "CN=R11"],
        "domain": ["valid", None, "Gandi", "b a"],
    }
    found = read(START, START + DAY, 2, old)
    end = datetime.fromtimestamp(1_800_000_000, UTC)
    assert found.tls == CertificateSeen("valid", end, FIRST, "CN=R11", None, None)
    assert found.domain == RegistrationSeen("valid", None, "Gandi", ("a", "b"), None, None, None)
    assert (found.first, found.last, found.results) == (START, START + DAY, 2)


def test_a_result_without_parts_is_kept() -> None:
    """There is not much to it."""
    assert kept(results.invalid("no target")) == Stretch(START, START, 1, "invalid_target")


@given(st.dictionaries(st.sampled_from(["tls", "domain"]), st.lists(st.none() | st.text(max_size=3), min_size=1)))
def test_what_a_later_version_keeps_does_no_harm(found: dict[str, Any]) -> None:
    """Lists may be shorter or longer than ours."""
    without_dates = {part: [values[0], None, *values[2:]] for part, values in found.items()}
    read(START, START, 1, without_dates)


# --- what changed --------------------------------------------------------------------------------------------------


def test_nothing_changes_while_all_is_the_same() -> None:
    """The first result is none; a date that differs by hours is that of another source, not another one."""
    assert told() == told(certificate()) == told(certificate(), certificate()) == []
    later = registration(expires_at=START + 300 * DAY + 2 * HOUR)
    assert told(registration(), later, registration()) == []


def test_a_new_certificate_is_told_with_both() -> None:
    """Issuer, end, fingerprint and key, old and new."""
    new = certificate(not_after=END + 60 * DAY, fingerprint_sha256=SECOND, issuer="CN=R12", key="RSA 2048")
    before, after = Shown("CN=R11", END, FIRST, "ECDSA P-256"), Shown("CN=R12", END + 60 * DAY, SECOND, "RSA 2048")
    assert told(certificate(), certificate(), new, new) == [(2, "certificate", before, after)]


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("expires_at", START + 10 * DAY, START + 375 * DAY),
        ("registrar", "Gandi", "MarkMonitor"),
        ("name_servers", ("a.example",), ("a.example", "b.example")),
        ("statuses", (), ("clientHold",)),
        ("dnssec", True, False),
        ("status", "expired", "valid"),
        ("problems", ("redemption",), ()),
    ],
)
def test_what_changed_of_a_registration_is_told(what: str, before: Any, after: Any) -> None:
    """On the day, and both ways."""
    old, new = registration(**{what: before}), registration(**{what: after})
    assert told(old, new, new, old) == [(1, what, before, after), (3, what, after, before)]


def test_a_server_that_does_not_answer_has_not_lost_its_certificate() -> None:
    """When it is back it is compared with what it was; its problems were not solved meanwhile."""
    weak = certificate(status="invalid", problems=("weak_key",))
    assert told(weak, SILENT, SILENT, weak) == [
        (1, "status", "invalid", "unreachable"),
        (1, "problems", (), ("timeout",)),
        (3, "status", "unreachable", "invalid"),
    ]


def test_what_changed_while_nobody_looked_is_told_afterwards() -> None:
    """On the day it was seen."""
    assert [(day, what) for day, what, *_ in told(certificate(), SILENT, certificate(fingerprint_sha256=SECOND))] == [
        (1, "status"),
        (1, "problems"),
        (2, "certificate"),
        (2, "status"),
    ]


def test_other_reasons_for_silence_are_told() -> None:
    """It went from bad to worse, or to better."""
    refused = replace(SILENT, problems=("connection_refused",))
    assert told(certificate(), SILENT, refused)[2:] == [(2, "problems", ("timeout",), ("connection_refused",))]


def test_a_target_that_was_silent_at_first_has_no_change_before_it_speaks() -> None:
    """There was nothing before it."""
    assert told(SILENT, certificate()) == [(1, "status", "unreachable", "valid")]
    assert told(UNKNOWN, registration()) == [(1, "status", "unreachable", "valid")]


def test_what_a_registry_does_not_say_is_no_change() -> None:
    """Another source may know less."""
    less = registration(registrar=None, name_servers=None, expires_at=None, dnssec=None)
    assert told(registration(), less, registration()) == []


def test_what_was_not_kept_is_no_change() -> None:
    """Of the first results that are kept whole."""
    old = CertificateSeen("valid", END, FIRST, "CN=R11")
    assert told(old, old, certificate(problems=("weak_key",))) == []


def test_a_part_that_is_not_looked_at_is_left_alone() -> None:
    """And the other goes on."""
    stretches = daily(certificate(), None, certificate(fingerprint_sha256=SECOND))
    assert [change.part for change in changes(stretches)] == ["tls"]


CERTIFICATES = st.builds(
    certificate,
    status=st.sampled_from(["valid", "invalid", "unreachable"]),
    fingerprint_sha256=st.sampled_from([None, FIRST, SECOND]),
    problems=st.sampled_from([None, (), ("timeout",), ("weak_key",)]),
)
REGISTRATIONS = st.builds(
    registration,
    status=st.sampled_from(["valid", "unreachable"]),
    registrar=st.sampled_from([None, "Gandi", "MarkMonitor"]),
    name_servers=st.sampled_from([None, ("a.example",), ("b.example",)]),
    expires_at=st.sampled_from([None, END, END + 365 * DAY]),
)
FOUND = st.lists(CERTIFICATES | REGISTRATIONS, max_size=12)


@given(FOUND)
def test_every_change_is_from_one_thing_to_another(found: list[Any]) -> None:
    """Never to the same, nor to something unknown; and a change back is told as well."""
    seen: dict[tuple[str, str], Change] = {}
    for change in changes(daily(*found)):
        assert change.before != change.after
        assert None not in (change.before, change.after)
        earlier = seen.get((change.part, change.what))
        if earlier is not None and change.what in ("status", "registrar", "name_servers", "expires_at", "certificate"):
            assert change.before == earlier.after
        seen[change.part, change.what] = change


@given(FOUND, st.lists(st.integers(1, 3), min_size=12, max_size=12))
def test_how_often_the_same_was_found_makes_no_difference(found: list[Any], times: list[int]) -> None:
    """To what changed."""
    often = [part for part, count in zip(found, times, strict=False) for _ in range(count)]
    assert [change[1:] for change in told(*found)] == [change[1:] for change in told(*often)]


# --- the trend -----------------------------------------------------------------------------------------------------


def folded(first: int, last: int, end: datetime | None = END, status: str = "valid") -> Stretch:
    """Return a stretch of daily results from day *first* to day *last*, of a certificate until *end*."""
    return Stretch(
        START + first * DAY,
        START + last * DAY,
        last - first + 1,
        status,
        CertificateSeen(status, end, FIRST if end else None),
    )


RENEWED = [folded(0, 59), folded(60, 119, END + 60 * DAY)]


def test_points_are_the_first_and_the_last_of_each_stretch() -> None:
    """Between them the days left go down by one a day."""
    assert [(point.checked_at, point.tls_days_left) for point in points(RENEWED)] == [
        (START, 90),
        (START + 59 * DAY, 31),
        (START + 60 * DAY, 90),
        (START + 119 * DAY, 31),
    ]
    assert [point.tls_days_left for point in points(RENEWED, START + 60 * DAY)] == [90, 31]
    [point] = points(daily(None))
    assert (point.status, point.tls_status, point.domain_days_left) == ("invalid_target", None, None)


def drawn(stretches: list[Stretch], columns: int, since: datetime | None = None) -> list[int | None]:
    """Return the days in each column."""
    return [cell.days for cell in sampled(stretches, "tls", columns, since)]


def test_a_renewal_is_a_jump() -> None:
    """And the time before it runs down."""
    assert drawn(RENEWED, 6) == [70, 50, 31, 70, 50, 31]


def test_what_was_short_for_a_day_is_seen() -> None:
    """Also where a column stands for weeks: the least counts, and each status."""
    stretches = [folded(0, 49), folded(50, 50, START + 49 * DAY, "expired"), folded(51, 100, END + 60 * DAY)]
    cells = sampled(stretches, "tls", 4)
    assert [cell.days for cell in cells][:2] == [65, 41]
    assert min(cell.days for cell in cells if cell.days is not None) == -1
    assert [cell.statuses for cell in cells if "expired" in cell.statuses] == [("expired", "valid")]


def test_there_are_no_more_columns_than_results() -> None:
    """One result is one column."""
    assert drawn([folded(0, 0)], 80) == [90]
    assert len(drawn([folded(0, 1)], 80)) == 2
    assert drawn([], 80) == []


def test_what_is_not_known_is_no_number() -> None:
    """A server that is silent has a column all the same."""
    cells = sampled([folded(0, 9), folded(10, 19, None, "unreachable")], "tls", 2)
    assert [(cell.days, cell.statuses) for cell in cells] == [(81, ("valid",)), (None, ("unreachable",))]
    assert {cell.statuses for cell in sampled([folded(0, 9)], "domain", 2)} == {()}


def test_the_trend_may_begin_later() -> None:
    """In the midst of a stretch, too."""
    assert drawn(RENEWED, 2, START + 99 * DAY) == [41, 31]
    assert drawn(RENEWED, 2, START + 200 * DAY) == []


STRETCHES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 40), st.none() | st.integers(-10, 400)), min_size=1, max_size=8
)


@given(STRETCHES, st.integers(1, 60), st.none() | st.integers(-10, 300))
def test_any_history_can_be_drawn(lengths: list[tuple[int, int, int | None]], columns: int, since: int | None) -> None:
    """In as many columns as were asked for at most, with nothing above or below what was."""
    stretches, day = [], 0
    for gap, length, left in lengths:
        day += gap + 1
        end = None if left is None else START + (day + left) * DAY
        stretches.append(folded(day, day + length, end))
        day += length
    begin = None if since is None else START + since * DAY
    found = drawn(stretches, columns, begin)
    assert len(found) <= columns
    every = [days for point in points(stretches) if (days := point.tls_days_left) is not None]
    known = [days for days in found if days is not None]
    assert not known or min(every) <= min(known) <= max(known) <= max(every)
    if begin is None and every:
        assert min(known) == min(every)
