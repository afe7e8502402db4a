"""``subscribe``, ``unsubscribe`` and ``otp send``, as somebody with a mailbox meets them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from domaincheck.journal import Journal
from domaincheck.model import LedgerEntry
from tests.commands import Outcome
from tests.home import ANN, BOB, HOST, MINUTE, REFUSES, STRANGER, TAKES, Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home in which nothing was done yet."""
    return Home(tmp_path)


# --- without a terminal ----------------------------------------------------------------------------------------------


def test_subscribing_without_a_terminal_takes_two_commands(home: Home) -> None:
    """The first sends a code and says how the second goes; only that has an effect."""
    first = home.run("subscribe", ANN, HOST, "b.example:993")
    assert (first.status, first.stdout) == (1, "")
    assert first.stderr.splitlines() == [
        f"domaincheck: a code is on its way to {ANN}; it lives 10 minutes",
        f"domaincheck: to finish, within 10 minutes: domaincheck subscribe {ANN} {HOST} b.example:993 --otp CODE",
    ]
    assert home.recipients == [ANN]
    assert home.subscriptions() == []
    second = home.run("subscribe", ANN, HOST, "b.example:993", "--otp", home.code)
    assert second == Outcome(0, f"{ANN} is now told about 2 targets\n", "")
    assert [each[:3] for each in home.subscriptions()] == [
        (ANN, "b.example:993", "verified"),
        (ANN, HOST, "verified"),
    ]
    assert len(home.mails) == 1


def test_the_command_that_finishes_repeats_the_options(home: Home) -> None:
    """A threshold, and the files that were named, wherever it is run; quoted as a shell needs it."""
    options = ("--config", home.folder / "my config.toml", "--store", home.folder / "my subscriptions.toml")
    (home.folder / "my config.toml").touch()
    first = home.run(*options, "subscribe", "-t", "25%", ANN, HOST)
    command = shlex.split(first.stderr.partition(" minutes: ")[2].splitlines()[0])
    assert command[-1] == "CODE"
    assert home.run(*command[1:-1], home.code).status == 0
    assert home.subscriptions(*options) == [(ANN, HOST, "verified", "25%")]
    assert home.subscriptions() == []


def test_a_wrong_code_changes_nothing(home: Home) -> None:
    """Standard error says how to get another; the right one still works."""
    home.run("subscribe", ANN, HOST)
    outcome = home.run("subscribe", ANN, HOST, "--otp", home.wrong)
    assert (outcome.status, outcome.stdout) == (1, "")
    again = f"domaincheck otp send {ANN} --operation subscribe"
    assert outcome.complaint == f"this code does not fit; '{again}' sends another"
    assert home.subscriptions() == []
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0


@pytest.mark.parametrize("operation", ["subscribe", "unsubscribe"])
def test_a_store_that_cannot_be_used_costs_no_code(home: Home, operation: str) -> None:
    """It is told of before one is sent, and before one is used up; when it is mended, the code still works."""
    home.subscribed(ANN, HOST)
    store = home.folder / "subscriptions.db"
    sound, sent = store.read_bytes(), len(home.mails)
    store.write_bytes(b"no database at all")
    assert (home.run(operation, ANN, HOST).status, len(home.mails)) == (3, sent)
    store.write_bytes(sound)
    home.run(operation, ANN, HOST)
    store.write_bytes(b"no database at all")
    assert home.run(operation, ANN, HOST, "--otp", home.code).status == 3
    store.write_bytes(sound)
    assert home.run(operation, ANN, HOST, "--otp", home.code).status == 0


def test_a_code_works_once_and_not_for_ever(home: Home) -> None:
    """A second use and a late one are refused as a wrong one is."""
    home.run("subscribe", ANN, HOST)
    home.run("subscribe", ANN, HOST, "--otp", home.code)
    refusal = home.run("subscribe", ANN, "evil.example.com", "--otp", home.code)
    assert refusal.status == 1
    home.now += MINUTE
    home.run("subscribe", ANN, "late.example.com")
    home.now += 10 * MINUTE
    assert home.run("subscribe", ANN, "late.example.com", "--otp", home.code) == refusal
    assert [each[1] for each in home.subscriptions()] == [HOST]


