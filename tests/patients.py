"""Somebody for ``domaincheck doctor`` to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domaincheck.journal import Journal
from tests.commands import Outcome, Shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail_servers import MailServer

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


@dataclass(slots=True)
class Patient:
    """A machine on which all is well but for what a test changes: *environment*, *clock*, or the *hosts* it knows."""

    home: Path
    server: MailServer | None = None
    environment: dict[str, str] = field(default_factory=dict)
    now: datetime = NOW
    hosts: dict[tuple[str, int], tuple[str, int]] = field(
        default_factory=lambda: {("example.com", 443): ("192.0.2.7", 443)}
    )

    def see(self, *arguments: str, terminals: tuple[str, ...] = ()) -> Outcome:
        """Run the command with *arguments*; *terminals* are the streams that are one."""
        well = {
            "DOMAINCHECK_SMTP_FROM": "alerts@example.com",
            "DOMAINCHECK_SMTP_HOST": "127.0.0.1",
            "DOMAINCHECK_SMTP_PORT": str(self.server.port if self.server else 1),
            "DOMAINCHECK_SMTP_SECURITY": "none",
        }
        environment = {name: value for name, value in (well | self.environment).items() if value}
        shell = Shell(self.hosts, environment, home=self.home, terminals=terminals, clock=lambda: self.now)
        return shell.run("doctor", *arguments)

    def note_run(self, at: datetime = NOW - timedelta(hours=1)) -> None:
        """Take note of a scheduled run *at* that time."""
        with Journal.open(self.home / "state.db") as journal:
            journal.note_run(at)

    def findings(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what the command finds, by the name of the check."""
        return {check["name"]: check for check in self.see("--json", *arguments).document["checks"]}

    def said(self, name: str) -> list[tuple[str, str]]:
        """Return the marks and messages of the checks of that *name*."""
        checks = self.see("--json").document["checks"]
        return [(check["mark"], check["message"]) for check in checks if check["name"] == name]
