"""Registrations remembered between runs: how they are written down, and for how long they may be believed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from domaincheck.model import Failure, ProblemCode, Registration, RegistrationFacts, RegistrationState

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ERROR = timedelta(minutes=5)
NOT_REGISTERED = HOUR
NEAR = DAY / 2
"""For how long facts are kept when the expiry is near, or when there is reason to look again soon."""

FAR = 7 * DAY
"""For how long facts are kept when the expiry is far away."""

WATCHED = 30 * DAY
"""Before an expiry that is nearer than this, somebody is likely to be waiting for the renewal to show."""

SHARE = 10
"""Beyond that, facts are kept for a tenth of the time that is left until then."""

_QUIET = frozenset(["active", "ok", "locked", "autoRenewPeriod", "addPeriod", "renewPeriod", "transferPeriod"])


_ON_THE_WAY = frozenset(
    [
        ProblemCode.DNS_FAILURE,
        ProblemCode.CONNECTION_REFUSED,
        ProblemCode.CONNECTION_RESET,
        ProblemCode.TIMEOUT,
        ProblemCode.HANDSHAKE_FAILURE,
    ]
)
"""What keeps us from a registry is not kept: it may be our own network, and its owner is about to mend it."""


class Memory(Protocol):
    """Keeps texts by key until a POSIX time; the state file is one."""

    def registration(self, key: str, now: float) -> tuple[str, float] | None:
        """Return the facts kept under *key* and when they were learned, if they may still be used at *now*."""

    def keep_registration(self, key: str, facts: str, learned: float, until: float) -> None:
        """Keep *facts* under *key* until *until*."""


def keep_for(facts: RegistrationFacts, now: datetime, longest: timedelta = FAR) -> timedelta:
    """Return how long *facts*, learned at *now*, may be believed: the nearer the expiry, the shorter.

    A domain whose EPP status tells of trouble, or whose registration one source denies, is looked up as often as one
    that is about to expire.
    """
    registration = facts.registration
    if registration.state is RegistrationState.NOT_REGISTERED:
        return min(NOT_REGISTERED, longest)
    if registration.state is not RegistrationState.REGISTERED:
        answered = any(failure.code not in _ON_THE_WAY for failure in facts.failures)
        return min(ERROR, longest) if answered else timedelta()
    if registration.expires_at is None and facts.failures:  # the source that may know the date did not answer
        return min(ERROR, longest)
    contradicted = any(failure.code is ProblemCode.NOT_REGISTERED for failure in facts.failures)
    calm = all(s in _QUIET or s.endswith("Prohibited") for s in registration.statuses)
    if registration.expires_at is None or contradicted or not calm:
        return min(NEAR, longest)
    return min(max((registration.expires_at - now - WATCHED) / SHARE, NEAR), FAR, longest)


@dataclass(frozen=True, slots=True)
class CachedProbe:
    """A registration probe that asks *memory* before it asks *probe*.

    *variant* tells apart answers that came about in different ways (another server asked, another source). *longest* is
    the time for which anything may be kept. With *refresh* nothing remembered is used, but what is learned is kept.
    """

    probe: Callable[[str], RegistrationFacts]
    memory: Memory
    clock: Callable[[], datetime]
    variant: str = ""
    longest: timedelta = FAR
    refresh: bool = False

    def __call__(self, domain: str) -> RegistrationFacts:
        """Return what is remembered of *domain*, with its age, or what the probe learns of it."""
        key, now = f"{domain} {self.variant}".strip(), self.clock()
        found = None if self.refresh else self.memory.registration(key, now.timestamp())
        if found and (facts := read(domain, found[0])):
            return replace(
                facts, cached=True, age_seconds=max(0, int(now.timestamp() - found[1])), duration_seconds=0.0
            )
        facts = self.probe(domain)
        learned = self.clock()
        if lifetime := keep_for(facts, learned, self.longest):
            until = learned + lifetime
            self.memory.keep_registration(key, write(facts), learned.timestamp(), until.timestamp())
        return facts


def write(facts: RegistrationFacts) -> str:
    """Return *facts* as JSON text."""
    registration = {field.name: getattr(facts.registration, field.name) for field in fields(Registration)}
    failures = [[failure.code, failure.message] for failure in facts.failures]
    return json.dumps(
        {"registration": registration, "source": facts.source, "server": facts.server, "failures": failures},
        default=lambda moment: moment.isoformat(),
    )


def read(domain: str, text: str) -> RegistrationFacts | None:
    """Return the facts of *domain* that :func:`write` made *text* of; ``None`` if it is something else."""
    try:
        content: dict[str, Any] = json.loads(text)
        values = content["registration"]
        for name in ("expires_at", "created_at", "updated_at", "registrar_expires_at"):
            values[name] = None if values[name] is None else datetime.fromisoformat(values[name]).astimezone(UTC)
        for name in ("name_servers", "statuses", "faults"):
            values[name] = tuple(values[name])
        registration = Registration(**values | {"state": RegistrationState(values["state"])})
        failures = tuple(Failure(ProblemCode(code), message) for code, message in content["failures"])
        return RegistrationFacts(domain, registration, content["source"], content["server"], failures=failures)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
