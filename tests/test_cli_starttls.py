"""``check --starttls`` and schemes, as a user meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.starttls import StarttlsServer, answering
from tests.commands import Outcome, Shell
from tests.facts import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority


@pytest.fixture(scope="module")
def server(root: Authority) -> Iterator[StarttlsServer]:
    """Start a mail server."""
    with StarttlsServer(root.leaf(HOST), "smtp") as started:
        yield started


def check(server: StarttlsServer | HostileServer, ca_file: Path, *arguments: str, ports: tuple[int, ...]) -> Outcome:
    """Return what a user sees where *server* is behind each of *ports* of the host."""
    shell = Shell(hosts=dict.fromkeys([(HOST, port) for port in ports], (server.host, server.port)))
    return shell.run("check", "--json", "--no-domain", "--timeout", 5, "--ca-file", ca_file, *arguments)


def seen(outcome: Outcome) -> list[tuple[str, int, str]]:
    """Return target, port and status of each result."""
    return [(result["target"], result["port"], result["status"]) for result in outcome.results]


def test_a_scheme_asks_for_tls_in_its_protocol(server: StarttlsServer, ca_file: Path) -> None:
    """With the scheme's port or another."""
    targets = (f"smtp://{HOST}", f"smtp://{HOST}:587")
    outcome = check(server, ca_file, *targets, ports=(25, 587))
    assert (outcome.status, seen(outcome)) == (0, [(targets[0], 25, "valid"), (targets[1], 587, "valid")])


def test_the_option_is_for_targets_without_a_scheme(server: StarttlsServer, ca_file: Path) -> None:
    """It gives them the protocol, and its port if they name none; the others say themselves what they want."""
    targets = (HOST, f"{HOST}:587", f"smtp://{HOST}:2525")
    outcome = check(server, ca_file, "--starttls", "SMTP", *targets, ports=(25, 587, 2525))
    assert (outcome.status, [(port, status) for _, port, status in seen(outcome)]) == (
        0,
        [(25, "valid"), (587, "valid"), (2525, "valid")],
    )


def test_the_option_reaches_lists_too(server: StarttlsServer, ca_file: Path, tmp_path: Path) -> None:
    """Targets from files are no different from those on the command line."""
    hosts = tmp_path / "mx.txt"
    hosts.write_text(f"{HOST}  # the mail exchanger\n", encoding="utf-8")
    assert seen(check(server, ca_file, "--starttls", "smtp", "-f", str(hosts), ports=(25,))) == [(HOST, 25, "valid")]


def test_a_target_with_the_options_protocol_in_its_scheme_is_the_same(server: StarttlsServer, ca_file: Path) -> None:
    """Named once by the option and once by scheme, it is checked once."""
    outcome = check(server, ca_file, "--starttls", "smtp", HOST, f"smtp://{HOST}", ports=(25,))
    assert seen(outcome) == [(HOST, 25, "valid")]


def test_a_refusal_is_unknown_with_its_reason(root: Authority, ca_file: Path) -> None:
    """A server without TLS can't be judged: exit status 3, and the reason in its own words."""
    with StarttlsServer(root.leaf(HOST), answering("smtp", b"454 TLS not available\r\n")) as server:
        outcome = check(server, ca_file, f"smtp://{HOST}", ports=(25,))
    [result] = outcome.results
    assert (outcome.status, result["status"], result["tls"]["address"]) == (3, "unreachable", "127.0.0.1")
    [problem] = result["tls"]["problems"]
    assert (problem["code"], "454 TLS not available" in problem["message"]) == ("starttls_failed", True)


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        ("smpt", ("smpt", "did you mean 'smtp'?")),
        ("postgresql", ("did you mean 'postgres'?",)),
        ("gopher", ("gopher", "smtp", "xmpp-server", "ldap")),
        ("imaps", ("imaps", "from the first byte", "imaps://HOST")),
        ("", ("smtp", "imap")),
    ],
)
def test_an_unknown_protocol_is_one_sentence(ca_file: Path, protocol: str, words: tuple[str, ...]) -> None:
    """It names the nearest, or all there are; nobody is asked anything."""
    with HostileServer("close") as server:
        outcome = check(server, ca_file, "--starttls", protocol, HOST, ports=(25, 443))
    assert (outcome.status, outcome.stdout, server.connections) == (3, "", 0)
    assert [word for word in ("--starttls", *words) if word not in outcome.complaint] == []
