"""What all addresses of a host come to together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domaincheck.model import Failure, ProblemCode, Revocation, RevocationState, Severity, Status, TlsFacts
from domaincheck.verdict import Policy, judge_tls
from tests.facts import DAY, HOST, NOW, certificate, codes, tls_facts

if TYPE_CHECKING:
    from domaincheck.model import TlsPart

DEAD = TlsFacts(HOST, "192.0.2.9", failure=Failure(ProblemCode.TIMEOUT, "no complete answer within 10 s"))
GOOD = tls_facts()
SOON, EXPIRED = (tls_facts(certificate(left, fingerprint_sha256="cd" * 32)) for left in (20 * DAY, -DAY))
WRONG = tls_facts(certificate(names=("other.example",)))


def judge(*found: TlsFacts) -> TlsPart:
    """Return the judgement of a host whose addresses, numbered from 192.0.2.1, show what was *found*."""
    numbered = tuple(replace(facts, address=f"192.0.2.{number}") for number, facts in enumerate(found, 1))
    return judge_tls(TlsFacts(HOST, addresses=numbered, duration_seconds=0.5), Policy(), NOW)


@pytest.mark.parametrize(
    ("found", "status", "severity"),
    [
        ((GOOD, GOOD), Status.VALID, Severity.OK),
        ((GOOD, SOON), Status.EXPIRING_SOON, Severity.WARNING),
        ((SOON, DEAD), Status.UNREACHABLE, Severity.UNKNOWN),
        ((DEAD, WRONG, GOOD), Status.INVALID, Severity.CRITICAL),
        ((GOOD, WRONG, EXPIRED, DEAD), Status.EXPIRED, Severity.CRITICAL),
    ],
)
def test_the_worst_address_decides(found: tuple[TlsFacts, ...], status: Status, severity: Severity) -> None:
    """The order is that of severities, and of statuses where these are equal; the facts are that address's own."""
    part = judge(*found)
    assert (part.status, part.severity) == (status, severity)
    assert (part.address, status) in {(each.address, each.status) for each in part.addresses or ()}
    assert part.duration_seconds == 0.5


def test_the_one_that_ends_first_is_the_worst_of_equals() -> None:
    """Of two that expire soon the sooner one is shown."""
    sooner = tls_facts(certificate(15 * DAY))
    assert (judge(SOON, sooner).days_left, judge(sooner, SOON).days_left) == (15, 15)


def test_what_is_the_same_everywhere_is_told_once() -> None:
    """A fault that all addresses share is the host's, and they do not differ."""
    assert codes(judge(WRONG, WRONG, WRONG)) == ["hostname_mismatch"]


def test_each_group_is_named_with_what_it_shows() -> None:
    """The sentence names addresses, verdicts with their reasons, and certificates."""
    assert judge(GOOD, DEAD, GOOD, EXPIRED).problems[-1].message == (
        "the addresses do not show the same: 192.0.2.4: expired, a certificate until 2026-11-22 (SHA-256 cdcdcdcd…); "
        "192.0.2.2: unreachable (timeout); "
        "192.0.2.1, 192.0.2.3: valid, a certificate until 2027-06-11 (SHA-256 abababab…)"
    )


def test_of_groups_of_one_size_the_worst_is_named_first() -> None:
    """Where not all can be named, those are that matter."""
    message = judge(GOOD, SOON, WRONG, DEAD, EXPIRED).problems[1].message
    places = [message.find(f"192.0.2.{number}") for number in (5, 3, 4, 2)]
    assert (places == sorted(places), message.endswith("; and 1 more address")) == (True, True)


def test_notes_and_what_the_status_says_are_not_told_again() -> None:
    """The sentence is long enough without them."""
    asked = Revocation(RevocationState.UNKNOWN, message="nobody could be asked")
    message = judge(replace(EXPIRED, revocation=asked), replace(GOOD, revocation=asked)).problems[1].message
    assert "192.0.2.1: expired, a certificate until" in message
    assert "192.0.2.2: valid, a certificate until" in message


@pytest.mark.parametrize(("count", "end"), [(50, "; and 46 more addresses"), (5, "; and 1 more address")])
def test_a_sentence_about_very_many_addresses_stays_readable(count: int, end: str) -> None:
    """Where each of many addresses shows something else, some are named and the others counted."""
    part = judge(*[tls_facts(certificate(fingerprint_sha256=f"{number:064x}")) for number in range(count)])
    message = part.problems[0].message
    assert message.endswith(end)
    assert (len(message) < 500, len(part.addresses or ())) == (True, count)


def test_notes_make_no_difference() -> None:
    """That one of two asked for a client certificate is a note, and no reason for a warning."""
    noted = replace(GOOD, failure=Failure(ProblemCode.CLIENT_CERTIFICATE_REQUIRED, "it asks for one"))
    part = judge(GOOD, noted)
    assert (part.severity, codes(part)) == (Severity.OK, [])
