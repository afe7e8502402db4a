"""Targets that show the same, told as one: 200 hosts behind one certificate are one line.

Alike are targets with the same leaf certificate both parts of which came to the same status and the same problems;
where no certificates were asked for, targets with the same registration. A target whose certificate was never seen
stands alone, for what kept us from seeing it is its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from domaincheck.model import DomainPart, Result, TlsPart

_Part = TypeVar("_Part", "TlsPart | None", "DomainPart | None")


@dataclass(frozen=True, slots=True)
class Group:
    """*count* targets that are alike; *under* is the domain that their hosts share, where it says something.

    *shown* is the first of them. Its dates are the earliest of all: another target's registration may end before.
    """

    shown: Result
    count: int = 1
    under: str | None = None

    @property
    def others(self) -> str:
        """What is to be said after the first target's name: nothing, if it is alone."""
        if self.count == 1:
            return ""
        return f" and {self.count - 1} more" + (f" under {self.under}" if self.under else "")

    def joined(self, result: Result) -> Group:
        """Return the group with *result*, which is alike, as one more."""
        ours, theirs = self.under if self.count > 1 else self.shown.host, result.host
        shown = replace(
            self.shown, tls=_earlier(self.shown.tls, result.tls), domain=_earlier(self.shown.domain, result.domain)
        )
        return Group(shown, self.count + 1, _shared(ours, theirs, result) if ours and theirs else None)


def grouped(results: Iterable[Result]) -> Iterator[Group]:
    """Yield the groups of *results*, in the order of their first members, once all have come."""
    groups: dict[Hashable, Group] = {}
    for place, result in enumerate(results):
        likeness = _likeness(result) or place
        groups[likeness] = groups[likeness].joined(result) if likeness in groups else Group(result)
    yield from groups.values()


def _likeness(result: Result) -> Hashable:
    """Return what is the same for all targets that are alike; nothing for one that stands alone."""
    tls, domain = result.tls, result.domain
    if tls is None:
        return domain and domain.name
    return tls.fingerprint_sha256 and (tls.fingerprint_sha256, _outcome(tls), domain and _outcome(domain))


def _outcome(part: TlsPart | DomainPart) -> Hashable:
    return part.status, part.severity, frozenset((problem.code, problem.severity) for problem in part.problems)


def _earlier(one: _Part, other: _Part) -> _Part:
    """Return the part with less time left."""
    if one is None or other is None or one.days_left is None or other.days_left is None:
        return one
    return other if other.days_left < one.days_left else one


def _shared(one: str, other: str, result: Result) -> str | None:
    """Return the labels that two hosts end in, if they are no less than a domain or a name in the certificate."""
    labels = []
    for mine, theirs in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if mine != theirs:
            break
        labels.append(mine)
    shared = ".".join(reversed(labels))
    names = [name.removeprefix("*.") for name in result.tls.names] if result.tls else []
    known = [*names, result.domain.name] if result.domain else names
    return shared if any(f".{shared}".endswith(f".{name}") for name in known) else None
