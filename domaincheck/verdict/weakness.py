"""What is too weak in a handshake and in the chain in use: keys, signatures, protocol, key exchange and cipher."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from domaincheck.model import Problem, ProblemCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.model import Certificate, Severity, TlsFacts

WEAK = {66: ProblemCode.WEAK_KEY, 67: ProblemCode.WEAK_KEY, 68: ProblemCode.WEAK_SIGNATURE}
"""OpenSSL's X509_V_ERR numbers (x509_vfy.h) that are a matter of strength."""

_SMALLEST_KEY = {"RSA": 2048, "DSA": 2048, "ECDSA": 224}  # bits; NIST SP 800-131A
_BROKEN_DIGESTS = ("md2", "md5", "sha1")

_OLD_PROTOCOLS = {"SSLv3": "SSL 3.0", "TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1"}  # RFC 7568, RFC 8996
_SMALLEST_FIELD = 2048  # bits of a finite-field Diffie-Hellman group; RFC 9325 §4.1
_EPHEMERAL = ("ECDHE-", "DHE-", "TLS_")  # as OpenSSL's names of ciphers begin; those of TLS 1.3 leave no choice
_BROKEN_CIPHERS = {  # parts of OpenSSL's names; RFC 9325 §4.1
    "NULL": "encrypts nothing",
    "EXP": "was made to be broken",
    "RC2": "is broken",
    "RC4": "is broken",
    "DES": "is broken",
    "IDEA": "has blocks that are too small",
    "MD5": "is broken",
}


def weaknesses(facts: TlsFacts, path: Sequence[Certificate], severity: Severity) -> Iterator[Problem]:
    """Yield what is weak on the *path* in use and in the handshake.

    If OpenSSL sees a weakness in the chain that the certificates do not show, that; and if only a client that takes
    anything got in, though nothing it got was weak, why others do not.
    """
    seen = tuple(_in_chain(path, severity))
    yield from seen
    if not seen and facts.verification and facts.verification.code in WEAK:
        yield Problem(WEAK[facts.verification.code], severity, f"OpenSSL finds it weak: {facts.verification.message}")
    conversed = tuple(
        Problem(ProblemCode.WEAK_PROTOCOL, severity, words)
        for words in _in_handshake(facts.protocol, facts.cipher, facts.dh_bits)
    )
    yield from conversed
    if facts.refused and not conversed:
        words = f"only a client that puts up with anything can connect; others find that {facts.refused.message}"
        yield Problem(ProblemCode.WEAK_PROTOCOL, severity, words)


def _in_chain(path: Sequence[Certificate], severity: Severity) -> Iterator[Problem]:
    for place, certificate in enumerate(path):
        whose = "the certificate's" if place == 0 else f"{certificate.subject}'s"
        key = certificate.key
        if key and 0 < key.bits < (least := _SMALLEST_KEY.get(key.algorithm, 0)):
            words = f"{whose} key, {key}, is too small to be safe: have one certified that has {least} bits"
            yield Problem(ProblemCode.WEAK_KEY, severity, words)
        anchor = place > 0 and certificate.self_issued  # its signature is its own, and nobody relies on it
        if not anchor and _can_be_forged(certificate.signature or ""):
            words = f"{whose} signature, {certificate.signature}, can be forged: have it issued anew with SHA-256"
            yield Problem(ProblemCode.WEAK_SIGNATURE, severity, words)


@lru_cache(maxsize=64)
def _can_be_forged(signature: str) -> bool:
    return any(digest in signature.lower() for digest in _BROKEN_DIGESTS)


@lru_cache(maxsize=64)
def _in_handshake(protocol: str | None, suite: str | None, dh_bits: int | None) -> tuple[str, ...]:
    """Return a sentence for each thing in the way the connection was made that clients refuse, or will."""
    return tuple(_told_of_handshake(protocol or "", suite or "", dh_bits))


def _told_of_handshake(protocol: str, cipher: str, dh_bits: int | None) -> Iterator[str]:
    if old := _OLD_PROTOCOLS.get(protocol):
        yield f"the server speaks nothing newer than {old}, which browsers refuse: enable TLS 1.2 and 1.3"
    if cipher and not cipher.startswith(_EPHEMERAL):
        yield (
            f"the cipher {cipher} has no forward secrecy: whoever gets hold of the server's key can read what was "
            "recorded before; enable ECDHE ciphers"
        )
    if dh_bits is not None and dh_bits < _SMALLEST_FIELD:
        yield (
            f"the Diffie-Hellman group has {dh_bits} bits, which is too small to be safe: "
            f"enable ECDHE ciphers, or use a group of {_SMALLEST_FIELD} bits"
        )
    for part, flaw in _BROKEN_CIPHERS.items():
        if part in cipher.split("-"):
            yield f"the cipher {cipher} {flaw}: enable AES-GCM or ChaCha20 in its place"
            return
