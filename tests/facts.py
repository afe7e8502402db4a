"""Builders of facts: every field has a quiet default, so that a test names only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domaincheck.model import (
    Certificate,
    PublicKey,
    Registration,
    RegistrationFacts,
    RegistrationState,
    TlsFacts,
    Verification,
)

if TYPE_CHECKING:
    from domaincheck.model import DomainPart, TlsPart

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
HOST = "www.example.com"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def certificate(left: timedelta = 200 * DAY, lifetime: timedelta = 398 * DAY, **changes: Any) -> Certificate:
    """Return a sound leaf for :data:`HOST` with *left* of its *lifetime* to go at :data:`NOW`, with *changes*."""
    quiet = Certificate(
        subject="CN=www.example.com",
        issuer="CN=Lab Intermediate",
        serial="0a",
        not_before=NOW + left - lifetime,
        not_after=NOW + left,
        names=(HOST,),
        fingerprint_sha256="ab" * 32,
        key=PublicKey("ECDSA", 256, "P-256"),
        signature="ecdsa-with-SHA256",
        issuer_urls=("http://lab.example/intermediate.der",),
    )
    return replace(quiet, **changes)


def intermediate(left: timedelta = 1000 * DAY, **changes: Any) -> Certificate:
    """Return the certificate above the leaf, with *left* to go, and *changes*."""
    quiet = {"subject": "CN=Lab Intermediate", "issuer": "CN=Lab Root", "names": (), "issuer_urls": ()}
    return certificate(left, 1825 * DAY, **quiet | changes)


def root(left: timedelta = 3000 * DAY, **changes: Any) -> Certificate:
    """Return the certificate at the top, with *left* to go, and *changes*."""
    quiet = {"subject": "CN=Lab Root", "issuer": "CN=Lab Root", "names": (), "issuer_urls": ()}
    return certificate(left, 7300 * DAY, **quiet | changes)


def tls_facts(*chain: Certificate, **changes: Any) -> TlsFacts:
    """Return what a probe of :data:`HOST` learns from a server whose *chain*, sent and in use, is in order."""
    chain = chain or (certificate(),)
    quiet = TlsFacts(HOST, "192.0.2.1", "TLSv1.3", "TLS_AES_256_GCM_SHA384", chain, chain, Verification(0), None, 0.03)
    return replace(quiet, **changes)


def registration(left: timedelta | None = 300 * DAY, **changes: Any) -> Registration:
    """Return the registry's answer about a domain with *left* to go, ``None`` for no date, and *changes*."""
    quiet = Registration(
        RegistrationState.REGISTERED,
        expires_at=None if left is None else NOW + left,
        created_at=NOW - 3650 * DAY,
        updated_at=NOW - 100 * DAY,
        registrar="Example Registrar",
        name_servers=("a.iana-servers.net",),
        statuses=("clientTransferProhibited",),
        dnssec=True,
    )
    return replace(quiet, **changes)


def registration_facts(answer: Registration | None = None, **changes: Any) -> RegistrationFacts:
    """Return what a probe of example.com learns when RDAP gives *answer*, with *changes*."""
    quiet = RegistrationFacts(
        "example.com",
        answer or registration(),
        source="rdap",
        server="https://rdap.example/",
        duration_seconds=0.2,
    )
    return replace(quiet, **changes)


def codes(part: TlsPart | DomainPart) -> list[str]:
    """Return the codes of the problems of *part*, in their order."""
    return [problem.code.value for problem in part.problems]
