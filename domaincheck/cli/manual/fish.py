"""The completion for fish: a line an option, each with the condition under which it is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.tree import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.cli.manual.tree import Command, Option, Value

PROGRAM = "domaincheck"

_HEAD = r"""# fish completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# Reads the words before the cursor, once for each state of the line: which command it is, and the options it has got.
function __domaincheck_read
    set -l words (commandline -opc)
    test "$words" = "$__domaincheck_words"; and return
    set -g __domaincheck_words $words
    set -g __domaincheck_path domaincheck
    set -g __domaincheck_used
    set -l waiting
    set -e words[1]
    for word in $words
        if test -n "$waiting"
            set -a __domaincheck_used $waiting
            set waiting
            continue
        end
        switch "$__domaincheck_path $word"
            case @COMMANDS@
                set __domaincheck_path "$__domaincheck_path $word"
                set __domaincheck_used
            case @TAKING_VALUES@
                set waiting $word
            case '*'
                set -a __domaincheck_used (string replace -r '^(--[^=]+)=.*|^(-[^-]).+' '$1$2' -- $word)
        end
    end
end

# Whether command $argv[1] is being completed, and has got none of the options $argv[2..].
function __domaincheck_wants
    __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    for option in $argv[2..]
        contains -- $option $__domaincheck_used; and return 1
    end
    return 0
end

complete -c domaincheck -f
"""


def render(root: Command) -> str:
    """Return the script for the command tree *root*."""
    commands = [each for each in root.walk() if each.path]
    taking = [
        f"{_path(each)} {spelling}"
        for each in root.walk()
        for option in each.options
        if option.value
        for spelling in option.spellings
    ]
    head = _HEAD.replace("@COMMANDS@", _cases(map(_path, commands))).replace("@TAKING_VALUES@", _cases(taking))
    return head + "".join("\n" + "".join(f"{line}\n" for line in _lines(each)) for each in root.walk())


def _cases(words: Iterable[str]) -> str:
    return " \\\n                ".join(f"'{word}'" for word in words)


def _path(command: Command) -> str:
    return " ".join((PROGRAM, *command.path))


def _lines(command: Command) -> Iterator[str]:
    for each in command.commands:
        yield f"{_complete(command)} -a {each.path[-1]} -d {_quoted(each.summary)}"
    for argument in command.arguments:
        if argument.value.kind is not Kind.TEXT:
            yield f"{_complete(command)}{_candidates(argument.value)}"
    for option in command.options:
        yield from _option(command, option)


def _complete(command: Command, *excluding: str) -> str:
    condition = " ".join(("__domaincheck_wants", _quoted(_path(command)), *excluding))
    return f'complete -c {PROGRAM} -n "{condition}"'


def _option(command: Command, option: Option) -> Iterator[str]:
    start = _complete(command, *(() if option.repeatable else option.spellings))
    for names in (option.names, option.negations):
        if names:
            switches = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in names)
            yield f"{start}{switches}{_value(option.value)} -d {_quoted(option.help_for(names[0]))}"


def _value(value: Value | None) -> str:
    """Return that a value is required and, but for files, that nothing else than what is named will do."""
    if value is None:
        return ""
    return (" -r" if value.kind is Kind.FILE else " -x") + _candidates(value)


def _candidates(value: Value) -> str:
    if value.kind is Kind.CHOICE:
        return f" -a {_quoted(' '.join(value.choices))}"
    return {Kind.TEXT: "", Kind.FILE: " -F", Kind.FOLDER: " -a '(__fish_complete_directories)'"}[value.kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", r"\'") + "'"
