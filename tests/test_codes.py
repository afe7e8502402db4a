"""When a one-time code may be sent, and when one is right."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.alerts import codes
from domaincheck.alerts.codes import Decision, Sending, alive, digits, judge, may_send, new_secret
from domaincheck.model import CodeRecord

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - a test value, of RFC 4226, appendix D
CODE, WRONG = "755224", "755225"


def record(age: timedelta = timedelta(), **changes: Any) -> CodeRecord:
    """Return a code that was made so long ago."""
    return replace(CodeRecord("ann@example.com", "subscribe", SECRET, NOW - age), **changes)


# --- the code ---


def test_a_code_has_the_digits_of_the_standard() -> None:
    """The first of RFC 4226's test values."""
    assert digits(SECRET) == CODE


def test_a_code_has_six_digits_and_is_different_each_time() -> None:
    """Leading zeros are kept, as the code is text."""
    made = {digits(new_secret()) for _ in range(100)}
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in made)
    assert len(made) > 90


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(), True),
        (10 * MINUTE - SECOND, True),
        (10 * MINUTE, False),
        (-30 * SECOND, True),  # the clock was set back a little since
        (-31 * SECOND, False),
        (-400 * 24 * HOUR, False),
    ],
)
def test_a_code_lives_ten_minutes(age: timedelta, expected: bool) -> None:
    """One from the future, because the clock was set back, does not live until that future has come."""
    assert alive(record(age), NOW) is expected
    assert judge(record(age), CODE, NOW)[0] is expected


def test_a_code_works_once() -> None:
    """Whoever reads over a shoulder comes too late."""
    fits, after = judge(record(), CODE, NOW)
    assert fits
    assert after == record(used=True)
    assert judge(after, CODE, NOW) == (False, after)


def test_a_code_dies_at_the_fifth_wrong_try() -> None:
    """The right one is no use after that, and further tries change nothing."""
    state: CodeRecord | None = record()
    for number in range(1, 6):
        fits, state = judge(state, WRONG, NOW)
        assert (fits, state) == (False, record(wrong=number))
    assert judge(state, CODE, NOW) == (False, state)
    assert judge(record(wrong=4), CODE, NOW)[0]


@pytest.mark.parametrize("given", ["755 224", " 755224\n", "755\u00a0224"])
def test_a_code_may_be_typed_with_spaces(given: str) -> None:
    """As people do who read six digits."""
    assert judge(record(), given, NOW)[0]


@given(st.text())
def test_nothing_else_is_the_code(given: str) -> None:
    """Nor is it an error, whatever is typed."""
    assert judge(record(), given, NOW)[0] is ("".join(given.split()) == CODE)


@pytest.mark.parametrize(
    "given", ["\uff17\uff15\uff15\uff12\uff12\uff14", "0755224", "75522", "755224 755224", "", "-755224", "755224.0"]
)
def test_what_looks_like_the_code_is_not_it(given: str) -> None:
    """Digits of other scripts included."""
    assert not judge(record(), given, NOW)[0]


def test_a_refusal_does_not_tell_its_reason() -> None:
    """Unknown address, no code sent, wrong, used up, run out, dead: all the same, and none is compared in less time."""
    cases = [None, record(used=True), record(wrong=5), record(HOUR), record(-HOUR)]
    assert [judge(each, CODE, NOW)[0] for each in cases] == [False] * 5
    assert judge(record(), WRONG, NOW)[0] is False
    body = ast.parse(inspect.getsource(judge)).body[0]
    assert isinstance(body, ast.FunctionDef)
    before_any_branch = [ast.unparse(each) for each in body.body[:3]]
    assert any("hmac.compare_digest(" in line for line in before_any_branch)


