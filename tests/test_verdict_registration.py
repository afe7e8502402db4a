"""What registration facts mean: the domain's part of a result, judged at one moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.model import Failure, ProblemCode, Registration, RegistrationState, Severity, Status, Threshold
from domaincheck.verdict import Policy, judge_registration
from tests.facts import DAY, NOW, SECOND, codes, registration, registration_facts

if TYPE_CHECKING:
    from domaincheck.model import DomainPart, RegistrationFacts

OK, WARNING, UNKNOWN, CRITICAL = Severity.OK, Severity.WARNING, Severity.UNKNOWN, Severity.CRITICAL
GONE = Registration(RegistrationState.NOT_REGISTERED)


def judge(facts: RegistrationFacts, policy: Policy | None = None) -> DomainPart:
    """Return the judgement of *facts*."""
    return judge_registration(facts, policy or Policy(), NOW)


def test_a_registered_domain_is_valid_and_described() -> None:
    """Without a fault the status is valid, and what the registry says, and where it said it, stands in the part."""
    answer = registration(300 * DAY)
    part = judge(registration_facts(answer, cached=True, age_seconds=60))
    assert (part.status, part.severity, part.problems) == (Status.VALID, OK, ())
    assert (part.name, part.registrar) == ("example.com", "Example Registrar")
    assert (part.created_at, part.updated_at, part.expires_at) == (
        answer.created_at,
        answer.updated_at,
        answer.expires_at,
    )
    assert (part.days_left, part.warn_before_days) == (300, 30.0)
    assert (part.statuses, part.name_servers, part.dnssec) == (answer.statuses, answer.name_servers, True)
    assert (part.source, part.server, part.cached, part.age_seconds) == ("rdap", "https://rdap.example/", True, 60)
    assert part.duration_seconds == 0.2


@pytest.mark.parametrize(
    ("left", "status", "severity", "days"),
    [
        (-40 * DAY, Status.EXPIRED, CRITICAL, -40),
        (-SECOND, Status.EXPIRED, CRITICAL, -1),
        (timedelta(0), Status.EXPIRING_TODAY, CRITICAL, 0),
        (DAY - SECOND, Status.EXPIRING_TODAY, CRITICAL, 0),
        (DAY, Status.EXPIRING_SOON, CRITICAL, 1),
        (7 * DAY, Status.EXPIRING_SOON, CRITICAL, 7),
        (7 * DAY + SECOND, Status.EXPIRING_SOON, WARNING, 7),
        (30 * DAY, Status.EXPIRING_SOON, WARNING, 30),
        (30 * DAY + SECOND, Status.VALID, OK, 30),
    ],
)
def test_edges_of_a_registration(left: timedelta, status: Status, severity: Severity, days: int) -> None:
    """Status, severity and days follow the time left."""
    part = judge(registration_facts(registration(left)))
    assert (part.status, part.severity, part.days_left) == (status, severity, days)


def test_the_users_threshold_counts() -> None:
    """With a threshold of 60 days a domain with 45 left is expiring, and the windows are told."""
    part = judge(registration_facts(registration(45 * DAY)), Policy(Threshold.parse("60"), Threshold.parse("10")))
    assert (part.status, part.warn_before_days, part.critical_before_days) == (Status.EXPIRING_SOON, 60.0, 10.0)


# --- states --------------------------------------------------------------------------------------------------------


def test_a_domain_that_is_not_registered_is_critical() -> None:
    """Anyone could take a domain that the registry does not know."""
    part = judge(registration_facts(GONE))
    assert (part.status, part.severity, codes(part)) == (Status.NOT_REGISTERED, CRITICAL, ["not_registered"])
    assert (part.days_left, part.expires_at, part.source) == (None, None, "rdap")


@pytest.mark.parametrize("state", [RegistrationState.LIMITED, RegistrationState.UNKNOWN])
@pytest.mark.parametrize(
    "code", [ProblemCode.RATE_LIMITED, ProblemCode.TIMEOUT, ProblemCode.NO_REGISTRY, ProblemCode.MALFORMED_RESPONSE]
)
def test_without_an_answer_a_domain_is_unreachable(state: RegistrationState, code: ProblemCode) -> None:
    """A registry that is silent, tired or broken says nothing about the domain; why, stands in the problems."""
    facts = registration_facts(Registration(state), source=None, server=None, failures=(Failure(code, "words"),))
    part = judge(facts)
    assert (part.status, part.severity, codes(part)) == (Status.UNREACHABLE, UNKNOWN, [code.value])
    assert (part.expires_at, part.days_left, part.source, part.server) == (None, None, None, None)


@pytest.mark.parametrize(
    ("epp", "code"),
    [
        ("serverHold", "registry_hold"),
        ("clientHold", "registry_hold"),
        ("redemptionPeriod", "redemption"),
        ("pendingRestore", "redemption"),
        ("pendingDelete", "pending_delete"),
    ],
)
def test_a_domain_about_to_be_lost_is_at_risk(epp: str, code: str) -> None:
    """Some states mean that the domain is out of the DNS or on its way out, whatever its date says."""
    part = judge(registration_facts(registration(300 * DAY, statuses=("clientTransferProhibited", epp))))
    assert (part.status, part.severity, codes(part)) == (Status.AT_RISK, CRITICAL, [code])
    assert part.problems[0].message.startswith(epp)


@pytest.mark.parametrize(
    "epp", ["ok", "active", "clientTransferProhibited", "serverDeleteProhibited", "autoRenewPeriod", "pendingTransfer"]
)
def test_usual_states_are_no_risk(epp: str) -> None:
    """Locks and grace periods are the everyday life of a domain."""
    assert judge(registration_facts(registration(statuses=(epp,)))).status is Status.VALID


@pytest.mark.parametrize("left", [3 * DAY, SECOND, None], ids=["soon", "today", "not published"])
def test_a_risk_outweighs_the_time_left(left: timedelta | None) -> None:
    """At risk is said before expiring, and also where no date is known."""
    assert judge(registration_facts(registration(left, statuses=("serverHold",)))).status is Status.AT_RISK


def test_an_expired_domain_on_hold_is_expired() -> None:
    """Once the date is past it says most, and every risk is still told."""
    part = judge(registration_facts(registration(-DAY, statuses=("redemptionPeriod", "pendingDelete"))))
    assert (part.status, codes(part)) == (Status.EXPIRED, ["expired", "redemption", "pending_delete"])


# --- no date -------------------------------------------------------------------------------------------------------


def test_a_registry_that_publishes_no_date_is_no_failure() -> None:
    """A registered domain without a published expiry is fine, and the lack is noted."""
    part = judge(registration_facts(registration(None)))
    assert (part.status, part.severity, codes(part)) == (Status.UNKNOWN_EXPIRY, OK, ["expiry_not_published"])
    assert (part.days_left, part.warn_before_days) == (None, 30.0)


def test_a_date_that_cannot_be_read_is_not_called_unpublished() -> None:
    """Where the registry did write a date, but in no way we understand, nobody knows whether all is well."""
    part = judge(registration_facts(registration(None, faults=("the expiry cannot be read",))))
    assert (part.status, part.severity, codes(part)) == (Status.UNKNOWN_EXPIRY, UNKNOWN, ["malformed_response"])
    assert part.problems[0].message == "the expiry cannot be read"


def test_other_faults_of_an_answer_are_notes() -> None:
    """With the expiry known, what else could not be read is told and does not weigh."""
    part = judge(registration_facts(registration(faults=("the creation date cannot be read",))))
    assert (part.status, part.severity, codes(part)) == (Status.VALID, OK, ["malformed_response"])


@pytest.mark.parametrize(
    ("left", "status", "problems"), [(300 * DAY, Status.VALID, []), (-DAY, Status.EXPIRED, ["expired"])]
)
def test_the_user_may_supply_a_date_that_is_not_published(left: timedelta, status: Status, problems: list[str]) -> None:
    """The settings may name the expiry of a domain whose registry keeps it to itself."""
    part = judge(registration_facts(registration(None)), Policy(expiries={"example.com": NOW + left}))
    assert (part.status, part.expires_at, codes(part)) == (status, NOW + left, problems)


@pytest.mark.parametrize("answer", [registration(300 * DAY), GONE], ids=["published", "not registered"])
def test_a_supplied_date_never_contradicts_the_registry(answer: Registration) -> None:
    """What the registry says counts before what the settings say."""
    facts = registration_facts(answer)
    assert judge(facts, Policy(expiries={"example.com": NOW - DAY})) == judge(facts)


# --- failures on the way -------------------------------------------------------------------------------------------


def test_a_source_that_failed_before_another_answered_is_a_note() -> None:
    """Once one source has answered, the failure of the other does not weigh."""
    part = judge(registration_facts(failures=(Failure(ProblemCode.TIMEOUT, "RDAP was silent"),)))
    assert (part.status, part.severity) == (Status.VALID, OK)
    assert [(p.code, p.severity, p.message) for p in part.problems] == [(ProblemCode.TIMEOUT, OK, "RDAP was silent")]


def test_a_contradiction_between_sources_is_a_warning() -> None:
    """A source that does not know a domain which another one does is worth a look."""
    part = judge(registration_facts(failures=(Failure(ProblemCode.NOT_REGISTERED, "WHOIS disagrees"),)))
    assert (part.status, part.severity, codes(part)) == (Status.VALID, WARNING, ["not_registered"])


def test_the_most_severe_problem_stands_first() -> None:
    """Risks come before contradictions, and those before notes."""
    failures = (Failure(ProblemCode.TIMEOUT, "silent"), Failure(ProblemCode.NOT_REGISTERED, "disagrees"))
    part = judge(registration_facts(registration(None, statuses=("serverHold",)), failures=failures))
    assert codes(part) == ["registry_hold", "not_registered", "expiry_not_published", "timeout"]
