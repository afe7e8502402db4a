"""What scheduled runs survive, as processes of their own: being killed, mail servers that fail, full disks, each other.

``DOMAINCHECK_TEST_KILLS`` is how many runs are killed (20), ``DOMAINCHECK_TEST_SEED`` decides at which moments.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

import domaincheck
from domaincheck.lab.hostile import HostileServer, refused_port
from domaincheck.lab.tls import TlsServer
from domaincheck.model import Standing, Subscription
from domaincheck.network import SystemNetwork
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import PATIENCE, Outcome, Shell, ended, start, start_python
from tests.mail import SENDER, PostOffice, mail_settings, text_of
from tests.mail_servers import FINE, GO_ON, GREETING, HELLO, script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domaincheck.lab.authority import Authority
    from domaincheck.lab.loop import Peer

KILLS = int(os.environ.get("DOMAINCHECK_TEST_KILLS", "20"))
SEED = int(os.environ.get("DOMAINCHECK_TEST_SEED", "20261123"))
TOO_LATE = "after it had ended"

DAY = timedelta(days=1)
PEOPLE = [f"user{number}@example.org" for number in range(6)]
ANN, BOB = PEOPLE[:2]


@pytest.fixture(scope="module")
def targets(root: Authority) -> Iterator[list[str]]:
    """Return targets with news: one expires soon, one has expired."""
    soon, past = (root.leaf("127.0.0.1", not_after=left * DAY, not_before=-80 * DAY) for left in (5.5, -2.5))
    with TlsServer(soon) as first, TlsServer(past) as second:
        yield [f"127.0.0.1:{server.port}" for server in (first, second)]


@dataclass(slots=True)
class Site:
    """An installation with all its files in *folder*."""

    folder: Path
    ca_file: Path

    def subscribe(self, targets: list[str], people: list[str]) -> None:
        """Subscribe each of *people* to all *targets*."""
        store = open_store(self.folder / "subscriptions.db", parse)
        wishes = ((person, target) for person in people for target in targets)
        store.add(Subscription(*wish, None, Standing.VERIFIED, datetime.now(UTC)) for wish in wishes)

    def environment(self, mail: Mapping[str, str]) -> dict[str, str]:
        """Return the settings, with those of *mail*."""
        return {"DOMAINCHECK_TLS_CA_FILE": str(self.ca_file), **mail}

    def start(self, mail: Mapping[str, str], **options: Any) -> subprocess.Popen[str]:
        """Start a scheduled run as a process."""
        return start("run-scheduled", home=self.folder, environment=self.environment(mail), **options)

    def run(self, mail: Mapping[str, str]) -> Outcome:
        """Make a scheduled run in this process, which is quicker."""
        shell = Shell(home=self.folder, environment=self.environment(mail), network=SystemNetwork())
        return shell.run("run-scheduled")

    def rows(self, query: str) -> list[Any]:
        """Return what *query* finds in the state file."""
        with contextlib.closing(sqlite3.connect(self.folder / "state.db")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def site(tmp_path: Path, ca_file: Path, targets: list[str]) -> Site:
    """Return an installation with two subscribers, to whom all targets are news."""
    found = Site(tmp_path / "home", ca_file)
    found.folder.mkdir()
    found.subscribe(targets, [ANN, BOB])
    return found


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """Return a mail server that is well."""
    with PostOffice() as server:
        yield server


def delivered(post: PostOffice) -> Counter[str]:
    """Return how many mails each address got, those that were repeated counted each time."""
    return Counter(recipient for recipient, _ in post.mails)


# --- killed ------------------------------------------------------------------------------------------------------


def test_a_run_killed_at_any_moment_loses_nothing(
    tmp_path: Path, ca_file: Path, targets: list[str], post: PostOffice
) -> None:
    """After a clean run everybody was told of everything, in one mail; at most one mail came twice, as the same."""
    sys.stdout.write(f"{KILLS} kills with seed {SEED}\n")
    moments, template = random.Random(SEED), Site(tmp_path / "template", ca_file)  # noqa: S311 - no secret
    template.folder.mkdir()
    template.subscribe(targets, PEOPLE)
    began, whole = time.monotonic(), copied(template, tmp_path / "whole")
    assert ended(whole.start(post.environment)) == Outcome(0, "", "")
    duration = time.monotonic() - began
    stages: Counter[str] = Counter()
    for number in range(3 * KILLS):
        site = copied(template, tmp_path / str(number))
        post.received.clear()
        stage = killed(site, post, moments.uniform(0.3, 1.0) * duration)
        duration *= 0.8 if stage == TOO_LATE else 1.02  # whatever else the machine has to do
        stages[stage] += 1
        assert site.run(post.environment) == Outcome(0, "", "")
        check(site, targets, post)
        shutil.rmtree(site.folder)
        if stages.total() - stages[TOO_LATE] == KILLS:
            break
    sys.stdout.write(f"killed {dict(stages)}\n")
    assert stages.total() - stages[TOO_LATE] == KILLS


def copied(template: Site, folder: Path) -> Site:
    """Return a new installation in *folder* with the same subscriptions."""
    shutil.copytree(template.folder, folder)
    return Site(folder, template.ca_file)


def killed(site: Site, post: PostOffice, seconds: float) -> str:
    """Kill a run after so many *seconds*, and return how far it had come."""
    process = site.start(post.environment)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    if ended(process).status != -signal.SIGKILL:
        return TOO_LATE
    if post.received:
        return "while it sent"
    return "while it checked" if (site.folder / "run.lock").exists() else "before it began"


def check(site: Site, targets: list[str], post: PostOffice) -> None:
    """Assert that all is told, and on record; and that there is no more to tell."""
    assert post.counts == dict.fromkeys(PEOPLE, 1)
    assert len(post.mails) <= len(PEOPLE) + 1
    for _, mail in post.mails:
        assert all(target in text_of(mail) for target in targets)
    assert site.rows("PRAGMA integrity_check") == [("ok",)]
    assert site.rows("SELECT * FROM outbox") == []
    told = Counter(site.rows("SELECT email, target FROM ledger"))
    assert told == {(person, target): 1 for person in PEOPLE for target in targets}
    count = len(post.mails)
    assert site.run(post.environment) == Outcome(0, "", "")
    assert len(post.mails) == count


# --- mail servers that serve nobody ------------------------------------------------------------------------------


async def cut_in_data(peer: Peer) -> None:
    """Break off as soon as the message begins."""
    for reply in (GREETING, HELLO, FINE, FINE, GO_ON):
        await peer.send(reply)
        if reply != GO_ON:
            await peer.receive_until(b"\r\n")
    peer.reset()


@contextlib.contextmanager
def refusing(_authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a port on which nobody listens."""
    with refused_port() as port:
        yield mail_settings(port)


