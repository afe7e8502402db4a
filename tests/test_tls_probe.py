"""The TLS probe against real servers on loopback, and what the verdict makes of its facts."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from domaincheck.errors import UsageError
from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, heavy_credential, refused_port, reset
from domaincheck.lab.tls import TlsServer, secured, server_context
from domaincheck.model import ProblemCode, Severity, Status, Target
from domaincheck.network import Address, SystemNetwork
from domaincheck.probes.tls import Credentials, TlsProbe, context_for
from domaincheck.verdict import Policy, judge_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import LoopbackServer, Peer
    from domaincheck.model import TlsFacts, TlsPart

HOST = "www.example.com"
DAY = timedelta(days=1)
OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def at(*places: tuple[str, int], host: str = HOST) -> SystemNetwork:
    """Return a network on which port 443 of *host* is at *places*."""
    return SystemNetwork(overrides={(host, 443): tuple(Address(*place) for place in places)})


def served_by(server: LoopbackServer, host: str = HOST) -> SystemNetwork:
    """Return a network on which port 443 of *host* is *server*."""
    return at((server.host, server.port), host=host)


@dataclass(frozen=True)
class Client:
    """Asks servers as a user would who trusts the lab's root, and judges."""

    credentials: Credentials
    policy: Policy = field(default_factory=Policy)

    def ask(self, network: SystemNetwork, host: str = HOST, *, timeout: float = 10.0, **options: Any) -> TlsFacts:
        """Return what a probe of *host* learns on *network*."""
        return TlsProbe(network, timeout, **{"credentials": self.credentials} | options)(Target(host, host))

    def judge(self, facts: TlsFacts) -> TlsPart:
        """Return what *facts* mean now."""
        return judge_tls(facts, self.policy, datetime.now(UTC))

    def check(self, credential: Credential, host: str = HOST, **server: Any) -> TlsPart:
        """Return the judgement of a server that shows *credential*."""
        with TlsServer(credential, **server) as running:
            return self.judge(self.ask(served_by(running, host), host))


@pytest.fixture(scope="module")
def client(ca_file: Path) -> Client:
    """Return a client that trusts the lab's root alone."""
    return Client(Credentials(ca_file))


def codes(part: TlsPart) -> list[str]:
    """Return the codes of the problems, in their order."""
    return [problem.code.value for problem in part.problems]


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


# --- certificates with a fault -------------------------------------------------------------------------------------


def permitting(name: str) -> tuple[x509.ExtensionType, bool]:
    """Return the constraint that leaves lie under *name*."""
    return x509.NameConstraints([x509.DNSName(name)], None), True


