"""The command ``config`` while the settings cannot be used, and the others meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands import Outcome
from tests.config_operator import BROKEN, KEY, Operator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Return somebody without any settings yet."""
    return Operator(tmp_path)


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_can_still_be_found_and_replaced(operator: Operator, text: str) -> None:
    """That is when one needs these commands."""
    operator.writes(text)
    assert operator.config("path") == Outcome(0, f"{operator.file}\n", "")
    assert operator.config("init", "--stdout").status == 0
    assert operator.config("init", "--force").status == 0
    assert operator.shown("--changed") == {}


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("arguments", [["show"], ["get", "check.retries"], ["set", "check.retries", "1"], ["init"]])
def test_the_other_commands_name_file_and_line(operator: Operator, text: str, arguments: list[str]) -> None:
    """In one sentence; the file stays as it is."""
    operator.writes(text)
    outcome = operator.config(*arguments)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.startswith(str(operator.file))
    assert "line " in outcome.complaint or arguments == ["init"]
    assert operator.file.read_text(encoding="utf-8") == text


def test_what_is_wrong_can_be_set_right(operator: Operator) -> None:
    """One by one, a wrong value by a right one and a wrong key by taking it out."""
    operator.writes("[check]\njobs = 'many'\njosb = 3\n")
    assert operator.config("set", "check.jobs", 4).status == 0
    assert operator.config("set", "check.retries", 1).status == 3
    assert operator.config("set", "--unset", "check.josb").status == 0
    assert operator.file.read_text(encoding="utf-8") == "[check]\njobs = 4\n"


def test_a_wrong_variable_does_not_stand_in_the_way(operator: Operator) -> None:
    """Of what does not need it."""
    operator.environment = {"DOMAINCHECK_CHECK_JOBS": "0"}
    assert operator.config("path").status == 0
    assert operator.config("set", "check.retries", 1).status == 0
    assert operator.config("show").status == 3


def test_nothing_is_told_while_it_is_not_known_whether_it_may_be(operator: Operator) -> None:
    """A file that cannot be read may say that telemetry is off."""
    operator.writes("[telemetry]\nenabled = false\n[check\n")
    operator.environment = {"POSTHOG_API_KEY": KEY, "DOMAINCHECK_TELEMETRY": "log"}
    assert operator.config("path").events == []


@pytest.mark.parametrize("arguments", [("telemetry.enabled", "false"), ("--unset", "telemetry.api_key")])
def test_nothing_is_told_of_a_change_of_telemetry(operator: Operator, arguments: tuple[str, ...]) -> None:
    """The last word on it is not followed by another."""
    operator.environment = {"POSTHOG_API_KEY": KEY, "DOMAINCHECK_TELEMETRY": "log"}
    operator.writes(f'[telemetry]\napi_key = "{KEY}"\n')
    assert operator.config("set", *arguments).events == []
    assert operator.config("set", "check.jobs", "3").events != []
