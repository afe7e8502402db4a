"""Hosts of several addresses: the first that answers, or with --all-addresses each of them."""

from __future__ import annotations

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.errors import NetworkError
from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, in_turn, refused_port, reset
from domaincheck.lab.tls import TlsServer, attending, server_context
from domaincheck.model import ProblemCode, Status
from domaincheck.network import Address, Deadline, SystemNetwork
from domaincheck.probes.every_address import AT_ONCE, visit_all
from tests.commands import run
from tests.facts import DAY, HOST, codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.lab.authority import Authority
    from domaincheck.lab.loop import LoopbackServer
    from domaincheck.model import TlsPart
    from domaincheck.network import Connection
    from tests.tls_client import Client

TOLERANCE = 0.3


@dataclass(frozen=True, slots=True)
class Numbered:
    """A network in which every host has the addresses 192.0.2.1, 192.0.2.2 …, served at these *ports* of loopback."""

    ports: tuple[int, ...]

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return all addresses; without any there is no such host."""
        deadline.remaining()
        if not self.ports:
            raise NetworkError(ProblemCode.DNS_FAILURE, f"{host} is not in this test")
        return [Address(f"192.0.2.{number}", port) for number in range(1, len(self.ports) + 1)]

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to the server of *address*."""
        port = self.ports[int(address.ip.rpartition(".")[2]) - 1]
        connection = SystemNetwork().connect(Address("127.0.0.1", port), deadline, patience)
        connection.address = address
        return connection


@pytest.fixture
def lab(client: Client) -> Iterator[Lab]:
    """Return somebody who asks several servers as one host, until the test is over."""
    with ExitStack() as stack:
        yield Lab(client, stack)


@dataclass(frozen=True, slots=True)
class Lab:
    """Starts servers and asks them as one host."""

    client: Client
    stack: ExitStack

    def ask(self, *servers: LoopbackServer | str, **options: Any) -> tuple[TlsPart, float]:
        """Return the judgement of a host with *servers*, or of behaviours by name, and the seconds that it took."""
        running = [HostileServer(each) if isinstance(each, str) else each for each in servers]
        ports = tuple(self.stack.enter_context(server).port for server in running)
        started = time.monotonic()
        facts = self.client.ask(Numbered(ports), **options)
        return self.client.judge(facts), time.monotonic() - started

    def survey(self, *servers: LoopbackServer | str, **options: Any) -> tuple[TlsPart, float]:
        """Do so for every address."""
        return self.ask(*servers, all_addresses=True, **options)


def told(part: TlsPart) -> str:
    """Return the sentence that says how the addresses differ."""
    return next(problem.message for problem in part.problems if problem.code is ProblemCode.ADDRESSES_DIFFER)


# --- the first that answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", ["reset", "reset_after_hello", "close_after_hello", "stall", "drip"])
def test_the_next_address_is_tried_when_the_first_does_not_answer(lab: Lab, root: Authority, behaviour: str) -> None:
    """An address that breaks off, or uses up its share of the time, is passed over; the one that was used is named."""
    part, seconds = lab.ask(behaviour, TlsServer(root.leaf(HOST)), timeout=1.0)
    assert (part.status, part.address, part.addresses) == (Status.VALID, "192.0.2.2", None)
    assert seconds < 0.5 + TOLERANCE


def test_each_address_has_its_share_of_the_time(lab: Lab, root: Authority) -> None:
    """Three silent addresses leave a fourth one time enough."""
    part, seconds = lab.ask("stall", "drip", "stall", TlsServer(root.leaf(HOST)), timeout=1.2)
    assert (part.status, part.address) == (Status.VALID, "192.0.2.4")
    assert seconds < 0.9 + TOLERANCE


@pytest.mark.parametrize("behaviour", ["plain_http", "alert_internal_error", "hello_requests"])
def test_an_answer_is_an_answer(lab: Lab, root: Authority, behaviour: str) -> None:
    """An address that answers, if with rubbish, is the one that clients get, and so the one that is judged."""
    part, _ = lab.ask(behaviour, TlsServer(root.leaf(HOST)))
    assert (part.status, part.address) == (Status.UNREACHABLE, "192.0.2.1")


def test_a_bad_certificate_is_an_answer(lab: Lab, root: Authority) -> None:
    """The first address's certificate counts, though that of the second is better."""
    part, _ = lab.ask(TlsServer(root.leaf(HOST, not_after=-DAY)), TlsServer(root.leaf(HOST)))
    assert (part.status, part.address) == (Status.EXPIRED, "192.0.2.1")


def test_when_no_address_answers_it_takes_no_more_than_the_timeout(lab: Lab) -> None:
    """The last failure is told, with the address that it happened at."""
    part, seconds = lab.ask("stall", "reset", "drip", timeout=0.6)
    assert (part.status, codes(part), part.address) == (Status.UNREACHABLE, ["timeout"], "192.0.2.3")
    assert seconds < 0.6 + TOLERANCE


# --- every address -------------------------------------------------------------------------------------------------


