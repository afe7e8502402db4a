"""``domaincheck history`` as a person and a script see it: trend, changes, JSON, what is said when there is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from domaincheck.history import to_keep
from domaincheck.journal import Journal
from domaincheck.model import ProblemCode, Status
from tests import results
from tests.commands import Outcome, run

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.model import DomainPart, TlsPart

START = datetime(2026, 3, 1, 6, 5, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "www.example.com"
ESCAPE = "\x1b"


@dataclass(slots=True)
class Home:
    """Somebody whose scheduled runs were daily, up to *today*."""

    folder: Path
    today: datetime = START
    environment: dict[str, str] = field(default_factory=dict)

    def found(
        self, tls: TlsPart | None, domain: DomainPart | None = None, *, target: str = HOST, days: int = 1
    ) -> None:
        """Let the runs of so many *days* find this of *target*."""
        kept = to_keep(results.result(target, tls=tls, domain=domain))
        with Journal.open(self.folder / "state.db") as journal, journal.transaction():
            for _ in range(days):
                journal.record([(target, kept)], self.today, 400 * DAY)
                self.today += DAY

    def history(self, *arguments: object, **shell: Any) -> Outcome:
        """Run the command on the day of the last run."""
        environment = {"COLUMNS": "80", **self.environment}
        now = self.today - DAY
        return run("history", *arguments, home=self.folder, environment=environment, clock=lambda: now, **shell)

    def lines(self, *arguments: object, **shell: Any) -> list[str]:
        """Return the lines that it prints about the host, each with single spaces."""
        outcome = self.history(HOST, *arguments, **shell)
        assert (outcome.status, outcome.stderr) == (0, "")
        return [" ".join(line.split()) for line in outcome.stdout.splitlines()]


def certificate(number: int = 0, status: Status = Status.VALID, **changes: Any) -> TlsPart:
    """Return the certificate of that *number*: each is valid for 60 days more than the one before."""
    end = START + (90 + 60 * number) * DAY
    return results.tls(status, not_after=end, fingerprint_sha256=f"{number + 1:02x}" * 32, **changes)


DOMAIN = results.domain(expires_at=START + 300 * DAY)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return somebody with three certificates, of which the last is ten days old, and a domain."""
    found = Home(tmp_path)
    found.found(certificate(), DOMAIN, days=60)
    found.found(certificate(1), DOMAIN, days=60)
    found.found(certificate(2), DOMAIN, days=10)
    return found


# --- for a person --------------------------------------------------------------------------------------------------


def test_the_heading_says_how_much_there_is(home: Home) -> None:
    """Of which target, from when to when."""
    assert home.lines()[:2] == [HOST, "130 results, the first of 2026-03-01, the last of 2026-07-08"]


def test_the_trend_shows_renewals_as_jumps(home: Home) -> None:
    """The higher the more days are left; beside it how many it is now, and how few there have been."""
    tls, domain, dates = home.lines()[3:6]
    label, bars, caption = tls.split(" ", 2)
    assert (label, caption) == ("TLS", "in 81 days; least: 31")
    assert re.fullmatch("█+▇+▆+▅+▄+▃*█+▇+▆+▅+▄+▃*█+▇*", bars)
    label, bars, caption = domain.split(" ", 2)
    assert (label, caption) == ("domain", "in 171 days; least: 171")
    assert re.fullmatch("█+▇+▆+▅+", bars)
    assert dates == "2026-03-01 2026-07-08"


def test_changes_are_told_newest_first_with_what_did_not_change_between_them(home: Home) -> None:
    """A line a change; the first result ends the list."""
    assert " ".join(home.lines()[7:]) == (
        "unchanged for 9 days, 10 results "
        "2026-06-29 TLS certificate replaced: until 2026-07-29 → 2026-09-27, issued by Example CA, SHA-256 "
        "02020202 → 03030303 "
        "unchanged for 59 days, 60 results "
        "2026-04-30 TLS certificate replaced: until 2026-05-30 → 2026-07-29, issued by Example CA, SHA-256 "
        "01010101 → 02020202 "
        "unchanged for 59 days, 60 results "
        "2026-03-01 TLS first result: valid, until 2026-05-30 "
        "domain first result: valid, until 2026-12-26"
    )


