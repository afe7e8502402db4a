"""What must not be forgotten is kept together or not at all."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.journal import Journal
from domaincheck.model import CodeRecord, LedgerEntry
from tests.commands import ended, start_python
from tests.journals import ANN, BOB, DAY, ENTRY, NOW, filled, keep, listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal is to be, in a folder that is not there yet."""
    return tmp_path / "state" / "state.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Return an open journal."""
    with Journal.open(path) as opened:
        yield opened


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_codes_come_back_as_they_were(path: Path) -> None:
    """In a later run, too; there is one for an address and an operation."""
    record = CodeRecord(ANN, "subscribe", "SECRET", NOW, wrong=3, used=True)
    with Journal.open(path) as journal, journal.transaction():
        journal.keep_code(CodeRecord(ANN, "subscribe", "OLD", NOW))
        journal.keep_code(record)
        journal.note_sent_code(ANN, NOW, DAY)
    with Journal.open(path) as journal:
        assert journal.code(ANN, "subscribe") == record
        assert journal.code(ANN, "unsubscribe") is None
        assert journal.sent_codes(ANN) == [NOW]
        assert journal.sent_codes(BOB) == []


def test_entries_come_back_as_they_were(path: Path) -> None:
    """By target and key, those of one address."""
    closed = LedgerEntry(ANN, "example.com", "tls:untrusted_root", 0, NOW, closed=NOW + DAY, solved=True)
    with Journal.open(path) as journal:
        keep(journal, LedgerEntry(ANN, "example.com", "tls:expiry:ab", 30, NOW - DAY))
        keep(journal, ENTRY, closed, LedgerEntry(BOB, "example.com", "tls:expiry:ab", 3, NOW))
    with Journal.open(path) as journal:
        entries = journal.entries(ANN)
    assert entries == {("example.com", "tls:expiry:ab"): ENTRY, ("example.com", "tls:untrusted_root"): closed}


def test_what_an_address_was_told_can_be_forgotten(journal: Journal) -> None:
    """Of some targets or of all; other addresses are not concerned."""
    for email in (ANN, BOB):
        keep(journal, *(LedgerEntry(email, f"{each}.example", "domain:redemption", 0, NOW) for each in "abc"))
    with journal.transaction():
        journal.forget(ANN, ["a.example", "other.example"])
    assert [target for target, _ in journal.entries(ANN)] == ["b.example", "c.example"]
    with journal.transaction():
        journal.forget(ANN, None)
    assert journal.entries(ANN) == {}
    assert len(journal.entries(BOB)) == 3


def test_mail_waits_in_order_until_it_is_settled(path: Path) -> None:
    """With how often it was tried, and why in vain."""
    with Journal.open(path) as journal, journal.transaction():
        for email in (ANN, BOB):
            journal.queue(email, b"to " + email.encode(), NOW)
    with Journal.open(path) as journal:
        first, second = journal.waiting()
        with journal.transaction():
            journal.settled(first.number)
            journal.postponed(second.number, "451 come back later")
        [left] = journal.waiting()
        assert (left.email, left.message, left.queued) == (BOB, b"to bob@example.com", NOW)
        assert (left.tries, left.error) == (1, "451 come back later")
        assert journal.last_digest(ANN) == NOW


def test_mail_that_is_settled_while_it_is_read_ends_the_reading_well(journal: Journal) -> None:
    """The outbox is read one by one, as a run sends it."""
    with journal.transaction():
        for number in range(5):
            journal.queue(f"{number}@example.com", b"", NOW)
    seen = []
    for mail in journal.waiting():
        seen.append(mail.email[0])
        with journal.transaction():
            journal.settled(mail.number)
    assert "".join(seen) == "01234"
    assert list(journal.waiting()) == []


def test_streaks_are_those_of_the_last_run(journal: Journal) -> None:
    """What was reachable this time is not in them any more."""
    for streaks in ({("a.example", "tls"): 2, ("b.example", "domain"): 1}, {("a.example", "tls"): 3}):
        with journal.transaction():
            journal.keep_streaks(streaks)
        assert journal.streaks() == streaks


def test_the_last_run_is_remembered(journal: Journal) -> None:
    """There is none at first."""
    assert journal.last_run() is None
    for now in (NOW, NOW + DAY):
        with journal.transaction():
            journal.note_run(now)
        assert journal.last_run() == now


def test_what_was_found_in_a_row_is_one_stretch(path: Path) -> None:
    """From the first time to the last, with how often; of each target its own, oldest first."""
    with Journal.open(path) as journal:
        for day, found in enumerate(["a", "a", "a", "b", "a"]):
            with journal.transaction():
                journal.record([(target, [found]) for target in ("x.example", "y.example")], NOW + day * DAY, 400 * DAY)
        assert journal.history("x.example") == [
            (NOW, NOW + 2 * DAY, 3, ["a"]),
            (NOW + 3 * DAY, NOW + 3 * DAY, 1, ["b"]),
            (NOW + 4 * DAY, NOW + 4 * DAY, 1, ["a"]),
        ]
        assert journal.history("z.example") == []
        assert journal.targets_with_history() == ["x.example", "y.example"]


