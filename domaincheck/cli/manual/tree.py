"""The command tree as plain data: all that pages and completions need to know of it, and nothing of typer.

What is read is what the code declares. No context is entered and no setting loaded, so the outcome is the same on every
machine, whatever its environment holds.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import typer

from domaincheck.settings.readers import path as path_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domaincheck.settings.readers import Reader


class Kind(Enum):
    """What a value is, as far as a shell can help with it: a host is a target that is no file."""

    TEXT = "text"
    CHOICE = "choice"
    FILE = "file"
    FOLDER = "folder"
    ADDRESS = "address"
    HOST = "host"
    TARGET = "target"


_PATHS = {"path": Kind.FILE, "file": Kind.FILE, "filename": Kind.FILE, "directory": Kind.FOLDER}
"""The names that typer's types for paths and files go by."""

_METAVARS = {"FILE": Kind.FILE, "EMAIL": Kind.ADDRESS, "ADDRESS": Kind.ADDRESS, "TARGET": Kind.HOST}
"""What a text is by the name it goes by; a target is a host, or a file too where the help says so."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an option or an argument takes: the *metavar* it goes by, its *kind*, and its *choices* if it has any.

    An argument may depend on the one before it: *after* says what it is behind each of certain words.
    """

    metavar: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    after: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One option with all its spellings, short ones first; *negations* switch off what *names* switch on.

    *value* is ``None`` for a flag. *default* is in the words of the command line, ``None`` where there is none to tell.
    """

    names: tuple[str, ...]
    negations: tuple[str, ...]
    help: str
    value: Value | None = None
    default: str | None = None
    repeatable: bool = False
    required: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling."""
        return self.names + self.negations

    def help_for(self, spelling: str) -> str:
        """Return what *spelling* does, for a list in which each stands on its own."""
        return f"The opposite of {self.names[0]}." if spelling in self.negations and self.names else self.help


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands on the command line without a dash. *usage* is how a synopsis writes it, as in ``[TARGET]...``."""

    usage: str
    help: str
    value: Value
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them. *path* are the words that lead to it, none for the program itself."""

    path: tuple[str, ...]
    help: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    commands: tuple[Command, ...] = ()

    @property
    def summary(self) -> str:
        """The first paragraph of the help, on one line."""
        return " ".join(self.help.split("\n\n")[0].split())

    def walk(self) -> Iterator[Command]:
        """Yield this command and all below it, each before its own commands."""
        yield self
        for command in self.commands:
            yield from command.walk()


def read(app: typer.Typer) -> Command:
    """Return the command tree of *app*."""
    command = typer.main.get_command(app)
    return _command(command, typer.Context(command, **command.context_settings), ())


def _command(command: Any, context: Any, path: tuple[str, ...]) -> Command:
    below = {name: each for name, each in getattr(command, "commands", {}).items() if not each.hidden}
    visible = [parameter for parameter in command.get_params(context) if not getattr(parameter, "hidden", False)]
    return Command(
        path=path,
        help=inspect.cleandoc(command.help or "").partition("\f")[0].strip(),
        options=tuple(_option(each, context) for each in visible if each.param_type_name == "option"),
        arguments=tuple(_argument(each, context) for each in visible if each.param_type_name == "argument"),
        commands=tuple(
            _command(each, typer.Context(each, parent=context, **each.context_settings), (*path, name))
            for name, each in below.items()
        ),
    )


def _option(option: Any, context: Any) -> Option:
    takes_value = not (option.is_flag or option.count)
    return Option(
        names=_short_first(option.opts),
        negations=_short_first(option.secondary_opts),
        help=" ".join((option.help or "").split()),
        value=_value(option, option.make_metavar(ctx=context)) if takes_value else None,
        default=_default(option),
        repeatable=bool(option.multiple or option.count),
        required=option.required,
    )


def _argument(argument: Any, context: Any) -> Argument:
    usage = argument.make_metavar(ctx=context, usage=True)
    return Argument(
        usage=re.sub(r"^\{(.*)\}", r"\1", usage),  # typer's braces say "required", as does the lack of brackets
        help=" ".join((argument.help or "").split()),
        value=_value(argument, re.sub(r"[\[\]{}]|\.\.\.$", "", usage)),
        repeatable=argument.nargs != 1,
    )


def _short_first(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names* with short ones first; typer keeps the names of ``--help`` in a set, which has no order."""
    return tuple(sorted(names, key=lambda name: (name.startswith("--"), len(name), name)))


def _value(parameter: Any, metavar: str) -> Value:
    source = getattr(parameter.type, "func", parameter.type)  # a parser of ours may have choices of its own
    choices = tuple(str(getattr(each, "value", each)) for each in getattr(source, "choices", ()))
    if choices:
        return Value(parameter.metavar or "|".join(choices), Kind.CHOICE, choices)
    if readers := getattr(source, "readers", None):
        read = {word: _as_read(metavar, reader) for word, reader in readers.items()}
        return Value(metavar, after={word: value for word, value in read.items() if value.kind is not Kind.TEXT})
    kind = _PATHS.get(parameter.type.name) or _METAVARS.get(metavar, Kind.TEXT)
    return Value(metavar, Kind.TARGET if kind is Kind.HOST and "file:" in (parameter.help or "") else kind)


def _as_read(metavar: str, reader: Reader[Any]) -> Value:
    if reader.choices:
        return Value(metavar, Kind.CHOICE, reader.choices)
    return Value(metavar, Kind.FILE if reader is path_reader else Kind.TEXT)


def _default(option: Any) -> str | None:
    """Return the default as the user would have to write it, ``None`` for none, or one that goes without saying."""
    default = option.default
    if isinstance(option.show_default, str):
        return option.show_default
    if not option.show_default or option.count or default is None or callable(default):
        return None
    if option.is_flag:
        if not option.secondary_opts:
            return None
        return str((option.opts if default else option.secondary_opts)[0])
    if isinstance(default, list | tuple):
        return ", ".join(map(_written, default)) or None
    return _written(default)


def _written(default: Any) -> str:
    return f"{default:g}" if isinstance(default, float) else str(getattr(default, "value", default))
