"""STARTTLS, several addresses, revocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509

from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, greet, say
from domaincheck.lab.revocation import (
    HOUR,
    Responder,
    RevocationServer,
    answered_at,
    listed_at,
    revocation_list,
    scope,
)
from domaincheck.lab.starttls import SCRIPTS, StarttlsServer, answering
from domaincheck.lab.tls import TlsServer
from tests.cases.bench import Bench, Case, Nobody, Shows, invalid, unreachable
from tests.cases.protocols import TLS10, TLS12
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.lab.authority import Credential
    from domaincheck.lab.hostile import Behaviour

# --- STARTTLS ------------------------------------------------------------------------------------------------------


def asked(protocol: str) -> dict[str, Any]:
    """Return the user's part of a case in which TLS is started within *protocol*."""
    return {"options": ["--starttls", protocol], "target": f"{HOST}:443"}


def following(script: Any, shows: Callable[[Bench], Credential] = Bench.leaf, **server: Any) -> Shows:
    """Return what makes a server that follows *script* and then shows what *shows* makes."""
    return lambda bench: StarttlsServer(shows(bench), script, **server)


def failing(name: str, protocol: str, shows: Shows, says: str) -> Case:
    """Return the case of a server with which TLS can't be started."""
    return unreachable(name, shows, "starttls_failed", says, **asked(protocol))


def refusing(protocol: str, answer: bytes, says: str, step: int = -1) -> Case:
    """Return the case of a server that gives a negative *answer*."""
    return failing(f"{protocol}: refused", protocol, following(answering(protocol, answer, step)), says)


def smuggling(protocol: str) -> Case:
    """Return the case of a server, or somebody in between, that says more with its go-ahead."""
    step = -2 if protocol == "mysql" else -1  # where MySQL's greeting is the go-ahead
    script = answering(protocol, SCRIPTS[protocol][step][1] + b"250 smuggled\r\n", step)
    return failing(
        f"{protocol}: text before the handshake", protocol, following(script), "sent text before the handshake"
    )


def talking(name: str, protocol: str, behaviour: Behaviour, says: str) -> Case:
    """Return the case of a server that does not know the protocol."""
    return failing(f"{protocol}: {name}", protocol, lambda _: HostileServer(behaviour), says)


STARTTLS = (
    *(Case(f"{protocol}: started", following(protocol), **asked(protocol)) for protocol in SCRIPTS),
    Case("smtp: by scheme", following("smtp"), target=f"smtp://{HOST}:443"),
    Case("smtp: slowly", following("smtp", pace=0.001), **asked("smtp")),
    Case("smtp: TLS 1.2", following("smtp", maximum=TLS12), **asked("smtp")),
    Case(
        "imap: expired",
        following("imap", lambda bench: bench.leaf(not_after=-DAY)),
        "expired",
        ["expired"],
        2,
        **asked("imap"),
    ),
    invalid(
        "pop3: another host",
        following("pop3", lambda bench: bench.leaf("mail.example.com")),
        "hostname_mismatch",
        **asked("pop3"),
    ),
    invalid(
        "smtp: no intermediate",
        following("smtp", lambda bench: bench.leaf().sending()),
        "incomplete_chain",
        **asked("smtp"),
    ),
    invalid(
        "ldap: TLS 1.0 only",
        following("ldap", minimum=TLS10, maximum=TLS10),
        "weak_protocol",
        "TLS 1.0",
        **asked("ldap"),
    ),
    refusing("smtp", b"454 4.7.0 TLS not available\r\n", "refused to start TLS: '454 4.7.0 TLS not available'"),
    refusing("imap", b"a BAD unknown command\r\n", "unknown command"),
    refusing("pop3", b"-ERR no\r\n", "-ERR no"),
    refusing("ftp", b"502 no\r\n", "502 no"),
    refusing("postgres", b"N", "PostgreSQL"),
    smuggling("smtp"),
    smuggling("imap"),
    smuggling("pop3"),
    smuggling("ftp"),
    smuggling("postgres"),
    smuggling("mysql"),
    failing(
        "smtp: not offered",
        "smtp",
        following([SCRIPTS["smtp"][0], (SCRIPTS["smtp"][1][0], b"250 mx.example.com\r\n")]),
        "the SMTP server does not offer TLS",
    ),
    talking("a web server", "smtp", say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "speaks HTTP, not SMTP"),
    talking("an SSH server", "imap", greet(b"SSH-2.0-OpenSSH_9.9\r\n"), "speaks SSH, not IMAP"),
    talking("TLS from the first byte", "ldap", BEHAVIOURS["alert_protocol_version"], "speaks TLS from the first byte"),
    unreachable(
        "smtp: silence",
        lambda _: HostileServer("stall"),
        "timeout",
        "a server that expects TLS from the first byte is silent too",
        target=f"smtp://{HOST}:443",
        options=["--timeout", "0.3"],
    ),
)

# --- several addresses ---------------------------------------------------------------------------------------------

ALL: dict[str, Any] = {"options": ["--all-addresses"]}
DIFFER = "addresses_differ"


def twice(bench: Bench) -> list[TlsServer]:
    """Return two servers that show the same certificate."""
    credential = bench.leaf()
    return [TlsServer(credential), TlsServer(credential)]