def test_addresses_that_show_the_same_are_listed_and_that_is_all(lab: Lab, root: Authority) -> None:
    """Each address is told with its status, date and fingerprint, in the order of the name server."""
    credential = root.leaf(HOST)
    part, _ = lab.survey(*[TlsServer(credential) for _ in range(3)])
    assert (part.status, part.problems) == (Status.VALID, ())
    assert [each.address for each in part.addresses or ()] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert {(each.status, each.not_after, each.problems) for each in part.addresses or ()} == {
        (Status.VALID, credential.leaf.not_valid_after_utc, ())
    }
    assert {each.fingerprint_sha256 for each in part.addresses or ()} == {part.fingerprint_sha256}


def test_a_single_address_is_listed_too(lab: Lab, root: Authority) -> None:
    """A host of one address has a list of one."""
    part, _ = lab.survey(TlsServer(root.leaf(HOST)))
    assert ([each.address for each in part.addresses or ()], part.problems) == (["192.0.2.1"], ())


def test_the_stale_backend_among_ten_is_found(lab: Lab, root: Authority) -> None:
    """The result is that of the worst, and the sentence names it before those that are well."""
    good, stale = root.leaf(HOST), root.leaf(HOST, not_after=-DAY)
    part, _ = lab.survey(*[TlsServer(stale if number == 7 else good) for number in range(1, 11)])
    assert (part.status, part.address, codes(part)) == (Status.EXPIRED, "192.0.2.7", ["expired", "addresses_differ"])
    assert [each.status for each in part.addresses or ()].count(Status.VALID) == 9
    stale_first, others = told(part).split("; ")
    assert "192.0.2.7: expired, a certificate until " in stale_first
    assert "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 5 more: valid, a certificate until " in others


def test_another_certificate_is_a_warning_though_both_are_good(lab: Lab, root: Authority) -> None:
    """A renewal that has not reached every backend is told."""
    part, _ = lab.survey(TlsServer(root.leaf(HOST)), TlsServer(root.leaf(HOST)))
    assert (part.status, part.severity.value, codes(part)) == (Status.VALID, "warning", ["addresses_differ"])


def test_a_weak_address_among_strong_ones_is_the_worst(lab: Lab, root: Authority) -> None:
    """The verdict of an address is its whole verdict, the way it speaks included."""
    credential = root.intermediate(key="RSA 2048").leaf(HOST, key="RSA 2048")
    part, _ = lab.survey(
        TlsServer(credential), TlsServer(credential, ciphers="AES128-SHA", maximum=ssl.TLSVersion.TLSv1_2)
    )
    assert (part.status, part.address, codes(part)) == (
        Status.INVALID,
        "192.0.2.2",
        ["weak_protocol", "addresses_differ"],
    )
    assert "192.0.2.2: invalid (weak protocol), a certificate until " in told(part)


def test_a_dead_address_is_told(lab: Lab, root: Authority) -> None:
    """An address that nobody listens at makes the host unreachable in part; what the other shows stands in the list."""
    with refused_port() as port, TlsServer(root.leaf(HOST)) as server:
        facts = lab.client.ask(Numbered((server.port, port)), all_addresses=True)
    part = lab.client.judge(facts)
    assert (part.status, part.address) == (Status.UNREACHABLE, "192.0.2.2")
    assert codes(part) == ["connection_refused", "addresses_differ"]
    assert [(each.status, bool(each.fingerprint_sha256)) for each in part.addresses or ()] == [
        (Status.VALID, True),
        (Status.UNREACHABLE, False),
    ]


def test_a_host_without_addresses_has_an_empty_list(lab: Lab) -> None:
    """A name that cannot be resolved is just that."""
    part, _ = lab.survey()
    assert (part.status, codes(part), part.addresses) == (Status.UNREACHABLE, ["dns_failure"], ())


def test_an_address_that_failed_in_passing_is_tried_again(lab: Lab, root: Authority) -> None:
    """Retries are for each address by itself."""
    flaky = HostileServer(in_turn(reset, attending(server_context(root.leaf(HOST)))))
    steady = TlsServer(root.leaf(HOST))
    part, _ = lab.survey(flaky, steady, retries=1)
    assert [each.status for each in part.addresses or ()] == [Status.VALID, Status.VALID]
    assert (flaky.connections, steady.connections) == (2, 1)


@pytest.mark.parametrize("count", [10, 2 * AT_ONCE + 1])
def test_stalling_addresses_take_nothing_from_the_others(lab: Lab, root: Authority, count: int) -> None:
    """Of many addresses, all that answer are known within the timeout, whatever the others do."""
    credential = root.leaf(HOST)
    bad = {2: "stall", 3: "drip", 5: "hello_requests", 8: "stall", 9: "reset"}
    part, seconds = lab.survey(*[bad.get(number) or TlsServer(credential) for number in range(count)], timeout=1.5)
    assert [each.status is Status.VALID for each in part.addresses or ()] == [n not in bad for n in range(count)]
    assert seconds < 1.5 + TOLERANCE


