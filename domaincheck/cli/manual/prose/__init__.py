"""What the man pages say beyond the command tree: a module a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.prose import alerts, check, config, demo, doctor, history, program, registries, telemetry

if TYPE_CHECKING:
    from domaincheck.cli.manual.words import Words

DATE = "2026-11-24"
"""Stands in the footer of every page: when what they say was last gone through."""

WORDS: dict[tuple[str, ...], Words] = {
    (): program.PROGRAM,
    ("check",): check.CHECK,
    ("config",): config.CONFIG,
    ("config", "path"): config.PATH,
    ("config", "show"): config.SHOW,
    ("config", "get"): config.GET,
    ("config", "set"): config.SET,
    ("config", "init"): config.INIT,
    ("demo",): demo.DEMO,
    ("doctor",): doctor.DOCTOR,
    ("subscribe",): alerts.SUBSCRIBE,
    ("unsubscribe",): alerts.UNSUBSCRIBE,
    ("otp", "send"): alerts.OTP_SEND,
    ("subscriptions",): alerts.SUBSCRIPTIONS,
    ("subscriptions", "list"): alerts.SUBSCRIPTIONS_LIST,
    ("subscriptions", "import"): alerts.SUBSCRIPTIONS_IMPORT,
    ("subscriptions", "export"): alerts.SUBSCRIPTIONS_EXPORT,
    ("run-scheduled",): alerts.RUN_SCHEDULED,
    ("schedule",): alerts.SCHEDULE,
    ("history",): history.HISTORY,
    ("registries",): registries.REGISTRIES,
    ("registries", "show"): registries.SHOW,
    ("registries", "refresh"): registries.REFRESH,
    ("telemetry",): telemetry.TELEMETRY,
    ("telemetry", "status"): telemetry.STATUS,
    ("telemetry", "enable"): telemetry.ENABLE,
    ("telemetry", "disable"): telemetry.DISABLE,
    ("telemetry", "show"): telemetry.SHOW,
    ("telemetry", "events"): telemetry.EVENTS,
    ("telemetry", "flush"): telemetry.FLUSH,
    ("telemetry", "whois"): telemetry.WHOIS,
    ("telemetry", "dashboard"): telemetry.DASHBOARD,
}
"""By the path of the command; of a command that is not among them only what the tree knows is told."""
