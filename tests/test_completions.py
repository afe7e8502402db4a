"""The completions, each driven in its own shell as TAB would do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.cli.manual import documents
from domaincheck.settings import FORMATS, TABLE
from tests.shells import SHELLS, SHIPPED, Offers, offers_of
from tests.test_manual_tree import TREE as SAMPLE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=SHELLS)
def offers(request: pytest.FixtureRequest, tmp_path: Path) -> Offers:
    """Return what each shell offers by the script in the checkout."""
    return offers_of(request.param, SHIPPED, tmp_path)


@pytest.fixture(params=SHELLS)
def sample_offers(request: pytest.FixtureRequest, tmp_path: Path) -> Offers:
    """Return what each shell offers by the script for a sample of nested commands."""
    scripts = tmp_path / "completions"
    scripts.mkdir()
    for path, text in documents(SAMPLE).items():
        if path.startswith("completions/"):
            (tmp_path / path).write_text(text, encoding="utf-8")
    return offers_of(request.param, scripts, tmp_path)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Return the folder of what is remembered for completions."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def test_commands(offers: Offers) -> None:
    """At the start there are the commands."""
    assert {"check", "demo"} <= offers("domaincheck ")
    assert offers("domaincheck che") == {"check"}


def test_options_of_a_command(offers: Offers) -> None:
    """Once it has begun with dashes, a word is one of the command's options."""
    assert offers("domaincheck check --form") == {"--format"}


def test_options_before_the_command(offers: Offers) -> None:
    """The global options are offered there, and not behind the command."""
    assert offers("domaincheck --conf") == {"--config"}
    assert offers("domaincheck check --conf") == set()


@pytest.mark.parametrize("line", ["--format ", "--format=", "example.com --format "])
def test_choices(offers: Offers, line: str) -> None:
    """An option with choices offers all of them, its value being a word of its own or not."""
    assert offers(f"domaincheck check {line}") == set(FORMATS)


def test_choices_that_have_begun(offers: Offers) -> None:
    """What is there narrows them down."""
    assert offers("domaincheck check --registry=r") == {"rdap"}


@pytest.mark.parametrize("command", ["get", "set", "set --unset"])
def test_names_of_settings(offers: Offers, command: str) -> None:
    """They are choices for an argument; another one is not offered behind it."""
    assert offers(f"domaincheck config {command} smtp.pass") == {"smtp.password_file"}
    assert offers(f"domaincheck config {command} check.jobs smtp.pass") == set()


def test_values_of_settings(offers: Offers) -> None:
    """Each setting with little to choose from offers that; the table of settings knows it."""
    choices = {each.name: set(each.read.choices) for each in TABLE if each.read.choices}
    assert {"check.format", "tls.weak", "telemetry.enabled"} <= set(choices)
    assert {name: offers(f"domaincheck config set {name} ") for name in choices} == choices
    assert offers("domaincheck config set tls.weak w") == {"warning"}


def test_files_as_values_of_settings(offers: Offers, tmp_path: Path) -> None:
    """A setting that is a path offers files; where it may be anything, nothing is offered."""
    (tmp_path / "hosts.db").touch()
    assert offers("domaincheck config set store.path hos") == {"hosts.db"}
    assert offers("domaincheck config set check.jobs hos") == set()
    assert offers("domaincheck config set no.setting hos") == set()
    assert offers("domaincheck config get store.path hos") == set()


@pytest.mark.parametrize("option", ["-f ", "--ca-file ", "--output="])
def test_files(offers: Offers, option: str, tmp_path: Path) -> None:
    """Options for files offer files."""
    (tmp_path / "hosts.txt").touch()
    assert offers(f"domaincheck check {option}hos") == {"hosts.txt"}


def test_no_files_for_targets(offers: Offers, tmp_path: Path) -> None:
    """Hosts are not in the file system."""
    (tmp_path / "hosts.txt").touch()
    assert "hosts.txt" not in offers("domaincheck check hos")


