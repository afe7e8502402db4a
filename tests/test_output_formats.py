"""What holds for every format, and the words they share."""

from __future__ import annotations

import subprocess
import sys

import pytest

from domaincheck.model import Status
from domaincheck.output import FORMATS
from domaincheck.output.labels import days, label
from domaincheck.text import timestamp
from tests.results import domain, invalid, problem, report, result, tls, written

LIBRARIES = {"table": "rich", "prometheus": "prometheus_client", "html": "jinja2", "ics": "icalendar"}
"""What some formats are made with."""

HOSTILE = "=cmd()\x1b]0;owned\x07\x9b31m[bold]x[/]\r\n\tnext\u202e<b>"


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_raw_gets_out(name: str) -> None:
    """Neither a target nor anything a server said brings a control or format character into any format."""
    fault = (problem(HOSTILE),)
    part = tls(Status.INVALID, subject=HOSTILE, issuer=HOSTILE, key=HOSTILE, problems=fault)
    text = written(name, result(HOSTILE, tls=part, domain=domain(name=HOSTILE, registrar=HOSTILE)), invalid(HOSTILE))
    allowed = {"csv": "\r\n", "ics": "\r\n", "plain": "\t\n", "html": "\t\n"}.get(name, "\n")
    assert all(character.isprintable() or character in allowed for character in text)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_every_status(name: str) -> None:
    """No status of any part is without words, nor an empty run."""
    for status in Status:
        assert "one.example" in written(name, result("one.example", tls=tls(status), domain=domain(status)))
    written(name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_loads_only_what_it_needs(name: str) -> None:
    """Nobody pays for the library of a format that was not asked for."""
    code = (
        f"import sys; from tests.results import result, written; written({name!r}, result()); "
        f"print(*({set(LIBRARIES.values())} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert ran.stdout.split() == ([LIBRARIES[name]] if name in LIBRARIES else [])


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (20, "in 20 days"),
        (1, "in 1 day"),
        (0, "today"),
        (-1, "1 day ago"),
        (-2, "2 days ago"),
        (9999, "in 9999 days"),
        (2_912_345, "in 7979 years"),
    ],
)
def test_days_are_told_in_words(count: int, words: str) -> None:
    """People read a distance, not a sign."""
    assert days(count) == words


def test_a_valid_part_says_what_is_valid() -> None:
    """A certificate and a registration are told apart by their labels."""
    assert [label(judged) for judged in (tls(), domain(), result())] == ["Valid SSL", "Valid domain", "Valid"]


def test_a_timestamp_has_four_digits_of_year() -> None:
    """RFC 3339 knows no shorter year."""
    assert timestamp(report().checked_at.replace(year=99)) == "0099-11-23T06:05:00Z"
