"""A line for each server: whoever waits for a slow one keeps nobody else waiting, not even in a whole run."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.executors.lines import Lines
from domaincheck.lab import registry
from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer, respond
from domaincheck.model import Status, Target
from domaincheck.network.sockets import Address, SystemNetwork
from domaincheck.runner import Lane, Runner
from domaincheck.verdict import Policy
from domaincheck.wiring import ProbeOptions, registration_lane
from domaincheck.world import World
from tests.facts import DAY, NOW, tls_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domaincheck.lab.loop import LoopbackServer, Peer
    from domaincheck.model import TlsFacts

EXPIRY = NOW + 300 * DAY


class AtOnce(Executor):
    """Runs what it is given at once, and remembers how it was shut down."""

    def __init__(self) -> None:
        self.arguments: list[Any] = []
        self.shut: tuple[bool, bool] | None = None

    def submit(self, job: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run *job*."""
        self.arguments.append(args[0])
        future: Future[Any] = Future()
        future.set_result(job(*args, **kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Remember."""
        self.shut = (wait, cancel_futures)


def tld(domain: str) -> str:
    """Return the line of *domain*."""
    return domain.rpartition(".")[2]


def test_what_has_the_same_route_stands_in_the_same_line() -> None:
    """A line is made when somebody is the first in it, and the job's outcome comes back."""
    made: list[AtOnce] = []

    def line() -> Executor:
        made.append(AtOnce())
        return made[-1]

    lines = Lines(tld, line)
    assert made == []
    outcomes = [lines.submit(str.upper, name).result() for name in ("a.com", "a.org", "b.com")]
    assert outcomes == ["A.COM", "A.ORG", "B.COM"]
    assert [each.arguments for each in made] == [["a.com", "b.com"], ["a.org"]]


def test_whoever_waits_in_one_line_keeps_nobody_waiting_in_another() -> None:
    """A job that waits for another one, which was given later, ends if that one has a different route."""
    opened = threading.Event()

    def work(domain: str) -> bool:
        if tld(domain) == "slow":
            return opened.wait(20)
        opened.set()
        return True

    with Lines(tld, lambda: ThreadPoolExecutor(1)) as lines:
        waiting = [lines.submit(work, f"{number}.slow") for number in range(5)]
        lines.submit(work, "a.fast")
        assert [future.result() for future in waiting] == [True] * 5


def test_it_shuts_every_line_down() -> None:
    """With what was asked for."""
    made = [AtOnce(), AtOnce()]
    left = list(made)
    lines = Lines(tld, left.pop)
    lines.submit(str.upper, "a.com")
    lines.submit(str.upper, "a.org")
    lines.shutdown(wait=False, cancel_futures=True)
    assert [each.shut for each in made] == [(False, True)] * 2


def test_what_is_queued_is_cancelled_when_it_is_shut_down_so() -> None:
    """An interrupted run asks nobody else."""
    opened, started = threading.Event(), threading.Event()

    def work(_domain: str) -> bool:
        started.set()
        return opened.wait(20)

    lines = Lines(tld, lambda: ThreadPoolExecutor(1))
    running, queued = lines.submit(work, "a.com"), lines.submit(work, "b.com")
    started.wait(20)
    lines.shutdown(wait=False, cancel_futures=True)
    opened.set()
    assert running.result()
    with pytest.raises(CancelledError):
        queued.result()


def test_a_fault_comes_out_where_its_result_is_asked_for() -> None:
    """As of any executor."""
    with Lines(str, lambda: ThreadPoolExecutor(1)) as lines:
        future = lines.submit(int, "no number")
        with pytest.raises(ValueError, match="no number"):
            future.result()


# --- whole runs ----------------------------------------------------------------------------------------------------


class Gate:
    """Keeps clients waiting until it is opened, and then answers each about the domain it asked about."""

    def __init__(self) -> None:
        self.opened = threading.Event()

    def before(self, name: str) -> Callable[[Peer], Any]:
        """Return the behaviour of a server that is asked about *name*."""

        async def behave(peer: Peer) -> None:
            await asyncio.to_thread(self.opened.wait, 20)
            body = json.dumps(domain_object(name, expires=EXPIRY)).encode()
            await respond(200, {"Content-Type": registry.RDAP_TYPE}, body)(peer)

        return behave


@contextmanager
def lane(servers: dict[str, LoopbackServer], options: ProbeOptions) -> Iterator[Lane]:
    """Give the registrations' lane in a world where the RDAP hosts *servers* (port 80) are on loopback."""
    at = {(host, 80): (Address(server.host, server.port),) for host, server in servers.items()}
    world = World({}, io.StringIO(), io.StringIO(), io.StringIO(), lambda: NOW, lambda *_: SystemNetwork(overrides=at))
    made = registration_lane(options, world, lambda _: None)
    yield made
    made.executor.shutdown()


def test_a_slow_registry_does_not_hold_up_another_one() -> None:
    """All domains of the quick registry are there before the slow one has said a word."""
    gate = Gate()
    slow = [f"example-{number}.kg" for number in range(20)]
    quick = [f"example-{number}.mg" for number in range(20)]
    options = ProbeOptions(jobs=8, rate=10_000, source="rdap", timeout=30)
    with (
        RdapServer({name: gate.before(name) for name in slow}) as first,
        RdapServer({name: domain_object(name, expires=EXPIRY) for name in quick}) as second,
        lane({"rdap.cctld.kg": first, "rdap.nic.mg": second}, options) as registrations,
    ):
        done: list[str] = []
        for _, result in Runner(None, registrations, Policy(), lambda: NOW).run(
            Target(name, name, domain=name) for name in (*slow, *quick)
        ):
            assert result.status is Status.VALID
            done.append(result.target)
            if len(done) == len(quick):
                gate.opened.set()
    assert sorted(done[: len(quick)]) == sorted(quick)
    assert sorted(done[len(quick) :]) == sorted(slow)


def test_a_slow_registry_does_not_hold_up_the_handshakes() -> None:
    """Its first answer may come after the last handshake."""
    gate = Gate()
    names = [f"example-{number}.kg" for number in range(50)]
    left = threading.Semaphore(0)

    def shake_hands(_target: Target) -> TlsFacts:
        left.release()
        return tls_facts()

    def open_after_the_last() -> None:
        for _ in names:
            left.acquire()
        gate.opened.set()

    watcher = threading.Thread(target=open_after_the_last)
    watcher.start()
    with (
        RdapServer({name: gate.before(name) for name in names}) as server,
        lane({"rdap.cctld.kg": server}, ProbeOptions(jobs=4, rate=10_000, source="rdap", timeout=30)) as registrations,
        ThreadPoolExecutor(4) as threads,
    ):
        runner = Runner(Lane(shake_hands, threads, 8), registrations, Policy(), lambda: NOW)
        results = [result for _, result in runner.run(Target(name, name, domain=name) for name in names)]
    watcher.join()
    assert {result.domain.status for result in results if result.domain} == {Status.VALID}
    assert len(results) == len(names)
