"""How fast a registry server is asked, and that it is left alone when it says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.errors import NetworkError
from domaincheck.lab import registry
from domaincheck.lab.records import domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer, limited
from domaincheck.model import ProblemCode, Registration, RegistrationState
from domaincheck.network.deadline import Deadline
from domaincheck.network.sockets import SystemNetwork
from domaincheck.probes.pacing import BURST, LONGEST_ABSENCE, NOTICEABLE, STAY_AWAY, PacedSource, Pacer
from domaincheck.probes.registration import RegistrationProbe
from domaincheck.probes.source import Answer
from domaincheck.state import State
from tests.facts import DAY, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RDAP, WHOIS = "rdap.example:8443", "whois.example"
FREE = Answer(Registration(RegistrationState.NOT_REGISTERED), "rdap", RDAP)


@dataclass
class Time:
    """A time that passes when somebody rests, or when a test says so."""

    seconds: float = 0.0
    rests: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds

    def clock(self) -> datetime:
        """Return the time of day."""
        return NOW + timedelta(seconds=self.seconds)

    def rest(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self.rests.append(seconds)
        self.seconds += seconds


def pacer(time: Time, rate: float = 1.0, rest: Callable[[float], None] | None = None) -> Pacer:
    """Return a pacer that lives in *time*."""
    return Pacer(time.clock, rate=rate, monotonic=time.monotonic, rest=rest or time.rest)


def refused(pacer: Pacer, server: str = RDAP) -> bool:
    """Return whether *server* may not be asked now."""
    try:
        pacer.wait(server)
    except NetworkError as error:
        return error.code == ProblemCode.RATE_LIMITED
    return False


# --- the pace ------------------------------------------------------------------------------------------------------


def test_a_handful_of_queries_goes_out_at_once_and_the_rest_at_the_servers_rate() -> None:
    """Two a second means a rest of half a second, once the burst is spent."""
    time = Time()
    paced = pacer(time, rate=2)
    assert [paced.wait(RDAP) for _ in range(BURST + 3)] == [0.0] * BURST + [0.5] * 3


def test_after_a_pause_a_handful_may_go_out_again() -> None:
    """But no more than a handful, however long the pause."""
    time = Time()
    paced = pacer(time)
    for _ in range(BURST):
        paced.wait(RDAP)
    time.seconds += 1000
    assert [paced.wait(RDAP) for _ in range(BURST + 1)] == [0.0] * BURST + [1.0]


def test_each_server_has_a_line_of_its_own() -> None:
    """Who waits for one registry keeps nobody from asking another, nor the same host at another port."""
    time = Time()
    paced = pacer(time)
    for server in (RDAP, WHOIS, "rdap.example:9443"):
        assert [paced.wait(server) for _ in range(BURST)] == [0.0] * BURST
    assert time.rests == []


def test_registries_that_are_known_to_be_strict_are_asked_less_often() -> None:
    """The table holds for every port of a host, and never makes anybody faster than the settings allow."""
    paced = Pacer(Time().clock, rate=2, stricter={"whois.nic.it": 0.5})
    assert [paced.rate_of(s) for s in ("whois.nic.it", "whois.nic.it:43", WHOIS)] == [0.5, 0.5, 2]
    assert Pacer(Time().clock, rate=0.1).rate_of("whois.nic.it") == 0.1


def test_threads_get_one_place_each_in_the_same_line() -> None:
    """Eight threads that ask at the same moment are spread over the seconds, no two of them at one."""
    paced = pacer(Time(), rest=lambda _: None)
    with ThreadPoolExecutor(8) as threads:
        delays = sorted(threads.map(lambda _: paced.wait(RDAP), range(40)))
    assert delays == [0.0] * (BURST - 1) + [float(place) for place in range(40 - BURST + 1)]


@settings(deadline=None)
@given(
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=60),
    rate=st.floats(0.05, 50),
)
def test_no_server_ever_gets_more_than_its_burst_and_its_rate(gaps: list[float], rate: float) -> None:
    """Whenever callers come, no stretch of time sees more than the burst and its share at the rate."""
    time = Time()
    paced = pacer(time, rate, rest=lambda _: None)  # callers are threads: that one rests does not hold up the others
    passed = []
    for gap in gaps:
        time.seconds += gap
        passed.append(time.seconds + paced.wait(RDAP))
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= BURST + rate * (passed[last] - passed[first]) + 1e-6


def test_somebody_who_waits_is_told_why() -> None:
    """A sentence names the server and its pace; a moment that nobody would notice is not worth one."""
    said: list[str] = []
    time = Time()
    paced = Pacer(time.clock, rate=0.5, tell=said.append, monotonic=time.monotonic, rest=time.rest)
    for _ in range(BURST + 1):
        paced.wait(RDAP)
    assert said == [f"waiting 2 s for {RDAP}, which is asked 0.5 times a second at most"]
    quick = Pacer(time.clock, rate=1 / NOTICEABLE, tell=said.append, monotonic=time.monotonic, rest=time.rest)
    for _ in range(BURST + 1):
        quick.wait(RDAP)
    assert len(said) == 1


# --- limits --------------------------------------------------------------------------------------------------------


def test_a_server_that_says_enough_is_left_alone_until_its_time_is_over() -> None:
    """Whoever comes is refused at once, told for how long, and does not wait; other servers are asked as before."""
    time = Time()
    paced = pacer(time)
    paced.stay_away(RDAP, 120)
    time.seconds = 20
    with pytest.raises(NetworkError, match=f"{RDAP} asked to be left alone for another 100 s") as caught:
        paced.wait(RDAP)
    assert (caught.value.code, caught.value.retry_after) == (ProblemCode.RATE_LIMITED, 100)
    assert not refused(paced, WHOIS)
    assert time.rests == []
    time.seconds = 120
    assert not refused(paced)


@pytest.mark.parametrize(
    ("named", "meant"), [(None, STAY_AWAY), (0, 1), (-5, 1), (10**9, LONGEST_ABSENCE), (float("inf"), LONGEST_ABSENCE)]
)
def test_an_absence_lasts_a_sensible_time(named: float | None, meant: float) -> None:
    """A server that names no time gets a minute; at least a second and at most a day are believed."""
    time = Time()
    paced = pacer(time)
    paced.stay_away(RDAP, named)
    time.seconds = meant - 0.5
    assert refused(paced)
    time.seconds = meant
    assert not refused(paced)


def test_of_two_limits_the_longer_one_holds() -> None:
    """An answer that was under way when the server named an hour does not make it a minute."""
    time = Time()
    paced = pacer(time)
    paced.stay_away(RDAP, 3600)
    paced.stay_away(RDAP, None)
    time.seconds = 3599
    assert refused(paced)


def test_a_limit_is_remembered_by_the_next_run(tmp_path: Path) -> None:
    """Another pacer on the same state file leaves the server alone for the rest of the time, and no longer."""
    time = Time()
    first, second = State(tmp_path / "state.db"), State(tmp_path / "state.db")
    Pacer(time.clock, first).stay_away(RDAP, 120)
    first.close()
    time.seconds = 119
    assert refused(Pacer(time.clock, second))
    assert not refused(Pacer(time.clock, second), WHOIS)
    time.seconds = 120
    assert not refused(Pacer(time.clock, second))
    second.close()


def test_a_limit_that_a_wrong_clock_set_is_not_believed_for_years(tmp_path: Path) -> None:
    """When the clock ran ahead and was set right, the server may be asked again."""
    ahead, right = Time(seconds=3e8), Time()
    state = State(tmp_path / "state.db")
    paced = Pacer(ahead.clock, state)
    paced.stay_away(RDAP, 120)
    assert not refused(Pacer(right.clock, state))
    ahead.seconds = 0  # within one run, too
    assert not refused(paced)
    state.close()


# --- sources at a pace ---------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """A source that says that nothing is registered, or fails as *error* does; it keeps the seconds it was given."""

    error: NetworkError | None = None
    seconds: list[float] = field(default_factory=list)

    def look_up(self, _domain: str, deadline: Deadline) -> Answer:
        """Answer."""
        self.seconds.append(deadline.remaining())
        if self.error:
            raise self.error
        return FREE


def test_waiting_in_line_is_no_part_of_the_timeout() -> None:
    """A source whose turn comes after minutes has all its time left, and so has the look-up as a whole."""
    source, time = Asked(), Time()
    paced = PacedSource(source, RDAP, pacer(time, rate=0.01))
    for _ in range(BURST):
        paced.look_up("example.com", Deadline(10))
    whole = Deadline(10)
    paced.look_up("example.com", whole.part(0.5))
    assert time.rests == [100.0]
    assert source.seconds[-1] > 100
    assert whole.remaining() > 105


def test_who_is_refused_after_waiting_has_lost_no_time() -> None:
    """The other source gets all of it, if the server has had enough of others meanwhile."""
    time = Time()

    def rest(seconds: float) -> None:
        time.rest(seconds)
        paced.pacer.stay_away(RDAP, 60)

    paced = PacedSource(Asked(), RDAP, pacer(time, rate=0.01, rest=rest))
    for _ in range(BURST):
        paced.look_up("example.com", Deadline(10))
    deadline = Deadline(10)
    with pytest.raises(NetworkError) as caught:
        paced.look_up("example.com", deadline)
    assert caught.value.code == ProblemCode.RATE_LIMITED
    assert deadline.remaining() > 100


def test_a_limited_answer_slows_everybody_down() -> None:
    """One of them meets the limit; no other asks before the time that the server named is over."""
    time = Time()
    shared = pacer(time)
    tired = Asked(NetworkError(ProblemCode.RATE_LIMITED, "enough", retry_after=30))
    with pytest.raises(NetworkError, match="enough"):
        PacedSource(tired, RDAP, shared).look_up("example.com", Deadline(10))
    other = Asked()
    with pytest.raises(NetworkError, match="another 30 s"):
        PacedSource(other, RDAP, shared).look_up("example.org", Deadline(10))
    assert other.seconds == []
    time.seconds = 30
    assert PacedSource(other, RDAP, shared).look_up("example.org", Deadline(10)) == FREE


@pytest.mark.parametrize("code", [c for c in ProblemCode if c is not ProblemCode.RATE_LIMITED])
def test_only_a_limit_is_a_limit(code: ProblemCode) -> None:
    """A server that fails in another way may be asked about the next domain."""
    shared = pacer(Time())
    with pytest.raises(NetworkError):
        PacedSource(Asked(NetworkError(code, "no")), RDAP, shared).look_up("example.com", Deadline(10))
    assert not refused(shared)


def test_while_rdap_is_limited_whois_answers() -> None:
    """The registry's tired server hears nothing more; the look-ups go on with the other one and tell why."""
    names = [f"{number}.example.com" for number in range(3)]
    with (
        RdapServer(dict.fromkeys(names, limited(120))) as rdap,
        WhoisServer({name: whois_text(name, expires=NOW + 300 * DAY) for name in names}) as whois,
    ):
        time = Time()
        address = (whois.host, whois.port)
        probe = RegistrationProbe(SystemNetwork(), 10, rdap_url=rdap.url, whois_server=address, pacer=pacer(time))
        found = [probe(name) for name in names]
        assert len(rdap.queries) == 1
        time.seconds = 120
        rdap.answers[names[0]] = domain_object(names[0], expires=NOW + 300 * DAY)
        assert probe(names[0]).source == "rdap"
    assert [facts.source for facts in found] == ["whois"] * 3
    assert {failure.code for facts in found for failure in facts.failures} == {ProblemCode.RATE_LIMITED}
    assert "another 120 s" in found[2].failures[0].message


def test_a_server_that_is_left_alone_says_nothing_about_a_domain() -> None:
    """Not asked is not "not registered"."""
    with RdapServer({"example.com": limited(120), "example.org": registry.NOT_FOUND}) as rdap:
        probe = RegistrationProbe(SystemNetwork(), 10, "rdap", rdap_url=rdap.url, pacer=pacer(Time()))
        states = [probe(name).registration.state for name in ("example.com", "example.org")]
    assert states == [RegistrationState.LIMITED] * 2
