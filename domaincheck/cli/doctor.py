"""``domaincheck doctor``: whether everything is in place that a scheduled run needs."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.cli.health import Check, Mark
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domaincheck.cli.invocation import Invocation

JSON_VERSION = "1"
COULD_NOT = 3

_BY_SETTINGS = ("store", "secrets", "CAs", "mail", "PostHog")
"""What can't be looked at without settings that can be used."""

_CLOSED = "see that whoever runs this may read and write there"


def doctor(
    ctx: typer.Context,
    mail: Annotated[
        str | None, typer.Option("--mail", metavar="ADDRESS", help="Send a test mail to ADDRESS too.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> int:
    """See whether everything is in place that a scheduled run needs, and say what to do where it is not."""
    from domaincheck.cli.health.shown import shown_on

    world = ctx.obj.world
    checks, lines = [], shown_on(world.stdout, world.environment)
    for check in _checks(ctx.obj, mail):
        checks.append(check)
        if not json:
            world.stdout.write("".join(f"{line}\n" for line in lines(check)))
            world.stdout.flush()
    if json:
        world.stdout.write(json_module.dumps(_document(checks), ensure_ascii=False, indent=2) + "\n")
    return COULD_NOT if any(check.mark is Mark.FAILED for check in checks) else 0


def _document(checks: Sequence[Check]) -> dict[str, object]:
    worst = max(checks, key=lambda check: list(Mark).index(check.mark)).mark
    return {"version": JSON_VERSION, "status": worst, "checks": [asdict(check) for check in checks]}


def _checks(invocation: Invocation, address: str | None) -> Iterator[Check]:
    """Yield what every examination comes to; one that fails keeps no other from being made."""
    from domaincheck.cli.health import files, outside, posthog

    examinations: dict[str, Callable[[Invocation], Iterator[Check]]] = {
        "settings": files.settings,
        "store": files.store,
        "state": files.state,
        "journal": files.journal,
        "cache": files.cache,
        "secrets": files.secrets,
        "CAs": outside.roots,
        "DNS": outside.names,
        "clock": outside.clock,
        "mail": partial(outside.mail, address=address),
        "PostHog": posthog.telemetry,
    }
    unusable = files.settings_fault(invocation)
    for name, examine in examinations.items():
        if unusable and name in _BY_SETTINGS:
            yield Check(name, Mark.WARNING, "this depends on the settings, and was not looked at")
            continue
        try:
            yield from examine(invocation)
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what was asked for
            yield Check(name, Mark.FAILED, clean(_said(error)), _CLOSED if isinstance(error, PermissionError) else None)


def _said(error: Exception) -> str:
    """Return what *error* says, without the number that the operating system gives it."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}"
    return str(error) or type(error).__name__
