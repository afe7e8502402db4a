"""STARTTLS through the probe: every protocol against a server of the lab, sound and hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.authority import self_signed
from domaincheck.lab.hostile import HostileServer, drip, flood, greet, say
from domaincheck.lab.starttls import SCRIPTS, StarttlsServer, answering
from domaincheck.lab.tls import TlsServer
from domaincheck.model import Status, Target
from domaincheck.probes.starttls import PROTOCOLS
from domaincheck.probes.tls import TlsProbe
from domaincheck.schemes import STARTTLS
from tests.facts import DAY, HOST, codes
from tests.tls_client import served_by

if TYPE_CHECKING:
    from typing import Any

    from domaincheck.lab.authority import Authority, Credential
    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import LoopbackServer
    from domaincheck.model import TlsPart
    from tests.tls_client import Client

GREETING = [protocol for protocol, script in SCRIPTS.items() if not script[0][0]]
"""The protocols in which the server speaks first; in the others a server of TLS answers our words with an alert."""
ASKED = [protocol for protocol in SCRIPTS if protocol not in GREETING]
SMUGGLED = "the server sent text before the handshake, which an attacker could have put there"


def ask(client: Client, server: LoopbackServer, protocol: str, *, timeout: float = 10.0, **options: Any) -> TlsPart:
    """Return the judgement of what *server*, asked by way of *protocol*, shows."""
    probe = TlsProbe(served_by(server), timeout, client.credentials, **options)
    return client.judge(probe(Target(HOST, HOST, starttls=protocol)))


def check(client: Client, credential: Credential, protocol: str, script: Any = None, **server: Any) -> TlsPart:
    """Return the judgement of a server that follows *script* and then shows *credential*."""
    with StarttlsServer(credential, script or protocol, **server) as running:
        return ask(client, running, protocol)


def complain(client: Client, behaviour: Behaviour | str, protocol: str, timeout: float = 10.0) -> tuple[list[str], str]:
    """Return the problem codes and the first message of a server that behaves so."""
    with HostileServer(behaviour) as server:
        part = ask(client, server, protocol, timeout=timeout)
    return codes(part), part.problems[0].message


def test_every_protocol_a_target_may_name_is_spoken() -> None:
    """A scheme that promises STARTTLS has a conversation, and the lab a server for it."""
    assert {scheme.starttls for scheme in STARTTLS.values()} == set(PROTOCOLS) == set(SCRIPTS)


# --- sound servers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_certificate_behind_a_protocol_is_seen(client: Client, root: Authority, protocol: str) -> None:
    """The server's certificate is verified as anybody's who speaks TLS from the first byte."""
    part = check(client, root.leaf(HOST), protocol)
    assert (part.status, part.problems, part.trusted, part.address) == (Status.VALID, (), True, "127.0.0.1")
    assert (part.protocol, part.days_left) == ("TLSv1.3", 59)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_answers_may_come_in_bits(client: Client, root: Authority, protocol: str) -> None:
    """However the network cuts a server's words, they mean the same."""
    assert check(client, root.leaf(HOST), protocol, pace=0.0).status is Status.VALID


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_faults_of_a_certificate_are_all_told(client: Client, root: Authority, protocol: str) -> None:
    """An expired certificate for another host, vouched for by nobody, is reported with its dates."""
    part = check(client, self_signed(root.now, "other.example.com", not_after=-DAY), protocol)
    assert (part.status, part.days_left) == (Status.EXPIRED, -2)
    assert set(codes(part)) == {"expired", "hostname_mismatch", "self_signed"}


def test_the_name_is_sent_within_the_handshake(client: Client, root: Authority) -> None:
    """A mail server of many names shows the certificate of the one asked for, or of --servername."""
    others = {HOST: root.leaf(HOST), "mx.example.net": root.leaf("mx.example.net")}
    with StarttlsServer(root.leaf("default.example.com"), "smtp", sni=others, strict_sni=True) as server:
        assert ask(client, server, "smtp").names == (HOST,)
        assert ask(client, server, "smtp", servername="mx.example.net").names == ("mx.example.net",)


# --- refusals ------------------------------------------------------------------------------------------------------


def test_a_refusal_is_told_in_the_servers_words_made_safe(client: Client, root: Authority) -> None:
    """What a server says reaches the reader without terminal escapes, and the address stands beside it."""
    script = answering("smtp", b"454 4.7.0 TLS not \x1b[31mavailable\r\n")
    part = check(client, root.leaf(HOST), "smtp", script)
    assert (part.status, codes(part), part.address) == (Status.UNREACHABLE, ["starttls_failed"], "127.0.0.1")
    assert part.problems[0].message == "the SMTP server refused to start TLS: '454 4.7.0 TLS not \ufffd[31mavailable'"


# --- text before the handshake ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_text_that_comes_with_the_go_ahead_is_refused(client: Client, root: Authority, protocol: str) -> None:
    """Words after the go-ahead are not encrypted, but would be read as if they were: the server is not trusted."""
    step = -2 if protocol == "mysql" else -1  # where MySQL's greeting is the go-ahead
    script = answering(protocol, SCRIPTS[protocol][step][1] + b"250 smuggled\r\n", step)
    part = check(client, root.leaf(HOST), protocol, script)
    assert (codes(part), part.problems[0].message, part.chain) == (["starttls_failed"], SMUGGLED, ())


