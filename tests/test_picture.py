"""README's picture: as the table looks today, and able to stand alone."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.picture import COMMAND, PICTURE, draw, table

SVG = "{http://www.w3.org/2000/svg}"


def shown(svg: str) -> list[tuple[str, str, str]]:
    """Return each text in the picture with its place and its style."""
    texts = ET.fromstring(svg).iter(f"{SVG}text")  # noqa: S314 - of our own making
    return [(each.text or "", f"{each.get('x')} {each.get('y')}", each.get("class") or "") for each in texts]


def test_the_picture_is_fresh() -> None:
    """After a change to the table, ``python -m tests.picture`` draws it anew; how rich writes the rest is its own."""
    assert shown(PICTURE.read_text(encoding="utf-8")) == shown(draw())


def test_the_picture_never_changes_by_itself() -> None:
    """Neither the time nor chance is in it."""
    assert draw() == draw()


def test_the_picture_asks_nobody() -> None:
    """It names no address to fetch a font or anything else from, and runs nothing."""
    svg = PICTURE.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert [word for word in ("http", "url(//", "@import", "<script", "<image", "href") if word in svg] == []


def test_the_picture_shows_a_whole_run() -> None:
    """From the command to the closing line, in all colours."""
    words = " ".join(text for text, _, _ in shown(draw())).replace("\N{NO-BREAK SPACE}", " ")
    assert COMMAND in words
    assert "and 196 more under example.org" in words
    assert "205 targets in 1.3 s" in words
    assert {f"\x1b[{code}m" in table() for code in ("32", "33", "35", "1;31")} == {True}
