"""The completions, each driven in its own shell as TAB would do it."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Protocol

import pytest

from domaincheck.cli.manual import documents
from domaincheck.settings import FORMATS
from tests.test_manual_tree import TREE as SAMPLE

SHIPPED = Path(__file__).parents[1] / "completions"


class Offers(Protocol):
    """What a shell offers at the end of a line, in the folder of the test.

    That is whole words; of ``--option=value`` the value alone, and of ``file:path`` the path.
    """

    def __call__(self, line: str, **environment: str) -> set[str]:
        """Return what is offered, in the usual *environment* but for these variables."""


_BASH = """
source "$1"
shift
COMP_LINE=$1 COMP_POINT=${#1} replaced=$2
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_domaincheck "$1" "$replaced"
printf '%s\\n' "${COMPREPLY[@]}"
"""

_FISH = """
source $argv[1]
complete -C $argv[2]
"""

_ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
type_in() { zpty -w shell "$1" }
type_in "PS1=; unsetopt beep; fpath=(${(q)1:h} \$fpath); autoload -Uz compinit; compinit -u -d ${(q)3}"
type_in "zstyle ':completion:*' verbose no"
# Whatever is offered passes through compadd; with one of these options it only asks what would match.
type_in 'compadd() {
  local -a offered
  (( ${argv[(I)-[AOD]]} )) || { builtin compadd -A offered "$@"; print -rl -- $offered >>offered }
  builtin compadd "$@"
}'
type_in "press() { zle complete-word; BUFFER=; print DO''NE }; zle -N press; bindkey '^G' press"
type_in "print REA''DY"
zpty -r shell screen '*READY*'
zpty -w -n shell "$2"$'\a'
zpty -r shell screen '*DONE*'
"""


def _run(folder: Path, *command: str, **environment: str) -> str:
    """Return what *command* prints. What is remembered is in the folder ``state``, and HOME is not the user's."""
    known = {**os.environ, "HOME": str(folder), "STATE_DIRECTORY": str(folder / "state"), **environment}
    done = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - shells
    assert done.stderr == ""
    return done.stdout


def bash(script: Path, folder: Path, line: str, **environment: str) -> set[str]:
    """Call the function with the words that bash makes of *line*: it parts them at =, : and @ too.

    An answer takes the place of what stands behind the last of these signs, with an @ itself; it is made whole here.
    """
    words = [part for word in line.split(" ") for part in _parted(word)]
    last = line.rpartition(" ")[2]
    replaced = re.split("[=:]|(?=@)", last)[-1]
    command = ("bash", "--norc", "--noprofile", "-c", _BASH, "bash", str(script / "domaincheck.bash"), line, replaced)
    answers = _run(folder, *command, *words, **environment).split("\n")
    return {last.removesuffix(replaced) + answer for answer in answers if answer}


def _parted(word: str) -> list[str]:
    return [part for part in re.split("([=:@])", word) if part] or [word]


def zsh(script: Path, folder: Path, line: str, **environment: str) -> set[str]:
    """Press TAB in a zsh that runs in a pseudo-terminal; all of them share what compinit has found."""
    offered = folder / "offered"
    offered.write_text("", encoding="utf-8")
    command = ("zsh", "-f", "-c", _ZSH, "zsh", str(script / "_domaincheck"), line, str(folder.parent / "zcompdump"))
    _run(folder, *command, **environment)
    return set(offered.read_text(encoding="utf-8").split("\n")) - {""}


def fish(script: Path, folder: Path, line: str, **environment: str) -> set[str]:
    """Ask fish, which answers with a description behind a tab."""
    command = ("fish", "--no-config", "-c", _FISH, str(script / "domaincheck.fish"), line)
    return {answer.partition("\t")[0] for answer in _run(folder, *command, **environment).split("\n")} - {""}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}

WITH_BASH = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def _offers(shell: str, scripts: Path, folder: Path) -> Offers:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")

    def offers(line: str, **environment: str) -> set[str]:
        return {
            re.sub("^(--[^=]+=)?(file:)?", "", each) for each in SHELLS[shell](scripts, folder, line, **environment)
        }

    return offers


@pytest.fixture(params=SHELLS)
def offers(request: pytest.FixtureRequest, tmp_path: Path) -> Offers:
    """Return what each shell offers by the script in the checkout."""
    return _offers(request.param, SHIPPED, tmp_path)


