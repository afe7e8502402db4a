"""The dashboard in PostHog: what it shows, and that it is made once and kept as it should be."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.telemetry import events
from domaincheck.telemetry.dashboards import definitions
from domaincheck.telemetry.dashboards.api import Api, ApiError, Route
from domaincheck.telemetry.dashboards.definitions import ALERT, COHORT, DASHBOARD, ERROR_RATE, NAME, TILES, Tile
from domaincheck.telemetry.dashboards.sync import Rehearsal, Sync
from tests.posthog_api import KEY, OWNER, PROJECT, PostHogServer, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

DECLARED = {declaration.name: declaration.properties for declaration in events.declarations()}
BY_KEY = {tile.key: tile for tile in TILES}


# --- what is shown -----------------------------------------------------------------------------------------------


def used(node: Any) -> Iterator[tuple[str, str | None]]:
    """Yield the events that *node* and all within it name, each with a property of it that is made use of, or None."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, (list, tuple)) else ()
    for child in children:
        yield from used(child)
    if not isinstance(node, dict):
        return
    name = node.get("event") or (node.get("key") if node.get("type") == "behavioral" else None)
    if name:
        yield name, node.get("math_property")
        for each in [*node.get("properties", ()), *node.get("event_filters", ())]:
            yield name, each["key"]
    if breakdown := node.get("breakdownFilter"):
        yield from ((each["event"], breakdown["breakdown"]) for each in node["series"])


SOURCES: list[tuple[str, Any]] = [*((tile.key, tile.source) for tile in TILES), ("cohort", COHORT)]


@pytest.mark.parametrize("source", [source for _, source in SOURCES], ids=[key for key, _ in SOURCES])
def test_only_declared_events_and_properties_are_asked_for(source: Any) -> None:
    """A tile that names another shows nothing for ever, and nobody is told."""
    found = list(used(source))
    assert found
    for name, wanted in found:
        assert name in DECLARED
        assert wanted is None or wanted in DECLARED[name]


@pytest.mark.parametrize("tile", TILES, ids=[tile.key for tile in TILES])
def test_each_insight_is_one_that_posthog_takes(tile: Tile) -> None:
    """By the schema of its bodies, which knows nothing but what is used here."""
    assert faults("insights", {"name": tile.name, "saved": True, "dashboards": [1], **tile.content}, new=True) == []


def test_dashboard_cohort_and_alert_are_ones_that_posthog_takes() -> None:
    """By the same schema."""
    assert faults("dashboards", DASHBOARD, new=True) == []
    assert faults("cohorts", COHORT, new=True) == []
    assert faults("alerts", {**ALERT, "insight": 1, "subscribed_users": [OWNER]}, new=True) == []
    tiles = [{"id": 1, "layouts": definitions.layouts(tile)} for tile in TILES]
    assert faults("dashboards", {"tiles": tiles}, new=False) == []


def test_the_schema_takes_nothing_else() -> None:
    """Else a misspelt key would go unnoticed until the real PostHog refuses it, or ignores it."""
    tile = BY_KEY["commands"]
    query = {"kind": "InsightVizNode", "source": {**tile.source, "breakdownfilter": {}}}
    assert faults("insights", {"name": "Commands", "query": query}, new=True)
    assert faults("alerts", {**ALERT, "insight": 1, "subscribed_users": []}, new=True)


@pytest.mark.parametrize("size", ["sm", "xs"])
def test_no_tile_covers_another(size: str) -> None:
    """On a wide screen of twelve columns as on a narrow one of one."""
    places = [definitions.layouts(tile)[size] for tile in TILES]
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above
    assert all(place["x"] + place["w"] <= {"sm": 12, "xs": 1}[size] for place in places)


def test_the_error_rate_is_in_per_cent_of_all_commands() -> None:
    """The alert watches that formula's one series."""
    source = BY_KEY[ERROR_RATE].source
    assert [series["event"] for series in source["series"]] == ["command_error", "command_run"]
    assert source["trendsFilter"]["formula"] == "A/B*100"
    assert ALERT["config"] == {"type": "TrendsAlertConfig", "series_index": 0}
    assert ALERT["threshold"]["configuration"]["bounds"] == {"upper": 5}


Happening = tuple[str, dict[str, str]]
STARTED: Happening = ("domain_registration_started", {})
ASKED = ("otp_generated", {"operation": "subscribe"})
MISSING = ("domain_registration_error", {"error_type": "missing_otp"})
WRONG = ("otp_verification_attempted", {"success": "false", "operation": "subscribe"})
RIGHT = ("otp_verification_attempted", {"success": "true", "operation": "subscribe"})
DONE = ("domain_registration_completed", {"success": "true"})
LEAVING = [
    ("otp_generated", {"operation": "unsubscribe"}),
    ("otp_verification_attempted", {"success": "true", "operation": "unsubscribe"}),
]


