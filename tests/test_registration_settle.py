"""Which answer is believed when a registry can be asked in two ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode, Registration, RegistrationState
from domaincheck.network.deadline import Deadline
from domaincheck.probes.registration import FIRST_SHARE, settle
from domaincheck.probes.source import Answer

if TYPE_CHECKING:
    from domaincheck.model import Failure

EXPIRY = datetime(2030, 5, 1, 12, tzinfo=UTC)
REGISTERED = Registration(RegistrationState.REGISTERED, expires_at=EXPIRY)
DATELESS = Registration(RegistrationState.REGISTERED, registrar="Example Registrar Inc.")
FREE = Registration(RegistrationState.NOT_REGISTERED)


@dataclass
class Registry:
    """A source that *says* the same to everybody, and remembers the seconds it was given."""

    says: Registration | ProblemCode
    name: str = "rdap"
    seconds: list[float] = field(default_factory=list)

    def look_up(self, _domain: str, deadline: Deadline) -> Answer:
        """Answer, or fail with the code."""
        self.seconds.append(deadline.remaining())
        if isinstance(self.says, ProblemCode):
            raise NetworkError(self.says, f"{self.name} has failed")
        return Answer(self.says, self.name, f"{self.name}.example")


def settled(
    rdap: Registration | ProblemCode, whois: Registration | ProblemCode, domain: str = "example.com"
) -> tuple[Answer | None, tuple[Failure, ...], bool]:
    """Return the answer, the failures, and whether the second source was asked."""
    second = Registry(whois, "whois")
    answer, failures = settle(domain, [Registry(rdap), second], Deadline(10))
    return answer, failures, bool(second.seconds)


def test_a_registered_domain_with_its_expiry_suffices() -> None:
    """Registries are not asked twice without need."""
    answer, failures, asked = settled(REGISTERED, FREE)
    assert answer == Answer(REGISTERED, "rdap", "rdap.example")
    assert (failures, asked) == ((), False)


def test_not_registered_is_confirmed() -> None:
    """Two sources agree; the first is named."""
    answer, failures, asked = settled(FREE, FREE)
    assert answer == Answer(FREE, "rdap", "rdap.example")
    assert (failures, asked) == ((), True)


def test_contradicted_the_registered_answer_stands() -> None:
    """Nobody is alarmed on the word of one server against another; but the contradiction is told."""
    answer, (failure,), _ = settled(FREE, REGISTERED)
    assert answer == Answer(REGISTERED, "whois", "whois.example")
    assert failure.code is ProblemCode.NOT_REGISTERED
    assert failure.message == (
        "RDAP at rdap.example says that example.com is not registered, but WHOIS at whois.example says that it is"
    )


@pytest.mark.parametrize("code", [ProblemCode.TIMEOUT, ProblemCode.RATE_LIMITED, ProblemCode.CONNECTION_REFUSED])
def test_not_registered_stands_if_the_other_source_is_out_of_reach(code: ProblemCode) -> None:
    """One registry's definite word is worth more than another server's silence."""
    answer, (failure,), _ = settled(FREE, code)
    assert answer == Answer(FREE, "rdap", "rdap.example")
    assert (failure.code, failure.message) == (code, "whois has failed")


@pytest.mark.parametrize("found", [REGISTERED, DATELESS, FREE])
def test_the_second_source_answers_for_the_first(found: Registration) -> None:
    """What went wrong at the first is told all the same."""
    answer, (failure,), _ = settled(ProblemCode.TIMEOUT, found)
    assert answer == Answer(found, "whois", "whois.example")
    assert (failure.code, failure.message) == (ProblemCode.TIMEOUT, "rdap has failed")


def test_no_answer_at_all_tells_what_happened_at_each_source() -> None:
    """Both failures are there, in the order in which they were met."""
    answer, failures, _ = settled(ProblemCode.RATE_LIMITED, ProblemCode.TIMEOUT)
    assert answer is None
    assert [failure.code for failure in failures] == [ProblemCode.RATE_LIMITED, ProblemCode.TIMEOUT]


def test_a_missing_expiry_is_filled_from_the_other_source() -> None:
    """Everything else stays as the first source had it."""
    answer, failures, _ = settled(DATELESS, REGISTERED)
    expected = Registration(RegistrationState.REGISTERED, expires_at=EXPIRY, registrar="Example Registrar Inc.")
    assert answer == Answer(expected, "rdap", "rdap.example")
    assert failures == ()


@pytest.mark.parametrize("second", [DATELESS, FREE, ProblemCode.TIMEOUT])
def test_a_missing_expiry_may_stay_missing(second: Registration | ProblemCode) -> None:
    """That no second source knows the date either takes nothing from the first answer."""
    answer, _, asked = settled(DATELESS, second)
    assert answer == Answer(DATELESS, "rdap", "rdap.example")
    assert asked


@pytest.mark.parametrize("domain", ["example.de", "example.co.at", "example.nl"])
def test_an_expiry_that_is_never_published_is_not_asked_for(domain: str) -> None:
    """These registries keep the date to themselves, whoever asks."""
    answer, failures, asked = settled(DATELESS, REGISTERED, domain)
    assert answer == Answer(DATELESS, "rdap", "rdap.example")
    assert (failures, asked) == ((), False)


def test_a_source_that_does_not_exist_is_no_failure() -> None:
    """That IANA names no WHOIS server is worth no word when RDAP has answered or failed."""
    assert settled(FREE, ProblemCode.NO_REGISTRY)[1] == ()
    _, (failure,), _ = settled(ProblemCode.TIMEOUT, ProblemCode.NO_REGISTRY)
    assert failure.code is ProblemCode.TIMEOUT


def test_without_any_source_there_is_no_registry() -> None:
    """Nobody to ask, or nobody after having asked IANA, is the same."""
    for sources in ([], [Registry(ProblemCode.NO_REGISTRY)]):
        answer, (failure,) = settle("example.zz", sources, Deadline(10))
        assert answer is None
        assert failure.code is ProblemCode.NO_REGISTRY
        assert ".zz" in failure.message


def test_the_first_of_two_sources_leaves_time_for_the_second() -> None:
    """A server that stalls must not use up the time of the one that would have answered."""
    first, second, only = Registry(FREE), Registry(FREE, "whois"), Registry(FREE)
    settle("example.com", [first, second], Deadline(10))
    settle("example.com", [only], Deadline(10))
    assert first.seconds[0] <= 10 * FIRST_SHARE < second.seconds[0]
    assert only.seconds[0] > 10 * FIRST_SHARE
