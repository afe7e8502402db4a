"""``check`` from end to end: what it finds in the lab, the JSON it promises, and the exit status."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.scenes import SCENES, Lab, Scene
from tests.commands import Outcome, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Open the lab for all tests of this module."""
    with Lab(NOW) as opened:
        yield opened


def check(lab: Lab, *arguments: object, **shell: Any) -> Outcome:
    """Run ``check`` so that it trusts the lab's root and asks the lab's registries."""
    registries = ("--rdap-url", lab.rdap_url, "--whois-server", lab.whois_server)
    settings = {"DOMAINCHECK_REGISTRY_RATE": "1000"}
    everywhere = Shell(hosts=lab.hosts, clock=lambda: NOW, environment=settings, **shell)
    return everywhere.run("check", "--ca-file", lab.ca_file, *registries, *arguments)


@pytest.fixture(scope="module")
def everything(lab: Lab) -> Outcome:
    """Return the JSON of a check of the whole lab."""
    return check(lab, "--json", *lab.targets)


# --- the document --------------------------------------------------------------------------------------------------

SHAPES = {
    "document": "version:text domaincheck_version:text checked_at:time duration_seconds:number threshold:text "
    "summary:summary results:[result]",
    "summary": "domain_count:count valid_count:count warning_count:count expired_count:count invalid_count:count "
    "unknown_count:count severity:text",
    "result": "target:text host:text port:count status:text severity:text tls:tls domain:domain reason:text",
    "tls": "status:text severity:text not_before:time not_after:time days_left:count warn_before_days:number "
    "critical_before_days:number expires_first:text subject:text issuer:text serial:text names:[text] "
    "fingerprint_sha256:text key:text signature:text protocol:text cipher:text address:text trusted:truth "
    "hostname_matches:truth chain:[link] problems:[problem] duration_seconds:number addresses:addresses "
    "revocation:revocation",
    "revocation": "state:text source:text revoked_at:time reason:text message:text",
    "link": "subject:text issuer:text not_after:time days_left:count fingerprint_sha256:text",
    "domain": "status:text severity:text name:text registrar:text created_at:time updated_at:time expires_at:time "
    "days_left:count warn_before_days:number critical_before_days:number statuses:[text] name_servers:[text] "
    "dnssec:truth source:text server:text cached:truth problems:[problem] duration_seconds:number age_seconds:count",
    "problem": "code:text severity:text message:text",
}
"""The keys of each object in their order, and the kind of each value."""

TYPES = {"text": str, "count": int, "number": float, "truth": bool}


def assert_shape(value: Any, kind: str, path: str = "$") -> None:
    """Assert that *value* is of *kind*, down to its leaves; ``null``, for unknown, is of every kind but a list."""
    if kind.startswith("["):
        for place, each in enumerate(value):
            assert_shape(each, kind[1:-1], f"{path}[{place}]")
    elif value is None:
        return
    elif kind in SHAPES:
        kinds = dict(member.split(":") for member in SHAPES[kind].split())
        assert list(value) == list(kinds), path
        for key, inner in kinds.items():
            assert_shape(value[key], inner, f"{path}.{key}")
    elif kind == "time":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value), path
    else:
        assert type(value) is TYPES[kind], path


def test_the_document_has_the_promised_keys_and_types(everything: Outcome) -> None:
    """Each level has exactly the keys of version 1, in their order, and times are RFC 3339 in whole UTC seconds."""
    assert_shape(everything.document, "document")


def test_what_cannot_be_a_target_has_the_same_keys(lab: Lab) -> None:
    """An invalid target's parts, host and port are null, and the reason says what is wrong with it."""
    outcome = check(lab, "--json", "such/target")
    assert_shape(outcome.document, "document")
    [result] = outcome.results
    assert (result["status"], result["severity"]) == ("invalid_target", "unknown")
    assert [result[key] for key in ("host", "port", "tls", "domain")] == [None] * 4
    assert "such/target" in result["reason"]


