"""Many checks at once on one context: whether each target is told its own facts, and no other's.

10,000 checks by 64 threads of 300 hosts on one server: every third certificate is good, every third has expired, every
third is for another host. A result that differs from what its host alone would get is a mix-up.

Bar: none at all.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

from tests.benchmarks import lab
from tests.benchmarks.ours import OurClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.model import Result
    from tests.benchmarks.measure import Wish

CHECKS = 10_000
HOSTS = 300
THREADS = 64

_STATUS = {lab.GOOD: "valid", lab.EXPIRED: "expired", lab.WRONG_HOST: "invalid"}


def run(wish: Wish) -> Iterator[str]:
    """Yield a line that counts the mix-ups."""
    count = wish.size(CHECKS)
    with lab.running(HOSTS, lab.MIXED) as server:
        started = time.perf_counter()
        results = OurClient(server).results(list(islice(server.hosts(), count)), THREADS)
        wrong = sum(not _is_its_own(result) for result in results)
        took = time.perf_counter() - started
    verdict = "met" if wrong == 0 else "MISSED"
    yield f"{count} mixed checks, {THREADS} threads: {wrong} mixed up, {took:.1f} s; bar 0: {verdict}"


def _is_its_own(result: Result) -> bool:
    number = int(str(result.host).partition(".")[0].removeprefix("host-"))
    kind = lab.KINDS[number % len(lab.KINDS)]
    shown = f"another-{result.host}" if kind == lab.WRONG_HOST else result.host
    return result.tls is not None and result.status == _STATUS[kind] and result.tls.names == (shown,)
