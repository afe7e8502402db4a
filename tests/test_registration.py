"""The registration probe as a whole, over real connections to an RDAP and a WHOIS server."""

from __future__ import annotations

import pickle
import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab import registry
from domaincheck.lab.authority import Authority
from domaincheck.lab.hostile import Behaviour, refused_port, reset, say, stall
from domaincheck.lab.records import domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer, error, limited, referral
from domaincheck.model import ProblemCode, RegistrationState
from domaincheck.network.sockets import Address, SystemNetwork
from domaincheck.probes.registration import RegistrationProbe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.lab.loop import LoopbackServer, Peer
    from domaincheck.lab.registry import RdapAnswer, WhoisAnswer
    from domaincheck.model import RegistrationFacts

EXPIRY = datetime(2030, 5, 1, 12, tzinfo=UTC)
OBJECT = domain_object("example.com", expires=EXPIRY)
TEXT = whois_text("example.com", expires=EXPIRY)
REFUSAL = "Your connection limit exceeded. Please slow down and try again later.\r\n"


@contextmanager
def both(rdap: RdapAnswer, whois: WhoisAnswer) -> Iterator[tuple[RegistrationProbe, RdapServer, WhoisServer]]:
    """Give a probe whose user named two servers that answer so for example.com, and the servers."""
    with RdapServer({"example.com": rdap}) as first, WhoisServer({"example.com": whois}) as second:
        address = (second.host, second.port)
        yield RegistrationProbe(SystemNetwork(), 10, rdap_url=first.url, whois_server=address), first, second


def network(**servers: LoopbackServer) -> SystemNetwork:
    """Return a network on which ``rdap`` is the server of .kg, ``whois`` that of .it and ``iana`` is IANA's."""
    names = {"rdap": ("rdap.cctld.kg", 80), "whois": ("whois.nic.it", 43), "iana": ("whois.iana.org", 43)}
    return SystemNetwork(overrides={names[key]: (Address(s.host, s.port),) for key, s in servers.items()})


def codes(facts: RegistrationFacts) -> list[ProblemCode]:
    """Return the codes of the failures, in their order."""
    return [failure.code for failure in facts.failures]


# --- whom the probe asks -------------------------------------------------------------------------------------------


def test_rdap_is_asked_first_and_its_answer_suffices() -> None:
    """The facts name source and server, and say how long it took."""
    with both(OBJECT, TEXT) as (probe, rdap, whois):
        facts = probe("example.com")
    assert facts.domain == "example.com"
    assert facts.registration.expires_at == EXPIRY
    assert (facts.source, facts.server, facts.failures, facts.cached) == ("rdap", rdap.url + "/", (), False)
    assert 0 < facts.duration_seconds < 10
    assert whois.connections == 0


@pytest.mark.parametrize("rdap", [stall, reset, registry.HTML, registry.HALF, registry.DRIP, error(500), limited(60)])
def test_whois_answers_where_rdap_does_not(rdap: RdapAnswer) -> None:
    """Whatever the RDAP server does, there is time left for the other way; what it did is told."""
    with both(rdap, TEXT) as (probe, _, whois):
        facts = replace(probe, timeout=1.0)("example.com")
    assert (facts.source, facts.server) == ("whois", whois.address)
    assert facts.registration.expires_at == EXPIRY
    assert len(facts.failures) == 1


def test_one_way_of_asking_may_be_chosen() -> None:
    """The other server hears nothing, not even to confirm that a domain is free."""
    with both(registry.NOT_FOUND, "No match for domain EXAMPLE.COM\r\n") as (probe, rdap, whois):
        assert replace(probe, source="rdap")("example.com").source == "rdap"
        assert (rdap.connections, whois.connections) == (1, 0)
        assert replace(probe, source="whois")("example.com").source == "whois"
        assert (rdap.connections, whois.connections) == (1, 1)


