"""Certificates with a fault, chains with too much or too little: what the probe and the verdict make of them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import heavy_credential
from domaincheck.model import Severity, Status
from domaincheck.probes.tls import Credentials
from domaincheck.verdict import Policy
from tests.facts import DAY, HOST, codes
from tests.tls_client import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


def both_ways(root: Authority) -> tuple[Authority, Authority, dict[str, Authority]]:
    """Return a young root, an authority below it, and the cross-signs by which an old client comes to *root*."""
    young = Authority.root(root.now, subject="Lab Root X2")
    ends = {"expired": -DAY, "good": 100 * DAY}
    return (
        young,
        young.intermediate(subject="Lab Intermediate R2"),
        {name: root.cross_sign(young, not_after=end, path_length=None) for name, end in ends.items()},
    )


@pytest.mark.parametrize("order", [("expired", "good"), ("good", "expired")])
@pytest.mark.parametrize("trusted", ["old", "young", "both"])
def test_the_order_of_cross_signs_does_not_matter(
    root: Authority, tmp_path: Path, order: tuple[str, str], trusted: str
) -> None:
    """Whichever root a client trusts, and whichever cross-sign is sent first, a path that holds is enough."""
    young, issuer, crosses = both_ways(root)
    roots = {"old": root.pem, "young": young.pem, "both": root.pem + young.pem}
    (tmp_path / "roots.pem").write_bytes(roots[trusted])
    credential = issuer.leaf(HOST).sending(issuer.certificate, *(crosses[name].certificate for name in order))
    part = Client(Credentials(tmp_path / "roots.pem")).check(credential)
    assert (part.status, part.problems) == (Status.VALID, ())


def test_an_expired_cross_sign_that_is_needed_is_an_alarm(client: Client, root: Authority) -> None:
    """For a client that trusts the old root alone there is no other way, and that has ended."""
    _, issuer, crosses = both_ways(root)
    part = client.check(issuer.leaf(HOST).sending(issuer.certificate, crosses["expired"].certificate))
    assert (part.status, codes(part), part.expires_first) == (Status.EXPIRED, ["chain_expired"], "intermediate")


def test_a_renewed_root_replaces_the_expired_one_that_is_sent(root: Authority, tmp_path: Path) -> None:
    """A server that still sends the root's former certificate does no harm, if clients have the new one."""
    former = Authority.root(root.now, not_after=-DAY)
    (tmp_path / "new.pem").write_bytes(Authority.root(root.now, key=former.key).pem)
    issuer = former.intermediate()
    credential = issuer.leaf(HOST).sending(issuer.certificate, former.certificate)
    part = Client(Credentials(tmp_path / "new.pem")).check(credential)
    assert (part.status, part.problems) == (Status.VALID, ())


@pytest.mark.parametrize("first", ["former", "successor"])
def test_a_renewed_intermediate_beside_the_expired_one_is_enough(client: Client, root: Authority, first: str) -> None:
    """Of two certificates of one authority the one that is valid counts, in whatever order they are sent."""
    former = root.intermediate(not_after=-DAY)
    successor = root.intermediate(key=former.key)
    both = (former.certificate, successor.certificate)
    part = client.check(former.leaf(HOST).sending(*(both if first == "former" else reversed(both))))
    assert (part.status, part.problems) == (Status.VALID, ())


def another(root: Authority, **options: Any) -> Credential:
    """Return a leaf with the certificate of another authority of the same name than that which issued it."""
    issuer, namesake = root.intermediate(**options), root.intermediate(**options)
    return issuer.leaf(HOST, **options).sending(namesake.certificate)


def deep(root: Authority, *sent: int) -> Credential:
    """Return a leaf below two intermediates, the lower one being number 0, sent with those of the numbers *sent*."""
    upper = root.intermediate(subject="Lab Upper", path_length=None)
    lower = upper.intermediate(subject="Lab Lower")
    return lower.leaf(HOST).sending(*[(lower, upper)[number].certificate for number in sent])


def leaf_last(root: Authority) -> Credential:
    """Return a chain file that was put together the wrong way round; the key is that of what stands first."""
    issuer = root.intermediate()
    return Credential((issuer.certificate, issuer.leaf(HOST).leaf), issuer.key)


EXPLAINED: dict[str, tuple[Any, str, str]] = {
    "incomplete": (
        lambda r: r.intermediate().leaf(HOST).sending(),
        "incomplete_chain",
        "does not send the intermediate CN=Lab Intermediate R1; add it to the server's chain file",
    ),
    "a namesake": (
        another,
        "incomplete_chain",
        "sends a certificate of CN=Lab Intermediate R1, but not of the key that signed the server's certificate",
    ),
    "a namesake, unidentified": (
        lambda r: another(r, identifiers=False),
        "bad_chain",
        "signature failure; perhaps the server sends another certificate of CN=Lab Intermediate R1",
    ),
    "lower one missing": (lambda r: deep(r, 1), "incomplete_chain", "does not send the intermediate CN=Lab Lower"),
    "upper one missing": (
        lambda r: deep(r, 0),
        "untrusted_root",
        "give its certificate with --ca-file; if it is an intermediate, add it to the server's chain file",
    ),
    "leaf last": (leaf_last, "hostname_mismatch", f"the certificate for {HOST} as number 2: its own must stand first"),
    "self-signed": (lambda r: self_signed(r.now, HOST), "self_signed", "have one issued, or trust it with --ca-file"),
    "a strange root, sent": (
        lambda r: strange_chain(r, with_root=True),
        "untrusted_root",
        "ends at CN=Lab Root X1, which is not trusted here: if that CA is your own, give its certificate with",
    ),
}


@pytest.mark.parametrize("fault", EXPLAINED)
def test_a_fault_is_explained_with_what_to_do(client: Client, root: Authority, fault: str) -> None:
    """The message says what is wrong and, where there is something, what mends it."""
    make, code, words = EXPLAINED[fault]
    part = client.check(make(root))
    assert (part.status, codes(part)) == (Status.INVALID, [code])
    assert words in part.problems[0].message


EXTRAS: dict[str, Any] = {
    "a stray certificate": lambda r, issuer: [issuer, self_signed(r.now, "stray.example.com", not_after=-DAY).leaf],
    "the stray first": lambda r, issuer: [self_signed(r.now, "stray.example.com", not_after=-DAY).leaf, issuer],
    "everything twice": lambda r, issuer: [issuer, issuer, r.certificate, r.certificate],
    "the root first": lambda r, issuer: [r.certificate, issuer],
    "the root too": lambda r, issuer: [issuer, r.certificate],
    "an expired namesake first": lambda r, issuer: [r.intermediate(not_after=-DAY).certificate, issuer],
    "a namesake first": lambda r, issuer: [r.intermediate().certificate, issuer],
}


@pytest.mark.parametrize("sent", [(0, 1), (1, 0), (1, 1, 0, 0)], ids=["in order", "reversed", "twice"])
def test_the_order_of_intermediates_does_not_matter(client: Client, root: Authority, sent: tuple[int, ...]) -> None:
    """Clients put the path together themselves, whatever the order (RFC 8446 §4.4.2)."""
    part = client.check(deep(root, *sent))
    assert (part.status, part.problems) == (Status.VALID, ())


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