def test_what_was_last_found_too_long_ago_is_forgotten(journal: Journal) -> None:
    """A stretch stays whole while its end is young enough; a clock that was set back by an hour does no harm."""
    for after, found in ((0 * DAY, "a"), (3 * DAY, "a"), (4 * DAY, "b"), (4 * DAY - DAY / 24, "b")):
        with journal.transaction():
            journal.record([("x.example", [found])], NOW + after, 5 * DAY)
    assert [found for *_, found in journal.history("x.example")] == [["a"], ["b"]]
    for after, left in ((8 * DAY, 2), (8.5 * DAY, 1), (9.5 * DAY, 0)):
        with journal.transaction():
            journal.record([], NOW + after, 5 * DAY)
        assert len(journal.history("x.example")) == left


def aged(path: Path) -> Path:
    """Make a journal at *path* as the first version did, with a result in it."""
    filled(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            DROP TABLE history;
            CREATE TABLE history (target TEXT, checked REAL, result TEXT, PRIMARY KEY (target, checked)) WITHOUT ROWID;
            INSERT INTO history VALUES ('x.example', 1800000000, '["a"]');
            PRAGMA user_version = 1;
            """
        )
    return path


def test_a_journal_of_an_earlier_version_goes_on(path: Path) -> None:
    """All that was in it is there, and what comes is added to it."""
    then = datetime.fromtimestamp(1_800_000_000, UTC)
    for days in (1, 2):
        with Journal.open(path if path.exists() else aged(path)) as journal, journal.transaction():
            journal.record([("x.example", ["a"])], then + days * DAY, 400 * DAY)
            assert len(journal.entries(ANN)) == 1
    with Journal.open(path) as journal:
        assert journal.history("x.example") == [(then, then + 2 * DAY, 3, ["a"])]


def test_a_rehearsal_leaves_a_journal_of_an_earlier_version_as_it_is(path: Path) -> None:
    """And works with it all the same."""
    before = aged(path).read_bytes()
    with Journal.rehearsal(path) as journal:
        assert [found for *_, found in journal.history("x.example")] == [["a"]]
    assert path.read_bytes() == before


# --- together or not at all ------------------------------------------------------------------------------------------


def test_a_transaction_that_fails_leaves_nothing(journal: Journal) -> None:
    """Whatever made it fail; the next one is not disturbed."""

    def fail() -> None:
        with journal.transaction():
            journal.keep_entries([ENTRY])
            journal.queue(ANN, b"message", NOW)
            journal.note_run(NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (journal.entries(ANN), list(journal.waiting()), journal.last_run()) == ({}, [], None)
    keep(journal, ENTRY)
    assert len(journal.entries(ANN)) == 1


def test_others_see_a_transaction_when_it_is_over(path: Path) -> None:
    """Not half of it."""
    with Journal.open(path) as writer, Journal.open(path) as reader:
        with writer.transaction():
            writer.keep_entries([ENTRY])
            assert reader.entries(ANN) == {}
        assert len(reader.entries(ANN)) == 1


KILLED = """
import pathlib, sys, os, signal
from datetime import datetime, UTC
from domaincheck.journal import Journal
with Journal.open(pathlib.Path(sys.argv[1])) as journal, journal.transaction():
    for number in range(3000):  # more than SQLite keeps in memory, so that half of it is in the file
        journal.queue(f"{number}@example.com", b"message " * 200, datetime.now(UTC))
    journal.forget("ann@example.com", None)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_in_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    """A rehearsal sees the journal as it was before, and leaves the undoing to those who may write."""
    filled(path)
    process = start_python("-c", KILLED, path, home=path.parent)
    assert ended(process).status == -signal.SIGKILL
    before = listing(path.parent)
    with Journal.rehearsal(path) as rehearsed:
        assert len(list(rehearsed.waiting())) == 50
    assert listing(path.parent) == before
    with Journal.open(path) as journal:
        assert len(list(journal.waiting())) == 50
        assert len(journal.entries(ANN)) == 1


# --- rehearsals ------------------------------------------------------------------------------------------------------


def test_a_rehearsal_begins_with_what_is_there_and_changes_nothing(path: Path) -> None:
    """Not a byte, and no file comes or goes."""
    filled(path)
    before = listing(path.parent)
    with Journal.rehearsal(path) as rehearsed:
        assert len(rehearsed.entries(ANN)) == 1
        with rehearsed.transaction():
            rehearsed.forget(ANN, None)
            rehearsed.note_run(NOW)
        assert rehearsed.entries(ANN) == {}
    assert listing(path.parent) == before


def test_a_rehearsal_makes_no_journal(path: Path) -> None:
    """Nor its folder."""
    with Journal.rehearsal(path) as rehearsed:
        assert rehearsed.last_run() is None
    assert not path.parent.exists()


def test_a_rehearsal_can_be_held_while_another_process_writes(path: Path) -> None:
    """It sees what was there before."""
    filled(path)
    with Journal.open(path) as writer, writer.transaction():
        writer.forget(ANN, None)
        with Journal.rehearsal(path) as rehearsed:
            assert len(rehearsed.entries(ANN)) == 1
