"""The shape of the house: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import domaincheck

ROOT = Path(domaincheck.__file__).parent

FLOORS = {
    7: {"__main__"},
    6: {"cli"},
    5: {"scheduled", "verification"},
    4: {"runner", "executors", "wiring", "world"},
    3: {"targets", "verdict", "output", "alerts", "probes", "store", "telemetry", "lab"},
    2: {"model", "network", "mailer", "settings", "state", "journal", "files", "addresses", "history"},
    1: {"errors", "text", "retry", "threshold", "schemes", "__init__"},
}
"""A room may import itself and lower floors, and its neighbours among the basics. CONTRIBUTING says the same."""

NEIGHBOURLY = {1, 2, 4}
ROOMS = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def room_of(module: str) -> str:
    """Return the room of ``domaincheck.room.module``."""
    return [*module.split("."), "__init__"][1]


def imports(path: Path) -> list[str]:
    """Return the modules of ours that the file at *path* imports, wherever the import stands."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "domaincheck":
            module = node.module or ""
            found += [f"{module}.{name.name}" for name in node.names] if module == "domaincheck" else [module]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.split(".")[0] == "domaincheck"]
    return [module for module in found if module != "domaincheck.__version__"]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_stands_in_a_known_room(module: Path) -> None:
    """A new folder gets a floor before it gets code."""
    assert module.with_suffix("").parts[0] in ROOMS


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_import_runs_upstairs(module: Path) -> None:
    """Dependencies point one way: down, or within a room."""
    room = module.with_suffix("").parts[0]
    for imported in imports(ROOT / module):
        other = room_of(imported)
        lower = ROOMS[other] < ROOMS[room]
        beside = ROOMS[other] == ROOMS[room] and (other == room or ROOMS[room] in NEIGHBOURLY)
        assert lower or beside, f"{module} must not import {imported}"


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("typer", ("cli",)),
        ("rich", ("output/painter.py", "cli/terminal.py")),
        ("cryptography", ("lab", "probes/pkcs12", "probes/revocation")),
        ("publicsuffixlist", ("targets",)),
        ("whois", ("probes/whois",)),
        ("jinja2", ("alerts", "output/html.py")),
        ("smtplib", ("mailer",)),
        ("posthog", ("telemetry/deliver.py",)),
        ("pyotp", ("alerts",)),
        ("requests", ("telemetry",)),
        ("email_validator", ("addresses.py",)),
        ("tomli_w", ("store",)),
        ("tomlkit", ("settings/editing.py",)),
    ],
)
def test_a_library_is_known_in_one_place(library: str, where: tuple[str, ...]) -> None:
    """Only one room knows a library, so that it can be changed there."""
    for module in MODULES:
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and not n.level}
        names |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
        if any(name.split(".")[0] == library for name in names):
            assert str(module).startswith(where), f"{module} must not know {library}"