def test_neither_an_unknown_address_nor_a_wrong_code_can_be_told(home: Home) -> None:
    """What is printed for a code that does not fit differs in nothing but the address."""
    home.subscribed(ANN, HOST)
    home.run("subscribe", ANN, HOST)
    for operation in ("subscribe", "unsubscribe"):
        known, unknown = (home.run(operation, who, HOST, "--otp", home.wrong) for who in (ANN, STRANGER))
        assert known.status == unknown.status == 1
        assert known.stderr == unknown.stderr.replace(STRANGER, ANN)
        assert known.stdout == unknown.stdout == ""


def test_asking_again_while_a_code_lives_sends_nothing(home: Home) -> None:
    """It says so, and how to finish; force has to wait a minute, and is heeded five times an hour."""
    home.run("subscribe", ANN, HOST)
    again = home.run("subscribe", ANN, HOST)
    assert again.status == 1
    assert "still works; 'domaincheck otp send ann@example.com --operation subscribe --force-new' sends" in again.stderr
    assert "--otp CODE" in again.stderr
    assert len(home.mails) == 1
    force = ("otp", "send", ANN, "--operation", "subscribe", "--force-new")
    assert home.run(*force).complaint == f"a code for {ANN} was asked for just now: wait 60 s before asking for another"
    for _ in range(4):
        home.now += MINUTE
        assert home.run(*force).status == 0
    home.now += MINUTE
    assert home.run(*force).complaint == f"too many codes for {ANN} were asked for within the hour: wait 56 minutes"
    assert len(home.mails) == 5


def test_a_code_can_be_sent_alone(home: Home) -> None:
    """And used afterwards, by whatever command it is for."""
    outcome = home.run("otp", "send", ANN, "--operation", "subscribe")
    assert (outcome.status, outcome.stdout) == (0, "")
    assert outcome.complaint == f"a code is on its way to {ANN}; it lives 10 minutes"
    assert home.run("unsubscribe", ANN, HOST, "--otp", home.code).status == 1
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0


def test_mail_that_is_not_taken_is_told(home: Home) -> None:
    """With the reason; nobody is told to wait for a code that can't come."""
    home.mail_command(REFUSES)
    outcome = home.run("subscribe", ANN, HOST)
    assert outcome.status == 1
    assert outcome.complaint.startswith(f"the code for {ANN} could not be sent: ")
    assert "closed today" in outcome.complaint
    home.mail_command(TAKES)
    home.now += MINUTE
    home.run("subscribe", ANN, HOST)
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0


