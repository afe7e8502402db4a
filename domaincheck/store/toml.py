"""Subscriptions in a TOML file, for people who edit it by hand and keep it in version control.

All of it is read for each question and written for each change, so it suits some thousands of subscriptions. It is
written beside and renamed: a reader, who needs no lock, sees the old file or the new one.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from domaincheck.errors import StateError, UsageError
from domaincheck.files.whole import read_text, replacing
from domaincheck.model import Standing
from domaincheck.store import disk
from domaincheck.store.base import PATIENCE, additions, key_of, keyed, target_of, whole
from domaincheck.store.document import VERSION, read
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from domaincheck.model import Subscription
    from domaincheck.store.base import Key, Parse

HEADER = f"""\
# The subscriptions of domaincheck: who is told about what.
#
# A table [[subscription]] for each address, or several where targets differ in more than their name:
#   email      the address
#   targets    what it is told about, as on the command line: "example.com", "smtp://mx.example.com"
#   threshold  when to begin, if not as the settings say: "30d", or "25%" of a certificate's lifetime
#   verified   since when the address is known to want this, or true; without it nothing but codes is mailed to it
#   refused    since when its mail server refuses mail to it, or true; no mail is sent to it
#   pending    since when neither is so; may be left out
#
# You may edit this file. When domaincheck adds or removes something it sorts the tables, and drops other comments.
version = {VERSION}
"""


def render(subscriptions: Iterable[Subscription]) -> Iterator[str]:
    """Yield, piece by piece, the TOML text of *subscriptions*, which are ordered by address."""
    import tomli_w

    yield HEADER
    for _, group in groupby(subscriptions, attrgetter("email")):
        alike: dict[tuple[object, ...], list[Subscription]] = {}
        for each in group:
            alike.setdefault((each.threshold, each.standing, each.since), []).append(each)
        yield "\n" + tomli_w.dumps({"subscription": [_table(some) for some in alike.values()]})


def _table(alike: list[Subscription]) -> dict[str, object]:
    """Return the table for subscriptions that differ in their target only."""
    first = alike[0]
    table: dict[str, object] = {"email": first.email, "targets": [each.target for each in alike]}
    if first.threshold is not None:
        table["threshold"] = first.threshold
    if first.since is not None or first.standing is not Standing.PENDING:
        table[first.standing.value] = first.since or True
    return table


@dataclass(frozen=True, slots=True)
class TomlStore:
    """The :class:`domaincheck.store.Store` in the TOML file at *path*."""

    path: Path
    parse: Parse
    patience: float = PATIENCE

    def subscriptions(self, email: str | None = None) -> Iterator[Subscription]:
        """Yield all subscriptions, or those of *email*, ordered by address and then by target."""
        found = self._read()
        yield from (found[key] for key in sorted(found) if email in (None, key[0]))

    def add(self, new: Iterable[Subscription]) -> list[Subscription]:
        """Add *new* subscriptions, and return those that changed something, as they now are in the store."""
        wanted = [keyed(subscription, self.parse) for subscription in new]
        with disk.locked(self.path, self.patience):
            if not disk.exists(self.path):
                disk.begin(self.path, _lay_out)
            known = self._read()
            changed = additions(wanted, known.get)
            if changed:
                self._write(known | changed)
        return list(changed.values())

    def remove(self, email: str, targets: Collection[str] | None = None) -> int:
        """Remove the subscriptions of *email* to *targets*, to all by default; return how many there were."""
        keys = None if targets is None else {key_of(target_of(target, self.parse)) for target in targets}
        with self._changing() as known:
            gone = [key for key in known if key[0] == email and (keys is None or key[1] in keys)]
            for key in gone:
                del known[key]
        return len(gone)

    def mark(self, email: str, standing: Standing, when: datetime) -> int:
        """Give all subscriptions of *email* that *standing*; return how many did not have it before *when*."""
        with self._changing() as known:
            marked = {
                key: replace(each, standing=standing, since=whole(when))
                for key, each in known.items()
                if key[0] == email and each.standing is not standing
            }
            known.update(marked)
        return len(marked)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[Key, Subscription]]:
        """Yield all subscriptions; what the block makes of them is written, in turn with other processes."""
        if not disk.exists(self.path):
            yield {}
            return
        with disk.locked(self.path, self.patience):
            before = self._read()
            after = dict(before)
            yield after
            if after != before:
                self._write(after)

    def _read(self) -> dict[Key, Subscription]:
        """Return all subscriptions by key; a StateError names the place of what can't be used."""
        if not disk.exists(self.path):
            return {}
        try:
            return read(read_text(self.path), str(self.path), self.parse)
        except UsageError as error:
            raise StateError(str(error)) from error

    def _write(self, subscriptions: dict[Key, Subscription]) -> None:
        if not os.access(self.path, os.W_OK):  # a rename would not mind
            raise StateError(f"{clean(str(self.path))} is protected against writing; nothing was changed")
        try:
            with replacing(self.path) as stream:
                stream.writelines(render(subscriptions[key] for key in sorted(subscriptions)))
        except UsageError as error:
            raise StateError(f"{error}; nothing was changed") from error
        with disk.told(self.path):
            disk.settle(self.path.parent)


def _lay_out(path: Path) -> None:
    """Turn the empty file *path* into a store."""
    path.write_text(HEADER, encoding="utf-8")
