"""Registrations at many registries: how close a run comes to what the pace alone dictates.

500 domains at 20 RDAP servers on loopback, each with a top-level domain of its own and 50 ms before its answer, asked
20 times a second at most. The busiest registry has almost three times the share of each other one. No run can end
before the last query to it may go out, the burst aside; what a run takes beyond is ours: lines, threads, parsing.

Bar: at most 1.2 times the time that the busiest registry's share takes at its rate.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domaincheck.executors.lines import Lines
from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RDAP_TYPE, RdapServer, respond
from domaincheck.model import Target
from domaincheck.network.sockets import SystemNetwork
from domaincheck.probes.bootstrap import Bootstrap
from domaincheck.probes.pacing import BURST, Pacer
from domaincheck.probes.registration import RegistrationProbe
from domaincheck.runner import Lane, Runner
from domaincheck.verdict import Policy
from domaincheck.wiring import LOOK_UPS, PER_SERVER
from tests.benchmarks.measure import Bar, Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import Peer
    from domaincheck.model import Result

BAR = Bar(1.2)
DOMAINS = 500
REGISTRIES = 20
RATE = 20.0
LATENCY = 0.05
TIMEOUT = 10.0


def run(wish: Wish) -> Iterator[str]:
    """Yield what a run takes, what the busiest registry's share of it takes at its rate, and their ratio."""
    names = _names(wish.size(DOMAINS, 10 * (REGISTRIES + 1)))
    busiest = max(map(len, names.values()))
    count = sum(map(len, names.values()))
    with _registries(names) as servers:
        started = time.perf_counter()
        results = list(_checked(names, servers))
        took = time.perf_counter() - started
        asked = sum(len(server.queries) for server in servers.values())
    share = busiest / RATE
    pace = f"{REGISTRIES} registries, {RATE:g} a second each"
    yield f"{count} domains, {busiest} at the busiest of {pace}; {asked} queries"
    yield f"{took:.2f} s / {share:.2f} s = {took / share:.2f}   {BAR.judge(took / share)}"
    yield f"of the share, {min(BURST, busiest) / RATE:.2f} s are spared by the burst"
    if others := [result for result in results if result.status != "valid"]:
        yield f"{len(others)} registrations were not found valid, {others[0].target} first: {others[0].status}"


def main() -> None:
    """Print the figures."""
    for line in run(Wish()):
        print(line)  # noqa: T201 - this is what a benchmark is for


def _names(count: int) -> dict[str, list[str]]:
    """Return *count* domains by TLD, the same number under each but the first, which has the rest."""
    share = count // (REGISTRIES + 1)
    shares = {f"lab{number}": share for number in range(1, REGISTRIES)}
    shares["lab0"] = count - sum(shares.values())
    return {tld: [f"example-{number}.{tld}" for number in range(size)] for tld, size in shares.items()}


@contextlib.contextmanager
def _registries(names: Mapping[str, list[str]]) -> Iterator[dict[str, RdapServer]]:
    """Run an RDAP server for each TLD of *names*, which knows its domains."""
    with contextlib.ExitStack() as stack:
        yield {
            tld: stack.enter_context(RdapServer({domain: _late(domain) for domain in domains}))
            for tld, domains in names.items()
        }


def _late(domain: str) -> Behaviour:
    """Answer about *domain* after a while."""
    content = domain_object(domain, expires=datetime.now(UTC) + timedelta(days=300))
    answer = respond(200, {"Content-Type": RDAP_TYPE}, json.dumps(content).encode())

    async def behave(peer: Peer) -> None:
        await asyncio.sleep(LATENCY)
        await answer(peer)

    return behave


def _checked(names: Mapping[str, list[str]], servers: Mapping[str, RdapServer]) -> Iterator[Result]:
    """Yield the results of a run as the command line would wire it, all domains in turn."""
    bootstrap = Bootstrap({tld: f"{server.url}/" for tld, server in servers.items()}, {}, "2026", "of the lab")

    def now() -> datetime:
        return datetime.now(UTC)

    probe = RegistrationProbe(SystemNetwork(), TIMEOUT, source="rdap", bootstrap=bootstrap, pacer=Pacer(now, rate=RATE))
    with Lines(probe.line_of, lambda: ThreadPoolExecutor(PER_SERVER)) as lines:
        runner = Runner(None, Lane(probe, lines, LOOK_UPS), Policy(), now)
        targets = (Target(name, name, domain=name) for domains in names.values() for name in domains)
        yield from (result for _, result in runner.run(targets))


if __name__ == "__main__":
    main()
