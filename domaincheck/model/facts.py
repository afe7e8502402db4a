"""Targets, and the facts that probes learn about them: nothing here is judged yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domaincheck.model.codes import ProblemCode


# --- targets ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to check.

    *text* is what the user wrote; *host* is in lower-case ASCII (A-labels) without a trailing dot, or an IP address
    without brackets; *starttls* names the protocol to be spoken before the handshake, ``None`` for TLS from the first
    byte; *domain* is the registrable domain, ``None`` where there is none.
    """

    text: str
    host: str
    port: int = 443
    starttls: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A file whose certificate is to be checked, as if a server showed it; *path* is as the system takes it.

    It concerns only who asks: there is no alert about it, no telemetry, no history.
    """

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class InvalidTarget:
    """A piece of a target list that is no target; *reason* is one sentence that says where it stood, and why."""

    text: str
    reason: str


# --- facts: what the probes learned ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a probe, or one source of it, did not bring what was asked."""

    code: ProblemCode
    message: str


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A certificate's key: *algorithm* ``RSA``, ``DSA``, ``ECDSA``, ``Ed25519`` …, *bits*, and the *curve* of ECDSA."""

    algorithm: str
    bits: int
    curve: str | None = None

    def __str__(self) -> str:
        if self.curve:
            return f"{self.algorithm} {self.curve}"
        return f"{self.algorithm} {self.bits}" if self.algorithm in ("RSA", "DSA") else self.algorithm


@final
@dataclass(frozen=True, slots=True)
class Certificate:
    """What one X.509 certificate says of itself; a field that could not be read is ``None`` or empty.

    *subject* and *issuer* are in RFC 4514 form, most specific first; *serial* is lower-case hexadecimal; *names* are
    DNS names and IP addresses of the subjectAltName; *signature* is the algorithm by OpenSSL's name; *issuer_urls* are
    the caIssuers addresses of the authority information access (RFC 5280 §4.2.2.1); *key_sha256* is the digest of the
    subjectPublicKeyInfo, in lower-case hexadecimal, by which keys are pinned (RFC 7469 §2.4).
    """

    subject: str
    issuer: str
    serial: str | None
    not_before: datetime | None
    not_after: datetime | None
    names: tuple[str, ...]
    fingerprint_sha256: str
    key: PublicKey | None
    signature: str | None
    issuer_urls: tuple[str, ...] = ()
    key_sha256: str | None = None

    @property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name (RFC 5280 §3.2), as in a root."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class Verification:
    """OpenSSL's opinion of the chain: *code* is its X509_V_ERR number, 0 for none; *message* its words."""

    code: int
    message: str = ""


class RevocationState(StrEnum):
    """Whether a chain is revoked; ``unknown`` says nothing about it."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What the issuers of a chain say of its revocation, the root's left out.

    *source* is ``crl`` or ``ocsp``, ``None`` where nobody could be believed. *revoked_at* and *reason*, in words,
    belong to what is revoked; the issuer need not give a reason. *message* says in a sentence what is revoked, or why
    it could not be determined; ``None`` when all is well.
    """

    state: RevocationState
    source: str | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What one TLS probe learned; after a *failure* the rest is as far as it came.

    *name* is the reference identity that the certificate is matched against, ``None`` for none; *sent* is the chain in
    the server's order, leaf first; *path* is the chain in use, leaf first, up to the trust anchor when OpenSSL found
    one. *dh_bits* is the size of the finite field in which a key was agreed upon. *refused* says why an ordinary client
    does not get in where only one got in that takes anything. When every address was asked, *addresses* holds what each
    showed, and the other fields say only what went wrong before. *revocation* is ``None`` when nobody asked for it.
    *place* is ``None`` except for a file's certificates: there it tells where the leaf stands in the file, from 1.
    """

    name: str | None
    address: str | None = None
    protocol: str | None = None
    cipher: str | None = None
    sent: Sequence[Certificate] = ()
    path: Sequence[Certificate] = ()
    verification: Verification | None = None
    failure: Failure | None = None
    duration_seconds: float = 0.0
    dh_bits: int | None = None
    refused: Failure | None = None
    addresses: tuple[TlsFacts, ...] | None = None
    revocation: Revocation | None = None
    place: int | None = None


class RegistrationState(StrEnum):
    """What an answer of a registry says; ``limited`` and ``unknown`` say nothing about the domain."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    LIMITED = "limited"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Registration:
    """One registry's answer about one domain, read.

    *expires_at* is the registry's date; a registrar's is kept apart in *registrar_expires_at*. *statuses* are EPP codes
    as in RFC 8056; *name_servers* are lower-case A-labels without a trailing dot. *faults* tell in sentences what could
    not be read.
    """

    state: RegistrationState
    expires_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    registrar: str | None = None
    registrar_expires_at: datetime | None = None
    name_servers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    dnssec: bool | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistrationFacts:
    """What the registration probe learned of *domain*: the answer it settled on, and where that came from.

    *source* is ``rdap`` or ``whois``, *server* the address asked, both ``None`` when nobody gave a definite answer;
    *failures* tell what went wrong at each source on the way. Facts that are *cached* were learned *age_seconds* ago.
    """

    domain: str
    registration: Registration
    source: str | None = None
    server: str | None = None
    cached: bool = False
    age_seconds: int | None = None
    failures: tuple[Failure, ...] = ()
    duration_seconds: float = 0.0
