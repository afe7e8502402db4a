"""Old and weak servers: their certificates come home like all others, with what is weak about the server."""

from __future__ import annotations

import ssl
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import BEHAVIOURS, Behaviour, HostileServer, after_hello, alert, halfway, in_turn, say
from domaincheck.lab.starttls import StarttlsServer
from domaincheck.lab.tls import TlsServer, attending, server_context
from domaincheck.model import Severity, Status, Target
from domaincheck.probes import flight
from domaincheck.probes.tls import Credentials, TlsProbe
from domaincheck.verdict import Policy
from tests.facts import DAY, HOST, codes
from tests.tls_client import Client, served_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
    OLDEST, OLDER = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def only(version: ssl.TLSVersion, ciphers: str = "DEFAULT", **options: Any) -> dict[str, Any]:
    """Return the options of a server that speaks nothing else."""
    return {"minimum": version, "maximum": version, "ciphers": ciphers, **options}


WEAK: dict[str, tuple[dict[str, Any], list[str]]] = {
    "TLS 1.0": (only(OLDEST), ["nothing newer than TLS 1.0"]),
    "TLS 1.1": (only(OLDER), ["nothing newer than TLS 1.1"]),
    "TLS 1.0 without forward secrecy": (
        only(OLDEST, "AES128-SHA"),
        ["nothing newer than", "AES128-SHA has no forward"],
    ),
    "TLS 1.0 with a small group": (
        only(OLDEST, "DHE-RSA-AES128-SHA", dh_bits=1024),
        ["nothing newer than", "group has 1024 bits"],
    ),
    "static RSA": (only(OLD, "AES128-GCM-SHA256"), ["AES128-GCM-SHA256 has no forward secrecy"]),
    "static RSA, CBC": (only(OLD, "AES256-SHA"), ["AES256-SHA has no forward secrecy"]),
    "a small group": (only(OLD, "DHE-RSA-AES128-GCM-SHA256", dh_bits=1024), ["group has 1024 bits"]),
    "no encryption": (only(OLD, "ECDHE-RSA-NULL-SHA"), ["ECDHE-RSA-NULL-SHA encrypts nothing"]),
    "no encryption, static RSA": (only(OLD, "NULL-SHA256"), ["no forward secrecy", "NULL-SHA256 encrypts nothing"]),
    "a cipher nobody offers": (only(OLD, "ECDHE-RSA-CAMELLIA256-SHA384"), ["only a client that puts up with anything"]),
}
TWICE = {name for name in WEAK if "TLS 1." in name or "encryption" in name or "nobody" in name}


def leaf(root: Authority, *names: str, **options: Any) -> Credential:
    """Return a leaf with an RSA key, which the old ways need, below an intermediate."""
    return root.intermediate(key="RSA 2048").leaf(*names or (HOST,), **{"key": "RSA 2048"} | options)


def messages(part: Any, code: str = "weak_protocol") -> list[str]:
    """Return the sentences of the problems with *code*."""
    return [problem.message for problem in part.problems if problem.code == code]


def holding(sentences: list[str], words: list[str]) -> bool:
    """Return whether there is a sentence for each of *words*, in their order, and no other."""
    return len(sentences) == len(words) and all(map(str.__contains__, sentences, words))


# --- what is weak --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("server", WEAK)
def test_the_certificate_of_a_weak_server_comes_home(client: Client, root: Authority, server: str) -> None:
    """Whatever is weak about a server, its sound certificate is described and vouched for, and the weakness told."""
    options, words = WEAK[server]
    credential = leaf(root)
    part = client.check(credential, **options)
    assert (part.status, part.severity, set(codes(part))) == (Status.INVALID, Severity.CRITICAL, {"weak_protocol"})
    assert holding(messages(part), words)
    assert (part.not_after, part.trusted, part.hostname_matches) == (credential.leaf.not_valid_after_utc, True, True)
    assert (len(part.chain), part.expires_first, part.address) == (2, "leaf", "127.0.0.1")


