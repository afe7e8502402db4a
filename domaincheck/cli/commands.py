"""The commands by name. Only what is called is built: to build all of them takes longer than to run one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import typer
from typer.main import get_command_name

from domaincheck.cli.help import Command, Group

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMMANDS = {  # module of this folder, and the function or, for a group, the Typer app in it; groups come last
    "check": ("check", "check"),
    "demo": ("demo", "demo"),
    "doctor": ("doctor", "doctor"),
    "subscribe": ("subscribe", "subscribe"),
    "unsubscribe": ("subscribe", "unsubscribe"),
    "run-scheduled": ("run_scheduled", "run_scheduled"),
    "schedule": ("schedule", "schedule"),
    "history": ("history", "history"),
    "otp": ("subscribe", "otp_app"),
    "subscriptions": ("subscriptions", "app"),
    "registries": ("registries", "app"),
    "config": ("config", "app"),
    "telemetry": ("telemetry", "app"),
}

_WITH_VALUE = ("--config", "--store")
"""Global options whose value must not be taken for a command."""

_LISTS_ONLY = (["--help"], ["-h"])
"""Command lines that need no command's options: reading all of those takes as long as loading typer."""


def add_to(app: typer.Typer, arguments: Sequence[str] | None = None) -> typer.Typer:
    """Return *app* with the command that *arguments* call added to it; with all where that can't be told."""
    wanted = _called(arguments or ())
    for name in (wanted,) if wanted else _COMMANDS:
        module, attribute = _COMMANDS[name]
        command = getattr(importlib.import_module(f"domaincheck.cli.{module}"), attribute)
        if arguments in _LISTS_ONLY:
            app.command(name, help=command.info.help if isinstance(command, typer.Typer) else command.__doc__)(_nothing)
        elif isinstance(command, typer.Typer):
            for each in command.registered_commands:
                each.cls = Command
            app.add_typer(command, cls=Group)
        else:
            app.command(name, cls=Command)(command)
    return app


def _nothing() -> None:
    """Stand in for a command of which only the name and a line of help are shown."""


def words_of(arguments: Sequence[str]) -> str:
    """Return the words of the command that *arguments* call, as ``otp send``; ``unknown`` where they call none."""
    wanted, *others = (*_words(arguments), "")
    if wanted not in _COMMANDS:
        return "unknown"
    module, attribute = _COMMANDS[wanted]
    group = getattr(importlib.import_module(f"domaincheck.cli.{module}"), attribute)
    if not isinstance(group, typer.Typer):
        return wanted
    commands = ((each.name, each.callback) for each in group.registered_commands)
    inner = {name or get_command_name(callback.__name__) for name, callback in commands if callback}
    return f"{wanted} {others[0]}" if others[0] in inner else wanted


def _called(arguments: Sequence[str]) -> str | None:
    """Return the command that *arguments* call, if they do."""
    word = next(_words(arguments), None)
    return word if word in _COMMANDS else None


def _words(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the words of *arguments* that are no options, nor values of global ones."""
    words = iter(arguments)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            yield word
