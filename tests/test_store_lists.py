"""Lists of subscriptions that somebody wrote, in each of the forms they may have."""

from __future__ import annotations

import json
from datetime import UTC, datetime

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


def exported(*entries: object, **others: object) -> str:
    """Return the JSON of an export with *entries*."""
    return json.dumps({"version": "1", "subscriptions": entries} | others)


def test_json_is_that_of_an_export() -> None:
    """With all that it tells; what is null may as well be missing."""
    since = {"standing": "verified", "threshold": "25%", "since": "2026-11-23T06:05:00Z"}
    wish = {"email": "Ann@Example.com", "target": "example.com"}
    text = exported(wish | since, wish | {"threshold": 30, "standing": None})
    assert lists.read(text, "list", parse) == (
        [
            Subscription(ANN, "example.com", "25%", Standing.VERIFIED, datetime(2026, 11, 23, 6, 5, tzinfo=UTC)),
            Subscription(ANN, "example.com", "30d"),
        ],
        [],
    )
    assert found(f"\n{exported()}\n") == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ([], 'a subscription must be an object with "email" and "target"'),
        ({"target": "a.example"}, 'a subscription needs its email, as in "you@example.com"'),
        ({"email": ANN, "target": None}, 'a subscription needs its target, as in "example.com"'),
        ({"email": "ann", "target": "a.example"}, "'ann' is no e-mail address"),
        ({"email": ANN, "target": "a..example"}, "'a..example' has a dot with no name beside it"),
        ({"email": ANN, "target": "a.example", "threshold": "soon"}, "'soon' is no threshold"),
        ({"email": ANN, "target": "a.example", "threshold": True}, "'True' is no threshold"),
        ({"email": ANN, "target": "a.example", "standing": "sure"}, "standing must be one of pending, verified"),
        ({"email": ANN, "target": "a.example", "standing": []}, "standing must be one of pending, verified"),
        ({"email": ANN, "target": "a.example", "since": "today"}, "since must be a time, as in"),
        ({"email": ANN, "target": "a.example", "since": 1}, "since must be a time, as in"),
        ({"email": ANN, "target": "a.example", "treshold": "30"}, "there is no key 'treshold' here, but email, target"),
    ],
)
def test_a_mistake_in_json_is_named_with_its_entry(entry: object, said: str) -> None:
    """By its number, and each of them."""
    [first, second] = faults(exported(entry, {"email": BOB, "target": "b.example"}, entry))
    assert first.startswith(f"list, subscription 1: {said}")
    assert second.startswith(f"list, subscription 3: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"version": "1",\n}', "list, line 3 is no JSON: "),
        ("[{}, " + "[" * 100_000, "list is no JSON: "),
        ('{"version": ' + "1" * 5000 + "}", "list is no JSON: "),
        ('[{"email": "ann@example.com"}]', 'list holds no subscriptions: it has no list "subscriptions"'),
        ('{"version": "1", "results": []}', 'list holds no subscriptions: it has no list "subscriptions"'),
        ('{"version": "1", "subscriptions": {}}', 'list holds no subscriptions: it has no list "subscriptions"'),
        ('{"subscriptions": []}', 'list: "version" must be "1"; another may be'),
        (exported(version="2"), 'list: "version" must be "1"; another may be'),
        (exported(note="mine"), "list: there is no key 'note' here, but version, subscriptions"),
    ],
)
def test_json_that_is_no_export_is_refused(text: str, said: str) -> None:
    """With a sentence that says what it lacks."""
    [fault] = faults(text)
    assert fault.startswith(said)


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


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["email", "target", "since"]) | st.text(), inner),
)


@given(st.text() | st.text().map("email,target\n".__add__) | st.text().map("{".__add__) | VALUES.map(exported))
def test_any_text_is_read_or_refused(text: str) -> None:
    """With sentences on one line each, whatever stands in it."""
    assert all(fault.isprintable() for fault in faults(text))
