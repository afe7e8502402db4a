"""Many targets at once: every result once, no more under way than the windows hold, and nobody waits for the slow."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer
from domaincheck.lab.tls import TlsServer
from domaincheck.model import InvalidTarget, RegistrationFacts, Status, Target, TlsFacts
from domaincheck.network import Address, SystemNetwork
from domaincheck.probes.registration import RegistrationProbe
from domaincheck.probes.tls import Credentials, TlsProbe
from domaincheck.runner import Lane, Runner, in_order
from domaincheck.verdict import Policy
from tests import results
from tests.facts import DAY, NOW, certificate, registration_facts, tls_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority
    from domaincheck.model import Result

PATIENCE = 10.0
"""Seconds that a test waits for what should come at once, before it fails rather than hangs."""


class Pool(ThreadPoolExecutor):
    """Threads that count how many calls are under way or queued, and the most that ever were."""

    def __init__(self, threads: int = 4) -> None:
        super().__init__(threads)
        self._lock = threading.Lock()
        self._now = self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit and count."""
        self._count(1)
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def _count(self, change: int) -> None:
        with self._lock:
            self._now += change
            self.most = max(self.most, self._now)


@dataclass
class Recording:
    """A probe that keeps what it was asked and answers by *answer*."""

    answer: Callable[[Any], Any]

    def __post_init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, question: Any) -> Any:
        """Answer *question*."""
        self.asked.append(question)
        return self.answer(question)


def shake_hands(target: Target) -> TlsFacts:
    """Find a sound certificate whose serial number is the host's name."""
    return tls_facts(certificate(names=(target.host,), serial=target.host), name=target.host)


def look_up(domain: str) -> RegistrationFacts:
    """Find a sound registration of *domain*."""
    return registration_facts(domain=domain)


def targets(count: int, domain: str | None = None) -> list[Target]:
    """Return so many targets, all of *domain*."""
    return [Target(f"target {number}", f"host-{number}", domain=domain) for number in range(count)]


@contextmanager
def running(
    tls: Callable[[Any], Any] | None = shake_hands,
    registrations: Callable[[Any], Any] | None = look_up,
    *,
    window: int = 8,
    pool: ThreadPoolExecutor | None = None,
) -> Iterator[Runner]:
    """Give a runner with these probes, each lane in a pool of its own unless *pool* is to do for both."""
    with Pool() as first, Pool() as second:
        lanes = (
            tls and Lane(tls, pool or first, window),
            registrations and Lane(registrations, pool or second, window),
        )
        yield Runner(*lanes, Policy(), lambda: NOW)


# --- results -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 2, 100])
def test_every_target_has_its_own_result_once(window: int) -> None:
    """Each place of the list comes back once, with the facts of the target that stands there."""
    asked = targets(50, "example.com")
    with running(window=window) as runner:
        found = dict(runner.run(asked))
    assert sorted(found) == list(range(50))
    assert all(found[place].target == target.text for place, target in enumerate(asked))
    assert all(found[place].tls.serial == target.host for place, target in enumerate(asked))  # type: ignore[union-attr]
    assert {result.domain.name for result in found.values() if result.domain} == {"example.com"}


def test_an_empty_list_has_no_results() -> None:
    """Nothing asked, nothing done."""
    with running() as runner:
        assert list(runner.run([])) == []


def test_each_part_can_be_left_out() -> None:
    """Without a lane its part is missing; a target with no part to check says so."""
    target = Target("x", "x", domain="example.com")
    with running(registrations=None) as runner:
        (_, result), *_ = runner.run([target])
    assert (result.tls is None, result.domain is None) == (False, True)
    with running(tls=None) as runner:
        found = dict(runner.run([target, Target("192.0.2.1", "192.0.2.1")]))
    assert (found[0].tls is None, found[0].domain is None) == (True, False)
    assert found[1].status is Status.INVALID_TARGET


def test_a_target_without_a_registrable_domain_has_no_registration() -> None:
    """An address is checked for its certificate, and its other part is null, not a failure."""
    with running() as runner:
        (_, result), *_ = runner.run([Target("192.0.2.1", "192.0.2.1")])
    assert (result.tls is None, result.domain) == (False, None)


def test_what_is_no_target_passes_through() -> None:
    """A piece of the list that cannot be parsed has a result at its place, and nobody is asked about it."""
    probe = Recording(shake_hands)
    with running(probe) as runner:
        found = dict(runner.run([*targets(1), InvalidTarget("exa mple", "that is no host"), *targets(1)]))
    assert [found[place].status for place in range(3)] == [Status.VALID, Status.INVALID_TARGET, Status.VALID]
    assert (found[1].target, found[1].reason, len(probe.asked)) == ("exa mple", "that is no host", 2)


