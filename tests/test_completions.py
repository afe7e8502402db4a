"""The completions, each driven in its own shell as TAB would do it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from domaincheck.cli.manual import documents
from tests.test_manual_tree import TREE as SAMPLE

SHIPPED = Path(__file__).parents[1] / "completions"

Offers = Callable[[str], set[str]]
"""What a shell offers at the end of a line, in the folder of the test; of ``--option=value`` the value alone."""

_BASH = """
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_domaincheck
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


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - shells
    return done.stdout


def bash(script: Path, folder: Path, line: str) -> set[str]:
    """Call the function with the words that bash makes of *line*: it parts them at = and : too."""
    words = [part for word in line.split(" ") for part in (re.split(r"(?<=[=:])|(?=[=:])", word) if word else [""])]
    command = ("bash", "--norc", "--noprofile", "-c", _BASH, "bash", str(script / "domaincheck.bash"))
    return set(_run(folder, *command, *words).split("\n")) - {""}


def zsh(script: Path, folder: Path, line: str) -> set[str]:
    """Press TAB in a zsh that runs in a pseudo-terminal; all of them share what compinit has found."""
    offered = folder / "offered"
    offered.write_text("", encoding="utf-8")
    _run(folder, "zsh", "-f", "-c", _ZSH, "zsh", str(script / "_domaincheck"), line, str(folder.parent / "zcompdump"))
    return set(offered.read_text(encoding="utf-8").split("\n")) - {""}


def fish(script: Path, folder: Path, line: str) -> set[str]:
    """Ask fish, which answers with a description behind a tab."""
    command = ("fish", "--no-config", "-c", _FISH, str(script / "domaincheck.fish"), line)
    return {answer.partition("\t")[0] for answer in _run(folder, *command).split("\n")} - {""}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}

WITH_BASH = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def _offers(shell: str, scripts: Path, folder: Path) -> Offers:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")

    def offers(line: str) -> set[str]:
        return {re.sub("^--[^=]+=", "", each) for each in SHELLS[shell](scripts, folder, line)}

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
    assert offers(f"domaincheck check {line}") == {"table", "plain", "json", "ndjson", "csv"}


def test_choices_that_have_begun(offers: Offers) -> None:
    """What is there narrows them down."""
    assert offers("domaincheck check --registry=r") == {"rdap"}


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


@WITH_BASH
def test_bash_without_the_equals_sign_among_its_word_breaks(tmp_path: Path) -> None:
    """Some take it out of COMP_WORDBREAKS; then the offer is the whole word."""
    command = ("bash", "--norc", "-c", _BASH, "bash", str(SHIPPED / "domaincheck.bash"))
    assert _run(tmp_path, *command, "domaincheck", "check", "--sort=u") == "--sort=urgency\n"


@WITH_BASH
def test_bash_reads_letters_that_share_a_dash(tmp_path: Path) -> None:
    """The last of them may wait for a value, and the first ones were given."""
    (tmp_path / "hosts.txt").touch()
    assert bash(SHIPPED, tmp_path, "domaincheck check -4f hos") == {"hosts.txt"}
    assert "-4" not in bash(SHIPPED, tmp_path, "domaincheck check -4j8 -")


def test_the_zsh_function_is_found_by_its_first_line() -> None:
    """Of all files in its path, compinit reads nothing else."""
    assert (SHIPPED / "_domaincheck").read_text(encoding="utf-8").splitlines()[0] == "#compdef domaincheck"
