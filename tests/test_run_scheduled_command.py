"""``domaincheck run-scheduled`` as cron sees it: exit status, what it prints, what it mails, which files it touches."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.files.lock import holding
from domaincheck.lab.hostile import refused_port
from domaincheck.lab.tls import TlsServer
from domaincheck.model import Standing, Subscription
from domaincheck.network import SystemNetwork
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import Outcome, Shell
from tests.mail import PostOffice, mail_settings, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from domaincheck.lab.authority import Authority

DAY = timedelta(days=1)
ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture(scope="module")
def expiring(root: Authority) -> Iterator[TlsServer]:
    """Return a server whose certificate expires in five days and a half."""
    with TlsServer(root.leaf("127.0.0.1", not_after=5.5 * DAY, not_before=-80 * DAY)) as server:
        yield server


@pytest.fixture(scope="module")
def good(root: Authority) -> Iterator[TlsServer]:
    """Return a server that all is well with."""
    with TlsServer(root.leaf("127.0.0.1")) as server:
        yield server


def at(server: TlsServer) -> str:
    """Return *server* as a target."""
    return f"127.0.0.1:{server.port}"


@dataclass(slots=True)
class Host:
    """A machine that runs domaincheck by cron: *folder* holds all its files; *ahead* is how far its clock is ahead."""

    folder: Path
    ca_file: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    ahead: timedelta = timedelta()

    def subscribe(self, email: str, *targets: str, standing: Standing = Standing.VERIFIED) -> None:
        """Subscribe *email* to *targets*."""
        store = open_store(self.folder / "subscriptions.db", parse)
        store.add(Subscription(email, target, None, standing, datetime.now(UTC)) for target in targets)

    def run(self, *arguments: object) -> Outcome:
        """Run a command."""
        environment = {"DOMAINCHECK_TLS_CA_FILE": str(self.ca_file), **self.settings}
        shell = Shell(home=self.folder, environment=environment, clock=self.clock, network=SystemNetwork())
        return shell.run(*arguments)

    def clock(self) -> datetime:
        """Tell the time here."""
        return datetime.now(UTC) + self.ahead

    @property
    def state(self) -> Path:
        """The file that must not be forgotten."""
        return self.folder / "state.db"

    def files(self) -> dict[str, bytes]:
        """Return all files there are, and what they hold."""
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def host(tmp_path: Path, ca_file: Path) -> Host:
    """Return a machine on which nothing has run yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    return Host(folder, ca_file)


@pytest.fixture
def post(host: Host) -> Iterator[PostOffice]:
    """Return the mail server of that machine."""
    with PostOffice() as server:
        host.settings = server.environment
        yield server


# --- all is well -------------------------------------------------------------------------------------------------


