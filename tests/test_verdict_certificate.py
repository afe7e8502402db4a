"""What TLS facts mean: the certificate's part of a result, judged at one moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import (
    Certificate,
    Failure,
    ProblemCode,
    PublicKey,
    Severity,
    Status,
    Threshold,
    TlsPart,
    Verification,
)
from domaincheck.verdict import Policy, judge_tls
from tests.facts import DAY, HOST, NOW, SECOND, certificate, codes, intermediate, tls_facts

if TYPE_CHECKING:
    from domaincheck.model import TlsFacts

OK, WARNING, UNKNOWN, CRITICAL = Severity.OK, Severity.WARNING, Severity.UNKNOWN, Severity.CRITICAL
TRUSTED_BY_SOMEONE_ELSE = Verification(20, "unable to get local issuer certificate")
FORGED = Verification(7, "certificate signature failure")


def judge(*chain: Certificate, policy: Policy | None = None, **changes: Any) -> TlsPart:
    """Return the judgement of a probe that found *chain*."""
    return judge_tls(tls_facts(*chain, **changes), policy or Policy(), NOW)


# --- the leaf's own time -------------------------------------------------------------------------------------------


def test_a_sound_certificate_is_valid_and_described() -> None:
    """Without a fault the status is valid, and what the certificate and the connection say stands in the part."""
    leaf, above = certificate(200 * DAY), intermediate(1000 * DAY)
    part = judge(leaf, above)
    assert (part.status, part.severity, part.problems) == (Status.VALID, OK, ())
    assert (part.not_before, part.not_after, part.days_left) == (leaf.not_before, leaf.not_after, 200)
    assert (part.subject, part.issuer, part.serial) == (leaf.subject, leaf.issuer, leaf.serial)
    assert (part.names, part.fingerprint_sha256) == (leaf.names, leaf.fingerprint_sha256)
    assert (part.key, part.signature) == ("ECDSA P-256", "ecdsa-with-SHA256")
    assert (part.protocol, part.cipher, part.address) == ("TLSv1.3", "TLS_AES_256_GCM_SHA384", "192.0.2.1")
    assert (part.trusted, part.hostname_matches) == (True, True)
    assert (part.warn_before_days, part.expires_first, part.duration_seconds) == (30.0, "leaf", 0.03)
    assert [(link.subject, link.not_after, link.days_left) for link in part.chain] == [
        (leaf.subject, leaf.not_after, 200),
        (above.subject, above.not_after, 1000),
    ]


@pytest.mark.parametrize(
    ("left", "status", "severity", "days"),
    [
        (-DAY, Status.EXPIRED, CRITICAL, -1),
        (-SECOND, Status.EXPIRED, CRITICAL, -1),
        (timedelta(0), Status.EXPIRING_TODAY, CRITICAL, 0),
        (SECOND, Status.EXPIRING_TODAY, CRITICAL, 0),
        (DAY - SECOND, Status.EXPIRING_TODAY, CRITICAL, 0),
        (DAY, Status.EXPIRING_SOON, CRITICAL, 1),
        (7 * DAY, Status.EXPIRING_SOON, CRITICAL, 7),
        (8 * DAY, Status.EXPIRING_SOON, WARNING, 8),
        (30 * DAY, Status.EXPIRING_SOON, WARNING, 30),
        (30 * DAY + SECOND, Status.VALID, OK, 30),
    ],
)
def test_edges_of_a_certificates_life(left: timedelta, status: Status, severity: Severity, days: int) -> None:
    """Status, severity and days follow the time left; only what is past is a problem."""
    part = judge(certificate(left))
    assert (part.status, part.severity, part.days_left) == (status, severity, days)
    assert codes(part) == (["expired"] if status is Status.EXPIRED else [])


@pytest.mark.parametrize(
    ("lifetime", "left", "asked", "status"),
    [
        (47, 16, None, Status.VALID),
        (47, 15, None, Status.EXPIRING_SOON),
        (47, 16, "30", Status.EXPIRING_SOON),
        (6, 3, None, Status.VALID),
        (6, 2, None, Status.EXPIRING_SOON),
        (6, 0.9, None, Status.EXPIRING_TODAY),
        (6, 3, "30", Status.EXPIRING_SOON),
        (6, 2, "25%", Status.VALID),
        (6, 1.5, "25%", Status.EXPIRING_SOON),
        (398, 100, "25%", Status.VALID),
        (398, 99, "25%", Status.EXPIRING_SOON),
        (398, 59, "60d", Status.EXPIRING_SOON),
        (398, 0.5, "0", Status.VALID),
    ],
)
def test_short_lives_and_thresholds(lifetime: int, left: float, asked: str | None, status: Status) -> None:
    """A short-lived certificate is not always expiring, unless the user insists on a threshold."""
    policy = Policy(Threshold.parse(asked) if asked else None)
    assert judge(certificate(left * DAY, lifetime * DAY), policy=policy).status is status


@pytest.mark.parametrize(("asked", "days"), [(None, (2.0, 2.0 * 7 / 30)), ("30", (30.0, 7.0)), ("25%", (1.5, 0.35))])
def test_the_windows_in_force_are_told(asked: str | None, days: tuple[float, float]) -> None:
    """The part says how many days before the expiry of this very certificate it becomes a warning, and critical."""
    part = judge(certificate(3 * DAY, 6 * DAY), policy=Policy(Threshold.parse(asked) if asked else None))
    assert (part.warn_before_days, part.critical_before_days) == pytest.approx(days)


@pytest.mark.parametrize(("critical", "severity"), [("10", CRITICAL), ("8", WARNING), ("5%", CRITICAL), ("0", WARNING)])
def test_the_critical_window_is_the_users(critical: str, severity: Severity) -> None:
    """Nine days before the end of 398 it depends on what the user calls critical."""
    part = judge(certificate(9 * DAY), policy=Policy(critical=Threshold.parse(critical)))
    assert (part.status, part.severity) == (Status.EXPIRING_SOON, severity)


def test_a_certificate_from_the_future_is_invalid() -> None:
    """Before its first second a certificate is not valid, however long it lives then."""
    part = judge(certificate(398 * DAY + SECOND))
    assert (part.status, part.severity, codes(part)) == (Status.INVALID, CRITICAL, ["not_yet_valid"])


def test_the_first_second_of_a_certificate_counts() -> None:
    """At its very beginning a certificate is valid."""
    assert judge(certificate(398 * DAY)).status is Status.VALID


@pytest.mark.parametrize("lost", ["not_before", "not_after"])
def test_a_date_that_cannot_be_read_makes_a_certificate_invalid(lost: str) -> None:
    """Nobody can rely on a certificate whose dates are rubbish; what can be read is kept."""
    changes: dict[str, Any] = {lost: None}
    part = judge(certificate(**changes))
    assert (part.status, part.severity, codes(part)) == (Status.INVALID, CRITICAL, ["malformed_response"])
    assert part.subject == "CN=www.example.com"
    assert part.days_left == (None if lost == "not_after" else 200)


def test_an_upside_down_lifetime_is_no_window() -> None:
    """A certificate that ends before it begins was never valid, and its window is not negative."""
    part = judge(certificate(-3 * DAY, -6 * DAY))
    assert (part.status, part.warn_before_days, set(codes(part))) == (Status.EXPIRED, 0.0, {"expired", "not_yet_valid"})


# --- the name ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.example",), "the certificate is for a.example, not for www.example.com"),
        (("a.example", "b.example", "c.example", "d.example"), "a.example, b.example, c.example and 1 more"),
        ((), "names no host at all"),
    ],
)
def test_a_wrong_name_is_invalid_and_explained(names: tuple[str, ...], message: str) -> None:
    """A certificate for other hosts is invalid, the message says for which, and everything else is kept."""
    part = judge(certificate(names=names))
    assert (part.status, part.hostname_matches, codes(part)) == (Status.INVALID, False, ["hostname_mismatch"])
    assert message in part.problems[0].message
    assert (part.days_left, part.trusted) == (200, True)


# --- several faults ------------------------------------------------------------------------------------------------


def test_names_that_were_lost_are_not_said_to_be_missing() -> None:
    """Of a certificate that only we could read, as far as that went, nothing can be said about the host."""
    damaged = Failure(ProblemCode.MALFORMED_RESPONSE, "OpenSSL cannot read it")
    part = judge(certificate(names=()), verification=None, failure=damaged)
    assert (part.status, part.hostname_matches, codes(part)) == (Status.INVALID, None, ["malformed_response"])
    part = judge(certificate(names=("other.example",)), verification=None, failure=damaged)
    assert (part.hostname_matches, codes(part)) == (False, ["hostname_mismatch", "malformed_response"])


def test_all_faults_are_told_and_expired_comes_before_invalid() -> None:
    """An expired, wrong, weak certificate from nowhere is expired, with each of its faults."""
    leaf = certificate(-DAY, names=("other.example",), key=PublicKey("RSA", 1024), issuer_urls=())
    part = judge(leaf, verification=TRUSTED_BY_SOMEONE_ELSE)
    assert (part.status, part.severity) == (Status.EXPIRED, CRITICAL)
    assert codes(part) == ["expired", "hostname_mismatch", "untrusted_root", "weak_key"]


def test_invalid_comes_before_expiring() -> None:
    """A certificate for another host is invalid, also in its last hours."""
    assert judge(certificate(SECOND, names=("other.example",))).status is Status.INVALID


def test_the_most_severe_problem_stands_first() -> None:
    """Problems are in the order critical, unknown, warning, whatever was found first."""
    failure = Failure(ProblemCode.CONNECTION_RESET, "the server closed the connection")
    part = judge(
        certificate(key=PublicKey("RSA", 1024)),
        intermediate(20 * DAY),
        policy=Policy(weak=WARNING),
        verification=FORGED,
        failure=failure,
    )
    assert [problem.severity for problem in part.problems] == [CRITICAL, UNKNOWN, WARNING, WARNING]
    assert codes(part)[:2] == ["bad_chain", "connection_reset"]


# --- failures ------------------------------------------------------------------------------------------------------

FAILURES = [
    ProblemCode.DNS_FAILURE,
    ProblemCode.CONNECTION_REFUSED,
    ProblemCode.TIMEOUT,
    ProblemCode.CONNECTION_RESET,
    ProblemCode.NOT_TLS,
    ProblemCode.HANDSHAKE_FAILURE,
    ProblemCode.STARTTLS_FAILED,
    ProblemCode.MALFORMED_RESPONSE,
    ProblemCode.CLIENT_CERTIFICATE_REQUIRED,
]


def failed(code: ProblemCode, *chain: Certificate, **changes: Any) -> TlsFacts:
    """Return the facts of a probe that broke off with *code* after it had seen *chain*."""
    verification = Verification(0) if chain else None
    quiet = {"sent": chain, "path": chain, "verification": verification, "failure": Failure(code, "what happened")}
    return tls_facts(**quiet | changes)


@pytest.mark.parametrize("code", FAILURES)
def test_a_failure_without_a_certificate_is_unreachable(code: ProblemCode) -> None:
    """What could not be seen is unknown, not bad; the reason stands in the problems, and all else is empty."""
    part = judge_tls(failed(code, protocol=None, cipher=None), Policy(), NOW)
    assert (part.status, part.severity) == (Status.UNREACHABLE, UNKNOWN)
    assert [(p.code, p.severity, p.message) for p in part.problems] == [(code, UNKNOWN, "what happened")]
    unknown = (part.not_before, part.not_after, part.days_left, part.warn_before_days, part.expires_first)
    assert {*unknown, part.subject, part.issuer, part.serial, part.fingerprint_sha256, part.key} == {None}
    assert {part.signature, part.protocol, part.cipher, part.trusted, part.hostname_matches} == {None}
    assert (part.names, part.chain) == ((), ())


@pytest.mark.parametrize("code", FAILURES[:-1])
def test_a_failure_after_the_certificate_keeps_what_was_learned(code: ProblemCode) -> None:
    """A handshake that breaks off late is unreachable, but dates, names and chain stay."""
    part = judge_tls(failed(code, certificate()), Policy(), NOW)
    assert (part.status, part.severity, codes(part)) == (Status.UNREACHABLE, UNKNOWN, [code.value])
    assert (part.days_left, part.names, len(part.chain)) == (200, (HOST,), 1)


@pytest.mark.parametrize(
    ("leaf", "status"),
    [(certificate(-DAY), Status.EXPIRED), (certificate(names=("other.example",)), Status.INVALID)],
    ids=["expired", "wrong host"],
)
def test_a_bad_certificate_is_bad_even_if_the_handshake_failed_later(leaf: Certificate, status: Status) -> None:
    """What is known to be wrong outweighs what is not known."""
    part = judge_tls(failed(ProblemCode.CONNECTION_RESET, leaf), Policy(), NOW)
    assert (part.status, part.severity, codes(part)[-1]) == (status, CRITICAL, "connection_reset")


@pytest.mark.parametrize(("left", "status"), [(200 * DAY, Status.VALID), (3 * DAY, Status.EXPIRING_SOON)])
def test_a_server_that_wants_a_client_certificate_is_judged_by_its_own(left: timedelta, status: Status) -> None:
    """That we may not come in does not make the server's certificate worse; it is noted."""
    part = judge_tls(failed(ProblemCode.CLIENT_CERTIFICATE_REQUIRED, certificate(left)), Policy(), NOW)
    assert (part.status, codes(part)) == (status, ["client_certificate_required"])
    assert part.problems[0].severity is OK


