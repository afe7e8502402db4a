"""The words for people, and the small things several formats say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck import model
from domaincheck.model import DomainPart, Status, TlsPart
from domaincheck.text import counted

if TYPE_CHECKING:
    from domaincheck.model import Problem, Result

_LABELS = {
    Status.VALID: "Valid",
    Status.EXPIRING_SOON: "Expiring soon!",
    Status.EXPIRING_TODAY: "Expiring today!",
    Status.EXPIRED: "Expired",
    Status.INVALID: "Invalid certificate",
    Status.AT_RISK: "At risk",
    Status.NOT_REGISTERED: "Not registered",
    Status.UNREACHABLE: "Unreachable",
    Status.UNKNOWN_EXPIRY: "Expiry not published",
    Status.INVALID_TARGET: "Invalid target",
}
_DAYS_A_YEAR = 365
_DAYS_TO_COUNT = 9999


def label(judged: Result | TlsPart | DomainPart) -> str:
    """Return the status of *judged* in words; a valid part says what it is that is valid."""
    if judged.status is Status.VALID:
        if isinstance(judged, TlsPart):
            return "Valid SSL"
        if isinstance(judged, DomainPart):
            return "Valid domain"
    return _LABELS[judged.status]


def days(count: int) -> str:
    """Say how far away something is that is *count* days ahead, or behind when negative: ``in 20 days``.

    Beyond 9,999 days it is told in years: certificates that shall never end are dated 99991231 (RFC 5280 §4.1.2.5).
    """
    if count == 0:
        return "today"
    distance, unit = abs(count), "day"
    if distance > _DAYS_TO_COUNT:
        distance, unit = distance // _DAYS_A_YEAR, "year"
    phrase = counted(distance, unit)
    return f"in {phrase}" if count > 0 else f"{phrase} ago"


def worst_first(*parts: TlsPart | DomainPart | None) -> list[Problem]:
    """Return the problems of all *parts*, the most severe first and otherwise as they stood."""
    return model.worst_first(problem for part in parts if part is not None for problem in part.problems)