def test_the_value_of_a_global_option_is_no_command(offers: Offers) -> None:
    """Even if it is called like one."""
    assert offers("domaincheck --config demo check --sor") == {"--sort"}
    assert offers("domaincheck --config=demo check --sor") == {"--sort"}
    assert offers("domaincheck --config demo che") == {"check"}


@pytest.mark.parametrize("line", ["nonsense ", "nonsense --", "otp nonsense ", "otp nonsense --", "nonsense check --f"])
def test_nothing_behind_an_unknown_command(offers: Offers, line: str) -> None:
    """Nobody knows what it would take."""
    assert offers(f"domaincheck {line}") == set()


def test_what_follows_two_dashes_is_no_option(offers: Offers, memory: Path) -> None:
    """It is a target, whatever it looks like."""
    (memory / "targets.txt").write_text("www.example.com\n", encoding="ascii")
    assert offers("domaincheck check -- --form") == set()
    assert offers("domaincheck check -- -x www") == {"www.example.com"}


def test_no_option_twice(offers: Offers) -> None:
    """One that was given is not offered again, by none of its spellings."""
    assert offers("domaincheck check -t 10 --th") == set()
    assert offers("domaincheck check --no-tls --tl") == set()


def test_repeatable_options_again(offers: Offers) -> None:
    """Those that may be given more than once are."""
    assert offers("domaincheck check --resolve a:1:192.0.2.7 --reso") == {"--resolve"}


def test_nested_commands(sample_offers: Offers) -> None:
    """A group offers its commands, and each of these its options and choices."""
    assert sample_offers("domaincheck --config x otp ") == {"send", "forget-all"}
    assert sample_offers("domaincheck otp send --op") == {"--operation"}
    assert sample_offers("domaincheck otp send --operation ") == {"subscribe", "unsubscribe"}


def test_files_and_folders_as_arguments(sample_offers: Offers, tmp_path: Path) -> None:
    """Arguments for files offer files, and options for folders folders alone."""
    (tmp_path / "hosts.d").mkdir()
    (tmp_path / "hosts.txt").touch()
    assert {name.rstrip("/") for name in sample_offers("domaincheck otp forget-all hos")} == {"hosts.d", "hosts.txt"}
    assert {name.rstrip("/") for name in sample_offers("domaincheck otp send --folder hos")} == {"hosts.d"}


# --- what is remembered ---


@pytest.mark.parametrize(
    "line", ["unsubscribe ", "subscribe --otp 1 ", "otp send ", "telemetry whois ", "doctor --mail ", "doctor --mail="]
)
def test_addresses(offers: Offers, memory: Path, line: str) -> None:
    """Wherever an address is due, those remembered are offered, whole or begun."""
    (memory / "addresses.txt").write_text("ops@example.com\nann+x@example.org\nops@example.org\n", encoding="ascii")
    assert offers(f"domaincheck {line}op") == {"ops@example.com", "ops@example.org"}
    assert offers(f"domaincheck {line}ops@") == {"ops@example.com", "ops@example.org"}
    assert offers(f"domaincheck {line}ann+x@example.o") == {"ann+x@example.org"}


def test_targets_stand_behind_the_address(offers: Offers, memory: Path) -> None:
    """Each in its place, and targets again and again; options do not count."""
    (memory / "addresses.txt").write_text("example@example.com\n", encoding="ascii")
    (memory / "targets.txt").write_text("example.com\nexample.org:8443\n", encoding="ascii")
    assert offers("domaincheck unsubscribe exa") == {"example@example.com"}
    assert offers("domaincheck unsubscribe example@example.com exa") == {"example.com", "example.org:8443"}
    assert offers("domaincheck subscribe -t 9 a@b.test mx.b.test:25 exa") == {"example.com", "example.org:8443"}


@pytest.mark.parametrize("command", ["check", "check -4", "history"])
def test_targets(offers: Offers, memory: Path, command: str) -> None:
    """With ports and schemes, begun within these too."""
    (memory / "targets.txt").write_text("www.example.com:8443\nwww.example.com\nsmtp://mx.example.com\n", "ascii")
    assert offers(f"domaincheck {command} www") == {"www.example.com:8443", "www.example.com"}
    assert offers(f"domaincheck {command} www.example.com:") == {"www.example.com:8443"}
    assert offers(f"domaincheck {command} smtp://m") == {"smtp://mx.example.com"}


