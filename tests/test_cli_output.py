"""What ``check`` prints where: formats and their defaults, order, and files that are written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer
from domaincheck.lab.tls import TlsServer
from domaincheck.settings import FORMATS
from tests.commands import Outcome, Shell, ended, run, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority

ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def server(root: Authority) -> Iterator[TlsServer]:
    """Start a server that all is well with."""
    with TlsServer(root.leaf("127.0.0.1", "good.test")) as started:
        yield started


@pytest.fixture(scope="module")
def silent() -> Iterator[HostileServer]:
    """Start a server that never says a word."""
    with HostileServer("stall") as started:
        yield started


@pytest.fixture
def check(server: TlsServer, silent: HostileServer, ca_file: Path) -> Any:
    """Return a function that checks good.test, which is fine, slow.test, which takes its time, and others."""
    hosts = {("good.test", 443): ("127.0.0.1", server.port), ("slow.test", 443): ("127.0.0.1", silent.port)}

    def checked(*arguments: object, **shell: Any) -> Outcome:
        options = ("--no-domain", "--ca-file", ca_file, "--timeout", "0.2")
        return Shell(hosts=hosts, **shell).run("check", *options, *arguments)

    return checked


# --- formats -------------------------------------------------------------------------------------------------------


def test_plain_is_the_default_in_a_pipe(check: Any) -> None:
    """A line a target, twelve fields between tabs, no header."""
    outcome = check("good.test", "missing.test")
    lines = [line.split("\t") for line in outcome.stdout.splitlines()]
    assert [(line[0], line[1], len(line)) for line in lines] == [
        ("good.test", "valid", 12),
        ("missing.test", "unreachable", 12),
    ]
    assert check("--format", "plain", "good.test", "missing.test").stdout == outcome.stdout


def test_a_table_is_the_default_on_a_terminal(check: Any) -> None:
    """With colour, and with a sentence that sums up."""
    outcome = check("good.test", "missing.test", terminals=("stdout",))
    assert ESCAPE in outcome.stdout
    assert "Valid SSL" in outcome.stdout
    assert "2 targets in" in outcome.stdout.splitlines()[-1]


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_declined(check: Any, environment: dict[str, str]) -> None:
    """NO_COLOR and TERM=dumb leave the table without a single escape."""
    outcome = check("good.test", terminals=("stdout",), environment=environment)
    assert "Valid SSL" in outcome.stdout
    assert ESCAPE not in outcome.stdout


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),  # as Python makes of LANG=C alone
        ({"LANG": "POSIX"}, True),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_locale_c_gets_ascii(check: Any, environment: dict[str, str], *, ascii_only: bool) -> None:
    """On a terminal whose owner says that it can show no more."""
    table = check("good.test", terminals=("stdout",), environment=environment).stdout
    assert table.isascii() is ascii_only


def test_a_table_that_is_asked_for_in_a_pipe_has_no_colour(check: Any) -> None:
    """Escapes are for terminals alone."""
    assert ESCAPE not in check("--format", "table", "good.test").stdout


@pytest.mark.parametrize("columns", [60, 100])
def test_the_table_keeps_to_the_width(check: Any, columns: int) -> None:
    """COLUMNS says how much room there is."""
    outcome = check("--format", "table", "good.test", "missing.test", environment={"COLUMNS": str(columns)})
    assert max(map(len, outcome.stdout.splitlines())) <= columns


def test_json_has_a_short_name(check: Any) -> None:
    """--json is --format json, on a terminal too."""
    for arguments in (("--json",), ("--format", "json"), ("--format", "json", "--json")):
        [result] = check(*arguments, "good.test", terminals=("stdout",)).results
        assert result["status"] == "valid"


def test_ndjson_lines_are_the_results_of_the_document(check: Any) -> None:
    """Each line has the keys of an element of results."""
    [line] = check("--format", "ndjson", "good.test").stdout.splitlines()
    [result] = check("--json", "good.test").results
    assert list(json.loads(line)) == list(result)


def test_csv_has_a_header_and_a_row_a_target(check: Any) -> None:
    """Spreadsheets find the columns by their names."""
    rows = list(csv.DictReader(io.StringIO(check("--format", "csv", "good.test", "missing.test").stdout)))
    assert [(row["target"], row["status"]) for row in rows] == [("good.test", "valid"), ("missing.test", "unreachable")]


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_changes_the_exit_status(check: Any, name: str) -> None:
    """What is printed is one thing, how bad it is another; and nothing is said on standard error."""
    outcome = check("--format", name, "good.test", "missing.test")
    assert (outcome.status, outcome.stderr) == (3, "")
    assert "missing.test" in outcome.stdout


# --- order ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "csv", "table", "json"])
def test_the_order_is_that_of_the_targets(check: Any, name: str) -> None:
    """A slow target comes first if it was named first."""
    stdout = check("--format", name, "slow.test", "good.test").stdout
    assert 0 <= stdout.index("slow.test") < stdout.index("good.test")


def test_ndjson_does_not_wait(check: Any) -> None:
    """Each result comes when it is there."""
    lines = check("--format", "ndjson", "slow.test", "good.test").stdout.splitlines()
    assert [json.loads(line)["target"] for line in lines] == ["good.test", "slow.test"]


@pytest.mark.parametrize("name", ["plain", "ndjson"])
def test_urgency_puts_the_worst_first(check: Any, name: str) -> None:
    """Unknown before ok, in any format."""
    stdout = check("--format", name, "--sort", "urgency", "good.test", "missing.test").stdout
    assert stdout.index("missing.test") < stdout.index("good.test")


# --- files ---------------------------------------------------------------------------------------------------------


def test_output_writes_the_file_and_nothing_else(check: Any, tmp_path: Path) -> None:
    """Standard output stays empty, and no other file is left in the folder."""
    path = tmp_path / "results.json"
    outcome = check("--json", "-o", path, "good.test")
    assert (outcome.status, outcome.stdout, outcome.stderr) == (0, "", "")
    assert json.loads(path.read_text(encoding="utf-8"))["results"][0]["status"] == "valid"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_has_names(name: str, tmp_path: Path) -> None:
    """By none of them is the file that it goes to replaced: what others write there before and after stays."""
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8") as log:
        log.write("before\n")
        log.flush()
        outcome = ended(start("check", "-o", name, "no/target", home=tmp_path, stdout=log))
        log.seek(0, os.SEEK_END)
        log.write("after\n")
    assert (outcome.status, outcome.stderr) == (3, "")
    assert [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()] == [
        *("before", "no/target", "after")
    ]


def test_a_file_is_no_terminal(check: Any, tmp_path: Path) -> None:
    """What goes to a file is plain, even if standard output is a terminal."""
    check("-o", tmp_path / "out", "good.test", terminals=("stdout", "stderr"))
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith("good.test\tvalid\t")


def test_output_takes_the_place_of_an_old_file(check: Any, tmp_path: Path) -> None:
    """Its permissions stay, and a link to it goes on pointing there."""
    path, link = tmp_path / "results", tmp_path / "link"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    check("-o", link, "good.test")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8").startswith("good.test")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(tmp_path.iterdir()) == [link, path]


def test_the_old_file_stays_when_something_fails_midway(check: Any, tmp_path: Path) -> None:
    """Here a clock that stops at the third glance; what was written until then is gone without a trace."""
    path = tmp_path / "results"
    path.write_text("old", encoding="utf-8")
    ticks = [datetime.now(UTC)] * 2
    outcome = check("-o", path, "--format", "ndjson", "good.test", "missing.test", clock=ticks.pop)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert "a fault in domaincheck itself" in outcome.complaint
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


# --- hostile text --------------------------------------------------------------------------------------------------

HOSTILE = f"{ESCAPE}[31m[bold red]\n\r\t=cmd()\x9b2J\u202e<b>"
ACTIVE = (ESCAPE, "\x9b", "\r", "\u202e", "\x07")


def assert_harmless(outcome: Outcome) -> None:
    """Assert that nothing in *outcome* could act upon a terminal."""
    printed = (outcome.stdout + outcome.stderr).replace("\r\n", "\n")  # CSV's own line ends, RFC 4180
    assert [character for character in ACTIVE if character in printed] == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_certificate_cannot_act_upon_a_terminal(root: Authority, ca_file: Path, name: str) -> None:
    """Subject and names come out as text on one line."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTILE)])
    hosts = {}
    with TlsServer(root.leaf("elsewhere.test", subject=subject)) as hostile:
        hosts["good.test", 443] = ("127.0.0.1", hostile.port)
        options = ("--no-domain", "--ca-file", ca_file, "--format", name)
        outcome = run("-v", "check", *options, "good.test", hosts=hosts)
    assert "good.test" in outcome.stdout
    assert_harmless(outcome)


@pytest.mark.parametrize("name", FORMATS)
def test_a_registry_cannot_act_upon_a_terminal(name: str) -> None:
    """Nor can a registrar, a name server or a status."""
    facts = domain_object("example.com", registrar=HOSTILE, name_servers=[HOSTILE], statuses=[HOSTILE])
    with RdapServer({"example.com": facts}) as registry:
        options = ("--no-tls", "--rdap-url", registry.url, "--registry", "rdap", "--format", name)
        outcome = run("-v", "check", *options, "example.com")
    assert "example.com" in outcome.stdout
    assert_harmless(outcome)


@pytest.mark.parametrize("name", FORMATS)
def test_a_list_cannot_act_upon_a_terminal(name: str, tmp_path: Path) -> None:
    """Lists are often made by other programs."""
    hosts = tmp_path / "hosts.txt"
    hosts.write_text("\x1b[2Jexample.test \u202etset.elpmaxe \x9b31m\x07\n", encoding="utf-8")
    outcome = run("-v", "check", "--no-domain", "--format", name, "-f", hosts)
    assert "example.test" in outcome.stdout
    assert_harmless(outcome)
