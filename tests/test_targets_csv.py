"""Lists of targets as CSV: recognised by their header, and read row by row."""

from __future__ import annotations

import contextlib
import csv
import io
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.model import InvalidTarget, Target
from domaincheck.schemes import STARTTLS
from domaincheck.targets import parse, pieces, read
from tests.commands import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def named(text: str, origin: str = "hosts.csv") -> list[str]:
    """Return the targets that the file *origin* names, as they would be written on the command line."""
    return [target.text for target in read(text, origin)]


def faults(text: str) -> list[str]:
    """Return why some of a file cannot be used."""
    return [item.reason for item in read(text, "hosts.csv") if isinstance(item, InvalidTarget)]


# --- the header ---


@pytest.mark.parametrize("column", ["domain", "Host", "HOSTNAME", "Target", '"domain"', "Domain Name", "domain_name"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_column_of_targets_is_found_by_its_name(column: str, separator: str) -> None:
    """In any case, between any others, whichever of the usual separators there is."""
    rows = (f"Owner{separator}{column}{separator}Exp. date", f"ann{separator}a.test{separator}2027-01-01")
    assert named("\n".join(rows)) == ["a.test"]


def test_one_column_is_a_table_too() -> None:
    """A lone header names no host."""
    assert named("domain\na.test\nb.test\n", "hosts.txt") == ["a.test", "b.test"]


def test_the_most_telling_column_counts() -> None:
    """A target may tell more than its host, and a host more than its domain."""
    assert named("domain,host,target\na.test,www.a.test,smtp://mx.a.test") == ["smtp://mx.a.test"]
    assert named("domain,host\na.test,www.a.test") == ["www.a.test"]


def test_columns_need_no_name() -> None:
    """Some are empty, the first perhaps; what counts is the place."""
    assert named("\thost\t\tport\n1\ta.test\tx\t8443\n") == ["a.test:8443"]


def test_comments_and_empty_lines_may_stand_before_and_between() -> None:
    """As in other lists, and a byte order mark too."""
    assert named("\ufeff# ours\n\ndomain,owner\n# of ann\na.test,ann\n\nb.test,\n") == ["a.test", "b.test"]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("Name,URL of site\nx,y\n", "hosts.csv"),
        ("Name\tURL\nx\ty\n", "HOSTS.TSV"),
        ("Name;Exp. date\nx;y\n", "hosts.txt"),
        ('# ours\n"Name",URL\nx,y\n', "standard input"),
    ],
)
def test_a_header_without_such_a_column_is_an_error(text: str, origin: str) -> None:
    """It names the place, what was looked for, and what there is; and comes before anything is read."""
    with pytest.raises(UsageError, match=r"line \d: no column is called target, host, .*; this header has 'Name', '"):
        pieces(text, origin)


@pytest.mark.parametrize("text", ["a.test, host.test\n", "localhost,router\n", "host.test port.test", "file:a;b.pem\n"])
def test_a_list_without_a_header_is_a_list(text: str) -> None:
    """Whatever the targets look like, and however the file is called if one of them is clearly a target."""
    assert [piece for _, piece in pieces(text, "hosts.txt")] == text.replace(",", " ").split()


def test_the_command_line_is_no_table() -> None:
    """A host may be called so."""
    assert [target.text for target in read("host,domain\na.test", None)] == ["host", "domain", "a.test"]


# --- the rows ---


def test_the_port_of_a_row_belongs_to_its_host() -> None:
    """Unless the host has one, or a scheme, of its own."""
    text = "host;port\na.test;8443\nb.test;\n2001:db8::1;8443\n[::1];8443\nc.test:25;8443\nsmtp://d.test;8443\n"
    assert named(text) == [
        *("a.test:8443", "b.test", "[2001:db8::1]:8443", "[::1]:8443"),
        *("c.test:25", "smtp://d.test"),
    ]


def test_the_usual_port_goes_without_saying() -> None:
    """That is the port of the protocol which targets without a scheme are taken for."""
    text = "host,port\na.test,443\nb.test,25\n"
    assert named(text) == ["a.test", "b.test:25"]
    assert [(t.text, t.port) for t in read(text, "hosts.csv", STARTTLS["smtp"]) if isinstance(t, Target)] == [
        ("a.test:443", 443),
        ("b.test", 25),
    ]


