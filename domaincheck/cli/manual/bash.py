"""The completion for bash: tables in ``case`` statements, and one loop that reads what stands on the line.

It uses nothing but the shell itself, bash-completion's library neither, and works from bash 3.2 (macOS) on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.tree import Kind
from domaincheck.cli.remembered import ADDRESSES, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.cli.manual.tree import Argument, Command, Option, Value

PROGRAM = "domaincheck"

_MARKS: dict[Kind, str] = {kind: f"@{kind.value}" for kind in Kind if kind is not Kind.CHOICE}
_TEXT = _MARKS[Kind.TEXT]

_SCRIPT = r"""# bash completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.
# shellcheck disable=SC1007 # several variables are made empty on one line

# What follows command $1: its options, its operands by position, and what there may be $more of.
_domaincheck_command() {
    case $1 in
@COMMANDS@
        *) return 1 ;;
    esac
}

# What option $2 of command $1 takes, and the spellings that are not to be offered after it.
_domaincheck_option() {
    value= same=
    case "$1 $2" in
@OPTIONS@
    esac
}

# What argument may stand behind operand $2 of command $1.
_domaincheck_after() {
    words=@text
    case "$1 $2" in
@AFTER@
    esac
}

_domaincheck() {
    local IFS=$' \t\n'
    local path=domaincheck cur=${COMP_WORDS[COMP_CWORD]} prefix= expected= used=' ' ended= count=0 last=$COMP_CWORD
    local options more value same word words whole kept before= i
    local -a operands
    COMPREPLY=()
    # bash splits --option=value, host:port and you@example.com. Of the whole, it keeps what stands before $2.
    kept=${COMP_LINE:0:COMP_POINT} kept=${kept%"$2"} kept=${kept%[\"\']} kept=${kept//\\[[:space:]]/__}
    kept=${kept##*[[:space:]]} kept=${kept#--*=} whole=$kept$2 whole=${whole#--*=} cur=${cur#[\"\']}
    case $cur in
        =) cur= ;;
        : | :: | @) cur= && [[ $kept ]] && ((last--)) ;;
    esac
    while [[ $kept && ${COMP_WORDS[last - 1]} == [:@]* ]]; do
        ((last -= 2))
    done
    _domaincheck_command "$path"
    for ((i = 1; i < last; i++)); do
        word=${COMP_WORDS[i]//[\"\'\\]/}
        if [[ $word == [=:@]* ]]; then # what follows belongs to what stands before
            ((++i < last)) && expected=
        elif [[ $expected ]]; then
            expected=
        elif [[ $word == -- && ! $ended ]]; then
            ended=yes
        elif [[ $word == --* && ! $ended ]]; then
            _domaincheck_option "$path" "${word%%=*}"
            used+="$same " expected=$value
            [[ $word == *=* ]] && expected=
        elif [[ $word == -?* && ! $ended ]]; then
            while [[ ${word:1} ]]; do # letters may share a dash; the value may be in the same word
                _domaincheck_option "$path" "${word:0:2}"
                used+="$same " expected=$value
                [[ $value && ${word:2} ]] && expected= && break
                word=-${word:2}
            done
        elif _domaincheck_command "$path $word"; then
            path+=" $word" used=' ' ended= count=0
        elif [[ $more ]]; then
            ((++count))
            before=$word
        else # no command of this group: nothing is known of what stands behind it
            path+=' ?' options= operands=()
        fi
    done
    word=${COMP_WORDS[last]}
    if [[ ! $expected && ! $ended && $word == --*=* ]]; then # only where = was taken out of COMP_WORDBREAKS
        _domaincheck_option "$path" "${word%%=*}"
        expected=${value:-@text}
        ((last < COMP_CWORD)) || prefix=${cur%%=*}= cur=${cur#*=} kept=
    fi
    if [[ $expected ]]; then
        words=$expected
    elif [[ $cur == -* && ! $ended ]]; then
        words=
        for word in $options; do
            [[ $used == *" $word "* ]] || words+=" $word"
        done
    else
        words=${operands[count]:-$more}
        [[ $words == @after ]] && _domaincheck_after "$path" "$before"
    fi
    case $words in
        @text) ;;
        @file | @folder) _domaincheck_paths "$words" ;;
        @address) _domaincheck_remembered @ADDRESSES@ ;;
        @target | @host)
            if [[ $words == @target && $whole == file:* ]]; then
                [[ $kept ]] || prefix+=file: cur=${cur#file:}
                _domaincheck_paths @file
            else
                _domaincheck_remembered @TARGETS@
            fi
            ;;
        *)
            for word in $words; do
                [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
            done
            ;;
    esac
}

