"""Asking WHOIS servers about a domain, and IANA for the server, over real connections."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import NetworkError
from domaincheck.lab.hostile import close, drip, flood, refused_port, reset, stall
from domaincheck.lab.records import whois_text
from domaincheck.lab.registry import WhoisServer, referral
from domaincheck.model import ProblemCode, RegistrationState
from domaincheck.network.deadline import Deadline
from domaincheck.network.sockets import Address, Connection, SystemNetwork
from domaincheck.probes.pacing import Pacer
from domaincheck.probes.whois.client import ReferredWhoisSource, Server, WhoisSource
from domaincheck.probes.whois.servers import query_for, server_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domaincheck.lab.registry import WhoisAnswer
    from domaincheck.network.sockets import Network

EXPIRY = datetime(2030, 5, 1, 12, tzinfo=UTC)
EXAMPLE = whois_text("example.com", expires=EXPIRY, registrar="Example Registrar Inc.")
PUBLIC = Address("198.41.0.4", 43)


def source(server: WhoisServer) -> WhoisSource:
    """Return a source that asks *server*."""
    return WhoisSource(SystemNetwork(), Server(server.host, server.port))


def failure(answer: WhoisAnswer, *, seconds: float = 5.0) -> NetworkError:
    """Return how a look-up of example.com fails when *answer* is what the server does."""
    with WhoisServer({"example.com": answer}) as server, pytest.raises(NetworkError) as caught:
        source(server).look_up("example.com", Deadline(seconds))
    assert f"WHOIS at {server.address}: " in str(caught.value)
    return caught.value


@dataclass(frozen=True)
class Elsewhere:
    """A network on which hosts have the *addresses* given, and connections to those end on loopback, at *ports*."""

    addresses: Mapping[str, tuple[Address, ...]]
    ports: Mapping[Address, int]

    def resolve(self, host: str, _port: int, _deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of *host*."""
        return self.addresses[host]

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to what stands for *address*."""
        return SystemNetwork().connect(Address("127.0.0.1", self.ports[address]), deadline, patience)


@contextmanager
def referring(answer: str, addresses: tuple[Address, ...]) -> Iterator[tuple[Network, WhoisServer, WhoisServer]]:
    """Give a network on which IANA gives *answer* for .zz, and whois.nic.zz is at *addresses*; and both servers."""
    iana_at = Address("192.0.43.8", 43)
    with (
        WhoisServer({"zz": answer}) as iana,
        WhoisServer({"example.zz": whois_text("example.zz", expires=EXPIRY)}) as nic,
    ):
        ports = {iana_at: iana.port} | dict.fromkeys(addresses, nic.port)
        yield Elsewhere({"whois.iana.org": (iana_at,), "whois.nic.zz": addresses}, ports), iana, nic


def test_an_answer_about_another_domain_is_malformed() -> None:
    """A registry that answers for another name has not answered."""
    error = failure(whois_text("another.com", expires=EXPIRY))
    assert error.code == ProblemCode.MALFORMED_RESPONSE
    assert "another.com" in str(error)


# --- one server ----------------------------------------------------------------------------------------------------


def test_a_registered_domain_is_found() -> None:
    """The answer is read, and the server named; the query is the name alone."""
    with WhoisServer({"example.com": EXAMPLE}) as server:
        answer = source(server).look_up("example.com", Deadline(5))
    assert answer.registration.state is RegistrationState.REGISTERED
    assert answer.registration.expires_at == EXPIRY
    assert (answer.source, answer.server) == ("whois", server.address)
    assert [query.text for query in server.queries] == ["example.com"]


def test_a_free_domain_is_not_registered() -> None:
    """The registry's own words decide."""
    with WhoisServer({}) as server:
        answer = source(server).look_up("example.com", Deadline(5))
    assert answer.registration.state is RegistrationState.NOT_REGISTERED