def test_the_frame_says_when_and_by_what_rule(everything: Outcome) -> None:
    """The time is the clock's, and the threshold is the one in force."""
    frame = everything.document
    assert frame["version"] == "1"
    assert frame["checked_at"] == NOW.isoformat()[:19] + "Z"
    assert frame["threshold"] == "30d"


def test_the_summary_counts_each_target_once(everything: Outcome) -> None:
    """Expiring today counts as expired; at risk and not registered as invalid."""
    assert everything.document["summary"] == {
        "domain_count": 13,
        "valid_count": 3,
        "warning_count": 1,
        "expired_count": 3,
        "invalid_count": 5,
        "unknown_count": 1,
        "severity": "critical",
    }


# --- the scenes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.target)
def test_each_scene_is_seen_for_what_it_is(everything: Outcome, scene: Scene) -> None:
    """Both parts have the status that the lab has staged, and the certificate's part its problems."""
    [result] = [result for result in everything.results if result["target"] == scene.target]
    assert (result["tls"]["status"], result["domain"]["status"]) == (scene.tls, scene.domain)
    assert [problem["code"] for problem in result["tls"]["problems"]] == list(scene.problems)


def test_the_results_stand_in_the_order_of_the_arguments(everything: Outcome, lab: Lab) -> None:
    """However long each takes."""
    assert [result["target"] for result in everything.results] == list(lab.targets)


def test_a_target_is_as_bad_as_its_worst_part(everything: Outcome) -> None:
    """A good certificate does not save an expired domain, nor the other way round."""
    found = {result["target"]: (result["status"], result["severity"]) for result in everything.results}
    assert found["www.example.org"] == ("expired", "critical")
    assert found["down.example.com"] == ("unreachable", "unknown")
    assert found["www.unregistered-lab-domain.com"] == ("not_registered", "critical")


def test_a_certificate_that_is_not_trusted_keeps_what_it_says(everything: Outcome) -> None:
    """A failed verification costs no facts: dates, names and chain are there."""
    [tls] = [result["tls"] for result in everything.results if result["target"] == "wrong-host.example.com"]
    assert (tls["trusted"], tls["hostname_matches"], tls["names"]) == (True, False, ["another-host.example.com"])
    assert (tls["days_left"], len(tls["chain"])) == (60, 2)


def test_a_registry_without_working_rdap_is_asked_by_whois(everything: Outcome) -> None:
    """The part names its source, and the failure on the way is no more than a note."""
    [domain] = [result["domain"] for result in everything.results if result["target"] == "www.example.edu"]
    assert (domain["source"], domain["status"], domain["days_left"]) == ("whois", "valid", 150)


# --- parts and thresholds ------------------------------------------------------------------------------------------


def test_a_part_that_is_not_wanted_is_null(lab: Lab) -> None:
    """--no-domain leaves the registration out, --no-tls the certificate."""
    [certificate] = check(lab, "--json", "--no-domain", "www.example.org").results
    [registration] = check(lab, "--json", "--no-tls", "www.example.org").results
    assert (certificate["domain"], certificate["status"]) == (None, "valid")
    assert (registration["tls"], registration["status"]) == (None, "expired")


def test_an_address_has_no_registration(lab: Lab) -> None:
    """That part is null, and no failure; no registry is asked."""
    port = lab.hosts["www.example.com", 443][1]
    results = check(lab, "--json", f"127.0.0.1:{port}", "localhost", "co.uk", "printer.test").results
    assert [result["domain"] for result in results] == [None] * 4


def test_a_target_of_which_nothing_is_left_to_check_is_invalid(lab: Lab) -> None:
    """An address with --no-tls has neither part; that is said, not passed over as fine."""
    [result] = check(lab, "--json", "--no-tls", "127.0.0.1").results
    assert result["status"] == "invalid_target"
    assert "nothing to check" in result["reason"]


def test_hosts_of_one_domain_cost_one_look_up(lab: Lab) -> None:
    """Three hosts share one registration, down to the time that asking took."""
    parts = [
        result["domain"]
        for result in check(lab, "--json", "--no-tls", "a.example.com b.example.com example.com").results
    ]
    assert parts[0] == parts[1] == parts[2]
    assert parts[0]["name"] == "example.com"