def test_the_time_is_read_when_a_result_is_judged() -> None:
    """A long run judges each target by the time at which its facts are there."""
    times = iter([NOW, NOW + 300 * DAY])
    with Pool(1) as pool:
        runner = Runner(Lane(shake_hands, pool, 1), None, Policy(), lambda: next(times))
        statuses = [result.status for _, result in runner.run(targets(2))]
    assert statuses == [Status.VALID, Status.EXPIRED]


# --- one look-up a domain ------------------------------------------------------------------------------------------


def test_a_domain_is_looked_up_once_however_many_hosts_it_has() -> None:
    """All hosts of a domain share one answer, also those that come long after it is known."""
    probe = Recording(look_up)
    asked = [*targets(40, "example.com"), *targets(40, "example.org"), *targets(40, "example.com")]
    with running(registrations=probe, window=4) as runner:
        found = dict(runner.run(asked))
    assert sorted(probe.asked) == ["example.com", "example.org"]
    assert [found[place].domain.name for place in (0, 79, 119)] == ["example.com", "example.org", "example.com"]  # type: ignore[union-attr]


# --- windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 3, 16])
def test_no_more_is_under_way_than_the_window_holds(window: int) -> None:
    """However long the list, an executor never has more to do than its lane's window."""
    with Pool(4) as tls, Pool(4) as registrations:
        asked = [Target(f"{n}", f"host-{n}", domain=f"example-{n}.com") for n in range(200)]
        lanes = Lane(shake_hands, tls, window), Lane(look_up, registrations, window)
        assert len(list(Runner(*lanes, Policy(), lambda: NOW).run(asked))) == 200
    assert 1 <= tls.most <= window
    assert 1 <= registrations.most <= window


@pytest.mark.parametrize("tls", [shake_hands, None], ids=["handshakes", "registrations"])
def test_the_list_is_read_no_further_than_needed(tls: Callable[[Any], Any] | None) -> None:
    """An endless list is taken as fast as results go out, so that it need not fit in memory."""
    taken = 0

    def endless() -> Iterator[Target]:
        nonlocal taken
        while True:
            taken += 1
            yield Target(f"{taken}", f"host-{taken}", domain=f"example-{taken}.com")

    with running(tls, None if tls else look_up, window=4) as runner:
        run = runner.run(endless())
        for _ in range(100):
            next(run)
        run.close()
    assert taken <= 100 + 2 * 4 + 1


# --- nobody waits for the slow -------------------------------------------------------------------------------------


class Gate:
    """Lets a probe wait at *closed* for a question until the test opens it."""

    def __init__(self, answer: Callable[[Any], Any], *closed: str) -> None:
        self._answer, self._closed = answer, closed
        self._open = threading.Event()

    def __call__(self, question: Any) -> Any:
        """Answer *question*, at once or when the gate is open."""
        if getattr(question, "host", question) in self._closed:
            assert self._open.wait(PATIENCE)
        return self._answer(question)

    def open(self) -> None:
        """Let the waiting ones go on."""
        self._open.set()


def test_results_come_as_they_finish() -> None:
    """A slow target does not keep the results of the others back."""
    gate = Gate(shake_hands, "host-0")
    with running(gate, None) as runner:
        run = runner.run(targets(20))
        first = [next(run)[0] for _ in range(19)]
        gate.open()
        assert (sorted(first), [place for place, _ in run]) == (list(range(1, 20)), [0])


def test_a_slow_registry_does_not_hold_up_handshakes() -> None:
    """While a registration is awaited, a window full of its hosts and all others shake hands and are done."""
    slow = Gate(look_up, "slow.example")
    probe = Recording(shake_hands)
    asked = [*targets(30, "slow.example"), *targets(30, "quick.example"), *targets(30)]
    with running(probe, slow, window=2) as runner:
        run = runner.run(asked)
        first = [next(run)[0] for _ in range(60)]
        assert (sorted(first), len(probe.asked)) == (list(range(30, 90)), 90)
        slow.open()
        assert sorted(place for place, _ in run) == list(range(30))


def test_giving_up_cancels_what_is_queued() -> None:
    """Once the results are no longer wanted, no probe is begun that had not begun by then."""
    gate = Gate(shake_hands, "host-1")
    probe = Recording(gate)
    with Pool(1) as pool:
        run = Runner(Lane(probe, pool, 8), None, Policy(), lambda: NOW).run(targets(100))
        next(run)
        run.close()
        gate.open()
    assert len(probe.asked) <= 2


