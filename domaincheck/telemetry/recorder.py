"""Keeps what happens during one command, in memory, until the command has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from domaincheck.telemetry.events import Event

SYSTEM = "system"
"""Who a scheduled run belongs to."""

ANONYMOUS = "anonymous"
"""Who everything belongs to that is nobody's."""


class Recorded(NamedTuple):  # a dataclass takes ten times as long to make, and each command would have to
    """An *event*, *who* it belongs to (an address, SYSTEM or ANONYMOUS), and *at* what time it happened, in UTC."""

    event: Event
    who: str
    at: datetime


class Recorder:
    """What happened so far, in *recorded*; *clock* tells when."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.recorded: list[Recorded] = []

    def emit(self, event: Event, who: str = ANONYMOUS) -> None:
        """Record *event*, which happens now and belongs to *who*."""
        self.recorded.append(Recorded(event, who, self.clock()))

    def events(self, name: str) -> Iterator[Event]:
        """Yield the events of that *name*."""
        return (each.event for each in self.recorded if each.event.name == name)

    @property
    def whose(self) -> str:
        """Who all that was recorded belongs to; ANONYMOUS unless that is one and the same."""
        found = {each.who for each in self.recorded}
        return found.pop() if len(found) == 1 else ANONYMOUS
