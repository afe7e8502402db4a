"""The report in a real browser: Chromium opens the file, and what a reader would do with it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.model import Status
from tests.chromium import Page, chromium
from tests.results import domain, invalid, problem, result, tls, unreachable, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INJECTED = "</title></style></script><script>document.title='owned'</script><img src=//owned.example/ onerror=alert(1)>"
LONG = "a-name-of-sixty-characters-that-nobody-would-ever-like-to-type.example"

RESULTS = (
    result("b10.example", tls=tls(Status.EXPIRED, days_left=-3, issuer="CN=Zeta"), domain=None),
    result("b9.example", domain=domain(registrar="Ärger GmbH")),
    result("A.example", tls=unreachable(), domain=None),
    result(LONG, tls=tls(problems=(problem("W" * 300),)), domain=domain(registrar="كلمة طويلة جدا" * 5)),
    invalid(INJECTED, INJECTED),
)
TARGETS = "[...document.querySelectorAll('tbody:not([hidden]) th')].map((cell) => cell.textContent)"
BY_URGENCY = ["b10.example", INJECTED, "A.example", "b9.example", LONG]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Start one Chromium for all tests."""
    with chromium(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def report(browser: Page, tmp_path: Path) -> Page:
    """Show a report of a few results, in a large light window."""
    file = tmp_path / "report.html"
    changed = [replace(each, tls=each.tls and replace(each.tls, fingerprint_sha256=each.target)) for each in RESULTS]
    file.write_text(written("html", *changed), encoding="utf-8")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    browser.call("Emulation.setEmulatedMedia", media="screen")
    browser.prefer("light")
    browser.resize(1400, 1000)
    browser.errors.clear()
    browser.requests.clear()
    browser.show(file)
    return browser


def click(page: Page, text: str) -> None:
    """Click on the button that begins with *text*."""
    page.ask(f"[...document.querySelectorAll('button')].find((b) => b.textContent.trim().startsWith('{text}')).click()")


def sorting(page: Page) -> Any:
    """Return the columns that say that they are sorted, and how."""
    return page.ask("[...document.querySelectorAll('[aria-sort]')].map((th) => [th.innerText.trim(), th.ariaSort])")


def test_the_page_asks_the_network_for_nothing(report: Page) -> None:
    """The file itself is all that is loaded, and the policy has nothing to complain of."""
    assert [url.rpartition("/")[2] for url in report.requests] == ["report.html"]
    assert report.errors == []


def test_injected_markup_is_only_text(report: Page) -> None:
    """It is read as it was written, and nothing of it ran."""
    assert report.ask("document.querySelectorAll('img, script').length") == 1
    assert report.ask("document.title").endswith("need attention, 2026-11-23")
    assert INJECTED in report.ask(TARGETS)


def test_even_a_script_that_got_in_could_not_run(report: Page) -> None:
    """The policy holds where escaping would not."""
    report.ask(
        "document.body.insertAdjacentHTML('beforeend', '<button id=x onclick=\"document.title=1\"></button>');"
        "const script = document.createElement('script'); script.textContent = 'document.title = 2';"
        "document.body.append(script); document.getElementById('x').click()"
    )
    assert report.ask("document.title").endswith("need attention, 2026-11-23")
    assert any("Content Security Policy" in error for error in report.errors)


def test_a_heading_sorts_the_table_and_turns_it_around(report: Page) -> None:
    """Names as people sort them: 9 before 10, and small and capital letters alike."""
    assert (report.ask(TARGETS), sorting(report)) == (BY_URGENCY, [["Status", "ascending"]])
    click(report, "Target")
    upward = [INJECTED, LONG, "A.example", "b9.example", "b10.example"]
    assert (report.ask(TARGETS), sorting(report)) == (upward, [["Target", "ascending"]])
    click(report, "Target")
    assert (report.ask(TARGETS), sorting(report)) == (upward[::-1], [["Target", "descending"]])


def test_dates_sort_as_dates_and_what_has_none_comes_last(report: Page) -> None:
    """Whichever way round."""
    for _ in range(2):
        click(report, "Certificate")
        assert report.ask(TARGETS)[-2:] == [INJECTED, "A.example"]


def test_the_table_can_be_sorted_by_keyboard(report: Page) -> None:
    """A heading is a button like any other, and keeps the focus, which can be seen."""
    report.ask("document.querySelectorAll('thead button')[1].focus()")
    report.press("Enter", 13, "\r")
    assert sorting(report) == [["Status", "descending"]]
    assert report.ask("document.activeElement.textContent") == "Status"
    assert report.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_text_filters_the_rows(report: Page) -> None:
    """All words must be there, in whatever case, in the row or its details; how many are left is said."""
    report.ask("document.querySelector('input').focus()")
    report.call("Input.insertText", text="ÄRGER B9")
    assert report.ask(TARGETS) == ["b9.example"]
    assert report.ask("document.querySelector('output').textContent") == "1 of 5"
    click(report, "Show all")
    assert report.ask(TARGETS) == BY_URGENCY


def test_severities_filter_the_rows(report: Page) -> None:
    """Each adds its own; pressed again, it takes them away."""
    click(report, "Critical")
    assert report.ask(TARGETS) == BY_URGENCY[:1]
    click(report, "Unknown")
    assert report.ask(TARGETS) == BY_URGENCY[:3]
    click(report, "Critical")
    assert report.ask(TARGETS) == BY_URGENCY[1:3]


def test_a_span_of_the_timeline_filters_the_rows(report: Page) -> None:
    """What expires then is listed; a span without anything in it cannot be pressed."""
    click(report, "Expired")
    assert report.ask(TARGETS) == ["b10.example"]
    assert report.ask("[...document.querySelectorAll('.timeline button')].map((b) => b.disabled).slice(0, 3)") == [
        *(False, True, True)
    ]


def test_a_row_opens_to_its_details(report: Page) -> None:
    """A click on the row, or Enter on its mark, shows the facts as a list, of which none is lost."""
    plain = report.ask("document.querySelector('pre').textContent")
    report.ask("document.querySelector('tbody td').click()")
    assert report.ask("document.querySelector('details').open")
    told = report.ask(
        "[...document.querySelectorAll('dt')].map((dt) => `${dt.textContent.trim()}\\t${dt.nextSibling.textContent}`)"
    )
    assert told == [line for line in plain.split("\n") if "\t" in line]
    report.ask("document.querySelector('summary').focus()")
    report.press("Enter", 13, "\r")
    assert not report.ask("document.querySelector('details').open")


@pytest.mark.parametrize("width", [320, 400, 760, 900, 1180, 1400, 2400])
def test_nothing_is_wider_than_the_window(report: Page, width: int) -> None:
    """From the narrowest phone on, whatever the names: nobody scrolls sideways, and no cell runs into the next."""
    report.resize(width, 900)
    report.ask("document.querySelectorAll('tbody tr:first-child > td:first-of-type').forEach((cell) => cell.click())")
    assert report.ask("document.documentElement.scrollWidth") <= width
    overflowing = "[...document.querySelectorAll('th, td, dd')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"
    assert report.ask(overflowing) == 0


def test_the_page_is_dark_for_those_who_want_it_dark(report: Page) -> None:
    """As the reader's system says."""
    grounds = []
    for scheme in ("light", "dark"):
        report.prefer(scheme)
        grounds.append(report.ask("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(246, 247, 249)", "rgb(15, 19, 23)"]


def test_print_has_a_table_and_no_controls(report: Page) -> None:
    """The head of the table stands on every page, and what cannot be pressed on paper is left out."""
    report.call("Emulation.setEmulatedMedia", media="print")
    shown = "(name) => getComputedStyle(document.querySelector(name)).display"
    displays = report.ask(f"['table', 'thead', 'tbody', 'tbody tr', '.tools', 'summary'].map({shown})")
    assert displays == ["table", "table-header-group", "table-row-group", "table-row", "none", "none"]
    assert report.pdf().startswith(b"%PDF")


def test_without_javascript_it_is_a_page_to_read(report: Page) -> None:
    """Sorted by urgency, with details that open, and without controls that would do nothing."""
    report.call("Emulation.setScriptExecutionDisabled", value=True)
    report.show(report.file)
    assert report.ask(TARGETS) == BY_URGENCY
    assert report.ask("document.querySelector('.tools').checkVisibility()") is False
    usable = "[...document.querySelectorAll('button:enabled')].filter((button) => button.checkVisibility()).length"
    assert report.ask(usable) == 0
    report.ask("document.querySelector('details').open = true")
    assert report.ask("document.querySelector('pre').checkVisibility()") is True
