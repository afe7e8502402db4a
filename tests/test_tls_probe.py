"""The TLS probe against real servers on loopback, and what the verdict makes of its facts."""

from __future__ import annotations

import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.errors import UsageError
from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, refused_port, reset
from domaincheck.lab.tls import TlsServer, secured, server_context
from domaincheck.model import ProblemCode, Severity, Status, Target
from domaincheck.network import Address, SystemNetwork
from domaincheck.probes.tls import Credentials, TlsProbe, context_for
from tests.facts import DAY, HOST, codes
from tests.tls_client import Client, at, served_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import Peer

OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


# --- sound servers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "name"), [(OLD, "TLSv1.2"), (NEW, "TLSv1.3")])
def test_a_sound_server_is_valid_and_described(
    client: Client, root: Authority, version: ssl.TLSVersion, name: str
) -> None:
    """The part tells protocol, cipher, address, dates, names, serial and the chain as it was sent."""
    credential = root.intermediate().leaf(HOST, "example.com", serial=0xABCDEF)
    part = client.check(credential, maximum=version)
    assert (part.status, part.severity, part.problems) == (Status.VALID, Severity.OK, ())
    assert (part.protocol, part.address, part.trusted, part.hostname_matches) == (name, "127.0.0.1", True, True)
    assert (part.cipher or "")[:4] == ("ECDH" if version is OLD else "TLS_")
    assert (part.subject, part.issuer, part.serial) == (f"CN={HOST}", "CN=Lab Intermediate R1", "abcdef")
    assert (part.names, part.key, part.signature) == ((HOST, "example.com"), "ECDSA P-256", "ecdsa-with-SHA256")
    assert part.not_after == credential.leaf.not_valid_after_utc
    assert (part.days_left, part.expires_first) == (59, "leaf")
    assert [link.subject for link in part.chain] == [f"CN={HOST}", "CN=Lab Intermediate R1"]


@pytest.mark.parametrize("key", ["P-384", "P-521", "Ed25519", "RSA 2048"])
def test_every_usual_key_is_valid(client: Client, root: Authority, key: str) -> None:
    """Servers with any of the usual kinds of keys are verified, and the key is named as users know it."""
    part = client.check(root.leaf(HOST, key=key))
    assert (part.status, part.key) == (Status.VALID, f"ECDSA {key}" if key[0] == "P" else key)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_address_is_matched_by_address_and_sends_no_name(client: Client, root: Authority, address: str) -> None:
    """A target that is an IP address is looked for among the IP addresses, and no SNI goes out (RFC 6066 §3)."""
    by_name = {address: self_signed(root.now, address)}
    with TlsServer(root.leaf(HOST, address), host=address, sni=by_name) as server:
        part = client.judge(client.ask(served_by(server, address), address))
    assert (part.status, part.address, part.hostname_matches) == (Status.VALID, address, True)


def test_an_address_in_a_dns_name_does_not_count(client: Client, root: Authority) -> None:
    """An address that stands among the DNS names covers nothing, as for every other client."""
    names = x509.SubjectAlternativeName([x509.DNSName("127.0.0.1")])
    part = client.check(root.leaf(HOST, san=False, extensions=[(names, False)]), "127.0.0.1")
    assert (part.status, codes(part)) == (Status.INVALID, ["hostname_mismatch"])


def test_the_name_is_sent(client: Client, root: Authority) -> None:
    """A server of many hosts shows the one that was asked for."""
    others = {HOST: root.leaf(HOST)}
    assert client.check(root.leaf("default.example.com"), sni=others, strict_sni=True).status is Status.VALID


def test_a_servername_takes_the_hosts_place(client: Client, root: Authority) -> None:
    """With --servername another name is sent and looked for, while the connection goes to the target."""
    others = {"other.example.com": root.leaf("other.example.com")}
    with TlsServer(root.leaf(HOST), sni=others) as server:
        facts = client.ask(served_by(server), servername="other.example.com")
    part = client.judge(facts)
    assert (part.status, part.names, facts.name) == (Status.VALID, ("other.example.com",), "other.example.com")


def test_a_servername_may_stand_for_an_address(client: Client, root: Authority) -> None:
    """An address with a server name is checked against the name: the way to look at one server of many."""
    with TlsServer(root.leaf("default.example.com"), sni={HOST: root.leaf(HOST)}) as server:
        part = client.judge(client.ask(served_by(server, "127.0.0.1"), "127.0.0.1", servername=HOST))
    assert part.status is Status.VALID


# --- client certificates -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def identity(root: Authority, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the files of a client's certificate and key."""
    own = root.leaf("client.example.com", usage=[ExtendedKeyUsageOID.CLIENT_AUTH])
    folder = tmp_path_factory.mktemp("client")
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(own.chain_pem)
    key.write_bytes(own.key_pem)
    return cert, key


@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
def test_a_client_certificate_is_shown(
    client: Client, root: Authority, identity: tuple[Path, Path], version: ssl.TLSVersion
) -> None:
    """With a client certificate a server that wants one lets us in."""
    visitor = Client(Credentials(client.credentials.ca_file, *identity))
    part = visitor.check(root.leaf(HOST), client_ca=root.certificate, maximum=version)
    assert (part.status, part.problems) == (Status.VALID, ())