@pytest.mark.parametrize(
    ("stream", "row"),
    [
        pytest.param([STARTED, ASKED, RIGHT, DONE], 4, id="on a terminal"),
        pytest.param([STARTED, ASKED, MISSING, STARTED, RIGHT, DONE], 4, id="from a script, in two calls"),
        pytest.param([ASKED, STARTED, RIGHT, DONE], 4, id="by otp send"),
        pytest.param([STARTED, ASKED, WRONG, RIGHT, DONE], 4, id="at the second try"),
        pytest.param([STARTED, ASKED, RIGHT], 3, id="failed after the code"),
        pytest.param([STARTED, ASKED, MISSING, STARTED, WRONG], 2, id="never had the right code"),
        pytest.param([STARTED, ASKED, MISSING], 2, id="never gave a code"),
        pytest.param([ASKED], 1, id="only asked for a code"),
        pytest.param(LEAVING, 0, id="unsubscribed"),
    ],
)
def test_the_funnel_counts_each_way_to_a_subscription(stream: list[Happening], row: int) -> None:
    """The code may come before the attempt or after it; PostHog counts a person in the rows up to *row*."""
    source = BY_KEY["subscription-funnel"].source
    assert source["funnelsFilter"]["funnelOrderType"] == "unordered"
    done = [step for step in source["series"] if any(fits(step, name, properties) for name, properties in stream)]
    assert len(done) == row


def fits(step: Any, name: str, properties: dict[str, str]) -> bool:
    """Return whether an event is one that *step* counts."""
    wanted = step.get("properties", ())
    return step["event"] == name and all(properties.get(each["key"]) in each["value"] for each in wanted)


# --- what is made and what is left alone -------------------------------------------------------------------------


@dataclass
class Operator:
    """Somebody with a project in PostHog, who has *said* what was done and *warned* of what could not be."""

    server: PostHogServer
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def sync(self, *, rehearse: bool = False) -> list[tuple[str, str]]:
        """Bring the project up to date, and return the writes that took: method and kind."""
        self.said, self.warned = [], []
        before = len(self.server.project.writes)
        with Api(self.server.url, KEY, Route()) as api:
            access = Rehearsal(api) if rehearse else api
            Sync(access, str(PROJECT), lambda verb, what: self.said.append(f"{verb} {what}"), self.warned.append).run()
        return self.server.project.writes[before:]

    @property
    def board(self) -> Any:
        """The dashboard."""
        return self.server.project.named("dashboards", NAME)


@pytest.fixture
def operator() -> Iterator[Operator]:
    """Return an operator whose project is empty but for two things of their own."""
    with PostHogServer() as server:
        server.project.add("dashboards", {"name": "Sales of domaincheck", "description": ""})
        server.project.add("insights", {"name": "Commands", "query": {}, "dashboards": []})
        yield Operator(server)


@pytest.fixture
def made(operator: Operator) -> Operator:
    """Return an operator whose project has the dashboard."""
    operator.sync()
    return operator


def test_all_is_made_at_first(operator: Operator) -> None:
    """A dashboard with all tiles in their places, a cohort, and an alert that goes to the key's owner."""
    operator.sync()
    project = operator.server.project
    assert operator.warned == []
    for tile in TILES:
        [insight] = (row for row in project.living("insights") if definitions.mark(tile.key) in str(row))
        assert project.tile(operator.board["id"], insight["id"])["layouts"] == definitions.layouts(tile)
        assert insight["name"] == tile.name
    assert project.named("cohorts", COHORT["name"])["filters"] == COHORT["filters"]
    [alert] = project.living("alerts")
    assert alert["insight"] == project.named("insights", "Error rate")["id"]
    assert alert["subscribed_users"] == [OWNER]


def test_a_second_run_writes_nothing(made: Operator) -> None:
    """Whatever keys the server has added, and however many pages its lists have."""
    assert made.sync() == []
    assert made.said == []


def test_a_query_that_was_changed_is_put_right(made: Operator) -> None:
    """And nothing else is written."""
    made.server.project.named("insights", "Error rate")["query"]["source"]["trendsFilter"]["formula"] = "A/B"
    assert made.sync() == [("PATCH", "insights")]
    assert made.said == ["update insight 'Error rate'"]
    assert made.sync() == []


