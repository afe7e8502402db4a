"""Makes a PostHog project show what :mod:`~domaincheck.telemetry.dashboards.definitions` says, and nothing twice.

What is there is compared with what would be written, and only what differs is. Servers add keys of their own to what
they keep, so a thing is as it should be if it holds at least what would be written. Names, places on the dashboard, and
the alert are the operator's once they are made; queries and descriptions are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from domaincheck.telemetry.dashboards.api import ApiError
from domaincheck.telemetry.dashboards.definitions import (
    ALERT,
    COHORT,
    DASHBOARD,
    ERROR_RATE,
    TILES,
    Tile,
    layouts,
    mark,
)
from domaincheck.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    Row = dict[str, Any]
    """A JSON object."""

UNMADE = 0
"""The id of what would be made, in a rehearsal."""


class Access(Protocol):
    """What is needed of the API; *path* is relative to ``/api/``. Raises ApiError."""

    def get(self, path: str) -> Row:
        """Return what is at *path*."""

    def pages(self, path: str) -> Iterator[Row]:
        """Yield what the list at *path* has."""

    def send(self, method: str, path: str, body: Row | None) -> Row:
        """Send *body* to *path*, and return the answer."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Reads through *access*, and only pretends to write."""

    access: Access

    def get(self, path: str) -> Row:
        """Return what is at *path*; there is nothing yet at what would be made."""
        return {} if path.endswith(f"/{UNMADE}/") else self.access.get(path)

    def pages(self, path: str) -> Iterator[Row]:
        """Yield what the list at *path* has."""
        return self.access.pages(path)

    def send(self, _method: str, _path: str, body: Row | None) -> Row:
        """Return *body* as if it had been written."""
        return {"id": UNMADE, **(body or {})}