@pytest.fixture(params=SHELLS)
def sample_offers(request: pytest.FixtureRequest, tmp_path: Path) -> Offers:
    """Return what each shell offers by the script for a sample of nested commands."""
    scripts = tmp_path / "completions"
    scripts.mkdir()
    for path, text in documents(SAMPLE).items():
        if path.startswith("completions/"):
            (tmp_path / path).write_text(text, encoding="utf-8")
    return _offers(request.param, scripts, tmp_path)


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
    """They are choices for an argument; what stands after it is free."""
    assert offers(f"domaincheck config {command} smtp.pass") == {"smtp.password_file"}
    assert offers(f"domaincheck config {command} check.jobs smtp.pass") == set()


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
        place.mkdir(parents=True)
        (place / "addresses.txt").write_text(f"{name}@example.com\n", encoding="ascii")
    line, xdg = "domaincheck unsubscribe ", str(tmp_path / "x")
    assert offers(line, STATE_DIRECTORY="", XDG_STATE_HOME="") == {"home@example.com"}
    assert offers(line, STATE_DIRECTORY="", XDG_STATE_HOME=xdg) == {"xdg@example.com"}
    assert offers(line, STATE_DIRECTORY=f"{places['own']}:/else", XDG_STATE_HOME=xdg) == {"own@example.com"}


# --- of one shell ---


@WITH_BASH
def test_bash_completes_an_address_on_its_line(memory: Path, tmp_path: Path) -> None:
    """It takes words apart at @ and puts the rest behind that; so a real TAB on a real terminal is the proof."""
    (memory / "addresses.txt").write_text("ops@example.com\n", encoding="ascii")
    (tmp_path / "rc").write_text(
        f"PS1= HISTFILE=; source '{SHIPPED}/domaincheck.bash'\ndomaincheck() {{ echo $1=$2; }}\n"
    )
    environment = {**os.environ, "STATE_DIRECTORY": str(memory), "TERM": "dumb", "INPUTRC": os.devnull}
    master, terminal = pty.openpty()
    command = ("bash", "--noprofile", "--rcfile", str(tmp_path / "rc"), "-i")
    with subprocess.Popen(  # noqa: S603 - a shell
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True
    ) as shell:
        os.close(terminal)
        os.write(master, b"domaincheck unsubscribe op\t\ndomaincheck subscribe ops@exa\t\nexit\n")
        seen = _read_to_end(master)
        shell.wait(timeout=30)
    assert b"unsubscribe=ops@example.com" in seen
    assert b"\nsubscribe=ops@example.com" in seen


def _read_to_end(terminal: int) -> bytes:
    seen, end = b"", time.monotonic() + 30
    while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # as Linux says that nobody is at the other end any more
            break
    os.close(terminal)
    return seen


@WITH_BASH
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["domaincheck", "check", "--sort=u"], "--sort=urgency\n"),
        (["domaincheck", "unsubscribe", "ops@example.c"], "ops@example.com\n"),
        (["domaincheck", "doctor", "--mail=ops@example.c"], "--mail=ops@example.com\n"),
        (["domaincheck", "check", "file:cha"], "file:chain.pem\n"),
    ],
)
def test_bash_without_the_usual_word_breaks(words: list[str], offered: str, memory: Path, tmp_path: Path) -> None:
    """Some take signs out of COMP_WORDBREAKS; then the offer is the whole word."""
    (memory / "addresses.txt").write_text("ops@example.com\n", encoding="ascii")
    (tmp_path / "chain.pem").touch()
    command = ("bash", "--norc", "-c", _BASH, "bash", str(SHIPPED / "domaincheck.bash"))
    assert _run(tmp_path, *command, " ".join(words), words[-1], *words) == offered


@WITH_BASH
def test_bash_reads_letters_that_share_a_dash(tmp_path: Path) -> None:
    """The last of them may wait for a value, and the first ones were given."""
    (tmp_path / "hosts.txt").touch()
    assert bash(SHIPPED, tmp_path, "domaincheck check -4f hos") == {"hosts.txt"}
    assert "-4" not in bash(SHIPPED, tmp_path, "domaincheck check -4j8 -")


def test_the_zsh_function_is_found_by_its_first_line() -> None:
    """Of all files in its path, compinit reads nothing else."""
    assert (SHIPPED / "_domaincheck").read_text(encoding="utf-8").splitlines()[0] == "#compdef domaincheck"
