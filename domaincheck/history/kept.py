"""What is worth remembering of a result, in few bytes: twenty thousand targets have one every day.

Only what the world did is kept, and nothing that changes by itself, such as the days left or how long it took: so most
results are the same as the one before, and those of months are one *stretch*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domaincheck.model import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domaincheck.model import Problem, Result


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """What a server showed. What could not be learned, or was not kept by an earlier version, is ``None``.

    *problems* are codes, without those that are mere notes.
    """

    status: str
    not_after: datetime | None = None
    fingerprint_sha256: str | None = None
    issuer: str | None = None
    key: str | None = None
    problems: tuple[str, ...] | None = None

    @property
    def end(self) -> datetime | None:
        """When it expires."""
        return self.not_after


@dataclass(frozen=True, slots=True)
class RegistrationSeen:
    """What a registry said, as :class:`CertificateSeen`; *statuses* are EPP codes."""

    status: str
    expires_at: datetime | None = None
    registrar: str | None = None
    name_servers: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    dnssec: bool | None = None
    problems: tuple[str, ...] | None = None

    @property
    def end(self) -> datetime | None:
        """When it expires."""
        return self.expires_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many *results* in a row, from *first* to *last*, that found the same; a part is ``None`` if there was none."""

    first: datetime
    last: datetime
    results: int
    status: str
    tls: CertificateSeen | None = None
    domain: RegistrationSeen | None = None

    @property
    def parts(self) -> dict[str, CertificateSeen | RegistrationSeen]:
        """The parts there are by name."""
        return {name: part for name, part in (("tls", self.tls), ("domain", self.domain)) if part is not None}

    def says_the_same_as(self, other: Stretch) -> bool:
        """Return whether *other* found just what this one did."""
        return (self.status, self.tls, self.domain) == (other.status, other.tls, other.domain)


def to_keep(result: Result) -> dict[str, Any]:
    """Return what is kept of *result*, made for JSON. Lists only ever grow at their ends, so that old ones still read.

    What comes in no particular order is sorted, lest another order be taken for a change.
    """
    found: dict[str, Any] = {"status": result.status}
    if tls := result.tls:
        problems = _codes(tls.problems)
        found["tls"] = [tls.status, _seconds(tls.not_after), tls.fingerprint_sha256, tls.issuer, tls.key, problems]
    if domain := result.domain:
        servers, statuses = " ".join(sorted(domain.name_servers)), " ".join(sorted(domain.statuses))
        what = [domain.status, _seconds(domain.expires_at), domain.registrar, servers]
        found["domain"] = [*what, statuses, domain.dnssec, _codes(domain.problems)]
    return found


def read(first: datetime, last: datetime, results: int, found: Mapping[str, Any]) -> Stretch:
    """Return the stretch from *first* to *last* in which so many *results* in a row *found* the same."""
    tls, domain = found.get("tls"), found.get("domain")
    return Stretch(
        first, last, results, str(found.get("status", "")), tls and _certificate(tls), domain and _registration(domain)
    )


def _certificate(values: Sequence[Any]) -> CertificateSeen:
    status, end, fingerprint, issuer, key, problems = _filled(values, 6)
    return CertificateSeen(status, _moment(end), fingerprint, issuer, key, _words(problems))


def _registration(values: Sequence[Any]) -> RegistrationSeen:
    status, end, registrar, servers, statuses, dnssec, problems = _filled(values, 7)
    seen = status != Status.UNREACHABLE
    return RegistrationSeen(
        status,
        _moment(end),
        registrar,
        tuple(sorted(servers.split())) if servers else None,  # a registration without any is one that does not tell
        tuple(statuses.split()) if statuses is not None and seen else None,
        dnssec,
        _words(problems),
    )


def _filled(values: Sequence[Any], count: int) -> list[Any]:
    return [*values, *[None] * count][:count]


def _codes(problems: Iterable[Problem]) -> str:
    return " ".join(sorted({problem.code for problem in problems if problem.severity is not Severity.OK}))


def _words(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split())


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
