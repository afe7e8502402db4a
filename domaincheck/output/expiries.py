"""What of the results ends when: one expiry a certificate, however many targets serve it, and one a registration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import MAXYEAR
from typing import TYPE_CHECKING

from domaincheck.model import ProblemCode
from domaincheck.text import clean, listed, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domaincheck.model import DomainPart, Result, TlsPart

CERTIFICATE, REGISTRATION = "certificate", "registration"

_MOST_NAMED = 100
"""Things that one text names; the others are counted."""
_MOST_CHARACTERS = 10_000
"""Characters of one line."""


@dataclass(slots=True)
class Expiry:
    """Something of *kind* that *ends*, for some *targets*, and *about* it in lines.

    *key* outlasts a renewal: it is the least of its targets' keys, whatever their order.
    """

    kind: str
    key: tuple[int, str]
    ends: datetime
    warn_before_days: float
    about: tuple[str, ...]
    targets: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What it is called: the domain, or the first of the targets that serve the certificate."""
        if self.kind == REGISTRATION:
            return clean(self.key[1])
        more = len(self.targets) - 1
        return self.targets[0] + (f" and {more} more" if more else "")


class Expiries:
    """Collects them: those *found* by fingerprint and by domain, the *undated* in words; *count* results were seen."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Expiry] = {}
        self.undated: dict[str, None] = {}
        self.count = 0

    def add(self, result: Result) -> None:
        """Take in what *result* tells of."""
        self.count += 1
        target = clean(result.target)
        if result.tls:
            self._add_certificate(target, _key(result), result.tls)
        if result.domain:
            self._add_registration(target, result.domain)
        if not (result.tls or result.domain):
            self._miss(target, result.status)

    def _add_certificate(self, target: str, key: tuple[int, str], part: TlsPart) -> None:
        ends = _end(part)
        if ends is None or ends.year == MAXYEAR:
            self._miss(f"the certificate of {target}", part.status if ends is None else "never expires")
            return
        place = (CERTIFICATE, part.fingerprint_sha256 or target)
        if place not in self.found:
            about = _about_certificate(part, ends)
            self.found[place] = Expiry(CERTIFICATE, key, ends, part.warn_before_days or 0, about)
        expiry = self.found[place]
        expiry.key = min(expiry.key, key)
        expiry.ends = min(expiry.ends, ends)  # the chains above one certificate may differ
        expiry.targets.append(target)

    def _add_registration(self, target: str, part: DomainPart) -> None:
        ends = part.expires_at
        if ends is None or ends.year == MAXYEAR:
            self._miss(f"the registration of {clean(part.name)}", part.status if ends is None else "never expires")
            return
        place = (REGISTRATION, part.name)
        if place not in self.found:
            about = _about_registration(part)
            self.found[place] = Expiry(REGISTRATION, (0, part.name), ends, part.warn_before_days, about)
        self.found[place].targets.append(target)

    def _miss(self, what: str, why: str) -> None:
        self.undated[f"{what} ({why.replace('_', ' ')})"] = None


def some(names: Sequence[str]) -> str:
    """Return *names* with commas between them; of many the first, and how many more there are."""
    return listed(list(map(clean, names)), _MOST_NAMED)


def _key(result: Result) -> tuple[int, str]:
    """Return what a certificate is known by, apart from any date; the name with the fewest labels is the least."""
    if result.host is None:
        return 0, result.target
    return result.host.count("."), f"{result.host}:{result.port}"


def _end(part: TlsPart) -> datetime | None:
    """Return when clients will refuse it: at the certificate's own end, or before, at that of one above it."""
    ends = [part.not_after]
    if part.expires_first != "leaf":
        # Beside the chain in use a server may send what ended long ago and harms nobody.
        broken = any(problem.code is ProblemCode.CHAIN_EXPIRED for problem in part.problems)
        ends += [link.not_after for link in part.chain[1:] if broken or (link.days_left or 0) >= 0]
    return min((end for end in ends if end is not None), default=None)


def _about_certificate(part: TlsPart, ends: datetime) -> tuple[str, ...]:
    facts = {"Names": some(part.names), "Issuer": part.issuer, "Serial number": part.serial}
    lines = _lines(facts | {"SHA-256 fingerprint": part.fingerprint_sha256})
    if part.not_after is not None and ends < part.not_after:
        own = f"The certificate itself lasts until {timestamp(part.not_after)}, but one above it ends first."
        return own, *lines
    return lines


def _about_registration(part: DomainPart) -> tuple[str, ...]:
    facts = {"Registrar": part.registrar, "Name servers": some(part.name_servers)}
    return (*_lines(facts), *(clean(problem.message) for problem in part.problems))


def _lines(facts: Mapping[str, str | None]) -> tuple[str, ...]:
    return tuple(f"{name}: {clean(value, _MOST_CHARACTERS)}" for name, value in facts.items() if value)
