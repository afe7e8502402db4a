"""``domaincheck subscriptions``: what its user sees."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.cli.subscriptions import enrol
from domaincheck.model import Standing, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import Outcome, Shell

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.store import Store

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob@example.com"
LIST = f"{ANN} example.com smtp://mx.example.com\n{BOB} example.com\n"
MAIL = {"DOMAINCHECK_SMTP_COMMAND": "/bin/true", "DOMAINCHECK_SMTP_FROM": "alerts@example.com"}
SETTLED = (
    Subscription(ANN, "example.com", "25%", Standing.VERIFIED, NOW),
    Subscription(ANN, "bücher.example", None, Standing.PENDING, None),
    Subscription(BOB, "example.com", None, Standing.REFUSED, NOW),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder in which a user's files are."""
    return tmp_path


@pytest.fixture
def store(home: Path) -> Store:
    """Return that user's store, with a subscription of each standing."""
    store = open_store(home / "subscriptions.db", parse)
    store.add(SETTLED)
    return store


def subscriptions(home: Path, *arguments: object, stdin: str = "", terminals: tuple[str, ...] = ()) -> Outcome:
    """Run ``domaincheck subscriptions`` with *arguments*, where mail goes to a command that takes all of it."""
    shell = Shell(home=home, stdin=stdin, terminals=terminals, clock=lambda: NOW, environment=MAIL)
    return shell.run("subscriptions", *arguments)


# --- list ---


@pytest.mark.usefixtures("store")
def test_a_pipe_gets_a_line_for_each_subscription(home: Path) -> None:
    """Its columns are parted by tabs, and none is empty."""
    assert subscriptions(home, "list").stdout == (
        "ann@example.com\texample.com\tverified\t25%\t2026-11-23T06:05:00Z\n"
        "ann@example.com\tbücher.example\tpending\t-\t-\n"
        "bob@example.com\texample.com\trefused\t-\t2026-11-23T06:05:00Z\n"
    )


def test_a_terminal_gets_columns(home: Path, store: Store) -> None:
    """Aligned by what the eye sees, under a heading."""
    store.add([Subscription(BOB, "食狮.example")])
    shell = Shell(home=home, terminals=("stdout",), environment={"NO_COLOR": "1"})
    assert shell.run("subscriptions", "list").stdout == (
        "ADDRESS          TARGET          STANDING  THRESHOLD  SINCE\n"
        "ann@example.com  example.com     verified  25%        2026-11-23T06:05:00Z\n"
        "ann@example.com  bücher.example  pending   -          -\n"
        "bob@example.com  example.com     refused   -          2026-11-23T06:05:00Z\n"
        "bob@example.com  食狮.example    pending   -          -\n"
    )


@pytest.mark.usefixtures("store")
def test_the_standing_is_in_colour_on_a_terminal(home: Path) -> None:
    """Red for those who are told nothing any more."""
    assert "\x1b[31mrefused\x1b[0m" in subscriptions(home, "list", terminals=("stdout",)).stdout


@pytest.mark.usefixtures("store")
def test_json_is_a_document_with_a_version(home: Path) -> None:
    """Every key is there, null where unknown."""
    document = subscriptions(home, "list", "--json").document
    assert document["version"] == "1"
    assert document["subscriptions"][:2] == [
        {
            "email": ANN,
            "target": "example.com",
            "standing": "verified",
            "threshold": "25%",
            "since": "2026-11-23T06:05:00Z",
        },
        {"email": ANN, "target": "bücher.example", "standing": "pending", "threshold": None, "since": None},
    ]


def test_where_there_is_no_store_there_is_nothing_to_list(home: Path) -> None:
    """A terminal is told so, a script sees no lines, and no file is made."""
    assert subscriptions(home, "list") == Outcome(0, "", "")
    assert subscriptions(home, "list", "--json").document == {"version": "1", "subscriptions": []}
    told = subscriptions(home, "list", terminals=("stdout",))
    assert (told.status, told.stdout) == (0, "")
    assert told.complaint == f"there are no subscriptions in {home / 'subscriptions.db'}"
    assert list(home.iterdir()) == []


