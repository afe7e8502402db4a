"""Settings at work: what ``check`` does with the file, the environment and the flags, in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.records import domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer
from domaincheck.lab.tls import TlsServer
from tests.commands import Outcome, Shell, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority


@pytest.fixture(scope="module")
def server(root: Authority) -> Iterator[TlsServer]:
    """Start a server whose certificate has 60 of 90 days left."""
    with TlsServer(root.leaf("good.test")) as started:
        yield started


@pytest.fixture
def check(server: TlsServer, ca_file: Path, tmp_path: Path) -> Any:
    """Return a function that checks good.test with these settings in the file, and options before and after."""

    def checked(settings: str, *arguments: object, before: tuple[object, ...] = (), **environment: str) -> Outcome:
        (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
        shell = Shell(hosts={("good.test", 443): ("127.0.0.1", server.port)}, environment=environment, home=tmp_path)
        return shell.run(*before, "check", "--json", "--no-domain", "--ca-file", ca_file, "good.test", *arguments)

    return checked


# --- precedence ----------------------------------------------------------------------------------------------------


def test_a_flag_comes_before_the_environment_before_the_file(check: Any) -> None:
    """Each stands in for what comes after it."""
    settings, variable = "[check]\nthreshold = 61\n", {"DOMAINCHECK_CHECK_THRESHOLD": "62d"}
    assert check("").document["threshold"] == "30d"
    assert check(settings).document["threshold"] == "61d"
    assert check(settings, **variable).document["threshold"] == "62d"
    assert check(settings, "--threshold", "70%", **variable).document["threshold"] == "70%"


def test_another_file_may_be_named(check: Any, tmp_path: Path) -> None:
    """By --config, which stands in place of the usual file."""
    other = tmp_path / "other.toml"
    other.write_text("[check]\nthreshold = 63\n", encoding="utf-8")
    usual = "[check]\nthreshold = 61\n"
    assert check(usual, before=("--config", other)).document["threshold"] == "63d"
    assert check(usual, DOMAINCHECK_CONFIG=str(other)).document["threshold"] == "63d"


def test_the_critical_window_is_settled_too(check: Any) -> None:
    """The certificate is inside both windows."""
    outcome = check("[check]\nthreshold = 61\ncritical = 61\n")
    assert (outcome.results[0]["status"], outcome.status) == ("expiring_soon", 2)


def test_the_format_is_settled(check: Any) -> None:
    """--json still comes first."""
    settings = '[check]\nformat = "csv"\n'
    assert check(settings).document["version"] == "1"
    outcome = run("check", "--no-domain", "a/b", environment={"DOMAINCHECK_CHECK_FORMAT": "csv"})
    assert outcome.stdout.startswith("target,")


def test_the_timeout_is_settled() -> None:
    """A silent server is given up after it."""
    with HostileServer("stall") as silent:
        hosts = {("good.test", 443): ("127.0.0.1", silent.port)}
        settled = {"DOMAINCHECK_CHECK_TIMEOUT": "0.1"}
        [result] = run("check", "--json", "--no-domain", "good.test", hosts=hosts, environment=settled).results
    assert [problem["code"] for problem in result["tls"]["problems"]] == ["timeout"]
    assert result["tls"]["duration_seconds"] < 5


def test_retries_are_settled() -> None:
    """A server that resets connections is visited so often again."""
    with HostileServer("reset") as broken:
        hosts = {("good.test", 443): ("127.0.0.1", broken.port)}
        run("check", "--no-domain", "good.test", hosts=hosts, environment={"DOMAINCHECK_CHECK_RETRIES": "2"})
        assert broken.connections == 3


def test_jobs_are_settled(root: Authority) -> None:
    """With one job no server is visited before the one before has answered."""
    with TlsServer(root.leaf("good.test"), delay=0.05) as slow:
        hosts = {(f"{letter}.test", 443): ("127.0.0.1", slow.port) for letter in "abcd"}
        settled = {"DOMAINCHECK_CHECK_JOBS": "1"}
        targets = [host for host, _ in hosts]
        outcome = run("check", "--json", "--no-domain", *targets, hosts=hosts, environment=settled)
    durations = [result["tls"]["duration_seconds"] for result in outcome.results]
    assert outcome.document["duration_seconds"] >= sum(durations)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "DOMAINCHECK_TLS_CA_FILE"])
def test_the_roots_are_settled(server: TlsServer, ca_file: Path, variable: str) -> None:
    """The private authority is trusted."""
    hosts = {("good.test", 443): ("127.0.0.1", server.port)}
    [result] = run(
        "check", "--json", "--no-domain", "good.test", hosts=hosts, environment={variable: str(ca_file)}
    ).results
    assert result["tls"]["trusted"] is True


@pytest.mark.parametrize(("weak", "severity"), [("critical", "critical"), ("warning", "warning"), ("ignore", "ok")])
def test_the_weight_of_weak_keys_is_settled(root: Authority, ca_file: Path, weak: str, severity: str) -> None:
    """Some have to live with an old server."""
    with TlsServer(root.leaf("old.test", key="RSA 1024")) as old:
        hosts = {("old.test", 443): ("127.0.0.1", old.port)}
        settled = {"DOMAINCHECK_TLS_WEAK": weak}
        options = ("--json", "--no-domain", "--ca-file", ca_file)
        [result] = run("check", *options, "old.test", hosts=hosts, environment=settled).results
    assert result["severity"] == severity


# --- registries ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registries() -> Iterator[dict[str, str]]:
    """Start both kinds of registry, and return the settings that name them."""
    with (
        RdapServer({"example.com": domain_object("example.com", registrar="Some Registrar")}) as rdap,
        WhoisServer({"example.com": whois_text("example.com", registrar="Some Registrar")}) as whois,
    ):
        yield {
            "DOMAINCHECK_REGISTRY_RDAP_URL": rdap.url,
            "DOMAINCHECK_REGISTRY_WHOIS_SERVER": whois.address,
            "DOMAINCHECK_REGISTRY_RATE": "1000",
        }


@pytest.mark.parametrize(("source", "asked"), [("auto", "rdap"), ("rdap", "rdap"), ("whois", "whois")])
def test_the_registry_is_settled(registries: dict[str, str], source: str, asked: str) -> None:
    """Where to ask, and by which protocol."""
    settled = registries | {"DOMAINCHECK_REGISTRY_SOURCE": source}
    [result] = run("check", "--json", "--no-tls", "example.com", environment=settled).results
    assert result["domain"]["source"] == asked


@pytest.mark.parametrize(("days", "cached"), [("1", True), ("0", False)])
def test_how_long_registrations_are_remembered_is_settled(
    registries: dict[str, str], tmp_path: Path, days: str, cached: bool
) -> None:
    """For 0 days means not at all."""
    settled = registries | {"DOMAINCHECK_REGISTRY_CACHE_DAYS": days}
    for expected in (False, cached):
        [result] = run("check", "--json", "--no-tls", "example.com", environment=settled, home=tmp_path).results
        assert result["domain"]["cached"] is expected


def test_an_expiry_of_ones_own_is_used(registries: dict[str, str], tmp_path: Path) -> None:
    """Where the registry publishes none; the domain may be written in any script and case."""
    (tmp_path / "config.toml").write_text('[domains."Example.COM"]\nexpires_at = 2999-01-01\n', encoding="utf-8")
    [result] = run("check", "--json", "--no-tls", "example.com", environment=registries, home=tmp_path).results
    assert (result["status"], result["domain"]["expires_at"]) == ("valid", "2999-01-01T00:00:00Z")


# --- wrong settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[check]\njosb = 3\n", ("config.toml, line 2", "check.josb", "check.jobs")),
        ("[chekc]\n", ("config.toml, line 1", "chekc", "check")),
        ("[check]\njobs = 'many'\n", ("config.toml, line 2", "check.jobs", "whole number")),
        ("[check\n", ("config.toml", "line 1")),
        ('[registry]\nrdap_url = "nowhere"\n', ("config.toml, line 2", "registry.rdap_url", "https://")),
        ('[domains."no such..name"]\nexpires_at = 2027-03-01\n', ("config.toml, line 1", "no such..name")),
        ('[tls]\nca_file = "/none/\\u001b.pem"\n', ("CA file", "/none/")),
    ],
)
def test_wrong_settings_stop_everything(
    tmp_path: Path, server: TlsServer, settings: str, words: tuple[str, ...]
) -> None:
    """File, line and key are named, nothing is probed, and the file is as it was."""
    path = tmp_path / "config.toml"
    path.write_text(settings, encoding="utf-8")
    visitors = server.connections
    outcome = run("check", f"127.0.0.1:{server.port}", home=tmp_path)
    assert (outcome.status, outcome.stdout, server.connections) == (3, "", visitors)
    assert [word for word in words if word not in outcome.complaint] == []
    assert outcome.complaint.isprintable()
    assert path.read_text(encoding="utf-8") == settings


def test_a_wrong_variable_stops_everything(server: TlsServer) -> None:
    """It is named."""
    visitors = server.connections
    outcome = run("check", f"127.0.0.1:{server.port}", environment={"DOMAINCHECK_CHECK_JOBS": "0"})
    assert (outcome.status, server.connections) == (3, visitors)
    assert outcome.complaint.startswith("DOMAINCHECK_CHECK_JOBS is '0'")


def test_a_file_that_is_named_but_missing_stops_everything(server: TlsServer, tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    visitors = server.connections
    outcome = run("--config", tmp_path / "none.toml", "check", f"127.0.0.1:{server.port}")
    assert (outcome.status, server.connections) == (3, visitors)
    assert "none.toml" in outcome.complaint


# --- help ----------------------------------------------------------------------------------------------------------


def test_help_shows_the_values_in_force() -> None:
    """Not the defaults that are no longer any."""
    settled = {"DOMAINCHECK_CHECK_JOBS": "17", "DOMAINCHECK_CHECK_TIMEOUT": "2.5", "DOMAINCHECK_CHECK_THRESHOLD": "40"}
    stdout = " ".join(run("check", "--help", environment=settled).stdout.split())
    assert [value for value in ("default: 17", "default: 2.5", "default: 40d") if value not in stdout] == []


def test_help_is_there_when_the_settings_are_not(tmp_path: Path) -> None:
    """It is read most when something is wrong."""
    (tmp_path / "config.toml").write_text("[check\n", encoding="utf-8")
    outcome = run("check", "--help", home=tmp_path)
    assert (outcome.status, outcome.stdout[:25]) == (0, "Usage: domaincheck check ")
