"""How long before an expiry to warn, as users write it. Every page of help needs this, and little else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

_THRESHOLD = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(d|%)?", re.ASCII)
_WHOLE = 100

WANTED = "days, as in 30 or 30d, or a share of the lifetime up to 100%, as in 25%"
"""What a threshold is, in words."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A length of time before an expiry: *amount* days, or per cent of the lifetime with *relative*."""

    amount: float
    relative: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the threshold written as ``30``, ``30d`` or ``25%``; raise ValueError for anything else."""
        match = _THRESHOLD.fullmatch(text.strip())
        threshold = match and cls(float(match[1]), match[2] == "%")
        if not threshold or (threshold.relative and threshold.amount > _WHOLE):
            raise ValueError(WANTED)
        return threshold

    def __str__(self) -> str:
        return f"{self.amount:g}{'%' if self.relative else 'd'}"

    def of(self, lifetime: timedelta | None) -> timedelta | None:
        """Return the length of time that this means for *lifetime*; ``None`` for a share of an unknown lifetime."""
        if not self.relative:
            return self.amount * timedelta(days=1)
        return None if lifetime is None else lifetime * self.amount / _WHOLE