def test_text_that_comes_in_the_place_of_the_handshake_is_refused_too(client: Client, root: Authority) -> None:
    """Words that arrive a moment later, when the handshake has begun, are no better."""
    script = [*SCRIPTS["pop3"][:-1], (rb"STLS\r\n", b"+OK begin\r\n"), (rb"\x16", b"+OK smuggled\r\n")]
    part = check(client, root.leaf(HOST), "pop3", script)
    assert (codes(part), part.chain) == (["starttls_failed"], ())
    assert "an attacker could have put there" in part.problems[0].message


# --- others than expected ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ASKED)
def test_a_server_that_speaks_tls_at_once_is_told(client: Client, root: Authority, protocol: str) -> None:
    """Whoever asks for STARTTLS on a port of TLS is told so, if the server says why it leaves."""
    problems, message = complain(client, "alert_protocol_version", protocol)
    assert (problems, "speaks TLS from the first byte" in message) == (["starttls_failed"], True)
    with TlsServer(root.leaf(HOST)) as server:
        part = ask(client, server, protocol)
    assert codes(part) == ["connection_reset"]
    assert "one that expects TLS from the first byte does so too" in part.problems[0].message


def test_a_server_that_waits_for_tls_is_hinted_at(client: Client, root: Authority) -> None:
    """It says nothing until we do, and neither do we: after the time is over the sentence says what may be the case."""
    with TlsServer(root.leaf(HOST)) as server:
        part = ask(client, server, "smtp", timeout=0.3)
    assert codes(part) == ["timeout"]
    assert "a server that expects TLS from the first byte is silent too" in part.problems[0].message


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_web_server_is_recognised(client: Client, protocol: str) -> None:
    """An answer in HTTP is told as what it is."""
    page = say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    problems, message = complain(client, page, protocol)
    assert (problems, "speaks HTTP, not " in message) == (["starttls_failed"], True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_of_ssh_is_recognised(client: Client, protocol: str) -> None:
    """So is one that greets as SSH servers do."""
    problems, message = complain(client, "ssh_banner", protocol)
    assert (problems, "speaks SSH, not " in message) == (["starttls_failed"], True)


# --- hostile servers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_silence_ends_with_the_time(client: Client, protocol: str) -> None:
    """A server that says nothing at all costs no more than the timeout."""
    assert complain(client, "stall", protocol, timeout=0.2)[0] == ["timeout"]


@pytest.mark.parametrize("step", range(3))
def test_silence_at_any_step_ends_with_the_time(client: Client, root: Authority, step: int) -> None:
    """The one timeout is for the whole conversation, wherever the server falls silent."""
    with StarttlsServer(root.leaf(HOST), [*SCRIPTS["smtp"][:step], (b"never", b"")]) as server:
        assert codes(ask(client, server, "smtp", timeout=0.2)) == ["timeout"]


def test_a_dripping_server_ends_with_the_time(client: Client) -> None:
    """A byte now and then does not put the end off."""
    assert complain(client, drip(b"220-", b"slow", 0.05), "smtp", timeout=0.3)[0] == ["timeout"]


@pytest.mark.parametrize(
    ("protocol", "opening", "filler"),
    [
        ("smtp", b"220-", b"and more"),
        ("ftp", b"220-hello\r\n", b"220-and more\r\n"),
        ("imap", b"* OK hello\r\n", b"* OK and more\r\n"),
        ("imap", b"* OK ", b"{0}\r\n"),
        ("sieve", b"", b'"AND" "more"\r\n'),
        ("irc", b"", b":irc.example.com NOTICE * :and more\r\n"),
        ("irc", b"", b"PING :again\r\n"),
        ("xmpp", b"<stream:stream><stream:features>", b"<more a='>'/>"),
        ("ldap", b"0\x84\x7f\xff\xff\xff", b"more"),
    ],
)
def test_a_flood_is_cut_off(client: Client, protocol: str, opening: bytes, filler: bytes) -> None:
    """A server that never comes to an end is left after 64 kB, long before the time is over."""
    problems, message = complain(client, flood(opening, filler), protocol, timeout=20)
    assert (problems, "said more than 64 kB" in message) == (["starttls_failed"], True)


@pytest.mark.parametrize("protocol", GREETING)
def test_a_server_that_hangs_up_at_once_is_a_broken_connection(client: Client, protocol: str) -> None:
    """As without STARTTLS: it may pass, and is tried again if retries are allowed."""
    with HostileServer("close") as server:
        part = ask(client, server, protocol, retries=1)
    assert (codes(part), server.connections) == (["connection_reset"], 2)


def test_words_cut_short_are_told(client: Client) -> None:
    """What a server said before it hung up in the midst of a line helps the reader."""
    problems, message = complain(client, say(b"too many of you"), "smtp")
    assert (problems, "too many of you" in message) == (["starttls_failed"], True)


@pytest.mark.parametrize("protocol", GREETING)
def test_rubbish_is_a_failure_in_a_printable_sentence(client: Client, protocol: str) -> None:
    """Whatever bytes come, a result says what was heard."""
    problems, message = complain(client, greet(b"\x1b[31m\x00\xff rubbish\r\n" * 9), protocol)
    assert (problems, message.isprintable()) == (["starttls_failed"], True)
