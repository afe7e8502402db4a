"""How often issuers are asked, what is kept of their lists, and what a probe makes of it."""

from __future__ import annotations

import contextlib
import pickle
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from domaincheck.lab.revocation import (
    HOUR,
    revocation_list,
)
from domaincheck.lab.tls import TlsServer
from domaincheck.model import ProblemCode, RevocationState, Severity, Status
from domaincheck.network import Deadline, SystemNetwork
from domaincheck.probes.revocation import RevocationChecker, Sources
from domaincheck.probes.revocation.shared import Fetched, Shared
from domaincheck.state import MOST_OF_LISTS, State
from tests.facts import codes
from tests.revocation_desk import SERIAL, Desk, now, opened, publish
from tests.tls_client import served_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority
    from domaincheck.model import Revocation
    from tests.tls_client import Client

GOOD, REVOKED, UNKNOWN = RevocationState
Reason = x509.ReasonFlags


@pytest.fixture
def desk(root: Authority) -> Iterator[Desk]:
    """Open a desk whose issuer has revoked nothing yet."""
    with opened(root) as desk:
        yield desk


# --- asked once ------------------------------------------------------------------------------------------------------


def test_a_list_is_fetched_once_for_all_threads(desk: Desk) -> None:
    """However many targets need a list at the same time, its server is asked once."""
    publish(desk)
    leaves = [desk.leaf(serial=SERIAL + number) for number in range(40)]
    with ThreadPoolExecutor(20) as pool:
        found: list[Revocation] = list(pool.map(desk.ask, leaves))
    assert [one.state for one in found] == [REVOKED] + [GOOD] * 39
    assert sorted(desk.server.asked) == ["/leaf.crl", "/root.crl"]


def test_a_list_that_is_not_there_is_missed_once(desk: Desk) -> None:
    """A failure is told to all, and asked for again only a minute later."""
    del desk.server.published["/leaf.crl"]
    assert [desk.ask().state for _ in range(3)] == [UNKNOWN] * 3
    assert desk.server.asked.count("/leaf.crl") == 1


def test_what_was_missed_is_tried_again_later(desk: Desk) -> None:
    """After a minute a list that was not there may be."""
    moment = [now()]
    desk.sources = Sources(SystemNetwork(), lambda: moment[0])
    published = desk.server.published.pop("/leaf.crl")
    assert desk.ask().state is UNKNOWN
    desk.server.published["/leaf.crl"] = published
    moment[0] += timedelta(seconds=61)
    assert desk.ask().state is GOOD


def test_a_list_is_fetched_anew_in_time(desk: Desk) -> None:
    """A long run learns of revocations that were published after it began: twelve hours is the most."""
    moment = [now()]
    desk.sources = Sources(SystemNetwork(), lambda: moment[0])
    assert desk.ask().state is GOOD
    publish(desk)
    moment[0] += 11 * HOUR
    assert desk.ask().state is GOOD
    moment[0] += 2 * HOUR
    assert desk.ask().state is REVOKED


def test_what_is_kept_has_a_bound() -> None:
    """Of a thousand large things only the last are kept."""
    kept: Shared[int] = Shared(lambda: 0.0, most_bytes=500_000)
    fetched: list[int] = []

    def fetch(number: int) -> Fetched[int]:
        fetched.append(number)
        return Fetched(number, 100_000, 10.0)

    for number in [*range(1000), 999, 998, 0]:
        assert kept.get(number, Deadline(5), lambda number=number: fetch(number)) == number  # type: ignore[misc]
    assert fetched == [*range(1000), 0]


# --- kept between runs -----------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Open a state file."""
    opened = State(tmp_path / "cache.db")
    yield opened
    opened.close()


def test_a_list_is_kept_between_runs(desk: Desk, state: State) -> None:
    """A later run asks nobody, until the list runs out."""
    publish(desk, until=3 * HOUR)
    states = []
    for later in (0, 2, 4):
        moment = now() + later * HOUR
        desk.sources = Sources(SystemNetwork(), lambda moment=moment: moment, state)  # type: ignore[misc]
        states.append(desk.ask().state)
    assert states == [REVOKED, REVOKED, UNKNOWN]
    assert desk.server.asked.count("/leaf.crl") == 2


def test_a_list_that_is_kept_is_fetched_anew_on_demand(desk: Desk, state: State) -> None:
    """With *refresh* a revocation of a minute ago is seen, and kept."""
    for revoked, refresh, expected in ((1, False, GOOD), (SERIAL, True, REVOKED), (1, False, REVOKED)):
        publish(desk, revoked)
        desk.sources = Sources(SystemNetwork(), now, state, refresh)
        assert desk.ask().state is expected


