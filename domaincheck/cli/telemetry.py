"""``domaincheck telemetry``: whether it is on and why, what is waiting to be sent, and the switches."""

from __future__ import annotations

import json as json_module
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domaincheck.cli.telemetry_dashboard import dashboard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domaincheck.cli.invocation import Invocation
    from domaincheck.telemetry.events import Declaration
    from domaincheck.telemetry.outbox import Outbox
    from domaincheck.telemetry.standing import Standing
    from domaincheck.telemetry.switch import Switch
    from domaincheck.world import World

app = typer.Typer(name="telemetry", help="Show what your own PostHog is told; switch that on or off.")

NOT_YET = 1
JSON_VERSION = "1"
SETTING = "telemetry.enabled"

_IDENTITY = {
    "email": 'addresses are sent in full; telemetry.identity = "hashed" or "anonymous" changes that',
    "hashed": "hashes of addresses are sent; 'domaincheck telemetry whois ADDRESS' prints that of an address",
    "anonymous": "no addresses are sent",
}
_DOMAINS = {
    "full": 'domains are sent in full; telemetry.domains = "hashed" or "count" changes that',
    "hashed": "hashes of domains are sent",
    "count": "no domains are sent, only how many there are",
}

Json = Annotated[bool, typer.Option("--json", help="Print a JSON document.")]


@app.command()
def status(ctx: typer.Context, json: Json = False) -> int:
    """Show whether telemetry is on and why, where it goes, and how the delivery is doing."""
    invocation: Invocation = ctx.obj
    switch, world = _switch(invocation), invocation.world
    with _outbox(invocation) as outbox:
        standing = outbox.standing(switch.destination, world.clock())
    if json:
        _print_json(world, _document(switch, standing))
    else:
        world.stdout.writelines(f"{name:11} {_clean(text)}\n" for name, text in _lines(switch, standing))
    return 0


@app.command()
def enable(ctx: typer.Context) -> int:
    """Switch telemetry on in the settings file."""
    invocation: Invocation = ctx.obj
    _set(invocation, enabled=True)
    with _outbox(invocation) as outbox:
        outbox.reopen()
    return 0


@app.command()
def disable(ctx: typer.Context) -> int:
    """Switch telemetry off in the settings file, and drop what has not been sent yet."""
    from domaincheck.cli.terminal import say
    from domaincheck.telemetry import courier

    invocation: Invocation = ctx.obj
    _set(invocation, enabled=False)
    path = invocation.state_file(courier.OUTBOX)
    if not (path.exists() or _switch(invocation).key):  # whoever never had a key finds no file
        return 0
    with _outbox(invocation) as outbox:
        dropped = outbox.empty(invocation.world.clock())
    if dropped:
        invocation.world.stdout.write(f"{_counted(dropped)} dropped\n")
    if not courier.at_rest(path.parent):
        say(invocation.world.stderr, "a delivery does not come to its end: what it has sent by now may still arrive")
    return 0


@app.command()
def show(ctx: typer.Context) -> int:
    """Print the events that have not been sent yet, a line of JSON each, as they will be."""
    invocation: Invocation = ctx.obj
    with _outbox(invocation) as outbox:
        waiting = outbox.pending(_switch(invocation).destination)
    invocation.world.stdout.writelines(f"{json_module.dumps(each.document)}\n" for each in waiting)
    return 0


@app.command()
def events(ctx: typer.Context, json: Json = False) -> int:
    """Print every event there is, when it is sent, and its properties."""
    from domaincheck.telemetry.events import declarations

    world: World = ctx.obj.world
    if json:
        _print_json(world, {"version": JSON_VERSION, "events": [_declared(each) for each in declarations()]})
    else:
        world.stdout.writelines(_table([_cells(each) for each in declarations()], aligned=world.stdout.isatty()))
    return 0


@app.command()
def flush(ctx: typer.Context) -> int:
    """Send now what has not been sent yet, and say what came of it."""
    from domaincheck.errors import UsageError
    from domaincheck.files.folders import state_folder
    from domaincheck.telemetry import courier

    invocation: Invocation = ctx.obj
    switch, environment = _switch(invocation), invocation.world.environment
    if switch.mode != "on" or switch.key is None:
        raise UsageError(f"nothing can be sent, as telemetry is {switch.mode}: {switch.reason}")
    with _outbox(invocation) as outbox:
        waiting = outbox.batch(switch.destination, 1)
    if not waiting:
        invocation.world.stdout.write("there is nothing to deliver\n")
        return 0
    report = courier.flush(state_folder(environment), switch.key, switch.host, environment)
    invocation.world.stdout.write(f"{_clean(report.words)}\n")
    return 0 if report.done else NOT_YET


@app.command()
def whois(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address of somebody who subscribed.")],
) -> int:
    """Print the hash by which events name an address while telemetry.identity is "hashed"."""
    from domaincheck.addresses import normalised
    from domaincheck.cli.terminal import say
    from domaincheck.files.folders import state_folder
    from domaincheck.telemetry.identity import KEY_FILE, hashed, read_key

    world: World = ctx.obj.world
    email, folder = normalised(address), state_folder(world.environment)
    key = read_key(folder)
    if key is None:
        say(world.stderr, f"there is no {KEY_FILE} in {folder}: no address has been hashed by this installation")
        return NOT_YET
    world.stdout.write(f"{hashed('address', email, key)}\n")
    return 0


