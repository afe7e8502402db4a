"""The man pages of section 1: one for the program, one for each command and group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domaincheck import __version__
from domaincheck.cli.manual import prose, roff
from domaincheck.cli.manual import words as layout
from domaincheck.cli.manual.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domaincheck.cli.manual.tree import Argument, Command, Option

PROGRAM = "domaincheck"
MARK = r".\" Written by python -m domaincheck.cli.manual: change the command line or its prose, not this file."
"""The first line of each page, by which it is known as one of ours."""

VOLUMES = {1: "User Commands", 5: "File Formats"}
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
    yield head(_name(command.path), 1, command.summary)
    yield roff.section("Synopsis") + _synopsis(command)
    yield roff.section("Description") + blocks(_description(command, words))
    if command.commands:
        yield roff.section("Commands") + "".join(_entry(each) for each in _leaves(command))
    yield from _arguments(command.arguments)
    yield roff.section("Options" if command.path else "Global options") + _options(command)
    yield sections(words.sections)
    yield roff.section("Exit status") + blocks(words.exit_status)
    yield sections(words.appendix)
    yield examples(words.examples)
    yield see_also([*_around(command, root), *words.see_also])


def _as_phrase(sentence: str) -> str:
    """Return *sentence* as a NAME section has it: no capital, no full stop."""
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")


def _description(command: Command, words: Words) -> str:
    """Return the help; behind prose, where there is any, and then without its first paragraph, which NAME has told."""
    if not words.description:
        return command.help
    return "\n\n".join([words.description.strip(), *command.help.split("\n\n")[1:]])


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
        words = f"Options for every command stand before its name: see `{PROGRAM}`(1), for files and variables too."
        elsewhere = ".PP\n" + roff.prose(words)
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


def _around(command: Command, root: Command) -> Iterator[str]:
    """Yield the pages around *command*: those above and below it; for a leaf those beside it too."""
    paths = {each.path for each in command.walk()} | {command.path[:end] for end in range(len(command.path))}
    beside = () if command.commands else next(each.commands for each in root.walk() if each.path == command.path[:-1])
    paths |= {each.path for each in beside}
    return (f"{_name(path)}(1)" for path in paths - {command.path})


# --- what every page has ---------------------------------------------------------------------------------------------


def head(name: str, section: int, summary: str) -> str:
    """Return the beginning of the page *name* up to its section NAME."""
    volume = VOLUMES[section] if len(name) <= ROOM else ""
    title = f'.TH {roff.literal(name.upper())} {section} "{prose.DATE}" "{PROGRAM} {__version__}" "{volume}"\n'
    phrase = rf"{roff.literal(name)} \- {roff.inline(_as_phrase(summary))}"
    return f"{MARK}\n{title}{roff.FILLING}{roff.section('Name')}{roff.lines(phrase)}"


def sections(texts: Mapping[str, str]) -> str:
    """Return the sections whose *texts* are given by their titles."""
    return "".join(roff.section(title) + blocks(text) for title, text in texts.items())


def blocks(text: str) -> str:
    """Return the paragraphs and terms of *text*."""
    pieces = []
    for place, block in enumerate(layout.blocks(text)):
        if block.term:
            pieces.append(roff.item(roff.inline(block.term), block.text))
        else:
            pieces.append((".PP\n" if place else "") + roff.prose(block.text))
    return "".join(pieces)


def examples(text: str) -> str:
    """Return the section EXAMPLES, if there is *text* for one."""
    if not text:
        return ""
    told = "".join(roff.example(block.term or "", block.text) for block in layout.examples(text))
    return roff.section("Examples") + told.removeprefix(".PP\n")


def see_also(pages: Iterable[str]) -> str:
    """Return the last section, which names other *pages*, as ``ls(1)``."""
    split = (page.partition("(") for page in sorted(pages, key=lambda page: page[-2:] + page))
    return roff.section("See also") + ",\n".join(f"{roff.bold(name)}({section}" for name, _, section in split) + "\n"