def test_without_options_the_servers_of_the_tld_are_asked() -> None:
    """RDAP's bootstrap names the one, the table of WHOIS servers the other."""
    with (
        RdapServer({"example.kg": domain_object("example.kg", expires=EXPIRY)}) as rdap,
        WhoisServer({"example.it": whois_text("example.it", expires=EXPIRY)}) as whois,
    ):
        probe = RegistrationProbe(network(rdap=rdap, whois=whois), 10)
        assert probe("example.kg").server == "http://rdap.cctld.kg/"
        assert probe("example.it").server == "whois.nic.it"


def test_registries_with_https_are_verified() -> None:
    """The certificate of the registry's server is checked against its name and the roots in force."""
    root = Authority.root(datetime.now(UTC))

    def context() -> ssl.SSLContext:
        return ssl.create_default_context(cadata=root.pem.decode())

    for name, state in (("rdap.denic.de", "registered"), ("rdap.example", "unknown")):
        answers = {"example.de": domain_object("example.de")}
        with RdapServer(answers, credential=root.leaf(name)) as server:
            at = {("rdap.denic.de", 443): (Address(server.host, server.port),)}
            facts = RegistrationProbe(SystemNetwork(overrides=at), 10, "rdap", make_context=context)("example.de")
        assert facts.registration.state == state
        assert codes(facts) == ([] if state == "registered" else [ProblemCode.HANDSHAKE_FAILURE])


def test_a_generic_tld_is_not_asked_for_by_whois_unless_its_server_is_known() -> None:
    """Its registry has RDAP, and most have closed WHOIS; but a user who wants WHOIS gets it through IANA."""
    probe = RegistrationProbe(SystemNetwork(), 10)
    assert [len(probe.sources_for(domain)) for domain in ("example.dev", "example.com", "example.kg")] == [1, 2, 2]
    assert len(replace(probe, source="whois").sources_for("example.dev")) == 1


@pytest.mark.parametrize("domain", ["example.es", "example.com.es"])
def test_a_registry_that_talks_to_nobody_is_none(domain: str) -> None:
    """No connection is tried: there is no RDAP, and WHOIS is for those whom the registry admits."""
    facts = RegistrationProbe(SystemNetwork(), 10)(domain)
    assert facts.registration.state is RegistrationState.UNKNOWN
    assert codes(facts) == [ProblemCode.NO_REGISTRY]
    assert (facts.source, facts.server) == (None, None)


def test_a_tld_that_iana_has_no_server_for_has_no_registry() -> None:
    """IANA is asked once, however many domains there are."""
    with WhoisServer({"zz": "domain: ZZ\r\nstatus: ACTIVE\r\n"}) as iana:
        probe = RegistrationProbe(network(iana=iana), 10)
        for domain in ("example.zz", "example.org.zz"):
            assert codes(probe(domain)) == [ProblemCode.NO_REGISTRY]
    assert [query.text for query in iana.queries] == ["zz"]


def test_a_referral_to_loopback_is_followed_only_for_the_user() -> None:
    """IANA's word is not enough to talk to this machine; the user's is."""
    with WhoisServer({"example.zz": whois_text("example.zz", expires=EXPIRY)}) as whois:
        with WhoisServer({"zz": referral("127.0.0.1")}) as iana:
            probe = RegistrationProbe(network(iana=iana), 10)
            assert codes(probe("example.zz")) == [ProblemCode.MALFORMED_RESPONSE]
        assert whois.connections == 0
        facts = replace(probe, whois_server=(whois.host, whois.port))("example.zz")
    assert facts.registration.expires_at == EXPIRY


# --- not registered, or not known ----------------------------------------------------------------------------------


def test_not_registered_is_said_by_both() -> None:
    """The alarm is confirmed before it is raised."""
    with both(registry.NOT_FOUND, "No match for domain EXAMPLE.COM\r\n") as (probe, rdap, whois):
        facts = probe("example.com")
    assert facts.registration.state is RegistrationState.NOT_REGISTERED
    assert (len(rdap.queries), len(whois.queries)) == (1, 1)