def test_an_answer_in_an_old_character_set_is_read() -> None:
    """What is not UTF-8 is taken for Latin-1: the dates are ASCII in either."""
    text = whois_text("example.com", expires=EXPIRY, registrar="Große Büro GmbH")
    with WhoisServer({"example.com": text.encode("latin-1")}) as server:
        answer = source(server).look_up("example.com", Deadline(5))
    assert answer.registration.registrar == "Große Büro GmbH"
    assert answer.registration.expires_at == EXPIRY


def test_a_limit_is_no_answer() -> None:
    """A server that has had enough says nothing about the domain."""
    raised = failure("Your connection limit exceeded. Please slow down and try again later.\r\n")
    assert raised.code == ProblemCode.RATE_LIMITED


@pytest.mark.parametrize(
    "answer",
    [
        close,
        b"\r\n",
        bytes(range(256)) * 40,
        "HTTP/1.1 404 Not Found\r\n\r\nexample.com: not found\r\n",
        "\n<!doctype html><p>No match for example.com</p>",
        flood(b"", b"% and more of it\r\n"),
        flood(b"Registrar: ", b"and more "),
    ],
    ids=["nothing", "blank", "rubbish", "http", "html", "endless", "endless line"],
)
def test_what_tells_nothing_is_malformed(answer: WhoisAnswer) -> None:
    """Nothing, rubbish and what has no end are refused."""
    assert failure(answer).code == ProblemCode.MALFORMED_RESPONSE


@pytest.mark.parametrize("answer", [stall, drip(b"Domain Name: EXAMPLE.COM\r\n", b"%")])
def test_a_slow_server_runs_into_the_deadline(answer: WhoisAnswer) -> None:
    """Neither silence nor a byte a second outlives the deadline."""
    assert failure(answer, seconds=0.3).code == ProblemCode.TIMEOUT


def test_a_connection_that_breaks_is_told_as_such() -> None:
    """A reset is a failure of its own kind, for it may pass."""
    assert failure(reset).code == ProblemCode.CONNECTION_RESET


def test_a_refused_connection_is_told_as_such() -> None:
    """Nobody listens."""
    with refused_port() as port, pytest.raises(NetworkError) as caught:
        WhoisSource(SystemNetwork(), Server("127.0.0.1", port)).look_up("example.com", Deadline(5))
    assert caught.value.code == ProblemCode.CONNECTION_REFUSED


# --- which server, and how it is asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("example.com", "whois.verisign-grs.com"),
        ("example.de", "whois.denic.de"),
        ("xn--80aswg.xn--p1ai", "whois.tcinet.ru"),
        ("example.co.uk", "whois.nic.uk"),
        ("example.ac.uk", "whois.nic.ac.uk"),
        ("example.co.za", "whois.registry.net.za"),
        ("example.za", None),
        ("example.dev", None),
        ("it", "whois.nic.it"),
    ],
)
def test_the_table_knows_the_server(domain: str, host: str | None) -> None:
    """The longest suffix counts; what the table does not know is for IANA to say."""
    assert server_for(domain) == host


@pytest.mark.parametrize(
    ("host", "domain", "query"),
    [
        ("whois.denic.de", "example.de", "-T dn,ace example.de"),
        ("whois.jprs.jp", "example.jp", "example.jp/e"),
        ("whois.verisign-grs.com", "example.com", "domain example.com"),
        ("whois.nic.it", "example.it", "example.it"),
    ],
)
def test_servers_are_asked_in_their_own_way(host: str, domain: str, query: str) -> None:
    """Some servers tell more, or only about the very domain, when they are asked in a special form."""
    assert query_for(host, domain) == query


def test_the_query_that_is_sent_is_the_servers_own() -> None:
    """The form of the query goes by the name of the server, wherever that name leads."""
    text = whois_text("example.de", expires=EXPIRY)
    with WhoisServer({"example.de": text}) as server:
        network = SystemNetwork(overrides={("whois.denic.de", 43): (Address(server.host, server.port),)})
        answer = WhoisSource(network, Server("whois.denic.de")).look_up("example.de", Deadline(5))
    assert answer.server == "whois.denic.de"
    assert [query.text for query in server.queries] == ["-T dn,ace example.de"]


