"""``demo``: shows every state on servers of its own, wherever it is run, and leaves nothing behind."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.scenes import SCENES
from domaincheck.settings import FORMATS
from tests.commands import ended, run, start

if TYPE_CHECKING:
    import subprocess


class NoNetwork:
    """A network that must not be asked for anything."""

    def resolve(self, *_: Any) -> Any:
        """Fail."""
        raise AssertionError("nobody is to be resolved")

    def connect(self, *_: Any) -> Any:
        """Fail."""
        raise AssertionError("nobody is to be visited")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_every_scene(name: str) -> None:
    """Results on standard output, a line of explanation on standard error, exit status 0 whatever they say."""
    outcome = run("demo", "--format", name, network=NoNetwork())
    assert outcome.status == 0
    assert [scene.target for scene in SCENES if scene.target not in outcome.stdout] == []
    assert f"{len(SCENES)} targets" in outcome.complaint
    assert "domaincheck check example.com" in outcome.complaint


def test_the_demo_finds_what_it_has_staged() -> None:
    """With no network but its own."""
    found = {result["target"]: result for result in run("demo", "--json", network=NoNetwork()).results}
    for scene in SCENES:
        result = found[scene.target]
        assert (result["tls"]["status"], result["domain"]["status"]) == (scene.tls, scene.domain)


def test_the_demo_is_a_table_on_a_terminal() -> None:
    """And plain lines elsewhere, as with check."""
    assert "Valid SSL" in run("demo", terminals=("stdout",)).stdout
    assert len(run("demo").stdout.splitlines()) == len(SCENES)


def test_the_demo_heeds_no_settings_of_check() -> None:
    """A threshold or a registry of one's own would make it show something else."""
    settled = {"DOMAINCHECK_CHECK_THRESHOLD": "90", "DOMAINCHECK_REGISTRY_RDAP_URL": "https://nowhere.invalid"}
    [first, *_] = run("demo", "--json", environment=settled).results
    assert first["status"] == "valid"


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    """No folder, no thread, nothing remembered."""
    before = set(Path(tempfile.gettempdir()).glob("domaincheck*"))
    assert run("demo", home=tmp_path).status == 0
    assert set(Path(tempfile.gettempdir()).glob("domaincheck*")) == before
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lab:")] == []
    assert list(tmp_path.iterdir()) == []


def test_the_demo_runs_as_a_process(tmp_path: Path) -> None:
    """As README has it; nothing is left in the folder for temporary files either."""
    process: subprocess.Popen[str] = start("demo", home=tmp_path, environment={"TMPDIR": str(tmp_path)})
    outcome = ended(process)
    assert (outcome.status, len(outcome.stdout.splitlines())) == (0, len(SCENES))
    assert list(tmp_path.iterdir()) == []
