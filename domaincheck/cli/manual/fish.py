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

# From 3.6 on, fish asks the conditions of a line from the left until one fails, and equal ones only once at a TAB: so
# the first is to read the words. Before, it heeded the last one alone, which then has to read them itself.
string match -qr '^(2|3\.[0-5])\.' -- $version; and set -g __domaincheck_alone

# Reads the words before the cursor, once for each state of the line: which command it is, the options it has got, how
# many other words, and the last of these.
function __domaincheck_read
    set -l line (commandline -cp)
    test "$line" = "$__domaincheck_line"; and return
    set -g __domaincheck_line $line
    set -g __domaincheck_path domaincheck
    set -g __domaincheck_used
    set -g __domaincheck_count 0
    set -g __domaincheck_before
    set -l waiting
    set -l ended
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test -n "$waiting"
            set -a __domaincheck_used $waiting
            set waiting
            continue
        end
        test -n "$ended"; and string match -q -- '-*' $word; and set word operand
        switch "$__domaincheck_path $word"
            case @COMMANDS@
                set __domaincheck_path "$__domaincheck_path $word"
                set __domaincheck_used
                set ended
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
                set __domaincheck_before $word
                contains -- $__domaincheck_path @GROUPS@; and set __domaincheck_path unknown
        end
    end
    return 0
end

# Whether command $argv[1] is being completed, and has got none of the options $argv[2..].
function __domaincheck_wants
    set -q __domaincheck_alone; and __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    for option in $argv[2..]
        contains -- $option $__domaincheck_used; and return 1
    end
    return 0
end

# Whether command $argv[1] is being completed, though no option of it, behind $argv[2] words that are none either;
# $argv[3] tells if there may be more of them, or which is the last.
function __domaincheck_has
    set -q __domaincheck_alone; and __domaincheck_read
    test "$__domaincheck_path" = "$argv[1]"; or return
    string match -q -- '-*' (commandline -ct); and return 1
    switch "$argv[3]"
        case more
            test $__domaincheck_count -ge $argv[2]
        case ''
            test $__domaincheck_count -eq $argv[2]
        case '*'
            test $__domaincheck_count -eq $argv[2] -a "$__domaincheck_before" = $argv[3]
    end
end

# Offers what file $argv[1] holds, unless there is anything in it that a shell could act upon.
function __domaincheck_remembered
    set -l folders (string split -m 1 : -- "$STATE_DIRECTORY")[1]
    if test -z "$folders"
        set folders "$HOME/.local/state/domaincheck" "$HOME/Library/Application Support/domaincheck"
        string match -q '/*' -- "$XDG_STATE_HOME"; and set folders "$XDG_STATE_HOME/domaincheck"
    end
    for file in $folders/$argv[1]
        if test -f "$file" -a -r "$file"
            string match -r '^[A-Za-z0-9_][A-Za-z0-9._+@:/-]*$' <"$file"
            return
        end
    end
end

# Offers what is remembered, or files behind file:, which may stand between quotation marks.
function __domaincheck_targets
    set -l parts (string match -r '^(["\']?)file:(.*)' -- (commandline -ct))
    if test -z "$parts"
        __domaincheck_remembered @TARGETS@
        return
    end
    for path in (complete -C "'' $parts[2]$parts[3]")
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
    taking = [
        f"{_path(each)} {spelling}"
        for each in root.walk()
        for option in each.options
        if option.value
        for spelling in option.spellings
    ]
    marks = {
        "@COMMANDS@": _cases(_path(each) for each in root.walk() if each.path),
        "@TAKING_VALUES@": _cases(taking),
        "@GROUPS@": " ".join(_quoted(_path(each)) for each in root.walk() if each.commands),
        "@TARGETS@": TARGETS,
    }
    head = _HEAD
    for mark, text in marks.items():
        head = head.replace(mark, text)
    return head + "".join("\n" + "".join(f"{line}\n" for line in _lines(each)) for each in root.walk())


def _cases(words: Iterable[str]) -> str:
    return " \\\n                ".join(f"'{word}'" for word in words)


def _path(command: Command) -> str:
    return " ".join((PROGRAM, *command.path))


def _lines(command: Command) -> Iterator[str]:
    for each in command.commands:
        yield f"{_complete(command)} -a {each.path[-1]} -d {_quoted(each.summary)}"
    for place, argument in enumerate(command.arguments):
        yield from _argument(command, argument, place)
    for option in command.options:
        yield from _option(command, option)


def _complete(command: Command, *conditions: str) -> str:
    """Return the beginning of a line about *command* under *conditions*, the last of which says all.

    fish asks for equal ones only once: so there are few of other commands, and the many of this one come last.
    """
    wants = f"__domaincheck_wants {_quoted(_path(command))}"
    return " ".join(
        (f"complete -c {PROGRAM}", *(f'-n "{each}"' for each in ("__domaincheck_read", wants, *conditions)))
    )


def _argument(command: Command, argument: Argument, place: int) -> Iterator[str]:
    has = f"__domaincheck_has {_quoted(_path(command))} {place}"
    if argument.value.kind is not Kind.TEXT:
        yield _complete(command, f"{has} more" if argument.repeatable else has) + _candidates(argument.value)
    for word, value in argument.value.after.items():
        yield _complete(command, f"{has} {word}") + _candidates(value)


def _option(command: Command, option: Option) -> Iterator[str]:
    lacks = " ".join(("__domaincheck_wants", _quoted(_path(command)), *option.spellings))
    start = _complete(command, *(() if option.repeatable else (lacks,)))
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