app.command()(dashboard)


# --- what they are about --------------------------------------------------------------------------------------------


def _switch(invocation: Invocation) -> Switch:
    from domaincheck.telemetry.switch import decide

    return decide(invocation.settings, invocation.world.environment, refused=invocation.no_telemetry)


def _outbox(invocation: Invocation) -> closing[Outbox]:
    """Return the outbox, to be closed after a block; to look into it does not make one where there is none."""
    from functools import partial

    from domaincheck.cli.terminal import say
    from domaincheck.telemetry.courier import OUTBOX
    from domaincheck.telemetry.outbox import Outbox

    return closing(Outbox(invocation.state_file(OUTBOX), partial(say, invocation.world.stderr)))


def _set(invocation: Invocation, *, enabled: bool) -> None:
    """Write the setting, and say so where something else keeps it from having its way."""
    from dataclasses import replace

    from domaincheck.cli.terminal import say
    from domaincheck.settings import load, settings_path
    from domaincheck.settings.writing import set_value

    world = invocation.world
    path = settings_path(world.environment, invocation.config)
    set_value(path, SETTING, enabled)
    world.stdout.write(f"{SETTING} is now {str(enabled).lower()} in {_clean(str(path))}\n")
    switch = _switch(replace(invocation, settings=load(world.environment, path)))
    if (switch.mode == "on") != enabled:
        say(world.stderr, f"telemetry is {switch.mode} all the same: {switch.reason}")


# --- what is printed -------------------------------------------------------------------------------------------------


def _lines(switch: Switch, standing: Standing) -> Iterator[tuple[str, str]]:
    yield "telemetry", f"{switch.mode}: {switch.reason}"
    yield (
        "host",
        f"{switch.host}, " + ("by default" if switch.host_source == "default" else f"from {switch.host_source}"),
    )
    yield "key", f"{switch.masked_key}, from {switch.key_source}" if switch.key else "none"
    yield "identity", f"{switch.identity}: {_IDENTITY[switch.identity]}"
    yield "domains", f"{switch.domains}: {_DOMAINS[switch.domains]}"
    oldest = f", the oldest of {_time(standing.oldest)}" if standing.oldest else ""
    yield "pending", _counted(standing.pending) + oldest
    if standing.elsewhere:
        yield "elsewhere", f"{_counted(standing.elsewhere)} kept for another key or host"
    yield "dropped", _counted(standing.dropped)
    yield "delivered", _time(standing.delivered_at) or "never"
    failed = f" ({_counted(standing.failures, 'failure')} in a row)" if standing.failures > 1 else ""
    yield "last error", (standing.last_error or "none") + failed
    yield "next try", _time(standing.next_try) or "when a command ends"


def _document(switch: Switch, standing: Standing) -> dict[str, Any]:
    return {
        "version": JSON_VERSION,
        "mode": switch.mode,
        "reason": switch.reason,
        "host": switch.host,
        "host_source": switch.host_source,
        "key": switch.masked_key,
        "key_source": switch.key_source,
        "identity": switch.identity,
        "domains": switch.domains,
        "pending": standing.pending,
        "oldest": _time(standing.oldest),
        "elsewhere": standing.elsewhere,
        "dropped": standing.dropped,
        "delivered_at": _time(standing.delivered_at),
        "failures": standing.failures,
        "last_error": standing.last_error,
        "next_try": _time(standing.next_try),
    }


def _declared(declaration: Declaration) -> dict[str, Any]:
    properties = {name: kind.replace("Sequence", "list") for name, kind in declaration.properties.items()}
    return {"name": declaration.name, "when": declaration.when.replace("``", ""), "properties": properties}


def _cells(declaration: Declaration) -> tuple[str, str, str]:
    declared = _declared(declaration)
    return (
        declared["name"],
        declared["when"],
        ", ".join(f"{name}: {kind}" for name, kind in declared["properties"].items()),
    )


def _table(rows: list[tuple[str, str, str]], *, aligned: bool) -> Iterator[str]:
    """Yield a line for each of *rows*: *aligned* and beneath a heading, or with tabs between the cells."""
    if not aligned:
        yield from ("\t".join(row) + "\n" for row in rows)
        return
    rows = [("EVENT", "WHEN", "PROPERTIES"), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"


def _print_json(world: World, document: Mapping[str, Any]) -> None:
    world.stdout.write(json_module.dumps(document, indent=2) + "\n")


def _counted(number: int, noun: str = "event") -> str:
    from domaincheck.text import counted

    return counted(number, noun)


def _time(moment: Any) -> str | None:
    from domaincheck.text import timestamp

    return timestamp(moment) if moment else None


def _clean(text: str) -> str:
    from domaincheck.text import clean

    return clean(text)
