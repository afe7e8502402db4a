"""Every case of the lab, from a server on loopback to the JSON and the exit status that a user gets."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.authority import Authority
from domaincheck.model import ChainLink, Problem, Result, Severity, TlsPart
from tests.cases import CASES, Bench, Case, served
from tests.facts import DAY

if TYPE_CHECKING:
    from tests.commands import Outcome

TIMEOUT, TOLERANCE = 5.0, 0.3


@dataclass(frozen=True, slots=True)
class Seen:
    """A *case*, and what came of it *at* that time."""

    case: Case
    outcome: Outcome
    at: datetime

    @property
    def result(self) -> dict[str, Any]:
        """The result of the only target."""
        [result] = self.outcome.results
        return result

    @property
    def tls(self) -> dict[str, Any]:
        """Its certificate's part."""
        part: dict[str, Any] = self.result["tls"]
        return part

    @property
    def codes(self) -> list[str]:
        """The codes of its problems."""
        return [problem["code"] for problem in self.tls["problems"]]


@pytest.fixture(scope="module")
def authorities(root: Authority) -> tuple[Authority, Authority]:
    """Return the root and an authority below it, of a whole second: what certificates say is exact then."""
    top = Authority.root(root.now.replace(microsecond=0))
    return top, top.intermediate()


@pytest.fixture(scope="module", params=CASES, ids=str)
def seen(
    request: pytest.FixtureRequest,
    authorities: tuple[Authority, Authority],
    tmp_path_factory: pytest.TempPathFactory,
) -> Seen:
    """Serve one case, once for all tests, and check it."""
    with ExitStack() as stack:
        bench = Bench(*authorities, tmp_path_factory.mktemp("case"), stack)
        return Seen(request.param, served(request.param, bench), authorities[0].now)


def test_there_are_many_cases() -> None:
    """Each has a name of its own."""
    assert len({case.name for case in CASES}) == len(CASES) >= 400


def test_the_verdict_is_as_expected(seen: Seen) -> None:
    """Status, problems in their order, and exit status; whether somebody vouches, and whether the name is right."""
    case, tls = seen.case, seen.tls
    assert (seen.result["status"], seen.codes, seen.outcome.status, tls["trusted"], tls["hostname_matches"]) == (
        case.status,
        list(case.problems),
        case.exit_status,
        case.trusted,
        case.matches,
    )


def test_the_messages_say_what_matters(seen: Seen) -> None:
    """Each is one line, fit to print, and no fragment; the phrase that a case asks for is among them."""
    messages = [problem["message"] for problem in seen.tls["problems"]]
    assert all(len(message) > 20 and message.isprintable() for message in messages)
    assert any(seen.case.says in message for message in messages) or not seen.case.says


def test_severities_agree(seen: Seen) -> None:
    """Problems come most severe first, none outweighs the whole, and the exit status is that of the whole."""
    ranks = [Severity(problem["severity"]).rank for problem in seen.tls["problems"]]
    severity = Severity(seen.result["severity"])
    assert ranks == sorted(ranks, reverse=True)
    assert max(ranks, default=0) <= severity.rank
    assert seen.tls["severity"] == seen.outcome.document["summary"]["severity"] == severity
    assert seen.outcome.status == severity.exit_status


def test_every_key_is_there(seen: Seen) -> None:
    """The JSON has the keys that it always has, and nothing else is printed."""
    assert seen.outcome.stderr == ""
    assert list(seen.result) == names_of(Result)
    assert list(seen.tls) == names_of(TlsPart)
    assert all(list(link) == names_of(ChainLink) for link in seen.tls["chain"])
    assert all(list(problem) == names_of(Problem) for problem in seen.tls["problems"])
    assert seen.outcome.document["summary"]["domain_count"] == 1


def names_of(cls: Any) -> list[str]:
    """Return the names of the fields of a dataclass."""
    return [field.name for field in fields(cls)]


def test_what_was_shown_is_told(seen: Seen) -> None:
    """Whatever is wrong, a certificate that was shown is described; without one nothing is made up."""
    tls = seen.tls
    if seen.case.matches is None:
        assert (tls["chain"], tls["not_after"], tls["subject"], tls["warn_before_days"]) == ([], None, None, None)
        return
    assert tls["chain"][0]["fingerprint_sha256"] == tls["fingerprint_sha256"]
    assert None not in (tls["subject"], tls["issuer"], tls["key"], tls["signature"], tls["warn_before_days"])
    assert None not in (tls["protocol"], tls["address"])
    if tls["not_after"] is not None or seen.case.trusted is not False:
        left = datetime.fromisoformat(tls["not_after"]).astimezone(UTC) - seen.at
        assert (tls["days_left"], tls["not_before"] is None) == (left // DAY, False)


def test_the_time_is_kept(seen: Seen) -> None:
    """No server holds a check up beyond its timeout."""
    assert seen.tls["duration_seconds"] < TIMEOUT + TOLERANCE
