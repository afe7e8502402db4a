"""What the completions owe to a single shell: how it takes words apart, quotes them, and asks for what is offered."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.shells import BASH, SHIPPED, bash, fish, offers_of, run

if TYPE_CHECKING:
    from pathlib import Path

WITH_BASH = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
WITH_FISH = pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an address that is remembered, and a file with a name that needs care."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "addresses.txt").write_text("ops@example.com\n", encoding="ascii")
    (tmp_path / "my $(touch pwned).pem").touch()
    return tmp_path


SPACED = "file:my $(touch pwned).pem"


@WITH_BASH
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("unsubscribe op", ["unsubscribe", "ops@example.com"]),
        ("subscribe ops@exa", ["subscribe", "ops@example.com"]),
        ('subscribe "ops@exa', ["subscribe", "ops@example.com"]),
        ("check --format 'js", ["check", "--format", "json"]),
        ("check --sort='u", ["check", "--sort=urgency"]),
        ("config set 'tls.weak' \"w", ["config", "set", "tls.weak", "warning"]),
        ("check file:my", ["check", SPACED]),
        ("check file:my\\ $", ["check", SPACED]),
        ("check 'file:my $", ["check", SPACED]),
        ("check 'a b' file:'my", ["check", "a b", SPACED]),
        ("check -o my\\ ", ["check", "-o", SPACED.removeprefix("file:")]),
    ],
)
def test_bash_on_its_line(typed: str, words: list[str], folder: Path) -> None:
    """It takes words apart, and quotes what it puts behind the rest; so a real TAB on a real terminal is the proof."""
    (folder / "rc").write_text(f"PS1= HISTFILE=; set -u; source '{SHIPPED}/domaincheck.bash'\n{_ECHO}", "utf-8")
    environment = {**os.environ, "STATE_DIRECTORY": str(folder / "state"), "TERM": "dumb", "INPUTRC": os.devnull}
    master, terminal = pty.openpty()
    command = ("bash", "--noprofile", "--rcfile", str(folder / "rc"), "-i")
    with subprocess.Popen(  # noqa: S603 - a shell
        command, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True
    ) as shell:
        os.close(terminal)
        os.write(master, f"domaincheck {typed}\t\nexit\n".encode())
        seen = _read_to_end(master)
        shell.wait(timeout=30)
    assert re.findall(r"<(.*?)>", seen.decode()) == words
    assert not (folder / "pwned").exists()


_ECHO = "domaincheck() { printf '<%s>' \"$@\"; echo; }\n"


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
def test_bash_without_the_usual_word_breaks(words: list[str], offered: str, folder: Path) -> None:
    """Some take signs out of COMP_WORDBREAKS; then the offer is the whole word."""
    (folder / "chain.pem").touch()
    command = ("bash", "--norc", "-c", BASH, "bash", str(SHIPPED / "domaincheck.bash"))
    assert run(folder, *command, " ".join(words), words[-1], *words) == offered


@WITH_BASH
def test_bash_reads_letters_that_share_a_dash(tmp_path: Path) -> None:
    """The last of them may wait for a value, and the first ones were given."""
    (tmp_path / "hosts.txt").touch()
    assert bash(SHIPPED, tmp_path, "domaincheck check -4f hos") == {"hosts.txt"}
    assert "-4" not in bash(SHIPPED, tmp_path, "domaincheck check -4j8 -")


def test_the_zsh_function_is_found_by_its_first_line() -> None:
    """Of all files in its path, compinit reads nothing else."""
    assert (SHIPPED / "_domaincheck").read_text(encoding="utf-8").splitlines()[0] == "#compdef domaincheck"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.parametrize(
    "typed", ["file:my", "file:my\\ ", "'file:my $", "file:'my", "'a b' --format 'json' \"file:my"]
)
def test_file_names_that_need_care(shell: str, typed: str, folder: Path) -> None:
    """They are found however much of the word is quoted, and nothing in them is run."""
    offered = offers_of(shell, SHIPPED, folder)(f"domaincheck check {typed}")
    assert {name.replace("\\", "") for name in offered} == {SPACED.removeprefix("file:")}
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_quoted_setting(shell: str, folder: Path) -> None:
    """It is the same setting."""
    assert offers_of(shell, SHIPPED, folder)("domaincheck config set 'tls.weak' w") == {"warning"}


@WITH_FISH
def test_fish_reads_the_words_once_at_a_tab(tmp_path: Path) -> None:
    """Every line has conditions, and fish asks for equal ones only once: what takes long is in a single one."""
    count = "functions -c __domaincheck_read original; function __domaincheck_read; set -ga reads x; original; end"
    ask = "complete -C 'domaincheck check --form' >/dev/null; echo (count $reads) $version"
    line = f"source {SHIPPED}/domaincheck.fish; {count}; {ask}"
    reads, *version = map(int, re.findall(r"\d+", run(tmp_path, "fish", "--no-config", "-c", line)))
    if version < [3, 6]:
        pytest.skip("so it is from fish 3.6 on")
    assert reads == 1


@WITH_FISH
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("check --no-tls --tl", set()),
        ("check --form", {"--format"}),
        ("config set tls.weak w", {"warning"}),
        ("unsubscribe op", {"ops@example.com"}),
    ],
)
def test_fish_before_3_6(line: str, offered: set[str], folder: Path) -> None:
    """It heeds only the last of a line's conditions."""
    text = (SHIPPED / "domaincheck.fish").read_text(encoding="utf-8")
    alone = re.sub(r'(-n "[^"]*" )+(?=-n ")', "", text) + "set -g __domaincheck_alone\n"
    (folder / "domaincheck.fish").write_text(alone, encoding="utf-8")
    assert fish(folder, folder, f"domaincheck {line}") == offered
