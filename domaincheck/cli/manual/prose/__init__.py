"""What the man pages say beyond the command tree: a module a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.prose import alerts, check, demo, program, registries

if TYPE_CHECKING:
    from domaincheck.cli.manual.words import Words

DATE = "2026-11-23"
"""Stands in the footer of every page: when what they say was last gone through."""

WORDS: dict[tuple[str, ...], Words] = {
    (): program.PROGRAM,
    ("check",): check.CHECK,
    ("demo",): demo.DEMO,
    ("subscribe",): alerts.SUBSCRIBE,
    ("unsubscribe",): alerts.UNSUBSCRIBE,
    ("otp", "send"): alerts.OTP_SEND,
    ("subscriptions",): alerts.SUBSCRIPTIONS,
    ("subscriptions", "list"): alerts.SUBSCRIPTIONS_LIST,
    ("subscriptions", "import"): alerts.SUBSCRIPTIONS_IMPORT,
    ("subscriptions", "export"): alerts.SUBSCRIPTIONS_EXPORT,
    ("run-scheduled",): alerts.RUN_SCHEDULED,
    ("schedule",): alerts.SCHEDULE,
    ("registries",): registries.REGISTRIES,
    ("registries", "show"): registries.SHOW,
    ("registries", "refresh"): registries.REFRESH,
}
"""By the path of the command; of a command that is not among them only what the tree knows is told."""
