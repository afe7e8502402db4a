"""Output for Nagios and Icinga, read back by a strict reader of the Monitoring Plugins guidelines."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import ProblemCode, Result, Severity, Status, Summary
from domaincheck.output import FORMATS, Style
from tests.results import domain, invalid, problem, report, result, tls, unreachable, written

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = rf"@?(?:(?:~|{_NUMBER}):(?:{_NUMBER})?|{_NUMBER})"
_ITEM = re.compile(
    rf"'(?P<label>(?:[^'=|\n]|'')+)'=(?P<value>{_NUMBER})(?P<unit>[um]?s|%|[KMGT]?B|c|)"
    rf"(?:;(?P<warning>{_RANGE})?(?:;(?P<critical>{_RANGE})?(?:;(?P<min>{_NUMBER})?(?:;(?P<max>{_NUMBER})?)?)?)?)?"
)


class Item(NamedTuple):
    """An item of performance data."""

    label: str
    value: float
    unit: str
    warning: str | None
    critical: str | None

    def severity(self) -> Severity:
        """Return what the ranges say of the value: they name what is well, from a first to a last number."""
        if self.critical and self._outside(self.critical):
            return Severity.CRITICAL
        return Severity.WARNING if self.warning and self._outside(self.warning) else Severity.OK

    def _outside(self, text: str) -> bool:
        start, colon, end = text.rpartition(":")
        assert "@" not in text
        low = float("-inf") if start == "~" else float(start) if colon else 0.0
        return not low <= self.value <= (float(end) if end else float("inf"))


class Plugin(NamedTuple):
    """What a plugin said."""

    state: str
    summary: str
    lines: list[str]
    items: list[Item]

    @property
    def severities(self) -> dict[str, Severity]:
        """What the ranges of each item say of it."""
        return {item.label: item.severity() for item in self.items}


def read(text: str) -> Plugin:
    """Read *text* as Nagios does; assert that Icinga understands the same, and that nothing is out of place."""
    assert text.endswith("\n")
    assert len(text.encode()) <= 4096
    lines = text[:-1].split("\n")
    assert max(line.count("|") for line in lines) <= 1
    first, _, data = lines[0].partition("|")
    below, _, more = "\n".join(lines[1:]).partition("|")
    by_line = [line.partition("|") for line in lines]
    assert " ".join(each[2] for each in by_line if each[1]).strip() == f"{data.strip()} {more}".strip()
    assert "\n".join(each[0] for each in by_line[1:]) == below
    first, below = first.removesuffix(" "), below.removesuffix(" ")
    found = re.fullmatch("DOMAINCHECK (OK|WARNING|CRITICAL|UNKNOWN) - (.+)", first)
    assert found
    items = [*_items(data.strip()), *_items(more)]
    assert len({item.label for item in items}) == len(items)
    return Plugin(found[1], found[2], below.split("\n") if below else [], items)


def _items(data: str) -> list[Item]:
    items, place = [], 0
    while place < len(data):
        found = _ITEM.match(data, place)
        assert found, data[place:]
        label = found["label"].replace("''", "'")
        items.append(Item(label, float(found["value"]), found["unit"], found["warning"], found["critical"]))
        place = found.end() + 1
        assert data[found.end() : place] in {"", " "}
    return items


def plugin(*results: Result, severity: Severity = Severity.OK) -> Plugin:
    """Return what is said of *results*, which are *severity* in all."""
    frame = report(summary=Summary(len(results), 0, 0, 0, 0, 0, severity))
    return read("".join(FORMATS["nagios"].render(results, lambda: frame, Style())))


# --- one target ----------------------------------------------------------------------------------------------------


def test_one_target_is_told_on_one_line() -> None:
    """The state, both parts, and performance data with the ranges in which all is well; nothing else, if it is."""
    assert written("nagios", result()) == (
        "DOMAINCHECK OK - www.example.com: certificate valid (2027-01-30, in 67 days); "
        "domain example.com valid (2027-09-19, in 299 days) | 'tls_days'=67;30:;7: 'domain_days'=299;30:;7: "
        "'tls_time'=0.03s;;;0 'domain_time'=0.2s;;;0\n"
    )


def test_the_worse_part_comes_first_with_its_reason() -> None:
    """Whoever is paged sees at once what is wrong; all problems follow below, the worst first."""
    note = problem("A note.", severity=Severity.WARNING)
    part = domain(Status.AT_RISK, problems=(note, problem("It is on hold.")))
    said = plugin(result("a.example", domain=part))
    assert said.state == "CRITICAL"
    assert said.summary.startswith("a.example: domain example.com at risk (2027-09-19, in 299 days): It is on hold.; ")
    assert said.lines == ["[CRITICAL] It is on hold.", "[WARNING] A note."]


@pytest.mark.parametrize(
    ("status", "told"),
    [(Status.NOT_REGISTERED, "example.com not registered"), (Status.VALID, "example.com valid: Free.")],
)
def test_a_reason_is_told_unless_the_status_says_it(status: Status, told: str) -> None:
    """That one of two registries does not know the domain is a reason to warn."""
    doubt = problem("Free.", ProblemCode.NOT_REGISTERED)
    part = domain(status, severity=Severity.CRITICAL, expires_at=None, problems=(doubt,))
    assert plugin(result(tls=None, domain=part)).summary == f"www.example.com: domain {told}"


@pytest.mark.parametrize("status", Status)
def test_the_state_is_that_of_the_result(status: Status) -> None:
    """Every status has one, and its words."""
    judged = result(tls=tls(status), domain=None)
    said = plugin(judged)
    assert said.state == judged.severity.upper()
    assert f"certificate {status.replace('_', ' ').replace('unknown expiry', 'expiry not published')} " in said.summary


def test_an_invalid_target_is_unknown() -> None:
    """There is a reason, and nothing to measure."""
    assert plugin(invalid("a..b", "A label is empty.")) == ("UNKNOWN", "a..b: A label is empty.", [], [])


def test_what_is_not_known_is_not_measured() -> None:
    """Of a server that cannot be reached there is the time it took, and no made-up number of days."""
    assert list(plugin(result(tls=unreachable(), domain=None)).severities) == ["tls_time"]


# --- ranges --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "warning", "critical", "severity"),
    [
        (30, 30.0, 7.0, Severity.OK),
        (29, 30.0, 7.0, Severity.WARNING),
        (7, 30.0, 7.0, Severity.WARNING),
        (6, 30.0, 7.0, Severity.CRITICAL),
        (-40, 30.0, 7.0, Severity.CRITICAL),
        (1, 30.0, 0.0, Severity.WARNING),
        (0, 30.0, 0.0, Severity.CRITICAL),
        (0, 0.0, 0.0, Severity.OK),
        (-1, 0.0, 0.0, Severity.CRITICAL),
    ],
)
def test_the_ranges_alert_as_the_check_does(days: int, warning: float, critical: float, severity: Severity) -> None:
    """A graph that colours by the ranges shows what the status says, in the last day too."""
    changes: dict[str, Any] = {"days_left": days, "warn_before_days": warning, "critical_before_days": critical}
    said = plugin(result(tls=tls(**changes), domain=domain(**changes)))
    assert (said.severities["tls_days"], said.severities["domain_days"]) == (severity, severity)


def test_the_window_of_a_short_lived_certificate_is_a_fraction() -> None:
    """A third of 47 days is told in hundredths, in digits and a point alone."""
    [age, _] = plugin(result(tls=tls(warn_before_days=47 / 3, critical_before_days=47 / 3 * 7 / 30), domain=None)).items
    assert (age.warning, age.critical) == ("15.67:", "3.66:")


def test_any_window_is_written_in_digits() -> None:
    """No exponent, however long someone wants to be warned."""
    [age, _] = plugin(result(tls=tls(warn_before_days=123456789.0), domain=None)).items
    assert age.warning == "123456789:"


# --- many targets --------------------------------------------------------------------------------------------------


def test_many_targets_are_counted_and_the_worst_is_named() -> None:
    """The first line has the numbers and the worst target; below is a line a target, the worst first."""
    soon = tls(Status.EXPIRING_SOON, days_left=12)
    late = tls(Status.EXPIRED, days_left=-2)
    many = [result("a.example"), result("b.example", tls=soon), result("c.example", tls=late), invalid("x..y")]
    said = plugin(*many, severity=Severity.CRITICAL)
    assert said.summary.startswith("4 targets: 1 expired, 1 invalid target, 1 expiring soon, 1 valid; c.example: cert")
    assert [line.split(": ")[0] for line in said.lines] == [
        "[CRITICAL] c.example",
        "[UNKNOWN] x..y",
        "[WARNING] b.example",
        "[OK] a.example",
    ]
    totals = {item.label: item.value for item in said.items[:5]}
    assert totals == {"ok": 1, "warning": 1, "unknown": 1, "critical": 1, "time": 0.42}


def test_each_target_is_measured_once() -> None:
    """The labels name the target; a domain that two hosts share has one."""
    said = plugin(result("a.example.com"), result("b.example.com"))
    assert [item.label for item in said.items[5:]] == [
        "a.example.com_tls_days",
        "example.com_domain_days",
        "b.example.com_tls_days",
        "a.example.com_tls_time",
        "example.com_domain_time",
        "b.example.com_tls_time",
    ]


def test_no_targets_are_no_trouble() -> None:
    """An empty list is well."""
    assert plugin()[:3] == ("OK", "0 targets", [])


@pytest.mark.parametrize("count", [2, 20, 40, 1000])
def test_many_targets_fit_into_four_kilobytes(count: int) -> None:
    """What finds no room is left out whole, text by target and data by item, and the reader is told of it."""
    many = [result(f"www.example-{n}.org", domain=domain(name=f"example-{n}.org")) for n in range(count - 1)]
    said = plugin(*many, result("bad.example", tls=unreachable("It fails. " * 40)), severity=Severity.UNKNOWN)
    assert said.lines[0].startswith("[UNKNOWN] bad.example: certificate unreachable")
    named = sum(line.startswith("[") for line in said.lines)
    assert said.lines[named:] == ([f"... and {count - named} more"] if named < count else [])
    assert said.items[5].label == "www.example-0.org_tls_days"
    assert len(said.items) == 5 + 4 * count - 1 if count == 2 else len(said.items) > 40


# --- hostile text --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("file:/etc/it's.pem", "file:/etc/it's.pem_tls_days"),
        ("https://example.com/?a=b", "https://example.com/?a_b_tls_days"),
        ("[2001:db8::1]:443", "[2001:db8:0:1]:443_tls_days"),
        ("a|b", "a/b_tls_days"),
    ],
)
def test_labels_hold_nothing_that_ends_them(target: str, label: str) -> None:
    """Quotes are doubled; an equals sign, a pipe and the two colons with which Icinga parts prefixes are replaced."""
    assert plugin(result(target), result("b.example")).items[5].label == label


def test_text_from_the_network_is_no_data_and_no_html() -> None:
    """A pipe in a message would start performance data, and some web interfaces show tags as they are."""
    said = plugin(result(tls=tls(Status.INVALID, problems=(problem("a | 'x'=1 <script>"),))))
    assert said.lines == ["[CRITICAL] a / 'x'=1 (script)"]


ODD = st.text(st.sampled_from("a'=|:;@~<\n\t\\\" é…\x1b\u202e\ud800") | st.characters(), max_size=500)


@given(st.lists(st.tuples(ODD, ODD), min_size=1, max_size=40))
def test_whatever_is_said_can_be_read(texts: list[tuple[str, str]]) -> None:
    """No target, domain or message breaks the syntax or the limit."""
    many = [
        result(name, tls=tls(Status.INVALID, problems=(problem(said),)), domain=domain(name=said))
        for name, said in texts
    ]
    assert plugin(*many, severity=Severity.CRITICAL).state == "CRITICAL"


@given(st.lists(ODD, min_size=1, max_size=40))
def test_a_stream_without_unicode_gets_ascii(texts: list[str]) -> None:
    """What it cannot show is spelled out, within the same limit."""
    many = [invalid(text, text) for text in texts]
    text = "".join(FORMATS["nagios"].render(many, report, Style(unicode=False)))
    assert text.isascii()
    read(text)
