"""Metrics for the textfile collector, read back by Prometheus' own parsers."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from domaincheck.model import ChainLink, ProblemCode, Result, Severity, Status
from domaincheck.output import FORMATS, Style
from domaincheck.text import clean
from tests.results import domain, invalid, problem, report, result, tls, unreachable, written

PROMTOOL = shutil.which("promtool")
SPRING, SUMMER = datetime(2027, 3, 21, tzinfo=UTC), datetime(2027, 6, 21, tzinfo=UTC)


class Series(NamedTuple):
    """One line: its name, its labels in alphabetical order, its value."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


def read(text: str) -> list[Series]:
    """Return the series in *text*; assert that they are gauges with help, by name, and none twice."""
    families = list(text_string_to_metric_families(text))
    assert {family.type for family in families} == {"gauge"}
    assert all(family.documentation.endswith(".") for family in families)
    samples = [sample for family in families for sample in family.samples]
    assert {family.name for family in families} == {sample.name for sample in samples}
    assert text.count("# HELP ") == text.count("# TYPE ") == len(families)
    assert len({(sample.name, *sorted(sample.labels.items())) for sample in samples}) == len(samples)
    assert len(text.splitlines()) == len(samples) + 2 * len(families)
    return [Series(sample.name, tuple(sorted(sample.labels.items())), sample.value) for sample in samples]


def metrics(*results: Result) -> dict[str, float]:
    """Return the values of all series, by the name and its labels as one would write them in a query."""
    read_back = read(written("prometheus", *results))
    return {
        name + "{" + ",".join(f'{label}="{text}"' for label, text in labels) + "}": value
        for name, labels, value in read_back
    }


def of(name: str, *results: Result) -> dict[str, float]:
    """Return the values of the series called *name*, by their labels."""
    return {
        query.removeprefix(name): value for query, value in metrics(*results).items() if query.split("{")[0] == name
    }


# --- names of our own ----------------------------------------------------------------------------------------------


def test_the_run_is_told() -> None:
    """When it began, how long it took, how many targets came to which end, and the program's version."""
    found = metrics(result())
    assert found["domaincheck_last_run_timestamp_seconds{}"] == report().checked_at.timestamp()
    assert found["domaincheck_last_run_duration_seconds{}"] == 0.42
    assert found['domaincheck_last_run_targets{outcome="valid"}'] == 1
    assert found['domaincheck_build_info{version="0.1.0"}'] == 1


@pytest.mark.parametrize(("severity", "value"), [("ok", 0), ("warning", 1), ("critical", 2), ("unknown", 3)])
def test_the_severity_is_the_exit_status(severity: str, value: int) -> None:
    """It has the number that a plugin would exit with."""
    judged = result("a.example", severity=Severity(severity))
    assert of("domaincheck_severity", judged) == {'{target="a.example"}': value}


def test_only_the_status_of_now_has_a_series() -> None:
    """A status that has passed leaves nothing behind."""
    found = of("domaincheck_status", result("a.example", tls=tls(Status.EXPIRED)))
    assert found == {'{status="expired",target="a.example"}': 1}


def test_each_problem_has_a_series() -> None:
    """Of two with the same code, the worse counts."""
    weak = [problem("Old.", ProblemCode.WEAK_KEY, severity) for severity in (Severity.WARNING, Severity.CRITICAL)]
    held = problem("On hold.", ProblemCode.REGISTRY_HOLD)
    found = of("domaincheck_problem", result("a", tls=tls(problems=tuple(weak)), domain=domain(problems=(held,))))
    assert found == {
        '{code="weak_key",part="tls",severity="critical",target="a"}': 1,
        '{code="registry_hold",part="domain",severity="critical",target="a"}': 1,
    }


def test_the_dates_are_moments() -> None:
    """They are told in Unix time, which a file can tell however old it is."""
    found = metrics(result(tls=tls(not_after=SPRING), domain=domain(expires_at=SUMMER)))
    assert found['domaincheck_tls_not_after_timestamp_seconds{target="www.example.com"}'] == SPRING.timestamp()
    assert found['domaincheck_domain_expiry_timestamp_seconds{domain="example.com"}'] == SUMMER.timestamp()


def test_a_probe_succeeds_when_there_is_something_to_judge() -> None:
    """A bad certificate was found all the same; each part has its own success and duration."""
    found = metrics(result("a", tls=tls(Status.EXPIRED)), result("b", tls=unreachable(), domain=None))
    assert found['domaincheck_probe_success{part="tls",target="a"}'] == 1
    assert found['domaincheck_probe_success{part="tls",target="b"}'] == 0
    assert found['domaincheck_probe_duration_seconds{part="domain",target="a"}'] == 0.2
    assert 'domaincheck_probe_success{part="domain",target="b"}' not in found


# --- names of blackbox_exporter ------------------------------------------------------------------------------------


def test_blackbox_exporters_names_are_there() -> None:
    """Under the name of the target, as instance and as target."""
    names = {query for query in metrics(result("a", tls=tls(names=("a", "b")))) if query.startswith("probe_")}
    identity = (
        f'fingerprint_sha256="{"ab" * 32}",instance="a",issuer="CN=Example CA,O=Example,C=AQ",serialnumber="0a1b2c"'
    )
    assert names == {
        'probe_success{instance="a",target="a"}',
        'probe_duration_seconds{instance="a",target="a"}',
        'probe_ssl_earliest_cert_expiry{instance="a",target="a"}',
        'probe_ssl_last_chain_expiry_timestamp_seconds{instance="a",target="a"}',
        f'probe_ssl_last_chain_info{{{identity},subject="CN=www.example.com",subjectalternative="a,b",target="a"}}',
        'probe_tls_version_info{instance="a",target="a",version="TLS 1.3"}',
    }