def test_a_contradiction_ends_in_favour_of_the_domain() -> None:
    """WHOIS knows the domain that RDAP does not."""
    with both(registry.NOT_FOUND, TEXT) as (probe, _, _):
        facts = probe("example.com")
    assert facts.registration.state is RegistrationState.REGISTERED
    assert facts.source == "whois"
    assert codes(facts) == [ProblemCode.NOT_REGISTERED]


@pytest.mark.parametrize(
    ("rdap", "whois", "state", "expected"),
    [
        (limited(60), REFUSAL, "limited", [ProblemCode.RATE_LIMITED, ProblemCode.RATE_LIMITED]),
        (limited(60), reset, "limited", [ProblemCode.RATE_LIMITED, ProblemCode.CONNECTION_RESET]),
        (error(500), b"\xff" * 99, "unknown", [ProblemCode.REGISTRY_UNREACHABLE, ProblemCode.MALFORMED_RESPONSE]),
        (registry.HTML, say(b""), "unknown", [ProblemCode.MALFORMED_RESPONSE, ProblemCode.MALFORMED_RESPONSE]),
    ],
)
def test_no_answer_is_never_not_registered(
    rdap: RdapAnswer, whois: WhoisAnswer, state: str, expected: list[ProblemCode]
) -> None:
    """Limits and faults say nothing about the domain; each is told with its server."""
    with both(rdap, whois) as (probe, first, second):
        facts = probe("example.com")
    assert facts.registration.state == state
    assert codes(facts) == expected
    assert (facts.source, facts.server) == (None, None)
    for failure, server in zip(facts.failures, (first.url, second.address), strict=True):
        assert server in failure.message


def test_both_sources_share_the_one_deadline() -> None:
    """Two servers that stall cost one timeout, and each its own failure."""
    with both(stall, stall) as (probe, _, _):
        facts = replace(probe, timeout=0.5, retries=5)("example.com")
    assert codes(facts) == [ProblemCode.TIMEOUT, ProblemCode.TIMEOUT]


# --- trying again --------------------------------------------------------------------------------------------------


class Flaky:
    """Resets the first connections, *times* of them, and then does as *behaviour*."""

    def __init__(self, times: int, behaviour: Behaviour) -> None:
        self._left = times
        self._behaviour = behaviour

    async def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        self._left -= 1
        await (reset if self._left >= 0 else self._behaviour)(peer)


@pytest.mark.parametrize(("retries", "state"), [(0, "unknown"), (1, "registered")])
def test_a_failure_that_may_pass_is_tried_again(retries: int, state: str) -> None:
    """As often as the user wants, and not without being told to."""
    with WhoisServer({"example.com": Flaky(1, say(TEXT.encode()))}) as server:
        probe = RegistrationProbe(SystemNetwork(), 10, "whois", whois_server=(server.host, server.port))
        facts = replace(probe, retries=retries)("example.com")
    assert facts.registration.state == state
    assert len(server.queries) == retries + 1


@pytest.mark.parametrize("answer", [limited(1), registry.HTML, registry.NOT_FOUND, OBJECT])
def test_what_will_not_pass_is_not_tried_again(answer: RdapAnswer) -> None:
    """An answer needs no retry, rubbish deserves none, and a limit only grows by asking."""
    with RdapServer({"example.com": answer}) as server:
        RegistrationProbe(SystemNetwork(), 10, "rdap", rdap_url=server.url, retries=3)("example.com")
    assert server.connections == 1


def test_there_is_no_retry_without_time() -> None:
    """The deadline holds, whatever number of retries is asked for."""
    with refused_port() as port:
        probe = RegistrationProbe(SystemNetwork(), 0.4, "whois", whois_server=("127.0.0.1", port), retries=10**9)
        assert codes(probe("example.com")) == [ProblemCode.CONNECTION_REFUSED]


def test_the_probe_travels_between_processes() -> None:
    """A probe may be sent to another machine, and asks the same servers from there."""
    with both(OBJECT, TEXT) as (probe, _, _):
        travelled = pickle.loads(pickle.dumps(probe))  # noqa: S301 -- our own bytes
        assert travelled == probe
        assert travelled("example.com").registration.expires_at == EXPIRY