def test_certificate_and_key_may_share_a_file(
    client: Client, root: Authority, identity: tuple[Path, Path], tmp_path: Path
) -> None:
    """A client certificate whose file holds the key too needs no second file."""
    both = tmp_path / "both.pem"
    both.write_bytes(identity[0].read_bytes() + identity[1].read_bytes())
    visitor = Client(Credentials(client.credentials.ca_file, both))
    assert visitor.check(root.leaf(HOST), client_ca=root.certificate, maximum=OLD).problems == ()


@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
def test_without_a_client_certificate_the_server_is_still_judged(
    client: Client, root: Authority, version: ssl.TLSVersion
) -> None:
    """A server that refuses strangers has shown its own certificate by then; in TLS 1.3 it refuses only later."""
    part = client.check(root.leaf(HOST), client_ca=root.certificate, maximum=version)
    assert (part.status, part.days_left) == (Status.VALID, 59)
    assert codes(part) == (["client_certificate_required"] if version is OLD else [])


def test_an_expired_certificate_is_told_though_a_client_certificate_is_wanted(client: Client, root: Authority) -> None:
    """The server's fault is found before it can ask for ours."""
    part = client.check(root.leaf(HOST, not_after=-DAY), client_ca=root.certificate)
    assert (part.status, codes(part)) == (Status.EXPIRED, ["expired"])


# --- files that cannot be used -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"", "cannot be used: it holds no certificate in PEM$"),
        (b"this is no PEM at all\n", "cannot be used: it holds no certificate in PEM$"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be used: "),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "cannot be used: what stands there as PEM is damaged$"),
    ],
    ids=["missing", "empty", "no PEM", "broken PEM", "half of PEM"],
)
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    """What is wrong with a CA file is said in one sentence, with its path."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        context_for(Credentials(path))
    assert str(path) in str(caught.value)


def test_a_directory_is_no_ca_file(tmp_path: Path) -> None:
    """A folder in place of a CA file is refused."""
    with pytest.raises(UsageError, match="cannot be"):
        context_for(Credentials(tmp_path))


def test_a_key_that_belongs_to_another_certificate_is_refused(
    ca_file: Path, root: Authority, identity: tuple[Path, Path], tmp_path: Path
) -> None:
    """A client's certificate and key must belong together."""
    key = tmp_path / "key.pem"
    for kind in ("P-256", "RSA 2048"):
        key.write_bytes(root.leaf(HOST, key=kind).key_pem)
        with pytest.raises(UsageError, match=r"cert\.pem cannot be used: the key is that of another certificate"):
            context_for(Credentials(ca_file, identity[0], key))


def test_a_client_certificate_must_be_pem(identity: tuple[Path, Path], tmp_path: Path) -> None:
    """OpenSSL gives no reason when it finds none in it."""
    other = tmp_path / "cert.der"
    other.write_bytes(b"0\x82")
    with pytest.raises(UsageError, match=r"cert\.der cannot be used: it must be PEM, and its key as well"):
        context_for(Credentials(client_cert=other, client_key=identity[1]))


def test_a_certificate_without_its_key_tells_where_the_key_may_be(identity: tuple[Path, Path]) -> None:
    """A client certificate is of no use without its key, and one may not know that the key can have its own file."""
    with pytest.raises(UsageError, match=r"cert\.pem cannot be used: .* --client-key"):
        context_for(Credentials(client_cert=identity[0]))


# --- what goes wrong before a certificate is seen ------------------------------------------------------------------

