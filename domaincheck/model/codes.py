"""The words of a verdict that scripts may match on: severities, statuses, problems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    """What is true of a part or a target. The order, that of :meth:`rank`, decides between two of equal severity."""

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

    @property
    def rank(self) -> int:
        """The place in the order: of two that are equally severe, the smaller wins."""
        return _STATUS_RANKS[self]


_STATUS_RANKS = {status: rank for rank, status in enumerate(Status)}


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
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    WEAK_KEY = "weak_key"
    WEAK_SIGNATURE = "weak_signature"
    WEAK_PROTOCOL = "weak_protocol"
    BAD_CHAIN = "bad_chain"
    WRONG_ORDER = "wrong_order"
    ADDRESSES_DIFFER = "addresses_differ"
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
    UNEXPECTED_ISSUER = "unexpected_issuer"
    UNEXPECTED_KEY = "unexpected_key"
    UNEXPECTED_REGISTRAR = "unexpected_registrar"
    UNEXPECTED_NAME_SERVERS = "unexpected_name_servers"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, in a sentence a system administrator understands."""

    code: ProblemCode
    severity: Severity
    message: str


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of *severities*, of which there is at least one."""
    return max(severities, key=lambda severity: severity.rank)


def worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """Return *problems*, the most severe first and otherwise as they stood."""
    return sorted(problems, key=lambda problem: -problem.severity.rank)
