"""Processor time of one TLS check in one thread, against a bare verified handshake.

A good certificate, an expired one and one for another host; the server is another process and does not count. Ours
goes from the target to the judged result. Each check meets a certificate it has not seen, and of a good one also the
case that it is always the same. Short blocks of checks alternate.

Bar: at most 1.3 times the bare handshake.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from tests.benchmarks import lab
from tests.benchmarks.bare import BareClient
from tests.benchmarks.measure import Bar, compare, in_turn
from tests.benchmarks.ours import OurClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.measure import Wish

BAR = Bar(1.3)
CHECKS = 100
"""Checks in one block: 0.2 s, long beside the clock's grain, short beside the moods of a machine."""
ROUNDS = 40
CASES = (
    (lab.GOOD, lab.LEAVES, "a good certificate", BAR),
    (lab.GOOD, 1, "the same good certificate again", BAR),
    (lab.EXPIRED, lab.LEAVES, "an expired certificate", BAR),
    (lab.WRONG_HOST, lab.LEAVES, "a certificate for another host", BAR),
)


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each case."""
    for kind, leaves, label, bar in CASES:
        with lab.running(leaves, kind) as server:
            ours, bare = OurClient(server), BareClient(server)
            mine, theirs = in_turn(wish.size(ROUNDS), _block(server, ours.check), _block(server, bare.check))
            yield compare(label, mine, theirs, "ms/check", bar)


def _block(server: lab.Lab, check: Callable[[str], object]) -> Callable[[], float]:
    """Return what checks the next so many hosts and returns the milliseconds of processor time that each took."""
    hosts = server.hosts()

    def work() -> float:
        started = time.process_time()
        for host in islice(hosts, CHECKS):
            check(host)
        return (time.process_time() - started) / CHECKS * 1000

    return work
