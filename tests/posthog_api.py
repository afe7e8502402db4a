"""A PostHog project behind its REST API, on loopback: it keeps what it is given, and refuses what the real one would.

Facts of the real one that a client can stumble over, and that hold here too: only personal keys are let in; lists
come in pages, whose ``next`` is an absolute address; what is deleted is only hidden; tags are dropped without a
licence; keys are added to what was written (``version`` in queries, ``bytecode`` in cohorts); a list of dashboards does
not tell their tiles; an insight tells its dashboards as ``dashboard_tiles``; alerts are only for trends, few, and
answer with whole insights and users where ids were given.
"""

from __future__ import annotations

import json
import re
import threading
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    import ssl

Row = dict[str, Any]

SCHEMA = json.loads((Path(__file__).parent / "posthog_schema.json").read_text(encoding="utf-8"))
KINDS = ("dashboards", "insights", "cohorts", "alerts")
KEY = "phx_0123456789abcdefghijklmnop"
PROJECT = 4711
OWNER = 7
MOST_ALERTS = 2
_PATH = re.compile(rf"/api/projects/{PROJECT}/({'|'.join(KINDS)})/(?:(\d+)/)?")


def faults(kind: str, body: Row, *, new: bool) -> list[str]:
    """Return what the schema has against *body* for one of *kind*, which is *new* or is changed."""
    required = SCHEMA["required_to_create"][kind] if new else []
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}", "required": required, "minProperties": 1}
    return [error.message for error in Draft202012Validator(schema).iter_errors(body)]