FAULTS: dict[str, tuple[Any, Status, list[str]]] = {
    "expired": (lambda r: r.leaf(HOST, not_after=-DAY), Status.EXPIRED, ["expired"]),
    "not yet valid": (lambda r: r.leaf(HOST, not_before=DAY), Status.INVALID, ["not_yet_valid"]),
    "wrong host": (lambda r: r.leaf("other.example.com"), Status.INVALID, ["hostname_mismatch"]),
    "no names": (lambda r: r.leaf(HOST, san=False), Status.INVALID, ["hostname_mismatch"]),
    "self-signed": (lambda r: self_signed(r.now, HOST), Status.INVALID, ["self_signed"]),
    "strange root": (
        lambda r: Authority.root(r.now).leaf(HOST, issuer_url=None),
        Status.INVALID,
        ["untrusted_root"],
    ),
    "strange root, sent": (lambda r: strange_chain(r, with_root=True), Status.INVALID, ["untrusted_root"]),
    "strange chain": (lambda r: strange_chain(r, with_root=False), Status.INVALID, ["untrusted_root"]),
    "incomplete": (lambda r: r.intermediate().leaf(HOST).sending(), Status.INVALID, ["incomplete_chain"]),
    "chain expired": (lambda r: r.intermediate(not_after=-DAY).leaf(HOST), Status.EXPIRED, ["chain_expired"]),
    "chain expiring": (
        lambda r: r.intermediate(not_after=20.5 * DAY).leaf(HOST),
        Status.EXPIRING_SOON,
        ["chain_expiring"],
    ),
    "chain not yet valid": (lambda r: r.intermediate(not_before=DAY).leaf(HOST), Status.INVALID, ["not_yet_valid"]),
    "name constraints": (
        lambda r: r.intermediate(extensions=[permitting("example.org")]).leaf(HOST),
        Status.INVALID,
        ["bad_chain"],
    ),
    "wrong purpose": (
        lambda r: r.leaf(HOST, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]),
        Status.INVALID,
        ["bad_chain"],
    ),
    "path too long": (lambda r: r.intermediate().intermediate(subject="Deeper").leaf(HOST), Status.INVALID, ["bad_chain"]),
    "no authority": (
        lambda r: r.intermediate(ca=False, path_length=None, key_usage=None).leaf(HOST),
        Status.INVALID,
        ["bad_chain"],
    ),
    "unknown critical extension": (
        lambda r: r.leaf(HOST, extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b""), True)]),
        Status.INVALID,
        ["bad_chain"],
    ),
    "forged": (lambda r: forged(r), Status.INVALID, ["bad_chain"]),
    "weak key": (lambda r: r.leaf(HOST, key="RSA 1024"), Status.INVALID, ["weak_key"]),
    "weak key above": (lambda r: r.intermediate(key="RSA 1024").leaf(HOST), Status.INVALID, ["weak_key"]),
    "weak signature": (
        lambda r: r.intermediate(key="RSA 2048").leaf(HOST, digest="SHA-1"),
        Status.INVALID,
        ["weak_signature"],
    ),
    "expired, wrong host, from nowhere": (
        lambda r: Authority.root(r.now).leaf("other.example.com", not_after=-DAY, issuer_url=None),
        Status.EXPIRED,
        ["expired", "hostname_mismatch", "untrusted_root"],
    ),
}


def strange_chain(root: Authority, *, with_root: bool) -> Credential:
    """Return a leaf with its whole chain to a root that nobody trusts, which is sent too or not."""
    stranger = Authority.root(root.now)
    credential = stranger.intermediate().leaf(HOST)
    return credential.sending(*credential.chain[1:], stranger.certificate) if with_root else credential


def forged(root: Authority, key: str = "P-256") -> Credential:
    """Return a leaf that bears the root's name but another one's signature."""
    forger = Authority(root.certificate, Authority.root(root.now).key, root.now)
    return forger.leaf(HOST, key=key, identifiers=False)


@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_the_certificate_described(
    client: Client, root: Authority, fault: str, version: ssl.TLSVersion
) -> None:
    """A bad certificate gets its status and codes, the same over TLS 1.2 and 1.3, and keeps all that it says."""
    make, status, found = FAULTS[fault]
    credential = make(root)
    part = client.check(credential, maximum=version)
    assert (part.status, codes(part)) == (status, found)
    assert part.not_after == credential.leaf.not_valid_after_utc
    assert part.protocol == ("TLSv1.2" if version is OLD else "TLSv1.3")
    assert (part.subject, len(part.chain), part.address) == (
        credential.leaf.subject.rfc4514_string(),
        len(credential.chain),
        "127.0.0.1",
    )


def test_what_openssl_found_is_told(client: Client, root: Authority) -> None:
    """The message of a chain that does not hold says why."""
    part = client.check(FAULTS["name constraints"][0](root))
    assert "permitted subtree violation" in part.problems[0].message


def test_an_expired_root_is_an_expired_chain(root: Authority, tmp_path: Path) -> None:
    """The trust anchor counts too: every client refuses a chain under a root that has ended."""
    old = Authority.root(root.now, not_after=-DAY)
    (tmp_path / "old.pem").write_bytes(old.pem)
    part = Client(Credentials(tmp_path / "old.pem")).check(old.intermediate().leaf(HOST))
    assert (part.status, codes(part), part.expires_first) == (Status.EXPIRED, ["chain_expired"], "root")