@pytest.mark.parametrize("server", WEAK)
def test_the_fault_of_a_certificate_stands_beside_the_weakness(client: Client, root: Authority, server: str) -> None:
    """An expired certificate of a weak server is expired, and what is weak is told of it all the same."""
    options, words = WEAK[server]
    part = client.check(leaf(root, not_after=-DAY), **options)
    assert (part.status, codes(part)[0]) == (Status.EXPIRED, "expired")
    assert holding(messages(part), words)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda r: leaf(r, "other.example.com"), ["hostname_mismatch", "weak_protocol"]),
        (lambda r: self_signed(r.now, HOST), ["self_signed", "weak_protocol"]),
        (lambda r: leaf(r).sending(), ["incomplete_chain", "weak_protocol"]),
        (lambda r: leaf(Authority.root(r.now)), ["untrusted_root", "weak_protocol"]),
        (lambda r: leaf(r, key="RSA 1024"), ["weak_key", "weak_protocol"]),
        (lambda r: leaf(r, digest="SHA-1"), ["weak_signature", "weak_protocol"]),
        (lambda r: leaf(r, key="RSA 1024", digest="SHA-1"), ["weak_key", "weak_signature", "weak_protocol"]),
        (lambda r: leaf(r, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]), ["bad_chain", "weak_protocol"]),
    ],
    ids=["wrong host", "self-signed", "incomplete", "stranger", "weak key", "weak signature", "both", "wrong purpose"],
)
def test_a_weak_server_is_not_trusted_blindly(
    client: Client, root: Authority, make: Callable[[Authority], Credential], found: list[str]
) -> None:
    """The second try verifies as the first does: what is wrong with the chain is found there too."""
    part = client.check(make(root), **only(OLDEST))
    assert (part.status, codes(part), part.protocol) == (Status.INVALID, found, "TLSv1")


@pytest.mark.parametrize("server", WEAK)
def test_the_user_weighs_weak_servers(client: Client, root: Authority, server: str) -> None:
    """What is critical by default is a warning or nothing, if the user says so."""
    with TlsServer(leaf(root), **WEAK[server][0]) as running:
        facts = client.ask(served_by(running))
    lenient, deaf = (Client(client.credentials, Policy(weak=weak)).judge(facts) for weak in (Severity.WARNING, None))
    assert (lenient.status, lenient.severity, set(codes(lenient))) == (
        Status.VALID,
        Severity.WARNING,
        {"weak_protocol"},
    )
    assert (deaf.status, deaf.severity, deaf.problems) == (Status.VALID, Severity.OK, ())


@pytest.mark.parametrize("cipher", ["ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-GCM-SHA384"])
def test_forward_secrecy_is_enough(client: Client, root: Authority, cipher: str) -> None:
    """A server of TLS 1.2 that agrees on keys over a curve is no weak one, whatever the block mode."""
    part = client.check(leaf(root), **only(OLD, cipher))
    assert (part.status, part.cipher, part.problems) == (Status.VALID, cipher, ())


def test_what_a_good_client_avoids_is_no_fault(client: Client, root: Authority) -> None:
    """A server that still speaks TLS 1.0 and weak ciphers, but speaks well with those who can, is well."""
    part = client.check(leaf(root), minimum=OLDEST, ciphers="ALL:eNULL")
    assert (part.status, part.problems, part.protocol) == (Status.VALID, (), "TLSv1.3")


def test_a_weak_server_that_wants_a_client_certificate_is_told_of_both(
    client: Client, root: Authority, tmp_path: Path
) -> None:
    """Without a client certificate its own is judged; with one we are let in."""
    options = only(OLDEST, client_ca=root.certificate)
    part = client.check(leaf(root), **options)
    assert (part.status, codes(part)) == (Status.INVALID, ["weak_protocol", "client_certificate_required"])
    own = leaf(root, "client.example.com", usage=[ExtendedKeyUsageOID.CLIENT_AUTH])
    (tmp_path / "own.pem").write_bytes(own.chain_pem + own.key_pem)
    visitor = Client(Credentials(client.credentials.ca_file, tmp_path / "own.pem"))
    assert codes(visitor.check(leaf(root), **options)) == ["weak_protocol"]


# --- how often a server is asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize("server", WEAK)
def test_only_who_refuses_is_asked_twice(client: Client, root: Authority, server: str) -> None:
    """A second connection is made where the first led to nothing, and nowhere else."""
    with TlsServer(leaf(root), **WEAK[server][0]) as running:
        client.ask(served_by(running))
    assert running.connections == (2 if server in TWICE else 1)


@pytest.mark.parametrize("fault", [{}, {"not_after": -DAY}], ids=["good", "expired"])
def test_a_bad_certificate_is_no_reason_to_ask_again(client: Client, root: Authority, fault: dict[str, Any]) -> None:
    """A strong server is asked once, whatever its certificate."""
    with TlsServer(leaf(root, **fault)) as running:
        client.ask(served_by(running))
    assert running.connections == 1


@pytest.mark.parametrize("behaviour", ["plain_http", "reset_after_hello", "close_after_hello", "huge_message", "stall"])
def test_what_no_leniency_heals_is_not_tried_again(client: Client, behaviour: str) -> None:
    """Silence, rubbish and broken connections are what they are; only a refusal is worth a second try."""
    with HostileServer(behaviour) as running:
        client.ask(served_by(running), timeout=0.3 if behaviour == "stall" else 10)
    assert running.connections == 1