class RefusedError(Exception):
    """The request is answered with *status* and a *detail*."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(slots=True)
class Project:
    """What the project holds.

    *writes* are all that were accepted, as method and kind. *refusals* are statuses by method and kind: such requests
    are refused from then on. *spare* is how many writes are still accepted before all are refused; ``None``: all are.
    """

    page: int = 2
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    tiles: list[Row] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    refusals: dict[tuple[str, str], int] = field(default_factory=dict)
    spare: int | None = None
    last: int = 100

    def living(self, kind: str) -> list[Row]:
        """Return what there is of *kind*, as it is kept."""
        return [row for row in self.rows[kind].values() if not row["deleted"]]

    def named(self, kind: str, name: str) -> Row:
        """Return the one of *kind* that is called *name*, as it is kept."""
        [row] = (row for row in self.living(kind) if row["name"] == name)
        return row

    def tile(self, board: int, insight: int) -> Row:
        """Return the tile of *insight* on the dashboard *board*."""
        [tile] = (tile for tile in self.tiles if (tile["dashboard_id"], tile["insight"]) == (board, insight))
        return tile

    def add(self, kind: str, body: Row) -> int:
        """Keep *body* as a new one of *kind*, as if the operator had made it, and return its id."""
        self.last = ident = self.last + 1
        self.rows[kind][ident] = {"id": ident, "deleted": False, "tags": []}
        self._change(kind, self.rows[kind][ident], body)
        return ident

    def delete(self, kind: str, name: str) -> None:
        """Hide the one of *kind* that is called *name*; an insight takes its tiles and its alerts with it."""
        row = self.named(kind, name)
        row["deleted"] = True
        if kind == "insights":
            self.show_on(row["id"], [])
            for alert in self.living("alerts"):
                alert["deleted"] = alert["insight"] == row["id"]

    def answer(self, method: str, path: str, query: str, body: Row, *, origin: str) -> tuple[int, Row]:
        """Return status and content of the answer to a request; raise RefusedError if it is refused."""
        if path == "/api/users/@me/":
            return 200, {"id": OWNER, "email": "operator@example.com"}
        match = _PATH.fullmatch(path)
        if match is None:
            raise RefusedError(404, "Endpoint not found.")
        kind, ident = match[1], int(match[2] or 0)
        if status := self.refusals.get((method, kind)):
            raise RefusedError(status, "This is refused.")
        if method == "GET":
            return 200, self._shown(kind, self._row(kind, ident)) if ident else self._listed(kind, query, origin + path)
        if method not in {"POST", "PATCH"}:
            raise RefusedError(405, f'Method "{method}" not allowed.')
        return self._write(method, kind, ident, body)

    # --- writing ---------------------------------------------------------------------------------------------

    def _write(self, method: str, kind: str, ident: int, body: Row) -> tuple[int, Row]:
        new = method == "POST"
        row = None if new else self._row(kind, ident)
        for fault in faults(kind, body, new=new):
            raise RefusedError(400, fault)
        if kind == "alerts":
            self._judge_alert(body)
        if self.spare == 0:
            raise RefusedError(500, "A server error occurred.")
        self.spare = None if self.spare is None else self.spare - 1
        self.writes.append((method, kind))
        if row is None:
            return 201, self._shown(kind, self.rows[kind][self.add(kind, body)])
        self._change(kind, row, body)
        return 200, self._shown(kind, row)

    def _judge_alert(self, body: Row) -> None:
        if sum(row.get("enabled", True) for row in self.living("alerts")) >= MOST_ALERTS:
            raise RefusedError(400, f"Your team has reached the limit of {MOST_ALERTS} enabled alerts.")
        if "insight" in body and self._row("insights", body["insight"])["query"]["source"]["kind"] != "TrendsQuery":
            raise RefusedError(400, "Alerts are not supported for this insight.")

    def _change(self, kind: str, row: Row, body: Row) -> None:
        content = deepcopy(body)
        content.pop("tags", None)
        for tile in content.pop("tiles", ()):
            [kept] = (kept for kept in self.tiles if kept["id"] == tile["id"])
            kept["layouts"] = tile["layouts"]
        boards = content.pop("dashboards", None)
        row.update(content)
        if kind == "insights" and boards is not None:
            self.show_on(row["id"], boards)

    def show_on(self, insight: int, boards: list[int]) -> None:
        """Show *insight* on *boards*, and on no others."""
        mine = {tile["dashboard_id"]: tile for tile in self.tiles if tile["insight"] == insight}
        for board, tile in mine.items():
            tile["deleted"] = board not in boards
        for board in boards:
            if self._row("dashboards", board) and board not in mine:
                self.last += 1
                tile = {"id": self.last, "dashboard_id": board, "insight": insight, "layouts": {}, "deleted": False}
                self.tiles.append(tile)

    # --- reading ---------------------------------------------------------------------------------------------

    def _row(self, kind: str, ident: int) -> Row:
        row = self.rows[kind].get(ident)
        if row is None or row["deleted"]:
            raise RefusedError(404, "Not found.")
        return row

    def _listed(self, kind: str, query: str, address: str) -> Row:
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        start, sought = int(asked.get("offset", 0)), asked.get("search", "").lower()
        told = (row["name"] + str(row.get("description", "")) for row in self.living(kind))
        rows = [row for row, text in zip(self.living(kind), told, strict=True) if sought in text.lower()]
        end = start + self.page
        following = f"{address}?search={sought}&offset={end}" if end < len(rows) else None
        shown = [self._shown(kind, row) for row in rows[start:end]]
        for row in shown:
            row.pop("tiles", None)
        return {"count": len(rows), "next": following, "previous": None, "results": shown}

    def _shown(self, kind: str, row: Row) -> Row:
        shown = deepcopy(row)
        match kind:
            case "dashboards":
                tiles = (tile for tile in self.tiles if tile["dashboard_id"] == row["id"] and not tile["deleted"])
                insights = self.rows["insights"]
                shown["tiles"] = [tile | {"insight": insights[tile["insight"]]} for tile in tiles]
            case "insights":
                _added(shown["query"], "version", 2)
                keys = ("id", "dashboard_id", "deleted")
                mine = (tile for tile in self.tiles if tile["insight"] == row["id"])
                shown["dashboard_tiles"] = [{key: tile[key] for key in keys} for tile in mine]
            case "cohorts":
                _added(shown["filters"], "bytecode", ["_H", 1])
            case "alerts":
                shown["insight"] = {"id": row["insight"]}
                shown["subscribed_users"] = [{"id": user} for user in row["subscribed_users"]]
        return shown


def _added(node: Any, key: str, value: Any) -> None:
    """Add *key* to *node* and to all objects within it."""
    for child in list(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()):
        _added(child, key, value)
    if isinstance(node, dict):
        node[key] = value


class PostHogServer:
    """Serves a :class:`Project` at *url*, by TLS with a *context* for it.

    *seen* are the requests as method and path, those turned away included.
    """

    def __init__(self, page: int = 2, context: ssl.SSLContext | None = None) -> None:
        self.project = Project(page)
        self.seen: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self._http.server_port}"
        if context:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def serve(self, method: str, target: str, key: str | None, content: bytes) -> tuple[int, Row]:
        """Return status and content of the answer to a request."""
        parts = urlsplit(target)
        with self._lock:
            self.seen.append((method, parts.path))
            if key != f"Bearer {KEY}":
                return 401, {"type": "authentication_error", "detail": f"Invalid personal API key: {key}"}
            try:
                body = json.loads(content or b"{}")
                return self.project.answer(method, parts.path, parts.query, body, origin="http://behind.a.proxy.test")
            except RefusedError as error:
                return error.status, {"type": "invalid_request", "code": "invalid", "detail": str(error), "attr": None}


def _handler(server: PostHogServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = server.serve(self.command, self.path, self.headers.get("Authorization"), content)
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler
