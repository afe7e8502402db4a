"""A process of its own: Ctrl-C, closed pipes and streams, encodings, and what is loaded at the start."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck import __version__
from domaincheck.cli.interruption import Interruption
from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.tls import TlsServer
from tests.commands import PATIENCE, ended, lines_of, start, start_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from domaincheck.lab.authority import Authority

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def good(root: Authority) -> Iterator[str]:
    """Return a target that all is well with."""
    with TlsServer(root.leaf("127.0.0.1")) as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """Return a target that never answers."""
    with HostileServer("stall") as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture
def check(ca_file: Path, tmp_path: Path) -> Any:
    """Return a function that starts ``check`` of certificates, with more patience than any test has."""

    def started(*arguments: object, **options: Any) -> subprocess.Popen[str]:
        common = ("check", "--no-domain", "--ca-file", ca_file, "--timeout", 6 * PATIENCE)
        return start("-v", *common, *arguments, home=tmp_path, **options)

    return started


# --- Ctrl-C --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Children inherit that SIGINT is ignored, as it is where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(process: subprocess.Popen[str], good: str) -> str:
    """Press Ctrl-C once *good* has been checked, and return what was printed; 130 is the exit status, at once."""
    assert process.stderr is not None
    assert next(lines_of(process.stderr)).startswith(f"domaincheck: {good}: TLS at 127.0.0.1: valid")
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    assert outcome.status == 130
    assert "Traceback" not in outcome.stderr
    return outcome.stdout


def test_an_interrupted_document_is_whole(check: Any, good: str, slow: str) -> None:
    """JSON stays valid, and holds and counts what had finished."""
    document = json.loads(interrupted(check("--json", slow, good), good))
    assert [result["target"] for result in document["results"]] == [good]
    assert document["summary"]["domain_count"] == 1


def test_interrupted_lines_are_whole(check: Any, good: str, slow: str) -> None:
    """In plain text, too, though an earlier target is still missing."""
    [line] = interrupted(check("--format", "plain", slow, good), good).splitlines()
    assert line.startswith(f"{good}\tvalid\t")


def test_interrupted_rows_are_whole(check: Any, good: str, slow: str) -> None:
    """And in CSV."""
    [row] = csv.DictReader(interrupted(check("--format", "csv", slow, good), good).splitlines())
    assert (row["target"], row["status"]) == (good, "valid")


def test_an_interrupted_table_sums_up_what_there_is(check: Any, good: str, slow: str) -> None:
    """The table ends in the usual sentence."""
    table = interrupted(check("--format", "table", slow, good), good)
    assert table.startswith(good)
    assert table.splitlines()[-1].startswith("1 target in ")


def test_an_interrupted_stream_ends(check: Any, good: str, slow: str) -> None:
    """NDJSON had printed its line long before."""
    [line] = interrupted(check("--format", "ndjson", slow, good), good).splitlines()
    assert json.loads(line)["target"] == good


def test_an_interrupted_file_is_the_old_one(check: Any, good: str, slow: str, tmp_path: Path) -> None:
    """Whole or not at all: who reads the file could not tell that results are missing."""
    path = tmp_path / "results"
    path.write_text("old", encoding="utf-8")
    assert interrupted(check("-o", path, slow, good), good) == ""
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_an_interruption_while_loading_shows_no_traceback(tmp_path: Path) -> None:
    """However early Ctrl-C comes, here while the command line is being imported."""
    program = """
import sys
from domaincheck.__main__ import run
class Interrupted:
    def find_spec(self, name, *_):
        if name == "domaincheck.cli.app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
run()
"""
    outcome = ended(start_python("-c", program, home=tmp_path))
    assert (outcome.status, outcome.stdout, outcome.stderr) == (130, "", "")


# --- Ctrl-C, closely -----------------------------------------------------------------------------------------------


def press() -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def test_a_wait_is_broken_off() -> None:
    """What came before it is kept."""

    def results() -> Iterator[str]:
        yield "first"
        press()
        yield "never"

    interruption = Interruption()
    with interruption.heeded():
        assert list(interruption.guard(results())) == ["first"]
    assert interruption.happened


def test_what_is_being_printed_is_not_torn_in_two() -> None:
    """Between two waits Ctrl-C is only remembered, and no more results are waited for."""
    interruption = Interruption()
    with interruption.heeded():
        results = interruption.guard(iter(["first", "second"]))
        assert next(results) == "first"
        press()
        assert list(results) == []
    assert interruption.happened


def test_a_second_time_ends_everything() -> None:
    """Printing, too, may take longer than the user likes."""
    interruption = Interruption()
    with interruption.heeded():
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


def test_what_the_signal_did_before_it_does_again() -> None:
    """After the run Ctrl-C is what it was; where it is ignored, it stays so."""
    for before in (signal.default_int_handler, signal.SIG_IGN):
        signal.signal(signal.SIGINT, before)
        with Interruption().heeded():
            pass
        assert signal.getsignal(signal.SIGINT) is before


def test_an_ignored_signal_stays_ignored() -> None:
    """As in a job that a shell has put in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption = Interruption()
    with interruption.heeded():
        press()
    assert not interruption.happened


# --- pipes ---------------------------------------------------------------------------------------------------------


def test_results_stream_while_others_are_awaited(check: Any, good: str, slow: str) -> None:
    """A reader of NDJSON has the first result while the slowest target is still silent."""
    with check("--format", "ndjson", slow, good) as process:
        assert json.loads(next(lines_of(process.stdout)))["target"] == good
        assert process.poll() is None
        process.kill()


@pytest.mark.parametrize("name", ["plain", "json", "table", "csv", "ndjson"])
def test_a_closed_pipe_ends_quietly(check: Any, good: str, name: str) -> None:
    """As with | head: not a word, and the exit status of a process that SIGPIPE ended."""
    process = check("--format", name, "-", good)
    process.stdout.close()
    process.stdout = None
    outcome = ended(process, "no/target\n" * 3000)
    words = [line for line in outcome.stderr.splitlines() if not line.startswith(f"domaincheck: {good}: TLS at")]
    assert (outcome.status, words) == (141, [])


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("demo",), ("check", "--no-domain", "a/b")])
@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """One sentence, exit status 3, and no complaint of Python's own."""
    with FULL.open("w") as full:
        outcome = ended(start(*arguments, home=tmp_path, stdout=full))
    assert (outcome.status, outcome.complaint) == (3, "the results could not be written: No space left on device")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_amid_the_results_too(tmp_path: Path) -> None:
    """More results than fit into a buffer fail earlier, with the same words."""
    with FULL.open("w") as full:
        process = start("check", "--no-domain", "--json", "-", home=tmp_path, stdout=full)
        outcome = ended(process, "no/target\n" * 3000)
    assert (outcome.status, outcome.complaint) == (3, "the results could not be written: No space left on device")


@pytest.mark.parametrize(("arguments", "status"), [(("-v", "check", "a/b"), 3), (("demo",), 0), (("chekc",), 3)])
@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_standard_error_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    """What there was to say is lost; results and exit status are as they would be."""
    with FULL.open("w") as full:
        outcome = ended(start(*arguments, home=tmp_path, stderr=full))
    assert (outcome.status, bool(outcome.stdout)) == (status, arguments != ("chekc",))


# --- closed streams ------------------------------------------------------------------------------------------------


def closed(
    tmp_path: Path, redirection: str, *arguments: str, command: str = "check --no-domain"
) -> subprocess.Popen[str]:
    """Start ``check``, or what *command* is, from a shell that has closed a stream by *redirection*."""
    command = f'exec "$0" -m domaincheck {command} "$@" {redirection}'
    program = "import os, sys; os.execv('/bin/sh', ['sh', '-c', sys.argv[1], sys.executable, *sys.argv[2:]])"
    return start_python("-c", program, command, *arguments, home=tmp_path)


def test_a_closed_standard_output_is_said(tmp_path: Path) -> None:
    """There is nowhere to print to."""
    outcome = ended(closed(tmp_path, ">&-", "no/target"))
    assert (outcome.status, outcome.complaint) == (3, "the results could not be written: Bad file descriptor")


def test_a_closed_standard_output_does_not_matter_to_a_file(tmp_path: Path) -> None:
    """What is written elsewhere needs none."""
    outcome = ended(closed(tmp_path, ">&-", "no/target", "-o", str(tmp_path / "out")))
    assert (outcome.status, outcome.stderr) == (3, "")
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith("no/target\tinvalid_target")


def test_a_closed_standard_error_changes_nothing(tmp_path: Path) -> None:
    """Complaints are lost, exit statuses are not."""
    outcome = ended(closed(tmp_path, "2>&-", "--jobs", "0", "no/target"))
    assert (outcome.status, outcome.stdout, outcome.stderr) == (3, "", "")


def test_a_closed_standard_input_is_said(tmp_path: Path) -> None:
    """But only to those who ask for it."""
    for command in ("check", "subscriptions import"):
        asked = ended(closed(tmp_path, "<&-", "-", command=command))
        assert (asked.status, asked.complaint) == (3, "standard input cannot be read: Bad file descriptor")
    assert ended(closed(tmp_path, "<&-", "no/target")).stderr == ""


# --- encodings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "table", "csv", "json"])
def test_a_narrow_encoding_fails_nothing(check: Any, name: str) -> None:
    """What a terminal can't show is spelled out; names in other scripts are targets everywhere."""
    outcome = ended(check("--format", name, "-", environment={"PYTHONIOENCODING": "ascii"}), "bücher.invalid:0\n")
    assert outcome.status == 3
    assert outcome.stdout.isascii()
    assert "\\xfccher" in outcome.stdout.replace("\\u00", "\\x")


def test_a_list_is_utf_8_whatever_the_locale(check: Any) -> None:
    """In the C locale, too."""
    environment = {"PYTHONIOENCODING": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    outcome = ended(check("--json", "-", environment=environment), "bücher.invalid/\n")
    assert outcome.document["results"][0]["target"] == "bücher.invalid/"


def test_an_argument_of_stray_bytes_is_an_invalid_target(check: Any) -> None:
    """A byte that is no UTF-8 comes out as the sign for such."""
    outcome = ended(check("--json", b"\xff.example".decode("utf-8", "surrogateescape")))
    assert outcome.document["results"][0]["status"] == "invalid_target"


# --- what is loaded ------------------------------------------------------------------------------------------------

LOADED = "import sys; from domaincheck.__main__ import run\ntry: run()\nfinally: print(*sys.modules, file=sys.stderr)"
HEAVY = {"posthog", "rich", "requests", "httpx", "whois", "cryptography", "publicsuffixlist", "domaincheck.lab"}


def test_a_check_loads_no_heavy_library(good: str, ca_file: Path, tmp_path: Path) -> None:
    """A certificate is checked and told of in JSON without any of the libraries that take their time to load."""
    arguments = ("check", "--json", "--no-domain", "--ca-file", ca_file, good)
    outcome = ended(start_python("-c", LOADED, *arguments, home=tmp_path))
    assert outcome.results[0]["status"] == "valid"
    assert set(outcome.stderr.split()) & HEAVY == set()


def test_a_list_of_subscriptions_loads_nothing_that_checks(tmp_path: Path) -> None:
    """Neither sockets and TLS, nor judgement and the data of results."""
    outcome = ended(start_python("-c", LOADED, "subscriptions", "list", home=tmp_path))
    assert outcome.status == 0
    needless = HEAVY | {"socket", "ssl", "domaincheck.model.checking", "domaincheck.probes", "domaincheck.verdict"}
    assert set(outcome.stderr.split()) & needless == set()


def test_the_version_loads_next_to_nothing(tmp_path: Path) -> None:
    """Neither typer nor TLS."""
    outcome = ended(start_python("-c", LOADED, "--version", home=tmp_path))
    assert outcome.stdout == f"domaincheck {__version__}\n"
    assert set(outcome.stderr.split()) & (HEAVY | {"typer", "ssl", "dataclasses"}) == set()


def test_the_exit_status_is_that_of_the_command(check: Any, good: str, tmp_path: Path) -> None:
    """``python -m domaincheck`` leaves with it."""
    assert ended(check(good)).status == 0
    assert ended(check("no/target")).status == 3
    assert ended(start("chekc", home=tmp_path)).status == 3
