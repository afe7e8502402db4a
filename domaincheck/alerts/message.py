"""The mails that are sent: data in, the bytes of one message out. Nothing here reads a clock or sends anything.

Whatever the data holds, each header is the one we mean: text is cleaned before it gets into one, and again nothing of
it is left that the standard library would take for an encoded word (RFC 2047), whose hidden line ends some of its
versions let out. The HTML is escaped by Jinja2 and refers to nothing outside of itself.
"""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from domaincheck.mailer.addresses import envelope
from domaincheck.text import clean, counted, minute

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2

    from domaincheck.model import Severity

SHOWN = 100
"""Lines of a digest that are shown; the rest is counted."""

SHOWN_TARGETS = 20
"""Targets that a mail with a code lists."""

CODE_MINUTES = 10

_TARGET_LIMIT, _HEADLINE_LIMIT = 80, 120


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes to whom, and when. The same *key* makes the same Message-ID: a mail that is repeated is seen to be."""

    sender: str
    recipient: str
    date: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of news about *target*: *headline* in a few words, *detail* in a sentence, or empty.

    *when* is the expiry that it is about and *days_left* the whole days until then. What is *solved* is good news.
    """

    target: str
    severity: Severity
    headline: str
    detail: str = ""
    when: datetime | None = None
    days_left: int | None = None
    solved: bool = False


def digest_message(lines: Sequence[Line], letterhead: Letterhead) -> bytes:
    """Return the digest of *lines*, at least one and most urgent first."""
    first, others = lines[0], len(lines) - 1
    headline = clean(first.headline, _HEADLINE_LIMIT)
    subject = f"{clean(first.target, _TARGET_LIMIT)}: {headline}{f' (and {others} more)' if others else ''}"
    content = {
        "summary": _summary(lines),
        "lines": [_shown(line) for line in lines[:SHOWN]],
        "rest": max(0, len(lines) - SHOWN),
    }
    return _message("digest", subject, content, letterhead)


def code_message(
    code: str, operation: Literal["subscribe", "unsubscribe"], targets: Sequence[str], letterhead: Letterhead
) -> bytes:
    """Return the mail that brings *code*, and says what for: *targets*, or none in particular when there are none."""
    verb = "subscribe to" if operation == "subscribe" else "unsubscribe from"
    if targets:
        named = f"alerts about {clean(targets[0], _TARGET_LIMIT)}"
        named += f" and {len(targets) - 1} more" if len(targets) > 1 else ""
    else:
        named = "alerts" if operation == "subscribe" else "all alerts"
    content = {
        "code": clean(code),
        "operation": operation,
        "targets": [clean(target) for target in targets[:SHOWN_TARGETS]],
        "rest": max(0, len(targets) - SHOWN_TARGETS),
        "minutes": CODE_MINUTES,
    }
    return _message("code", f"Your code to {verb} {named}", content, letterhead)


def trial_message(letterhead: Letterhead) -> bytes:
    """Return the mail that shows that mail arrives."""
    return _message("trial", "domaincheck can send mail", {}, letterhead)


def _message(template: str, subject: str, content: dict[str, Any], letterhead: Letterhead) -> bytes:
    from email import policy
    from email.headerregistry import Address
    from email.message import EmailMessage

    sender, recipient = envelope(letterhead.sender, letterhead.recipient)
    plain_addresses = (sender + recipient).isascii()
    # Content in 7 bits passes through every server and command; headers beyond ASCII are for SMTPUTF8 alone.
    message = EmailMessage(policy=(policy.SMTP if plain_addresses else policy.SMTPUTF8).clone(cte_type="7bit"))
    message["From"] = Address("domaincheck", *_split(sender))
    message["To"] = Address("", *_split(recipient))
    message["Subject"] = _unencoded(subject)
    message["Date"] = letterhead.date.astimezone(UTC)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices, please
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    reader, link = clean(letterhead.recipient), _unsubscribe_link(sender)
    content |= {"subject": clean(subject), "recipient": reader, "recipient_argument": shlex.quote(reader)}
    content |= {"sender": sender, "unsubscribe_link": link}
    message.set_content(_rendered(f"{template}.txt.j2", content))
    message.add_alternative(_rendered(f"{template}.html.j2", content), subtype="html")
    digest = hashlib.sha256(letterhead.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    message.set_boundary(f"=_{digest}")
    # These must not be folded: the email package would break long words up into encoded ones.
    unfolded = f"Message-ID: <{digest}@{_split(sender)[1]}>\r\nList-Unsubscribe: <{link}>\r\n"
    return unfolded.encode("ascii") + message.as_bytes()


def _unsubscribe_link(sender: str) -> str:
    """Return the address to write to, as RFC 2369 §3.2 and RFC 6068 have it; there is no web page to go to."""
    local, domain = _split(sender)
    return f"mailto:{quote(local)}@{domain}?subject=unsubscribe"


def _split(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


def _unencoded(text: str) -> str:
    """Return *text* without a beginning of an encoded word."""
    return clean(text).replace("=?", "= ?")


def _summary(lines: Sequence[Line]) -> str:
    """Return how many things there are of each kind, in words."""
    counts = Counter(_kind(line) for line in lines)
    words = ((kind, f"{counts[kind]} {name}") for kind, name in _COUNTED.items() if counts[kind])
    return ", ".join(text + ("s" if kind == "warning" and counts[kind] > 1 else "") for kind, text in words)


def _kind(line: Line) -> str:
    return "solved" if line.solved else line.severity.value


_COUNTED = {
    "critical": "critical",
    "unknown": "unknown",
    "warning": "warning",
    "ok": "good to know",
    "solved": "solved",
}
"""The kinds of lines, and what is said when they are counted."""


def _shown(line: Line) -> dict[str, Any]:
    """Return *line* as the templates want it."""
    return {
        "target": clean(line.target),
        "kind": _kind(line),
        "label": _COUNTED[_kind(line)].capitalize(),
        "headline": clean(line.headline),
        "detail": clean(line.detail),
        "when": minute(line.when.astimezone(UTC)) if line.when else "",
        "days": "" if line.solved else _days(line.days_left),
    }


def _days(left: int | None) -> str:
    if left is None or left < 0:
        return ""  # the headline tells what is past
    return counted(left, "day") if left else "today"


def _rendered(template: str, content: dict[str, Any]) -> str:
    return _templates().get_template(template).render(content)


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("domaincheck.alerts"),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
