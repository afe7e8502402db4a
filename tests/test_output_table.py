"""The table: what a person sees at a terminal of any width, in colour or without, in Unicode or without."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import repeat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from domaincheck.model import AddressPart, ProblemCode, Result, Revocation, RevocationState, Severity, Status
from domaincheck.output import FORMATS, Style
from tests.results import domain, invalid, problem, report, result, tls, unreachable

NARROW, WIDE = Style(width=80), Style(width=200)


def table(*results: Result, style: Style = NARROW) -> str:
    """Return the table of *results*."""
    return "".join(FORMATS["table"].render(results, report, style))


def line_with(text: str, lines: str) -> str:
    """Return the one line of *lines* that has *text*."""
    [line] = [line for line in lines.splitlines() if text in line]
    return line


def test_both_parts_show_their_status_date_and_days() -> None:
    """A narrow terminal has the target on its own line, and a line for each part."""
    assert table(result("www.example.com")).splitlines()[:3] == [
        "www.example.com",
        "  TLS     ✓ Valid SSL             ━━━━━━━──  2027-01-30     in 67 days",
        "  domain  ✓ Valid domain          ━━━━━━━━━  2027-09-19    in 299 days",
    ]


def test_a_wide_terminal_has_both_parts_beside_the_target() -> None:
    """Where there is room, a target without problems is one line."""
    line = line_with("www.example.com", table(result("www.example.com"), style=WIDE))
    assert re.search(r"www\.example\.com .*Valid SSL.*2027-01-30.*Valid domain.*2027-09-19", line)


@pytest.mark.parametrize("width", [60, 72, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long sentences are folded and rows keep within their columns, wide characters included."""
    fault = problem("A sentence of many words, 漢字漢字漢字漢字 among them, " * 6)
    ages = tls(Status.INVALID, days_left=2_912_345, problems=(fault,))
    results = (result("例え.テスト.example", tls=ages), result("gone.example", tls=unreachable()))
    lines = table(*results, style=Style(width)).splitlines()
    assert max(cell_len(line) for line in lines) <= width


@pytest.mark.parametrize("style", [NARROW, WIDE, Style(width=120)])
@pytest.mark.parametrize("target", ["例え.テスト.example", "e\u0301.example", "דוגמה.example", "x" * 90 + ".example"])
def test_no_target_breaks_the_columns(target: str, style: Style) -> None:
    """Wide, combining, right-to-left and over-long names leave every date in the same place."""
    lines = table(result("a.example"), result(target), style=style).splitlines()
    starts = {cell_len(line[: line.index("2027-01-30")]) for line in lines if "2027-01-30" in line}
    assert len(starts) == 1


def test_right_to_left_text_shares_its_line_with_nothing() -> None:
    """A terminal that reorders such text can't carry the columns away with it."""
    assert "דוגמה.example" in table(result("דוגמה.example"), style=WIDE).splitlines()


def test_a_few_long_targets_cost_the_others_nothing() -> None:
    """The column is as wide as most need; what is longer has a line of its own."""
    lines = table(*(result(f"{n}.example.com") for n in range(19)), result("x" * 50 + ".test"), style=Style(100))
    assert re.search(r"^0\.example\.com +TLS", lines)
    assert f"\n{'x' * 50}.test\n" in lines


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    "target", ["x" * 63 + "." + "y" * 63 + ".example", "file:/" + "certificates/" * 20 + "a.pem", "漢" * 90]
)
def test_a_target_wider_than_the_terminal_is_broken(target: str, width: int) -> None:
    """After its dots and slashes where that will do; joined again it is what it was."""
    lines = table(result(target), style=Style(width)).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).startswith(target)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example (münchen.example)"),
        ("https://xn--wgv71a119e.jp/", "https://xn--wgv71a119e.jp/ (日本語.jp)"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai (пример.рф)"),
        ("xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah (例え.テスト)"),
        ("münchen.example", "münchen.example"),
        ("xn--pple-43d.com", "xn--pple-43d.com"),  # a Cyrillic letter among Latin ones
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),  # Cyrillic throughout, and looks like a Latin word
        ("xn--ls8h.la", "xn--ls8h.la"),  # an emoji
        ("xn--0.example", "xn--0.example"),  # damaged
    ],
)
def test_an_a_label_is_explained_where_that_deceives_nobody(target: str, name: str) -> None:
    """Beside what was written, never in its place."""
    host = target.removeprefix("https://").rstrip("/")
    assert table(result(target, host=host)).splitlines()[0] == name


def test_an_a_label_stands_alone_where_only_ascii_can_be_shown() -> None:
    """Escapes would explain nothing."""
    assert table(result("xn--mnchen-3ya.example"), style=Style(unicode=False)).startswith("xn--mnchen-3ya.example\n")


