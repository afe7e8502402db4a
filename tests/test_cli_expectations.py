"""``check --expect-…`` and ``[domains."…"]``: from what a user writes to the problem that a script sees."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer
from domaincheck.lab.tls import TlsServer
from domaincheck.model import Standing, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import Outcome, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority, Credential

HOST = "www.example.com"
EXPIRY = datetime.now(UTC) + timedelta(days=300)
FACTS: dict[str, Any] = {
    "expires": EXPIRY,
    "registrar": "Gandi SAS",
    "name_servers": ["a.iana-servers.net", "ns.xn--bcher-kva.example"],
}


@pytest.fixture(scope="module")
def leaf(root: Authority) -> Credential:
    """Return a certificate with 60 of 90 days left."""
    return root.leaf(HOST, key="P-256")


@pytest.fixture(scope="module")
def hosts(leaf: Credential) -> Iterator[dict[tuple[str, int], tuple[str, int]]]:
    """Start a server with that certificate, and return where it is."""
    with TlsServer(leaf) as server:
        yield {(HOST, 443): ("127.0.0.1", server.port)}


@pytest.fixture(scope="module")
def rdap() -> Iterator[RdapServer]:
    """Start the registry of its domain."""
    with RdapServer({"example.com": domain_object("example.com", **FACTS)}) as server:
        yield server


@pytest.fixture
def shell(hosts: Any, rdap: RdapServer, ca_file: Path, tmp_path: Path) -> Shell:
    """Return a shell that reaches both."""
    settled = {"REGISTRY_RDAP_URL": rdap.url, "REGISTRY_SOURCE": "rdap", "TLS_CA_FILE": str(ca_file)}
    environment = {f"DOMAINCHECK_{key}": value for key, value in settled.items()}
    return Shell(hosts=hosts, environment=environment, home=tmp_path)


def settle(shell: Shell, text: str) -> Shell:
    """Write the settings file, and return *shell*."""
    assert shell.home is not None
    (shell.home / "config.toml").write_text(text, encoding="utf-8")
    return shell


def check(shell: Shell, *arguments: object) -> tuple[int, list[str]]:
    """Return the exit status of a check of the host, and the codes of what is not as expected."""
    outcome = shell.run("check", "--json", HOST, *arguments)
    parts = (part for result in outcome.results for part in (result["tls"], result["domain"]) if part)
    codes = [problem["code"] for part in parts for problem in part["problems"]]
    return outcome.status, [code.removeprefix("unexpected_") for code in codes if code.startswith("unexpected_")]


def digest(leaf: Credential) -> bytes:
    """Return the SHA-256 digest of the key of *leaf*."""
    key = leaf.leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).digest()


# --- options -------------------------------------------------------------------------------------------------------


def test_all_is_well_when_all_is_as_expected(shell: Shell) -> None:
    """However it is written; several servers may stand in one option or in several."""
    options = ["--expect-issuer", "lab", "--expect-key", "ecdsa p-256", "--expect-registrar", "GANDI*"]
    servers = ["--expect-ns", "A.IANA-Servers.net.", "--expect-ns", "ns.bücher.example"]
    assert check(shell, *options, *servers) == (0, [])
    assert check(shell, "--expect-ns", "ns.bücher.example, a.iana-servers.net") == (0, [])


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--expect-issuer", "DigiCert", "issuer"),
        ("--expect-key", "RSA 2048", "key"),
        ("--expect-registrar", "MarkMonitor", "registrar"),
        ("--expect-ns", "a.iana-servers.net", "name_servers"),
    ],
)
def test_what_is_not_as_expected_is_critical(shell: Shell, option: str, value: str, code: str) -> None:
    """Exit status 2, so that a monitor sounds the alarm."""
    assert check(shell, option, value) == (2, [code])


def test_one_of_several_issuers_will_do(shell: Shell) -> None:
    """And of several registrars."""
    options = ["--expect-issuer", "DigiCert", "--expect-issuer", "Lab", "--expect-registrar", "x"]
    assert check(shell, *options, "--expect-registrar", "gandi") == (0, [])


@pytest.mark.parametrize("form", ["{hex}", "sha256:{hex}", "SHA256:{colons}", "{base64}", "sha256//{base64}"])
def test_a_key_is_pinned_in_any_usual_form(shell: Shell, leaf: Credential, form: str) -> None:
    """As openssl, curl and browsers write it; and the digest of another key is not this one's."""
    for expected, key in (([], digest(leaf)), (["key"], bytes(32))):
        forms = {"hex": key.hex(), "colons": key.hex(":").upper(), "base64": base64.b64encode(key).decode()}
        assert check(shell, "--expect-key", form.format(**forms))[1] == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--expect-key", "sha256//abc"], ("--expect-key", "sha256//abc", "no SHA-256 digest")),
        (["--expect-key", "sha256:" + "0" * 63], ("--expect-key", "no SHA-256 digest")),
        (["--expect-issuer", " "], ("--expect-issuer", "nothing to look for")),
        (["--expect-ns", "ns.example.com/"], ("--expect-ns", "ns.example.com/")),
        (["--no-tls", "--expect-issuer", "x"], ("--expect-issuer", "--no-tls")),
        (["--no-domain", "--expect-ns", "a.example"], ("--expect-ns", "--no-domain")),
    ],
)
def test_an_expectation_that_cannot_be_is_named(shell: Shell, arguments: list[str], words: tuple[str, ...]) -> None:
    """In one sentence, before anything is probed."""
    outcome = shell.run("check", HOST, *arguments)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert [word for word in words if word not in outcome.complaint] == []


