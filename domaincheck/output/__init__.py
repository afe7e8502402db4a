"""Results in, text out: one pure module per format.

A formatter is a generator of text that already holds its newlines; whoever runs it writes each piece as it comes.
No formatter knows where the text goes: what the stream can show is handed in as a :class:`Style`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Protocol, cast

from domaincheck.model import Report, Result

__all__ = ["FORMATS", "Finish", "Format", "Formatter", "Order", "Style"]

Finish = Callable[[], Report]
"""Makes the frame of a run; to be called once its results are exhausted, for only then is it known."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the stream can show: its *width* in columns, escape sequences for *color*, more than ASCII."""

    width: int = 80
    color: bool = False
    unicode: bool = True


class Formatter(Protocol):
    """Turns results into text.

    Consumes *results* once, from first to last, calls *finish* at most once and only after that, and yields text as
    early as its format allows.
    """

    def __call__(self, results: Iterable[Result], finish: Finish, style: Style, /) -> Iterator[str]:
        """Yield the text of *results* piece by piece."""


class Order(Enum):
    """The order in which a format wants its results."""

    FINISHED = "finished"
    """Each as soon as it finishes."""
    GIVEN = "given"
    """As the user gave the targets."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by *name*; its module, ``domaincheck.output.<name>``, is loaded only when it is asked to render."""

    name: str
    order: Order

    @property
    def render(self) -> Formatter:
        """The format's formatter."""
        return cast("Formatter", importlib.import_module(f"{__name__}.{self.name}").render)


_FORMATS = (
    Format("table", Order.GIVEN),
    Format("plain", Order.GIVEN),
    Format("json", Order.GIVEN),
    Format("ndjson", Order.FINISHED),
    Format("csv", Order.GIVEN),
)

FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _FORMATS})
"""Every format there is, by its name."""
