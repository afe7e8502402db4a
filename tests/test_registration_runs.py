"""Whole runs over registrations: paced, remembered, shared, with what the user settled."""

from __future__ import annotations

import io
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.cli.app import main
from domaincheck.lab.records import domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer, limited
from domaincheck.world import World
from tests.facts import DAY, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.registry import RdapAnswer

EXPIRY = NOW + 300 * DAY
FAST = {"DOMAINCHECK_REGISTRY_RATE": "10000"}


def answers(*names: str) -> dict[str, RdapAnswer]:
    """Return RDAP's answers about *names*, all registered."""
    return {name: domain_object(name, expires=EXPIRY) for name in names}


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@dataclass
class Shell:
    """Runs ``domaincheck check --no-tls``; state and settings are in *folder*, *now* is the time of day."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(FAST))
    now: Any = NOW
    errors: io.StringIO = field(default_factory=io.StringIO)

    def run(self, *arguments: str, before: tuple[str, ...] = ()) -> tuple[int, list[dict[str, Any]]]:
        """Return the exit status and the results of a run with *arguments*, and global options *before*."""
        folders = {"STATE_DIRECTORY": str(self.folder), "CONFIGURATION_DIRECTORY": str(self.folder)}
        stdout, self.errors = io.StringIO(), type(self.errors)()
        world = World(folders | self.environment, io.StringIO(), stdout, self.errors, clock=lambda: self.now)
        status = main([*before, "check", "--no-tls", "--json", *arguments], world)
        text = stdout.getvalue()
        return status, json.loads(text)["results"] if text else []

    def domains(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the registration's part of each result."""
        return [result["domain"] for result in self.run(*arguments)[1]]

    @property
    def said(self) -> str:
        """What the last run wrote to standard error."""
        return self.errors.getvalue()

    def settle(self, text: str) -> None:
        """Write the settings file."""
        (self.folder / "config.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a shell in a folder of its own, that asks as fast as it can."""
    return Shell(tmp_path)


@contextmanager
def asking(content: dict[str, RdapAnswer]) -> Iterator[tuple[RdapServer, tuple[str, ...]]]:
    """Give an RDAP server with *content*, and the options by which it alone is asked."""
    with RdapServer(content) as server:
        yield server, ("--registry", "rdap", "--rdap-url", server.url)


# --- each domain once ----------------------------------------------------------------------------------------------


def test_a_domain_is_asked_about_once_however_many_hosts_it_has(shell: Shell) -> None:
    """A thousand hosts under a hundred domains are a hundred queries, and none at all within the hour."""
    names = [f"example-{number}.com" for number in range(100)]
    hosts = [f"host-{number}.{name}" for name in names for number in range(10)]
    listed = shell.folder / "hosts"
    listed.write_text("\n".join(hosts), encoding="utf-8")
    with asking(answers(*names)) as (server, options):
        status, results = shell.run("--file", str(listed), *options)
        assert (status, len(results)) == (0, 1000)
        assert sorted(query.text for query in server.queries) == sorted(f"/domain/{name}" for name in names)
        shell.now += timedelta(minutes=59)
        status, again = shell.run("--file", str(listed), *options)
        assert len(server.queries) == 100
    assert status == 0
    assert [result["domain"]["expires_at"] for result in again] == [r["domain"]["expires_at"] for r in results]
    assert {(r["domain"]["cached"], r["domain"]["age_seconds"]) for r in again} == {(True, 59 * 60)}


def test_a_suffix_of_two_labels_is_none_to_ask_about(shell: Shell) -> None:
    """Two hosts under example.co.uk share its one registration."""
    with asking(answers("example.co.uk")) as (server, options):
        found = shell.domains("example.co.uk", "www.example.co.uk", *options)
    assert [domain["name"] for domain in found] == ["example.co.uk"] * 2
    assert [query.text for query in server.queries] == ["/domain/example.co.uk"]


# --- what is remembered --------------------------------------------------------------------------------------------


def test_a_result_says_whether_it_was_remembered_and_since_when(shell: Shell) -> None:
    """A fresh one has no age."""
    with asking(answers("example.com")) as (_, options):
        (fresh,) = shell.domains("example.com", *options)
        shell.now += timedelta(seconds=90)
        (again,) = shell.domains("example.com", *options)
    assert (fresh["cached"], fresh["age_seconds"]) == (False, None)
    assert (again["cached"], again["age_seconds"]) == (True, 90)
    assert again["source"] == "rdap"


def test_days_left_are_counted_from_now_not_from_when_it_was_learned(shell: Shell) -> None:
    """A remembered expiry comes nearer like any other."""
    with asking(answers("example.com")) as (_, options):
        shell.run("example.com", *options)
        shell.now += 5 * DAY
        (again,) = shell.domains("example.com", *options)
    assert (again["cached"], again["days_left"]) == (True, 295)


def test_without_the_cache_everything_is_asked_and_nothing_kept(shell: Shell) -> None:
    """``--no-cache`` leaves no trace for the next run."""
    with asking(answers("example.com")) as (server, options):
        for _ in range(2):
            assert not shell.domains("example.com", "--no-cache", *options)[0]["cached"]
        assert not shell.domains("example.com", *options)[0]["cached"]
    assert len(server.queries) == 3


def test_a_refresh_asks_and_keeps(shell: Shell) -> None:
    """``--refresh`` is for a renewal that should show now; later runs profit from it."""
    with asking(answers("example.com")) as (server, options):
        shell.run("example.com", *options)
        server.answers["example.com"] = domain_object("example.com", expires=EXPIRY + 365 * DAY)
        assert shell.domains("example.com", "--refresh", *options)[0]["days_left"] == 665
        (last,) = shell.domains("example.com", *options)
    assert (last["cached"], last["days_left"]) == (True, 665)
    assert len(server.queries) == 2


def test_not_registered_is_asked_again_after_an_hour(shell: Shell) -> None:
    """Whoever has just registered the domain sees it soon."""
    with asking({}) as (server, options):
        assert shell.run("example.com", *options)[0] == 2
        server.answers |= answers("example.com")
        shell.now += timedelta(minutes=59)
        assert shell.domains("example.com", *options)[0]["status"] == "not_registered"
        shell.now += timedelta(minutes=1)
        assert shell.domains("example.com", *options)[0]["status"] == "valid"


@pytest.mark.parametrize(("days", "queries"), [("0", 3), ("1", 2), ("7", 1)])
def test_the_settings_say_for_how_long_to_remember(shell: Shell, days: str, queries: int) -> None:
    """``registry.cache_days`` is the upper bound; 0 is never."""
    shell.settle(f"[registry]\ncache_days = {days}\n")
    with asking(answers("example.com")) as (server, options):
        shell.run("example.com", *options)
        shell.now += timedelta(hours=23)
        shell.run("example.com", *options)
        shell.now += timedelta(hours=2)
        shell.run("example.com", *options)
    assert len(server.queries) == queries


def test_another_server_or_source_is_another_answer(shell: Shell) -> None:
    """What one server said is never passed off as another's."""
    text = {"example.com": whois_text("example.com", expires=EXPIRY)}
    with (
        asking(answers("example.com")) as (one, rdap_one),
        asking(answers("example.com")) as (two, rdap_two),
        WhoisServer(text) as three,
        WhoisServer(text) as four,
    ):
        ways = [
            rdap_one,
            rdap_two,
            rdap_one[2:],
            ("--registry", "whois", "--whois-server", three.address),
            ("--registry", "whois", "--whois-server", four.address),
        ]
        for expected in (False, True):
            assert [shell.domains("example.com", *way)[0]["cached"] for way in ways] == [expected] * 5
        assert [len(server.queries) for server in (one, two, three, four)] == [2, 1, 1, 1]


def test_a_damaged_memory_is_said_and_the_check_goes_on(shell: Shell) -> None:
    """The file is set aside, and a new one remembers."""
    (shell.folder / "cache.db").write_bytes(b"rubbish" * 1000)
    with asking(answers("example.com")) as (_, options):
        assert shell.run("example.com", *options)[0] == 0
        assert "was damaged" in shell.said
        assert shell.said.count("\n") == 1
        assert shell.domains("example.com", *options)[0]["cached"]
    assert shell.said == ""


def test_without_a_memory_the_check_goes_on(shell: Shell) -> None:
    """A folder in the place of the file is said, once, and every run asks."""
    (shell.folder / "cache.db").mkdir()
    with asking(answers("example.com", "example.org")) as (server, options):
        for _ in range(2):
            assert shell.run("example.com", "example.org", *options)[0] == 0
            assert shell.said.count("\n") == 1
            assert "cache.db" in shell.said
    assert len(server.queries) == 4


# --- limits --------------------------------------------------------------------------------------------------------


def test_a_limit_holds_for_the_rest_of_the_run_and_for_the_next(shell: Shell) -> None:
    """Nobody asks that server before its time is over; WHOIS answers meanwhile, and the problem says why."""
    names = [f"example-{number}.com" for number in range(10)]
    texts = {name: whois_text(name, expires=EXPIRY) for name in names}
    with RdapServer(dict.fromkeys(names, limited(120))) as rdap, WhoisServer(texts) as whois:
        run = (*names, "--no-cache", "--jobs", "1", "--rdap-url", rdap.url, "--whois-server", whois.address)
        for _ in range(2):
            found = shell.domains(*run)
            assert [(domain["status"], domain["source"]) for domain in found] == [("valid", "whois")] * 10
            assert {problem["code"] for domain in found for problem in domain["problems"]} == {"rate_limited"}
            assert len(rdap.queries) == 1
            shell.now += timedelta(seconds=119)
        shell.now += timedelta(seconds=1)
        shell.run(*run)
        assert len(rdap.queries) == 2


def test_a_limit_says_nothing_about_a_domain(shell: Shell) -> None:
    """Those that were not asked about are unreachable, not unregistered, and minutes later they are asked about."""
    with asking({"example.com": limited(60)}) as (server, options):
        status, results = shell.run("example.com", "example.org", "--jobs", "1", *options)
        assert status == 3
        assert [result["domain"]["status"] for result in results] == ["unreachable"] * 2
        assert [p["code"] for result in results for p in result["domain"]["problems"]] == ["rate_limited"] * 2
        server.answers |= answers("example.com", "example.org")
        shell.now += timedelta(minutes=5)
        assert shell.run("example.com", "example.org", *options)[0] == 0


# --- waiting -------------------------------------------------------------------------------------------------------


def test_who_waits_in_line_is_told_why_and_loses_no_time(shell: Shell) -> None:
    """The fifth domain's turn comes after its timeout would have been over, and it is checked all the same."""
    shell.environment = {"DOMAINCHECK_REGISTRY_RATE": "0.5"}
    names = [f"example-{number}.com" for number in range(5)]
    with asking(answers(*names)) as (server, options):
        status, results = shell.run(*names, "--timeout", "1.5", *options, before=("-v",))
    assert status == 0
    assert [result["domain"]["status"] for result in results] == ["valid"] * 5
    why = rf"domaincheck: waiting [12] s for 127.0.0.1:{server.port}, which is asked 0.5 times a second at most\n"
    assert re.search(why, shell.said)


def test_the_progress_bar_shows_what_is_waited_for(shell: Shell) -> None:
    """A bar that stands still without a word looks like a fault."""
    shell.environment = {"DOMAINCHECK_REGISTRY_RATE": "0.5"}
    shell.errors = Terminal()
    names = [f"example-{number}.com" for number in range(5)]
    with asking(answers(*names)) as (_, options):
        assert shell.run(*names, "--progress", *options)[0] == 0
    assert re.search(r"waiting [12] s for", shell.said)


# --- an expiry that the user knows ---------------------------------------------------------------------------------


def test_an_expiry_that_no_registry_publishes_can_be_settled(shell: Shell) -> None:
    """It is judged like any other, and nothing is said of its being unpublished."""
    with asking({"example.de": domain_object("example.de")}) as (_, options):
        (without,) = shell.domains("example.de", *options)
        shell.settle('[domains."example.de"]\nexpires_at = 2027-03-01\n')
        (settled,) = shell.domains("www.example.de", *options)
        shell.settle('[domains."example.de"]\nexpires_at = 2026-12-01T12:00:00+02:00\n')
        (soon,) = shell.domains("example.de", *options)
    assert (without["status"], without["expires_at"]) == ("unknown_expiry", None)
    assert [problem["code"] for problem in without["problems"]] == ["expiry_not_published"]
    assert (settled["status"], settled["expires_at"], settled["problems"]) == ("valid", "2027-03-01T00:00:00Z", [])
    assert (soon["status"], soon["expires_at"]) == ("expiring_soon", "2026-12-01T10:00:00Z")


@pytest.mark.parametrize("written", ["Müller.DE", "xn--mller-kva.de", "müller.de."])
def test_the_domain_may_be_written_in_any_way(shell: Shell, written: str) -> None:
    """In Unicode or A-labels, in capitals or not."""
    shell.settle(f'[domains."{written}"]\nexpires_at = 2027-03-01\n')
    with asking({"xn--mller-kva.de": domain_object("xn--mller-kva.de")}) as (_, options):
        assert shell.domains("müller.de", *options)[0]["status"] == "valid"


def test_a_settled_expiry_never_overrides_a_published_one(shell: Shell) -> None:
    """The registry's date is the one that counts."""
    shell.settle('[domains."example.com"]\nexpires_at = 2099-01-01\n')
    with asking(answers("example.com")) as (_, options):
        assert shell.domains("example.com", *options)[0]["days_left"] == 300


@pytest.mark.parametrize("content", [{}, {"example.de": limited(60)}])
def test_a_settled_expiry_does_not_hide_that_there_is_no_registration(
    shell: Shell, content: dict[str, RdapAnswer]
) -> None:
    """Neither that the domain is free nor that the registry did not answer."""
    shell.settle('[domains."example.de"]\nexpires_at = 2027-03-01\n')
    with asking(content) as (_, options):
        status, (result,) = shell.run("example.de", *options)
    assert result["domain"]["expires_at"] is None
    assert (status, result["domain"]["status"]) == ((3, "unreachable") if content else (2, "not_registered"))


@pytest.mark.parametrize(
    "value",
    ['"2027-03-01"', "2027", "true", "[]", "12:00:00", "0001-01-01T00:00:00+05:00", "2027-02-30", "{}"],
)
def test_a_bad_expiry_is_named_with_file_and_line(shell: Shell, value: str) -> None:
    """Nothing is checked, and the exit status is 3."""
    shell.settle(f'# mine\n\n[domains."example.de"]\nexpires_at = {value}\n')
    assert shell.run("example.de") == (3, [])
    assert "config.toml" in shell.said
    assert "line 4" in shell.said
    assert shell.said.count("\n") == 1


def test_a_bad_domain_or_key_is_named(shell: Shell) -> None:
    """A slip of the pen does not go unnoticed."""
    shell.settle('[domains."exa mple.de"]\nexpires_at = 2027-03-01\n')
    assert shell.run("example.de") == (3, [])
    assert "exa mple.de" in shell.said
    shell.settle('[domains."example.de"]\nexpire_at = 2027-03-01\n')
    assert shell.run("example.de") == (3, [])
    assert "line 2" in shell.said
    assert "expires_at" in shell.said
