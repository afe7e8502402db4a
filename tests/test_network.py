"""The door to the network: names become addresses, addresses connections, and all ends by the deadline."""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import socket
import ssl
import threading
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import NetworkError
from domaincheck.lab.hostile import HostileServer, after_hello, close, drip, flood, refused_port, reset, say, stall
from domaincheck.lab.tls import TlsServer
from domaincheck.model import ProblemCode
from domaincheck.network import Address, Connection, Deadline, SystemNetwork, dial
from domaincheck.network.names import look_up
from domaincheck.network.tls import TlsConnection, trust_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from domaincheck.lab.authority import Authority
    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import LoopbackServer, Peer
    from domaincheck.network.names import Ask

NO_NAME = "a" * 64 + ".invalid"  # a label of the DNS has 63 characters at most, so no resolver is asked


@contextmanager
def connected(server: LoopbackServer, seconds: float = 5.0) -> Iterator[Connection]:
    """Start *server* and give a connection to it."""
    with server:
        connection = dial(SystemNetwork(), server.host, server.port, Deadline(seconds))
        try:
            yield connection
        finally:
            connection.close()


def failure(action: Callable[[], object]) -> NetworkError:
    """Return the error that *action* ends in."""
    with pytest.raises(NetworkError) as caught:
        action()
    return caught.value


# --- the deadline --------------------------------------------------------------------------------------------------


def test_a_deadline_runs_out() -> None:
    """While there is time the rest is positive and shrinks; then there is an error that says how long it was."""
    deadline = Deadline(60)
    assert 0 < deadline.remaining() <= 60
    assert all(later >= earlier >= 0 for earlier, later in pairwise(deadline.elapsed() for _ in range(3)))
    over = failure(Deadline(0).remaining)
    assert (over.code, "0 s" in str(over)) == (ProblemCode.TIMEOUT, True)


def test_a_part_of_a_deadline_leaves_time_for_the_rest() -> None:
    """A first step has its share of what is left, and time that the network did not use puts both ends off.

    What was spent before the step counts for it too.
    """
    whole = Deadline(60)
    while (spent := whole.elapsed()) < 0.001:
        pass
    step = whole.part(0.5)
    assert step.elapsed() >= spent
    assert step.remaining() <= 30 < whole.remaining()
    step.extend(100)
    assert 30 < step.remaining() <= 130
    assert 60 < whole.remaining() <= 160
    assert whole.elapsed() < 60


# --- names to addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "2001:db8::1", "192.0.2.1"])
def test_an_address_needs_no_resolver(host: str) -> None:
    """A literal address is itself."""
    assert SystemNetwork().resolve(host, 443, Deadline(5)) == (Address(host, 443),)


def test_localhost_is_known_to_the_system() -> None:
    """A name is resolved by the operating system, to addresses with the port that was asked for, each once."""
    found = SystemNetwork().resolve("localhost", 8443, Deadline(5))
    assert {address.port for address in found} == {8443}
    assert {address.ip for address in found} <= {"127.0.0.1", "::1"}
    assert len(set(found)) == len(found) > 0


def test_an_override_takes_the_resolvers_place() -> None:
    """Addresses handed in for a host and a port are used in their order, for that port only."""
    places = (Address("::1", 1), Address("127.0.0.1", 2))
    network = SystemNetwork(overrides={(NO_NAME, 443): places})
    assert network.resolve(NO_NAME, 443, Deadline(5)) == places
    assert failure(lambda: network.resolve(NO_NAME, 444, Deadline(5))).code == ProblemCode.DNS_FAILURE


@pytest.mark.parametrize(
    ("family", "kept", "missing"), [(socket.AF_INET, "127.0.0.1", "IPv4"), (socket.AF_INET6, "::1", "IPv6")]
)
def test_a_family_leaves_the_other_out(family: socket.AddressFamily, kept: str, missing: str) -> None:
    """With -4 or -6 only such addresses are used, also of an override, and a host without one has none."""
    both = (Address("::1", 1), Address("127.0.0.1", 1))
    other = tuple(address for address in both if address.ip != kept)
    network = SystemNetwork(family, {("both", 1): both, ("other", 1): other})
    assert [address.ip for address in network.resolve("both", 1, Deadline(5))] == [kept]
    error = failure(lambda: network.resolve("other", 1, Deadline(5)))
    assert (error.code, missing in str(error)) == (ProblemCode.DNS_FAILURE, True)
    assert failure(lambda: network.resolve(other[0].ip, 1, Deadline(5))).code == ProblemCode.DNS_FAILURE


@pytest.mark.parametrize("host", [NO_NAME, "münchen.example", "exa\0mple.com", "a..b", "\ud800"])
def test_a_name_that_cannot_be_is_a_dns_failure(host: str) -> None:
    """What no DNS can hold ends at once, in a value that probes understand."""
    assert failure(lambda: SystemNetwork().resolve(host, 443, Deadline(5))).code == ProblemCode.DNS_FAILURE