# --- whatever the facts --------------------------------------------------------------------------------------------

LIVES = st.builds(
    certificate,
    st.timedeltas(-10 * DAY, 500 * DAY),
    st.timedeltas(DAY, 500 * DAY),
    names=st.sampled_from([(), (HOST,), ("other.example",)]),
    key=st.sampled_from([None, PublicKey("RSA", 1024), PublicKey("RSA", 2048)]),
    not_before=st.sampled_from([None, NOW + DAY, NOW - DAY]),
)


@given(
    chain=st.lists(LIVES, max_size=3),
    number=st.sampled_from([0, 7, 10, 18, 19, 20, 66]),
    code=st.sampled_from([None, *FAILURES]),
    weak=st.sampled_from([None, WARNING, CRITICAL]),
)
def test_every_judgement_holds_together(
    chain: list[Certificate], number: int, code: ProblemCode | None, weak: Severity | None
) -> None:
    """Whatever was found: severities agree with status and problems, and the worst problem stands first."""
    facts = tls_facts(
        sent=tuple(chain),
        path=tuple(chain),
        verification=Verification(number, "words") if chain else None,
        failure=code and Failure(code, "words"),
    )
    part = judge_tls(facts, Policy(weak=weak), NOW)
    ranks = [problem.severity.rank for problem in part.problems]
    assert ranks == sorted(ranks, reverse=True)
    assert part.severity.rank >= max(ranks, default=0)
    assert (part.status is Status.VALID) <= (part.severity in (OK, WARNING))
    assert (part.status is Status.EXPIRED) == bool({"expired", "chain_expired"} & set(codes(part)))
    assert (part.status in (Status.EXPIRED, Status.INVALID)) <= (CRITICAL in {p.severity for p in part.problems})
    assert part.warn_before_days is None or part.warn_before_days >= 0
