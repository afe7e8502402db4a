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
from typing import TYPE_CHECKING, Protocol, cast

from domaincheck.model import Report, Result

if TYPE_CHECKING:
    from domaincheck.output.grouping import Group

__all__ = ["FORMATS", "Finish", "Format", "Formatter", "GroupFormatter", "Order", "Style"]

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


class GroupFormatter(Protocol):
    """As :class:`Formatter`, but of targets that are alike it is told once."""

    def __call__(self, groups: Iterable[Group], finish: Finish, style: Style, /) -> Iterator[str]:
        """Yield the text of *groups* piece by piece."""


class Order(Enum):
    """The order in which a format wants its results."""

    FINISHED = "finished"
    """Each as soon as it finishes."""
    GIVEN = "given"
    """As the user gave the targets."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by *name*; its module, ``domaincheck.output.<name>``, is loaded only when it is asked to render.

    *groups* is whether it can tell of targets that are alike in one place.
    """

    name: str
    order: Order
    groups: bool = False

    @property
    def render(self) -> Formatter:
        """The format's formatter."""
        return cast("Formatter", importlib.import_module(f"{__name__}.{self.name}").render)

    @property
    def render_groups(self) -> GroupFormatter:
        """Its formatter of groups, if it *groups*."""
        return cast("GroupFormatter", importlib.import_module(f"{__name__}.{self.name}").render_groups)


_FORMATS = (
    Format("table", Order.GIVEN, groups=True),
    Format("plain", Order.GIVEN, groups=True),
    Format("json", Order.GIVEN),
    Format("ndjson", Order.FINISHED),
    Format("csv", Order.GIVEN),
    Format("nagios", Order.GIVEN),
    Format("prometheus", Order.GIVEN),
    Format("html", Order.GIVEN),
    Format("ics", Order.GIVEN),
)

FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _FORMATS})
"""Every format there is, by its name."""
