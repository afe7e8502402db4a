"""``domaincheck history``: past results of a target, with its trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.cli import parsers
from domaincheck.settings import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from domaincheck.cli.invocation import Invocation
    from domaincheck.history import Change, Point, Stretch
    from domaincheck.output.history import Past

JSON_VERSION = "1"
MOST_NEAR = 3
"""Targets that are named where the one asked for has no results."""


@dataclass(frozen=True, slots=True)
class _Document:
    """The JSON document; the names and the order of its keys are those of the fields."""

    version: str
    target: str
    first_seen: datetime
    last_seen: datetime
    result_count: int
    points: tuple[Point, ...]
    changes: tuple[Change, ...]


def history(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A host, as for check.")],
    since: Annotated[
        int | None,
        typer.Option(
            "--since", metavar="DAYS", parser=parsers.Number(whole(1)), help="Show the last so many days only."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", parser=parsers.Number(whole(1)), help="Show the newest N changes only."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> int:
    """Show what scheduled runs have found of a target: the trend of its days left, and what changed when."""
    from domaincheck.history import changes

    invocation: Invocation = ctx.obj
    now, (key, name) = invocation.world.clock(), _named(target)
    stretches = _stretches(invocation, key)
    begin = None if since is None or since >= now.toordinal() else now - timedelta(days=since)  # none before year 1
    # Sorted and not turned round: those of one time stay in their order.
    newest_first = sorted(changes(stretches), key=lambda change: change.at, reverse=True)
    recent = [change for change in newest_first if begin is None or change.at >= begin]
    shown = recent[:limit]
    if json:
        invocation.world.stdout.writelines(_document(key, stretches, shown, begin))
    else:
        from domaincheck.output.history import Past

        past = Past(name, stretches, shown, newest_first[len(shown) :], begin, now)
        invocation.world.stdout.writelines(f"{line}\n" for line in _lines(past, invocation))
    return 0


def _named(text: str) -> tuple[str, str]:
    """Return what the results of the target *text* are kept under, and that for people: in its script, too."""
    from domaincheck.errors import UsageError
    from domaincheck.model import InvalidTarget
    from domaincheck.targets import key_of, names_file, parse
    from domaincheck.targets.hosts import to_unicode

    if names_file(text.strip()):
        raise UsageError("no results of certificate files are kept: name a host")
    target = parse(text)
    if isinstance(target, InvalidTarget):
        raise UsageError(target.reason)
    key, host = key_of(target), to_unicode(target.host)
    return key, key if host == target.host else f"{key.replace(target.host, host)} ({key})"


def _stretches(invocation: Invocation, key: str) -> list[Stretch]:
    """Return what is kept of *key*, oldest first; raise UsageError, with what is near to it, where nothing is."""
    from domaincheck.errors import UsageError
    from domaincheck.history import read
    from domaincheck.journal import Journal

    path, known = invocation.state_file("state.db"), list[str]()
    if path.exists():
        with Journal.open(path) as journal:
            if rows := journal.history(key):
                return [read(*row) for row in rows]
            known = journal.targets_with_history()
    if near := _near(key, known):
        raise UsageError(f"there are no results of {key}; did you mean {' or '.join(near)}?")
    why = "only scheduled runs keep them, of what somebody has subscribed to"
    raise UsageError(f"there are no results of {key}: {why}")


def _near(key: str, known: Sequence[str]) -> list[str]:
    """Return those of *known* that may be meant by *key*: first the same host elsewhere, or its neighbours."""
    import difflib

    related = [each for each in known if key in each or each in key]
    spelt_alike = difflib.get_close_matches(key, known, n=MOST_NEAR, cutoff=0.75)
    return list(dict.fromkeys((*related, *spelt_alike)))[:MOST_NEAR]


def _lines(past: Past, invocation: Invocation) -> Iterable[str]:
    from domaincheck.cli.terminal import style_for
    from domaincheck.output.history import render

    return render(past, style_for(invocation.world.stdout, invocation.world.environment))


def _document(key: str, stretches: Sequence[Stretch], shown: Sequence[Change], since: datetime | None) -> Iterable[str]:
    from domaincheck.history import points
    from domaincheck.output.json import encode

    last = max(stretch.last for stretch in stretches)
    count = sum(stretch.results for stretch in stretches)
    document = _Document(
        JSON_VERSION, key, stretches[0].first, last, count, tuple(points(stretches, since)), tuple(shown)
    )
    return encode(document, "\n"), "\n"
