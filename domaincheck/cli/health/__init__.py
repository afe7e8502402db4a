"""What ``doctor`` looks at: each examination yields the checks that it comes to, and raises where it can't be made.

``files``    settings, subscriptions, and what is remembered
``outside``  CAs, names, the clock, mail
``posthog``  telemetry
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one thing, *advice* on what to do where something is wrong, and what was said meanwhile."""

    name: str
    mark: Mark
    message: str
    advice: str | None = None
    conversation: tuple[str, ...] = ()
