"""What is not as the user expects it: of a certificate, of a registration, of one name or of all."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import Failure, ProblemCode, Registration, RegistrationState, Severity, Status, Threshold
from domaincheck.verdict import Expected, Own, Policy, judge_registration, judge_tls
from domaincheck.verdict.expectations import settled_for
from tests.facts import DAY, HOST, NOW, certificate, codes, registration, registration_facts, tls_facts

ISSUER = r"CN=R11,O=Let's Encrypt\, Inc.,C=US"
PIN = "0a" * 32
SERVERS = frozenset(["a.iana-servers.net", "b.iana-servers.net"])


def of_certificate(expected: Expected, **changes: object) -> list[str]:
    """Return the problems of a sound certificate, with *changes*, for someone with *expected*."""
    leaf = certificate(**{"issuer": ISSUER, "key_sha256": PIN} | changes)  # type: ignore[arg-type]
    return codes(judge_tls(tls_facts(leaf), Policy(expected=expected), NOW))


def of_registration(expected: Expected, **changes: object) -> list[str]:
    """Return the problems of a sound registration, with *changes*, for someone with *expected*."""
    facts = registration_facts(registration(**changes))  # type: ignore[arg-type]
    return codes(judge_registration(facts, Policy(expected=expected), NOW))


# --- certificates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "R11",
        "r11",
        "LET'S ENCRYPT",
        "CN=R11",
        "Let's Encrypt, Inc.",
        r"Let's Encrypt\, Inc.",
        "*O=Let's Encrypt*",
        "CN=R1?,*",
        "*",
        ISSUER,
    ],
)
def test_an_issuer_is_known_by_a_part_of_its_name_or_a_pattern_for_all_of_it(text: str) -> None:
    """In any case; the backslashes of RFC 4514 may be left out."""
    assert of_certificate(Expected(issuers=(text,))) == []


@pytest.mark.parametrize("text", ["R10", "DigiCert", "R1?", "O=*", "CN=R1?"])
def test_another_issuer_is_a_critical_problem(text: str) -> None:
    """A pattern has to match the whole name."""
    assert of_certificate(Expected(issuers=(text,))) == ["unexpected_issuer"]


def test_the_message_says_what_was_found_and_what_was_expected() -> None:
    """Whoever reads the alert need not look up either; the certificate counts as invalid."""
    policy = Policy(expected=Expected(issuers=("DigiCert", "Sectigo"), keys=("RSA 2048",)))
    part = judge_tls(tls_facts(certificate(issuer=ISSUER)), policy, NOW)
    assert (part.status, part.severity) == (Status.INVALID, Severity.CRITICAL)
    assert [problem.message for problem in part.problems] == [
        f"the certificate was issued by {ISSUER}; expected was DigiCert or Sectigo",
        "the certificate's key is ECDSA P-256; expected was RSA 2048",
    ]


@pytest.mark.parametrize("text", ["ECDSA P-256", "ecdsa  p-256", "ECDSA"])
def test_a_key_is_known_by_its_kind_or_the_beginning_of_it(text: str) -> None:
    """In whole words."""
    assert of_certificate(Expected(keys=(text,))) == []


@pytest.mark.parametrize("text", ["ECDSA P-384", "EC", "ECDSA P-25", "RSA", "P-256"])
def test_another_key_is_a_critical_problem(text: str) -> None:
    """As that of an attacker would be."""
    assert of_certificate(Expected(keys=(text,))) == ["unexpected_key"]


def test_a_key_may_be_pinned() -> None:
    """To one of several digests, or to a kind as well; the message tells the digest that was found."""
    assert of_certificate(Expected(pins=("0b" * 32, PIN))) == []
    assert of_certificate(Expected(pins=("0b" * 32,), keys=("ECDSA",))) == []
    part = judge_tls(tls_facts(certificate(key_sha256=PIN)), Policy(expected=Expected(pins=("0b" * 32,))), NOW)
    [problem] = part.problems
    assert problem.code is ProblemCode.UNEXPECTED_KEY
    assert f"ECDSA P-256 (SHA-256 {PIN}); expected was SHA-256 {'0b' * 32}" in problem.message


def test_one_of_several_will_do() -> None:
    """While a site moves from one CA to another, both are right."""
    assert of_certificate(Expected(issuers=("DigiCert", "R11"), keys=("RSA", "ECDSA"))) == []


@pytest.mark.parametrize("unknown", [{"issuer": ""}, {"key": None}])
def test_what_cannot_be_read_contradicts_nobody(unknown: dict[str, object]) -> None:
    """Another problem tells of it where it matters."""
    assert of_certificate(Expected(issuers=("R11",), keys=("ECDSA",)), **unknown) == []


def test_an_unreachable_server_has_no_unexpected_certificate() -> None:
    """One problem is enough."""
    facts = tls_facts(sent=(), path=(), verification=None, failure=Failure(ProblemCode.TIMEOUT, "no answer"))
    assert codes(judge_tls(facts, Policy(expected=Expected(issuers=("R11",), pins=(PIN,))), NOW)) == ["timeout"]


# --- registrations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Example Registrar", "example", "exa*rar"])
def test_a_registrar_is_known_by_a_part_of_its_name_or_a_pattern(text: str) -> None:
    """As an issuer."""
    assert of_registration(Expected(registrars=(text,))) == []


def test_another_registrar_puts_the_domain_at_risk() -> None:
    """It may have been taken away."""
    part = judge_registration(registration_facts(), Policy(expected=Expected(registrars=("Gandi",))), NOW)
    assert (part.status, part.severity) == (Status.AT_RISK, Severity.CRITICAL)
    [problem] = part.problems
    assert (problem.code, problem.message) == (
        ProblemCode.UNEXPECTED_REGISTRAR,
        "the registrar is Example Registrar; expected was Gandi",
    )


def test_the_name_servers_have_to_be_just_those() -> None:
    """In any order."""
    assert of_registration(Expected(name_servers=SERVERS), name_servers=tuple(sorted(SERVERS, reverse=True))) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (["a.iana-servers.net"], "b.iana-servers.net is missing"),
        ([*SERVERS, "ns.evil.example"], "ns.evil.example is not expected"),
        (
            ["x.example", "y.example"],
            "x.example, y.example are not expected, a.iana-servers.net, b.iana-servers.net are missing",
        ),
    ],
)
def test_other_name_servers_are_told_one_by_one(found: list[str], words: str) -> None:
    """Those that are missing, and those that should not be there."""
    facts = registration_facts(registration(name_servers=tuple(found)))
    [problem] = judge_registration(facts, Policy(expected=Expected(name_servers=SERVERS)), NOW).problems
    assert problem.code is ProblemCode.UNEXPECTED_NAME_SERVERS
    assert problem.message == f"the name servers are not those expected: {words}"


EVERYTHING = Expected(registrars=("Gandi",), name_servers=SERVERS)


@pytest.mark.parametrize(
    "changes", [{"registrar": None, "name_servers": ()}, {"registrar": "Gandi SAS", "name_servers": ()}]
)
def test_what_a_registry_does_not_tell_is_not_held_against_the_domain(changes: dict[str, object]) -> None:
    """Some publish no registrar."""
    assert of_registration(EVERYTHING, **changes) == []


@pytest.mark.parametrize("state", [state for state in RegistrationState if state is not RegistrationState.REGISTERED])
def test_a_domain_that_is_not_there_or_not_known_has_no_unexpected_registrar(state: RegistrationState) -> None:
    """Whatever stands in the answer."""
    answer = Registration(state, registrar="Someone", name_servers=("x.example",))
    found = codes(judge_registration(registration_facts(answer), Policy(expected=EVERYTHING), NOW))
    assert [code for code in found if code.startswith("unexpected")] == []


# --- for single names ----------------------------------------------------------------------------------------------

MONTH, YEAR = Threshold.parse("30"), Threshold.parse("365")


def test_what_holds_for_a_domain_holds_for_hosts_under_it() -> None:
    """The entry of a host comes first, for each thing on its own; other domains are not concerned."""
    own = {
        "example.com": Own(MONTH, Expected(issuers=("A",), registrars=("R",))),
        "www.example.com": Own(None, Expected(issuers=("B",))),
    }
    policy = Policy(own=own)
    host, domain, other = (policy.of(name) for name in ("www.example.com", "shop.example.com", "example.org"))
    assert (host.warning, host.expected) == (MONTH, Expected(issuers=("B",), registrars=("R",)))
    assert (domain.warning, domain.expected) == (MONTH, Expected(issuers=("A",), registrars=("R",)))
    assert (other.warning, other.expected) == (None, Expected())


def test_what_was_asked_for_comes_before_what_was_settled() -> None:
    """But only where something was; kinds of keys and digests are one thing."""
    own = {"example.com": Own(None, Expected(issuers=("A",), keys=("RSA",), registrars=("R",)))}
    policy = Policy(expected=Expected(issuers=("B",), pins=(PIN,)), own=own).of(HOST)
    assert policy.expected == Expected(issuers=("B",), pins=(PIN,), registrars=("R",))


def test_a_threshold_of_its_own_makes_a_host_expire_sooner() -> None:
    """That of the policy is for the others."""
    policy = Policy(own={"example.com": Own(YEAR)})
    facts = tls_facts(certificate(200 * DAY))
    assert judge_tls(facts, policy.of(HOST), NOW).status is Status.EXPIRING_SOON
    assert judge_tls(facts, policy.of("example.org"), NOW).status is Status.VALID
    assert judge_tls(facts, policy.of(None), NOW).status is Status.VALID


LABELS = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=2), min_size=1, max_size=4)


@given(LABELS, st.dictionaries(LABELS.map(".".join), st.integers(1, 90), max_size=6))
def test_the_nearest_name_decides(labels: list[str], thresholds: dict[str, int]) -> None:
    """Of a host itself and all names it is under, the longest that something was settled for."""
    own = {name: Own(Threshold(days)) for name, days in thresholds.items()}
    host = ".".join(labels)
    over = [name for name in thresholds if host == name or host.endswith(f".{name}")]
    expected = Threshold(thresholds[max(over, key=len)]) if over else None
    assert settled_for(host, own).threshold == expected


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_expected_is_judged(text: str, issuer: str) -> None:
    """No text makes for more than one sentence, nor for a fault; its own name is always expected."""
    assert of_certificate(Expected(issuers=(text,)), issuer=issuer) in ([], ["unexpected_issuer"])
    assert of_certificate(Expected(issuers=(issuer,)), issuer=issuer) == []
