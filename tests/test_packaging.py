"""What is installed, and what README promises of it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domaincheck.cli.app import command_line
from domaincheck.cli.manual.tree import read
from domaincheck.model import Status
from domaincheck.schemes import SCHEMES
from domaincheck.settings import FORMATS, load
from domaincheck.targets.tables import COLUMNS
from domaincheck.telemetry.events import declarations
from tests.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHARED = {
    "share/bash-completion/completions/domaincheck",
    "share/zsh/site-functions/_domaincheck",
    "share/fish/vendor_completions.d/domaincheck.fish",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Build the wheel as pip does; skip where the build's own needs cannot be had."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - it is pip
    if re.search("No module named pip|No matching distribution found for hatchling", built.stderr):
        pytest.skip("pip is missing here, or no package index can be reached")
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_wheel_holds_the_whole_package(wheel: zipfile.ZipFile) -> None:
    """All modules, the data, and the sign that it is typed; no tests."""
    names = set(wheel.namelist())
    package = {str(path.relative_to(ROOT)) for path in (ROOT / "domaincheck").rglob("*.py")}
    assert package - names == set()
    assert {"domaincheck/data/rdap.json", "domaincheck/py.typed"} <= names
    assert [name for name in names if name.startswith("tests/")] == []


def test_the_wheel_holds_manual_and_completions(wheel: zipfile.ZipFile) -> None:
    """Where man(1) and the shells look for them."""
    shared = {name.partition(".data/data/")[2] for name in wheel.namelist()} - {""}
    pages = {f"share/man/man{page.suffix[1:]}/{page.name}" for page in (ROOT / "man").rglob("*.*")}
    assert {"share/man/man1/domaincheck-check.1", "share/man/man5/domaincheck.toml.5"} <= shared
    assert shared == pages | SHARED


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    """It is called domaincheck."""
    [entry_points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "domaincheck = domaincheck.__main__:run" in wheel.read(entry_points).decode()


# --- README --------------------------------------------------------------------------------------------------------


def blocks(language: str, *, after: str = "") -> list[str]:
    """Return README's fenced blocks of *language* that follow a line *after*."""
    return re.findall(rf"{re.escape(after)}\n```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def section(title: str) -> str:
    """Return README's section called *title*."""
    return README.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_readme_has_two_commands_for_ci() -> None:
    """One installs and shows, one tests; both are run as they stand."""
    commands = blocks("sh", after="<!-- run by CI -->")
    assert [len(command.splitlines()) for command in commands] == [1, 1]
    assert "domaincheck demo" in commands[0]
    assert "pytest" in commands[1]


def test_readme_names_every_format() -> None:
    """Where it tells of them."""
    assert [name for name in FORMATS if f"`{name}`" not in section("Formats")] == []


def test_readme_names_what_lists_may_hold() -> None:
    """Every column that has targets in a CSV, and every scheme."""
    assert [name for name in COLUMNS if f"`{name}`" not in section("Lists")] == []
    assert [name for name in SCHEMES if not re.search(rf"[` \n]{name}[` \n]", section("Lists"))] == []


def test_readme_tells_of_every_telemetry_event() -> None:
    """With when it is emitted and its properties, as the registry has them."""
    rows = [
        f"| `{each.name}` | {each.when.replace('``', '`')} | {' '.join(f'`{name}`' for name in each.properties)} |"
        for each in declarations()
    ]
    assert [line for line in section("Telemetry").splitlines() if line.startswith("| `")] == rows


def test_readme_explains_every_status() -> None:
    """In its table."""
    assert [status for status in Status if f"| `{status}` |" not in section("What it says")] == []


def test_readme_shows_settings_that_work(tmp_path: Path) -> None:
    """Its example can be taken as it is."""
    path = tmp_path / "config.toml"
    path.write_text("\n".join(blocks("toml")), encoding="utf-8")
    assert load({}, path)["check.threshold"] == "30d"


def test_readme_shows_commands_that_exist() -> None:
    """Wherever it writes one: in a sentence, a table or a block."""
    code = [words for _, words in re.findall(r"(```|`)(.+?)\1", README.read_text(encoding="utf-8"), re.DOTALL)]
    shown = {name for words in code for name in re.findall(r"\bdomaincheck\s(?:-\S+\s)*([a-z][a-z-]*)", words)}
    assert {"check", "demo", "config"} <= shown
    assert shown - {command.path[0] for command in read(command_line()).commands} == set()


def test_readme_shows_options_that_exist() -> None:
    """None of its examples is bad usage."""
    known = "".join(run(*command, "--help").stdout for command in ((), ("check",), ("doctor",)))
    shown = " ".join(re.findall(r"`[^`\n]*`", section("I want to…")))
    assert [option for option in re.findall(r"(?<!\S)`?(-[a-zA-Z]|--[a-z-]+)\b", shown) if option not in known] == []