def test_an_intermediate_may_be_the_anchor(root: Authority, tmp_path: Path) -> None:
    """Who trusts an intermediate alone needs no root: the chain ends there."""
    issuer = root.intermediate()
    (tmp_path / "issuer.pem").write_bytes(issuer.pem)
    assert Client(Credentials(tmp_path / "issuer.pem")).check(issuer.leaf(HOST)).status is Status.VALID


# --- chains with more or less in them ------------------------------------------------------------------------------


def test_an_expired_cross_sign_beside_a_valid_path_gives_no_alarm(tmp_path: Path, root: Authority) -> None:
    """A client that trusts the young root does not need the old way, and its end is no news."""
    young = Authority.root(root.now, subject="Lab Root X2")
    issuer = young.intermediate(subject="Lab Intermediate R2")
    expired = root.cross_sign(young, not_after=-DAY, path_length=None)
    (tmp_path / "both.pem").write_bytes(root.pem + young.pem)
    credential = issuer.leaf(HOST).sending(issuer.certificate, expired.certificate)
    part = Client(Credentials(tmp_path / "both.pem")).check(credential)
    assert (part.status, part.problems, part.expires_first) == (Status.VALID, (), "leaf")
    assert part.chain[2].days_left == -2


EXTRAS: dict[str, Any] = {
    "a stray certificate": lambda r, issuer: [issuer, self_signed(r.now, "stray.example.com", not_after=-DAY).leaf],
    "the stray first": lambda r, issuer: [self_signed(r.now, "stray.example.com", not_after=-DAY).leaf, issuer],
    "everything twice": lambda r, issuer: [issuer, issuer, r.certificate, r.certificate],
    "the root first": lambda r, issuer: [r.certificate, issuer],
    "the root too": lambda r, issuer: [issuer, r.certificate],
}


@pytest.mark.parametrize("extra", EXTRAS)
def test_superfluous_certificates_give_no_alarm(client: Client, root: Authority, extra: str) -> None:
    """What is sent beside a path that holds, expired, doubled or out of order, is listed but not judged."""
    issuer = root.intermediate()
    credential = issuer.leaf(HOST).sending(*EXTRAS[extra](root, issuer.certificate))
    part = client.check(credential)
    assert (part.status, part.problems) == (Status.VALID, ())
    assert len(part.chain) == len(credential.chain)


def test_a_certificate_of_many_names_is_read(client: Client, root: Authority) -> None:
    """A certificate of 40 kB with hundreds of hosts is as good as a small one."""
    part = client.check(heavy_credential(root, HOST, size=40_000))
    assert (part.status, len(part.names) > 1000) == (Status.VALID, True)


@pytest.mark.parametrize("version", [OLD, NEW], ids=["1.2", "1.3"])
def test_a_certificate_beyond_all_measure_is_malformed(
    client: Client, root: Authority, version: ssl.TLSVersion
) -> None:
    """A certificate of 200 kB is more than TLS clients take; it costs one honest result."""
    part = client.check(heavy_credential(root, HOST), maximum=version)
    assert (part.status, codes(part)) == (Status.UNREACHABLE, ["malformed_response"])


NASTY = 'Ex\x1b[31m,a"m\r\nple <b>[bold red]</b>\u202e=HYPERLINK()\x07+\x00'


