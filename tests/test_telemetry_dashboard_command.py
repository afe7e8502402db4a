"""``domaincheck telemetry dashboard``: the operator's dashboard, from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.commands import Outcome, run
from tests.posthog_api import KEY, PROJECT, PostHogServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Variables = Mapping[str, str | None]


@dataclass(frozen=True)
class Operator:
    """Somebody with a project in the PostHog of *server*, who has all that is needed in the environment."""

    server: PostHogServer

    def dashboard(
        self, *options: object, before: tuple[object, ...] = (), variables: Variables | None = None
    ) -> Outcome:
        """Run the command with *options*, global ones *before* it, and other *variables*; ``None`` unsets one."""
        usual: Variables = {
            "POSTHOG_HOST": self.server.url,
            "POSTHOG_PERSONAL_API_KEY": KEY,
            "POSTHOG_PROJECT_ID": str(PROJECT),
            **(variables or {}),
        }
        environment = {name: value for name, value in usual.items() if value is not None}
        return run(*before, "telemetry", "dashboard", *options, environment=environment)

    @property
    def address(self) -> str:
        """The line that is printed at the end."""
        [board] = self.server.project.living("dashboards")
        return f"{self.server.url}/project/{PROJECT}/dashboard/{board['id']}\n"


@pytest.fixture
def operator() -> Iterator[Operator]:
    """Return an operator whose project is empty."""
    with PostHogServer() as server:
        yield Operator(server)


def test_the_dashboard_is_made_and_its_address_printed(operator: Operator) -> None:
    """The address alone is on standard output, to be used; what was made is told beside it."""
    outcome = operator.dashboard()
    assert (outcome.status, outcome.stdout) == (0, operator.address)
    told = outcome.stderr.splitlines()
    assert told[0] == "domaincheck: created dashboard 'domaincheck'"
    assert "domaincheck: created insight 'Subscription funnel'" in told
    assert told[-1] == "domaincheck: created alert 'domaincheck: more than 5 % of commands failed'"


def test_a_second_run_only_prints_the_address(operator: Operator) -> None:
    """There is nothing to be told, as nothing was written."""
    operator.dashboard()
    writes = len(operator.server.project.writes)
    assert operator.dashboard() == Outcome(0, operator.address, "")
    assert len(operator.server.project.writes) == writes


def test_quiet_tells_the_address_alone(operator: Operator) -> None:
    """As of every command."""
    outcome = operator.dashboard(before=("--quiet",))
    assert outcome == Outcome(0, operator.address, "")


def test_a_dry_run_prints_what_would_be_done(operator: Operator) -> None:
    """And does nothing of it."""
    outcome = operator.dashboard("--dry-run")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.splitlines()[0] == "would create dashboard 'domaincheck'"
    assert "would arrange 9 tiles" in outcome.stdout
    assert operator.server.project.writes == []
    operator.dashboard()
    assert operator.dashboard("--dry-run") == Outcome(0, "nothing to do\n", "")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"POSTHOG_PERSONAL_API_KEY": None}, "set POSTHOG_PERSONAL_API_KEY to a personal API key"),
        ({"POSTHOG_PERSONAL_API_KEY": " "}, "set POSTHOG_PERSONAL_API_KEY to a personal API key"),
        ({"POSTHOG_PERSONAL_API_KEY": "phc_project"}, "POSTHOG_PERSONAL_API_KEY is no personal API key"),
        ({"POSTHOG_PERSONAL_API_KEY": "phx_a\nX-Evil: 1"}, "POSTHOG_PERSONAL_API_KEY is no personal API key"),
        ({"POSTHOG_PERSONAL_API_KEY": "phx_kläy"}, "POSTHOG_PERSONAL_API_KEY is no personal API key"),
        ({"POSTHOG_PROJECT_ID": None}, "set POSTHOG_PROJECT_ID to the number"),
        ({"POSTHOG_PROJECT_ID": "../../users"}, "POSTHOG_PROJECT_ID must be a number"),
        ({"POSTHOG_PROJECT_ID": "phc_project"}, "POSTHOG_PROJECT_ID must be a number"),
        ({"POSTHOG_HOST": "posthog.example.com"}, "the host by POSTHOG_HOST must be an address"),
        ({"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}, "REQUESTS_CA_BUNDLE names no file"),
    ],
)
def test_what_is_missing_or_unusable_is_named(operator: Operator, variables: Variables, sentence: str) -> None:
    """In one sentence, without its value, before anybody is asked anything."""
    outcome = operator.dashboard(variables=variables)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.startswith(sentence)
    assert not any(value in outcome.stderr for value in variables.values() if value and value.startswith("ph"))
    assert operator.server.seen == []


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({"POSTHOG_PERSONAL_API_KEY": "phx_of_somebody_else"}, "make a new one at http://127.0.0.1"),
        ({"POSTHOG_PROJECT_ID": "1"}, "see to POSTHOG_PROJECT_ID"),
    ],
)
def test_what_posthog_refuses_is_told_with_what_to_do(operator: Operator, variables: Variables, advice: str) -> None:
    """In one sentence, in which the key is not to be found."""
    outcome = operator.dashboard(variables=variables)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert advice in outcome.complaint
    assert "phx_" not in outcome.stderr


def test_without_an_alert_the_dashboard_is_there_all_the_same(operator: Operator) -> None:
    """That is a warning: the exit status tells of success."""
    operator.server.project.refusals["POST", "alerts"] = 403
    outcome = operator.dashboard()
    assert (outcome.status, outcome.stdout) == (0, operator.address)
    assert "domaincheck: there is no alert, all else is in place: " in outcome.stderr


def test_the_host_may_come_from_the_settings(operator: Operator, tmp_path: Path) -> None:
    """As for the events."""
    settings = tmp_path / "config.toml"
    settings.write_text(f'[telemetry]\nhost = "{operator.server.url}/"\n', encoding="utf-8")
    outcome = operator.dashboard(before=("--config", settings), variables={"POSTHOG_HOST": None})
    assert (outcome.status, outcome.stdout) == (0, operator.address)


def test_the_proxy_of_the_environment_is_used(operator: Operator) -> None:
    """As by most programs."""
    elsewhere = {"POSTHOG_HOST": "http://posthog.example.test", "http_proxy": operator.server.url}
    outcome = operator.dashboard(variables=elsewhere)
    assert outcome.status == 0
    assert outcome.stdout.startswith(f"http://posthog.example.test/project/{PROJECT}/dashboard/")
