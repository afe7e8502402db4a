"""Targets that are alike are told of once; what differs keeps its own line."""

from __future__ import annotations

from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.model import ProblemCode, Result, Severity, Status
from domaincheck.output import FORMATS, Style
from domaincheck.output.grouping import Group, grouped
from tests.commands import run
from tests.results import domain, invalid, problem, report, result, tls

if TYPE_CHECKING:
    from collections.abc import Sequence


def names(*results: Result) -> list[str]:
    """Return what each group of *results* is called."""
    return [group.shown.target + group.others for group in grouped(results)]


def other(target: str, **changes: Any) -> Result:
    """Return the result of a target behind a certificate of its own."""
    return result(target, tls=tls(fingerprint_sha256=target.encode().hex(), **changes))


def table(results: Sequence[Result]) -> str:
    """Return the table of *results* in groups."""
    return "".join(FORMATS["table"].render_groups(grouped(results), report, Style(width=200)))


# --- who is alike --------------------------------------------------------------------------------------------------


def test_two_hundred_hosts_behind_one_certificate_are_one() -> None:
    """The first is named, the others are counted, and where they all are is told."""
    hosts = [f"www{number}.shop.example.com" for number in range(200)]
    assert names(*map(result, hosts)) == ["www0.shop.example.com and 199 more under shop.example.com"]


def test_each_certificate_has_its_own_group() -> None:
    """In the order in which the first of each came."""
    found = names(result("a.example.com"), other("b.example.com"), result("c.example.com"), other("d.example.com"))
    assert found == ["a.example.com and 1 more under example.com", "b.example.com", "d.example.com"]


@pytest.mark.parametrize(
    "changes",
    [
        {"tls": tls(Status.INVALID)},
        {"tls": tls(problems=(problem("x", ProblemCode.WEAK_KEY, Severity.WARNING),))},
        {"domain": domain(Status.EXPIRING_SOON)},
        {"domain": domain(problems=(problem("x", ProblemCode.PENDING_TRANSFER, Severity.OK),))},
        {"domain": None},
    ],
)
def test_who_is_worse_is_told_apart(changes: dict[str, Any]) -> None:
    """Another status or another problem, of either part, hides behind nobody."""
    assert names(result("a.example.com"), result("b.example.com", **changes)) == ["a.example.com", "b.example.com"]


def test_words_alone_make_no_difference() -> None:
    """A certificate for another name is wrong for each host in words of its own."""
    wrong = [
        result(host, tls=tls(Status.INVALID, problems=(problem(f"not for {host}", ProblemCode.HOSTNAME_MISMATCH),)))
        for host in ("a.example.com", "b.example.com")
    ]
    assert names(*wrong) == ["a.example.com and 1 more under example.com"]


def test_what_was_never_seen_stands_alone() -> None:
    """Two hosts that cannot be reached may have nothing in common; nor have two mistakes in a list."""
    unseen = tls(Status.UNREACHABLE, fingerprint_sha256=None, not_after=None, days_left=None)
    hosts = [result("a.example.com", tls=unseen), result("b.example.com", tls=unseen), invalid("x y"), invalid("x z")]
    assert len(names(*hosts)) == 4


def test_without_certificates_a_registration_makes_a_group() -> None:
    """With --no-tls all hosts of one domain show the same."""
    hosts = [result(host, tls=None) for host in ("a.example.com", "example.com")]
    assert names(*hosts, result("a.example.net", tls=None, domain=domain(name="example.net"))) == [
        "a.example.com and 1 more under example.com",
        "a.example.net",
    ]


# --- what is said of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hosts", "certified", "under"),
    [
        (["a.example.com", "b.example.com"], ["*.example.com"], " under example.com"),
        (["example.com", "www.example.com"], ["example.com", "www.example.com"], " under example.com"),
        (["a.b.example.com", "c.b.example.com"], ["*.b.example.com"], " under b.example.com"),
        (["a.example.co.uk", "b.other.co.uk"], ["a.example.co.uk", "b.other.co.uk"], ""),
        (["a.example.com", "a.example.net"], ["*.example.com", "*.example.net"], ""),
        (["192.0.2.1", "198.51.2.1"], ["192.0.2.1", "198.51.2.1"], ""),
    ],
)
def test_a_shared_domain_is_named_only_where_it_says_something(
    hosts: list[str], certified: list[str], under: str
) -> None:
    """Not a public suffix, and no piece of an address."""
    part = tls(names=tuple(certified))
    assert names(*(result(host, tls=part, domain=None) for host in hosts)) == [f"{hosts[0]} and 1 more{under}"]


def test_files_have_no_domain() -> None:
    """They are counted all the same."""
    files = [Result(f"file:{n}.pem", None, None, Status.VALID, Severity.OK, tls(), None) for n in "abc"]
    assert names(*files) == ["file:a.pem and 2 more"]


def test_the_earliest_date_is_told_and_whose_it_is() -> None:
    """The certificate is one, the registrations behind it are not."""
    soon = domain(name="example.net", days_left=40)
    text = table([result("a.example.com"), result("a.example.net", domain=soon)])
    assert "in 40 days" in text
    assert "of their domains, example.net is the first to expire" in text
    assert "first to expire" not in table([result("a.example.com"), result("b.example.com")])


def test_the_closing_line_counts_targets() -> None:
    """And not the lines above it."""
    closing = table([*(result(f"{number}.example.com") for number in range(200)), other("b.test")]).splitlines()[-1]
    assert closing == "201 targets in 0.4 s: 201 valid."


def test_the_worst_come_first_if_sorted_so() -> None:
    """Grouping keeps the order it is given."""
    bad = [result(host, tls=tls(Status.EXPIRED, fingerprint_sha256="cd" * 32)) for host in ("c.test", "d.test")]
    assert names(*sorted([result("a.test"), *bad], key=attrgetter("urgency"))) == ["c.test and 1 more", "a.test"]


def test_a_plain_line_counts_its_targets_in_a_column_of_its_own() -> None:
    """The first column stays a target that other programs can take."""
    groups = grouped([result("a.example.com"), result("b.example.com"), other("c.example.com")])
    lines = "".join(FORMATS["plain"].render_groups(groups, report, Style())).splitlines()
    assert [(line.split("\t")[0], line.split("\t")[12:]) for line in lines] == [
        ("a.example.com", ["2"]),
        ("c.example.com", ["1"]),
    ]


def test_groups_keep_no_more_than_their_first() -> None:
    """A million targets behind one certificate are one result in memory."""
    [group] = grouped(repeat(result(), 1000))
    assert group == Group(result(), 1000, "www.example.com")


# --- on the command line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("--json",), ("--format", "csv"), ("--format", "ndjson")])
def test_a_format_that_lists_every_target_refuses(arguments: Sequence[str]) -> None:
    """Before anything is checked, in one sentence that says what would do."""
    outcome = run("check", "--group", *arguments, "example.com")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.endswith("tells of each target: give --format table or plain")


def test_the_exit_status_is_that_of_all_targets() -> None:
    """However few lines tell of them."""
    outcome = run("check", "--group", "--no-domain", "missing.test", "a..b")
    assert outcome.status == 3
    assert len(outcome.stdout.splitlines()) == 2
