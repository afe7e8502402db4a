"""``domaincheck subscribe``, ``unsubscribe`` and ``otp``: who is told about what, proved by a one-time code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from domaincheck.errors import UsageError
from domaincheck.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.cli.invocation import Invocation
    from domaincheck.store import Store

NOT_YET = 1
"""The exit status of what is not done yet: a code is needed or wrong, or a mail could not be delivered."""

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address that alerts are sent to.")]
Targets = Annotated[
    list[str] | None, typer.Argument(metavar="[TARGET]...", show_default=False, help="Hosts, as for check.")
]
Otp = Annotated[str | None, typer.Option("--otp", metavar="CODE", help="The one-time code that was mailed to EMAIL.")]


def subscribe(
    ctx: typer.Context,
    email: Email,
    targets: Targets = None,
    otp: Otp = None,
    threshold: Annotated[
        str | None,
        typer.Option("-t", "--threshold", metavar="VALUE", help="Tell this long before an expiry: 45, 45d or 25%."),
    ] = None,
) -> int:
    """Ask for alerts about targets; takes effect once the one-time code is given.

    Without a TARGET, the code confirms what was imported for EMAIL.
    """
    from domaincheck.addresses import normalised

    invocation: Invocation = ctx.obj
    store, address = invocation.open_store(), normalised(email)
    with invocation.happenings.registration(address, targets or ()):
        return _subscribe(invocation, store, address, _checked(targets or ()), threshold, otp)


def _subscribe(  # noqa: PLR0913, PLR0917 - what the command was given
    invocation: Invocation, store: Store, address: str, wanted: Sequence[str], threshold: str | None, otp: str | None
) -> int:
    from domaincheck.cli.proof import Request, prove
    from domaincheck.model import Standing, Subscription

    if not wanted and not any(s.standing is not Standing.VERIFIED for s in store.subscriptions(address)):
        raise UsageError(f"there is nothing to subscribe {address} to: name a target, as in example.com")
    _check_threshold(threshold)
    request = Request(address, "subscribe", wanted, () if threshold is None else ("--threshold", threshold))
    with invocation.open_journal() as journal:
        if not prove(invocation, journal, request, otp):
            return NOT_YET
    now = invocation.world.clock()
    store.mark(address, Standing.VERIFIED, now)
    store.add(Subscription(address, target, threshold, Standing.VERIFIED, now) for target in wanted)
    count = sum(1 for _ in store.subscriptions(address))
    invocation.world.stdout.write(f"{address} is now told about {counted(count, 'target')}\n")
    return 0


def unsubscribe(ctx: typer.Context, email: Email, targets: Targets = None, otp: Otp = None) -> int:
    """Remove some or all targets of an address; needs a code too."""
    from domaincheck.addresses import normalised
    from domaincheck.cli.proof import Request, prove
    from domaincheck.targets import key_of, parse

    invocation: Invocation = ctx.obj
    store, address = invocation.open_store(), normalised(email)
    unwanted = _checked(targets or ())
    with invocation.open_journal() as journal:
        if not prove(invocation, journal, Request(address, "unsubscribe", unwanted), otp):
            return NOT_YET
        count = store.remove(address, unwanted or None)
        with journal.transaction():
            journal.forget(address, [key_of(parse(target)) for target in unwanted] or None)
    invocation.world.stdout.write(f"{counted(count, 'target')} of {address} removed\n")
    return 0


def _checked(targets: Sequence[str]) -> list[str]:
    """Return *targets* one by one, as users write lists of them; raise UsageError for what is none."""
    from domaincheck.model import InvalidTarget
    from domaincheck.targets import distinct, read

    found = list(distinct(item for text in targets for item in read(text, None)))
    for item in found:
        if isinstance(item, InvalidTarget):
            raise UsageError(item.reason)
    return [item.text for item in found]


def _check_threshold(text: str | None) -> None:
    from domaincheck.model import Threshold

    try:
        if text is not None:
            Threshold.parse(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no threshold: give {error}") from error


otp_app = typer.Typer(name="otp", help="Send one-time codes.")


@otp_app.callback()
def otp() -> None:
    """Send one-time codes."""


@otp_app.command("send")
def send_code(
    ctx: typer.Context,
    email: Email,
    operation: Annotated[
        Literal["subscribe", "unsubscribe"],
        typer.Option("--operation", metavar="OPERATION", help="What the code is for: subscribe or unsubscribe."),
    ],
    force_new: Annotated[
        bool, typer.Option("--force-new", help="Send a new code even while an old one works.")
    ] = False,
) -> int:
    """Send a code to an address."""
    from domaincheck.addresses import normalised
    from domaincheck.cli.proof import send

    invocation: Invocation = ctx.obj
    with invocation.open_journal() as journal:
        return 0 if send(invocation, journal, normalised(email), operation, force=force_new) else NOT_YET