def test_each_kind_of_change_has_its_words(tmp_path: Path) -> None:
    """All that was found by one run stands under its date; a problem that the status names is not told twice."""
    home = Home(tmp_path)
    expired = results.problem("x", ProblemCode.EXPIRED)
    wrong = results.problem("x", ProblemCode.HOSTNAME_MISMATCH)
    home.found(certificate(1, Status.EXPIRED, problems=(expired, wrong)), DOMAIN)
    other: dict[str, Any] = {"issuer": "CN=R11,O=Let's Encrypt,C=US", "key": "RSA 2048"}
    moved: dict[str, Any] = {
        "registrar": "Gandi SAS",
        "name_servers": ("a.iana-servers.net", "ns.evil.example"),
        "dnssec": False,
    }
    home.found(
        certificate(0, **other),
        results.domain(expires_at=START + 665 * DAY, statuses=("clientHold",), **moved),
    )
    lines = home.lines()
    assert " ".join(lines[lines.index("") + 1 :]).split(" 2026-03-01 ")[0].partition("2026-03-02 ")[2] == (
        "TLS certificate replaced by one that ends sooner: until 2026-07-29 → 2026-05-30, "
        "issuer Example CA → R11 (Let's Encrypt), key ECDSA P-256 → RSA 2048, SHA-256 02020202 → 01010101 "
        "TLS expired → valid "
        "TLS solved: hostname mismatch "
        "domain expiry moved: 2026-12-26 → 2027-12-26 "
        "domain registrar: Example Registrar → Gandi SAS "
        "domain name servers: new: ns.evil.example; gone: b.iana-servers.net "
        "domain registry statuses: new: clientHold; gone: clientTransferProhibited "
        "domain DNSSEC: on → off"
    )


def test_a_server_that_was_silent_has_a_mark_in_the_trend(tmp_path: Path) -> None:
    """And one that had expired another; the list tells of both."""
    home = Home(tmp_path)
    home.found(certificate(), None, days=4)
    home.found(results.tls(Status.UNREACHABLE, not_after=None, fingerprint_sha256=None, issuer=None, key=None), None)
    home.found(certificate(-2, Status.EXPIRED), None)
    lines = home.lines()
    assert lines[3] == "TLS ████?✗ 35 days ago; least: -35"
    assert "2026-03-05 TLS valid → unreachable" in lines


