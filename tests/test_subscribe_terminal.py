"""``subscribe`` on a terminal, where the code is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.commands import Outcome
from tests.home import ANN, HOST, MINUTE, Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home in which nothing was done yet."""
    return Home(tmp_path)


def test_on_a_terminal_the_code_is_asked_for(home: Home) -> None:
    """One command does it all."""
    outcome = home.run("subscribe", ANN, HOST, typing=home.reading_mail())
    assert outcome == Outcome(
        0,
        f"{ANN} is now told about 1 target\n",
        f"domaincheck: a code is on its way to {ANN}; it lives 10 minutes\ncode (r for another): ",
    )
    assert [each[0] for each in home.subscriptions()] == [ANN]


def test_a_terminal_gives_three_tries(home: Home) -> None:
    """An empty line is none; the count that is left is said."""

    def typing() -> Iterator[str]:
        yield from [f"{home.wrong}\n", "\n", f"{home.wrong}\n", "rubbish\n", f"{home.code}\n"]

    outcome = home.run("subscribe", ANN, HOST, typing=typing())
    assert outcome.status == 1
    assert re.findall(r"does not fit(.*)", outcome.stderr) == ["; 2 more tries", "; one more try", ""]
    assert "domaincheck subscribe ann@example.com www.example.com --otp CODE" in outcome.stderr
    assert home.subscriptions() == []
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0


def test_a_typing_error_is_no_misfortune(home: Home) -> None:
    """The third try counts as the first, and spaces do not matter."""

    def typing() -> Iterator[str]:
        yield f"{home.wrong}\n"
        yield f" {home.code[:3]} {home.code[3:]} \n"

    assert home.run("subscribe", ANN, HOST, typing=typing()).status == 0


def test_r_sends_another_code(home: Home) -> None:
    """Not within the minute; it costs no try, and the new code is the one that counts."""

    def typing() -> Iterator[str]:
        yield "r\n"
        assert len(home.mails) == 1
        home.now += MINUTE
        yield "R\n"
        assert len(home.mails) == 2
        yield f"{home.code}\n"

    outcome = home.run("subscribe", ANN, HOST, typing=typing())
    assert outcome.status == 0
    assert "wait 60 s" in outcome.stderr
    assert HOST in str(home.mails[1].get_body(("plain",)))


def test_the_end_of_input_ends_the_questions(home: Home) -> None:
    """The code is not lost: it is said how to use it later."""
    outcome = home.run("subscribe", ANN, HOST, typing=iter(()))
    assert outcome.status == 1
    assert outcome.stderr.splitlines()[-1].endswith(f"domaincheck subscribe {ANN} {HOST} --otp CODE")
    assert outcome.stderr.splitlines()[-1].startswith("domaincheck: to finish")
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0


def test_a_terminal_is_asked_for_a_code_that_lives_already(home: Home) -> None:
    """Nothing is sent a second time."""
    home.run("subscribe", ANN, HOST)
    assert home.run("subscribe", ANN, HOST, typing=home.reading_mail()).status == 0
    assert len(home.mails) == 1
