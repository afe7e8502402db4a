"""What is said on standard error: progress, where facts came from, faults; and what help and version print."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck import __version__
from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer
from domaincheck.lab.tls import TlsServer
from domaincheck.settings import FORMATS
from tests.commands import Outcome, Shell, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority

TWO = ("good.test", "missing.test")
COUNTER = "2/2"


@pytest.fixture(scope="module")
def server(root: Authority) -> Iterator[TlsServer]:
    """Start a server that all is well with."""
    with TlsServer(root.leaf("good.test")) as started:
        yield started


@pytest.fixture
def check(server: TlsServer, ca_file: Path) -> Any:
    """Return a function that runs ``check`` after global options, on a terminal unless told otherwise."""

    def checked(*arguments: str, before: tuple[str, ...] = (), **shell: Any) -> Outcome:
        hosts = {("good.test", 443): ("127.0.0.1", server.port)}
        shell = {"terminals": ("stderr",)} | shell
        options = ("--no-domain", "--ca-file", ca_file)
        return Shell(hosts=hosts, **shell).run(*before, "check", *options, *arguments)

    return checked


# --- progress ------------------------------------------------------------------------------------------------------


def test_progress_is_shown_on_a_terminal(check: Any) -> None:
    """Where there is more than one target; and it is wiped away in the end."""
    outcome = check(*TWO)
    assert COUNTER in outcome.stderr
    assert outcome.stderr.endswith("\x1b[2K")


def test_progress_does_not_touch_the_results(check: Any) -> None:
    """It keeps to standard error, whatever the format."""
    assert check("--json", *TWO).document["summary"]["domain_count"] == 2


def test_one_target_needs_no_progress(check: Any) -> None:
    """Its result is all there is to wait for."""
    assert check("good.test").stderr == ""


def test_progress_is_not_for_files(check: Any) -> None:
    """Where standard error is not a terminal, nothing is said unasked."""
    assert check(*TWO, terminals=("stdout",)).stderr == ""


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_quiet_shows_no_progress(check: Any, quiet: str) -> None:
    """Not on a terminal either."""
    assert check(*TWO, before=(quiet,)).stderr == ""


def test_progress_can_be_declined(check: Any) -> None:
    """With --no-progress."""
    assert check("--no-progress", *TWO).stderr == ""


def test_progress_can_be_asked_for(check: Any) -> None:
    """With --progress it is shown for one target too."""
    assert "1/1" in check("--progress", "good.test").stderr


def test_progress_that_is_asked_for_is_told_in_lines_where_there_is_no_terminal(check: Any) -> None:
    """As in a log: no bar, and no line without our name before it."""
    assert check("--progress", *TWO, terminals=()).stderr == "domaincheck: 2 of 2 checked\n"


def test_progress_and_a_stream_of_results_do_not_mix(check: Any) -> None:
    """NDJSON on the same terminal shows how far things are by itself."""
    assert check("--format", "ndjson", *TWO, terminals=("stdout", "stderr")).stderr == ""


def test_progress_and_a_table_on_one_terminal_take_turns(check: Any) -> None:
    """First how far things are, then what came of it."""
    outcome = check(*TWO, terminals=("stdout", "stderr"))
    assert COUNTER in outcome.stderr
    assert "2 targets in" in outcome.stdout.splitlines()[-1]


def test_a_name_cannot_act_upon_the_progress_bar(check: Any) -> None:
    """Markup in a target is text."""
    outcome = check("[bold]x", "[/nothing]", "good.test")
    assert "3/3" in outcome.stderr
    assert outcome.targets == ["[bold]x", "[/nothing]", "good.test"]


# --- verbosity -----------------------------------------------------------------------------------------------------


def test_verbose_says_where_facts_came_from(check: Any) -> None:
    """The address of the server, or that there is none; a line a part."""
    lines = check(*TWO, before=("-v",), terminals=()).stderr.splitlines()
    assert len(lines) == 2
    assert any(line.startswith("domaincheck: good.test: TLS at 127.0.0.1: valid in ") for line in lines)
    assert any(line.startswith("domaincheck: missing.test: TLS at no address: unreachable in ") for line in lines)


def test_verbose_says_what_was_remembered(tmp_path: Path) -> None:
    """Else a registry would seem to have answered just now."""
    with RdapServer({"example.com": domain_object("example.com", expires=datetime(2040, 1, 1, tzinfo=UTC))}) as rdap:
        shell = Shell(home=tmp_path)
        arguments = ("-v", "check", "--no-tls", "--rdap-url", rdap.url, "example.com")
        first, second = (shell.run(*arguments).complaint for _ in range(2))
    said = f"example.com: registration of example.com by rdap at {rdap.url}/"
    assert first.startswith(f"{said}: valid in ")
    assert second.startswith(f"{said}, as remembered: valid in ")


def test_verbose_changes_no_result(check: Any) -> None:
    """It only adds to standard error."""
    quiet, verbose = (check(*TWO, before=before, terminals=()) for before in ((), ("--verbose",)))
    assert (quiet.stdout, quiet.status) == (verbose.stdout, verbose.status)


class NoMemory:
    """A broken installation: there are no threads to be had."""

    def __call__(self) -> Any:
        """Raise what a thread that cannot start does."""
        raise RuntimeError("can't start new \x1b[31mthread")


def test_a_fault_of_ours_is_one_sentence(check: Any) -> None:
    """It says what it is, and how to see more of it."""
    outcome = check("good.test", clock=NoMemory(), terminals=())
    assert (outcome.status, outcome.stdout) == (3, "")
    assert "a fault in domaincheck itself: RuntimeError: can't start new" in outcome.complaint
    assert "-vv" in outcome.complaint
    assert outcome.complaint.isprintable()


@pytest.mark.parametrize("before", [("-vv",), ("-v", "-v"), ("-v", "--verbose"), ("--verbose", "--verbose"), ("-qvv",)])
def test_very_verbose_shows_the_traceback(check: Any, before: tuple[str, ...]) -> None:
    """Which is what its author needs; the sentence still comes first."""
    stderr = check("good.test", before=before, clock=NoMemory(), terminals=()).stderr
    assert stderr.startswith("domaincheck: a fault in domaincheck itself")
    assert "Traceback (most recent call last)" in stderr


def test_a_probe_that_breaks_costs_one_result(check: Any) -> None:
    """A fault of ours in one target is told in its result; the run goes on."""
    outcome = check("--json", *TWO, network=object(), terminals=())
    assert [result["status"] for result in outcome.results] == ["unreachable"] * 2
    assert "a fault in domaincheck itself" in outcome.results[0]["tls"]["problems"][0]["message"]


# --- help and version ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [(), ("check",), ("demo",), ("registries",), ("registries", "show")], ids=" ".join)
def test_help_is_there_at_each_level(command: tuple[str, ...], option: str) -> None:
    """On standard output, since it is what was asked for."""
    outcome = run(*command, option)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(" ".join(("Usage: domaincheck", *command)))


def test_help_lists_the_commands() -> None:
    """Each with a sentence."""
    stdout = run("--help").stdout
    assert [command for command in ("check", "demo", "registries") if f"\n  {command} " not in stdout] == []


@pytest.mark.parametrize("command", [(), ("subscriptions",), ("telemetry",), ("config",)])
def test_no_summary_is_cut_short(command: tuple[str, ...]) -> None:
    """On a narrow terminal it has a second line."""
    stdout = run(*command, "--help", environment={"COLUMNS": "60"}).stdout
    assert stdout.partition("Commands:\n")[2].count("...") == 0


def test_usage_is_written_as_in_man_pages() -> None:
    """What has no brackets is required."""
    assert run("subscribe", "-h").stdout.startswith("Usage: domaincheck subscribe [OPTIONS] EMAIL [TARGET]...\n")
    assert run("config", "set", "-h").stdout.startswith("Usage: domaincheck config set [OPTIONS] KEY [VALUE]\n")


def test_no_command_is_bad_usage() -> None:
    """The same help, but on standard error, and exit status 3."""
    outcome = run()
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.stderr == run("--help").stdout


@pytest.mark.parametrize("arguments", [("--version",), ("-V",), ("-v", "--version"), ("--version", "check")])
def test_the_version_is_told(arguments: tuple[str, ...]) -> None:
    """Name and version, on one line, whatever else stands there."""
    assert run(*arguments) == Outcome(0, f"domaincheck {__version__}\n", "")


def test_help_names_every_format() -> None:
    """In the complaint about a wrong one, too."""
    complaint = run("check", "--format", "none", "example.com").complaint
    assert [name for name in FORMATS if f"'{name}'" not in complaint] == []
