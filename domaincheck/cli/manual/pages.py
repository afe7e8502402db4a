"""The man pages: one for the program, one for each command and group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domaincheck import __version__
from domaincheck.cli.manual import prose, roff
from domaincheck.cli.manual.words import Words, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domaincheck.cli.manual.tree import Argument, Command, Option

PROGRAM = "domaincheck"
MARK = r".\" Written by python -m domaincheck.cli.manual: change the command line or its prose, not this file."
"""The first line of each page, by which it is known as one of ours."""

VOLUME = "User Commands"
ROOM = 28
"""Letters of a name that fit twice into the 80 columns of a page's head, with the volume's name between them."""


def render(root: Command) -> Iterator[tuple[str, str]]:
    """Yield the name of each page's file and its text."""
    for command in root.walk():
        yield f"{_name(command.path)}.1", "".join(_page(command, root))


def _name(path: tuple[str, ...]) -> str:
    return "-".join((PROGRAM, *path))


def _page(command: Command, root: Command) -> Iterator[str]:
    words = prose.WORDS.get(command.path, Words())
    name = _name(command.path)
    yield f"{MARK}\n"
    volume = VOLUME if len(name) <= ROOM else ""
    yield f'.TH {roff.literal(name.upper())} 1 "{prose.DATE}" "{PROGRAM} {__version__}" "{volume}"\n{roff.FILLING}'
    yield roff.section("Name") + roff.lines(rf"{roff.literal(name)} \- {roff.inline(_as_phrase(command.summary))}")
    yield roff.section("Synopsis") + _synopsis(command)
    yield roff.section("Description") + _blocks(_description(command, words))
    if command.commands:
        yield roff.section("Commands") + "".join(_entry(each) for each in _leaves(command))
    yield from _arguments(command.arguments)
    yield roff.section("Options" if command.path else "Global options") + _options(command)
    yield from _sections(words.sections)
    yield roff.section("Exit status") + _blocks(words.exit_status)
    yield from _sections(words.appendix)
    yield from _examples(words)
    yield roff.section("See also") + _see_also(command, root)


def _as_phrase(sentence: str) -> str:
    """Return *sentence* as a NAME section has it: no capital, no full stop."""
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")


def _description(command: Command, words: Words) -> str:
    """Return the help, but without its first paragraph, which NAME has told, where there is prose to follow."""
    if not words.description:
        return command.help
    return "\n\n".join([*command.help.split("\n\n")[1:], words.description.strip()])


def _synopsis(command: Command) -> str:
    parts = [roff.bold(" ".join((PROGRAM, *command.path))), rf"[{roff.italic('OPTION')}]..."]
    parts += [f"{roff.bold(each.names[-1])}{_value(each)}" for each in command.options if each.required]
    parts += [_variables(each.usage) for each in command.arguments]
    if command.commands:
        parts += [roff.italic("COMMAND"), f"[{roff.italic('ARGUMENT')}]..."]
    return " ".join(parts) + "\n"


def _leaves(command: Command) -> Iterator[Command]:
    return (each for each in command.walk() if not each.commands)


def _entry(command: Command) -> str:
    tag = " ".join([roff.bold(" ".join(command.path)), *(_variables(each.usage) for each in command.arguments)])
    return roff.item(tag, f"{command.summary} See `{_name(command.path)}`(1).")


def _arguments(arguments: tuple[Argument, ...]) -> Iterator[str]:
    told = [roff.item(roff.italic(each.value.metavar), each.help) for each in arguments if each.help]
    if told:
        yield roff.section("Arguments") + "".join(told)


def _options(command: Command) -> str:
    elsewhere = ""
    if command.path:
        elsewhere = ".PP\n" + roff.prose(f"Options for every command stand before its name: see `{PROGRAM}`(1).")
    return "".join(map(_option, command.options)) + elsewhere


def _option(option: Option) -> str:
    names = [f"{roff.bold(name)}{_value(option) if name == option.names[-1] else ''}" for name in option.names]
    negations = [roff.bold(name) for name in option.negations]
    return roff.item(", ".join(names + negations), " ".join(_sentences(option)))


def _value(option: Option) -> str:
    return f" {_variables(option.value.metavar)}" if option.value else ""


def _variables(usage: str) -> str:
    """Return *usage* with all but its brackets, dots and other signs in italics."""
    return re.sub(r"[^\[\],.:|]+", lambda match: roff.italic(match[0]), usage)


def _sentences(option: Option) -> Iterator[str]:
    """Yield what the tree knows of *option*, without repeating what its help has said."""
    help_, value = option.help, option.value
    yield _with_metavars(help_, value.metavar) if value else help_
    choices = value.choices if value else ()
    if not all(re.search(rf"\b{re.escape(choice)}\b", help_) for choice in choices):
        *others, last = (f"`{choice}`" for choice in choices)
        yield f"One of {', '.join(others)} or {last}." if others else f"Only {last}."
    if option.required:
        yield "Required."
    if option.repeatable and "repeat" not in help_.lower():
        yield "May be given more than once."
    if option.default is not None:
        yield f"Default: `{option.default}`."


def _with_metavars(text: str, metavar: str) -> str:
    """Return *text* with the words of *metavar* marked wherever it speaks of them."""
    words = re.findall(r"[A-Z]+", metavar)
    return re.sub(rf"\b({'|'.join(words)})\b", r"*\1*", text) if words else text


def _sections(sections: Mapping[str, str]) -> Iterator[str]:
    for title, text in sections.items():
        yield roff.section(title) + _blocks(text)


def _blocks(text: str) -> str:
    pieces = []
    for place, block in enumerate(blocks(text)):
        if block.term:
            pieces.append(roff.item(roff.inline(block.term), block.text))
        else:
            pieces.append((".PP\n" if place else "") + roff.prose(block.text))
    return "".join(pieces)


def _examples(words: Words) -> Iterator[str]:
    if words.examples:
        told = "".join(roff.example(block.term or "", block.text) for block in blocks(words.examples))
        yield roff.section("Examples") + told.removeprefix(".PP\n")


def _see_also(command: Command, root: Command) -> str:
    """Return the pages around *command*: those above and below it; for a leaf those beside it too."""
    paths = {each.path for each in command.walk()} | {command.path[:end] for end in range(len(command.path))}
    beside = () if command.commands else next(each.commands for each in root.walk() if each.path == command.path[:-1])
    paths |= {each.path for each in beside}
    names = sorted(_name(path) for path in paths - {command.path})
    return ",\n".join(rf"{roff.bold(name)}(1)" for name in names) + "\n"