@dataclass(frozen=True, slots=True)
class Sync:
    """One go at the *project* behind *access*.

    *tell* is given a verb (``create``, ``update`` or ``arrange``) and what it is done to; *warn* a sentence about what
    the server can't do, and can be done without.
    """

    access: Access
    project: str
    tell: Callable[[str, str], None]
    warn: Callable[[str], None]

    def run(self) -> int:
        """Create and update what has to be, and return the id of the dashboard."""
        try:
            boards = self._list("dashboards")
            board = self._dashboard(boards)
            insights = self._insights(board, {row["id"] for row in boards})
            self._arrange(board, insights)
            self._cohort()
            self._alert(insights[ERROR_RATE].ident)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # some answer was of another shape
            raise ApiError("the server does not answer as a PostHog of our days does: see to POSTHOG_HOST") from error
        return board

    def _dashboard(self, boards: Sequence[Row]) -> int:
        """Return the id of the one of *boards* that has our name, or our mark if the operator gave it another name."""
        found = next(_named(boards, DASHBOARD["name"]), None) or next(_marked(boards, "dashboard"), None)
        if found is None:
            return int(self._create("dashboards", f"dashboard '{DASHBOARD['name']}'", DASHBOARD)["id"])
        self._update("dashboards", found, {"description": DASHBOARD["description"]})
        return int(found["id"])

    def _insights(self, board: int, others: Collection[int]) -> Mapping[str, _Placed]:
        """Return the insights by their tiles' keys; all are on the dashboard *board* then, and stay on the *others*."""
        rows = self._list("insights", "?basic=true&search=domaincheck")
        return {tile.key: self._insight(tile, board, others, next(_marked(rows, tile.key), None)) for tile in TILES}

    def _insight(self, tile: Tile, board: int, others: Collection[int], found: Row | None) -> _Placed:
        if found is None:
            body = {"name": tile.name, "saved": True, "dashboards": [board], **tile.content}
            return _Placed(int(self._create("insights", f"insight '{tile.name}'", body)["id"]), True)
        boards = [place["dashboard_id"] for place in found.get("dashboard_tiles", ()) if not place.get("deleted")]
        fresh = board not in boards
        shown_on = [*(other for other in boards if other in others), board]  # a deleted dashboard would be refused
        self._update("insights", found, tile.content, {"dashboards": shown_on} if fresh else {})
        return _Placed(int(found["id"]), fresh)

    def _arrange(self, board: int, insights: Mapping[str, _Placed]) -> None:
        """Put the tiles in their places that are new on the dashboard, or were never put anywhere."""
        tiles = {_ident(tile.get("insight")): tile for tile in self._get("dashboards", board).get("tiles", ())}
        unplaced, places = [], []
        for tile in TILES:
            insight = insights[tile.key]
            there = tiles.get(insight.ident)
            if insight.fresh or (there and not there.get("layouts")):
                unplaced.append(tile)
                places += [{"id": there["id"], "layouts": layouts(tile)}] if there else []  # none in a rehearsal
        if unplaced:
            self.access.send("PATCH", self._path("dashboards", board), {"tiles": places})
            self.tell("arrange", counted(len(unplaced), "tile"))

    def _cohort(self) -> None:
        rows = self._list("cohorts")
        found = next(_marked(rows, "subscribers"), None) or next(_named(rows, COHORT["name"]), None)
        if found is None:
            self._create("cohorts", f"cohort '{COHORT['name']}'", COHORT)
        else:
            self._update("cohorts", found, {key: COHORT[key] for key in ("description", "filters")})

    def _alert(self, insight: int) -> None:
        """Have some alert on *insight*; not every server has alerts, or as many as one would like."""
        try:
            if any(_ident(row.get("insight")) == insight for row in self._list("alerts")):
                return
            me = self.access.get("users/@me/").get("id")
            self._create("alerts", f"alert '{ALERT['name']}'", {**ALERT, "insight": insight, "subscribed_users": [me]})
        except ApiError as error:
            if error.status is None:
                raise
            self.warn(f"there is no alert, all else is in place: {error}")

    # --- reading and writing ---------------------------------------------------------------------------------

    def _path(self, kind: str, ident: int | None = None) -> str:
        return f"projects/{self.project}/{kind}/" + ("" if ident is None else f"{ident}/")

    def _list(self, kind: str, query: str = "") -> list[Row]:
        """Return all there is of *kind*, oldest first."""
        rows = self.access.pages(self._path(kind) + query)
        return sorted((row for row in rows if not row.get("deleted")), key=lambda row: str(row["id"]).zfill(20))

    def _get(self, kind: str, ident: int) -> Row:
        return self.access.get(self._path(kind, ident))

    def _create(self, kind: str, what: str, body: Row) -> Row:
        created = self.access.send("POST", self._path(kind), body)
        self.tell("create", what)
        return created

    def _update(self, kind: str, found: Row, ours: Row, also: Mapping[str, Any] | None = None) -> None:
        body = {key: value for key, value in ours.items() if not _holds(found.get(key), value)} | dict(also or {})
        if body:
            self.access.send("PATCH", self._path(kind, int(found["id"])), body)
            self.tell("update", f"{kind.removesuffix('s')} '{found.get('name')}'")


@dataclass(frozen=True, slots=True)
class _Placed:
    """An insight by its id, and whether it is new on the dashboard."""

    ident: int
    fresh: bool


def _marked(rows: Iterable[Row], key: str) -> Iterator[Row]:
    return (row for row in rows if mark(key) in (row.get("description") or ""))


def _named(rows: Iterable[Row], name: str) -> Iterator[Row]:
    return (row for row in rows if row.get("name") == name)


def _ident(reference: Any) -> Any:
    """Return the id in *reference*, which some servers write as the object itself."""
    return reference.get("id") if isinstance(reference, dict) else reference


def _holds(kept: Any, ours: Any) -> bool:
    """Return whether *kept* has all of *ours*, whatever else a server has added to objects."""
    if isinstance(ours, dict):
        return isinstance(kept, dict) and all(key in kept and _holds(kept[key], value) for key, value in ours.items())
    if isinstance(ours, (list, tuple)):
        return isinstance(kept, list) and len(kept) == len(ours) and all(map(_holds, kept, ours))
    return bool(kept == ours)