@pytest.fixture
def stuck() -> Iterator[Ask]:
    """Return a resolver that does not answer before the test ends."""
    end = threading.Event()

    def ask(_host: str, _family: socket.AddressFamily) -> Sequence[str]:
        end.wait()
        return ["127.0.0.1"]

    yield ask
    end.set()


def test_a_resolver_that_hangs_is_left_behind(stuck: Ask) -> None:
    """The deadline ends the waiting, and says that it was the name server that was waited for."""
    error = failure(lambda: look_up("slow.example", socket.AF_UNSPEC, Deadline(0.05), stuck))
    assert (error.code, "the name server did not answer" in str(error)) == (ProblemCode.DNS_FAILURE, True)


def test_no_more_look_ups_hang_than_there_is_room_for(stuck: Ask) -> None:
    """Where all the room is taken by those that were left behind, the next waits for it as it would for an answer."""
    room: threading.Semaphore = threading.Semaphore(2)
    asked: list[str] = []

    def ask(host: str, family: socket.AddressFamily) -> Sequence[str]:
        asked.append(host)
        return stuck(host, family)

    for host in ("a", "b", "c"):
        with pytest.raises(NetworkError, match="did not answer"):
            look_up(host, socket.AF_UNSPEC, Deadline(0.05), ask, room)
    assert asked == ["a", "b"]


def test_room_is_given_back_by_an_answer() -> None:
    """Whether the name is found or not, the next one may be asked for."""
    room = threading.Semaphore(1)
    for _ in range(3):
        found = look_up("a", socket.AF_UNSPEC, Deadline(5), lambda *_: ["::1", "127.0.0.1", "::1"], room)
        assert found == ("::1", "127.0.0.1")
        error = failure(lambda: look_up(NO_NAME, socket.AF_UNSPEC, Deadline(5), room=room))
        assert "cannot be resolved" in str(error)


def test_a_network_is_picklable() -> None:
    """The door can be handed to another process."""
    network = SystemNetwork(socket.AF_INET, {("a", 1): (Address("127.0.0.1", 2),)})
    assert pickle.loads(pickle.dumps(network)) == network  # noqa: S301 - our own bytes


# --- connections ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_bytes_go_both_ways(host: str) -> None:
    """What is sent arrives, what is answered comes back, and then the stream ends."""
    with connected(HostileServer(after_hello(say(b"answer")), host=host)) as connection:
        assert connection.address.ip == host
        connection.send(b"question")
        assert b"".join(iter(connection.receive, b"")) == b"answer"


def test_no_more_is_received_than_was_asked_for() -> None:
    """A reader decides how much it takes at a time."""
    with connected(HostileServer(say(b"answer"))) as connection:
        assert (connection.receive(3), connection.receive(1)) == (b"ans", b"w")


def test_a_connection_may_be_closed_twice() -> None:
    """Letting go of what is let go already does nothing."""
    with connected(HostileServer(stall)) as connection:
        connection.close()


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (reset, ProblemCode.CONNECTION_RESET),
        (stall, ProblemCode.TIMEOUT),
        (drip(b"", b".", interval=0.01), ProblemCode.TIMEOUT),
        (flood(b"", b"."), ProblemCode.TIMEOUT),
    ],
    ids=["reset", "stall", "drip", "flood"],
)
def test_reading_without_end_is_ended(behaviour: Behaviour, code: ProblemCode) -> None:
    """A peer that resets, is silent, drips or floods has until the deadline, which no byte of it puts off."""

    def read_on(connection: Connection) -> None:
        while connection.receive():
            pass

    with connected(HostileServer(behaviour), 0.3) as connection:
        assert failure(lambda: read_on(connection)).code == code


async def ignore(_: Peer) -> None:
    """Neither read nor write nor close."""
    await asyncio.Event().wait()


def test_writing_without_end_is_ended() -> None:
    """A peer that does not read has until the deadline, too."""

    def write_on(connection: Connection) -> None:
        while True:
            connection.send(b"." * (1 << 20))

    with connected(HostileServer(ignore), 0.3) as connection:
        assert failure(lambda: write_on(connection)).code == ProblemCode.TIMEOUT


def test_after_the_deadline_nothing_is_begun() -> None:
    """With no time left there is no look-up, no connection and no byte."""
    over = Deadline(0)
    assert failure(lambda: SystemNetwork().connect(Address("127.0.0.1", 1), over, 5)).code == ProblemCode.TIMEOUT
    assert failure(lambda: SystemNetwork().resolve("localhost", 1, over)).code == ProblemCode.TIMEOUT


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1:{}"), ("::1", "[::1]:{}")])
def test_a_refusal_names_the_address(host: str, shown: str) -> None:
    """Where nothing listens, the error says where that was."""
    with refused_port(host) as port:
        error = failure(lambda: dial(SystemNetwork(), host, port, Deadline(5)))
    assert (error.code, shown.format(port) in str(error)) == (ProblemCode.CONNECTION_REFUSED, True)


def test_an_address_without_a_way_is_unreachable() -> None:
    """What the operating system cannot send to is an error like any other."""
    error = failure(lambda: dial(SystemNetwork(), "255.255.255.255", 1, Deadline(1)))
    assert error.code == ProblemCode.CONNECTION_REFUSED


