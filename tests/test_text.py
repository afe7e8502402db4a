"""Foreign text made safe: on one line, fit to print, and not too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.text import LIMIT, clean

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("text", ["", "plain text", "Größe, 漢字 & עברית", "<b>[bold]=1+1</b>", "a" * LIMIT])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Letters of any script and punctuation are left alone; what they mean to HTML is for HTML to escape."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\nc\r\nd", "a b c  d"),
        ("a\N{NO-BREAK SPACE}b\N{IDEOGRAPHIC SPACE}c", "a b c"),
        ("\x1b[31mred\x1b[0m", f"{MARK}[31mred{MARK}[0m"),
        ("\x9b31m\x00\x07\x7f", f"{MARK}31m{MARK * 3}"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}moc.elpmaxe", f"{MARK}moc.elpmaxe"),
        ("exam\N{ZERO WIDTH SPACE}ple", f"exam{MARK}ple"),
        ("a\N{LINE SEPARATOR}b\N{PARAGRAPH SEPARATOR}c\x85d", f"a{MARK}b{MARK}c{MARK}d"),
        ("\ud800\ue000\uffff", MARK * 3),
    ],
    ids=["white space", "other spaces", "escape", "controls", "override", "invisible", "separators", "no characters"],
)
def test_what_could_act_becomes_a_mark(text: str, expected: str) -> None:
    """White space becomes spaces; controls, overrides and what is no character leave a visible mark."""
    assert clean(text) == expected


@pytest.mark.parametrize(("text", "limit", "expected"), [("abcd", 4, "abcd"), ("abcde", 4, "abc…"), ("ab", 1, "…")])
def test_long_text_ends_in_an_ellipsis(text: str, limit: int, expected: str) -> None:
    """What does not fit is cut, visibly, and the ellipsis counts."""
    assert clean(text, limit) == expected


@given(st.text(), st.integers(1, 50))
def test_any_text_comes_out_fit_to_print(text: str, limit: int) -> None:
    """Whatever goes in, one printable line of at most the limit comes out, which can be encoded."""
    cleaned = clean(text, limit)
    assert cleaned.isprintable()
    assert len(cleaned) <= limit
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is clean stays as it is."""
    assert clean(clean(text)) == clean(text)
