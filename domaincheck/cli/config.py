"""``domaincheck config``: the settings file, and what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domaincheck.settings import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from domaincheck.cli.invocation import Invocation
    from domaincheck.settings import Settings
    from domaincheck.settings.readers import Reader

app = typer.Typer(name="config", help="Show the settings in force and where they come from; change the settings file.")

UNSET = 1
"""The exit status of ``get`` for a setting that has no value, as git config has it."""


@dataclass(frozen=True)
class _AsTyped:
    """Takes a text as it is. Completions offer *choices*, or what *readers* take by the word that stands before.

    The settings of single domains are not among them, as nobody could list these.
    """

    choices: tuple[str, ...] = ()
    readers: Mapping[str, Reader[Any]] | None = None
    __name__ = "text"

    def __call__(self, text: str) -> str:
        return text


Name = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        parser=_AsTyped(tuple(setting.name for setting in TABLE)),
        help="A setting, as in check.jobs or domains.example.de.expires_at.",
    ),
]


@app.command()
def path(ctx: typer.Context) -> int:
    """Print which settings file is read, whether or not it exists."""
    from domaincheck.cli.terminal import say

    world, file = ctx.obj.world, _file(ctx.obj)
    world.stdout.write(f"{file}\n")
    if _is_missing(file):
        say(world.stderr, "there is no such file yet; 'domaincheck config init' writes one")
    return 0


@app.command()
def show(
    ctx: typer.Context,
    changed: Annotated[bool, typer.Option("--changed", help="Leave out what is as it is by default.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> int:
    """Show every setting with its value and where that comes from."""
    import json as json_module

    from domaincheck.cli import settings_shown
    from domaincheck.cli.terminal import style_for
    from domaincheck.files.whole import read_text
    from domaincheck.settings import load

    invocation: Invocation = ctx.obj
    world, file = invocation.world, _file(invocation)
    settings = load(world.environment, invocation.config)
    rows = settings_shown.rows(settings, invocation.store, file, read_text(file) if file.exists() else "")
    shown = [row for row in rows if not (changed and row.is_default)]
    if json:
        world.stdout.write(json_module.dumps(settings_shown.document(shown, file), indent=2) + "\n")
    elif world.stdout.isatty():
        world.stdout.writelines(settings_shown.columns(shown, file, style_for(world.stdout, world.environment)))
    else:
        world.stdout.writelines("\t".join(settings_shown.fields(row)) + "\n" for row in shown)
    return 0


@app.command()
def get(ctx: typer.Context, key: Name) -> int:
    """Print the value of a setting, and nothing else."""
    from domaincheck.cli.settings_shown import bare
    from domaincheck.settings import key_of, load

    invocation: Invocation = ctx.obj
    found, settings = key_of(key), load(invocation.world.environment, invocation.config)
    if found.domain:
        value = settings.of_domains(found.setting.key).get(_as_in_the_file(found.domain, settings))
    elif found.name == "store.path" and invocation.store:
        value = invocation.store
    else:
        value = settings[found.name]
    if value is None:
        return UNSET
    invocation.world.stdout.write(f"{bare(found.setting, value)}\n")
    return 0


@app.command("set")
def set_(
    ctx: typer.Context,
    key: Name,
    value: Annotated[
        str | None,
        typer.Argument(
            metavar="VALUE",
            parser=_AsTyped(readers={setting.name: setting.read for setting in TABLE}),
            help="Its value: 25%, true, 2027-03-01, [30, 14, 7].",
        ),
    ] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Take KEY out of the file.")] = False,
) -> int:
    """Set a setting in the settings file, whose comments and order stay as they are."""
    from domaincheck.errors import UsageError
    from domaincheck.settings.writing import set_value, unset_value

    invocation: Invocation = ctx.obj
    file = _file(invocation)
    if unset == (value is not None):
        raise UsageError("--unset takes a KEY and no VALUE" if unset else f"give a VALUE for {key}, or --unset")
    name = _spelled(key, invocation.settings)
    if unset:
        standing = "no longer" if unset_value(file, name) else "not"
        invocation.world.stdout.write(f"{_clean(name)} is {standing} set in {_clean(str(file))}\n")
    else:
        _report(invocation, name, set_value(file, name, value), file)
    return 0


@app.command()
def init(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of a file that is there.")] = False,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print it, and write no file.")] = False,
) -> int:
    """Write a settings file that has every setting in it, commented out, with its default and what it is for."""
    from domaincheck.settings.template import template
    from domaincheck.settings.writing import create

    file, world = _file(ctx.obj), ctx.obj.world
    if stdout:
        world.stdout.write(template())
        return 0
    create(file, template(), replace=force)
    world.stdout.write(f"{_clean(str(file))} is written; all in it is commented out\n")
    return 0


# --- what is meant ---------------------------------------------------------------------------------------------------


def _file(invocation: Invocation) -> Path:
    from domaincheck.settings import settings_path

    return settings_path(invocation.world.environment, invocation.config)


def _is_missing(file: Path) -> bool:
    try:
        return not file.exists()
    except OSError:  # who may not look cannot tell
        return False


def _spelled(name: str, settings: Settings) -> str:
    """Return *name*, with a domain in it as *settings* spell it; as it is where it is none, which is told later."""
    from domaincheck.settings import Key, find_key

    key = find_key(name)
    if key is None or key.domain is None:
        return name
    return Key(key.setting, _as_in_the_file(key.domain, settings)).name


def _as_in_the_file(domain: str, settings: Settings) -> str:
    """Return how *settings* spell *domain*, which may be written in any script and case; as it is if they do not."""
    from domaincheck.errors import UsageError
    from domaincheck.targets import canonical

    if domain in settings.domains:
        return domain
    meant = canonical(domain)
    for each in settings.domains:
        try:
            if canonical(each) == meant:
                return each
        except UsageError:
            continue
    return domain


def _report(invocation: Invocation, name: str, found: Any, file: Path) -> None:
    """Say what has been set, and whether something stands before it."""
    from domaincheck.cli.settings_shown import bare
    from domaincheck.cli.terminal import say
    from domaincheck.settings import key_of, variable_in_force

    world, key = invocation.world, key_of(name)
    world.stdout.write(f"{_clean(name)} is now {_clean(bare(key.setting, found))} in {_clean(str(file))}\n")
    variable = None if key.domain else variable_in_force(world.environment, key.setting)
    if variable:
        say(world.stderr, f"the environment variable {variable} stands before the file, and holds all the same")


def _clean(text: str) -> str:
    from domaincheck.text import clean

    return clean(text)
