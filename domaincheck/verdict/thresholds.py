"""How long before an expiry to warn, and what that comes to for one lifetime."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.model import Severity, Status, Threshold
from domaincheck.verdict.expectations import NOTHING, settled_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domaincheck.verdict.expectations import Expected, Own

DAY = timedelta(days=1)
DEFAULT_WARNING = 30 * DAY
LONGEST_SHARE = 3
"""Unasked, a certificate counts as expiring only in the last third of its life."""

CRITICAL_SHARE = 7 / 30
"""Unasked, the last 7 of every 30 days of the warning window are critical."""


class Windows(NamedTuple):
    """The lengths of time before an expiry in which to warn, and to call it critical."""

    warning: timedelta
    critical: timedelta

    def judge(self, remaining: timedelta) -> tuple[Status, Severity]:
        """Return what *remaining* time means. The last second named in a certificate is still valid (RFC 5280)."""
        if remaining < timedelta():
            return Status.EXPIRED, Severity.CRITICAL
        if remaining > self.warning:
            return Status.VALID, Severity.OK
        if remaining < DAY:
            return Status.EXPIRING_TODAY, Severity.CRITICAL
        return Status.EXPIRING_SOON, Severity.CRITICAL if remaining <= self.critical else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user wants to be told, and how loudly.

    *warning* and *critical* are ``None`` where the user named none; *weak* is the severity of weak keys,
    signatures and protocols, ``None`` to keep silent about them; *expiries* are those of domains whose registry
    publishes none. *expected* has to hold of every target; *own* holds what was settled for single names.
    """

    warning: Threshold | None = None
    critical: Threshold | None = None
    weak: Severity | None = Severity.CRITICAL
    expiries: Mapping[str, datetime] = field(default_factory=dict)
    expected: Expected = NOTHING
    own: Mapping[str, Own] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.warning or Threshold(DEFAULT_WARNING / DAY))

    def of(self, host: str | None) -> Policy:
        """Return the policy for *host*: with the threshold settled for it, and with what is expected of it alone."""
        if not self.own or host is None:
            return self
        own = settled_for(host, self.own)
        warning, expected = own.threshold or self.warning, self.expected.or_else(own.expected)
        return replace(self, warning=warning, expected=expected, own={})

    def for_certificate(self, lifetime: timedelta | None) -> Windows:
        """Return the windows for a certificate valid for *lifetime* in all, ``None`` if its dates can't be read."""
        if self.warning is not None:
            return self._windows(self.warning.of(lifetime) or timedelta(), lifetime)
        cap = DEFAULT_WARNING if lifetime is None else lifetime / LONGEST_SHARE
        return self._windows(min(DEFAULT_WARNING, cap), lifetime)

    def for_domain(self) -> Windows:
        """Return the windows for a registration; a share of a lifetime has no meaning there, so the default stands."""
        asked = self.warning.of(None) if self.warning else None
        return self._windows(DEFAULT_WARNING if asked is None else asked, None)

    def _windows(self, warning: timedelta, lifetime: timedelta | None) -> Windows:
        critical = self.critical.of(lifetime) if self.critical else None
        return Windows(warning, CRITICAL_SHARE * warning if critical is None else min(critical, warning))


def days_left(remaining: timedelta) -> int:
    """Return the whole days in *remaining*, rounded down: negative from the first second after the expiry."""
    return remaining // DAY
