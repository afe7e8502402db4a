"""The report: one page that stands alone, says what matters first, and takes no text for markup."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.model import AddressPart, ChainLink, ProblemCode, Revocation, RevocationState, Severity, Status
from domaincheck.output import FORMATS, Style
from domaincheck.text import clean
from tests.results import domain, invalid, problem, report, result, tls, unreachable, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.model import Report, Result

VOID = {"meta", "input", "rect"}
HOSTILE = st.text() | st.text(st.sampled_from("<>&\"'/=-!`{}%# \t\n\0\u202e\u2066éאab"))


class Page(HTMLParser):
    """A page read strictly: every element is closed where it must be. *texts* are those of the table's elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and that it is open."""
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as only those of SVG do."""
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Check that it is the innermost element that ends."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add text to every element that it is in."""
        for tag in self._open:
            self.texts[tag][-1] += data

    def handle_comment(self, data: str) -> None:
        """Refuse any: there is none of ours."""
        raise AssertionError(data)

    def having(self, style: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements of the class *style*."""
        return [attributes for _, attributes in self.elements if style in (attributes.get("class") or "").split()]

    @property
    def targets(self) -> list[str]:
        """The targets, as the table has them."""
        return self.texts["th"][8:]

    @property
    def cells(self) -> list[str]:
        """What stands right of the first target."""
        return self.texts["td"][:7]

    @property
    def spans(self) -> dict[str, str]:
        """What the timeline says to those who cannot see it, by the label on its axis."""
        told = [" ".join(text.split()) for text in self.texts["li"] if ": " in text]
        return {re.split(r" (?=\d+ [A-Z]|[A-Z]|so far)", text)[0]: text.rpartition(": ")[2] for text in told}


def page(*results: Result) -> Page:
    """Return the report on *results*."""
    return Page(written("html", *results))


def expiring(days: int, target: str = "one.example", status: Status = Status.VALID) -> Result:
    """Return a result without a registration, whose certificate expires in so many *days*."""
    moment = report().checked_at + timedelta(days=days, hours=1)
    return result(target, tls=tls(status, not_after=moment, days_left=days, fingerprint_sha256=target), domain=None)


# --- a page that stands alone ----------------------------------------------------------------------------------------


def test_the_page_refers_to_nothing() -> None:
    """No element and no attribute that could load, link, run or style anything."""
    whole = page(result(), invalid("a..b"))
    assert {tag for tag, _ in whole.elements} & {"a", "base", "form", "iframe", "img", "link", "object", "use"} == set()
    names = {name for _, attributes in whole.elements for name in attributes}
    assert [name for name in names if name.startswith("on")] == []
    assert names & {"style", "src", "href", "srcset", "action", "xlink:href"} == set()


def test_the_policy_allows_our_own_style_and_script_and_nothing_else() -> None:
    """They are known by their hashes, so that injected text could do nothing."""
    whole = page()
    policies = [each["content"] for _, each in whole.elements if each.get("http-equiv") == "Content-Security-Policy"]
    hashes = {tag: b64encode(sha256(whole.texts[tag][0].encode()).digest()).decode() for tag in ("style", "script")}
    ours = f"style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'"
    assert policies == [f"default-src 'none'; {ours}; base-uri 'none'; form-action 'none'"]


def test_the_page_is_ascii() -> None:
    """It survives any encoding on its way."""
    assert written("html", result("例え.テスト"), invalid("a\udcff😀")).isascii()


def test_the_frame_is_asked_for_once_all_results_are_there() -> None:
    """Only then are the counts known."""
    seen: list[str] = []

    def results() -> Iterator[Result]:
        yield result()
        seen.append("results")

    def finish() -> Report:
        seen.append("frame")
        return report()

    list(FORMATS["html"].render(results(), finish, Style()))
    assert seen == ["results", "frame"]


# --- what strangers wrote --------------------------------------------------------------------------------------------


def filled_with(text: str) -> list[Result]:
    """Return results with *text* in every field that a stranger can fill."""
    fault, moment = problem(text), datetime(2027, 1, 1, tzinfo=UTC)
    names = dict.fromkeys(("subject", "issuer", "serial", "fingerprint_sha256", "key", "signature", "protocol"), text)
    part = tls(
        Status.INVALID,
        **names,
        **dict.fromkeys(("cipher", "address", "expires_first"), text),
        names=(text, text),
        chain=(ChainLink(text, text, moment, 3, text),),
        problems=(fault, fault),
        addresses=(AddressPart(text, Status.INVALID, moment, text, (fault,)),),
        revocation=Revocation(RevocationState.REVOKED, text, moment, text, text),
    )
    told = dict.fromkeys(("registrar", "source", "server"), text)
    registration = domain(Status.VALID, name=text, **told, statuses=(text,), name_servers=(text,), problems=(fault,))
    return [result(text, tls=part, domain=registration), invalid(text, text)]


@settings(deadline=None)
@given(HOSTILE.filter(bool))
def test_no_text_becomes_markup_and_all_of_it_can_be_read(text: str) -> None:
    """Whatever a field holds, the page has the elements it has anyway, and says what was said."""
    harmless, whole, shown = page(*filled_with("x")), page(*filled_with(text)), clean(text)
    assert [tag for tag, _ in whole.elements] == [tag for tag, _ in harmless.elements]
    assert [set(attributes) for _, attributes in whole.elements] == [
        set(attributes) for _, attributes in harmless.elements
    ]
    assert whole.targets == [shown, shown]
    assert whole.cells[1] == f"{shown} and 2 more"
    assert whole.cells[5:7] == [shown, shown]
    facts = dict(line.split("\t") for line in whole.texts["pre"][0].split("\n") if "\t" in line)
    assert facts["Subject"] == facts["Domain"] == facts["Cipher"] == facts["EPP statuses"] == shown
    assert facts["Names"] == f"{shown}, {shown}"


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_most_urgent_comes_first() -> None:
    """By severity, then by status and days left; else in the order given."""
    whole = page(
        result("fine.example"),
        result("lost.example", tls=unreachable()),
        expiring(20, "later.example", Status.EXPIRING_SOON),
        expiring(10, "sooner.example", Status.EXPIRING_SOON),
        result("over.example", tls=tls(Status.EXPIRED)),
        result("well.example"),
    )
    order = ["over.example", "lost.example", "sooner.example", "later.example", "fine.example", "well.example"]
    assert whole.targets == order


@pytest.mark.parametrize(
    ("results", "headline"),
    [
        ([], "Nothing was checked"),
        ([result()], "The one target is well"),
        ([result(), result()], "All 2 targets are well"),
        ([invalid("a..b"), result()], "1 of 2 targets needs attention"),
        ([invalid("a..b")] * 3, "3 of 3 targets need attention"),
    ],
)
def test_the_headline_says_how_things_stand(results: list[Result], headline: str) -> None:
    """Who reads nothing else has read the outcome."""
    assert page(*results).texts["h1"] == [headline]


def test_the_header_says_when_it_was_checked_and_by_what() -> None:
    """In UTC, with the version and the threshold."""
    whole = page(result())
    header = " ".join(whole.texts["header"][0].split())
    assert "Checked 2026-11-23 06:05 UTC in 0.4 s by domaincheck 0.1.0, threshold 30d" in header
    assert "1 Valid" in header
    assert ("time", {"datetime": "2026-11-23T06:05:00Z"}) in whole.elements


def test_a_row_says_what_when_and_who() -> None:
    """Status, what is wrong, both expiries, issuer, registrar and domain."""
    assert page(result()).cells == [
        *("\N{NO-BREAK SPACE}Valid", "", "2027-01-30in 67 days", "2027-09-19in 299 days"),
        *("Example CA", "Example Registrar", "example.com"),
    ]


def test_an_expiry_that_is_unknown_is_told_by_its_status() -> None:
    """There is no date, and nothing is made up for it; a part that was not asked for is left out."""
    assert page(result(tls=unreachable(), domain=None)).cells[2:4] == ["Unreachable", ""]


def test_what_is_wrong_comes_before_what_is_but_a_note() -> None:
    """What expires is told in words too, and the rest is counted."""
    note = problem("No date is published.", ProblemCode.EXPIRY_NOT_PUBLISHED, Severity.OK)
    registration = domain(Status.UNKNOWN_EXPIRY, problems=(note,))
    one = result(tls=tls(Status.EXPIRING_SOON, days_left=20), domain=registration)
    assert page(one).cells[1] == "the certificate expires in 20 days and 1 more"


@pytest.mark.parametrize(
    ("issuer", "shown"),
    [
        ("CN=R11,O=Let's Encrypt,C=US", "Let's Encrypt R11"),
        ("CN=DigiCert TLS 2020,O=DigiCert Inc,C=US", "DigiCert TLS 2020"),
        ("CN=Ours\\, Inc.", "Ours, Inc."),
        ("OU=Nameless,C=US", "OU=Nameless,C=US"),
        (None, ""),
    ],
)
def test_an_issuer_is_called_as_people_call_it(issuer: str | None, shown: str) -> None:
    """By its organisation and its common name; all of its name is in the details."""
    assert page(result(tls=tls(issuer=issuer))).cells[4] == shown


def test_the_details_tell_all_there_is() -> None:
    """Problems, the certificate and its chain, each address, and the registration."""
    addresses = (AddressPart("192.0.2.7", Status.EXPIRED, None, None, (problem("Another one."),)),)
    part = tls(Status.INVALID, problems=(problem("A fault."),), addresses=addresses)
    text = page(result(tls=part)).texts["pre"][0]
    assert [block.split("\n")[0] for block in text.split("\n\n")] == [
        *("Problems", "Certificate", "Chain as sent", "Addresses", "Registration")
    ]
    for line in (
        *("critical\tA fault. (bad_chain)", "Valid until\t2027-01-30 00:00", "1 subject\tCN=www.example.com"),
        *("192.0.2.7\texpired", "critical\tAnother one.", "EPP statuses\tclientTransferProhibited", "DNSSEC\tyes"),
    ):
        assert line in text.split("\n")


def test_a_certificate_of_hundreds_of_names_does_not_fill_the_page() -> None:
    """The first sixty are told, the rest is counted."""
    names = tuple(f"n{number}.example" for number in range(100))
    assert "n59.example and 40 more\n" in page(result(tls=tls(names=names))).texts["pre"][0]


def test_a_target_of_which_nothing_is_known_has_no_details() -> None:
    """Its reason says all."""
    whole = page(invalid("a..b", "A label is empty."))
    assert whole.cells[1] == "A label is empty."
    assert "details" not in whole.texts


# --- the timeline ----------------------------------------------------------------------------------------------------


def test_the_timeline_has_room_for_tomorrow_and_next_year() -> None:
    """From what has expired, on the left, in spans that grow."""
    days = (-400, -1, 0, 1, 5, 40, 300, 5000)
    spans = page(*(expiring(left, f"n{left}.example") for left in days)).spans
    assert list(spans) == [
        *("Expired", "Today", "1–3 days", "4–7 days", "8–14 days", "15–30 days", "31–60 days", "61–90 days"),  # noqa: RUF001 - ranges
        *("3–6 months", "6–12 months", "1–2 years", "Later"),  # noqa: RUF001 - ranges
    ]
    assert [number for number, told in enumerate(spans.values()) if told != "nothing"] == [0, 1, 2, 3, 6, 9, 11]
    assert spans["Expired"] == "2 certificates"


def test_what_targets_share_expires_once() -> None:
    """One certificate on many hosts of one domain is one certificate and one registration."""
    assert set(page(*(result(f"n{number}.example.com") for number in range(50))).spans.values()) == {
        *("nothing", "1 certificate", "1 registration")
    }


def test_few_are_drawn_one_by_one_and_many_as_bars() -> None:
    """Each dot has a name to hover for; a bar has its number, and a piece for each severity."""
    few, many = (
        page(*(expiring(20, f"n{number}", Status(("valid", "expiring_soon")[number % 2])) for number in range(count)))
        for count in (10, 800)
    )
    dots = [each["title"] for _, each in few.elements if each.get("class") == "warning" and "title" in each]
    assert dots == [f"n{number}: 2026-12-13, in 20 days" for number in range(1, 10, 2)]
    assert "rect" not in few.texts
    bar = [each for tag, each in many.elements if tag == "rect"]
    assert [(each["class"], each["y"], each["height"]) for each in bar] == [("warning", "0", "55"), ("ok", "55", "55")]


def test_what_has_no_date_is_said_to_be_missing() -> None:
    """The timeline does not pretend to show all."""
    assert "Not shown, for lack of a date: 1 certificate." in page(result(tls=unreachable(), domain=None)).texts["p"]


# --- how it looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_all_text_can_be_read(mode: str) -> None:
    """Every colour of text has the contrast of WCAG 2.2 AA (§1.4.3), 4.5 to 1, on every ground it stands on."""
    style = page().texts["style"][0]
    light, dark = re.findall(r":root \{([^}]*--page[^}]*)\}", style)[:2]
    colors = dict(re.findall(r"--([\w-]+): #(\w{6})", light + (dark if mode == "dark" else "")))
    pairs = [(text, ground) for text in ("text", "quiet", "accent") for ground in ("page", "card", "hover")]
    for severity in Severity:
        pairs += [(severity.value, ground) for ground in ("page", "card", "hover", f"{severity}-tint")]
        pairs.append(("quiet", f"{severity}-tint"))
    assert [pair for pair in pairs if contrast(*(colors[name] for name in pair)) < 4.5] == []


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, written as six digits (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted(luminance(color) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