def test_a_registry_without_dates_has_no_trend(tmp_path: Path) -> None:
    """As that of .de; changes are told all the same."""
    home = Home(tmp_path)
    home.found(None, results.domain(Status.UNKNOWN_EXPIRY, expires_at=None, days_left=None), days=3)
    assert home.lines() == [
        HOST,
        "3 results, the first of 2026-03-01, the last of 2026-03-03",
        "",
        "unchanged for 2 days, 3 results",
        "2026-03-01 domain first result: unknown expiry",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_it_fits_any_terminal(home: Home, width: int) -> None:
    """Wide characters count twice."""
    home.found(certificate(2), results.domain(expires_at=START + 300 * DAY, registrar="お名前ドットコム" * 4))
    home.environment["COLUMNS"] = str(width)
    stdout = home.history(HOST, terminals=("stdout",)).stdout
    assert "お名前" in stdout
    assert max(cell_len(re.sub(f"{ESCAPE}[^m]*m", "", line)) for line in stdout.splitlines()) <= width


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_is_for_terminals_that_want_it(home: Home, variable: str, value: str) -> None:
    """Not for pipes."""
    assert ESCAPE in home.history(HOST, terminals=("stdout",)).stdout
    assert ESCAPE not in home.history(HOST).stdout
    home.environment[variable] = value
    assert ESCAPE not in home.history(HOST, terminals=("stdout",)).stdout


def test_what_strangers_wrote_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    """Neither escapes nor markup."""
    home = Home(tmp_path)
    for name in ("Good", "[bold]Evil\x1b[2J\nunchanged"):
        home.found(None, results.domain(registrar=name))
    stdout = home.history(HOST).stdout
    assert "registrar: Good → [bold]Evil\N{REPLACEMENT CHARACTER}[2J unchanged" in stdout
    assert ESCAPE not in stdout


# --- what to show --------------------------------------------------------------------------------------------------


def test_only_the_newest_changes_may_be_shown(home: Home) -> None:
    """With how many there are besides."""
    assert home.lines("--limit", 1)[-2:] == ["unchanged for 59 days, 60 results", "1 earlier change not shown"]


def test_only_the_last_days_may_be_shown(home: Home) -> None:
    """The trend begins there, and what did not change then is told."""
    lines = home.lines("--since", 20)
    assert "2026-06-18 2026-07-08" in lines
    assert lines[-2:] == ["unchanged for 59 days, 60 results", "1 earlier change not shown"]
    assert home.lines("--since", 5)[-2:] == ["unchanged for 9 days, 10 results", "2 earlier changes not shown"]
    assert "least: 81" in " ".join(home.lines("--since", 5))
    assert home.lines("--since", 10**14) == home.lines()


@pytest.mark.parametrize(
    "text", ["WWW.Example.com.", "https://www.example.com/path", "www.example.com:443", " www.example.com"]
)
def test_a_target_may_be_spelt_as_for_check(home: Home, text: str) -> None:
    """They all mean the same."""
    assert home.history(text).stdout.splitlines()[0] == HOST


@pytest.mark.parametrize(
    ("key", "text", "shown"),
    [
        ("xn--bcher-kva.example:8443", "bücher.example:8443", "bücher.example:8443 (xn--bcher-kva.example:8443)"),
        ("smtp://mx.example.com:587", "smtp://MX.example.com:587", "smtp://mx.example.com:587"),
        ("[2001:db8::1]:8443", "[2001:DB8:0::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_a_target_is_named_in_its_own_script(tmp_path: Path, key: str, text: str, shown: str) -> None:
    """And in that of the wire."""
    home = Home(tmp_path)
    home.found(certificate(), target=key)
    assert home.history(text).stdout.splitlines()[0] == shown


# --- for a script --------------------------------------------------------------------------------------------------


def test_json_holds_points_and_changes(home: Home) -> None:
    """Version 1; points oldest first, changes newest first."""
    document = home.history(HOST, "--json").document
    points, changes = document.pop("points"), document.pop("changes")
    assert document == {
        "version": "1",
        "target": HOST,
        "first_seen": "2026-03-01T06:05:00Z",
        "last_seen": "2026-07-08T06:05:00Z",
        "result_count": 130,
    }
    assert points[0] == {
        "checked_at": "2026-03-01T06:05:00Z",
        "status": "valid",
        "tls_status": "valid",
        "tls_days_left": 90,
        "domain_status": "valid",
        "domain_days_left": 300,
    }
    assert [point["tls_days_left"] for point in points] == [90, 31, 90, 31, 90, 81]
    assert [change["at"][:10] for change in changes] == ["2026-06-29", "2026-04-30"]
    assert changes[1] == {
        "at": "2026-04-30T06:05:00Z",
        "part": "tls",
        "what": "certificate",
        "before": {
            "issuer": "CN=Example CA,O=Example,C=AQ",
            "not_after": "2026-05-30T06:05:00Z",
            "fingerprint_sha256": "01" * 32,
            "key": "ECDSA P-256",
        },
        "after": changes[0]["before"],
    }


def test_json_may_be_limited_too(home: Home) -> None:
    """In the same way."""
    assert len(home.history(HOST, "--json", "--limit", 1).document["changes"]) == 1
    document = home.history(HOST, "--json", "--since", 5).document
    assert (document["changes"], len(document["points"]), document["result_count"]) == ([], 1, 130)


# --- when there is nothing -----------------------------------------------------------------------------------------


def test_a_target_that_is_not_known_is_told_with_those_that_may_be_meant(home: Home) -> None:
    """The same host on another port, or nearly the same name; it is exit status 3 for scripts, too."""
    home.found(certificate(), target=f"{HOST}:8443")
    home.found(certificate(), target="shop.example.org")
    outcome = home.history("www.exampel.com", "--json")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint == f"there are no results of www.exampel.com; did you mean {HOST} or {HOST}:8443?"
    assert home.history(f"{HOST}:993").complaint.endswith(f"did you mean {HOST} or {HOST}:8443?")


def test_where_there_is_nothing_it_is_said_who_keeps_results(tmp_path: Path) -> None:
    """Nothing is made for having been asked."""
    outcome = Home(tmp_path).history(HOST)
    assert outcome.status == 3
    assert outcome.complaint == (
        f"there are no results of {HOST}: only scheduled runs keep them, of what somebody has subscribed to"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no such host"], "contains ' '"),
        (["file:/etc/ssl/site.pem"], "no results of certificate files"),
        ([HOST, "--since", "0"], "--since"),
        ([HOST, "--limit", "x"], "--limit"),
        ([], "TARGET"),
    ],
)
def test_what_cannot_be_asked_is_said(home: Home, arguments: list[str], words: str) -> None:
    """In a sentence, with exit status 3."""
    outcome = home.history(*arguments)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert words in outcome.complaint


def test_check_leaves_no_trace_in_the_history(home: Home) -> None:
    """Only scheduled runs do."""
    before = (home.folder / "state.db").read_bytes()
    run("check", "--no-domain", HOST, home=home.folder)
    assert (home.folder / "state.db").read_bytes() == before
