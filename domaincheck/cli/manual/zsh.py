"""The completion for zsh: one function a command, each a call of ``_arguments``, as zshcompsys(1) has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.tree import Kind
from domaincheck.cli.remembered import ADDRESSES, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.cli.manual.tree import Command, Option, Value

_HEAD = """#compdef domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.
"""

_GROUP = """
@NAME@() {
  local curcontext=$curcontext state line ret=1
  local -A opt_args
  local -a commands=(
@COMMANDS@
  )
  _arguments -C -s -S \\
@SPECS@
    '1: :->command' \\
    '*:: :->arguments' && ret=0
  case $state in
    command) _describe -t commands command commands && ret=0 ;;
    arguments)
      curcontext=${curcontext%:*:*}:@CONTEXT@-$line[1]:
      case $line[1] in
@CALLS@
      esac
      ;;
  esac
  return ret
}
"""

_LEAF = """
@NAME@() {
@OWN@  _arguments -s -S \\
@SPECS@
}
"""

_TAIL = """
# Offers what file $@[-1] holds, unless there is anything in it that a shell could act upon.
__domaincheck_remembered() {
  local folder=${${STATE_DIRECTORY-}%%:*} file=$@[-1]
  local -a folders known
  folders=($HOME/.local/state/domaincheck "$HOME/Library/Application Support/domaincheck")
  [[ ${XDG_STATE_HOME-} == /* ]] && folders=($XDG_STATE_HOME/domaincheck)
  [[ -n $folder ]] && folders=($folder)
  for folder in $folders; do
    [[ -f $folder/$file && -r $folder/$file ]] && break
  done || return
  known=(${(f)"$(<$folder/$file)"})
  known=(${${known:#[^A-Za-z0-9_]*}:#*[^A-Za-z0-9._+@:/-]*})
  compadd "${@[1,-2]}" -a known
}

# Offers what is remembered, or files behind file:.
__domaincheck_targets() {
  if compset -P file:; then
    _files
  else
    __domaincheck_remembered "$@" @TARGETS@
  fi
}

if [[ $funcstack[1] == _domaincheck ]]; then # autoloaded: this is the first call
  _domaincheck "$@"
else
  compdef _domaincheck domaincheck
fi
"""

_AFTER = """
# Offers what may stand behind argument @BEFORE@.
@NAME@() {
  case ${(Q)line[@BEFORE@]} in
@CASES@
    *) return 1 ;;
  esac
}
"""

_ACTIONS = {
    Kind.TEXT: " ",
    Kind.FILE: "_files",
    Kind.FOLDER: "_files -/",
    Kind.ADDRESS: f"__domaincheck_remembered {ADDRESSES}",
    Kind.HOST: f"__domaincheck_remembered {TARGETS}",
    Kind.TARGET: "__domaincheck_targets",
}


def render(root: Command) -> str:
    """Return the script for the command tree *root*."""
    functions = [text for each in root.walk() for text in (_function(each), *_afters(each))]
    return _HEAD + "".join(functions) + _TAIL.replace("@TARGETS@", TARGETS)


def _name(command: Command) -> str:
    return "_".join(("_domaincheck", *command.path)).replace("-", "_")


def _function(command: Command) -> str:
    specs = [spec for option in command.options for spec in _option(option)]
    if not command.commands:
        text = _LEAF.replace("@SPECS@", " \\\n".join(f"    {spec}" for spec in (*specs, *_arguments(command))))
        own = "  local line\n  local -A opt_args\n" if any(each.value.after for each in command.arguments) else ""
        return text.replace("@OWN@", own).replace("@NAME@", _name(command))
    described = [f"    {_quoted(f'{each.path[-1]}:{each.summary}')}" for each in command.commands]
    calls = [f"        {each.path[-1]}) {_name(each)} && ret=0 ;;" for each in command.commands]
    return (
        _GROUP.replace("@NAME@", _name(command))
        .replace("@CONTEXT@", "-".join(("domaincheck", *command.path)))
        .replace("@COMMANDS@", "\n".join(described))
        .replace("@SPECS@", "\n".join(f"    {spec} \\" for spec in specs))
        .replace("@CALLS@", "\n".join(calls))
    )


def _option(option: Option) -> Iterator[str]:
    """Yield a spec for each spelling; all but repeatable ones exclude all the others."""
    before = "*" if option.repeatable else f"({' '.join(option.spellings)})" if len(option.spellings) > 1 else ""
    for spelling in option.spellings:
        taken = "" if option.value is None else "=" if spelling.startswith("--") else "+"
        yield _quoted(f"{before}{spelling}{taken}[{_escaped(option.help_for(spelling), '[]:')}]{_value(option.value)}")


def _arguments(command: Command) -> Iterator[str]:
    for place, argument in enumerate(command.arguments, 1):
        action = _name_of_after(command, place) if argument.value.after else _action(argument.value)
        yield _quoted(f"{'*' if argument.repeatable else place}:{_escaped(argument.value.metavar, ':')}:{action}")


def _afters(command: Command) -> Iterator[str]:
    """Yield a function for each argument of *command* that depends on the one before it."""
    for place, argument in enumerate(command.arguments, 1):
        if argument.value.after:
            cases = [f"    {word}) {_call(value)} ;;" for word, value in argument.value.after.items()]
            text = _AFTER.replace("@NAME@", _name_of_after(command, place)).replace("@BEFORE@", str(place - 1))
            yield text.replace("@CASES@", "\n".join(cases))


def _name_of_after(command: Command, place: int) -> str:
    return f"_{_name(command)}_{place}"


def _call(value: Value) -> str:
    """Return the command that offers *value*, given what ``_arguments`` hands to it."""
    if value.choices:
        return f'compadd "$@" - {" ".join(value.choices)}'
    name, *words = _action(value).split(" ")
    return " ".join((name, '"$@"', *words))


def _value(value: Value | None) -> str:
    """Return the message and the action of a spec."""
    return "" if value is None else f":{_escaped(value.metavar, ':')}:{_action(value)}"


def _action(value: Value) -> str:
    """Return what offers *value*; a blank means that nothing is."""
    return _ACTIONS.get(value.kind) or f"({' '.join(value.choices)})"


def _escaped(text: str, special: str) -> str:
    return "".join(f"\\{character}" if character in rf"\{special}" else character for character in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", r"'\''") + "'"