@pytest.mark.parametrize(
    ("options", "status", "severity"),
    [
        (("-t", "61"), "expiring_soon", "warning"),
        (("-t", "59d"), "valid", "ok"),
        (("--threshold", "70%"), "expiring_soon", "warning"),
        (("-t", "61", "--critical", "61"), "expiring_soon", "critical"),
    ],
)
def test_thresholds_move_the_windows(lab: Lab, options: tuple[str, ...], status: str, severity: str) -> None:
    """60 of 90 days are left: inside a window of 61 days or of 70 %, outside one of 59."""
    [result] = check(lab, "--json", "--no-domain", *options, "www.example.com").results
    assert (result["status"], result["severity"]) == (status, severity)


def test_a_second_run_remembers_registrations(lab: Lab, tmp_path: Any) -> None:
    """The facts come from the state file, with their age; --no-cache and --refresh ask again."""
    first = check(lab, "--json", "--no-tls", "example.com", home=tmp_path).results[0]["domain"]
    second = check(lab, "--json", "--no-tls", "example.com", home=tmp_path).results[0]["domain"]
    assert (first["cached"], first["age_seconds"]) == (False, None)
    assert (second["cached"], second["age_seconds"]) == (True, 0)
    for option in ("--no-cache", "--refresh"):
        again = check(lab, "--json", "--no-tls", option, "example.com", home=tmp_path).results[0]["domain"]
        assert again["cached"] is False


# --- exit status ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "status"),
    [
        ("www.example.com", 0),
        ("shop.example.net", 1),
        ("expired.example.com", 2),
        ("down.example.com", 3),
        ("www.example.com shop.example.net", 1),
        ("shop.example.net down.example.com", 3),
        ("down.example.com expired.example.com www.example.com", 2),
        ("not/a/target", 3),
    ],
)
def test_the_worst_target_decides_the_exit_status(lab: Lab, targets: str, status: int) -> None:
    """In the order critical (2), unknown (3), warning (1), ok (0), as the Monitoring Plugins have it."""
    assert check(lab, *targets.split()).status == status


def test_exit_zero_silences_what_the_results_say(lab: Lab) -> None:
    """With --exit-zero only bad usage is a failure."""
    assert check(lab, "--exit-zero", "expired.example.com").status == 0
    assert check(lab, "--exit-zero").status == 3
    assert check(lab, "--exit-zero", "--jobs", "0", "expired.example.com").status == 3


# --- ways to a server ----------------------------------------------------------------------------------------------


def test_resolve_goes_where_it_is_told(lab: Lab) -> None:
    """A server is checked before the DNS points at it; the name to be proved stays the target's."""
    port = lab.hosts["www.example.com", 443][1]
    [result] = check(
        lab, "--json", "--no-domain", "--resolve", f"www.example.com:{port}:127.0.0.1", f"www.example.com:{port}"
    ).results
    assert (result["status"], result["tls"]["address"]) == ("valid", "127.0.0.1")


def test_servername_is_sent_and_expected(lab: Lab) -> None:
    """A server is asked for another name, and its certificate has to be for that one."""
    [result] = check(lab, "--json", "--no-domain", "--servername", "shop.example.net", "www.example.com").results
    assert (result["tls"]["names"], result["tls"]["hostname_matches"]) == (["shop.example.net"], True)


def test_the_family_that_a_host_lacks_is_said(lab: Lab) -> None:
    """With -6 an IPv4 address is none at all."""
    port = lab.hosts["www.example.com", 443][1]
    [result] = check(lab, "--json", "--no-domain", "-6", f"127.0.0.1:{port}").results
    assert [problem["code"] for problem in result["tls"]["problems"]] == ["dns_failure"]


def test_without_its_root_a_certificate_is_not_trusted(lab: Lab) -> None:
    """Nothing but --ca-file made the lab's authority known."""
    [result] = Shell(hosts=lab.hosts).run("check", "--json", "--no-domain", "www.example.com").results
    assert result["status"] == "invalid"
    assert result["tls"]["trusted"] is False
