"""One-time codes as they are sent, kept and given back, by one process or by several at once."""

from __future__ import annotations

import email
import email.policy
import multiprocessing
import re
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.alerts.codes import Sending
from domaincheck.errors import MailError
from domaincheck.journal import Journal
from domaincheck.mailer import Post
from domaincheck.verification import decide, send, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN, BOB = "ann@example.com", "bob@example.com"
SENDER = "alerts@example.net"
PROCESSES, TRIES = 4, 12
PATIENCE = 30.0


@dataclass(slots=True)
class Mailbox:
    """A mailer that keeps what it is given, or refuses it; *meanwhile* happens while a mail is on its way."""

    refuses: bool = False
    meanwhile: Callable[[], object] = field(default=lambda: None)
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Take *message*."""
        self.meanwhile()
        if self.refuses:
            raise MailError("the server is closed today")
        self.mails.append((sender, recipient, message))

    @property
    def code(self) -> str:
        """The code in the last mail."""
        text = email.message_from_bytes(self.mails[-1][2], policy=email.policy.default).get_body(("plain",))
        assert text is not None
        [code] = re.findall(r"\b\d{6}\b", text.get_content())
        return str(code)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal is."""
    return tmp_path / "state.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Return an open journal."""
    with Journal.open(path) as opened:
        yield opened


def coded(journal: Journal, address: str = ANN, now: datetime = NOW) -> str:
    """Have *address* sent a code to subscribe, and return it."""
    mailbox = Mailbox()
    assert decide(journal, address, "subscribe", now).sending is Sending.NEW
    send(journal, Post(mailbox, SENDER), address, "subscribe", ["example.com"])
    return mailbox.code


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


# --- one after the other ---


def test_the_code_that_was_mailed_is_right_once(journal: Journal) -> None:
    """It goes to the address that has to prove itself, and to no other."""
    mailbox = Mailbox()
    decide(journal, ANN, "subscribe", NOW)
    send(journal, Post(mailbox, SENDER), ANN, "subscribe", ["example.com"])
    assert [mail[:2] for mail in mailbox.mails] == [(SENDER, ANN)]
    assert verify(journal, ANN, "subscribe", mailbox.code, NOW + MINUTE)
    assert not verify(journal, ANN, "subscribe", mailbox.code, NOW + MINUTE)


def test_all_refusals_are_alike(journal: Journal) -> None:
    """An unknown address, one without a code, a wrong code, one used up, one run out: each is just refused."""
    code = coded(journal)
    assert not verify(journal, "stranger@example.com", "subscribe", code, NOW)
    assert not verify(journal, ANN, "subscribe", wrong(code), NOW)
    assert not verify(journal, ANN, "subscribe", code, NOW + 10 * MINUTE)
    assert verify(journal, ANN, "subscribe", code, NOW)
    assert not verify(journal, ANN, "subscribe", code, NOW)


def test_five_wrong_tries_are_the_end_of_a_code(journal: Journal) -> None:
    """They are counted on the disk."""
    code = coded(journal)
    assert [verify(journal, ANN, "subscribe", wrong(code), NOW) for _ in range(5)] == [False] * 5
    assert not verify(journal, ANN, "subscribe", code, NOW)


def test_operations_and_addresses_do_not_interfere(journal: Journal) -> None:
    """A code to subscribe does not unsubscribe, and a wrong try on one kills no other."""
    anns, bobs = coded(journal), coded(journal, BOB)
    assert not verify(journal, ANN, "unsubscribe", anns, NOW)
    if anns != bobs:
        assert not verify(journal, ANN, "subscribe", bobs, NOW)
    for _ in range(5):
        verify(journal, BOB, "subscribe", wrong(bobs), NOW)
        verify(journal, ANN, "unsubscribe", wrong(anns), NOW)
    assert verify(journal, ANN, "subscribe", anns, NOW)


def test_limits_are_those_of_the_address_whatever_the_operation(journal: Journal) -> None:
    """Whoever wants to flood a mailbox can't take turns between operations; another address is free."""
    coded(journal)
    assert decide(journal, ANN, "unsubscribe", NOW).sending is Sending.TOO_SOON
    assert decide(journal, ANN, "subscribe", NOW).sending is Sending.ALIVE
    assert decide(journal, BOB, "unsubscribe", NOW).sending is Sending.NEW


def test_a_new_code_takes_the_place_of_the_old_one(journal: Journal) -> None:
    """Even while that still lived."""
    old = coded(journal)
    mailbox = Mailbox()
    assert decide(journal, ANN, "subscribe", NOW + MINUTE, force=True).sending is Sending.NEW
    send(journal, Post(mailbox, SENDER), ANN, "subscribe", [])
    if old != mailbox.code:
        assert not verify(journal, ANN, "subscribe", old, NOW + MINUTE)
    assert verify(journal, ANN, "subscribe", mailbox.code, NOW + MINUTE)


