"""The completion for fish: a line an option, each with the condition under which it is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.tree import Kind
from domaincheck.cli.remembered import ADDRESSES, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.cli.manual.tree import Argument, Command, Option, Value

PROGRAM = "domaincheck"

_HEAD = r"""# fish completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# Reads the words before the cursor, once for each state of the line: which command it is, the options it has got, and
# how many other words.
function __domaincheck_read
    set -l words (commandline -opc)
    test "$words" = "$__domaincheck_words"; and return
    set -g __domaincheck_words $words
    set -g __domaincheck_path domaincheck
    set -g __domaincheck_used
    set -g __domaincheck_count 0
    set -l waiting
    set -l ended
    set -e words[1]
    for word in $words
        if test -n "$waiting"
            set -a __domaincheck_used $waiting
            set waiting
            continue
        else if test -n "$ended"
            set __domaincheck_count (math $__domaincheck_count + 1)
            continue
        end
        switch "$__domaincheck_path $word"
            case @COMMANDS@
                set __domaincheck_path "$__domaincheck_path $word"
                set __domaincheck_used
                set __domaincheck_count 0
            case @TAKING_VALUES@
                set waiting $word
            case '* --'
                set ended yes
            case '* -'
                set __domaincheck_count (math $__domaincheck_count + 1)
            case '* -*'
                set -a __domaincheck_used (string replace -r '^(--[^=]+)=.*|^(-[^-]).+' '$1$2' -- $word)
            case '*'
                set __domaincheck_count (math $__domaincheck_count + 1)
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

# Whether command $argv[1] is being completed, and has got $argv[2] words that are no options; or, with $argv[3], more.
function __domaincheck_has
    __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    test $__domaincheck_count -eq $argv[2]; and return
    test "$argv[3]" = more -a $__domaincheck_count -gt $argv[2]
end

# Offers what file $argv[1] holds, unless there is anything in it that a shell could act upon.
function __domaincheck_remembered
    set -l folder (string split -m 1 : -- "$STATE_DIRECTORY")[1]
    if test -z "$folder"
        set folder "$XDG_STATE_HOME"
        test -n "$folder"; or set folder "$HOME/.local/state"
        set folder "$folder/domaincheck"
    end
    test -f "$folder/$argv[1]" -a -r "$folder/$argv[1]"; or return
    string match -r '^[A-Za-z0-9_][A-Za-z0-9._+@:/-]*$' <"$folder/$argv[1]"
end

# Offers what is remembered, or files behind file:.
function __domaincheck_targets
    set -l token (commandline -ct)
    if not string match -q 'file:*' -- $token
        __domaincheck_remembered @TARGETS@
        return
    end
    set -l begun (string sub -s 6 -- $token)
    for path in "$begun"*
        test -d "$path"; and set path $path/
        echo file:$path
    end
end

complete -c domaincheck -f
"""

_CANDIDATES = {
    Kind.TEXT: "",
    Kind.FILE: " -F",
    Kind.FOLDER: " -a '(__fish_complete_directories)'",
    Kind.ADDRESS: f" -a '(__domaincheck_remembered {ADDRESSES})'",
    Kind.HOST: f" -a '(__domaincheck_remembered {TARGETS})'",
    Kind.TARGET: " -a '(__domaincheck_targets)'",
}


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
    head = head.replace("@TARGETS@", TARGETS)
    return head + "".join("\n" + "".join(f"{line}\n" for line in _lines(each)) for each in root.walk())


def _cases(words: Iterable[str]) -> str:
    return " \\\n                ".join(f"'{word}'" for word in words)


def _path(command: Command) -> str:
    return " ".join((PROGRAM, *command.path))


def _lines(command: Command) -> Iterator[str]:
    for each in command.commands:
        yield f"{_complete(command)} -a {each.path[-1]} -d {_quoted(each.summary)}"
    for place, argument in enumerate(command.arguments):
        if argument.value.kind is not Kind.TEXT:
            yield f"{_argument(command, argument, place)}{_candidates(argument.value)}"
    for option in command.options:
        yield from _option(command, option)


def _complete(command: Command, *excluding: str) -> str:
    """Return the beginning of a line about *command*, which counts while none of the options *excluding* was given.

    That it is this command is a condition of its own, as fish asks for the same one only once. An older fish than 3.6
    heeds the last condition alone.
    """
    wants = f"__domaincheck_wants {_quoted(_path(command))}"
    conditions = (wants, " ".join((wants, *excluding))) if excluding else (wants,)
    return " ".join((f"complete -c {PROGRAM}", *(f'-n "{each}"' for each in conditions)))


def _argument(command: Command, argument: Argument, place: int) -> str:
    more = " more" if argument.repeatable else ""
    return f'{_complete(command)} -n "__domaincheck_has {_quoted(_path(command))} {place}{more}"'


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
    return _CANDIDATES[value.kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", r"\'") + "'"