def test_no_other_comparison_of_codes_is_made() -> None:
    """One that stops at the first wrong digit would tell by its time how many were right."""
    tree = ast.parse(inspect.getsource(codes))
    compared = {
        ast.unparse(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for each in (node.left, *node.comparators)
    }
    assert not compared & {"given", "expected", "fits"}


# --- sending ---


def sends(*ages: timedelta) -> list[datetime]:
    """Return when codes were sent, so long ago."""
    return [NOW - age for age in ages]


def test_the_first_code_is_sent() -> None:
    """There is nothing to wait for."""
    assert may_send(None, [], NOW, force=False) == Decision(Sending.NEW)


def test_while_a_code_lives_nothing_new_is_sent() -> None:
    """Unless it is forced."""
    assert may_send(record(2 * MINUTE), sends(2 * MINUTE), NOW, force=False) == Decision(Sending.ALIVE)
    assert may_send(record(2 * MINUTE), sends(2 * MINUTE), NOW, force=True) == Decision(Sending.NEW)


@pytest.mark.parametrize("dead", [{"used": True}, {"wrong": 5}])
def test_a_code_that_is_used_up_makes_room_for_another(dead: dict[str, Any]) -> None:
    """Without force."""
    assert may_send(record(2 * MINUTE, **dead), sends(2 * MINUTE), NOW, force=False) == Decision(Sending.NEW)


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(), Decision(Sending.TOO_SOON, 60)),
        (59.5 * SECOND, Decision(Sending.TOO_SOON, 1)),
        (60 * SECOND, Decision(Sending.NEW)),
    ],
)
def test_a_minute_passes_between_two_codes(age: timedelta, expected: Decision, force: bool) -> None:
    """Force or not, and whatever became of the first."""
    assert may_send(record(age, used=True), sends(age), NOW, force=force) == expected


@pytest.mark.parametrize("force", [True, False])
def test_five_codes_an_hour_are_the_most(force: bool) -> None:
    """The sixth has to wait until the first is an hour old; force does not help."""
    ages = [50 * MINUTE, 40 * MINUTE, 30 * MINUTE, 20 * MINUTE, 11 * MINUTE]
    assert may_send(None, sends(*ages[1:]), NOW, force=force) == Decision(Sending.NEW)
    assert may_send(None, sends(*ages), NOW, force=force) == Decision(Sending.TOO_MANY, 600)
    assert may_send(None, sends(*ages), NOW + 10 * MINUTE, force=force) == Decision(Sending.NEW)


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=200))
def test_whoever_asks_at_random_gets_no_more_than_that(asks: list[tuple[int, bool]]) -> None:
    """Never two within a minute, never six within an hour; and whoever waits as long as told to is sent one."""
    sent: list[datetime] = []
    now, last = NOW, None
    for seconds, force in asks:
        now += seconds * SECOND
        decision = may_send(last, sent, now, force=force)
        if decision.sending is Sending.NEW:
            sent.append(now)
            last = CodeRecord("ann@example.com", "subscribe", SECRET, now)
        elif decision.wait:
            assert may_send(last, sent, now + decision.wait * SECOND, force=True).sending is Sending.NEW
    assert all(after - before >= MINUTE for before, after in pairwise(sent))
    assert all(after - before >= HOUR for before, after in zip(sent, sent[5:], strict=False))


@given(st.timedeltas(-400 * 24 * HOUR, 400 * 24 * HOUR), st.lists(st.integers(0, 3600), min_size=5, max_size=5))
def test_a_clock_that_was_wrong_locks_nobody_out_for_long(jump: timedelta, ages: list[int]) -> None:
    """Whatever lies in the past or the future, whoever waits as told is sent a code within two hours."""
    sent = [NOW + jump - age * SECOND for age in ages]
    waited = may_send(None, sent, NOW, force=False).wait * SECOND
    assert waited <= 2 * HOUR
    assert may_send(None, sent, NOW + waited, force=False) == Decision(Sending.NEW)


def test_a_code_of_the_future_does_not_stand_in_the_way_of_a_new_one() -> None:
    """The clock ran a day ahead when it was made."""
    assert may_send(record(-24 * HOUR), sends(-24 * HOUR), NOW, force=False) == Decision(Sending.NEW)