def test_a_kept_list_is_verified_again(desk: Desk, state: State) -> None:
    """What somebody has put into the file is not believed more than what a server says."""
    url, moment = desk.server.url("/leaf.crl"), now().timestamp()
    state.keep_revocation_list(url, revocation_list(desk.root, {SERIAL: None}), moment, moment + 3600)
    desk.sources = Sources(SystemNetwork(), now, state)
    assert desk.ask().state is GOOD


def test_a_state_from_before_lists_is_kept(tmp_path: Path) -> None:
    """What an older version remembered is still known, and lists are kept beside it."""
    with contextlib.closing(sqlite3.connect(tmp_path / "cache.db")) as old:
        old.executescript(
            "CREATE TABLE registrations (key TEXT PRIMARY KEY, facts TEXT, learned REAL, until REAL);"
            "INSERT INTO registrations VALUES ('example.com', 'facts', 1, 9); PRAGMA user_version = 1"
        )
    with contextlib.closing(State(tmp_path / "cache.db")) as state:
        state.keep_revocation_list("http://lab.invalid/", b"list", 1, 9)
        assert state.registration("example.com", 2) == ("facts", 1)
        assert state.revocation_list("http://lab.invalid/", 2) == b"list"


def test_lists_that_are_kept_have_a_bound(state: State) -> None:
    """Those that run out first make room."""
    third = bytes(MOST_OF_LISTS // 3 + 1)
    for number, until in enumerate([300.0, 200.0, 400.0]):
        state.keep_revocation_list(f"http://{number}/", third, 0, until)
    assert [state.revocation_list(f"http://{number}/", 0) is not None for number in range(3)] == [True, False, True]
    assert state.revocation_list("http://0/", 300) is None


# --- within the probe ------------------------------------------------------------------------------------------------


def test_a_revoked_certificate_is_invalid(client: Client, desk: Desk) -> None:
    """A client that looks would refuse it: that is critical, and the message says when and why."""
    publish(desk, reason=Reason.key_compromise)
    with TlsServer(desk.leaf()) as server:
        part = client.judge(client.ask(served_by(server), revocation=RevocationChecker(desk.sources)))
    assert (part.status, part.severity, codes(part)) == (Status.INVALID, Severity.CRITICAL, ["revoked"])
    assert part.revocation is not None
    assert part.problems[0].message == part.revocation.message


def test_a_good_certificate_is_valid_without_a_word(client: Client, desk: Desk) -> None:
    """What was asked and found in order stands in the part, and is no problem."""
    with TlsServer(desk.leaf()) as server:
        part = client.judge(client.ask(served_by(server), revocation=RevocationChecker(desk.sources)))
    assert (part.status, part.problems) == (Status.VALID, ())
    assert part.revocation
    assert part.revocation.state is GOOD


def test_what_cannot_be_determined_is_a_note(client: Client, desk: Desk) -> None:
    """It is said, but it lowers neither status nor severity."""
    desk.server.published.clear()
    with TlsServer(desk.leaf()) as server:
        part = client.judge(client.ask(served_by(server), revocation=RevocationChecker(desk.sources)))
    assert (part.status, part.severity, codes(part)) == (Status.VALID, Severity.OK, ["revocation_unknown"])


def test_nobody_is_asked_unless_the_user_wants_it(client: Client, desk: Desk) -> None:
    """Without a checker the chain's lists are let alone."""
    with TlsServer(desk.leaf()) as server:
        part = client.judge(client.ask(served_by(server)))
    assert (part.revocation, desk.server.asked) == (None, ())


def test_a_chain_that_does_not_hold_leads_nowhere(client: Client, desk: Desk) -> None:
    """An address in a certificate that nobody vouches for is not followed."""
    with TlsServer(desk.leaf(not_after=-timedelta(days=1))) as server:
        facts = client.ask(served_by(server), revocation=RevocationChecker(desk.sources))
    assert facts.verification
    assert facts.revocation
    assert (facts.verification.code, facts.revocation.state) == (10, UNKNOWN)
    assert ProblemCode.EXPIRED in codes(client.judge(facts))
    assert desk.server.asked == ()


def test_a_checker_travels(desk: Desk, state: State) -> None:
    """A copy in another process works, without the memory of this one."""
    publish(desk)
    checker = RevocationChecker(Sources(SystemNetwork(), now, state))
    copy = pickle.loads(pickle.dumps(checker))  # noqa: S301 - our own
    assert copy(desk.path(desk.leaf()), "127.0.0.1", Deadline(5)).state is REVOKED
    assert state.revocation_list(desk.server.url("/leaf.crl"), now().timestamp()) is None