def test_running_out_of_files_is_said() -> None:
    """When no file descriptor is left, the error says what to do about it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        error = failure(lambda: SystemNetwork().connect(Address("127.0.0.1", 1), Deadline(5), 5))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (error.code, "--jobs" in str(error)) == (ProblemCode.CONNECTION_REFUSED, True)


# --- several addresses ---------------------------------------------------------------------------------------------


class Recorder:
    """A network on which the addresses in *silent* use up their patience, those in *dead* refuse, the others answer."""

    def __init__(self, count: int, silent: int = 0, dead: int = 0) -> None:
        self.places = tuple(Address("192.0.2.1", number) for number in range(count))
        self.silent, self.dead = self.places[:silent], self.places[silent : silent + dead]
        self.tried: list[tuple[int, float]] = []

    def resolve(self, host: str, port: int, deadline: Deadline) -> tuple[Address, ...]:
        """Return all places, whatever is asked."""
        deadline.remaining()
        return self.places if host and port else ()

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Note the attempt, and fail as the address does."""
        self.tried.append((address.port, patience))
        if address in self.silent:
            raise deadline.exceeded()
        if address in self.dead:
            raise NetworkError(ProblemCode.CONNECTION_REFUSED, f"{address.port} refused")
        return Answering(address, deadline)


class Answering:
    """A connection that is of no further interest."""

    def __init__(self, address: Address, deadline: Deadline) -> None:
        self.address, self.deadline = address, deadline

    def receive(self, size: int = 65536, /) -> bytes:
        """Return the end of the stream."""
        return b""[:size]

    def send(self, data: bytes, /) -> None:
        """Take *data*."""

    def close(self) -> None:
        """Do nothing."""


def test_addresses_are_tried_in_order_until_one_answers() -> None:
    """Silent and refusing addresses are passed over, and those after the first good one are left alone."""
    network = Recorder(5, silent=1, dead=1)
    assert dial(network, "x", 1, Deadline(60)).address.port == 2
    assert [port for port, _ in network.tried] == [0, 1, 2]


def test_each_address_gets_its_share_of_the_time() -> None:
    """Of three addresses the first has a third of the time, the second half of the rest, the last one all."""
    network = Recorder(3, dead=3)
    failure(lambda: dial(network, "x", 1, Deadline(60)))
    assert [round(patience) for _, patience in network.tried] == [20, 30, 60]


def test_the_last_address_has_the_last_word() -> None:
    """When none answers, the error is that of the last one tried."""
    assert "2 refused" in str(failure(lambda: dial(Recorder(3, silent=2, dead=1), "x", 1, Deadline(60))))


def test_a_silent_address_does_not_starve_its_sibling() -> None:
    """An address that swallows everything leaves the next one time to answer."""
    with HostileServer(say(b"here")) as server, socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):  # its queue is full now: what comes next is not answered
            places = (Address("127.0.0.1", port), Address("127.0.0.1", server.port))
            network = SystemNetwork(overrides={("x", 1): places})
            connection = dial(network, "x", 1, Deadline(0.8))
            assert (connection.address, connection.receive()) == (places[1], b"here")
            connection.close()


# --- TLS through memory --------------------------------------------------------------------------------------------


def trusting(ca_file: Path) -> ssl.SSLContext:
    """Return a client's context that trusts the lab's root alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust_store(context, ca_file)
    return context


def test_tls_carries_bytes_both_ways(root: Authority, ca_file: Path) -> None:
    """After the handshake a TLS connection is a connection like any other, up to its end."""
    from domaincheck.lab.registry import RdapServer  # noqa: PLC0415 - a server that answers inside TLS

    with connected(RdapServer({}, credential=root.leaf("127.0.0.1"))) as below:
        tls = TlsConnection(below, trusting(ca_file), "127.0.0.1")
        tls.handshake()
        tls.send(b"GET /domain/x HTTP/1.1\r\n\r\n")
        answer = b"".join(iter(tls.receive, b""))
        tls.close()
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("name", ["other.example.com", "127.0.0.2"])
def test_tls_checks_names_where_the_context_does(root: Authority, ca_file: Path, name: str) -> None:
    """With an ordinary context a certificate for another host is refused, in OpenSSL's own error."""
    server = TlsServer(root.leaf("www.example.com"))
    with connected(server) as below, pytest.raises(ssl.SSLCertVerificationError):
        TlsConnection(below, trusting(ca_file), name).handshake()


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (close, ssl.SSLError),
        (reset, NetworkError),
        (stall, NetworkError),
        (after_hello(say(b"HTTP/1.1 ")), ssl.SSLError),
    ],
    ids=["close", "reset", "stall", "no TLS"],
)
def test_a_handshake_ends_in_one_of_two_errors(ca_file: Path, behaviour: Behaviour, expected: type[Exception]) -> None:
    """What OpenSSL says stays its own error; what happens below TLS is the network's."""
    with connected(HostileServer(behaviour), 0.3) as below, pytest.raises(expected):
        TlsConnection(below, trusting(ca_file), "www.example.com").handshake()
