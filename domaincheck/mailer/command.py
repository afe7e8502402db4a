"""Hands mail to a command that takes it as sendmail does; many hosts that run cron have only that."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from domaincheck.errors import MailError
from domaincheck.mailer.addresses import envelope
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EX_NOUSER = 67
"""The one status of sysexits.h that says of the recipient, and for good, that there is no such person.

EX_NOHOST (68) is not taken so: msmtp also means by it that its own mail server could not be found.
"""

WORDS_LIMIT = 2000
"""Bytes kept of what the command says."""


@dataclass(frozen=True, slots=True)
class CommandMailer:
    """The command in *words*; ``-i -f sender -- recipient`` is added, and the message is its standard input.

    No shell sees any of it. *timeout* is in seconds, for one mail; then the command is killed, with all it started.
    *overhear* is told what is run and what comes of it.
    """

    words: tuple[str, ...]
    timeout: float = 30.0
    overhear: Callable[[str], None] | None = None

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Hand *message* over, as :class:`domaincheck.mailer.Mailer` has it."""
        origin, destination = envelope(sender, recipient)
        lines = b"\n".join(message.splitlines()) + b"\n"  # a command expects lines as its system ends them
        status, said = self._run([*self.words, "-i", "-f", origin, "--", destination], lines)
        if status:
            permanent = status == EX_NOUSER
            reason = f"{self.words[0]} ended with status {status}"
            raise MailError(f"{reason}: {said}" if said else reason, permanent=permanent)

    def check(self) -> str:
        """Return where the command is; raise MailError when it can't be found. No mail is handed to it."""
        if found := shutil.which(self.words[0]):
            return f"the command {found}"
        raise MailError(f"there is no command {clean(self.words[0])}: correct smtp.command")

    def _run(self, arguments: list[str], text: bytes) -> tuple[int, str]:
        """Run the command to its end, and return its status and what it said."""
        self._tell(f"$ {shlex.join(arguments)}")
        with tempfile.TemporaryFile() as output:  # a pipe would be held open by what the command leaves running
            try:
                process = subprocess.Popen(  # noqa: S603 - the operator's command; addresses are checked arguments
                    arguments, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
                )
            except OSError as error:
                raise MailError(f"{clean(self.words[0])} cannot be run: {error.strerror}") from error
            with _killed_unless_done(process):
                try:
                    process.communicate(text, self.timeout)
                except subprocess.TimeoutExpired:
                    raise MailError(f"{clean(self.words[0])} took longer than {self.timeout:g} s") from None
            said = _beginning(output)
        self._tell(f"status {process.returncode}{': ' if said else ''}{said}")
        return process.returncode, said

    def _tell(self, line: str) -> None:
        if self.overhear is not None:
            self.overhear(clean(line))


@contextlib.contextmanager
def _killed_unless_done(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill *process* and its children when the block fails for any reason."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _beginning(output: IO[bytes]) -> str:
    output.seek(0)
    return clean(output.read(WORDS_LIMIT).decode("utf-8", "replace").strip())