# --- IANA's referral -----------------------------------------------------------------------------------------------


def test_the_server_that_iana_names_is_asked() -> None:
    """The registry's server, found through IANA's, gives the answer."""
    with referring(referral("whois.nic.zz"), (PUBLIC,)) as (network, iana, nic):
        answer = ReferredWhoisSource(network).look_up("example.zz", Deadline(5))
    assert answer.registration.expires_at == EXPIRY
    assert answer.server == "whois.nic.zz"
    assert [query.text for query in (*iana.queries, *nic.queries)] == ["zz", "example.zz"]


def test_the_server_that_iana_names_keeps_its_own_pace() -> None:
    """One that wants to be left alone is, by whatever TLD one comes to it."""
    with referring("whois: whois.nic.zz\n", (PUBLIC,)) as (network, iana, nic):
        pacer = Pacer(lambda: EXPIRY, rate=10_000)
        pacer.stay_away("whois.nic.zz", 60)
        with pytest.raises(NetworkError, match="left alone") as caught:
            ReferredWhoisSource(network, {}, pacer).look_up("example.zz", Deadline(5))
    assert caught.value.code == ProblemCode.RATE_LIMITED
    assert (len(iana.queries), len(nic.queries)) == (1, 0)


def test_iana_is_asked_once() -> None:
    """What IANA said of a TLD is remembered, by all sources that share the memory."""
    memory: dict[str, str | None] = {}
    with referring(referral("whois.nic.zz"), (PUBLIC,)) as (network, iana, nic):
        for _ in range(3):
            ReferredWhoisSource(network, memory).look_up("example.zz", Deadline(5))
    assert (len(iana.queries), len(nic.queries)) == (1, 3)


@pytest.mark.parametrize(
    "answer", ["domain: ZZ\r\nwhois:\r\n", "whois: not a host\r\n", "whois: localhost\r\n", "%\r\n"]
)
def test_a_tld_without_a_server_has_no_registry_to_ask(answer: str) -> None:
    """IANA names none, or nothing that is the name of a host."""
    with referring(answer, (PUBLIC,)) as (network, _, nic), pytest.raises(NetworkError, match=r"\.zz") as caught:
        ReferredWhoisSource(network).look_up("example.zz", Deadline(5))
    assert caught.value.code == ProblemCode.NO_REGISTRY
    assert nic.connections == 0


@pytest.mark.parametrize(
    "addresses",
    [
        (Address("127.0.0.1", 43),),
        (Address("10.0.0.7", 43),),
        (Address("::1", 43),),
        (Address("fe80::1%eth0", 43),),
        (PUBLIC, Address("192.168.1.1", 43)),
    ],
)
def test_a_referral_into_a_private_network_is_not_followed(addresses: tuple[Address, ...]) -> None:
    """A stranger's word must not make us talk to the user's own machines."""
    with referring(referral("whois.nic.zz"), addresses) as (network, _, nic), pytest.raises(NetworkError) as caught:
        ReferredWhoisSource(network).look_up("example.zz", Deadline(5))
    assert caught.value.code == ProblemCode.MALFORMED_RESPONSE
    assert nic.connections == 0


def test_a_referral_to_a_registrar_is_not_followed() -> None:
    """The registry's own answer counts, whatever server of a registrar it names."""
    with WhoisServer({"example.com": EXAMPLE}) as registrar:
        text = f"{EXAMPLE}Registrar WHOIS Server: {registrar.host}:{registrar.port}\r\n"
        with WhoisServer({"example.com": text}) as registry:
            source(registry).look_up("example.com", Deadline(5))
        assert registrar.connections == 0
