"""Our side of the comparisons: a probe that finds the lab under any name, alone or in a run."""

from __future__ import annotations

import gc
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domaincheck.__main__ import GARBAGE_THRESHOLD
from domaincheck.executors.threads import Threads
from domaincheck.model import Target
from domaincheck.network import Address, SystemNetwork
from domaincheck.probes.tls import Credentials, TlsProbe
from domaincheck.runner import Lane, Runner
from domaincheck.verdict import Policy, combine, judge_tls
from domaincheck.wiring import WINDOW
from tests.benchmarks.bare import TIMEOUT
from tests.benchmarks.lab import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domaincheck.model import Result
    from tests.benchmarks.lab import Lab

_POLICY = Policy()


class OurClient:
    """Checks hosts of *lab* as the command does, from the target to its judged result."""

    def __init__(self, lab: Lab) -> None:
        overrides = {(host, 443): (Address(LOOPBACK, lab.port),) for host in lab.names}
        self._probe = TlsProbe(SystemNetwork(overrides=overrides), TIMEOUT, Credentials(lab.ca_file))

    def check(self, host: str) -> Result:
        """Return the result of *host*, probed and judged in this thread."""
        target = Target(host, host)
        return combine(target, judge_tls(self._probe(target), _POLICY, datetime.now(UTC)), None)

    def check_all(self, hosts: Sequence[str], threads: int) -> Counter[str]:
        """Return how many of *hosts* came to which status in a run with so many *threads*; no result is kept."""
        return Counter(str(result.status) for result in self.results(hosts, threads))

    def results(self, hosts: Sequence[str], threads: int) -> Iterator[Result]:
        """Yield the results of *hosts* as they finish, in a run with so many *threads*."""
        targets: Iterable[Target] = (Target(host, host) for host in hosts)
        with _as_the_command_runs(), Threads(threads, "tls") as executor:
            lane = Lane(self._probe, executor, threads * WINDOW)
            for _, result in Runner(lane, None, _POLICY, lambda: datetime.now(UTC)).run(targets):
                yield result


@contextmanager
def _as_the_command_runs() -> Iterator[None]:
    """Treat garbage as the command does, and afterwards, for the other side, as Python does."""
    usual = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
