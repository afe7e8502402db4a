"""What a store of subscriptions promises, and the rules that hold in whatever kind of file it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Protocol

from domaincheck.errors import UsageError
from domaincheck.model import InvalidTarget, Standing, Threshold
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from domaincheck.model import Subscription, Target

    Parse = Callable[[str], Target | InvalidTarget]
    """Reads a target; :func:`domaincheck.targets.parse`, handed in, as rooms of one floor do not know each other."""

    Key = tuple[str, str]
    """What a subscription is known by: its address, and what all spellings of its target share."""

PATIENCE = 10.0
"""Seconds to wait for another process that is writing to the store."""


class Store(Protocol):
    """Subscriptions in a file, in which there is at most one for an address and a target.

    Two targets are the same when they parse to the same host, port and STARTTLS, however they are written. An *email*
    is always as :func:`domaincheck.addresses.normalised` returns it. A subscription's *since* tells since when it has
    its standing, in whole seconds.

    Each method opens the file for itself, so that a store may be used by many threads and processes at once; whoever
    writes has read what the one before wrote. A method that writes does all it was asked or nothing, and what it did
    is on the disk when it returns. A file that does not exist holds nothing, and is made, readable by its owner alone,
    by the first ``add``. Raises StateError when the file can't be read or written, was damaged or is from a newer
    version, or when others keep on writing for longer than the store's patience: the file is then as it was.
    """

    @property
    def path(self) -> Path:
        """The file, with all symbolic links resolved."""

    def subscriptions(self, email: str | None = None) -> Iterator[Subscription]:
        """Yield all subscriptions, or those of *email*, ordered by address and then by target.

        Others may write meanwhile; what they change may or may not be seen.
        """

    def add(self, new: Iterable[Subscription]) -> list[Subscription]:
        """Add *new* subscriptions, and return those that changed something, as they now are in the store.

        Where there is one for the same address and target, its spelling and its threshold are replaced, unless it is
        verified or refused and the new one pending: what nobody has proved changes nothing that somebody did. Raises
        UsageError for what is no target or no threshold.
        """

    def remove(self, email: str, targets: Collection[str] | None = None) -> int:
        """Remove the subscriptions of *email* to *targets*, to all by default; return how many there were."""

    def mark(self, email: str, standing: Standing, when: datetime) -> int:
        """Give all subscriptions of *email* that *standing*; return how many did not have it before *when*."""


def keyed(subscription: Subscription, parse: Parse) -> tuple[Key, Subscription]:
    """Return *subscription* as it is stored, and its key; raise UsageError if its target or threshold is none."""
    target = target_of(subscription.target, parse)
    threshold, since = subscription.threshold, subscription.since
    return (subscription.email, key_of(target)), replace(
        subscription,
        target=target.text,
        threshold=None if threshold is None else threshold_of(threshold),
        since=None if since is None else whole(since),
    )


def target_of(text: str, parse: Parse) -> Target:
    """Return the target *text* stands for; raise UsageError if it is none, or can't be shown in a list or a mail."""
    target = parse(text)
    if isinstance(target, InvalidTarget):
        raise UsageError(target.reason)
    if not target.text.isprintable():
        raise UsageError(f"'{clean(target.text, 80)}' has characters that can't be shown; leave them out")
    return target


def whole(moment: datetime) -> datetime:
    """Return *moment* in UTC and in whole seconds, as all files can hold it."""
    return moment.astimezone(UTC).replace(microsecond=0)


def key_of(target: Target) -> str:
    """Return what all spellings of *target* share. It is kept in files: a change needs a new version of them."""
    return f"{target.host} {target.port} {target.starttls or ''}".rstrip()


def additions(
    new: Iterable[tuple[Key, Subscription]], known: Callable[[Key], Subscription | None]
) -> dict[Key, Subscription]:
    """Return, by key, what changes when *new* are added to a store that has the *known* subscriptions."""
    changed: dict[Key, Subscription] = {}
    for key, subscription in new:
        old = changed.get(key) or known(key)
        merged = subscription if old is None else _merged(old, subscription)
        if merged != old:
            changed[key] = merged
    return changed


def _merged(old: Subscription, new: Subscription) -> Subscription:
    if new.standing is old.standing:
        return replace(new, since=old.since)
    return old if new.standing is Standing.PENDING else new


def threshold_of(text: str) -> str:
    """Return the threshold *text* in its usual spelling; raise UsageError if it is none."""
    try:
        return str(Threshold.parse(text))
    except ValueError as error:
        raise UsageError(f"'{clean(text, 80)}' is no threshold: give {error}") from error