def test_codes_and_limits_survive_a_restart(path: Path) -> None:
    """Five an hour are five, however often the program is started."""
    for number in range(5):
        with Journal.open(path) as journal:
            assert decide(journal, ANN, "subscribe", NOW + number * MINUTE, force=True).sending is Sending.NEW
    with Journal.open(path) as journal:
        assert decide(journal, ANN, "subscribe", NOW + 5 * MINUTE, force=True).sending is Sending.TOO_MANY
        assert decide(journal, ANN, "subscribe", NOW + 60 * MINUTE, force=True).sending is Sending.NEW
    with Journal.open(path) as journal:
        code = coded(journal, BOB)
    with Journal.open(path) as journal:
        assert verify(journal, BOB, "subscribe", code, NOW)


def test_what_is_old_is_forgotten(journal: Journal, path: Path) -> None:
    """The file does not grow with each code that was ever sent."""
    for hours in range(10):
        coded(journal, f"{hours}@example.com", NOW + hours * 61 * MINUTE)
    with sqlite3.connect(path) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM sent_codes")
    connection.close()
    assert count == 1


def test_a_code_that_could_not_be_mailed_is_void(journal: Journal) -> None:
    """Nobody has it; the next one may be asked for without force, when the minute is over."""
    decide(journal, ANN, "subscribe", NOW)
    with pytest.raises(MailError, match="closed today"):
        send(journal, Post(Mailbox(refuses=True), SENDER), ANN, "subscribe", [])
    assert decide(journal, ANN, "subscribe", NOW).sending is Sending.TOO_SOON
    assert decide(journal, ANN, "subscribe", NOW + MINUTE).sending is Sending.NEW


def test_a_mail_that_fails_late_does_not_void_the_code_after_it(journal: Journal) -> None:
    """The server may take longer to refuse than another code takes to arrive."""
    codes: list[str] = []

    def another() -> None:
        mailbox = Mailbox()
        decide(journal, ANN, "subscribe", NOW + 2 * MINUTE, force=True)
        send(journal, Post(mailbox, SENDER), ANN, "subscribe", [])
        codes.append(mailbox.code)

    decide(journal, ANN, "subscribe", NOW)
    with pytest.raises(MailError):
        send(journal, Post(Mailbox(refuses=True, meanwhile=another), SENDER), ANN, "subscribe", [])
    assert verify(journal, ANN, "subscribe", codes[0], NOW + 3 * MINUTE)


def test_nothing_is_mailed_where_no_code_was_made(journal: Journal) -> None:
    """A refusal is not followed by a mail."""
    mailbox = Mailbox()
    send(journal, Post(mailbox, SENDER), ANN, "subscribe", [])
    assert mailbox.mails == []


# --- many at once ---


def give(path: Path, address: str, code: str) -> bool:
    """Be a process that gives a code."""
    with Journal.open(path) as journal:
        return verify(journal, address, "subscribe", code, NOW)


def ask(path: Path, address: str) -> Sending:
    """Be a process that asks for a code."""
    with Journal.open(path) as journal:
        return decide(journal, address, "subscribe", NOW, force=True).sending


def test_processes_that_race_share_codes_and_limits(path: Path) -> None:
    """Of those that give the same code one wins, of those that ask one is sent one, and each wrong try counts.

    They begin at the same moment, with a journal that is not there yet.
    """
    addresses = [f"{number}@example.com" for number in range(TRIES)]
    shared = path.with_name("shared.db")
    with Journal.open(shared) as journal:
        codes = {address: coded(journal, address) for address in (*addresses, ANN)}
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(PROCESSES).wait
    with ProcessPoolExecutor(PROCESSES, spawn, initializer=start, initargs=(PATIENCE,)) as pool:
        asked = [[pool.submit(ask, path, each) for _ in range(PROCESSES)] for each in addresses]
        given = [[pool.submit(give, shared, each, codes[each]) for _ in range(PROCESSES)] for each in addresses]
        tries = [pool.submit(give, shared, ANN, wrong(codes[ANN])) for _ in range(5)]
    assert [[each.result() for each in of].count(Sending.NEW) for of in asked] == [1] * TRIES
    assert [sum(each.result() for each in of) for of in given] == [1] * TRIES
    assert not any(each.result() for each in tries)
    with Journal.open(shared) as journal:
        assert not verify(journal, ANN, "subscribe", codes[ANN], NOW)