def test_a_second_try_that_sticks_takes_nothing_from_the_others(lab: Lab, root: Authority) -> None:
    """An address that refuses and then falls silent is unreachable for its refusal, and the others have their facts."""
    stuck = [in_turn(BEHAVIOURS["alert_protocol_version"], BEHAVIOURS[name]) for name in ("stall", "drip")]
    part, seconds = lab.survey(*map(HostileServer, stuck), TlsServer(root.leaf(HOST)), timeout=0.5)
    assert [[problem.code for problem in each.problems] for each in part.addresses or ()] == [
        ["handshake_failure"],
        ["handshake_failure"],
        [],
    ]
    assert seconds < 0.5 + TOLERANCE


def test_many_hosts_of_many_addresses_do_not_wait_for_one_another(lab: Lab, root: Authority) -> None:
    """Eight hosts at once, of twelve addresses each, half of them silent: each has its facts in time."""
    servers = [TlsServer(root.leaf(HOST)) if number % 2 else HostileServer("stall") for number in range(12)]
    ports = tuple(lab.stack.enter_context(server).port for server in servers)

    def ask(_: int) -> tuple[list[Status], float]:
        started = time.monotonic()
        facts = lab.client.ask(Numbered(ports), timeout=1.0, all_addresses=True)
        seconds = time.monotonic() - started
        return [each.status for each in lab.client.judge(facts).addresses or ()], seconds

    with ThreadPoolExecutor(8) as pool:
        for statuses, seconds in pool.map(ask, range(8)):
            assert statuses == [Status.UNREACHABLE, Status.VALID] * 6
            assert seconds < 1.0 + TOLERANCE


def places(count: int) -> list[Address]:
    """Return so many addresses."""
    return [Address(f"192.0.2.{number}", 443) for number in range(count)]


@pytest.mark.parametrize("threads", [0, 1, 4])
def test_without_threads_to_spare_addresses_take_turns_in_fair_shares(threads: int) -> None:
    """Where there are fewer threads than addresses, each still has its share of the time, and the order is kept."""
    spare = threading.BoundedSemaphore(threads) if threads else threading.Semaphore(0)
    silent = threading.Event()

    def visit(address: Address, share: Deadline) -> tuple[str, bool]:
        answers = address.ip[-1] in "13579"
        return address.ip, answers or silent.wait(share.remaining())

    started = time.monotonic()
    found = visit_all(places(10), visit, Deadline(0.5), spare)
    assert found == tuple((f"192.0.2.{number}", number % 2 == 1) for number in range(10))
    assert time.monotonic() - started < 0.5 + TOLERANCE


def test_when_the_time_is_over_no_more_threads_are_started() -> None:
    """A name may have thousands of addresses, and those whose turn never came are told without delay."""
    found = visit_all(places(100), lambda address, _: (address.ip, threading.get_ident()), Deadline(0))
    assert found == tuple((address.ip, threading.get_ident()) for address in places(100))


def test_threads_are_given_back_even_after_a_fault() -> None:
    """What fails in one visit fails the whole, and leaves as many threads to spare as before."""
    spare = threading.BoundedSemaphore(3)

    def visit(address: Address, _: Deadline) -> str:
        if address.ip.endswith("2"):
            raise ValueError("a fault of ours")
        return address.ip

    for _ in range(5):
        with pytest.raises(ValueError, match="a fault of ours"):
            visit_all(places(4), visit, Deadline(5), spare)
    assert [spare.acquire(blocking=False) for _ in range(4)] == [True, True, True, False]


# --- the command line ----------------------------------------------------------------------------------------------


def test_the_option_lists_the_addresses(root: Authority, lab: Lab) -> None:
    """``check --all-addresses`` tells each address in the JSON, and exits with the status of the worst."""
    good, bad = TlsServer(root.leaf(HOST)), TlsServer(root.leaf("other.example.com"))
    ports = tuple(lab.stack.enter_context(server).port for server in (good, bad))
    ca_file = lab.client.credentials.ca_file
    arguments = ("check", "--json", "--no-domain", "--ca-file", ca_file, HOST)
    plain = run(*arguments, network=Numbered(ports))
    assert (plain.status, plain.results[0]["tls"]["addresses"]) == (0, None)
    every = run(*arguments, "--all-addresses", network=Numbered(ports))
    [first, second] = every.results[0]["tls"]["addresses"]
    assert (every.status, first["status"], second["status"]) == (2, "valid", "invalid")
    assert list(second) == ["address", "status", "not_after", "fingerprint_sha256", "problems"]
    assert [problem["code"] for problem in second["problems"]] == ["hostname_mismatch"]


def test_a_table_says_which_address_shows_what(root: Authority, lab: Lab) -> None:
    """A person reads it below the target."""
    ports = tuple(lab.stack.enter_context(TlsServer(root.leaf(HOST))).port for _ in range(2))
    outcome = run(
        "check",
        "--no-domain",
        "--all-addresses",
        "--format",
        "table",
        "--ca-file",
        lab.client.credentials.ca_file,
        HOST,
        network=Numbered(ports),
    )
    assert outcome.status == 1
    assert "192.0.2.1: valid" in " ".join(outcome.stdout.split())