def test_the_bar_is_empty_once_expired_and_a_third_full_when_the_warning_begins() -> None:
    """The bar means the same whatever the window is."""
    bars = [
        re.sub("[^━─]", "", line_with("TLS", table(result(tls=tls(days_left=days, warn_before_days=window)))))
        for days, window in ((-1, 30), (0, 30), (10, 10), (30, 30), (90, 30))
    ]
    assert [bar.count("━") for bar in bars] == [0, 1, 3, 3, 9]


def test_a_date_that_will_not_be_reached_is_dim() -> None:
    """A domain that is being deleted is not green until next year."""
    text = table(result(domain=domain(Status.AT_RISK)), style=Style(color=True))
    assert "\x1b[2min 299 days" in text


def test_what_was_asked_for_and_is_well_is_told() -> None:
    """With --revocation and --all-addresses, silence would leave people guessing."""
    one = AddressPart("192.0.2.1", Status.VALID, None, "ab" * 32, ())
    good = Revocation(RevocationState.GOOD, "crl")
    text = table(result(tls=tls(addresses=(one, replace(one, address="192.0.2.2")), revocation=good)))
    assert "          not revoked, says its issuer (CRL)\n          the same at all 2 addresses\n" in text
    assert "addresses" not in table(result(tls=tls(addresses=(one,), revocation=None)))


def test_addresses_that_differ_are_not_the_same() -> None:
    """There the problem says who shows what."""
    one = AddressPart("192.0.2.1", Status.VALID, None, "ab" * 32, ())
    differ = problem("They differ.", ProblemCode.ADDRESSES_DIFFER, Severity.WARNING)
    assert "the same at" not in table(result(tls=tls(addresses=(one, one), problems=(differ,))))


def test_problems_are_sentences_under_their_part() -> None:
    """The reader sees at once which part a sentence is about."""
    hold = problem("The registry has put the name on hold.", ProblemCode.REGISTRY_HOLD)
    bad = result(tls=tls(Status.INVALID, problems=(problem("Self-signed."),)), domain=domain(problems=(hold,)))
    words = [line.split()[0] for line in table(bad).splitlines()[1:5]]
    assert words == ["TLS", "Self-signed.", "domain", "The"]


def test_a_sentence_that_repeats_the_label_is_left_out() -> None:
    """``Expired`` and the date say it all."""
    fault = problem("It has expired.", ProblemCode.EXPIRED)
    assert "It has expired." not in table(result(tls=tls(Status.EXPIRED, problems=(fault,))))


def test_many_problems_are_cut_short() -> None:
    """No target fills the screen; how many were left out is told."""
    faults = tuple(problem(f"Fault {number}.") for number in range(9))
    text = table(result(tls=tls(Status.INVALID, problems=faults)))
    assert text.count("Fault") == 4
    assert "… and 5 more" in text


@pytest.mark.parametrize("style", [NARROW, WIDE])
def test_an_invalid_target_tells_why(style: Style) -> None:
    """A target without parts has its label and its reason."""
    text = table(invalid("a..b", "A label is empty."), style=style)
    assert "a..b" in text
    assert "? Invalid target\n" in text
    assert "A label is empty.\n" in text


def test_the_closing_line_counts_the_ends() -> None:
    """The last line says how it went, and nothing of ends that no target came to."""
    text = table(result(), result(tls=tls(Status.EXPIRING_SOON)), result(tls=tls(Status.EXPIRED)), result())
    assert text.splitlines()[-1] == "4 targets in 0.4 s: 2 valid, 1 expiring soon, 1 expired."
    assert table() == "0 targets in 0.4 s.\n"


def test_color_follows_severity() -> None:
    """The worse part is bold red, the better one green."""
    text = table(result(tls=tls(Status.EXPIRED)), style=Style(color=True))
    assert "\x1b[1;31m✗ Expired\x1b[0m" in text
    assert "\x1b[32m✓ Valid domain\x1b[0m" in text


def test_ascii_is_all_that_an_ascii_stream_gets() -> None:
    """Bar, marks and foreign characters have a form that every stream can show."""
    text = table(result("münchen.example"), invalid("x\N{ZERO WIDTH JOINER}" * 300), style=Style(unicode=False))
    assert text.isascii()
    assert "+ Valid SSL             #######--" in text


@example("0xn--", WIDE)
@example("xn--mnchen-3ya.", WIDE)
@given(st.text(), st.sampled_from([NARROW, WIDE]))
def test_no_text_becomes_an_escape_or_markup(text: str, style: Style) -> None:
    """Whatever stands in a target or in a message, no control or format character leaves."""
    hostile = text + "\x1b[31m[bold]x[/bold]:smile:"
    fault = problem(hostile)
    shown = table(result(hostile, tls=tls(Status.INVALID, problems=(fault,))), style=style)
    assert not {unicodedata.category(c) for c in shown if c != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.count("[bold]x[/bold]:smile:") >= 1


def test_a_long_run_is_written_as_it_goes() -> None:
    """Nobody waits for the last of many results to see the first."""
    assert "www.example.com" in next(FORMATS["table"].render(repeat(result()), report, NARROW))
