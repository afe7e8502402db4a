"""What all benchmarks share: running subjects in turn, and saying what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_QUICK = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for: *quick* for a tenth of the size, *verbose* for details beside the figures."""

    quick: bool = False
    verbose: bool = False

    def size(self, full: int, least: int = 1) -> int:
        """Return *full*, or with *quick* a tenth of it but never under *least*."""
        return max(full // _QUICK, least) if self.quick else full


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure should not exceed or, with *at_least*, not fall below."""

    limit: float
    at_least: bool = False

    def judge(self, figure: float) -> str:
        """Return the bar and whether *figure* meets it, in words."""
        met = figure >= self.limit if self.at_least else figure <= self.limit
        return f"bar {'≥' if self.at_least else '≤'} {self.limit:g}: {'met' if met else 'MISSED'}"


def in_turn(rounds: int, *subjects: Callable[[], T]) -> list[list[T]]:
    """Call each of *subjects* in turn, *rounds* times over, and return for each what its calls brought.

    Before the rounds each is called once for nothing: caches fill, and files are read from the disk.
    """
    for subject in subjects:
        subject()
    found: list[list[T]] = [[] for _ in subjects]
    for _ in range(rounds):
        for subject, brought in zip(subjects, found, strict=True):
            brought.append(subject())
    return found


def compare(what: str, ours: Sequence[float], theirs: Sequence[float], unit: str, bar: Bar | None = None) -> str:
    """Return a line that says how *ours* relate to *theirs*, pair by pair; both are in *unit*."""
    ratios = [mine / yours for mine, yours in zip(ours, theirs, strict=True)]
    middle = median(ratios)
    low, _, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    figures = f"{figure(median(ours))} / {figure(median(theirs))} {unit}"
    spread = f"half of {len(ratios)} in {low:.2f}-{high:.2f}"
    return f"{what:<46} {middle:6.2f} x  {figures:<22} {spread:<26} {bar.judge(middle) if bar else ''}".rstrip()


def figure(number: float) -> str:
    """Return *number* with three digits that matter."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
