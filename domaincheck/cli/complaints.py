"""What is said of a command line that cannot be understood: what is wrong, what may be meant, where help is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.cli.commands import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import typer


def complaint(error: typer.TyperException, arguments: Sequence[str]) -> str:
    """Return one sentence about *error*, which *arguments* gave rise to, and which page of help to read."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else _command(arguments)
    sentence = _hint(error, context, arguments) or " ".join(error.format_message().split()).rstrip(".")
    return f"{sentence}{'' if sentence.endswith('?') else '.'} Try '{command} --help'."


def _command(arguments: Sequence[str]) -> str:
    """Return the command that *arguments* call, as a page of help is asked for it."""
    words = words_of(arguments)
    return "domaincheck" if words == "unknown" else f"domaincheck {words}"


def _hint(error: Any, context: Any, arguments: Sequence[str]) -> str | None:
    """Return what to do about an option that is not there, if something can be told: where it stands, or its name."""
    option = getattr(error, "option_name", None)
    if option is None or context is None or not hasattr(error, "possibilities"):
        return None
    root = context.find_root()
    known = _written(option, root.command.params)
    if known and context is not root:
        return f"{option} stands before the command, as in 'domaincheck {known} {context.command_path.split()[1]}'"
    called = words_of(arguments)
    below = getattr(context.command, "commands", {}).get(called)
    known = _written(option, below.params) if below else None
    if known:
        return f"{option} stands after the command, as in 'domaincheck {called} {known}'"
    nearest = error.possibilities[0] if error.possibilities else None  # they come in the order of likeness
    return f"{error.message}; did you mean {nearest}?" if nearest else None


def _written(option: str, parameters: Iterable[Any]) -> str | None:
    """Return *option* as it is written, with the name of its value, if it is among *parameters*."""
    for each in parameters:
        if option in (*each.opts, *each.secondary_opts):
            return f"{option} {each.metavar}" if each.metavar else option
    return None
