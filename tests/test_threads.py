"""Threads that make calls: whatever a runner asks of an executor, as of the standard library's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.errors import DomaincheckError
from domaincheck.executors.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.executors.threads import Call, Executor

PATIENCE = 10.0
"""Seconds that a test waits for what should come at once."""

EXECUTORS = pytest.mark.parametrize(
    "make", [partial(Threads, name="test"), ThreadPoolExecutor], ids=["ours", "standard"]
)
"""What holds of the standard library's threads holds of ours."""


def ended(call: Call) -> Any:
    """Wait for *call* to end and return its result."""
    gate: SimpleQueue[Call] = SimpleQueue()
    call.add_done_callback(gate.put)
    return gate.get(timeout=PATIENCE).result()


@EXECUTORS
def test_a_call_brings_its_result(make: Callable[[int], Executor]) -> None:
    """Each call is made once, with its arguments."""
    threads = make(3)
    calls = [threads.submit(pow, 2, exponent) for exponent in range(50)]
    assert [ended(call) for call in calls] == [2**exponent for exponent in range(50)]
    threads.shutdown()


@EXECUTORS
def test_what_a_call_raises_comes_out_with_its_result(make: Callable[[int], Executor]) -> None:
    """And the thread goes on with the next call."""
    threads = make(1)
    bad, good = threads.submit(int, "no number"), threads.submit(int, "7")
    with pytest.raises(ValueError, match="no number"):
        ended(bad)
    assert ended(good) == 7
    threads.shutdown()


@EXECUTORS
def test_whoever_asks_late_is_told_at_once(make: Callable[[int], Executor]) -> None:
    """A callback added after the end is called, once."""
    threads, told = make(1), []
    call = threads.submit(int)
    threads.shutdown()
    call.add_done_callback(lambda ended: told.append(ended.result()))
    assert told == [0]


def test_every_end_is_told_once_however_callbacks_and_ends_race() -> None:
    """Thousands of calls that end at the very moment at which somebody begins to wait for them."""
    threads: Executor = Threads(8, "test")
    told: SimpleQueue[Call] = SimpleQueue()
    calls = []
    for _ in range(5000):
        calls.append(threads.submit(int))
        calls[-1].add_done_callback(told.put)
    seen = [told.get(timeout=PATIENCE) for _ in calls]
    threads.shutdown()
    assert told.empty()
    assert set(seen) == set(calls)


@EXECUTORS
def test_no_more_are_made_at_once_than_there_are_threads(make: Callable[[int], Executor]) -> None:
    """Four threads, of which each waits for the three others, and no fifth."""
    threads, together, most = make(4), threading.Barrier(4), []
    busy = threading.Semaphore(4)

    def work() -> None:
        most.append(busy.acquire(blocking=False))
        together.wait(PATIENCE)
        busy.release()

    for call in [threads.submit(work) for _ in range(40)]:
        ended(call)
    threads.shutdown()
    assert most == [True] * 40


@EXECUTORS
def test_what_has_not_begun_is_forgotten_at_a_shutdown_that_says_so(make: Callable[[int], Executor]) -> None:
    """What is under way ends, the rest is never made, and nobody waits for any of it."""
    threads, opened, begun = make(1), threading.Event(), threading.Event()
    made: list[int] = []

    def work() -> str:
        begun.set()
        opened.wait(PATIENCE)
        return "ended"

    first = threads.submit(work)
    for number in range(10):
        threads.submit(made.append, number)
    begun.wait(PATIENCE)
    threads.shutdown(wait=False, cancel_futures=True)
    assert not first.cancel()
    opened.set()
    assert ended(first) == "ended"
    assert made == []
    with pytest.raises(RuntimeError):
        threads.submit(int)


@EXECUTORS
def test_a_cancelled_call_is_not_made(make: Callable[[int], Executor]) -> None:
    """It ends there and then, and those behind it are made."""
    threads, opened = make(1), threading.Event()
    made: list[str] = []
    threads.submit(opened.wait, PATIENCE)
    cancelled, kept = threads.submit(made.append, "cancelled"), threads.submit(made.append, "kept")
    assert cancelled.cancel()
    opened.set()
    ended(kept)
    threads.shutdown()
    assert made == ["kept"]


def test_a_result_asked_for_too_early_is_refused() -> None:
    """Nobody is kept waiting by mistake."""
    threads, opened = Threads(1, "test"), threading.Event()
    call = threads.submit(opened.wait, PATIENCE)
    with pytest.raises(RuntimeError, match="has not ended"):
        call.result()
    opened.set()
    threads.shutdown()


def test_one_call_needs_one_thread() -> None:
    """However many there may be."""
    before = threading.active_count()
    threads, opened = Threads(64, "test"), threading.Event()
    threads.submit(opened.wait, PATIENCE)
    assert threading.active_count() == before + 1
    opened.set()
    threads.shutdown()
    assert threading.active_count() == before


# --- where the system gives few threads ----------------------------------------------------------------------------


class Refused(threading.Thread):
    """A thread that the system refuses to start, as where a limit of processes or of memory is reached."""

    def start(self) -> None:
        """Raise what Python raises."""
        raise RuntimeError("can't start new thread")


def test_a_thread_that_cannot_be_started_is_told_in_a_sentence() -> None:
    """With what to do about it."""
    with pytest.raises(DomaincheckError, match="no more than 0 threads can be started here: use fewer --jobs"):
        Threads(64, "test", Refused).submit(pow, 2, 3)