def test_a_run_mails_what_is_due_and_says_nothing(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """Whatever a command under cron prints is mailed to the operator each time."""
    host.subscribe(ANN, at(expiring))
    assert host.run("run-scheduled") == Outcome(0, "", "")
    [(recipient, mail)] = post.mails
    assert recipient == mail["To"] == ANN
    assert mail["Subject"] == f"{at(expiring)}: certificate expires in 5 days"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"domaincheck unsubscribe {ANN}" in text_of(mail)
    assert host.run("run-scheduled") == Outcome(0, "", "")
    assert len(post.mails) == 1


def test_each_target_is_connected_to_once(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """However many subscribe to it, in whatever spelling."""
    people = [f"user{number}@example.org" for number in range(5)]
    for number, person in enumerate(people):
        host.subscribe(person, f"https://{at(expiring)}/" if number % 2 else at(expiring))
    before = expiring.connections
    assert host.run("run-scheduled").status == 0
    assert expiring.connections == before + 1
    assert post.counts == dict.fromkeys(people, 1)


def test_nobody_has_subscribed(host: Host, post: PostOffice) -> None:
    """Then there is nothing to do, and nothing to say."""
    assert host.run("run-scheduled") == Outcome(0, "", "")
    assert post.mails == []


def test_the_report_is_json(host: Host, post: PostOffice, expiring: TlsServer, good: TlsServer) -> None:
    """Of a script that wants to know, the run has these figures."""
    host.subscribe(ANN, at(expiring), at(good))
    host.subscribe(BOB, at(good))
    document = host.run("run-scheduled", "--json").document
    [digest] = document.pop("digests")
    assert document == {
        "version": "1",
        "dry_run": False,
        "subscriptions": 3,
        "targets": 2,
        "mails_written": 1,
        "mails_sent": 1,
        "mails_waiting": 0,
        "addresses_refused": [],
    }
    [news] = digest["news"]
    assert (digest["email"], news["target"], news["solved"]) == (ANN, at(expiring), False)
    assert news["headline"] == "certificate expires in 5 days"
    assert datetime.fromisoformat(news["when"]) > datetime.now(UTC)
    assert len(post.mails) == 1


# --- another run -------------------------------------------------------------------------------------------------


def test_a_second_run_leaves_the_work_to_the_first(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """It says so, and that is no failure: a slow run under a frequent cron."""
    host.subscribe(ANN, at(expiring))
    with holding(host.folder / "run.lock") as alone:
        assert alone
        outcome = host.run("run-scheduled")
    assert outcome.status == 0
    assert outcome.complaint == "another scheduled run is under way; this one has nothing to do"
    assert post.mails == []
    assert host.run("run-scheduled").status == 0
    assert len(post.mails) == 1


def test_a_clock_that_was_set_back_is_noticed(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """What the run would decide by it is not decided; when it is right again all goes on."""
    host.subscribe(ANN, at(expiring))
    host.ahead = 2 * DAY
    host.run("run-scheduled")
    host.ahead = timedelta()
    host.subscribe(BOB, at(expiring))
    outcome = host.run("run-scheduled")
    assert outcome.status == 3
    assert outcome.complaint.startswith("the clock is behind the last scheduled run, of 20")
    assert post.counts == {ANN: 1}
    host.ahead = 2 * DAY
    assert host.run("run-scheduled").status == 0
    assert post.counts == {ANN: 1, BOB: 1}


# --- rehearsal ---------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_what_would_be_sent_and_touches_nothing(host: Host, expiring: TlsServer) -> None:
    """Not even a settled mail server is needed, and no file is made."""
    host.subscribe(ANN, at(expiring))
    before = host.files()
    outcome = host.run("run-scheduled", "--dry-run")
    assert outcome == Outcome(0, f"to {ANN}:\n  {at(expiring)}: certificate expires in 5 days\n", "")
    assert host.files() == before


def test_a_dry_run_knows_what_was_told_and_what_waits(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """It goes by what earlier runs wrote, byte for byte as it is."""
    host.subscribe(ANN, at(expiring))
    host.subscribe(BOB, at(expiring))
    post.rcpts[BOB] = "450 later"
    host.run("run-scheduled")
    before = host.files()
    outcome = host.run("run-scheduled", "--dry-run")
    assert outcome == Outcome(0, f"to {BOB}: the mail of {datetime.now(UTC):%Y-%m-%d} that waits\n", "")
    assert host.run("run-scheduled", "--dry-run", "--json").document["mails_waiting"] == 1
    assert host.files() == before
    assert post.counts == {ANN: 1}


def test_a_dry_run_says_when_nothing_is_due(host: Host, good: TlsServer) -> None:
    """Who tries it wants to see that it did something."""
    host.subscribe(ANN, at(good))
    assert host.run("run-scheduled", "--dry-run").stdout == "1 target checked; nothing is due\n"


HALF_DONE = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM ledger")
connection.executemany("INSERT INTO outbox VALUES (NULL, 'x@example.org', ?, 0, 0, NULL)", [(b"x" * 5000,)] * 50)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_dry_run_after_a_killed_run_sees_what_holds(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """SQLite would first undo, in the file, what the killed process had begun; not in ours."""
    host.subscribe(ANN, at(expiring))
    host.run("run-scheduled")
    killed = subprocess.run([sys.executable, "-c", HALF_DONE, str(host.state)], check=False)  # noqa: S603 - our own
    assert killed.returncode == -signal.SIGKILL
    before = host.files()
    assert any(name.endswith("-journal") and content for name, content in before.items())
    assert host.run("run-scheduled", "--dry-run").stdout == "1 target checked; nothing is due\n"
    assert host.files() == before
    assert host.run("run-scheduled") == Outcome(0, "", "")
    assert len(post.mails) == 1


# --- what could not be done --------------------------------------------------------------------------------------


def test_a_mail_that_waits_is_told(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """To whom and why, in the server's own words; the exit status is 1."""
    host.subscribe(ANN, at(expiring))
    post.rcpts[ANN] = "450 4.2.0 come back later"
    outcome = host.run("run-scheduled")
    assert outcome.status == 1
    assert outcome.complaint.startswith(f"{ANN}: localhost:{post.port} refused the recipient {ANN}: 450")
    assert "come back later" in outcome.complaint


def test_a_server_that_is_down_is_not_complained_of_without_end(host: Host, expiring: TlsServer) -> None:
    """The first sentences tell enough."""
    for number in range(25):
        host.subscribe(f"user{number}@example.org", at(expiring))
    with refused_port() as port:
        host.settings = mail_settings(port)
        outcome = host.run("run-scheduled")
    assert outcome.status == 1
    *complaints, last = outcome.stderr.splitlines()
    assert len(complaints) == 20
    assert last == "domaincheck: … and 5 more of this kind"


def test_a_refused_address_is_shown_by_the_list(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """It is set aside, with a sentence, and the run has done all it could."""
    host.subscribe(ANN, at(expiring))
    host.subscribe(BOB, at(expiring))
    post.rcpts[ANN] = "550 5.1.1 no such user"
    outcome = host.run("run-scheduled")
    assert outcome.status == 0
    assert "550" in outcome.complaint
    listed = [line.split("\t")[:3] for line in host.run("subscriptions", "list").stdout.splitlines()]
    assert listed == [[ANN, at(expiring), "refused"], [BOB, at(expiring), "verified"]]
    assert host.run("run-scheduled") == Outcome(0, "", "")
    assert post.counts == {BOB: 1}


def test_who_unsubscribes_gets_no_mail_that_still_waits(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """Not even if a run had written it already."""
    host.subscribe(ANN, at(expiring))
    post.rcpts[ANN] = "450 later"
    host.run("run-scheduled")
    open_store(host.folder / "subscriptions.db", parse).remove(ANN)
    post.rcpts.clear()
    assert host.run("run-scheduled") == Outcome(0, "", "")
    assert post.mails == []


def test_mail_needs_a_sender(host: Host, expiring: TlsServer) -> None:
    """That is found before anything is checked."""
    host.subscribe(ANN, at(expiring))
    before = expiring.connections
    outcome = host.run("run-scheduled")
    assert outcome.status == 3
    assert "smtp.from" in outcome.complaint
    assert expiring.connections == before


# --- files that can't be used ------------------------------------------------------------------------------------


def newer(path: Path) -> None:
    """Let a newer version have written *path*."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


FAULTS: dict[str, tuple[Any, str]] = {
    "newer": (newer, "is of a newer version of domaincheck"),
    "empty": (lambda path: os.truncate(path, 0), "is damaged (it is empty)"),
    "cut in a page": (lambda path: os.truncate(path, path.stat().st_size - 100), "is damaged (it is cut off)"),
    "cut in half": (lambda path: os.truncate(path, path.stat().st_size // 2 // 4096 * 4096), "is damaged"),
    "something else": (lambda path: path.write_bytes(b"hello, world\n" * 1000), "is damaged (file is not a database)"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("option", [(), ("--dry-run",)], ids=["run", "dry run"])
def test_a_state_that_cannot_be_used_is_left_as_it_is(
    host: Host, post: PostOffice, expiring: TlsServer, fault: str, option: tuple[str, ...]
) -> None:
    """One sentence names it and says what is wrong; nobody is mailed, as nobody knows what was told before."""
    host.subscribe(ANN, at(expiring))
    host.run("run-scheduled")
    spoil, words = FAULTS[fault]
    spoil(host.state)
    before = host.files()
    outcome = host.run("run-scheduled", *option)
    assert outcome.status == 3
    assert outcome.complaint.startswith(f"{host.state} {words}")
    assert host.files() == before
    assert len(post.mails) == 1


def test_a_store_that_cannot_be_used_is_left_as_it_is(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """Nothing is taken for solved or forgotten because of it."""
    host.subscribe(ANN, at(expiring))
    store = host.folder / "subscriptions.db"
    content = store.read_bytes()
    os.truncate(store, len(content) - 100)
    outcome = host.run("run-scheduled")
    assert outcome.status == 3
    assert outcome.complaint.startswith(f"{store} is damaged")
    assert post.mails == []
    store.write_bytes(content)
    assert host.run("run-scheduled").status == 0
    assert post.counts == {ANN: 1}


def test_a_state_folder_that_takes_no_files_is_named(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """Without its ledger a run would mail the same news each time, so it does not begin."""
    host.subscribe(ANN, at(expiring))
    (host.folder / "file").touch()
    folder = host.folder / "file" / "state"
    store = str(host.folder / "subscriptions.db")
    host.settings = {**host.settings, "STATE_DIRECTORY": str(folder), "DOMAINCHECK_STORE": store}
    outcome = host.run("run-scheduled")
    assert outcome.status == 3
    assert outcome.complaint.startswith(str(folder))
    assert post.mails == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_state_is_named(host: Host, post: PostOffice, expiring: TlsServer) -> None:
    """As above; a dry run needs to read only, and works."""
    host.subscribe(ANN, at(expiring))
    host.run("run-scheduled")
    host.subscribe(BOB, at(expiring))
    host.state.chmod(0o400)
    host.folder.chmod(0o500)
    try:
        outcome = host.run("run-scheduled")
        assert outcome.status == 3
        assert str(host.state) in outcome.stderr
        assert host.run("run-scheduled", "--dry-run").stdout.startswith(f"to {BOB}:")
    finally:
        host.folder.chmod(0o700)
    assert post.counts == {ANN: 1}
