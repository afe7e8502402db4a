"""The data of a check: targets, facts, judgements.

Text becomes a :class:`Target`; probes learn :class:`TlsFacts` and :class:`RegistrationFacts` about it; the verdict
turns facts into a :class:`TlsPart` and a :class:`DomainPart`, together a :class:`Result`. The fields of the last three
bear the names and the order of the JSON that users are promised. Everything here is frozen and picklable.
All datetimes are aware and in UTC; all durations are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from datetime import datetime


class Severity(StrEnum):
    """How much a finding matters, best first; the order is that of :meth:`rank`."""

    OK = "ok"
    WARNING = "warning"
    UNKNOWN = "unknown"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The place in the order ok, warning, unknown, critical: the larger, the worse."""
        return _SEVERITY_RANKS[self]

    @property
    def exit_status(self) -> int:
        """The exit status by the Monitoring Plugins convention."""
        return _EXIT_STATUSES[self]


_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
_EXIT_STATUSES = {Severity.OK: 0, Severity.WARNING: 1, Severity.CRITICAL: 2, Severity.UNKNOWN: 3}


class Status(StrEnum):
    """What is true of a part or a target. The order decides between two of equal severity: the earlier wins."""

    EXPIRED = "expired"
    AT_RISK = "at_risk"
    NOT_REGISTERED = "not_registered"
    INVALID = "invalid"
    EXPIRING_TODAY = "expiring_today"
    INVALID_TARGET = "invalid_target"
    UNREACHABLE = "unreachable"
    EXPIRING_SOON = "expiring_soon"
    VALID = "valid"
    UNKNOWN_EXPIRY = "unknown_expiry"


class ProblemCode(StrEnum):
    """The codes a script may match on."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    HOSTNAME_MISMATCH = "hostname_mismatch"
    SELF_SIGNED = "self_signed"
    UNTRUSTED_ROOT = "untrusted_root"
    INCOMPLETE_CHAIN = "incomplete_chain"
    CHAIN_EXPIRED = "chain_expired"
    CHAIN_EXPIRING = "chain_expiring"
    WEAK_KEY = "weak_key"
    WEAK_SIGNATURE = "weak_signature"
    BAD_CHAIN = "bad_chain"
    DNS_FAILURE = "dns_failure"
    CONNECTION_REFUSED = "connection_refused"
    TIMEOUT = "timeout"
    CONNECTION_RESET = "connection_reset"
    NOT_TLS = "not_tls"
    HANDSHAKE_FAILURE = "handshake_failure"
    CLIENT_CERTIFICATE_REQUIRED = "client_certificate_required"
    STARTTLS_FAILED = "starttls_failed"
    REGISTRY_UNREACHABLE = "registry_unreachable"
    RATE_LIMITED = "rate_limited"
    NO_REGISTRY = "no_registry"
    EXPIRY_NOT_PUBLISHED = "expiry_not_published"
    REGISTRY_HOLD = "registry_hold"
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending_delete"
    PENDING_TRANSFER = "pending_transfer"
    AUTO_RENEW_PERIOD = "auto_renew_period"
    NOT_REGISTERED = "not_registered"
    MALFORMED_RESPONSE = "malformed_response"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, in a sentence a system administrator understands."""

    code: ProblemCode
    severity: Severity
    message: str


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
    the caIssuers addresses of the authority information access (RFC 5280 §4.2.2.1).
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

    @property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name (RFC 5280 §3.2), as in a root."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class Verification:
    """OpenSSL's opinion of the chain: *code* is its X509_V_ERR number, 0 for none; *message* its words."""

    code: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What one TLS probe learned; after a *failure* the rest is as far as it came.

    *name* is the reference identity that the certificate is matched against; *sent* is the chain in the server's order,
    leaf first; *path* is the chain in use, leaf first, up to the trust anchor when OpenSSL found one.
    """

    name: str
    address: str | None = None
    protocol: str | None = None
    cipher: str | None = None
    sent: tuple[Certificate, ...] = ()
    path: tuple[Certificate, ...] = ()
    verification: Verification | None = None
    failure: Failure | None = None
    duration_seconds: float = 0.0


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


# --- judgements: the shape of the JSON ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One certificate of the chain a server sent."""

    subject: str
    issuer: str
    not_after: datetime | None
    days_left: int | None
    fingerprint_sha256: str


@dataclass(frozen=True, slots=True)
class TlsPart:
    """The certificate's part of a result. *expires_first* is ``leaf``, ``intermediate`` or ``root``."""

    status: Status
    severity: Severity
    not_before: datetime | None
    not_after: datetime | None
    days_left: int | None
    warn_before_days: float | None
    expires_first: str | None
    subject: str | None
    issuer: str | None
    serial: str | None
    names: tuple[str, ...]
    fingerprint_sha256: str | None
    key: str | None
    signature: str | None
    protocol: str | None
    cipher: str | None
    address: str | None
    trusted: bool | None
    hostname_matches: bool | None
    chain: tuple[ChainLink, ...]
    problems: tuple[Problem, ...]
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class DomainPart:
    """The registration's part of a result."""

    status: Status
    severity: Severity
    name: str
    registrar: str | None
    created_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    days_left: int | None
    warn_before_days: float
    statuses: tuple[str, ...]
    name_servers: tuple[str, ...]
    dnssec: bool | None
    source: str | None
    server: str | None
    cached: bool
    problems: tuple[Problem, ...]
    duration_seconds: float
    age_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """All that is known and thought of one target. *reason* says why a target is invalid, else it is ``None``."""

    target: str
    host: str | None
    port: int | None
    status: Status
    severity: Severity
    tls: TlsPart | None
    domain: DomainPart | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many targets came to which end, and the worst severity among them."""

    domain_count: int
    valid_count: int
    warning_count: int
    expired_count: int
    invalid_count: int
    unknown_count: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Report:
    """The frame around the results of one run; *threshold* is as the user would write it, as in ``30d``."""

    version: str
    domaincheck_version: str
    checked_at: datetime
    duration_seconds: float
    threshold: str
    summary: Summary
