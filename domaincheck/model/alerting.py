"""The data of alerts: who wants to know what, what they were told, and the codes by which they prove themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Standing(StrEnum):
    """Whether mail may be sent for a subscription.

    ``pending`` until the address has proved itself with a code, ``refused`` once its mail server refused it for good.
    """

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, order=True)
class Subscription:
    """One address's wish to be told about one target.

    *email* is normalised; *target* is as :attr:`Target.text`, in the user's own form; *threshold* is as the option of
    that name takes it, ``None`` for the settings' windows; *since* is when the address subscribed.
    """

    email: str
    target: str
    threshold: str | None = None
    standing: Standing = Standing.PENDING
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What an address has been told about one thing that is, or was, the matter with one target.

    *key* names the thing, down to the certificate or the date that it is about; *step* is how far it had come (the
    window in days for an expiry, -1 for expired, 0 for anything else). It is open until *closed*, when it was found
    mended; *solved* says that the address was told so, which happens once.
    """

    email: str
    target: str
    key: str
    step: int
    told: datetime
    closed: datetime | None = None
    solved: bool = False


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A one-time code that was made for *email* and *operation*: its *secret*, when, and what became of it."""

    email: str
    operation: str
    secret: str
    made: datetime
    wrong: int = 0
    used: bool = False