# Leaves files or folders to readline, which quotes them and knows ~; by hand where it can't be told so.
_domaincheck_paths() {
    local kind=default list=-f
    [[ $1 == @folder ]] && kind=dirnames list=-d
    [[ ! $prefix ]] && compopt -o "$kind" 2>/dev/null && return
    compopt -o filenames 2>/dev/null # they are quoted
    IFS=$'\n' read -r -d '' -a COMPREPLY <<<"$(compgen "$list" -P "$prefix" -- "$cur")"
}

# Offers what file $1 holds that begins with $whole, unless there is anything in it that a shell could act upon.
_domaincheck_remembered() {
    local LC_ALL=C folder=${STATE_DIRECTORY-} line
    local -a folders lines
    folders=("$HOME/.local/state/domaincheck" "$HOME/Library/Application Support/domaincheck")
    [[ ${XDG_STATE_HOME-} == /* ]] && folders=("$XDG_STATE_HOME/domaincheck")
    [[ ${folder%%:*} ]] && folders=("${folder%%:*}")
    for folder in "${folders[@]}"; do
        [[ -f $folder/$1 && -r $folder/$1 ]] && break
    done || return
    IFS=$'\n' read -r -d '' -a lines <"$folder/$1"
    for line in "${lines[@]}"; do
        [[ $line == "$whole"* && $line == [A-Za-z0-9_]* && $line != *[!A-Za-z0-9._+@:/-]* ]] &&
            COMPREPLY+=("$prefix${line#"$kept"}")
    done
}

complete -F _domaincheck domaincheck
"""


def render(root: Command) -> str:
    """Return the script for the command tree *root*."""
    tables = {
        "@COMMANDS@": [_command(each) for each in root.walk()],
        "@OPTIONS@": [_option(each, option) for each in root.walk() for option in each.options],
        "@AFTER@": [line for each in root.walk() for line in _after(each)],
    }
    script = _SCRIPT.replace("@ADDRESSES@", ADDRESSES).replace("@TARGETS@", TARGETS)
    for mark, lines in tables.items():
        script = script.replace(mark, "\n".join(lines))
    return script


def _path(command: Command) -> str:
    return " ".join((PROGRAM, *command.path))


def _command(command: Command) -> str:
    options = " ".join(spelling for option in command.options for spelling in option.spellings)
    operands = " ".join(f"'{each}'" for each in _operands(command))
    more = (
        "" if command.commands else next((_value(each.value) for each in command.arguments if each.repeatable), _TEXT)
    )
    indent = " " * 12
    return (
        f"        '{_path(command)}')\n"
        f"{indent}options='{options}'\n{indent}operands=({operands}) more='{more}'\n{indent};;"
    )


def _operands(command: Command) -> Iterator[str]:
    """Yield what may stand at each place: first a group's commands, or a command's arguments in turn."""
    if command.commands:
        yield " ".join(each.path[-1] for each in command.commands)
    else:
        yield from (_value(each.value) for each in _single(command.arguments))


def _single(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    return (each for each in arguments if not each.repeatable)


def _value(value: Value) -> str:
    return "@after" if value.after else _MARKS.get(value.kind) or " ".join(value.choices)


def _after(command: Command) -> Iterator[str]:
    for argument in command.arguments:
        for word, value in argument.value.after.items():
            yield f"        '{_path(command)} {word}') words='{_value(value)}' ;;"


def _option(command: Command, option: Option) -> str:
    patterns = " | ".join(f"'{_path(command)} {spelling}'" for spelling in option.spellings)
    facts = [f"value='{_value(option.value)}'"] if option.value else []
    facts += [] if option.repeatable else [f"same='{' '.join(option.spellings)}'"]
    return f"        {patterns}) {' '.join(facts) or ':'} ;;"