# --- import ---


def test_a_list_is_imported_as_pending(home: Path) -> None:
    """How many are new, and how many addresses have to be verified, is told."""
    outcome = subscriptions(home, "import", "-", stdin=LIST)
    assert (outcome.status, outcome.stdout) == (0, "")
    assert outcome.complaint == "3 subscriptions imported, of 3 in standard input; codes were sent to 2 of 2 addresses"
    assert [line.split("\t")[2:] for line in subscriptions(home, "list").stdout.splitlines()] == [
        ["pending", "-", "2026-11-23T06:05:00Z"]
    ] * 3


def test_without_mail_the_list_is_imported_and_the_codes_are_owed(home: Path) -> None:
    """What is missing is said, with how to catch up."""
    outcome = Shell(home=home, stdin=LIST, clock=lambda: NOW).run("subscriptions", "import", "-")
    assert outcome.status == 1
    missing, summary = outcome.stderr.splitlines()
    assert "set smtp.from" in missing
    assert "domaincheck otp send" in missing
    assert summary.endswith("3 subscriptions imported, of 3 in standard input; codes were sent to 0 of 2 addresses")


def test_a_list_is_read_from_a_file(home: Path) -> None:
    """In any of its forms."""
    file = home / "list.csv"
    file.write_text(f"email,target,threshold\n{ANN},example.com,30\n")
    assert subscriptions(home, "import", file).complaint.startswith("1 subscription imported, of 1 in ")
    assert subscriptions(home, "list").stdout.split("\t")[:4] == [ANN, "example.com", "pending", "30d"]


def test_what_is_there_already_stays_as_it_is(home: Path, store: Store) -> None:
    """A list proves nothing, so it neither verifies an address nor takes that away."""
    outcome = subscriptions(home, "import", "-", stdin=f"{ANN} example.com\n{BOB} EXAMPLE.com:443\n")
    assert outcome.complaint == "0 subscriptions imported, of 2 in standard input"
    assert set(store.subscriptions()) == set(SETTLED)


def test_a_new_target_of_a_verified_address_waits_for_a_code_too(store: Store) -> None:
    """Somebody else may have written the list."""
    assert enrol(store, [Subscription(ANN, "new.example", standing=Standing.VERIFIED)], NOW) == (1, [ANN])
    assert Subscription(ANN, "new.example", since=NOW) in set(store.subscriptions(ANN))


def test_an_address_waits_for_one_code_however_many_its_targets(store: Store) -> None:
    """And for none if nothing of it is new."""
    wishes = [Subscription(email, target) for target in ("example.com", "new.example") for email in (BOB, ANN)]
    assert enrol(store, wishes, NOW) == (2, [BOB, ANN])
    assert enrol(store, wishes, NOW) == (0, [])


def test_all_of_a_list_is_imported_or_nothing(home: Path) -> None:
    """Each line that can't be used is named."""
    outcome = subscriptions(home, "import", "-", stdin=f"{LIST}carl example.com\n{BOB}\n")
    assert outcome.status == 3
    assert [line.split(": ")[1] for line in outcome.stderr.splitlines()] == [
        "standard input, line 3",
        "standard input, line 4",
        "nothing was imported",
    ]
    assert list(home.iterdir()) == []


def test_a_file_that_is_no_list_is_not_complained_of_line_by_line(home: Path) -> None:
    """A few of them show what is wrong with all."""
    outcome = subscriptions(home, "import", "-", stdin="nobody\n" * 1000)
    assert len(outcome.stderr.splitlines()) == 21
    assert outcome.stderr.endswith("nothing was imported: standard input has 1000 faults\n")


