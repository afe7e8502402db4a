"""Plain text and CSV: stable columns for pipes and spreadsheets, and nothing that either would act upon."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import ProblemCode, Severity, Status
from domaincheck.output import FORMATS, Style
from tests.results import domain, invalid, problem, report, result, tls, unreachable, written


def cells(**changes: Any) -> dict[str, str]:
    """Return the CSV row of a result with *changes* by its header."""
    [row] = csv.DictReader(io.StringIO(written("csv", result(**changes)), newline=""))
    return row


def test_a_plain_line_has_the_documented_columns() -> None:
    """Target, status, severity, the certificate's three, the registration's four, problems and a sentence."""
    fault = problem("Not for this name.", ProblemCode.HOSTNAME_MISMATCH)
    lines = written("plain", result("a.example.com", tls=tls(Status.INVALID, problems=(fault,))))
    assert lines == (
        "a.example.com\tinvalid\tcritical\tinvalid\t67\t2027-01-30T00:00:00Z\t"
        "example.com\tvalid\t299\t2027-09-19T00:00:00Z\thostname_mismatch\tNot for this name.\n"
    )


def test_a_plain_line_says_dash_where_nothing_is_known() -> None:
    """A field is never empty, so that tools which merge separators count right."""
    fields = written("plain", invalid("a..b", "A label is empty.")).rstrip("\n").split("\t")
    assert fields == ["a..b", "invalid_target", "unknown", *"--------", "A label is empty."]


def test_a_plain_line_tells_the_worst_problem_first() -> None:
    """The sentence is that of the most severe problem, whichever part has it."""
    late = problem("On hold.", ProblemCode.REGISTRY_HOLD)
    fields = written("plain", result(tls=unreachable(), domain=domain(Status.AT_RISK, problems=(late,)))).split("\t")
    assert fields[10:] == ["registry_hold,dns_failure", "On hold.\n"]


@given(st.text())
def test_a_plain_line_has_as_many_fields_whatever_the_target(text: str) -> None:
    """No target brings a tab, a newline or an empty field."""
    line = written("plain", invalid(text, text))
    assert len(line.splitlines()) == 1
    assert [bool(field) for field in line.rstrip("\n").split("\t")] == [True] * 12


@pytest.mark.parametrize("name", ["plain", "csv"])
def test_a_row_comes_with_its_result(name: str) -> None:
    """A row does not wait for the results behind it."""
    arriving = iter([result("one.example"), result("two.example")])
    pieces = FORMATS[name].render(arriving, report, Style())
    assert any("one.example" in piece for piece in (next(pieces), next(pieces) if name == "csv" else ""))
    assert next(arriving).target == "two.example"


def test_csv_has_a_header_and_a_row_a_target() -> None:
    """Every row has as many cells as the header, and ends as RFC 4180 has it."""
    text = written("csv", result(), invalid("a..b"), result(domain=None))
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert text.count("\r\n") == text.count("\n") == 4


def test_csv_tells_both_parts() -> None:
    """The dates, days and names stand in columns of their own; what is unknown is empty."""
    row = cells(tls=tls(issuer='CN="Quoted, Inc."', key=None))
    assert row["tls_not_after"] == "2027-01-30T00:00:00Z"
    assert row["tls_issuer"] == 'CN="Quoted, Inc."'
    assert row["tls_key"] == ""
    assert row["domain_days_left"] == "299"
    assert row["registrar"] == "Example Registrar"


def test_csv_keeps_negative_numbers_numbers() -> None:
    """Days that have passed can be sorted and summed."""
    assert cells(tls=tls(Status.EXPIRED, days_left=-2))["tls_days_left"] == "-2"


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝"])  # noqa: RUF001 - full-width on purpose
def test_csv_never_makes_a_formula_of_text(lead: str) -> None:
    """A registrar's name that would start a formula starts with an apostrophe instead."""
    assert cells(domain=domain(registrar=lead + "cmd()"))["registrar"].startswith("'")


def test_csv_joins_the_problems_in_two_columns() -> None:
    """One column has the codes to filter by, one the sentences to read."""
    weak = problem("it is old", ProblemCode.WEAK_KEY, Severity.WARNING)
    row = cells(tls=tls(Status.INVALID, problems=(weak, problem("it is wrong", ProblemCode.BAD_CHAIN))))
    assert row["problem_codes"] == "bad_chain weak_key"
    assert row["problems"] == "it is wrong; it is old"