SILENT = ("stall", "drip", "http_drip", "whois_drip")
HOSTILE = {  # the others talk, but not TLS
    "reset": "connection_reset",
    "reset_after_hello": "connection_reset",
    "close": "connection_reset",
    "close_after_hello": "connection_reset",
    "huge_message": "malformed_response",
    "hello_requests": "malformed_response",
    "empty_records": "malformed_response",
    "warning_alerts": "malformed_response",
    "alert_handshake_failure": "handshake_failure",
    "alert_protocol_version": "handshake_failure",
    "alert_internal_error": "handshake_failure",
    "alert_unrecognized_name": "handshake_failure",
    "alert_certificate_required": "handshake_failure",
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_hostile_server_costs_one_honest_value(client: Client, behaviour: str) -> None:
    """Whatever a server does instead of a handshake, the result says so; only silence takes the whole time."""
    with HostileServer(behaviour) as server:
        part = client.judge(client.ask(served_by(server), timeout=0.3 if behaviour in SILENT else 20))
    assert (part.status, part.severity, len(part.problems)) == (Status.UNREACHABLE, Severity.UNKNOWN, 1)
    assert codes(part) == ["timeout" if behaviour in SILENT else HOSTILE.get(behaviour, "not_tls")]
    assert part.problems[0].message.isprintable()
    assert (part.chain, part.subject) == ((), None)


def test_a_port_where_nothing_listens_refuses(client: Client) -> None:
    """A refused connection is unreachable, with the address in the message."""
    with refused_port() as port:
        part = client.judge(client.ask(at(("127.0.0.1", port))))
    assert (part.status, codes(part)) == (Status.UNREACHABLE, ["connection_refused"])
    assert f"127.0.0.1:{port}" in part.problems[0].message


def test_a_name_that_does_not_exist_is_a_dns_failure(client: Client) -> None:
    """A name that no resolver can know is unreachable, with the name in the message."""
    part = client.judge(client.ask(SystemNetwork(), f"{'a' * 64}.invalid"))
    assert (part.status, codes(part), part.address) == (Status.UNREACHABLE, ["dns_failure"], None)


@pytest.mark.parametrize("servername", [".", ".example.com", "a" * 64 + ".example.com", "exa\0mple.com"])
def test_a_server_name_that_cannot_be_sent_is_a_handshake_failure(
    client: Client, root: Authority, servername: str
) -> None:
    """A name that TLS has no room for ends in a value, not in an exception."""
    with TlsServer(root.leaf(HOST)) as server:
        facts = client.ask(served_by(server), servername=servername)
    assert facts.failure is not None
    assert facts.failure.code is ProblemCode.HANDSHAKE_FAILURE


# --- several addresses, several tries ------------------------------------------------------------------------------


def test_the_next_address_is_tried_when_the_first_refuses(client: Client, root: Authority) -> None:
    """One dead address of a host does not hide a living one, and the part says which answered."""
    with refused_port() as dead, TlsServer(root.leaf(HOST), host="::1") as server:
        part = client.judge(client.ask(at(("127.0.0.1", dead), ("::1", server.port))))
    assert (part.status, part.address) == (Status.VALID, "::1")


def test_the_last_refusal_is_told_when_all_refuse(client: Client) -> None:
    """When no address answers, the result says so once."""
    with refused_port() as first, refused_port() as second:
        part = client.judge(client.ask(at(("127.0.0.1", first), ("127.0.0.1", second))))
    assert (codes(part), f":{second}" in part.problems[0].message) == (["connection_refused"], True)


def resetting_once(credential: Credential) -> Behaviour:
    """Reset the first connection, serve the others."""
    context, visits = server_context(credential), iter([reset])

    async def behave(peer: Peer) -> None:
        if rudeness := next(visits, None):
            await rudeness(peer)
        else:
            async with secured(peer, context) as client:
                await client.drain()

    return behave


@pytest.mark.parametrize(("retries", "status"), [(0, Status.UNREACHABLE), (1, Status.VALID)])
def test_a_retry_helps_against_a_passing_failure(client: Client, root: Authority, retries: int, status: Status) -> None:
    """A connection that is reset once is tried again, if retries are allowed."""
    with HostileServer(resetting_once(root.leaf(HOST))) as server:
        part = client.judge(client.ask(served_by(server), retries=retries))
    assert (part.status, server.connections) == (status, retries + 1)


def test_retries_end_with_the_time(client: Client) -> None:
    """Retries share the one timeout of the probe, however many are allowed."""
    with HostileServer("reset") as server:
        facts = client.ask(served_by(server), timeout=0.6, retries=1000)
    assert codes(client.judge(facts)) == ["connection_reset"]
    assert server.connections <= 2


def test_what_will_not_pass_is_not_retried(client: Client) -> None:
    """A server that does not speak TLS will not learn it within the second."""
    with HostileServer("plain_http") as server:
        client.ask(served_by(server), retries=5)
    assert server.connections == 1


# --- many at once --------------------------------------------------------------------------------------------------


def test_many_threads_on_one_context_mix_nothing_up(client: Client, root: Authority) -> None:
    """Three hundred handshakes of sixteen threads with eight kinds of server each bring their own facts."""
    makers: list[Callable[[str], Credential]] = [
        root.leaf,
        partial(root.leaf, not_after=-DAY),
        partial(self_signed, root.now),
        root.intermediate().leaf,
        lambda name: root.intermediate().leaf(name).sending(),
        lambda name: root.leaf(f"not-{name}"),
    ]
    hosts = [f"host-{number}.example.com" for number in range(len(makers))]
    credentials = dict(zip(hosts, (make(host) for make, host in zip(makers, hosts, strict=True)), strict=True))
    with TlsServer(root.leaf(HOST), sni=credentials) as server, refused_port() as dead, ThreadPoolExecutor(16) as pool:
        places = {(host, 443): (Address("127.0.0.1", server.port),) for host in hosts}
        places["dead.example.com", 443] = (Address("127.0.0.1", dead),)
        probe = TlsProbe(SystemNetwork(overrides=places), 20, client.credentials)
        targets = [Target(host, host) for host in [*hosts, "dead.example.com"]] * 45
        found = list(pool.map(probe, targets))
    expected = {
        host: (credential.leaf.serial_number, number)
        for (host, credential), number in zip(credentials.items(), [0, 10, 18, 0, 20, 0], strict=True)
    }
    for target, facts in zip(targets, found, strict=True):
        seen = facts.sent and facts.verification and (int(facts.sent[0].serial or "", 16), facts.verification.code)
        assert (facts.name, seen or None) == (target.host, expected.get(target.host))
