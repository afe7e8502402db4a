"""``domaincheck registries``: which servers would be asked, and a newer list of them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.cli.app import main
from domaincheck.lab import registry
from domaincheck.lab.hostile import HostileServer, after_hello, refused_port, reset
from domaincheck.world import World
from tests.facts import NOW

if TYPE_CHECKING:
    from domaincheck.lab.hostile import Behaviour

TLDS = [f"tld{number}" for number in range(700)]
GOOD: dict[str, Any] = {
    "publication": "2999-01-02T03:04:05Z",
    "services": [[["com"], ["https://rdap.new.example/"]], [TLDS, ["https://rdap.other.example/v1"]]],
}


@dataclass
class Shell:
    """Runs commands whose files are all in *folder*."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit status, output and errors of ``domaincheck registries`` with *arguments*."""
        folders = {"STATE_DIRECTORY": str(self.folder), "CONFIGURATION_DIRECTORY": str(self.folder)}
        stdout, stderr = io.StringIO(), io.StringIO()
        world = World(folders | self.environment, io.StringIO(), stdout, stderr, clock=lambda: NOW)
        status = main(["registries", *arguments], world)
        return status, stdout.getvalue(), stderr.getvalue()

    def shown(self, tld: str) -> str:
        """Return what ``show`` prints about *tld*."""
        status, output, errors = self.run("show", tld)
        assert (status, errors) == (0, "")
        return output

    def refresh(self, behaviour: Behaviour) -> tuple[int, str]:
        """Fetch the list from a server that does as *behaviour*; return exit status and errors."""
        with HostileServer(after_hello(behaviour)) as server:
            status, output, errors = self.run("refresh", "--url", f"http://127.0.0.1:{server.port}/rdap/dns.json")
        assert output == ""
        return status, errors


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a shell in a folder of its own."""
    return Shell(tmp_path)


def published(content: Any) -> Behaviour:
    """Answer with *content* as JSON."""
    return registry.respond(200, {"Content-Type": "application/json"}, json.dumps(content).encode())


# --- show ----------------------------------------------------------------------------------------------------------


def test_the_servers_are_shown_in_the_order_in_which_they_are_asked(shell: Shell) -> None:
    """Each with its address, why it is that one, and how often it may be asked."""
    assert shell.shown("com").splitlines() == [
        ".com",
        "  1. RDAP  https://rdap.verisign.com/com/v1/  (by IANA's list of 2026-07-23, as shipped; 1 a second at most)",
        "  2. WHOIS whois.verisign-grs.com  (known for this TLD; 1 a second at most)",
    ]


def test_a_registry_that_keeps_the_expiry_to_itself_is_named_as_such(shell: Shell) -> None:
    """Else its users would look for a fault where there is none."""
    shown = shell.shown("de")
    assert "https://rdap.denic.de/  (it answers, though IANA does not list it;" in shown
    assert "does not publish when a domain expires" in shown


@pytest.mark.parametrize("name", ["рф", "РФ", "xn--p1ai", ".рф", "пример.рф", " рф. "])
def test_a_tld_may_be_written_in_any_way(shell: Shell, name: str) -> None:
    """In Unicode, as an A-label, with dots around it, or as a name under it."""
    assert shell.shown(name).splitlines() == [
        ".xn--p1ai",
        "  1. WHOIS whois.tcinet.ru  (known for this TLD; 0.5 a second at most)",
    ]


def test_a_name_is_shown_with_the_servers_of_its_own_suffix(shell: Shell) -> None:
    """Some suffixes under one TLD have registries of their own."""
    assert "whois.nic.uk" in shell.shown("example.co.uk")
    assert "whois.nic.ac.uk" in shell.shown("example.ac.uk")


def test_a_tld_whose_servers_are_not_known_is_asked_for(shell: Shell) -> None:
    """IANA knows the server, if there is one."""
    assert "IANA is asked for it" in shell.shown("zz")


def test_a_tld_without_servers_has_none(shell: Shell) -> None:
    """That is said in words, and is no failure."""
    assert "no server is known" in shell.shown("es")


def test_what_is_shown_is_what_the_settings_make_of_it(shell: Shell) -> None:
    """Servers, source and rate that the user settled are those that would be asked."""
    shell.environment |= {
        "DOMAINCHECK_REGISTRY_RDAP_URL": "https://rdap.mine.example",
        "DOMAINCHECK_REGISTRY_WHOIS_SERVER": "whois.mine.example:4343",
        "DOMAINCHECK_REGISTRY_RATE": "0.25",
    }
    assert shell.shown("com").splitlines()[1:] == [
        "  1. RDAP  https://rdap.mine.example/  (as you settled it; 0.25 a second at most)",
        "  2. WHOIS whois.mine.example:4343  (as you settled it; 0.25 a second at most)",
    ]
    shell.environment["DOMAINCHECK_REGISTRY_SOURCE"] = "whois"
    assert "RDAP" not in shell.shown("com")


@pytest.mark.parametrize(
    "rubbish", ["", ".", "a b", "-x-", "192.0.2.1", "2001:db8::1", "https://example.com/", "\x1b[31m"]
)
def test_what_is_no_name_is_refused(shell: Shell, rubbish: str) -> None:
    """With one line that says why, and nothing that a terminal would act upon."""
    status, output, errors = shell.run("show", rubbish)
    assert (status, output) == (3, "")
    assert errors.startswith("domaincheck: ")
    assert errors.count("\n") == 1
    assert "\x1b" not in errors


@pytest.mark.parametrize("arguments", [(), ("show",), ("frobnicate",), ("show", "com", "org")])
def test_half_a_command_is_bad_usage(shell: Shell, arguments: tuple[str, ...]) -> None:
    """The exit status is 3, and the user is told where to read on."""
    status, output, errors = shell.run(*arguments)
    assert (status, output) == (3, "")
    assert "domaincheck registries" in errors
    assert "--help" in errors


# --- refresh -------------------------------------------------------------------------------------------------------


def test_a_new_list_is_used_from_then_on(shell: Shell) -> None:
    """And ``show`` says that it is the new one."""
    assert shell.refresh(published(GOOD)) == (
        0,
        "domaincheck: 701 top-level domains have RDAP by the list of 2999-01-02\n",
    )
    assert "https://rdap.new.example/  (by IANA's list of 2999-01-02, as refreshed;" in shell.shown("com")
    assert "https://rdap.other.example/v1/" in shell.shown("tld7")
    assert "https://rdap.denic.de/" in shell.shown("de"), "servers that IANA does not list are still known"


def test_a_list_older_than_the_shipped_one_changes_nothing(shell: Shell) -> None:
    """The newer of the two is in force: an upgrade may bring a newer one than the last refresh."""
    status, _ = shell.refresh(published(GOOD | {"publication": "2020-01-01T00:00:00Z"}))
    assert status == 0
    assert "as shipped" in shell.shown("com")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (registry.HTML, "not an RDAP bootstrap file"),
        (registry.respond(200, {}, json.dumps(GOOD).encode()[:-9]), "not an RDAP bootstrap file"),
        (registry.respond(200, {}, b""), "not an RDAP bootstrap file"),
        (registry.respond(200, {}, b"[" * 100_000), "not an RDAP bootstrap file"),
        (published([GOOD]), "not an RDAP bootstrap file"),
        (published({"publication": "2999-01-01T00:00:00Z", "services": "com"}), "not an RDAP bootstrap file"),
        (published(GOOD | {"publication": "tomorrow"}), "not an RDAP bootstrap file"),
        (published(GOOD | {"services": [[TLDS, ["https://rdap.example/\x1b[2J"]]]}), "holds 0 top-level domains"),
        (published(GOOD | {"services": [[TLDS[:3], ["https://rdap.example/"]]]}), "holds 3 top-level domains"),
        (registry.HALF, "broke off"),
        (registry.NOT_FOUND, "HTTP status 404"),
        (registry.error(503), "HTTP status 503"),
        (registry.huge(), "over 1 MiB"),
        (reset, "127.0.0.1"),
    ],
)
def test_a_bad_list_leaves_the_old_one_in_force(shell: Shell, bad: Behaviour, why: str) -> None:
    """The user is told what is wrong with it, in one line."""
    shell.refresh(published(GOOD))
    status, errors = shell.refresh(bad)
    assert status == 3
    assert why in errors
    assert "the old list stays" in errors
    assert errors.count("\n") == 1
    assert "2999-01-02, as refreshed" in shell.shown("com")


def test_a_server_that_is_out_of_reach_is_said(shell: Shell) -> None:
    """With its address."""
    with refused_port() as port:
        status, _, errors = shell.run("refresh", "--url", f"http://127.0.0.1:{port}/")
    assert status == 3
    assert f"127.0.0.1:{port}" in errors
    assert "as shipped" in shell.shown("com")


def test_an_address_that_is_none_is_refused(shell: Shell) -> None:
    """By the name of the option that it was given to."""
    status, _, errors = shell.run("refresh", "--url", "nonsense")
    assert status == 3
    assert "--url 'nonsense' is no address" in errors


def test_a_list_that_can_not_be_kept_is_said(shell: Shell) -> None:
    """Without a place for the state file a refresh is for nothing."""
    blocked = Path(shell.folder) / "blocked"
    blocked.touch()
    shell.environment["STATE_DIRECTORY"] = str(blocked)
    status, errors = shell.refresh(published(GOOD))
    assert status == 3
    assert "could not be kept" in errors


def test_a_damaged_state_file_does_not_hinder_a_refresh(shell: Shell) -> None:
    """It is set aside, and the list goes into the new one."""
    (shell.folder / "cache.db").write_bytes(b"rubbish" * 1000)
    status, errors = shell.refresh(published(GOOD))
    assert status == 0
    assert "was damaged" in errors
    assert "as refreshed" in shell.shown("com")
