"""TLS checks a second, many at once, against plain threads that do nothing but the handshake.

5,000 targets on one server on loopback that answers at once or after 100 ms; 64 threads and 192. First all of them
show one certificate, as hosts behind a wildcard do, which has to be read but once; then each shows its own. Ours goes
through the runner to judged results, the other keeps the certificate's bytes. Both share the machine with the server,
whose work is the same for either.

Bar: at least 0.85 times the checks a second of as many plain threads.
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from tests.benchmarks import lab
from tests.benchmarks.bare import BareClient
from tests.benchmarks.measure import Bar, compare, in_turn
from tests.benchmarks.ours import OurClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.measure import Wish

BAR = Bar(0.85, at_least=True)
TARGETS = 5000
ROUNDS = 5
DELAYS = (0.0, 0.1)
THREADS = (64, 192)


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each delay and number of threads, and one about processor time."""
    count = wish.size(TARGETS)
    for leaves, shown in ((1, "one certificate"), (lab.LEAVES, "a certificate each")):
        for delay in DELAYS:
            with lab.running(leaves, delay=delay) as server:
                for threads in THREADS:
                    yield from _race(server, count, threads, f"{shown}, {delay * 1000:.0f} ms, {threads} threads")


def _race(server: lab.Lab, count: int, threads: int, label: str) -> Iterator[str]:
    ours, bare, hosts = OurClient(server), BareClient(server), server.hosts()
    statuses: Counter[str] = Counter()

    def check_ours() -> tuple[float, float]:
        some = list(islice(hosts, count))
        return _timed(lambda: statuses.update(ours.check_all(some, threads)), count)

    def check_bare() -> tuple[float, float]:
        some = list(islice(hosts, count))
        return _timed(lambda: bare.check_all(some, threads), count)

    mine, theirs = in_turn(ROUNDS, check_ours, check_bare)
    yield compare(label, [rate for rate, _ in mine], [rate for rate, _ in theirs], "checks/s", BAR)
    yield compare("  processor time", [cpu for _, cpu in mine], [cpu for _, cpu in theirs], "ms/check")
    if others := {status: number for status, number in statuses.items() if status != "valid"}:
        yield f"  not every certificate was found valid: {others}"


def _timed(work: Callable[[], object], count: int) -> tuple[float, float]:
    """Return how many of *count* things *work* did a second, and the milliseconds of processor time for each."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return count / (time.perf_counter() - started), (time.process_time() - cpu) / count * 1000
