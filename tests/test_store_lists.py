"""Lists of subscriptions that somebody wrote, in each of the forms they may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import Standing, Subscription
from domaincheck.store import lists
from domaincheck.targets import parse

ANN, BOB = "ann@example.com", "bob@example.com"


def found(text: str) -> list[tuple[str, str, str | None]]:
    """Return what is listed in *text*, in which nothing is wrong."""
    subscriptions, faults = lists.read(text, "list", parse)
    assert faults == []
    return [(each.email, each.target, each.threshold) for each in subscriptions]


def faults(text: str) -> list[str]:
    """Return what is wrong with *text*."""
    return lists.read(text, "list", parse)[1]


def test_lines_hold_an_address_and_its_targets() -> None:
    """Parted by white space or commas; comments and empty lines hold nothing."""
    assert found(f"# everybody\r\n\r\nAnn@Example.com a.example, b.example:8443\t# both\n{BOB}, c.example") == [
        (ANN, "a.example", None),
        (ANN, "b.example:8443", None),
        (BOB, "c.example", None),
    ]


def test_a_sharp_within_a_word_begins_no_comment() -> None:
    """It may be a part of an address."""
    assert found("a#b@example.com example.com") == [("a#b@example.com", "example.com", None)]


def test_csv_has_a_header() -> None:
    """Its columns may stand in any order, and the threshold may be missing."""
    assert found(f'Target, "Email"\nexample.com,{ANN}\n\n"b.example", {BOB}\n') == [
        (ANN, "example.com", None),
        (BOB, "b.example", None),
    ]
    assert found(f"email,target,threshold\n{ANN},example.com,30\n{BOB},b.example,\n") == [
        (ANN, "example.com", "30d"),
        (BOB, "b.example", None),
    ]


def test_csv_may_be_parted_by_semicolons() -> None:
    """As spreadsheets write it where the comma is a decimal point."""
    assert found(f"# exported\nemail;target;threshold\n{ANN};example.com;25%\n") == [(ANN, "example.com", "25%")]


def test_toml_is_that_of_a_store() -> None:
    """With all that it knows."""
    text = f"# mine\nversion = 1\n[[subscription]]\nemail = '{ANN}'\ntargets = ['example.com']\nverified = true\n"
    assert lists.read(text, "list", parse) == ([Subscription(ANN, "example.com", standing=Standing.VERIFIED)], [])


def test_an_empty_list_holds_nothing() -> None:
    """That is no mistake."""
    assert found("") == found("\n# nobody\n") == []


def test_every_line_that_can_not_be_used_is_named() -> None:
    """All of them at once, so that one look at the list is enough."""
    said = faults(f"{ANN} a.example b..example\nbob\n{BOB}\n\nbob@ c.example\n{ANN} d.example:99999\n")
    assert [each.partition(": ")[0] for each in said] == [
        "list, line 1",
        "list, line 2",
        "list, line 3",
        "list, line 5",
        "list, line 6",
    ]
    assert "'b..example' has a dot with no name beside it" in said[0]
    assert "'bob' is no e-mail address" in said[1]
    assert "a target is missing" in said[2]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("email,target,note\n", "list, line 1: the columns must be email, target, threshold"),
        ("email,target,email\n", "list, line 1: the columns must be email, target, threshold"),
        (f"email,target\n{ANN}\n", "list, line 2: a target is missing"),
        (f"email,target\n{ANN},a.example\n{ANN},b.example,30\n", "list, line 3: there are more cells here"),
        (f"email,target,threshold\n{ANN},a.example,soon\n", "list, line 2: 'soon' is no threshold"),
        (f'email,target\n{ANN},"a.example\n', "list, line 2 is no CSV"),
        ("version = 1\n[[subscription]]\nemail = 1\n", "list, line 3: a subscription needs its email"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(rows: str, said: str) -> None:
    """Whatever the table is written in."""
    [fault] = faults(rows)
    assert fault.startswith(said)


@given(st.text() | st.text().map("email,target\n".__add__))
def test_any_text_is_read_or_refused(text: str) -> None:
    """With sentences on one line each, whatever stands in it."""
    assert all(fault.isprintable() for fault in faults(text))