# --- what is wrong from the start ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("subscribe", "ann.example.com", HOST), "'ann.example.com' is no e-mail address"),
        (("subscribe", "ann@example.com\nBcc: all@example.com", HOST), "is no e-mail address"),
        (("unsubscribe", "ann@", HOST), "'ann@' is no e-mail address"),
        (("otp", "send", "@", "--operation", "subscribe"), "'@' is no e-mail address"),
        (("subscribe", ANN, HOST, "not a host!"), "host"),
        (("unsubscribe", ANN, "exa mple:99999999"), "port"),
        (("subscribe", ANN, HOST, "-t", "soon"), "'soon' is no threshold: give days, as in 30 or 30d"),
        (("subscribe", ANN, HOST, "-t", "200%"), "'200%' is no threshold"),
        (("subscribe", ANN), f"there is nothing to subscribe {ANN} to: name a target, as in example.com"),
        (("otp", "send", ANN, "--operation", "explode"), "explode"),
        (("--store", "subscriptions.txt", "subscribe", ANN, HOST), "its name must end in .db (SQLite) or .toml"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(
    home: Home, arguments: tuple[str, ...], complaint: str
) -> None:
    """With exit status 3 and one sentence; no code is counted either."""
    outcome = home.run(*arguments)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert complaint in outcome.complaint
    assert home.mails == []
    assert home.run("subscribe", ANN, HOST).status == 1
    assert home.recipients == [ANN]


def test_without_a_sender_nothing_is_sent_nor_counted(home: Home) -> None:
    """It is said what to set."""
    home.environment["DOMAINCHECK_SMTP_FROM"] = ""
    outcome = home.run("subscribe", ANN, HOST)
    assert outcome.status == 3
    home.environment.clear()
    assert home.run("subscribe", ANN, HOST).status == 1
    assert home.recipients == [ANN]


def test_addresses_and_targets_are_known_in_any_spelling(home: Home) -> None:
    """Capitals make no second subscriber, and no second limit."""
    home.run("subscribe", "Ann@Example.COM", f"https://{HOST}/path, {HOST}")
    assert home.run("subscribe", ANN, HOST, "--otp", home.code).status == 0
    assert [each[:2] for each in home.subscriptions()] == [(ANN, HOST)]


# --- who is told what ------------------------------------------------------------------------------------------------


def test_what_was_imported_is_confirmed_by_its_code(home: Home) -> None:
    """Until then nothing but the code is mailed to it, and a run has nothing to check for it."""
    (home.folder / "list").write_text(f"{ANN} a.example b.example\n")
    home.run("subscriptions", "import", home.folder / "list")
    assert [each[2] for each in home.subscriptions()] == ["pending"] * 2
    assert home.run("run-scheduled", "--json").document["targets"] == 0
    assert home.recipients == [ANN]
    assert home.run("subscribe", ANN, "--otp", home.code).stdout == f"{ANN} is now told about 2 targets\n"
    assert [each[2] for each in home.subscriptions()] == ["verified"] * 2


def test_some_targets_can_be_unsubscribed_from(home: Home) -> None:
    """In any spelling; it takes a code, and other addresses keep theirs."""
    home.subscribed(ANN, HOST, "b.example", "c.example")
    home.subscribed(BOB, HOST)
    first = home.run("unsubscribe", ANN, f"https://{HOST}", "c.example")
    assert first.status == 1
    assert len(home.subscriptions()) == 4
    second = home.run("unsubscribe", ANN, f"https://{HOST}", "c.example", "--otp", home.code)
    assert second == Outcome(0, f"2 targets of {ANN} removed\n", "")
    assert [each[:2] for each in home.subscriptions()] == [(ANN, "b.example"), (BOB, HOST)]


def test_all_targets_can_be_unsubscribed_from(home: Home) -> None:
    """By naming none; on a terminal in one command."""
    home.subscribed(ANN, HOST, "b.example")
    outcome = home.run("unsubscribe", ANN, typing=home.reading_mail())
    assert (outcome.status, outcome.stdout) == (0, f"2 targets of {ANN} removed\n")
    assert home.subscriptions() == []


@pytest.mark.parametrize("targets", [(), (f"https://{HOST}/path",)])
def test_whoever_unsubscribes_is_forgotten(home: Home, targets: tuple[str, ...]) -> None:
    """Who subscribes anew is told anew."""
    home.subscribed(ANN, *(targets or (HOST,)))
    with Journal.open(home.folder / "state.db") as journal, journal.transaction():
        journal.keep_entries([LedgerEntry(ANN, HOST, "tls:expiry:ab", 14, home.now)])
    home.run("unsubscribe", ANN, *targets)
    home.run("unsubscribe", ANN, *targets, "--otp", home.code)
    with Journal.open(home.folder / "state.db") as journal:
        assert journal.entries(ANN) == {}


@pytest.mark.parametrize("command", [("unsubscribe", "WHO"), ("otp", "send", "WHO", "--operation", "unsubscribe")])
def test_a_stranger_is_not_mailed_and_nobody_learns_who_is_one(home: Home, command: tuple[str, ...]) -> None:
    """Who is asked to unsubscribe and has nothing to unsubscribe from gets no mail; all the rest is the same."""
    home.subscribed(ANN, HOST)
    before = len(home.mails)
    for minutes in (0, 2, 12):  # the first time; while the code lives; when it is dead
        home.now += minutes * MINUTE
        known, unknown = (home.run(*(each.replace("WHO", who) for each in command)) for who in (ANN, STRANGER))
        assert known.status == unknown.status
        assert known.stdout == unknown.stdout
        assert known.stderr == unknown.stderr.replace(STRANGER, ANN)
    assert set(home.recipients[before:]) == {ANN}
    assert len(home.mails) == before + 2
