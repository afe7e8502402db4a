"""Runs what a command has planned: probes the targets, prints the results, and comes to an exit status."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import IO, TYPE_CHECKING

from domaincheck import __version__
from domaincheck.cli.interruption import Interruption
from domaincheck.cli.invocation import INTERRUPTED
from domaincheck.cli.terminal import Bar, progress, say, style_for
from domaincheck.files.whole import replacing
from domaincheck.model import Report
from domaincheck.output import FORMATS, Order
from domaincheck.runner import Runner, in_order
from domaincheck.verdict import Tally
from domaincheck.wiring import ProbeOptions, registration_lane, tls_lane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from domaincheck.cli.inputs import TargetList
    from domaincheck.model import Result, Summary
    from domaincheck.output import Format, Style
    from domaincheck.verdict import Policy
    from domaincheck.world import World

JSON_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to check and how to tell of it.

    *format* is ``None`` for the usual one: a table on a terminal, plain lines elsewhere. *output* is the file to write
    instead of standard output. *by_urgency* puts the worst first. *group* tells once of targets that are alike.
    *progress* is ``None`` to decide by the streams. *verbosity* is -1 for quiet, 0, or how often more was asked for.
    """

    targets: TargetList
    policy: Policy
    options: ProbeOptions = field(default_factory=ProbeOptions)
    tls: bool = True
    domain: bool = True
    format: str | None = None
    output: Path | None = None
    by_urgency: bool = False
    group: bool = False
    exit_zero: bool = False
    progress: bool | None = None
    verbosity: int = 0


def perform(plan: Plan, world: World, ended: Callable[[Summary, float], None] = lambda *_: None) -> int:
    """Carry *plan* out and return the exit status: the worst severity's, or that of an interruption.

    Once targets are being probed, *ended* is told the counts and the seconds it took, however that ends.
    """
    started, begun = world.clock(), time.monotonic()
    tally, interruption = Tally(), Interruption()

    def finish() -> Report:
        duration = time.monotonic() - begun
        return Report(JSON_VERSION, __version__, started, duration, str(plan.policy), tally.summary())

    with interruption.heeded(), _open(plan, world) as (stream, style), ExitStack() as stack:
        stack.callback(lambda: ended(tally.summary(), time.monotonic() - begun))
        form = FORMATS[plan.format or ("table" if stream.isatty() else "plain")]
        with _watched(plan, world, form.order, stream) as watcher, _running(plan, world, watcher.tell) as raw:
            seen = _observed(interruption.guard(raw), tally, watcher)
            ordered = _ordered(seen, form.order, by_urgency=plan.by_urgency)
            pieces = _rendered(form, ordered, finish, style, group=plan.group)
            if watcher.bar.shown and stream.isatty():
                pieces = iter(list(pieces))  # one terminal can't show the bar and the results at once
            else:
                _write(pieces, stream, at_once=form.order is Order.FINISHED)
        _write(pieces, stream)
        if interruption.happened and plan.output is not None:
            raise KeyboardInterrupt  # half the results would be taken for all of them: the old file stays
    if interruption.happened:
        say(world.stderr, "interrupted: what had finished by then is printed, the rest was not checked")
        return INTERRUPTED
    return 0 if plan.exit_zero else tally.summary().severity.exit_status


def _ordered(seen: Iterable[tuple[int, Result]], order: Order, *, by_urgency: bool) -> Iterable[Result]:
    if by_urgency:
        return sorted((result for _, result in seen), key=attrgetter("urgency"))
    return in_order(seen) if order is Order.GIVEN else (result for _, result in seen)


def _rendered(
    form: Format, results: Iterable[Result], finish: Callable[[], Report], style: Style, *, group: bool
) -> Iterator[str]:
    if not group:
        return form.render(results, finish, style)
    from domaincheck.output.grouping import grouped

    return form.render_groups(grouped(results), finish, style)


def _write(pieces: Iterable[str], stream: IO[str], *, at_once: bool = False) -> None:
    for text in pieces:
        stream.write(text)
        if at_once:
            stream.flush()
    stream.flush()


@contextmanager
def _open(plan: Plan, world: World) -> Iterator[tuple[IO[str], Style]]:
    """Open the stream that the results go to, and say what it can show."""
    style = style_for(world.stdout, world.environment)
    if plan.output is None:
        yield world.stdout, style
        return
    with replacing(plan.output) as stream:
        yield stream, style_for(stream, world.environment)


@contextmanager
def _running(plan: Plan, world: World, tell: Callable[[str], None]) -> Iterator[Iterator[tuple[int, Result]]]:
    items = plan.targets.with_domains() if plan.domain else iter(plan.targets)
    with running(plan.options, plan.policy, world, tell, tls=plan.tls, domain=plan.domain) as runner:
        yield runner.run(items)


@contextmanager
def running(  # noqa: PLR0913 - what makes a runner
    options: ProbeOptions,
    policy: Policy,
    world: World,
    tell: Callable[[str], None],
    *,
    tls: bool = True,
    domain: bool = True,
) -> Iterator[Runner]:
    """Start the probes' threads, and let them go at the end without waiting for any that are still busy."""
    handshakes = tls_lane(options, world) if tls else None
    registrations = registration_lane(options, world, tell) if domain else None
    try:
        yield Runner(handshakes, registrations, policy, world.clock)
    finally:
        for lane in (handshakes, registrations):
            if lane is not None:
                lane.executor.shutdown(wait=False, cancel_futures=True)
        if options.memory is not None:
            options.memory.close()


@dataclass(frozen=True, slots=True)
class _Watcher:
    """Tells, while the results come in, how far they are and what is being waited for."""

    bar: Bar
    world: World
    verbosity: int

    def see(self, result: Result) -> None:
        """Take note of one more *result*."""
        self.bar.advance(result.target)
        if self.verbosity > 0:
            _tell(result, self.world)

    def tell(self, sentence: str) -> None:
        """Pass on why something takes time."""
        self.bar.note(sentence)
        if self.verbosity > 0:
            say(self.world.stderr, sentence)


@contextmanager
def _watched(plan: Plan, world: World, order: Order, stream: IO[str]) -> Iterator[_Watcher]:
    """Yield who watches the run: with a progress bar, where nothing else is written to the terminal meanwhile."""
    wanted = plan.progress
    if wanted is None:
        streams_to_terminal = stream.isatty() and order is Order.FINISHED
        quiet = plan.verbosity != 0 or streams_to_terminal or not world.stderr.isatty()
        wanted = not quiet and plan.targets.more_than_one
    with progress(world.stderr, plan.targets.count() if wanted else 0, wanted=wanted) as bar:
        yield _Watcher(bar, world, plan.verbosity)


def _observed(results: Iterable[tuple[int, Result]], tally: Tally, watcher: _Watcher) -> Iterator[tuple[int, Result]]:
    for place, result in results:
        tally.add(result)
        watcher.see(result)
        yield place, result


def _tell(result: Result, world: World) -> None:
    """Say on standard error where the facts of *result* came from."""
    if result.tls is not None:
        where = f"TLS at {result.tls.address or 'no address'}" if result.host else "certificate"
        say(world.stderr, f"{result.target}: {where}: {result.tls.status} in {result.tls.duration_seconds:.2f} s")
    if result.domain is not None:
        source = f"{result.domain.source} at {result.domain.server}" if result.domain.source else "no source"
        source += ", as remembered" if result.domain.cached else ""
        words = f"{result.target}: registration of {result.domain.name} by {source}: {result.domain.status}"
        say(world.stderr, f"{words} in {result.domain.duration_seconds:.2f} s")
