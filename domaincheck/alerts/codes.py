"""One-time codes: when one may be sent, and when one is right. Pure: the record and the time are handed in.

A code belongs to one address and one operation. It has six digits, lives ten minutes, works once, dies at the fifth
wrong try, and may be sent once a minute and five times an hour. Whoever gives a wrong code learns only that it does not
fit: not whether the address is known, whether a code was ever sent, nor whether it has run out.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domaincheck.model import CodeRecord

LIFETIME = timedelta(minutes=10)
PAUSE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
SENDS_AN_HOUR = 5
TRIES = 5

_SKEW = timedelta(seconds=30)
"""A clock may be set back by so much before a code that lies in its future is taken for one from another age."""


class Sending(StrEnum):
    """What comes of asking for a code."""

    NEW = "new"
    ALIVE = "alive"
    TOO_SOON = "too_soon"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a code may be sent, and for a refusal the seconds *wait* until it may."""

    sending: Sending
    wait: int = 0


def may_send(record: CodeRecord | None, sent: Sequence[datetime], now: datetime, *, force: bool) -> Decision:
    """Decide whether to send a code; *record* is the last one made for the address and operation.

    *sent* are the times at which the address was sent any code. While a code lives, asking again sends nothing, unless
    by *force*; the limits hold even then.
    """
    if record is not None and alive(record, now) and not force:
        return Decision(Sending.ALIVE)
    recent = sorted(moment for moment in sent if -HOUR < now - moment < HOUR)  # a clock may have been set back
    pause_ends = recent[-1] + PAUSE if recent else now
    if len(recent) >= SENDS_AN_HOUR:
        return Decision(Sending.TOO_MANY, _seconds(max(recent[-SENDS_AN_HOUR] + HOUR, pause_ends), now))
    if pause_ends > now:
        return Decision(Sending.TOO_SOON, _seconds(pause_ends, now))
    return Decision(Sending.NEW)


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, int((until - now).total_seconds() + 0.999))


def alive(record: CodeRecord, now: datetime) -> bool:
    """Return whether *record*'s code can still be used at *now*."""
    in_time = -_SKEW <= now - record.made < LIFETIME
    return in_time and not record.used and record.wrong < TRIES


def new_secret() -> str:
    """Return the secret that a new code is made from."""
    import pyotp

    return pyotp.random_base32()


def digits(secret: str) -> str:
    """Return the six digits of the code made from *secret* (RFC 4226, its first counter value)."""
    import pyotp

    return pyotp.HOTP(secret).at(0)


def judge(record: CodeRecord | None, given: str, now: datetime) -> tuple[bool, CodeRecord | None]:
    """Return whether *given* is the code of *record*, and the record after the try; the time taken tells nothing.

    A code that was right is used up; one that was wrong has one try less.
    """
    expected = digits(record.secret if record else _NOBODY)
    fits = hmac.compare_digest(expected.encode(), "".join(given.split()).encode())
    if record is None:
        return False, None
    if not alive(record, now):
        return False, record
    return fits, replace(record, used=True) if fits else replace(record, wrong=record.wrong + 1)


_NOBODY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""A secret for addresses that have none, so that they cost the same work; pyotp refuses one of less than 112 bits."""
