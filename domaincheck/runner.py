"""Probes many targets at once: a bounded window over an executor, results as they finish.

However long the list, only as many probes as the windows hold are under way, and only what is under way is in memory,
but for the registrations learned and the targets that wait for one: a registry may be slow, and what is slow there must
not hold up the handshakes.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from domaincheck.model import (
    Failure,
    InvalidTarget,
    ProblemCode,
    Registration,
    RegistrationFacts,
    RegistrationState,
    Target,
    TlsFacts,
)
from domaincheck.text import clean
from domaincheck.verdict import combine, invalid, judge_registration, judge_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from datetime import datetime

    from domaincheck.executors.threads import Call, Executor
    from domaincheck.model import CertificateFile, Result
    from domaincheck.verdict import Policy


MANY = 32
"""Handshakes under way from which on results are judged a handful at a time."""

GATHER = 0.02
"""Seconds for which results gather then. Judged one by one between handshakes, none of the code that it takes is in the
processor's caches any more, and each takes several times as long."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Probes of one kind: what to call, where it runs, and how many may be under way or queued there at a time.

    *executor* may be any :class:`~domaincheck.executors.threads.Executor`; *probe*, what it is given and what it
    returns are picklable, so it may as well be one of processes or of other machines.
    """

    probe: Callable[[Any], Any]
    executor: Executor
    window: int


@dataclass(slots=True)
class _Waiting:
    """A target whose parts are not all there yet; *missing* counts those under way.

    A file that turns out to be no certificate has become an invalid target in place of facts.
    """

    place: int
    target: Target | CertificateFile
    missing: int = 0
    tls: TlsFacts | InvalidTarget | None = None
    registration: RegistrationFacts | None = None


@dataclass(slots=True)
class _Domains:
    """The registrations: asked for, under way with the targets that wait for each, and known."""

    queue: deque[str] = field(default_factory=deque)
    waiting: dict[str, list[_Waiting]] = field(default_factory=dict)
    known: dict[str, RegistrationFacts] = field(default_factory=dict)


class Runner:
    """One run over a list: *tls* and *registrations* are the lanes to use, ``None`` for a part that is not wanted."""

    def __init__(
        self, tls: Lane | None, registrations: Lane | None, policy: Policy, clock: Callable[[], datetime]
    ) -> None:
        self._tls, self._registrations = tls, registrations
        self._policy, self._clock = policy, clock
        self._domains = _Domains()
        self._handshakes: dict[Call, _Waiting] = {}
        self._look_ups: dict[Call, str] = {}
        self._finished: SimpleQueue[Call] = SimpleQueue()

    def run(
        self, items: Iterable[Target | CertificateFile | InvalidTarget]
    ) -> Generator[tuple[int, Result], None, None]:
        """Yield the result of each of *items* as it finishes, with its place in the list.

        What is still queued when the iteration is given up is cancelled.
        """
        source = enumerate(items)
        exhausted = False
        try:
            while True:
                while not exhausted and self._has_room():
                    place, item = next(source, (0, None))
                    exhausted = item is None
                    if item is not None:
                        yield from self._begin(place, item)
                if not self._handshakes and not self._look_ups:
                    return
                for call in self._next_finished():
                    yield from self._finish(call)
        finally:
            under_way: tuple[Call, ...] = (*self._handshakes, *self._look_ups)
            for call in under_way:
                call.cancel()

    def _next_finished(self) -> list[Call]:
        """Wait for a call to end, and return it; where many are under way, with the others that end right after it."""
        calls = [self._finished.get()]
        if len(self._handshakes) >= MANY:
            time.sleep(GATHER)
            with contextlib.suppress(Empty):
                while True:
                    calls.append(self._finished.get_nowait())
        return calls

    def _has_room(self) -> bool:
        if self._tls is not None:
            return len(self._handshakes) < self._tls.window
        return self._registrations is None or len(self._domains.queue) < self._registrations.window

    def _begin(self, place: int, item: Target | CertificateFile | InvalidTarget) -> Iterator[tuple[int, Result]]:
        if isinstance(item, InvalidTarget):
            yield place, invalid(item)
            return
        waiting = _Waiting(place, item)
        if self._tls is not None:
            waiting.missing += 1
            call = self._tls.executor.submit(self._tls.probe, item)
            self._handshakes[call] = waiting
            call.add_done_callback(self._finished.put)
        if self._registrations is not None and isinstance(item, Target) and item.domain is not None:
            self._want(item.domain, waiting)
        if not waiting.missing:
            yield self._judge(waiting)

    def _want(self, domain: str, waiting: _Waiting) -> None:
        """Let *waiting* have the registration of *domain*, now or when it is known; each is looked up once."""
        waiting.registration = self._domains.known.get(domain)
        if waiting.registration is not None:
            return
        waiting.missing += 1
        if domain in self._domains.waiting:
            self._domains.waiting[domain].append(waiting)
        else:
            self._domains.waiting[domain] = [waiting]
            self._domains.queue.append(domain)
            self._look_up()

    def _look_up(self) -> None:
        lane = self._registrations
        while lane and self._domains.queue and len(self._look_ups) < lane.window:
            domain = self._domains.queue.popleft()
            call = lane.executor.submit(lane.probe, domain)
            self._look_ups[call] = domain
            call.add_done_callback(self._finished.put)

    def _finish(self, call: Call) -> Iterator[tuple[int, Result]]:
        """Hand what *call* brought to the targets that wait for it, and yield those that are complete."""
        if call in self._handshakes:
            waiting = self._handshakes.pop(call)
            name = getattr(waiting.target, "host", None)
            waiting.tls = _outcome(call, lambda failure: TlsFacts(name, failure=failure))
            complete = [waiting]
        else:
            domain = self._look_ups.pop(call)
            facts = _outcome(call, lambda failure: _no_registration(domain, failure))
            self._domains.known[domain] = facts
            complete = self._domains.waiting.pop(domain)
            for waiting in complete:
                waiting.registration = facts
            self._look_up()
        for waiting in complete:
            waiting.missing -= 1
            if not waiting.missing:
                yield self._judge(waiting)

    def _judge(self, waiting: _Waiting) -> tuple[int, Result]:
        if isinstance(waiting.tls, InvalidTarget):
            return waiting.place, invalid(waiting.tls)
        now = self._clock()
        policy = self._policy.of(getattr(waiting.target, "host", None))
        tls = judge_tls(waiting.tls, policy, now) if waiting.tls else None
        domain = judge_registration(waiting.registration, policy, now) if waiting.registration else None
        return waiting.place, combine(waiting.target, tls, domain)


def _outcome(call: Call, otherwise: Callable[[Failure], Any]) -> Any:
    """Return what *call* brought. A probe does not raise; if a fault of ours makes it, the other targets go on."""
    try:
        return call.result()
    except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this one target
        words = clean(f"a fault in domaincheck itself: {type(error).__name__}: {error}")
        return otherwise(Failure(ProblemCode.MALFORMED_RESPONSE, words))


def _no_registration(domain: str, failure: Failure) -> RegistrationFacts:
    return RegistrationFacts(domain, Registration(RegistrationState.UNKNOWN), failures=(failure,))


def in_order(results: Iterable[tuple[int, Result]]) -> Iterator[Result]:
    """Yield *results* in the order of their places, each as soon as all before it are there."""
    held: dict[int, Result] = {}
    due = 0
    for place, result in results:
        held[place] = result
        while due in held:
            yield held.pop(due)
            due += 1
    for place in sorted(held):  # an interrupted run leaves gaps
        yield held[place]