@pytest.mark.parametrize("status", Status)
def test_a_clients_success_is_that_of_the_certificate(status: Status) -> None:
    """Where a client would turn away there is none, whatever was learned."""
    fails = status in {Status.EXPIRED, Status.INVALID, Status.UNREACHABLE}
    assert list(of("probe_success", result(tls=tls(status), domain=None)).values()) == [not fails]


def test_the_earliest_expiry_is_that_of_the_chain_sent() -> None:
    """An intermediate that ends before the leaf counts."""
    links = [ChainLink("CN=x", "CN=y", end, 1, "ab" * 32) for end in (SUMMER, SPRING, None)]
    [earliest] = of("probe_ssl_earliest_cert_expiry", result(tls=tls(not_after=SUMMER, chain=tuple(links)))).values()
    assert earliest == SPRING.timestamp()


@pytest.mark.parametrize(
    ("trusted", "first", "expected"), [(True, "leaf", [SUMMER]), (True, "intermediate", [SPRING]), (False, "leaf", [])]
)
def test_the_chains_expiry_is_that_of_the_chain_in_use(trusted: bool, first: str, expected: list[datetime]) -> None:
    """A certificate that was sent beside it does not count, and there is none where nobody vouches for it."""
    links = tuple(ChainLink("CN=x", "CN=y", end, 1, "ab" * 32) for end in (SUMMER, SPRING))
    part = tls(not_after=SUMMER, chain=links, trusted=trusted, expires_first=first)
    found = of("probe_ssl_last_chain_expiry_timestamp_seconds", result(tls=part))
    assert list(found.values()) == [end.timestamp() for end in expected]


# --- names of domain_exporter --------------------------------------------------------------------------------------


def test_domain_exporters_names_are_there() -> None:
    """Once for each domain, however many hosts under it are checked."""
    found = metrics(result("a.example.com"), result("b.example.com"))
    assert {query: value for query, value in found.items() if query.startswith("domain_")} == {
        'domain_expiry_days{domain="example.com"}': 299,
        'domain_probe_success{domain="example.com"}': 1,
        'domain_probe_duration_seconds{domain="example.com"}': 0.2,
    }


@pytest.mark.parametrize(
    ("status", "success"), [(Status.UNKNOWN_EXPIRY, 1), (Status.NOT_REGISTERED, 0), (Status.UNREACHABLE, 0)]
)
def test_an_unknown_expiry_is_no_alarm(status: Status, success: int) -> None:
    """Where there is no date there is no number of days, and a registry that publishes none is no failure."""
    found = metrics(result(domain=domain(status, expires_at=None, days_left=None)))
    assert found['domain_probe_success{domain="example.com"}'] == success
    assert [query for query in found if "expiry" in query and "domain=" in query] == []


# --- the text ------------------------------------------------------------------------------------------------------


def test_many_results_are_one_text() -> None:
    """All series of a name stand together, in the order of the targets."""
    found = of("domaincheck_severity", *(result(f"{number:04}.example") for number in range(1203)))
    assert list(found) == sorted(found)
    assert len(found) == 1203


def test_no_targets_leave_the_run() -> None:
    """There is still a time to alert upon."""
    assert {query.split("{")[0] for query in metrics()} == {
        "domaincheck_build_info",
        "domaincheck_last_run_timestamp_seconds",
        "domaincheck_last_run_duration_seconds",
        "domaincheck_last_run_targets",
    }


ODD = st.text(st.sampled_from('ab"\\{}=,# \n\x1b\u202e\ud800é') | st.characters(), max_size=20)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(ODD, max_size=10))
def test_whatever_is_said_can_be_read(texts: list[str]) -> None:
    """Text comes back as it was but for what could act upon a terminal, and no series twice."""
    many = [result(text, tls=tls(subject=text, names=(text,)), domain=domain(name=text)) for text in texts]
    labels = [dict(each.labels) for each in read(written("prometheus", *many)) if each.name == "domaincheck_severity"]
    assert [each["target"] for each in labels] == list(dict.fromkeys(clean(text) for text in texts))


def test_a_stream_without_unicode_gets_ascii() -> None:
    """What it cannot show is spelled out, such that two names stay two."""
    text = "".join(
        FORMATS["prometheus"].render([invalid("é.example"), invalid("è.example")], report, Style(unicode=False))
    )
    assert text.isascii()
    assert [dict(each.labels)["target"] for each in read(text) if each.name == "domaincheck_severity"] == [
        "\\xe9.example",
        "\\xe8.example",
    ]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_promtool_finds_nothing_but_a_foreign_name() -> None:
    """Only domain_exporter's days are not in the base unit, and a name that others chose stays as it is."""
    fault = tls(Status.INVALID, problems=(problem("Wrong."),))
    text = written("prometheus", result('a"\\b', tls=fault), invalid("x\ny"))
    command = [PROMTOOL or "", "check", "metrics"]
    ran = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - found on PATH
    assert (ran.stdout + ran.stderr).strip() == 'domain_expiry_days use base unit "seconds" instead of "days"'
