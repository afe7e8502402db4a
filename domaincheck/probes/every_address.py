"""Visits every address of a host at once, as far as there are threads to spare, and in turns beyond that."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from domaincheck.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domaincheck.network import Address, Deadline

T = TypeVar("T")

AT_ONCE = 16
"""Addresses of one host that are visited at a time."""

SPARE = threading.BoundedSemaphore(512)
"""Threads that all probes of this process together may start besides their own."""


def visit_all(
    addresses: Sequence[Address],
    visit: Callable[[Address, Deadline], T],
    deadline: Deadline,
    spare: threading.Semaphore = SPARE,
) -> tuple[T, ...]:
    """Return what *visit* makes of each of *addresses*, in their order, all within *deadline*.

    Those that don't find a thread take turns, and each turn has an equal share of the time that is left, so that one
    that stalls leaves the others theirs. Nobody waits for a thread of *spare*, so probes can't wait for one another.
    """
    found: list[T] = []
    with _helpers(min(len(addresses), AT_ONCE) - 1, spare) as helpers:
        size = helpers + 1
        for start in range(0, len(addresses), size):
            share = _share(deadline, ceil((len(addresses) - start) / size))
            if share is None:  # each visit will say so, and is not worth a thread
                found += [visit(address, deadline) for address in addresses[start:]]
                break
            found += _together(addresses[start : start + size], visit, share)
    return tuple(found)


@contextmanager
def _helpers(wanted: int, spare: threading.Semaphore) -> Iterator[int]:
    """Yield how many threads may be started, at most *wanted*."""
    granted = sum(spare.acquire(blocking=False) for _ in range(wanted))
    try:
        yield granted
    finally:
        for _ in range(granted):
            spare.release()


def _share(deadline: Deadline, turns: int) -> Deadline | None:
    """Return the time for the first of *turns*, ``None`` when the time is over."""
    try:
        return deadline.part(1 / turns)
    except NetworkError:
        return None


def _together(addresses: Sequence[Address], visit: Callable[[Address, Deadline], T], share: Deadline) -> list[T]:
    """Visit *addresses* at once: the first in this thread, the others in one each."""
    from concurrent.futures import Future

    futures: list[Future[T]] = [Future() for _ in addresses]

    def work(place: int) -> None:
        try:
            futures[place].set_result(visit(addresses[place], share))
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            futures[place].set_exception(error)

    for place in range(1, len(addresses)):
        thread = threading.Thread(target=work, args=(place,), name="address", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system grants no more threads
            work(place)
    work(0)
    return [future.result() for future in futures]
