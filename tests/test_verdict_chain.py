"""What a chain means: who vouches for it, and that it counts as far as it is used, up to the first of its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.model import Certificate, Severity, Status, TlsPart, Verification
from domaincheck.verdict import Policy, judge_tls
from tests.facts import DAY, NOW, SECOND, certificate, codes, intermediate, root, tls_facts

if TYPE_CHECKING:
    from datetime import timedelta

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
TRUSTED_BY_SOMEONE_ELSE = Verification(20, "unable to get local issuer certificate")
FORGED = Verification(7, "certificate signature failure")


def judge(*chain: Certificate, policy: Policy | None = None, **changes: Any) -> TlsPart:
    """Return the judgement of a probe that found *chain*."""
    return judge_tls(tls_facts(*chain, **changes), policy or Policy(), NOW)


# --- trust ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (18, "self_signed"),
        (19, "untrusted_root"),
        (2, "incomplete_chain"),
        (20, "incomplete_chain"),
        (21, "incomplete_chain"),
        (7, "bad_chain"),
        (25, "bad_chain"),
        (26, "bad_chain"),
        (34, "bad_chain"),
        (47, "bad_chain"),
        (79, "bad_chain"),
        (9999, "bad_chain"),
    ],
)
def test_each_verification_error_has_a_code(number: int, code: str) -> None:
    """OpenSSL's numbers become codes that a script may match on; the certificate is invalid and not trusted."""
    part = judge(certificate(), verification=Verification(number, "the words of OpenSSL"))
    assert (part.status, part.severity, part.trusted, codes(part)) == (Status.INVALID, CRITICAL, False, [code])


def test_an_unusual_verification_error_is_told_in_the_words_of_openssl() -> None:
    """What has no code of its own keeps OpenSSL's explanation."""
    assert "signature failure" in judge(certificate(), verification=FORGED).problems[0].message


@pytest.mark.parametrize("number", [9, 10])
def test_dates_are_no_matter_of_trust(number: int) -> None:
    """OpenSSL's errors about dates say nothing about who vouches; the dates themselves are judged."""
    part = judge(certificate(), verification=Verification(number, "certificate has expired"))
    assert (part.status, part.trusted, part.problems) == (Status.VALID, True, ())


def test_a_leaf_straight_from_a_private_root_is_not_called_incomplete() -> None:
    """Without a caIssuers address the missing issuer is a root that is not trusted here."""
    part = judge(certificate(issuer_urls=()), verification=TRUSTED_BY_SOMEONE_ELSE)
    assert (codes(part), "Lab Intermediate" in part.problems[0].message) == (["untrusted_root"], True)


def test_a_full_chain_to_a_strange_root_is_not_called_incomplete() -> None:
    """A chain that is sent up to the intermediate lacks nothing but trust in its root."""
    part = judge(certificate(), intermediate(), verification=TRUSTED_BY_SOMEONE_ELSE)
    assert (codes(part), "Lab Root" in part.problems[0].message) == (["untrusted_root"], True)


# --- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "status", "severity"),
    [
        (31 * DAY, Status.VALID, OK),
        (30 * DAY, Status.EXPIRING_SOON, WARNING),
        (3 * DAY, Status.EXPIRING_SOON, CRITICAL),
        (DAY - SECOND, Status.EXPIRING_TODAY, CRITICAL),
    ],
)
@pytest.mark.parametrize("role", ["intermediate", "root"])
def test_a_chain_that_ends_first_is_expiring(role: str, left: timedelta, status: Status, severity: Severity) -> None:
    """A leaf with 200 days under something with three is expiring; the leaf's own days are still told."""
    above = (intermediate(left), root()) if role == "intermediate" else (intermediate(), root(left))
    part = judge(certificate(200 * DAY), *above)
    assert (part.status, part.severity, part.expires_first, part.days_left) == (status, severity, role, 200)
    assert codes(part) == ([] if status is Status.VALID else ["chain_expiring"])


@pytest.mark.parametrize("role", ["intermediate", "root"])
def test_a_chain_that_has_ended_is_expired(role: str) -> None:
    """Nothing is left of a leaf under an expired certificate."""
    above = (intermediate(-SECOND), root()) if role == "intermediate" else (intermediate(), root(-SECOND))
    part = judge(certificate(200 * DAY), *above)
    assert (part.status, part.severity, codes(part)) == (Status.EXPIRED, CRITICAL, ["chain_expired"])
    assert (part.expires_first, part.days_left) == (role, 200)


def test_the_leaf_is_named_when_all_expire_together() -> None:
    """Where leaf and intermediate end at the same second, the leaf comes first, and nothing is said of the chain."""
    part = judge(certificate(3 * DAY), intermediate(3 * DAY))
    assert (part.expires_first, part.status, part.problems) == ("leaf", Status.EXPIRING_SOON, ())


def test_a_chain_from_the_future_is_invalid() -> None:
    """An intermediate that is not valid yet breaks the chain."""
    part = judge(certificate(), intermediate(not_before=NOW + DAY))
    assert (part.status, codes(part)) == (Status.INVALID, ["not_yet_valid"])
    assert "Lab Intermediate" in part.problems[0].message


def test_what_is_sent_but_not_used_gives_no_alarm() -> None:
    """An expired cross-sign beside the path in use is listed in the chain, and that is all."""
    leaf, stray = certificate(), intermediate(-DAY, subject="CN=Old Cross-Sign")
    part = judge(leaf, stray, path=(leaf, intermediate(), root()))
    assert (part.status, part.problems, part.expires_first) == (Status.VALID, (), "leaf")
    assert [link.days_left for link in part.chain] == [200, -1]


def test_without_a_path_only_the_leaf_is_judged() -> None:
    """Where OpenSSL built no path, what else was sent is not known to matter."""
    part = judge(certificate(), intermediate(-DAY), path=())
    assert (part.status, part.expires_first) == (Status.VALID, "leaf")