@pytest.mark.parametrize("form", ["toml", "json"])
@pytest.mark.usefixtures("store")
def test_an_export_can_be_imported_elsewhere(form: str, home: Path) -> None:
    """In every form that it has. There each address has to prove itself again."""
    file, other = home / "exported", home / "other"
    assert subscriptions(home, "export", "--format", form, "-o", file) == Outcome(0, "", "")
    assert "3 subscriptions imported, of 3 in" in subscriptions(other, "import", file).stderr
    here, there = (
        [line.split("\t") for line in subscriptions(each, "list").stdout.splitlines()] for each in (home, other)
    )
    assert [(email, target, "pending", threshold) for email, target, _, threshold, _ in here] == [
        tuple(row[:4]) for row in there
    ]


def test_an_export_with_a_fault_is_not_imported_at_all(home: Path) -> None:
    """The entry is named, as it is no more than a line of a list."""
    entries = [{"email": ANN, "target": "example.com"}, {"email": "bob", "target": "example.com"}]
    outcome = subscriptions(home, "import", "-", stdin=json.dumps({"version": "1", "subscriptions": entries}))
    assert outcome.status == 3
    fault, summary = outcome.stderr.splitlines()
    assert fault.startswith("domaincheck: standard input, subscription 2: 'bob' is no e-mail address")
    assert summary == "domaincheck: nothing was imported: standard input has 1 fault"
    assert list(home.iterdir()) == []


def test_a_quiet_import_says_nothing(home: Path) -> None:
    """Unless something is wrong."""
    shell = Shell(home=home, stdin=LIST, environment=MAIL)
    assert shell.run("-q", "subscriptions", "import", "-") == Outcome(0, "", "")


# --- export, and where the store is ---


def test_an_export_is_a_store(home: Path, store: Store) -> None:
    """The TOML holds all there is, so --store can name it at once."""
    file = home / "copy.toml"
    assert subscriptions(home, "export", "-o", file) == Outcome(0, "", "")
    assert list(open_store(file, parse).subscriptions()) == list(store.subscriptions())
    listed = Shell(home=home).run("--store", file, "subscriptions", "list")
    assert listed.stdout == subscriptions(home, "list").stdout


@pytest.mark.usefixtures("store")
def test_json_is_exported_as_it_is_listed(home: Path) -> None:
    """There is one shape for scripts to know."""
    exported = subscriptions(home, "export", "--format", "json").stdout
    assert json.loads(exported) == subscriptions(home, "list", "--json").document


def test_an_export_never_replaces_the_store(home: Path, store: Store) -> None:
    """Whatever name it goes by."""
    link = home / "link.toml"
    link.symlink_to(store.path)
    outcome = subscriptions(home, "export", "-o", link)
    assert (outcome.status, outcome.complaint) == (3, f"{link} is the store itself: name another file to export to")
    assert len(list(store.subscriptions())) == 3


@pytest.mark.usefixtures("store")
def test_another_store_can_be_named(home: Path) -> None:
    """On the command line or in the environment; the usual one is not touched."""
    named, settled = home / "named.toml", home / "settled.db"
    shell = Shell(home=home, stdin=f"{BOB} b.example\n", environment=MAIL | {"DOMAINCHECK_STORE": str(settled)})
    assert shell.run("--store", named, "subscriptions", "import", "-").status == 0
    assert not settled.exists()
    assert shell.run("subscriptions", "import", "-").status == 0
    assert settled.exists()
    assert len(subscriptions(home, "list").stdout.splitlines()) == 3


def test_a_store_that_can_not_be_read_is_told_in_a_sentence(home: Path) -> None:
    """With the line, where somebody's hand was at work."""
    file = home / "mine.toml"
    file.write_text("version = 1\n[[subscription]]\nemail = 'ann'\n")
    outcome = Shell(home=home).run("--store", file, "subscriptions", "list")
    assert outcome.status == 3
    assert outcome.complaint.startswith(f"{file}, line 3: 'ann' is no e-mail address")
