"""The JSON document and NDJSON: the promised keys, in their order, and text that reads back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import Problem, ProblemCode, Severity, Status
from domaincheck.output import FORMATS, Order, Style
from tests.results import domain, invalid, problem, report, result, tls, written

if TYPE_CHECKING:
    from domaincheck.model import Result

TLS_KEYS = (
    "status severity not_before not_after days_left warn_before_days critical_before_days expires_first subject issuer "
    "serial names fingerprint_sha256 key signature protocol cipher address trusted hostname_matches chain problems "
    "duration_seconds addresses revocation"
)
DOMAIN_KEYS = (
    "status severity name registrar created_at updated_at expires_at days_left warn_before_days critical_before_days "
    "statuses name_servers dnssec source server cached problems duration_seconds age_seconds"
)


def document(*results: Result) -> dict[str, Any]:
    """Return the JSON document of *results*, read again."""
    read: dict[str, Any] = json.loads(written("json", *results))
    return read


def test_the_frame_comes_first_then_the_summary_then_the_results() -> None:
    """A reader that streams the document learns how bad it is before the details."""
    assert list(document(result())) == [
        *("version", "domaincheck_version", "checked_at", "duration_seconds", "threshold"),
        *("summary", "results"),
    ]


def test_the_summary_has_all_its_counts() -> None:
    """Each count is there, zero or not, and the worst severity."""
    assert document()["summary"] == {
        "domain_count": 1,
        "valid_count": 1,
        "warning_count": 0,
        "expired_count": 0,
        "invalid_count": 0,
        "unknown_count": 0,
        "severity": "ok",
    }


def test_a_result_has_the_promised_keys_in_their_order() -> None:
    """What version 1 promises is there, and ``reason`` at the end."""
    [element] = document(result())["results"]
    assert list(element) == ["target", "host", "port", "status", "severity", "tls", "domain", "reason"]
    assert list(element["tls"]) == TLS_KEYS.split()
    assert list(element["domain"]) == DOMAIN_KEYS.split()
    assert list(element["tls"]["chain"][0]) == ["subject", "issuer", "not_after", "days_left", "fingerprint_sha256"]


def test_a_run_without_results_is_a_valid_document() -> None:
    """Nothing to check still makes a document with an empty list."""
    assert document()["results"] == []


def test_problems_are_objects() -> None:
    """A script matches on the code, a person reads the message."""
    fault = Problem(ProblemCode.TIMEOUT, Severity.UNKNOWN, "No answer within 5 s.")
    [element] = document(result(tls=tls(Status.UNREACHABLE, problems=(fault,))))["results"]
    assert element["tls"]["problems"] == [
        {"code": "timeout", "severity": "unknown", "message": "No answer within 5 s."}
    ]


def test_what_is_unknown_is_null() -> None:
    """An invalid target keeps every key; only its reason is known."""
    [element] = document(invalid("a..b", "A label is empty."))["results"]
    assert element == {
        "target": "a..b",
        "host": None,
        "port": None,
        "status": "invalid_target",
        "severity": "unknown",
        "tls": None,
        "domain": None,
        "reason": "A label is empty.",
    }


def test_times_are_whole_seconds_rounded_down() -> None:
    """A certificate is never said to live longer than it does."""
    moment = datetime(2026, 11, 23, 6, 5, 59, 999_999, tzinfo=UTC)
    [element] = document(result(tls=tls(not_after=moment)))["results"]
    assert element["tls"]["not_after"] == "2026-11-23T06:05:59Z"


def test_durations_are_milliseconds_and_windows_hundredths_of_days() -> None:
    """Numbers carry no noise from the clock or from a division; a window is a float even when it is whole."""
    [element] = document(
        result(tls=tls(duration_seconds=0.0314159, warn_before_days=47 / 3), domain=domain(warn_before_days=30))
    )["results"]
    assert element["tls"]["duration_seconds"] == 0.031
    assert element["tls"]["warn_before_days"] == 15.67
    assert isinstance(element["domain"]["warn_before_days"], float)


def test_the_document_is_laid_out_as_other_tools_lay_it_out() -> None:
    """It is indented by two, so that people and line-wise diffs can read it."""
    text = written("json", result(), invalid("a..b"), result(tls=tls(problems=(problem("A fault."),))))
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


def test_an_ndjson_line_is_one_element_of_the_results() -> None:
    """Both formats hold the same objects."""
    results = (result("one.example"), invalid("a..b"))
    lines = written("ndjson", *results).splitlines()
    assert [json.loads(line) for line in lines] == document(*results)["results"]


def test_an_ndjson_line_is_compact() -> None:
    """A line spends no byte on white space."""
    line = written("ndjson", result())
    assert line == json.dumps(json.loads(line), separators=(",", ":")) + "\n"


def test_an_ndjson_line_comes_with_its_result() -> None:
    """A line does not wait for the results behind it, and results come as they finish."""
    arriving = iter([result("one.example"), result("two.example")])
    first = next(FORMATS["ndjson"].render(arriving, report, Style()))
    assert FORMATS["ndjson"].order is Order.FINISHED
    assert '"one.example"' in first
    assert next(arriving).target == "two.example"


@given(st.text())
def test_any_target_reads_back_as_it_was_and_leaves_no_raw_character(text: str) -> None:
    """Escapes keep both the data and the terminal whole."""
    line = written("ndjson", invalid(text)).removesuffix("\n")
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["target"] == text


def test_a_byte_that_is_not_utf8_does_not_break_strict_readers() -> None:
    """A lone surrogate, as Python makes of such an argument, is replaced; a pair stays a character."""
    assert document(invalid("a\udcff😀"))["results"][0]["target"] == "a\N{REPLACEMENT CHARACTER}😀"
