"""What must not be forgotten: kept together or not at all, and a clear sentence when it can't be kept."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sqlite3
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.journal import VERSION, Journal
from domaincheck.model import CodeRecord, LedgerEntry
from tests.commands import ended, start_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 23, 6, 5, 7, 250000, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "ann@example.com", "bob@example.com"
ENTRY = LedgerEntry(ANN, "example.com", "tls:expiry:ab", 14, NOW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal is to be, in a folder that is not there yet."""
    return tmp_path / "state" / "state.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Return an open journal."""
    with Journal.open(path) as opened:
        yield opened


def keep(journal: Journal, *entries: LedgerEntry) -> None:
    """Keep *entries* for good."""
    with journal.transaction():
        journal.keep_entries(entries)


def filled(path: Path) -> bytes:
    """Return the bytes of a journal of many pages, made at *path*."""
    with Journal.open(path) as journal, journal.transaction():
        for number in range(50):
            journal.queue(f"{number}@example.com", b"message " * 50, NOW)
        journal.keep_entries([ENTRY])
    return path.read_bytes()


def listing(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the files of *folder*, what is in them, and when they were changed."""
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def refused(path: Path, match: str, use: Callable[[Path], object] = filled) -> None:
    """See that *use* of the journal at *path* ends in one sentence that names it, and changes nothing."""
    before = listing(path.parent)
    with pytest.raises(StateError, match=match) as caught:
        use(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert listing(path.parent) == before


# --- what is kept ---


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


# --- together or not at all ---


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


# --- rehearsals ---


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


# --- what can't be used ---


def test_nobody_else_may_read_it(path: Path) -> None:
    """Addresses and codes are in it: the folder is 0700, each file in it 0600, also that of a transaction."""
    with Journal.open(path) as journal, journal.transaction():
        journal.note_run(NOW)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("use", [filled, Journal.rehearsal])
def test_a_newer_version_is_left_alone(path: Path, use: Callable[[Path], object]) -> None:
    """Not a byte of it is changed; the sentence says what to do."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE future (x)")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused(path, "is of a newer version of domaincheck; it is left as it is: update domaincheck", use)


@pytest.mark.parametrize("use", [filled, Journal.rehearsal])
@pytest.mark.parametrize("rubbish", [b"rubbish" * 1000, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_left_alone(path: Path, rubbish: bytes, use: Callable[[Path], object]) -> None:
    """Somebody may be able to mend it; to begin anew is for the user to decide."""
    path.parent.mkdir()
    path.write_bytes(rubbish)
    refused(path, r"is damaged .* move it away to begin anew: alerts may then be repeated", use)


@pytest.mark.parametrize("size", [1, 50, 99, 100, 4096, 5000, 20_000, -1])
def test_a_file_that_was_cut_off_is_left_alone(path: Path, size: int) -> None:
    """However little is missing."""
    whole = filled(path)
    path.write_bytes(whole[:size])
    refused(path, "is damaged")


def test_damage_in_the_middle_is_told_when_it_is_met(path: Path) -> None:
    """In the same sentence."""
    whole = filled(path)
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with Journal.open(path) as journal, pytest.raises(StateError, match="is damaged"):
        keep(journal, ENTRY)


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    """Whoever names the wrong folder keeps what is in it."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (x)")
    refused(path, "is a database of something else")


@contextlib.contextmanager
def without_writing(folder: Path) -> Iterator[None]:
    """Take away the permission to write into *folder* and to its files, where that means anything."""
    files = [folder, *folder.iterdir()]
    modes = [file.stat().st_mode for file in files]
    for file in files:
        file.chmod(file.stat().st_mode & ~0o222)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("root may write everywhere")
        yield
    finally:
        for file, mode in zip(files, modes, strict=True):
            file.chmod(mode)


def test_a_folder_that_takes_no_files_is_named(path: Path) -> None:
    """With the reason in the system's words."""
    path.parent.mkdir()
    with without_writing(path.parent), pytest.raises(StateError, match=r"state\.db cannot be used: Permission denied"):
        Journal.open(path)


def test_a_file_that_may_not_be_written_can_still_be_read(path: Path) -> None:
    """Writing ends in a sentence; nothing is lost."""
    filled(path)
    with without_writing(path.parent):
        refused(path, "cannot be used: attempt to write a readonly database")
        with Journal.rehearsal(path) as rehearsed:
            assert len(rehearsed.entries(ANN)) == 1


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    """A file may stand in the way."""
    (tmp_path / "state").touch()
    with pytest.raises(StateError, match=r"state/state\.db cannot be used: (Not a directory|File exists)"):
        Journal.open(tmp_path / "state" / "state.db")


def write_within(path: Path, room: int) -> tuple[str, int]:
    """Be a process that may not make files larger than *room* bytes; return what it is told, and how far it came."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        with Journal.open(path) as journal:
            for number in range(1000):
                with journal.transaction():
                    journal.queue(f"{number}@example.com", b"message " * 500, NOW)
                    journal.note_run(NOW)
    except StateError as error:
        with Journal.open(path) as journal:
            return str(error), len(list(journal.waiting()))
    return "", -1


def test_a_full_disk_loses_nothing_that_was_kept(path: Path) -> None:
    """The transaction that did not fit is undone as a whole; those before it are there."""
    filled(path)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        sentence, count = pool.submit(write_within, path, path.stat().st_size + 50_000).result()
    assert sentence in [f"{path} cannot be used: {why}" for why in ("disk I/O error", "database or disk is full")]
    with Journal.open(path) as journal:
        assert len(list(journal.waiting())) == count > 50
        assert journal.last_run() == NOW


def begin_within(path: Path, room: int) -> str:
    """Be a process that has *room* bytes for a new journal."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        Journal.open(path).__exit__()
    except StateError as error:
        return str(error)
    return ""


def test_a_journal_that_does_not_fit_is_not_begun(path: Path) -> None:
    """Half of one would be in the way later."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        sentence = pool.submit(begin_within, path, 10_000).result()
    assert sentence in [f"{path} cannot be used: {why}" for why in ("disk I/O error", "database or disk is full")]
    assert list(path.parent.iterdir()) == []


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path, how: str) -> subprocess.Popen[str]:
    """Start a process that keeps the journal to itself until its input ends; return when it does."""
    process = start_python("-c", HOLDER, path, how, home=path.parent)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def keep_patiently(path: Path, patience: float) -> None:
    """Keep an entry, waiting for others no longer than so many seconds."""
    with Journal.open(path, patience) as journal:
        keep(journal, ENTRY)


@pytest.mark.parametrize("how", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_process_that_does_not_let_go_is_waited_for_not_for_ever(path: Path, how: str) -> None:
    """Whoever writes is told so; nothing is lost, and afterwards all is well."""
    filled(path)
    process = holder(path, how)
    began = time.monotonic()
    with pytest.raises(StateError, match="another process has been writing to it for too long; try again later"):
        keep_patiently(path, 0.3)
    assert 0.3 <= time.monotonic() - began < 5
    ended(process, "")
    with Journal.open(path) as journal:
        assert len(journal.entries(ANN)) == 1


def test_a_process_that_lets_go_in_time_is_waited_for(path: Path) -> None:
    """Two terminals at once are nothing unusual."""
    filled(path)
    process = holder(path, "BEGIN IMMEDIATE")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        waiting = pool.submit(begin_within, path, 1 << 30)
        ended(process, "")
        assert waiting.result() == ""
