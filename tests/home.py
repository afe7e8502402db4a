"""Somebody at home: settings, subscriptions and state of their own, a mailbox, and perhaps a terminal."""

from __future__ import annotations

import email
import email.policy
import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domaincheck.cli.app import main
from domaincheck.world import World
from tests.commands import Outcome, at_home, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

ANN, BOB, STRANGER = "ann@example.com", "bob@example.com", "who@example.com"
MINUTE = timedelta(minutes=1)
HOST = "www.example.com"

TAKES = """#!/bin/sh
{ cat; printf '\\f'; } >> "$(dirname "$0")/mails"
"""
REFUSES = """#!/bin/sh
echo closed today
exit 75
"""


@dataclass
class Keyboard:
    """A terminal on which *lines* are typed, each made when it is asked for."""

    lines: Iterator[str]

    def isatty(self) -> bool:
        """Return True."""
        return True

    def readline(self) -> str:
        """Return the next line; nothing when there is none."""
        return next(self.lines, "")


@dataclass
class Home:
    """Somebody's settings, subscriptions and state in *folder*, and a mail command that keeps what it is given."""

    folder: Path
    now: datetime = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mail_command(TAKES)

    def mail_command(self, script: str) -> None:
        """Let *script* take the mail."""
        (self.folder / "sendmail").write_text(script)
        (self.folder / "sendmail").chmod(0o700)

    def run(self, *arguments: object, typing: Iterator[str] | None = None) -> Outcome:
        """Run a command; *typing* are the lines typed on a terminal, without it there is none."""
        stdout, stderr = io.StringIO(), io.StringIO()
        settings = {"DOMAINCHECK_SMTP_COMMAND": str(self.folder / "sendmail"), "DOMAINCHECK_SMTP_FROM": "a@example.net"}
        stdin: Any = typed("") if typing is None else Keyboard(typing)
        environment = at_home(self.folder) | settings | self.environment
        world = World(environment, stdin, stdout, stderr, clock=lambda: self.now)
        return Outcome(main([str(argument) for argument in arguments], world), stdout.getvalue(), stderr.getvalue())

    @property
    def mails(self) -> list[EmailMessage]:
        """What the mail command was given so far."""
        path = self.folder / "mails"
        raw = path.read_bytes().split(b"\f")[:-1] if path.exists() else []
        return [email.message_from_bytes(each, policy=email.policy.default) for each in raw]

    @property
    def recipients(self) -> list[str]:
        """To whom it went."""
        return [str(mail["To"]) for mail in self.mails]

    @property
    def code(self) -> str:
        """The code in the last mail."""
        text = self.mails[-1].get_body(("plain",))
        assert text is not None
        [code] = re.findall(r"\b\d{6}\b", text.get_content())
        return str(code)

    def reading_mail(self) -> Iterator[str]:
        """Type the code that has just been mailed."""
        yield f"{self.code}\n"

    @property
    def wrong(self) -> str:
        """A code that is not that."""
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    def subscriptions(self, *options: object) -> list[tuple[str, str, str, str | None]]:
        """Return what is stored."""
        found = self.run(*options, "subscriptions", "list", "--json").document["subscriptions"]
        return [(each["email"], each["target"], each["standing"], each["threshold"]) for each in found]

    def subscribed(self, address: str, *targets: str) -> None:
        """Subscribe *address*, and let so much time pass that it may be sent another code."""
        self.run("subscribe", address, *targets)
        assert self.run("subscribe", address, *targets, "--otp", self.code).status == 0
        self.now += 61 * MINUTE