ADDRESSES = (
    Case("the first address is dead", lambda bench: [Nobody(), bench.leaf()]),
    Case("the first address is reset", lambda bench: ["reset", bench.leaf()]),
    Case("the first address is good, the second not asked", lambda bench: [bench.leaf(), bench.leaf(not_after=-DAY)]),
    Case(
        "the first address is expired, the second not asked",
        lambda bench: [bench.leaf(not_after=-DAY), bench.leaf()],
        "expired",
        ["expired"],
        2,
    ),
    unreachable("both addresses are dead", lambda _: [Nobody(), Nobody()], "connection_refused", "refused"),
    Case("one address, all asked", lambda bench: bench.leaf(), **ALL),
    Case("two addresses with the same", twice, **ALL),
    Case(
        "two addresses with two certificates",
        lambda bench: [bench.leaf(), bench.leaf()],
        problems=[DIFFER],
        exit_status=1,
        says="the addresses do not show the same: 127.0.0.1: valid, a certificate until ",
        **ALL,
    ),
    Case(
        "one address of two is expired",
        lambda bench: [bench.leaf(), bench.leaf(not_after=-DAY)],
        "expired",
        ["expired", DIFFER],
        2,
        "127.0.0.1: expired, a certificate until ",
        **ALL,
    ),
    Case(
        "one address of three expires soon",
        lambda bench: [*twice(bench), bench.leaf(not_before=-80 * DAY, not_after=10 * DAY)],
        "expiring_soon",
        [DIFFER],
        1,
        **ALL,
    ),
    invalid(
        "one address of two is for another host",
        lambda bench: [bench.leaf("other.example.com"), bench.leaf()],
        "hostname_mismatch",
        problems=["hostname_mismatch", DIFFER],
        **ALL,
    ),
    unreachable(
        "one address of two is dead, all asked",
        lambda bench: [bench.leaf(), Nobody()],
        "connection_refused",
        "unreachable (connection refused)",
        problems=["connection_refused", DIFFER],
        **ALL,
    ),
    unreachable(
        "all addresses are dead, all asked", lambda _: [Nobody(), Nobody()], "connection_refused", "refused", **ALL
    ),
)

# --- revocation ----------------------------------------------------------------------------------------------------

ASKED: dict[str, Any] = {"options": ["--revocation"]}
UNKNOWN: dict[str, Any] = ASKED | {"problems": ["revocation_unknown"]}


def published(make: Callable[[Bench, int], Any], *, serial: int = 0x1234, path: str = "/ca.crl") -> Shows:
    """Return what makes a leaf of the root that names a list, which holds what *make* returns for its number."""

    def show(bench: Bench) -> Credential:
        server = bench.open(RevocationServer({"/ca.crl": make(bench, serial)}))
        return bench.root.leaf(HOST, serial=serial, extensions=[listed_at(server.url(path))])

    return show


def listing(bench: Bench, *serials: int, reason: x509.ReasonFlags | None = None, **options: Any) -> bytes:
    """Return the root's list of *serials*."""
    return revocation_list(bench.root, dict.fromkeys(serials, reason), **options)


def answered(*, good: bool) -> Shows:
    """Return what makes a leaf of the root whose OCSP responder says so."""

    def show(bench: Bench) -> Credential:
        known = {"good": frozenset([7])} if good else {"revoked": {7: x509.ReasonFlags.superseded}}
        server = bench.open(RevocationServer({"/ocsp": Responder(bench.root, **known)}))
        return bench.root.leaf(HOST, serial=7, issuer_url=None, extensions=[answered_at(server.url("/ocsp"))])

    return show


def revoked_above(bench: Bench) -> Credential:
    """Return a leaf whose issuer the root has revoked."""
    server = bench.open(RevocationServer())
    issuer = bench.root.intermediate(extensions=[listed_at(server.url("/root.crl"))])
    server.published["/root.crl"] = listing(bench, issuer.certificate.serial_number)
    server.published["/leaf.crl"] = revocation_list(issuer, {})
    return issuer.leaf(HOST, extensions=[listed_at(server.url("/leaf.crl"))])


REVOCATION = (
    Case("not revoked", published(lambda bench, _: listing(bench)), **ASKED),
    Case("others are revoked", published(lambda bench, _: listing(bench, 1, 2, 3)), **ASKED),
    Case("revoked, and nobody asked", published(listing)),
    invalid("revoked", published(listing), "revoked", "the certificate was revoked on ", **ASKED),
    invalid(
        "revoked, with a reason",
        published(lambda bench, serial: listing(bench, serial, reason=x509.ReasonFlags.key_compromise)),
        "revoked",
        "key compromise",
        **ASKED,
    ),
    invalid("an intermediate that is revoked", revoked_above, "revoked", "CN=Lab Intermediate R1", **ASKED),
    Case(
        "no list",
        lambda bench: bench.root.leaf(HOST),
        says="names neither a list of revocations nor an OCSP responder",
        **UNKNOWN,
    ),
    Case("a list that is not there", published(listing, path="/nowhere"), **UNKNOWN),
    Case("a list that is over", published(lambda b, s: listing(b, s, since=-48 * HOUR, until=-HOUR)), **UNKNOWN),
    Case("a list of others", published(lambda b, s: revocation_list(b.stranger, {s: None})), **UNKNOWN),
    Case("a list that is none", published(lambda *_: b"<html>"), **UNKNOWN),
    Case(
        "a list of other certificates",
        published(lambda b, s: listing(b, s, extensions=[scope(only_contains_ca_certs=True)])),
        **UNKNOWN,
    ),
    Case("OCSP: good", answered(good=True), **ASKED),
    invalid("OCSP: revoked", answered(good=False), "revoked", "superseded", **ASKED),
    Case(
        "expired, and revocation asked",
        lambda bench: bench.root.leaf(HOST, not_after=-DAY),
        "expired",
        ["expired", "revocation_unknown"],
        2,
        **ASKED,
    ),
)

CASES = (*STARTTLS, *ADDRESSES, *REVOCATION)
