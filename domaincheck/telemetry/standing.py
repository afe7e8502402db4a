"""How things are with the outbox, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are with one destination: what ``telemetry status`` tells.

    *oldest* is when the first of the *pending* events happened; *elsewhere* counts the events of other destinations;
    *dropped* counts those that were dropped ever. *failures* counts the failed deliveries since the last good one,
    which was at *delivered_at*; *last_error* says why the last failed, and until *next_try* none is to be tried.
    """

    pending: int = 0
    oldest: datetime | None = None
    elsewhere: int = 0
    dropped: int = 0
    failures: int = 0
    last_error: str | None = None
    next_try: datetime | None = None
    delivered_at: datetime | None = None