@contextlib.contextmanager
def stalling(_authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a server that greets too late."""
    with HostileServer("stall") as server:
        yield mail_settings(server.port, timeout=0.2)


@contextlib.contextmanager
def busy(_authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a server that wants to see nobody now."""
    with script(b"421 4.3.2 try later\r\n") as server:
        yield mail_settings(server.port)


@contextlib.contextmanager
def breaking(_authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a server that breaks off in the midst of a mail."""
    with HostileServer(cut_in_data) as server:
        yield mail_settings(server.port)


@contextlib.contextmanager
def another(authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a server with the certificate of another host."""
    with PostOffice("starttls", authority, name="other.example") as server:
        yield server.environment
        assert server.received == []


@contextlib.contextmanager
def stripped(_authority: trustme.CA) -> Iterator[dict[str, str]]:
    """Give the settings for a server that should offer STARTTLS, and does not."""
    with PostOffice() as server:
        yield mail_settings(server.port, security="starttls")
        assert server.received == []


SERVERS: dict[str, tuple[Any, str]] = {
    "refused": (refusing, "refused"),
    "greets too late": (stalling, "took longer than 0.2 s"),
    "421": (busy, "421"),
    "cut in a mail": (breaking, ""),
    "certificate of another host": (another, "certificate is refused"),
    "no starttls": (stripped, "offers no STARTTLS"),
}


@pytest.mark.parametrize("fault", SERVERS)
def test_mail_waits_for_a_server_that_serves(site: Site, post: PostOffice, tmp_path: Path, fault: str) -> None:
    """Each mail is complained of, and the exit status is 1; the next run delivers them all, once."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "mail.pem")
    server, words = SERVERS[fault]
    with server(authority) as settings:
        outcome = ended(site.start(settings | {"DOMAINCHECK_SMTP_CA_FILE": str(tmp_path / "mail.pem")}))
    assert outcome.status == 1
    assert [line.split(": ")[1] for line in outcome.stderr.splitlines()] == [ANN, BOB]
    assert all(words in line for line in outcome.stderr.splitlines())
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}


# --- mail servers that fail with one of many ---------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["450 4.2.1 later", "451 4.7.1 greylisted"])
def test_a_recipient_may_have_to_wait_alone(site: Site, post: PostOffice, answer: str) -> None:
    """The others have got their mail by then."""
    post.rcpts[ANN] = answer
    outcome = ended(site.start(post.environment))
    assert (outcome.status, delivered(post)) == (1, {BOB: 1})
    assert answer[:3] in outcome.complaint
    post.rcpts.clear()
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}


def test_a_full_mailbox_is_tried_again(site: Site, post: PostOffice) -> None:
    """Its owner may empty it (552)."""
    post.datas[ANN] = "552 5.2.2 mailbox full"
    assert ended(site.start(post.environment)).status == 1
    post.datas.clear()
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}


def test_a_recipient_refused_for_good_is_set_aside(site: Site, post: PostOffice) -> None:
    """It is never tried again (550), though the server changes its mind."""
    post.rcpts[ANN] = "550 5.1.1 no such user"
    outcome = ended(site.start(post.environment))
    assert outcome.status == 0
    assert "550" in outcome.complaint
    post.rcpts.clear()
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {BOB: 1}
    store = open_store(site.folder / "subscriptions.db", parse)
    assert {each.standing for each in store.subscriptions(ANN)} == {Standing.REFUSED}


def test_a_mail_whose_acceptance_was_not_heard_is_repeated_as_the_same(site: Site, post: PostOffice) -> None:
    """The connection broke after the final dot: it may have arrived or not; its Message-ID tells the reader."""
    post.cut_off.add(ANN)
    assert ended(site.start(post.environment)).status == 1
    assert delivered(post) == {ANN: 1, BOB: 1}
    post.cut_off.clear()
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 2, BOB: 1}
    assert post.counts == {ANN: 1, BOB: 1}


# --- two at once -------------------------------------------------------------------------------------------------


def test_a_run_that_takes_long_is_left_alone(site: Site, post: PostOffice) -> None:
    """The second one says so and ends well; when the first is gone, however it went, the next one does the work."""
    with HostileServer("stall") as stalled:
        first = site.start(mail_settings(stalled.port, timeout=6 * PATIENCE))
        until(first, lambda: stalled.connections > 0)
        second = ended(site.start(post.environment))
        first.kill()
        ended(first)
    assert second.status == 0
    assert second.complaint == "another scheduled run is under way; this one has nothing to do"
    assert post.mails == []
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}


def until(process: subprocess.Popen[str], condition: Any) -> None:
    """Wait until *condition* holds; *process* goes on meanwhile."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.01)


def test_runs_that_start_at_once_mail_once(site: Site, post: PostOffice) -> None:
    """Whoever comes first does it all; all end well."""
    outcomes = [ended(process) for process in [site.start(post.environment) for _ in range(3)]]
    assert {outcome.status for outcome in outcomes} == {0}
    assert delivered(post) == {ANN: 1, BOB: 1}


# --- disks -------------------------------------------------------------------------------------------------------

LIMITED = """
import resource, sys
from domaincheck.__main__ import run
most_bytes = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
run()
"""


def limited(site: Site, post: PostOffice, most_bytes: int) -> Outcome:
    """Make a scheduled run that may write no file longer than *most_bytes*; it complains of its state."""
    command = ("-c", LIMITED, most_bytes, "run-scheduled")
    outcome = ended(start_python(*command, home=site.folder, environment=site.environment(post.environment)))
    assert outcome.status == 3
    assert f"domaincheck: {site.folder / 'state.db'} cannot be used: " in outcome.stderr
    return outcome


@pytest.mark.parametrize("most_bytes", [0, 4096, 20_000])
def test_on_a_full_disk_there_is_no_first_run(site: Site, post: PostOffice, most_bytes: int) -> None:
    """Nobody is told what can't be put on record; once there is room everybody is, and no half of a file is left."""
    before = {path.name for path in site.folder.iterdir()}
    limited(site, post, most_bytes)
    assert post.mails == []
    assert {path.name for path in site.folder.iterdir()} - before <= {"run.lock", "cache.db"}
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1}


def test_a_disk_that_fills_up_loses_nothing(site: Site, post: PostOffice, targets: list[str]) -> None:
    """What was on record stays, and what is new is told when there is room."""
    assert site.run(post.environment).status == 0
    site.subscribe(targets, people := [f"late{number}@example.org" for number in range(20)])
    query = "SELECT * FROM ledger ORDER BY email, target"
    ledger, size = site.rows(query), (site.folder / "state.db").stat().st_size
    for more in (0, 30_000):
        limited(site, post, size + more)
        assert site.rows(query) == ledger
        assert delivered(post) == {ANN: 1, BOB: 1}
    assert site.run(post.environment) == Outcome(0, "", "")
    assert delivered(post) == {ANN: 1, BOB: 1} | dict.fromkeys(people, 1)


# --- cron --------------------------------------------------------------------------------------------------------


def test_cron_needs_no_more_than_it_gives(tmp_path: Path, ca_file: Path, targets: list[str], post: PostOffice) -> None:
    """No terminal, nothing to read, next to no environment; the files are its owner's alone."""
    settings = tmp_path / ".config" / "domaincheck" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f'store.path = "{tmp_path}/who.toml"\ntls.ca_file = "{ca_file}"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\nfrom = "{SENDER}"\n'
    )
    who = f'version = 1\n[[subscription]]\nemail = "{ANN}"\ntargets = {targets}\nverified = true\n'
    (tmp_path / "who.toml").write_text(who)
    run = subprocess.run(
        [sys.executable, "-m", "domaincheck", "run-scheduled"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        cwd=Path(domaincheck.__file__).parents[1],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert delivered(post) == {ANN: 1}
    assert (tmp_path / "who.toml").read_text() == who
    [state] = tmp_path.rglob("state.db")
    assert (state.stat().st_mode & 0o777, state.parent.stat().st_mode & 0o777) == (0o600, 0o700)
