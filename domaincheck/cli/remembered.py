"""What shells offer at TAB: addresses and targets that were put into the store here, in plain files of few lines.

The completions read these files themselves, so that no process is started. They hold a line a word, the latest first;
a word with a character that a shell might act upon is left out, here and again by the completions. All of it may be
lost, and none of it ever makes a command fail.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from domaincheck.errors import DomaincheckError
from domaincheck.files.whole import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from domaincheck.model import Standing, Subscription
    from domaincheck.store import Store

ADDRESSES = "addresses.txt"
TARGETS = "targets.txt"

MOST = 500
"""Words of a file; more could not be chosen from anyway, and would be felt at each TAB."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+@:/-]{0,253}")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class RememberingStore:
    """The *store*, and a memory of what is put into it by this program, in files that *place* names."""

    store: Store
    place: Callable[[str], Path]

    @property
    def path(self) -> Path:
        """The file, with all symbolic links resolved."""
        return self.store.path

    def subscriptions(self, email: str | None = None) -> Iterator[Subscription]:
        """Yield all subscriptions, or those of *email*, ordered by address and then by target."""
        return self.store.subscriptions(email)

    def add(self, new: Iterable[Subscription]) -> list[Subscription]:
        """Add *new* subscriptions, and return those that changed something; their words are remembered."""
        changed = self.store.add(new)
        if changed:
            with contextlib.suppress(OSError, DomaincheckError, ValueError):
                self._remember(changed)
        return changed

    def remove(self, email: str, targets: Collection[str] | None = None) -> int:
        """Remove subscriptions of *email*, which is forgotten with the last; targets still have their history."""
        count = self.store.remove(email, targets)
        with contextlib.suppress(OSError, DomaincheckError, ValueError):
            if next(self.store.subscriptions(email), None) is None:
                _change(self.place(ADDRESSES), lambda known: [word for word in known if word != email])
        return count

    def mark(self, email: str, standing: Standing, when: datetime) -> int:
        """Give all subscriptions of *email* that *standing*; return how many did not have it before *when*."""
        return self.store.mark(email, standing, when)

    def _remember(self, changed: list[Subscription]) -> None:
        addresses = self.place(ADDRESSES)
        # An older version, or somebody with an editor, may have filled the store: the first time some of that counts.
        first = () if addresses.exists() else islice(self.store.subscriptions(), MOST)
        found = [*changed, *first]
        _change(addresses, lambda known: [each.email for each in found] + known)
        _change(self.place(TARGETS), lambda known: [each.target for each in found] + known)


def _change(path: Path, changed: Callable[[list[str]], list[str]]) -> None:
    """Replace the words in the file *path* by what *changed* makes of them, each once, and only so many."""
    before = read_bytes(str(path), _LARGEST).decode() if path.exists() else ""
    words = dict.fromkeys(word for word in changed(before.split("\n")) if _PLAIN.fullmatch(word))
    after = "".join(f"{word}\n" for word in islice(words, MOST))
    if after != before:
        _write(path, after)


def _write(path: Path, text: str) -> None:
    """Write *text* beside *path* and rename it, so that no shell sees half of it; it need not outlive a power cut."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(fresh, flags, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123 - opened by its number
            file.write(text)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