@pytest.mark.parametrize("protocol", ["smtp", "imap", "ldap", "postgres"])
def test_the_conversation_before_tls_is_held_again(client: Client, root: Authority, protocol: str) -> None:
    """A weak server that starts TLS within another protocol is led to it a second time."""
    with StarttlsServer(leaf(root), protocol, **only(OLDEST)) as running:
        probe = TlsProbe(served_by(running), 10, client.credentials)
        part = client.judge(probe(Target(HOST, HOST, starttls=protocol)))
    assert (codes(part), part.days_left, running.connections) == (["weak_protocol"], 59, 2)


# --- second tries that fail ----------------------------------------------------------------------------------------

REFUSAL = after_hello(say(alert(70)))
TLS_BEHAVIOURS = [name for name in BEHAVIOURS if not name.startswith(("http_", "whois_"))]
TIMEOUT, TOLERANCE = 0.4, 0.3


def timed(client: Client, behaviour: Behaviour) -> tuple[Any, float]:
    """Return the judgement of a server that behaves so, and the seconds it took."""
    with HostileServer(behaviour) as server:
        started = time.monotonic()
        facts = client.ask(served_by(server), timeout=TIMEOUT)
        return client.judge(facts), time.monotonic() - started


@pytest.mark.parametrize("behaviour", TLS_BEHAVIOURS)
def test_when_the_second_try_fails_the_first_failure_is_told(client: Client, behaviour: str) -> None:
    """What a server does to the second try changes nothing about why it refused the first, and takes no more time."""
    part, seconds = timed(client, in_turn(REFUSAL, BEHAVIOURS[behaviour]))
    assert (part.status, codes(part)) == (Status.UNREACHABLE, ["handshake_failure"])
    assert "protocol version" in part.problems[0].message
    assert seconds < TIMEOUT + TOLERANCE


SLOW = ("stall", "drip", "hello_requests", "warning_alerts")
SHARES = (0.01, 0.3, 0.7, 1.0)


def stuck(client: Client, context: ssl.SSLContext, behaviour: str, *before: Behaviour) -> list[tuple[Any, float]]:
    """Return the judgement of servers that answer by *context* but for a while, and what each took in seconds.

    They stick after each of the :data:`SHARES` of their answer. Those who come first are treated as in *before*.
    """
    behaviours = [in_turn(*before, halfway(context, share, BEHAVIOURS[behaviour])) for share in SHARES]
    with ThreadPoolExecutor(len(SHARES)) as pool:
        return list(pool.map(partial(timed, client), behaviours))


@pytest.mark.parametrize("behaviour", SLOW)
@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
def test_the_first_try_ends_in_time_wherever_it_sticks(
    client: Client, root: Authority, version: ssl.TLSVersion, behaviour: str
) -> None:
    """A server that stops, drips or floods after any part of its answer costs the timeout at most."""
    for part, seconds in stuck(client, server_context(root.leaf(HOST), maximum=version), behaviour):
        assert part.problems or version is NEW  # whose handshake is complete with the whole answer
        assert seconds < TIMEOUT + TOLERANCE


@pytest.mark.parametrize("behaviour", SLOW)
def test_the_second_try_ends_in_time_wherever_it_sticks(client: Client, root: Authority, behaviour: str) -> None:
    """The second try has what the first left of the time; the certificate is kept, if it came that far."""
    found = stuck(client, server_context(leaf(root), **only(OLDEST)), behaviour, REFUSAL)
    assert [bool(part.chain) for part, _ in found] == [False, False, False, True]
    for part, seconds in found:
        assert part.status is (Status.INVALID if part.chain else Status.UNREACHABLE)
        assert codes(part) == (["weak_protocol", "handshake_failure"] if part.chain else ["handshake_failure"])
        assert seconds < TIMEOUT + TOLERANCE


def test_a_refusal_that_was_but_a_whim_is_forgotten(client: Client, root: Authority) -> None:
    """A server that refuses once, and then agrees on what any client offers, is well."""
    part, _ = timed(client, in_turn(REFUSAL, attending(server_context(root.leaf(HOST)))))
    assert (part.status, part.problems, part.protocol) == (Status.VALID, (), "TLSv1.3")


# --- the server's flight -------------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.lists(st.binary(max_size=40), max_size=5))
def test_any_flight_can_be_read(junk: bytes, bodies: list[bytes]) -> None:
    """Whatever a server sends, reading it raises nothing."""
    plain = b"".join(body[:1] + len(body).to_bytes(3) + body for body in bodies)
    for data in (junk, b"\x16\x03\x01" + len(plain).to_bytes(2) + plain + junk):
        flight.version(data)
        flight.cipher_suite(data)
        flight.dh_bits(data)
        flight.wants_certificate(data)
        flight.certificates(data)
        flight.alert(data)
