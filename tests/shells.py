"""The shells, each driven as TAB would do it, to see what our completions offer in them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import pytest

SHIPPED = Path(__file__).parents[1] / "completions"


class Offers(Protocol):
    """What a shell offers at the end of a line, in the folder of the test.

    That is whole words; of ``--option=value`` the value alone, and of ``file:path`` the path.
    """

    def __call__(self, line: str, **environment: str) -> set[str]:
        """Return what is offered, in the usual *environment* but for these variables."""


BASH = """
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


def run(folder: Path, *command: str, **environment: str) -> str:
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
    command = ("bash", "--norc", "--noprofile", "-c", BASH, "bash", str(script / "domaincheck.bash"), line, replaced)
    answers = run(folder, *command, *words, **environment).split("\n")
    return {last.removesuffix(replaced) + answer for answer in answers if answer}


def _parted(word: str) -> list[str]:
    return [part for part in re.split("([=:@])", word) if part] or [word]


def zsh(script: Path, folder: Path, line: str, **environment: str) -> set[str]:
    """Press TAB in a zsh that runs in a pseudo-terminal; all of them share what compinit has found."""
    offered = folder / "offered"
    offered.write_text("", encoding="utf-8")
    command = ("zsh", "-f", "-c", _ZSH, "zsh", str(script / "_domaincheck"), line, str(folder.parent / "zcompdump"))
    run(folder, *command, **environment)
    return set(offered.read_text(encoding="utf-8").split("\n")) - {""}


def fish(script: Path, folder: Path, line: str, **environment: str) -> set[str]:
    """Ask fish, which answers with a description behind a tab."""
    command = ("fish", "--no-config", "-c", _FISH, str(script / "domaincheck.fish"), line)
    return {answer.partition("\t")[0] for answer in run(folder, *command, **environment).split("\n")} - {""}


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def offers_of(shell: str, scripts: Path, folder: Path) -> Offers:
    """Return what *shell* offers by the script in the folder *scripts*; skip the test where there is no such shell."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")

    def offers(line: str, **environment: str) -> set[str]:
        found = SHELLS[shell](scripts, folder, line, **environment)
        return {re.sub("^(--[^=]+=)?(file:)?", "", each) for each in found}

    return offers
