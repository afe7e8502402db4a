"""Handing mail to a sendmail-compatible command."""

from __future__ import annotations

import shlex
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import MailError
from domaincheck.mailer import CommandMailer

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = b"Subject: hello\r\n\r\nhow are you?\r\n"
SENDER, RECIPIENT = "alerts@example.com", "you@example.org"


@dataclass(frozen=True, slots=True)
class Command:
    """A mail program of a few lines of Python, in *folder*, that may leave files there."""

    folder: Path

    def mailer(self, code: str, timeout: float = 10.0, heard: list[str] | None = None) -> CommandMailer:
        """Return a mailer that runs *code*, in the folder."""
        path = self.folder / "mail program.py"
        path.write_text(f"import os, sys, time\nos.chdir({str(self.folder)!r})\n{code}\n", encoding="utf-8")
        return CommandMailer((sys.executable, str(path)), timeout, heard.append if heard is not None else None)

    def failure(self, code: str, timeout: float = 10.0) -> MailError:
        """Return how a mail fails with a program that runs *code*."""
        with pytest.raises(MailError) as caught:
            self.mailer(code, timeout).send(MESSAGE, SENDER, RECIPIENT)
        return caught.value


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Return a command in a folder of its own."""
    return Command(tmp_path)


def test_the_message_and_both_addresses_are_handed_over(command: Command, tmp_path: Path) -> None:
    """As to sendmail: the message on standard input, its lines as this system ends them."""
    keep = "open('arguments', 'w').write('\\n'.join(sys.argv[1:])); open('input', 'wb').write(sys.stdin.buffer.read())"
    command.mailer(keep).send(MESSAGE, SENDER, RECIPIENT)
    assert (tmp_path / "arguments").read_text().split("\n") == ["-i", "-f", SENDER, "--", RECIPIENT]
    assert (tmp_path / "input").read_bytes() == MESSAGE.replace(b"\r\n", b"\n")


def test_no_shell_reads_an_address(command: Command, tmp_path: Path) -> None:
    """An address may hold what a shell would act upon, and begin like an option."""
    address = "-oQ`touch$IFS'x'`|$HOME&@example.org"
    command.mailer("open('last', 'w').write(sys.argv[-1])").send(MESSAGE, SENDER, address)
    assert (tmp_path / "last").read_text() == address.replace("@EXAMPLE", "@example")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last", "mail program.py"]


@pytest.mark.parametrize(("status", "permanent"), [(67, True), (68, False), (75, False), (1, False), (69, False)])
def test_a_status_says_whether_the_recipient_is_refused_for_good(
    status: int, permanent: bool, command: Command
) -> None:
    """Only EX_NOUSER blames the recipient; the command's own words stand in the sentence, made harmless."""
    error = command.failure(f"print('no \\x1b[1m such user', file=sys.stderr); sys.exit({status})")
    assert error.permanent is permanent
    said = f"ended with status {status}: no \N{REPLACEMENT CHARACTER}[1m such user"
    assert str(error) == f"{sys.executable} {said}"


def test_a_command_that_dies_has_failed(command: Command) -> None:
    """A signal is a failure for now."""
    error = command.failure("import signal; signal.raise_signal(signal.SIGTERM)")
    assert not error.permanent
    assert f"status -{int(signal.SIGTERM)}" in str(error)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("time.sleep(60)", id="sleeps"),
        pytest.param("sys.stdin.read(); print('busy', flush=True); time.sleep(60)", id="has read everything"),
        pytest.param("os.fork() and time.sleep(60); time.sleep(60)", id="has a child"),
    ],
)
def test_a_mail_takes_no_longer_than_it_may(code: str, command: Command) -> None:
    """The command is killed when the time is over, be it reading or not."""
    error = command.failure(code, timeout=0.5)
    assert str(error) == f"{sys.executable} took longer than 0.5 s"


def test_what_a_command_leaves_running_is_not_waited_for(command: Command) -> None:
    """A mail program may deliver in the background, with our streams still open."""
    command.mailer("os.fork() or (time.sleep(12), os._exit(0))", timeout=10.0).send(MESSAGE, SENDER, RECIPIENT)


def test_a_command_need_not_read_the_message(command: Command) -> None:
    """It says by its status whether it is satisfied."""
    command.mailer("sys.stdin.close()").send(MESSAGE + b"x" * 1_000_000, SENDER, RECIPIENT)


def test_a_command_that_is_not_there_is_named() -> None:
    """By the check, and by the first mail."""
    mailer = CommandMailer(("/nowhere/sendmail",))
    with pytest.raises(MailError, match="there is no command /nowhere/sendmail"):
        mailer.check()
    with pytest.raises(MailError, match="/nowhere/sendmail cannot be run: No such file"):
        mailer.send(MESSAGE, SENDER, RECIPIENT)


def test_a_check_finds_the_command_and_runs_nothing(command: Command, tmp_path: Path) -> None:
    """A command has no way to be tried without a mail."""
    assert command.mailer("open('run', 'w')").check() == f"the command {sys.executable}"
    assert not (tmp_path / "run").exists()


def test_what_is_run_can_be_overheard(command: Command) -> None:
    """So that a user can run it by hand, and sees what it said."""
    heard: list[str] = []
    mailer = command.mailer("print('queued as 42')", heard=heard)
    mailer.send(MESSAGE, SENDER, RECIPIENT)
    assert heard == [
        f"$ {shlex.join([*mailer.words, '-i', '-f', SENDER, '--', RECIPIENT])}",
        "status 0: queued as 42",
    ]


@pytest.mark.parametrize("address", ["", "a b@example.org", "you@example.org\n"])
def test_what_is_no_address_is_refused_for_good(address: str, command: Command) -> None:
    """No command is run for it."""
    with pytest.raises(MailError) as caught:
        command.mailer("").send(MESSAGE, SENDER, address)
    assert caught.value.permanent