def test_a_hostile_subject_comes_out_clean(client: Client, root: Authority) -> None:
    """Escapes, newlines and bidirectional overrides in a certificate reach no terminal, and never break a line."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, NASTY)])
    part = client.check(root.leaf(HOST, subject=subject))
    assert part.status is Status.VALID
    assert (part.subject or "").isprintable()
    assert (part.subject or "").startswith("O=Ex\N{REPLACEMENT CHARACTER}[31m\\,a")


# --- weakness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weak", "status", "severity"),
    [(Severity.WARNING, Status.VALID, Severity.WARNING), (None, Status.VALID, Severity.OK)],
)
def test_a_weak_key_weighs_as_much_as_the_user_says(
    client: Client, root: Authority, weak: Severity | None, status: Status, severity: Severity
) -> None:
    """With a milder policy a weak key alone does not make a certificate invalid."""
    part = Client(client.credentials, Policy(weak=weak)).check(root.leaf(HOST, key="RSA 1024"))
    assert (part.status, part.severity) == (status, severity)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda r: forged(r, key="RSA 1024"), "bad_chain"),
        (lambda r: self_signed(r.now, HOST, key="RSA 1024"), "self_signed"),
        (lambda r: Authority.root(r.now).leaf(HOST, key="RSA 1024", issuer_url=None), "untrusted_root"),
    ],
    ids=["forged", "self-signed", "stranger"],
)
def test_a_weak_key_does_not_hide_that_nobody_vouches(
    client: Client, root: Authority, make: Callable[[Authority], Credential], found: str
) -> None:
    """Who does not care about weak keys still learns that the chain does not hold."""
    part = Client(client.credentials, Policy(weak=None)).check(make(root))
    assert (part.status, codes(part), part.trusted) == (Status.INVALID, [found], False)


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA"])
def test_an_old_server_that_browsers_still_reach_is_reached(client: Client, root: Authority, cipher: str) -> None:
    """A server of TLS 1.2 without forward secrecy, or without authenticated encryption, is no failure."""
    context = server_context(root.leaf(HOST, key="RSA 2048"), maximum=OLD)
    context.set_ciphers(cipher)

    async def behave(peer: Peer) -> None:
        async with secured(peer, context) as visitor:
            await visitor.drain()

    with HostileServer(behave) as server:
        part = client.judge(client.ask(served_by(server)))
    assert (part.status, part.cipher) == (Status.VALID, cipher)


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
    """A server that refuses strangers has shown its own certificate by then. (In TLS 1.3 it says so only later.)"""
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
        (b"", "cannot be used"),
        (b"this is no PEM at all\n", "cannot be used"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be used"),
    ],
    ids=["missing", "empty", "no PEM", "broken PEM"],
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
    key.write_bytes(root.leaf(HOST).key_pem)
    with pytest.raises(UsageError, match="client certificate"):
        context_for(Credentials(ca_file, identity[0], key))


# --- what goes wrong before a certificate is seen ------------------------------------------------------------------

HOSTILE = {  # the others talk, but not TLS
    "stall": "timeout",
    "drip": "timeout",
    "reset": "connection_reset",
    "reset_after_hello": "connection_reset",
    "close": "connection_reset",
    "close_after_hello": "connection_reset",
    "http_drip": "timeout",
    "whois_drip": "timeout",
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
    """Whatever a server does instead of a handshake, the result says so, within the time it is given."""
    with HostileServer(behaviour) as server:
        part = client.judge(client.ask(served_by(server), timeout=0.4))
    assert (part.status, part.severity, len(part.problems)) == (Status.UNREACHABLE, Severity.UNKNOWN, 1)
    assert codes(part) == [HOSTILE.get(behaviour, "not_tls")]
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


def test_a_dialect_that_is_not_spoken_is_a_starttls_failure(client: Client) -> None:
    """A protocol without TLS from the first byte, that we cannot negotiate, is said to be so."""
    facts = TlsProbe(SystemNetwork(), 5, client.credentials)(Target("x", "127.0.0.1", 25, starttls="gopher"))
    assert codes(client.judge(facts)) == ["starttls_failed"]


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
def test_a_retry_helps_against_a_passing_failure(
    client: Client, root: Authority, retries: int, status: Status
) -> None:
    """A connection that is reset once is tried again, if retries are allowed."""
    with HostileServer(resetting_once(root.leaf(HOST))) as server:
        part = client.judge(client.ask(served_by(server), retries=retries))
    assert (part.status, server.connections) == (status, retries + 1)


def test_retries_end_with_the_time(client: Client) -> None:
    """Retries share the one timeout of the probe, however many are allowed."""
    with HostileServer("reset") as server:
        facts = client.ask(served_by(server), timeout=0.6, retries=1000)
    assert codes(client.judge(facts)) == ["connection_reset"]
    assert server.connections == 2


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