def test_names_and_places_are_the_operators(made: Operator) -> None:
    """Who renames an insight, moves its tile, and renames the dashboard and the cohort, finds them so ever after."""
    project, board = made.server.project, made.board
    insight = project.named("insights", "Error rate")
    insight["name"] = "What goes wrong"
    project.tile(board["id"], insight["id"])["layouts"] = {"sm": {"x": 0, "y": 99, "w": 12, "h": 9}}
    board["name"] = "Our domains"
    project.named("cohorts", COHORT["name"])["name"] = "Subscribers"
    assert made.sync() == []


def test_an_alert_is_the_operators_once_it_is_there(made: Operator) -> None:
    """Its bounds, its name and who is told are for them to choose, and whether it is on."""
    [alert] = made.server.project.living("alerts")
    alert.update(name="Errors!", enabled=False, subscribed_users=[OWNER, 8])
    alert["threshold"]["configuration"]["bounds"] = {"upper": 20}
    assert made.sync() == []


def test_a_deleted_insight_is_made_again(made: Operator) -> None:
    """In its place, and with its alert, which went with it."""
    project = made.server.project
    project.delete("insights", "Error rate")
    assert made.sync() == [("POST", "insights"), ("PATCH", "dashboards"), ("POST", "alerts")]
    insight = project.named("insights", "Error rate")
    assert project.tile(made.board["id"], insight["id"])["layouts"] == definitions.layouts(BY_KEY[ERROR_RATE])
    assert made.sync() == []


def test_a_tile_that_was_taken_off_is_put_back(made: Operator) -> None:
    """The insight stays on the operator's other dashboards, and is not made twice."""
    project = made.server.project
    other = project.add("dashboards", {"name": "Mine", "description": ""})
    insight = project.named("insights", "Error rate")["id"]
    project.show_on(insight, [other])
    assert made.sync() == [("PATCH", "insights"), ("PATCH", "dashboards")]
    assert not project.tile(made.board["id"], insight)["deleted"]
    assert not project.tile(other, insight)["deleted"]
    assert made.sync() == []


def test_a_deleted_dashboard_is_made_again_with_the_insights_there_are(made: Operator) -> None:
    """None of them twice."""
    made.server.project.delete("dashboards", NAME)
    writes = made.sync()
    assert writes.count(("POST", "dashboards")) == 1
    assert ("POST", "insights") not in writes
    assert made.sync() == []


@pytest.mark.parametrize("spare", range(13))
def test_a_run_that_was_cut_short_is_completed_by_the_next(operator: Operator, spare: int) -> None:
    """Wherever that was; nothing is there twice."""
    operator.server.project.spare = spare
    with suppress(ApiError):
        operator.sync()
    operator.server.project.spare = None
    operator.sync()
    project = operator.server.project
    assert len(project.living("insights")) == len(TILES) + 1
    assert [len(project.living(kind)) for kind in ("dashboards", "cohorts", "alerts")] == [2, 1, 1]
    assert operator.sync() == []
    assert all(tile["layouts"] for tile in project.tiles)


def test_a_rehearsal_tells_what_a_run_does_and_writes_nothing(operator: Operator) -> None:
    """Whether there is nothing yet, all, or something in between."""
    project = operator.server.project
    for _ in range(3):
        assert operator.sync(rehearse=True) == []
        told = operator.said
        operator.sync()
        assert operator.said == told
        for name in ("Error rate", "Expiry outlook"):
            project.delete("insights", name)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_without_alerts_gets_all_the_rest(operator: Operator, method: str, status: int) -> None:
    """Old ones have none, others only so many; the operator is told in one sentence."""
    operator.server.project.refusals[method, "alerts"] = status
    operator.sync()
    assert len(operator.server.project.living("cohorts")) == 1
    [warning] = operator.warned
    assert warning.startswith("there is no alert, all else is in place: 127.0.0.1:")


def test_the_reason_against_an_alert_is_told(operator: Operator) -> None:
    """In the server's own words: a limit can be raised, or another alert given up."""
    for name in ("one", "two"):
        body = {"name": name, "insight": 0, "subscribed_users": [OWNER]}
        operator.server.project.add("alerts", body)
    operator.sync()
    assert "Your team has reached the limit of 2 enabled alerts." in operator.warned[0]


def test_whose_names_are_the_same_as_ours_is_left_alone(made: Operator) -> None:
    """The operator's own insight of a name of ours is neither changed nor put on the dashboard."""
    [own] = (row for row in made.server.project.living("insights") if row["query"] == {})
    assert own["name"] == "Commands"
    assert all(tile["insight"] != own["id"] for tile in made.server.project.tiles)
