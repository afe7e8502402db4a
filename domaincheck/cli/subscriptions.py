"""``domaincheck subscriptions``: what is stored, many at once into it, and all of it out again."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program runs
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from domaincheck.cli import parsers
from domaincheck.text import clean, counted, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domaincheck.cli.invocation import Invocation
    from domaincheck.model import Subscription
    from domaincheck.store import Store
    from domaincheck.world import World

app = typer.Typer(name="subscriptions", help="Show, import or export who is told about what.")

NOT_YET = 1
JSON_VERSION = "1"
MOST_FAULTS = 20
"""Lines of a list that are complained of one by one; who gave the wrong file need not read it all."""

_COLORS = {"pending": "yellow", "verified": "green", "refused": "red"}
_HEADING = ("ADDRESS", "TARGET", "STANDING", "THRESHOLD", "SINCE")


@dataclass(frozen=True, slots=True)
class Row:
    """A subscription as it is shown; the names and the order of the fields are those of the JSON."""

    email: str
    target: str
    standing: str
    threshold: str | None
    since: datetime | None

    @classmethod
    def of(cls, subscription: Subscription) -> Row:
        """Return the row that shows *subscription*."""
        each = subscription
        return cls(each.email, each.target, each.standing.value, each.threshold, each.since)


@app.command("list")
def list_(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> int:
    """Show each subscription: its address and target, whether mail may be sent for it, and since when."""
    from domaincheck.cli.terminal import say

    invocation: Invocation = ctx.obj
    world, store = invocation.world, invocation.open_store()
    rows = map(Row.of, store.subscriptions())
    if json:
        world.stdout.writelines(_json(rows))
    elif not world.stdout.isatty():
        world.stdout.writelines("\t".join(_fields(row)) + "\n" for row in rows)
    elif found := list(rows):
        world.stdout.writelines(_columns(found, world))
    else:
        say(world.stderr, f"there are no subscriptions in {store.path}")
    return 0


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=parsers.file, help="The list to read; - is standard input.")
    ],
) -> int:
    """Add the subscriptions that a list holds, all of them or, if one can't be used, none.

    A list is TOML or JSON as export writes it, CSV with the header email,target[,threshold], or lines of an address and
    its targets.
    """
    from domaincheck.cli.terminal import say
    from domaincheck.errors import UsageError
    from domaincheck.store import lists
    from domaincheck.targets import parse

    invocation: Invocation = ctx.obj
    world, store = invocation.world, invocation.open_store()
    text, origin = _text(file, world)
    wishes, faults = lists.read(text, origin, parse)
    for fault in faults[:MOST_FAULTS]:
        say(world.stderr, fault)
    if faults:
        raise UsageError(f"nothing was imported: {origin} has {counted(len(faults), 'fault')}")
    added, waiting = enrol(store, wishes, world.clock())
    sent = _send_codes(invocation, waiting) if waiting else 0
    if invocation.verbosity >= 0:
        codes = f"; codes were sent to {sent} of {counted(len(waiting), 'address', 'addresses')}" if waiting else ""
        say(world.stderr, f"{counted(added, 'subscription')} imported, of {len(wishes)} in {origin}{codes}")
    return 0 if sent == len(waiting) else NOT_YET


@app.command()
def export(
    ctx: typer.Context,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["toml", "json"], typer.Option("--format", metavar="NAME", help="Write toml or json.")
    ] = "toml",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            parser=parsers.output,
            help="Write to FILE, whole or not at all; - is standard output.",
        ),
    ] = None,
) -> int:
    """Write all subscriptions as TOML, in which form a store may be kept, or as JSON."""
    from domaincheck.errors import UsageError
    from domaincheck.files.whole import replacing
    from domaincheck.store.toml import render

    invocation: Invocation = ctx.obj
    store = invocation.open_store()
    subscriptions = store.subscriptions()
    pieces = render(subscriptions) if format == "toml" else _json(map(Row.of, subscriptions))
    if output is None:
        invocation.world.stdout.writelines(pieces)
        return 0
    if os.path.realpath(output) == str(store.path):
        raise UsageError(f"{output} is the store itself: name another file to export to")
    with replacing(output) as stream:
        stream.writelines(pieces)
    return 0


def enrol(store: Store, wishes: Iterable[Subscription], now: datetime) -> tuple[int, list[str]]:
    """Add *wishes* to *store*; return how many changed something there, and the addresses that now wait for a code.

    Whatever standing a list gives them, all that is new is pending: that somebody wrote an address down proves nothing.
    What is in the store already and verified stays as it is.
    """
    from domaincheck.model import Standing

    changed = store.add(replace(wish, standing=Standing.PENDING, since=now) for wish in wishes)
    return len(changed), list(dict.fromkeys(each.email for each in changed))


def _send_codes(invocation: Invocation, addresses: Iterable[str]) -> int:
    """Send each of *addresses* the code that it is to prove itself with; return how many have one now."""
    from domaincheck.cli.proof import send
    from domaincheck.cli.terminal import say
    from domaincheck.errors import UsageError

    try:
        invocation.open_post()
    except UsageError as error:
        say(invocation.world.stderr, f"{error}; then 'domaincheck otp send EMAIL --operation subscribe' sends a code")
        return 0
    with invocation.open_journal() as journal:
        return sum(send(invocation, journal, email, "subscribe", quiet=True) for email in addresses)


def _text(file: Path, world: World) -> tuple[str, str]:
    """Return what *file* holds, and what to call it."""
    from domaincheck.cli.inputs import read_all
    from domaincheck.files.whole import read_text

    return (read_all(world.stdin), "standard input") if str(file) == parsers.STREAM else (read_text(file), str(file))


def _json(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a document of *rows*, indented for people, as they come."""
    from domaincheck.output.json import encode

    yield f'{{\n  "version": "{JSON_VERSION}",\n  "subscriptions": ['
    comma, gap = "", "\n    "
    for row in rows:
        yield f"{comma}{gap}{encode(row, gap)}"
        comma = ","
    yield ("\n  " if comma else "") + "]\n}\n"


def _fields(row: Row) -> list[str]:
    """Return what *row* shows in its columns; none is empty or holds a tab."""
    since = None if row.since is None else timestamp(row.since)
    return [clean(each or "-") for each in (row.email, row.target, row.standing, row.threshold, since)]


def _columns(rows: list[Row], world: World) -> Iterator[str]:
    """Yield a line for each of *rows* beneath a heading, aligned, with the standing in colour."""
    from domaincheck.cli.terminal import style_for
    from domaincheck.output.painter import Painter

    painter = Painter(style_for(world.stdout, world.environment))
    lines = [[painter.foreign(field) for field in _fields(row)] for row in rows]
    widths = [max(map(painter.width, column)) for column in zip(_HEADING, *lines, strict=True)]
    colors = (_COLORS[row.standing] for row in rows)
    for line, color in chain([(_HEADING, "")], zip(lines, colors, strict=True)):
        cells = [
            painter.paint(field, color if place == _HEADING.index("STANDING") else "", width)
            for place, (field, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip() + "\n"
