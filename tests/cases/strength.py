"""Keys and signatures: what is strong enough, what is not, and how the user weighs that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec

from domaincheck.lab.authority import Authority, self_signed
from domaincheck.lab.odd import OddCredential, altered
from tests.cases.bench import Bench, Case, Shows, invalid, unreachable
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from domaincheck.lab.authority import Credential

RSA = "RSA 2048"
WARNING: dict[str, Any] = {"environment": {"DOMAINCHECK_TLS_WEAK": "warning"}}
IGNORED: dict[str, Any] = {"environment": {"DOMAINCHECK_TLS_WEAK": "ignore"}}
WARNED: dict[str, Any] = WARNING | {"status": "valid", "exit_status": 1}


def key(kind: Any, **options: Any) -> Shows:
    """Return what makes a leaf with such a key."""
    return lambda bench: bench.leaf(**{"key": kind() if callable(kind) else kind} | options)


def below(*, leaf: dict[str, Any] | None = None, **options: Any) -> Shows:
    """Return what makes a leaf with the options *leaf* below an intermediate with *options*."""
    return lambda bench: bench.root.intermediate(**options).leaf(HOST, **leaf or {})


def below_root(*, leaf: dict[str, Any] | None = None, **options: Any) -> Shows:
    """Return what makes a leaf with its intermediate below a trusted root with *options*."""

    def make(bench: Bench) -> Credential:
        root = Authority.root(bench.root.now, subject="Another Root", **options)
        bench.trust(root.certificate)
        return root.intermediate(**leaf or {}).leaf(HOST)

    return make


def signed_with(digest: str, issuer: str) -> Shows:
    """Return what makes a leaf that an *issuer* of such a key has signed with that *digest*."""

    def make(bench: Bench) -> OddCredential:
        authority = bench.root.intermediate(key=issuer)
        return altered(authority.leaf(HOST), authority.key, digest=digest)

    return make


SMALL = "the certificate's key, RSA 1024, is too small to be safe: have one certified that has 2048 bits"
FORGEABLE = "can be forged: have it issued anew with SHA-256"

CASES = (
    # --- sound keys
    Case("RSA 2048", key(RSA)),
    Case("RSA 3072", key("RSA 3072")),
    Case("RSA 4096", key("RSA 4096")),
    Case("P-256", key("P-256")),
    Case("P-384", key("P-384")),
    Case("P-521", key("P-521")),
    unreachable(
        "a curve that clients do not offer",
        key(lambda: ec.generate_private_key(ec.SECP256K1())),
        "handshake_failure",
        "the server refused the handshake (handshake failure)",
    ),
    Case("Ed25519", key("Ed25519")),
    Case("Ed448", key("Ed448")),
    # --- sound signatures
    Case("an RSA issuer", below(key=RSA)),
    Case("an RSA issuer with SHA-384", below(key=RSA, leaf={"digest": "SHA-384"})),
    Case("an RSA issuer with SHA-512", below(key=RSA, leaf={"digest": "SHA-512"})),
    Case("an RSA issuer with PSS", below(key=RSA, leaf={"pss": True})),
    Case("a P-384 issuer", below(key="P-384", leaf={"digest": "SHA-384"})),
    Case("an Ed25519 issuer", below(key="Ed25519")),
    Case("a root signed with SHA-1", below_root(key=RSA, digest="SHA-1")),
    # --- weak keys
    invalid("RSA 1024", key("RSA 1024"), "weak_key", SMALL),
    invalid(
        "RSA 1024 above", below(key="RSA 1024"), "weak_key", "CN=Lab Intermediate R1's key, RSA 1024, is too small"
    ),
    invalid("RSA 1024 at the root", below_root(key="RSA 1024"), "weak_key", "CN=Another Root's key, RSA 1024"),
    invalid("a leaf signed with ECDSA and SHA-1", signed_with("SHA-1", "P-256"), "weak_signature", "ecdsa-with-SHA1"),
    invalid("a leaf signed with MD5", signed_with("MD5", RSA), "weak_signature", "md5WithRSAEncryption"),
    invalid(
        "an intermediate signed with SHA-1",
        below_root(key=RSA, leaf={"digest": "SHA-1"}),
        "weak_signature",
        f"CN=Lab Intermediate R1's signature, sha1WithRSAEncryption, {FORGEABLE}",
    ),
    invalid(
        "signed by itself, with SHA-1",
        lambda bench: self_signed(bench.root.now, HOST, key=RSA, digest="SHA-1"),
        "self_signed",
        problems=["self_signed", "weak_signature"],
    ),
    invalid(
        "a weak key and a weak signature",
        below(key=RSA, leaf={"key": "RSA 1024", "digest": "SHA-1"}),
        "weak_key",
        problems=["weak_key", "weak_signature"],
    ),
    invalid(
        "a weak key for another host",
        lambda bench: bench.leaf("other.example.com", key="RSA 1024"),
        "hostname_mismatch",
        problems=["hostname_mismatch", "weak_key"],
    ),
    invalid(
        "a weak key of a private root",
        lambda bench: bench.stranger.leaf(HOST, key="RSA 1024", issuer_url=None),
        "untrusted_root",
        problems=["untrusted_root", "weak_key"],
    ),
    Case("a weak key, expired", key("RSA 1024", not_after=-DAY), "expired", ["expired", "weak_key"], 2),
    # --- as the user weighs it
    Case("a weak key, which is a warning", key("RSA 1024"), problems=["weak_key"], **WARNED),
    Case("a weak key, which is ignored", key("RSA 1024"), **IGNORED),
    Case("a weak signature, which is a warning", signed_with("SHA-1", RSA), problems=["weak_signature"], **WARNED),
    Case("a weak signature, which is ignored", signed_with("MD5", RSA), **IGNORED),
    Case(
        "a weak key that expires soon, ignored",
        key("RSA 1024", not_before=-70 * DAY, not_after=20 * DAY),
        "expiring_soon",
        exit_status=1,
        **IGNORED,
    ),
    invalid(
        "a weak key for another host, ignored",
        lambda bench: bench.leaf("other.example.com", key="RSA 1024"),
        "hostname_mismatch",
        **IGNORED,
    ),
    invalid(
        "a weak key of a private root, ignored",
        lambda bench: bench.stranger.leaf(HOST, key="RSA 1024", issuer_url=None),
        "untrusted_root",
        **IGNORED,
    ),
)
