"""The mails that are sent, read again as a mail program reads them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_string, policy
from email.errors import NonASCIILocalPartDefect
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.alerts.message import Letterhead, Line, code_message, digest_message, trial_message
from domaincheck.errors import MailError
from domaincheck.model import Severity
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
PAPER = Letterhead("alerts@example.com", "you@example.org", NOW, "digest of the day")
URGENT = Line("shop.example.com", Severity.CRITICAL, "certificate expires in 3 days", "", NOW + timedelta(3), 3)
FAULTY = Line("mail.example.com:587", Severity.CRITICAL, "hostname mismatch", "it is for other.example only")
SOON = Line("example.net", Severity.WARNING, "domain expires in 14 days", "", NOW + timedelta(14), 14)
SOLVED = Line("www.example.org", Severity.OK, "certificate renewed", solved=True)

HEADERS = {
    "Message-ID",
    "List-Unsubscribe",
    "From",
    "To",
    "Subject",
    "Date",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
}


def read(message: bytes) -> EmailMessage:
    """Return *message* as a mail program reads it, without a defect anywhere."""
    mail: Any = message_from_string(message.decode("utf-8"), policy=policy.default)
    assert mail.defects == []
    defects = [defect for name in mail for defect in mail[name].defects]
    assert all(isinstance(defect, NonASCIILocalPartDefect) for defect in defects)  # as RFC 6532 allows
    assert all(not part.defects for part in mail.walk())
    return mail  # type: ignore[no-any-return]


def content(message: bytes, kind: str) -> str:
    """Return the ``plain`` or the ``html`` body of *message*."""
    body: Any = read(message).get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n")


class Page(HTMLParser):
    """Reads HTML: what *elements* there are, with attributes, and what *text* a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Take note of text."""
        self.text += data


# --- the digest --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        ([URGENT], "shop.example.com: certificate expires in 3 days"),
        ([URGENT, FAULTY, SOON], "shop.example.com: certificate expires in 3 days (and 2 more)"),
        ([SOLVED], "www.example.org: certificate renewed"),
    ],
)
def test_the_subject_says_what_is_most_urgent(lines: list[Line], subject: str) -> None:
    """So that a list of mails is enough to see it."""
    assert read(digest_message(lines, PAPER))["Subject"] == subject


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_each_line_says_what_is_the_matter(kind: str) -> None:
    """In the order given, with the date in UTC, in text and in HTML alike."""
    body = content(digest_message([URGENT, FAULTY, SOON, SOLVED], PAPER), kind)
    said = [
        "2 critical, 1 warning, 1 solved",
        "Critical",
        "shop.example.com",
        "certificate expires in 3 days",
        "2026-11-26 06:05 UTC",
        "mail.example.com:587",
        "it is for other.example only",
        "Warning",
        "example.net",
        "Solved",
        "www.example.org",
        "certificate renewed",
        "you@example.org is subscribed",
    ]
    assert re.search(".*?".join(map(re.escape, said)), body, re.DOTALL)


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(("count", "shown", "rest"), [(100, 100, 0), (101, 100, 1), (5000, 100, 4900)])
def test_a_long_digest_is_cut_and_the_rest_counted(kind: str, count: int, shown: int, rest: int) -> None:
    """Nobody reads more than a hundred lines, and mail programs cut long mails."""
    body = content(digest_message([replace(SOON, detail="one of them")] * count, PAPER), kind)
    assert body.count("one of them") == shown
    assert f"{count} warnings" in body
    assert re.findall(r"(?:\.\.\.|…) and (\d+) more", body) == ([str(rest)] if rest else [])


def test_a_date_is_told_in_utc_wherever_it_is_from() -> None:
    """The header says so too."""
    east = timezone(timedelta(hours=9))
    line = replace(URGENT, when=datetime(2026, 11, 26, 8, 0, tzinfo=east))
    message = digest_message([line], replace(PAPER, date=NOW.astimezone(east)))
    assert "2026-11-25 23:00 UTC" in content(message, "plain")
    assert read(message)["Date"] == "Mon, 23 Nov 2026 06:05:00 +0000"


# --- the code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_code_says_what_it_is_for_and_how_long_it_lives(kind: str) -> None:
    """And what to do if one has not asked for it."""
    body = " ".join(
        content(code_message("012345", "subscribe", ["example.com", "münchen.example"], PAPER), kind).split()
    )
    for words in (
        "012345",
        "alerts will be sent to you@example.org, about",
        "example.com",
        "münchen.example",
        "within 10 minutes",
        "You did not ask for it?",
        "without the code nothing changes",
    ):
        assert words in body


@pytest.mark.parametrize(
    ("operation", "targets", "subject"),
    [
        ("subscribe", ["example.com"], "Your code to subscribe to alerts about example.com"),
        ("subscribe", ["example.com", "b.example"], "Your code to subscribe to alerts about example.com and 1 more"),
        ("subscribe", [], "Your code to subscribe to alerts"),
        ("unsubscribe", ["example.com"], "Your code to unsubscribe from alerts about example.com"),
        ("unsubscribe", [], "Your code to unsubscribe from all alerts"),
    ],
)
def test_the_subject_of_a_code_says_what_for_and_not_the_code(operation: Any, targets: list[str], subject: str) -> None:
    """Subjects are shown on locked screens, and written to the logs of mail servers."""
    assert read(code_message("012345", operation, targets, PAPER))["Subject"] == subject


def test_a_long_list_of_targets_is_cut() -> None:
    """The code must not drown."""
    body = content(code_message("012345", "unsubscribe", ["line.example"] * 30, PAPER), "plain")
    assert body.count("line.example") == 20
    assert "... and 10 more" in body


# --- what holds for every mail -----------------------------------------------------------------------------------

WRITERS: list[Callable[[Letterhead], bytes]] = [
    lambda paper: digest_message([URGENT, SOLVED], paper),
    lambda paper: code_message("012345", "subscribe", ["example.com"], paper),
    trial_message,
]
every_mail = pytest.mark.parametrize("write", WRITERS, ids=["digest", "code", "trial"])


@every_mail
def test_no_machine_answers_a_mail(write: Callable[[Letterhead], bytes]) -> None:
    """Holiday notices are asked not to come, by the standard's word and by Exchange's."""
    mail = read(write(PAPER))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


@every_mail
def test_a_mail_says_how_to_unsubscribe(write: Callable[[Letterhead], bytes]) -> None:
    """By a header for mail programs, and in words in both bodies."""
    message = write(PAPER)
    assert read(message)["List-Unsubscribe"] == "<mailto:alerts@example.com?subject=unsubscribe>"
    for kind in ("plain", "html"):
        assert "domaincheck unsubscribe you@example.org" in content(message, kind)
        assert "alerts@example.com" in content(message, kind)


@every_mail
def test_the_same_key_makes_the_same_mail(write: Callable[[Letterhead], bytes]) -> None:
    """A repeated mail is recognised by its Message-ID, which another key does not have."""
    assert write(PAPER) == write(PAPER)
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", str(read(write(PAPER))["Message-ID"]))
    assert read(write(replace(PAPER, key="another")))["Message-ID"] != read(write(PAPER))["Message-ID"]


@every_mail
def test_the_html_needs_nothing_from_elsewhere(write: Callable[[Letterhead], bytes]) -> None:
    """No picture, script, style sheet or font, so nobody learns that a mail is read; both colour schemes are served."""
    html = content(write(PAPER), "html")
    page = Page(html)
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "script", "link", "iframe", "object", "form"})
    links = [value for _, attributes in page.elements for name, value in attributes.items() if name in ("href", "src")]
    assert links == ["mailto:alerts@example.com?subject=unsubscribe"]
    assert "url(" not in html
    assert "@import" not in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in page.elements
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.elements


@every_mail
def test_a_mail_fits_through_every_server(write: Callable[[Letterhead], bytes]) -> None:
    """Seven bits, lines of at most 998 characters that end as RFC 5322 wants."""
    message = write(PAPER)
    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")


@every_mail
def test_long_addresses_stay_whole(write: Callable[[Letterhead], bytes]) -> None:
    """Where lines are folded, no identifier is."""
    domain = f"{'d' * 60}.{'e' * 60}.example"
    sender, recipient = f"{'a' * 64}@{domain}", f"{'b' * 64}@{domain}"
    mail = read(write(replace(PAPER, sender=sender, recipient=recipient)))
    assert mail["From"].addresses[0].addr_spec == sender
    assert mail["To"].addresses[0].addr_spec == recipient
    assert mail["List-Unsubscribe"] == f"<mailto:{sender}?subject=unsubscribe>"
    assert str(mail["Message-ID"]).endswith(f"@{domain}>")


@every_mail
def test_an_international_mailbox_is_written_in_unicode(write: Callable[[Letterhead], bytes]) -> None:
    """As RFC 6532 has it; its server must offer SMTPUTF8 then. The domain stays in A-labels."""
    message = write(replace(PAPER, sender="wächter@bücher.example", recipient="jörg@bücher.example"))
    assert b"\r\nTo: j\xc3\xb6rg@xn--bcher-kva.example\r\n" in message
    mail = read(message)
    assert mail["List-Unsubscribe"] == "<mailto:w%C3%A4chter@xn--bcher-kva.example?subject=unsubscribe>"
    assert "jörg@bücher.example" in content(message, "plain")


@every_mail
def test_an_address_that_a_shell_would_act_upon_is_quoted(write: Callable[[Letterhead], bytes]) -> None:
    """The command to unsubscribe is there to be copied."""
    assert "domaincheck unsubscribe '$HOME`x`@example.org'" in content(
        write(replace(PAPER, recipient="$HOME`x`@example.org")), "plain"
    )


@every_mail
@pytest.mark.parametrize("address", ["", "you", "you@example.org\r\nBcc: me@example.org", "a@b.example, c@d.example"])
def test_nothing_is_written_to_what_is_no_address(write: Callable[[Letterhead], bytes], address: str) -> None:
    """It is refused for good."""
    with pytest.raises(MailError) as caught:
        write(replace(PAPER, recipient=address))
    assert caught.value.permanent


# --- text of strangers -------------------------------------------------------------------------------------------

HOSTILE = [
    "a\r\nBcc: me@example.net",
    "=?utf-8?q?a=0D=0ABcc:_me=40example.net?=",
    "=?utf-8?b?YQpCY2M6IG1lQGV4YW1wbGUubmV0?=",
    "<script>alert(1)</script><img src=//evil.example/x.png>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egro.elpmaxe\u2066",
    "\ud800 \x00 \x1b[31m \u2028 \x85",
    "--=_x",
    "." * 500,
    "名前" * 300,
]
anything = st.one_of(st.sampled_from(HOSTILE), st.text(), st.text("=?utf-8qb_\r\n\t :<>&\"'\x85\u2028é", max_size=200))


KNOWN = {tag for tag, _ in Page(content(digest_message([URGENT], PAPER), "html")).elements} | {"b", "ul", "li"}


def is_ours(message: bytes) -> EmailMessage:
    """Assert that *message* has our headers, once each, and no element but ours, and return it."""
    mail = read(message)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert str(mail["To"]) == "you@example.org"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert {tag for tag, _ in Page(content(message, "html")).elements} <= KNOWN
    for kind in ("plain", "html"):
        assert all(c.isprintable() or c == "\n" for c in content(message, kind))
    return mail


@settings(deadline=None)
@given(target=anything, headline=anything, detail=anything, count=st.integers(1, 3))
def test_a_digest_of_any_text_is_a_mail_of_ours(target: str, headline: str, detail: str, count: int) -> None:
    """Whatever networks and users wrote: no header, element or control character comes of it, and it can be read."""
    message = digest_message([Line(target, Severity.CRITICAL, headline, detail)] * count, PAPER)
    mail = is_ours(message)
    assert "\n" not in str(mail["Subject"])
    assert clean(detail) in content(message, "plain")
    assert clean(detail) in Page(content(message, "html")).text


@settings(deadline=None)
@given(code=anything, targets=st.lists(anything, max_size=3), key=anything)
def test_a_code_mail_of_any_text_is_a_mail_of_ours(code: str, targets: list[str], key: str) -> None:
    """The same for the mail that goes to addresses that nobody has verified."""
    message = code_message(code, "subscribe", targets, replace(PAPER, key=key))
    is_ours(message)
    assert clean(code) in Page(content(message, "html")).text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_subject_of_hostile_text_is_one_line_that_decodes_to_nothing_else(text: str) -> None:
    """Encoded words in it are shown as they were written, but for a space that keeps them from being decoded."""
    subject = str(read(digest_message([replace(URGENT, target=text)], PAPER))["Subject"])
    assert subject.lstrip() == f"{clean(text, 80)}: certificate expires in 3 days".replace("=?", "= ?").lstrip()


def test_a_subject_in_any_language_arrives() -> None:
    """Encoded for the way, and decoded by the reader."""
    line = replace(URGENT, target="日本語.example", headline="证书 הוא ישן")
    assert read(digest_message([line], PAPER))["Subject"] == "日本語.example: 证书 הוא ישן"