def test_what_cannot_be_reached_is_not_unexpected_on_top(shell: Shell) -> None:
    """Unknown stays unknown."""
    shell.hosts = {}
    assert check(shell, "--no-domain", "--expect-issuer", "DigiCert", "--expect-key", "RSA") == (3, [])


# --- settings ------------------------------------------------------------------------------------------------------

ALL_WRONG = """
expect_issuer = "DigiCert"
expect_key = ["RSA 2048", "RSA 4096"]
expect_registrar = "MarkMonitor"
expect_name_servers = ["a.iana-servers.net"]
"""


@pytest.mark.parametrize("name", ["example.com", "Example.COM", "www.example.com"])
def test_what_is_settled_for_a_domain_is_expected_of_its_hosts(shell: Shell, name: str) -> None:
    """Of all of them, or of one."""
    settle(shell, f'[domains."{name}"]{ALL_WRONG}')
    assert check(shell) == (2, ["issuer", "key", "registrar", "name_servers"])
    assert check(shell, "--no-domain") == (2, ["issuer", "key"])


def test_the_entry_of_a_host_comes_before_that_of_its_domain(shell: Shell) -> None:
    """For each key on its own."""
    settle(shell, f'[domains."example.com"]{ALL_WRONG}\n[domains."www.example.com"]\nexpect_issuer = "Lab"\n')
    assert check(shell) == (2, ["key", "registrar", "name_servers"])


def test_what_is_settled_for_others_is_not_expected(shell: Shell) -> None:
    """Not even of a domain that ends alike."""
    settle(shell, f'[domains."notexample.com"]{ALL_WRONG}[domains."mail.example.com"]{ALL_WRONG}')
    assert check(shell) == (0, [])


def test_an_option_comes_before_the_settings(shell: Shell) -> None:
    """For its kind; what else was settled still counts."""
    settle(shell, f'[domains."example.com"]{ALL_WRONG}')
    assert check(shell, "--expect-issuer", "Lab", "--expect-key", "ECDSA") == (2, ["registrar", "name_servers"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('threshold = "soon"', ("line 2", "threshold")),
        ("expect_issuer = 3", ("line 2", "expect_issuer", "a text in quotes")),
        ("expect_registrar = [1]", ("line 2", "expect_registrar")),
        ("expect_name_servers = []", ("line 2", "expect_name_servers", "a list of names")),
        ('expect_key = "sha256:12"', ("example.com", "expect_key", "no SHA-256 digest")),
        ('expect_name_servers = ["a..b"]', ("example.com", "expect_name_servers", "a..b")),
        ('expect_isuer = "x"', ("line 2", "expect_isuer", "expect_issuer")),
    ],
)
def test_a_setting_that_cannot_be_used_stops_everything(shell: Shell, line: str, words: tuple[str, ...]) -> None:
    """It is named."""
    outcome: Outcome = settle(shell, f'[domains."example.com"]\n{line}\n').run("check", HOST)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert [word for word in words if word not in outcome.complaint] == []


def windows(shell: Shell, *arguments: object) -> list[float]:
    """Return the warning windows of certificate and registration in a check of the host, in days."""
    [result] = shell.run("check", "--json", HOST, *arguments).results
    return [result[part]["warn_before_days"] for part in ("tls", "domain")]


def test_a_domain_may_have_a_threshold_of_its_own(shell: Shell) -> None:
    """It holds for registration and certificates, before that of [check], and after the option."""
    settle(shell, '[check]\nthreshold = 20\n[domains."example.com"]\nthreshold = "61d"\n')
    assert windows(shell) == [61.0, 61.0]
    assert windows(shell, "--threshold", "25") == [25.0, 25.0]
    settle(shell, '[check]\nthreshold = 20\n[domains."example.org"]\nthreshold = "61d"\n')
    assert windows(shell) == [20.0, 20.0]


# --- scheduled runs ------------------------------------------------------------------------------------------------


def news(shell: Shell, settings: str) -> list[str]:
    """Return what somebody who has subscribed to the host would be told, with those *settings*."""
    settle(shell, settings)
    assert shell.home is not None
    store = open_store(shell.home / "subscriptions.db", parse)
    store.add([Subscription("ann@example.org", HOST, None, Standing.VERIFIED, datetime.now(UTC))])
    shell.environment = {**shell.environment, "DOMAINCHECK_STORE": str(shell.home / "subscriptions.db")}
    digests = shell.run("run-scheduled", "--dry-run", "--json").document["digests"]
    return sorted(item["headline"] for digest in digests for item in digest["news"])


def test_what_is_not_as_settled_is_news(shell: Shell) -> None:
    """As any other problem."""
    assert news(shell, "") == []
    assert news(shell, f'[domains."example.com"]{ALL_WRONG}') == [
        "certificate: unexpected issuer",
        "certificate: unexpected key",
        "domain: unexpected name servers",
        "domain: unexpected registrar",
    ]


def test_alerts_keep_to_the_threshold_of_a_domain(shell: Shell) -> None:
    """Where a subscription has none of its own."""
    [headline] = news(shell, '[domains."example.com"]\nthreshold = 100\n')
    assert headline.startswith("certificate expires in ")
