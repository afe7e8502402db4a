"""Certificates with a fault, chains with too much or too little: what the probe and the verdict make of them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import HostileServer, heavy_credential
from domaincheck.lab.tls import secured, server_context
from domaincheck.model import Severity, Status
from domaincheck.probes.tls import Credentials
from domaincheck.verdict import Policy
from tests.facts import DAY, HOST, codes
from tests.tls_client import Client, served_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domaincheck.lab.loop import Peer

OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


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
    "path too long": (
        lambda r: r.intermediate().intermediate(subject="Deeper").leaf(HOST),
        Status.INVALID,
        ["bad_chain"],
    ),
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
    "forged": (lambda r: forged(r, "P-256"), Status.INVALID, ["bad_chain"]),
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


def forged(root: Authority, key: str) -> Credential:
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
        (lambda r: forged(r, "RSA 1024"), "bad_chain"),
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