# --- faults --------------------------------------------------------------------------------------------------------


def test_a_probe_that_raises_costs_one_result() -> None:
    """A fault of ours is told as the result of the one target that it hit, without a traceback."""

    def fail(question: Any) -> Any:
        if getattr(question, "host", question) in ("host-1", "bad.example"):
            raise RuntimeError("a wire\x1b[31m is loose")
        return look_up(question) if isinstance(question, str) else shake_hands(question)

    with running(fail, fail) as runner:
        found = dict(runner.run([*targets(3, "good.example"), Target("t", "host-9", domain="bad.example")]))
    assert [found[place].status for place in range(4)] == [
        *(Status.VALID, Status.UNREACHABLE, Status.VALID, Status.UNREACHABLE)
    ]
    parts = [part for part in (found[1].tls, found[3].domain) if part]
    messages = [part.problems[0].message for part in parts]
    assert all("a wire" in message and message.isprintable() for message in messages)
    assert found[3].domain is not None
    assert (len(messages), found[3].domain.name) == (2, "bad.example")


def test_a_list_that_breaks_off_ends_the_run() -> None:
    """An error while the list is read is the caller's to handle, and nothing stays queued behind it."""

    def breaking() -> Iterator[Target]:
        yield from targets(2)
        raise OSError("the disk is gone")

    with running() as runner, pytest.raises(OSError, match="the disk is gone"):
        list(runner.run(breaking()))


# --- other executors -----------------------------------------------------------------------------------------------


class Posting(ThreadPoolExecutor):
    """Sends work and what comes of it through pickle, as an executor of other processes or machines does."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit what arrives on the other side."""
        return super().submit(_posted, pickle.dumps(partial(fn, *args, **kwargs)))


def _posted(letter: bytes) -> Any:
    work = pickle.loads(letter)  # noqa: S301 - our own bytes
    return pickle.loads(pickle.dumps(work()))  # noqa: S301 - our own bytes


def test_probes_and_facts_travel_to_other_processes(root: Authority, ca_file: Path) -> None:
    """The real probes, what they are given and what they learn can be pickled, failures included."""
    answer = domain_object("example.com", expires=root.now + 300 * DAY)
    with TlsServer(root.leaf("www.example.com")) as server, RdapServer({"example.com": answer}) as registry:
        network = SystemNetwork(overrides={("www.example.com", 443): (Address("127.0.0.1", server.port),)})
        tls = TlsProbe(network, 10, Credentials(ca_file))
        registrations = RegistrationProbe(network, 10, "rdap", registry.url)
        with Posting(2) as pool:
            runner = Runner(Lane(tls, pool, 4), Lane(registrations, pool, 4), Policy(), lambda: root.now)
            good = Target("www.example.com", "www.example.com", domain="example.com")
            bad = Target("127.0.0.1:1", "127.0.0.1", 1)
            found = dict(runner.run([good, bad]))
    assert [found[0].status, found[1].status] == [Status.VALID, Status.UNREACHABLE]
    assert (found[0].tls is not None, found[0].domain is not None) == (True, True)


@pytest.mark.parametrize(
    "thing",
    [
        TlsProbe(SystemNetwork(), 5.0, Credentials(), "www.example.com", 2),
        RegistrationProbe(SystemNetwork(), 5.0),
        tls_facts(),
        registration_facts(),
        results.result(),
        InvalidTarget("x", "y"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_travels_arrives_as_it_was(thing: object) -> None:
    """Probes, facts and results are equal after a round trip through pickle."""
    assert pickle.loads(pickle.dumps(thing)) == thing  # noqa: S301 - our own bytes


# --- order ---------------------------------------------------------------------------------------------------------


def numbered(*places: int) -> list[tuple[int, Result]]:
    """Return a result for each of *places*, which is its target."""
    return [(place, results.result(str(place))) for place in places]


@given(st.permutations(range(12)))
def test_results_can_be_had_in_the_order_of_the_list(places: list[int]) -> None:
    """However they finish, they come in their order."""
    assert [result.target for result in in_order(numbered(*places))] == [str(place) for place in range(12)]


def test_an_ordered_result_does_not_wait_for_later_ones() -> None:
    """A result is passed on as soon as all before it are there."""
    source = iter(numbered(0, 2, 1, 3))
    ordered = in_order(source)
    assert (next(ordered).target, next(source)[0]) == ("0", 2)


def test_gaps_do_not_hide_what_there_is() -> None:
    """After an interruption the results that are there come in their order, with the gaps closed."""
    assert [result.target for result in in_order(numbered(5, 0, 3))] == ["0", "3", "5"]
