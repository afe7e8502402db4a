"""What changed from one past result to the next.

What was not seen is no change: a server that does not answer has not lost its certificate, and what it shows when it is
back is compared with what it showed before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domaincheck.history.kept import CertificateSeen
from domaincheck.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domaincheck.history.kept import RegistrationSeen, Stretch

_UNREACHABLE = Status.UNREACHABLE.value
_COMPARED = ("registrar", "name_servers", "statuses", "dnssec")
"""What of a registration is a change whenever it is not the same; the expiry is compared by the day."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as it is told of in a change."""

    issuer: str | None
    not_after: datetime | None
    fingerprint_sha256: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was another than before in the result *at* that time; names and order are those of the JSON.

    *part* is ``tls`` or ``domain``; *what* is ``certificate``, ``expires_at``, ``status``, ``registrar``,
    ``name_servers``, ``statuses``, ``dnssec`` or ``problems``. *before* and *after* are of the type that goes with it:
    a :class:`Shown`, a datetime, a text, a truth value, or a tuple of texts.
    """

    at: datetime
    part: str
    what: str
    before: Any
    after: Any


def changes(stretches: Iterable[Stretch]) -> Iterator[Change]:
    """Yield what changed in *stretches*, which come oldest first; what is more telling comes first at each time."""
    last_seen: dict[str, dict[str, Any]] = {"tls": {}, "domain": {}}
    for stretch in stretches:
        for part, found in stretch.parts.items():
            known = last_seen[part]
            yield from _part(stretch.first, part, found, known)


def _part(
    at: datetime, part: str, found: CertificateSeen | RegistrationSeen, known: dict[str, Any]
) -> Iterator[Change]:
    """Yield what of *found* is not as last *known*, which is brought up to date."""

    def compared(what: str, after: Any, *, same: bool | None = None) -> Iterator[Change]:
        before = known.get(what)
        if after is None:
            return
        known[what] = after
        if before is not None and not (before == after if same is None else same):
            yield Change(at, part, what, before, after)

    if isinstance(found, CertificateSeen):
        if found.fingerprint_sha256 is not None:
            shown = Shown(found.issuer, found.not_after, found.fingerprint_sha256, found.key)
            before = known.get("certificate")
            same = before is not None and before.fingerprint_sha256 == shown.fingerprint_sha256
            yield from compared("certificate", shown, same=same)
    else:
        before = known.get("expires_at")
        same = before is not None and found.expires_at is not None and before.date() == found.expires_at.date()
        yield from compared("expires_at", found.expires_at, same=same)
        for what in _COMPARED:
            yield from compared(what, getattr(found, what))
    silent = found.status == _UNREACHABLE
    yield from compared("status", found.status)
    yield from _problems(at, part, found.problems, known, silent=silent)


def _problems(
    at: datetime, part: str, after: tuple[str, ...] | None, known: dict[str, Any], *, silent: bool
) -> Iterator[Change]:
    """Yield the change of problems; while a part is *silent* its others are not known, and so not gone.

    That it was silent is over when it speaks: this is told by the status, and no change of its problems.
    """
    if after is None:
        return
    before = known.get("silence" if silent else "problems")
    known |= {"silence": after} if silent else {"silence": (), "problems": after}
    if before is not None and before != after:
        yield Change(at, part, "problems", before, after)
