"""All that is known of one target, as lines of plain text: a heading, then lines of a name, a tab and a value.

An empty line stands between two headings. No name or value holds a tab or a line end, for all of them are cleaned, so
that the lines can be taken apart again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domaincheck.output.labels import label, worst_first
from domaincheck.text import clean, listed, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.model import DomainPart, Result, Status, TlsPart

    Value = str | datetime | Sequence[str] | None
    Fact = tuple[str, Value]

MOST_NAMES = 60
"""Names told of one certificate; the rest is counted."""


def facts_of(result: Result) -> str:
    """Return the lines of *result*; nothing for one of which nothing is known but its reason."""
    tls, domain = result.tls, result.domain
    blocks: list[tuple[str, Iterator[Fact]]] = [("Problems", _problems(tls, domain))]
    if tls:
        blocks += [("Certificate", _certificate(tls)), ("Chain as sent", _chain(tls)), ("Addresses", _addresses(tls))]
    if domain:
        blocks.append(("Registration", _registration(domain)))
    told = ((title, [f"{clean(name)}\t{_told(value)}" for name, value in facts if value]) for title, facts in blocks)
    return "\n\n".join("\n".join([title, *lines]) for title, lines in told if lines)


def _problems(*parts: TlsPart | DomainPart | None) -> Iterator[Fact]:
    for problem in worst_first(*parts):
        yield problem.severity.value, f"{clean(problem.message)} ({problem.code})"


def _certificate(tls: TlsPart) -> Iterator[Fact]:
    yield "Status", label(tls)
    yield "Subject", tls.subject
    yield "Issuer", tls.issuer
    yield "Names", tls.names
    yield "Valid from", tls.not_before
    yield "Valid until", tls.not_after
    yield "Expires first", tls.expires_first
    yield "Trusted", _answer(tls.trusted)
    yield "Name matches", _answer(tls.hostname_matches)
    if revocation := tls.revocation:
        yield "Revocation", [text for text in (revocation.state.value, revocation.reason) if text]
        yield "Revoked", revocation.revoked_at
    yield "Key", tls.key
    yield "Signature", tls.signature
    yield "Serial", tls.serial
    yield "SHA-256", tls.fingerprint_sha256
    yield "Address", tls.address
    yield "Protocol", tls.protocol
    yield "Cipher", tls.cipher


def _chain(tls: TlsPart) -> Iterator[Fact]:
    for place, link in enumerate(tls.chain, 1):
        yield f"{place} subject", link.subject
        yield "issued by", link.issuer
        yield "valid until", link.not_after


def _addresses(tls: TlsPart) -> Iterator[Fact]:
    for each in tls.addresses or ():
        yield each.address, _word(each.status)
        yield "valid until", each.not_after
        for problem in each.problems:
            yield problem.severity.value, problem.message


def _registration(domain: DomainPart) -> Iterator[Fact]:
    yield "Status", label(domain)
    yield "Domain", domain.name
    yield "Registrar", domain.registrar
    yield "Created", domain.created_at
    yield "Updated", domain.updated_at
    yield "Expires", domain.expires_at
    yield "EPP statuses", domain.statuses
    yield "Name servers", domain.name_servers
    yield "DNSSEC", _answer(domain.dnssec)
    yield "Told by", domain.server and f"{domain.server} ({domain.source})"


def _answer(truth: bool | None) -> str | None:
    return None if truth is None else "yes" if truth else "no"


def _word(status: Status) -> str:
    return status.value.replace("_", " ")


def _told(value: str | datetime | Sequence[str]) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return timestamp(value)[:16].replace("T", " ")
    return listed(list(map(clean, value)), MOST_NAMES)
