"""``check --revocation`` from end to end: what it finds, what it prints, whom it asks, and what it keeps."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.revocation import HOUR, RevocationServer, listed_at, revocation_list
from domaincheck.lab.tls import TlsServer
from tests.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography import x509

    from domaincheck.lab.authority import Authority
    from tests.commands import Outcome

GOOD, BAD, OTHER = "good.test", "bad.test", "other.test"


@dataclass(frozen=True)
class Town:
    """Three servers of one issuer, which has revoked the second's certificate; the third's names no list."""

    issuer: Authority
    issuers_server: RevocationServer
    serial: int
    hosts: dict[tuple[str, int], tuple[str, int]]
    ca_file: Path

    def check(self, *arguments: object, **shell: Any) -> Outcome:
        """Run ``check``, with *arguments*, for certificates only."""
        return run("check", "--no-domain", "--ca-file", self.ca_file, *arguments, hosts=self.hosts, **shell)

    def revoke(self, *serials: int, reason: x509.ReasonFlags | None = None) -> None:
        """Publish a list of *serials*."""
        self.issuers_server.published["/ca.crl"] = revocation_list(self.issuer, dict.fromkeys(serials, reason))


@pytest.fixture
def town(root: Authority, ca_file: Path) -> Iterator[Town]:
    """Start the servers."""
    with ExitStack() as stack:
        server = stack.enter_context(RevocationServer())
        listed = [listed_at(server.url("/ca.crl"))]
        shown = {host: root.leaf(host, extensions=listed) for host in (GOOD, BAD)} | {OTHER: root.leaf(OTHER)}
        tls = stack.enter_context(TlsServer(shown[GOOD], sni=shown))
        hosts = {(host, 443): ("127.0.0.1", tls.port) for host in shown}
        town = Town(root, server, shown[BAD].leaf.serial_number, hosts, ca_file)
        town.revoke(town.serial)
        yield town


def test_a_revoked_certificate_is_critical(town: Town) -> None:
    """The JSON says since when, and the exit status is that of a certificate which clients refuse."""
    outcome = town.check("--json", "--revocation", BAD)
    [result] = outcome.results
    day = town.issuer.now.replace(microsecond=0) - 48 * HOUR
    message = f"the certificate was revoked on {day:%Y-%m-%d}"
    assert (outcome.status, result["status"], result["severity"]) == (2, "invalid", "critical")
    assert result["tls"]["problems"] == [{"code": "revoked", "severity": "critical", "message": message}]
    assert result["tls"]["revocation"] == {
        "state": "revoked",
        "source": "crl",
        "revoked_at": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "reason": None,
        "message": message,
    }


def test_a_certificate_in_good_order_is_said_to_be(town: Town) -> None:
    """That somebody was asked, and how, stands in the JSON; there is no problem."""
    outcome = town.check("--json", "--revocation", GOOD)
    found = {"state": "good", "source": "crl", "revoked_at": None, "reason": None, "message": None}
    assert (outcome.status, outcome.results[0]["tls"]["revocation"]) == (0, found)
    assert outcome.results[0]["tls"]["problems"] == []


def test_what_is_not_known_is_no_alarm(town: Town) -> None:
    """A certificate that names no list is valid, with a note."""
    outcome = town.check("--json", "--revocation", OTHER)
    [result] = outcome.results
    assert (outcome.status, result["status"]) == (0, "valid")
    assert [(each["code"], each["severity"]) for each in result["tls"]["problems"]] == [("revocation_unknown", "ok")]
    assert result["tls"]["revocation"]["state"] == "unknown"


@pytest.mark.parametrize("options", [(), ("--no-revocation",)])
def test_nobody_is_asked_by_default(town: Town, options: tuple[str, ...]) -> None:
    """The option costs time and tells issuers who looks; without it there is neither, and the key is null."""
    outcome = town.check("--json", *options, BAD)
    assert (outcome.status, outcome.results[0]["tls"]["revocation"]) == (0, None)
    assert town.issuers_server.asked == ()


def test_a_table_tells_of_it(town: Town) -> None:
    """People see it where they see everything."""
    assert "the certificate was revoked on" in town.check("--revocation", "--format", "plain", BAD).stdout


def test_one_list_is_fetched_once_for_all_targets(town: Town) -> None:
    """Many targets of one issuer cost it one request."""
    outcome = town.check("--json", "--revocation", GOOD, BAD)
    assert [result["tls"]["revocation"]["state"] for result in outcome.results] == ["good", "revoked"]
    assert town.issuers_server.asked == ("/ca.crl",)


@pytest.mark.parametrize(
    ("options", "fetched", "seen"), [((), 1, "good"), (("--refresh",), 2, "revoked"), (("--no-cache",), 2, "revoked")]
)
def test_a_list_is_kept_between_runs(
    town: Town, tmp_path: Path, options: tuple[str, ...], fetched: int, seen: str
) -> None:
    """The second run asks nobody, unless the user wants to see what was published just now."""
    town.revoke()
    town.check("--revocation", BAD, home=tmp_path)
    town.revoke(town.serial)
    again = town.check("--json", "--revocation", *options, BAD, home=tmp_path)
    assert (len(town.issuers_server.asked), again.results[0]["tls"]["revocation"]["state"]) == (fetched, seen)


def test_without_certificates_there_is_nothing_to_ask(town: Town, tmp_path: Path) -> None:
    """With --no-tls the option does nothing, and is no mistake."""
    outcome = run("check", "--no-tls", "--json", "--revocation", "192.0.2.1", home=tmp_path)
    assert outcome.results[0]["tls"] is None
    assert town.issuers_server.asked == ()