def test_faults_are_told_with_the_line_their_row_begins_on() -> None:
    """Also behind cells of several lines; the other rows are read."""
    text = 'note,domain\r\n"two\r\nlines",a.test\r\n"and\r\nmore",b c.test\r\nx,99.test:0x1\r\ny,d.test\r\n'
    assert named(text) == ["a.test", "b c.test", "99.test:0x1", "d.test"]
    assert [reason.split(": ")[0] for reason in faults(text)] == ["hosts.csv, line 4", "hosts.csv, line 6"]


def test_a_row_that_is_no_csv_costs_itself() -> None:
    """So does one without a target; rows of nothing at all are passed over."""
    text = 'domain,note\n"a"b.test,x\nb.test,y\n,z\n,\n\nc.test\nd.test,"open\ne.test,w\n'
    assert [name for name in named(text) if name.endswith(".test")] == ["b.test", "c.test"]
    assert [reason.split(": ")[0] for reason in faults(text)] == [f"hosts.csv, line {line}" for line in (2, 4, 8)]
    assert "nothing in column 1" in faults(text)[1]
    assert "up to line 9" in faults(text)[2]


HOSTS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,6}){1,2}(:[1-9][0-9]{0,3})?", fullmatch=True)
NOTES = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t,;\"' #"), max_size=12)


@given(
    st.lists(st.tuples(NOTES.filter(lambda note: not note.startswith("#")), HOSTS, NOTES), min_size=1, max_size=8),
    st.sampled_from(",;\t"),
    # The writer of Python 3.11 takes care of those line ends alone that it writes itself.
    st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_NONNUMERIC, "\n"), (csv.QUOTE_ALL, "\r")]),
    st.sampled_from(["target", "Host", "HOSTNAME", "Domain"]),
)
def test_what_a_csv_writer_writes_is_read(
    table: Sequence[tuple[str, str, str]], separator: str, style: tuple[Any, str], column: str
) -> None:
    """In any dialect, and whatever stands in the other columns."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=style[0], lineterminator=style[1])
    writer.writerows([("note", column, "more"), *table])
    assert list(read(file.getvalue(), "hosts.csv")) == [parse(host) for _, host, _ in table]


@given(st.text(alphabet='hosta.,;\t"# \r\n\ufeff'))
def test_any_text_at_all_is_a_list_a_table_or_an_error(text: str) -> None:
    """What is found comes in order, and each fault has its place."""
    with contextlib.suppress(UsageError):
        lines = [line for line, _ in pieces(text, "hosts.csv")]
        assert lines == sorted(lines)
        assert all(reason.startswith("hosts.csv, line ") for reason in faults(text))


def test_a_large_table_is_read_row_by_row() -> None:
    """Going through a megabyte of rows takes next to no memory beside the text."""
    text = "host,port,owner\n" + "www.example.com,8443,somebody\n" * 32_768
    tracemalloc.start()
    try:
        assert sum(1 for _ in pieces(text, "hosts.csv")) == 32_768
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()


# --- in check ---


def test_what_check_wrote_as_csv_it_reads(tmp_path: Path) -> None:
    """The same targets come of it, in any spelling, those in files and those with a protocol included."""
    written = tmp_path / "expiries.csv"
    targets = ("a.test", "b.test:8443", "[2001:db8::1]:8443", "smtp://mx.a.test", "file:no such.pem", "bücher.test")
    first = run("check", "--no-domain", "--format", "csv", "-o", written, *targets)
    again = run("check", "--no-domain", "--format", "csv", "-f", written)
    assert first.status == again.status
    columns = [[row[:5] for row in csv.reader(io.StringIO(text))] for text in (written.read_text(), again.stdout)]
    assert columns[0] == columns[1]
    assert len(columns[0]) == 7


def test_a_table_comes_from_standard_input_too() -> None:
    """And is counted as what it names."""
    outcome = run("check", "--json", "--no-domain", "-", stdin="Host;Port\na.test;8443\n;\nb.test;99999\n")
    assert [result["target"] for result in outcome.results] == ["a.test:8443", "b.test:99999"]
    assert outcome.results[1]["reason"].startswith("standard input, line 4: ")


def test_a_table_without_targets_stops_all(tmp_path: Path) -> None:
    """Before the targets that stand elsewhere are probed."""
    table = tmp_path / "sites.csv"
    table.write_text("Name,Owner\nshop,ann\n", encoding="utf-8")
    outcome = run("check", "a.test", "-f", table)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.startswith(f"{table}, line 1: no column is called ")
    assert outcome.complaint.endswith("this header has 'Name', 'Owner'")