def test_history_is_of_one_target(offers: Offers, memory: Path) -> None:
    """Nothing is offered for a second one."""
    (memory / "targets.txt").write_text("www.example.com\n", encoding="ascii")
    assert offers("domaincheck history b.test www") == set()


def test_certificate_files_as_targets(offers: Offers, memory: Path, tmp_path: Path) -> None:
    """Behind their scheme; only check takes them."""
    (memory / "targets.txt").write_text("chain.example\n", encoding="ascii")
    (tmp_path / "chain.pem").touch()
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "leaf.pem").touch()
    assert offers("domaincheck check file:cha") == {"chain.pem"}
    assert {name.rpartition("/")[2] for name in offers("domaincheck check a.test file:certs/l")} == {"leaf.pem"}
    assert offers("domaincheck history file:cha") == set()


def test_lists_to_import(offers: Offers, tmp_path: Path) -> None:
    """They are files."""
    (tmp_path / "hosts.csv").touch()
    assert offers("domaincheck subscriptions import hos") == {"hosts.csv"}


HOSTILE = (
    *("$(touch pwned)@x.test", "`touch pwned`@x.test", "${PATH}@x.test", "$HOME", "a b@x.test", "a\tb@x.test"),
    *("o'brien@x.test", '"quoted"@x.test', "*@x.test", "a?@x.test", "~root@x.test", "a;touch pwned@x.test"),
    *("-f@x.test", "a\\b@x.test", "a<b@x.test", "\x1b[31m@x.test", "a\rb@x.test", "bücher@x.test", "", "plain@x.test"),
)


def test_hostile_lines_are_neither_offered_nor_run(offers: Offers, memory: Path, tmp_path: Path) -> None:
    """A file that somebody else wrote offers what is plain in it, and does nothing."""
    (memory / "addresses.txt").write_text("\n".join([*HOSTILE, "last@x.test"]), encoding="utf-8")
    assert offers("domaincheck unsubscribe ") == {"plain@x.test", "last@x.test"}
    assert list(tmp_path.rglob("pwned")) == []


def test_without_a_memory_nothing_is_offered_or_said(offers: Offers, memory: Path) -> None:
    """As before the first subscription; what is no file is passed over too."""
    assert offers("domaincheck unsubscribe ") == set()
    (memory / "addresses.txt").mkdir()
    assert offers("domaincheck unsubscribe ") == set()


def test_the_memory_is_where_the_program_keeps_it(offers: Offers, tmp_path: Path) -> None:
    """STATE_DIRECTORY, of which the first counts, comes before XDG_STATE_HOME, and that before the home folder."""
    places = {"home": tmp_path / ".local/state/domaincheck", "xdg": tmp_path / "x/domaincheck", "own": tmp_path / "own"}
    for name, place in places.items():
        _remember(f"{name}@example.com", place)
    line, xdg = "domaincheck unsubscribe ", str(tmp_path / "x")
    assert offers(line, STATE_DIRECTORY="", XDG_STATE_HOME="") == {"home@example.com"}
    assert offers(line, STATE_DIRECTORY="", XDG_STATE_HOME="x") == {"home@example.com"}  # as XDG has it
    assert offers(line, STATE_DIRECTORY="", XDG_STATE_HOME=xdg) == {"xdg@example.com"}
    assert offers(line, STATE_DIRECTORY=f"{places['own']}:/else", XDG_STATE_HOME=xdg) == {"own@example.com"}


def test_the_memory_on_macos(offers: Offers, tmp_path: Path) -> None:
    """It is in the library there; nobody else has such a folder."""
    _remember("mac@example.com", tmp_path / "Library/Application Support/domaincheck")
    assert offers("domaincheck unsubscribe ", STATE_DIRECTORY="", XDG_STATE_HOME="") == {"mac@example.com"}


def _remember(address: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "addresses.txt").write_text(f"{address}\n", encoding="ascii")
