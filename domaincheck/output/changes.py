"""Sentences that tell a person what changed from one past result of a target to the next."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domaincheck.history import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from domaincheck.history import Change
    from domaincheck.output.painter import Painter

_DIGITS = 8
"""Of a fingerprint: enough to tell two certificates of one host apart."""

_NAMES = {
    "registrar": "registrar",
    "name_servers": "name servers",
    "statuses": "registry statuses",
    "dnssec": "DNSSEC",
}
_COLORS = {"valid": "green", "unknown_expiry": "green", "expiring_soon": "yellow", "unreachable": "magenta"}
CRITICAL = "bold red"


def color_of(status: str) -> str:
    """Return the colour of what has that *status*."""
    return _COLORS.get(status, CRITICAL)


def words(name: str) -> str:
    """Return the *name* of a status or a problem in words."""
    return name.replace("_", " ")


def date(moment: datetime) -> str:
    """Return the day of *moment*."""
    return f"{moment:%Y-%m-%d}"


def told(together: Sequence[Change], painter: Painter) -> Iterator[tuple[str, str, str]]:
    """Yield part, sentence and colour of each of the changes of one time.

    A problem that is but a status by another name, as ``expired``, is left out where the status is told of.
    """
    teller = _Teller(painter)
    statuses = {each for change in together if change.what == "status" for each in (change.before, change.after)}
    for change in together:
        if sentence := teller.sentence(change, statuses):
            yield change.part, sentence, _color(change, statuses)


class _Teller:
    """Finds the words, in what the stream can show."""

    def __init__(self, painter: Painter) -> None:
        self._foreign = painter.foreign
        self._arrow = "→" if painter.pick("→>") == "→" else "->"

    def sentence(self, change: Change, statuses: AbstractSet[str]) -> str:
        """Return what to say of *change*; nothing if *statuses* say it."""
        before, after = change.before, change.after
        if isinstance(before, Shown):
            return self._replaced(before, after)
        if change.what == "status":
            return self._from(words(before), words(after))
        if change.what == "expires_at":
            return f"expiry moved: {self._from(date(before), date(after))}"
        if change.what == "problems":
            new, gone = _apart(change, statuses)
            return self._lists(("new problem", map(words, new)), ("solved", map(words, gone)))
        name = _NAMES.get(change.what, change.what)
        if isinstance(before, tuple):
            new, gone = _apart(change)
            return f"{name}: {self._lists(('new', new), ('gone', gone))}"
        return f"{name}: {self._from(_plain(before), _plain(after))}"

    def _from(self, before: str, after: str) -> str:
        return f"{self._foreign(before)} {self._arrow} {self._foreign(after)}"

    def _lists(self, *labelled: tuple[str, Iterable[str]]) -> str:
        lists = ((label, ", ".join(map(self._foreign, items))) for label, items in labelled)
        return "; ".join(f"{label}: {items}" for label, items in lists if items)

    def _replaced(self, before: Shown, after: Shown) -> str:
        """Tell of a new certificate: until when, by whom and which; with its key, if that is of another kind."""
        said = []
        if before.not_after and after.not_after:
            said.append(f"until {self._from(date(before.not_after), date(after.not_after))}")
        issuers = [issuer_in_short(shown.issuer or "") or "unknown" for shown in (before, after)]
        alike = before.issuer == after.issuer
        said.append(f"issued by {self._foreign(issuers[1])}" if alike else f"issuer {self._from(*issuers)}")
        if before.key and after.key and before.key != after.key:
            said.append(f"key {self._from(before.key, after.key)}")
        digests = [(shown.fingerprint_sha256 or "")[:_DIGITS] for shown in (before, after)]
        said.append(f"SHA-256 {self._from(*digests)}")
        sooner = before.not_after and after.not_after and after.not_after < before.not_after
        return f"certificate replaced{' by one that ends sooner' if sooner else ''}: {', '.join(said)}"


def _color(change: Change, statuses: AbstractSet[str]) -> str:
    if change.what == "status":
        return color_of(change.after)
    if change.what == "problems":
        return CRITICAL if _apart(change, statuses)[0] else "green"
    return ""


def _apart(change: Change, but: AbstractSet[str] = frozenset()) -> tuple[list[str], list[str]]:
    """Return what is new and what is gone, sorted, without what *but* names."""
    before, after = set(change.before), set(change.after)
    return sorted(after - before - but), sorted(before - after - but)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


@lru_cache(maxsize=64)
def issuer_in_short(name: str) -> str:
    """Return the common name in *name*, which is by RFC 4514, and the organisation if that does not stand in it."""
    parts = (part.partition("=") for part in re.split(r"(?<!\\),", name))
    found = {kind: re.sub(r"\\(.)", r"\1", text) for kind, _, text in parts}
    common, organisation = found.get("CN", ""), found.get("O", "")
    if common and organisation and organisation.split()[0].lower() not in common.lower():
        return f"{common} ({organisation})"
    return common or organisation or name
