"""HTML: one page for people, to look at, print and send, that holds all it needs and asks no network for anything.

What strangers wrote is data: Jinja2 escapes it, after :func:`~domaincheck.text.clean` has made it printable. Should
a hole be found in that, the page's own policy (https://www.w3.org/TR/CSP3/) still runs no script and applies no style
but ours, which it knows by their hashes, and loads nothing at all.

Everything but ASCII is written as a character reference, so that the page is the same in every locale.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode
from collections import Counter
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from domaincheck.model import Severity, Status
from domaincheck.output.facts import facts_of
from domaincheck.output.labels import days, label, worst_first
from domaincheck.output.timeline import CERTIFICATE, REGISTRATION, Timeline, tone
from domaincheck.text import clean, counted, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import jinja2

    from domaincheck.model import DomainPart, Result, TlsPart
    from domaincheck.output import Finish, Style

_BAR_STEPS, _BAR_WINDOWS = 10, 3
_DUE = (Status.EXPIRING_SOON, Status.EXPIRING_TODAY)
_ATTRIBUTE = re.compile(r"(?:^|,)(O|CN)=((?:\\.|[^,+\\])+)")


def render(results: Iterable[Result], finish: Finish, _style: Style) -> Iterator[str]:
    """Yield the page, the most urgent result first.

    The summary and the timeline stand before the results, and these are sorted, so nothing can be written before the
    last of them has come. Until then they are kept as deflated text, some 600 bytes each.
    """
    timeline, rows, severities = Timeline(), _Rows(), Counter[Severity]()
    for result in results:
        timeline.add(result)
        severities[result.severity] += 1
        rows.add(result)
    report = finish()
    page = (
        _templates()
        .get_template("report.html.j2")
        .generate(
            report=report,
            total=severities.total(),
            attention=severities.total() - severities[Severity.OK],
            severities=[(severity, severities[severity]) for severity in reversed(Severity) if severities[severity]],
            timeline=timeline,
            rows=rows,
        )
    )
    for piece in page:
        yield _ascii(piece).decode("ascii")


class _Rows:
    """The rows of the table as deflated text, to be had in their order again."""

    def __init__(self) -> None:
        self._render = _templates().get_template("row.html.j2").render
        self._first = b""
        self._kept: list[tuple[tuple[int, int, int], int, bytes]] = []

    def add(self, result: Result) -> None:
        """Render *result* and keep that. Rows are much alike: each is deflated as what differs from the first."""
        told = {"tls": result.tls, "domain": result.domain, "faults": _faults(result)}
        text = _ascii(self._render(result=result, facts=_Clean(facts_of(result)), **told))
        self._first = self._first or text
        deflate = zlib.compressobj(level=1, zdict=self._first)
        self._kept.append((result.urgency, len(self._kept), deflate.compress(text) + deflate.flush()))

    def __iter__(self) -> Iterator[str]:
        """Yield the rows, the most urgent first and otherwise as they came."""
        for _, _, deflated in sorted(self._kept):
            yield zlib.decompressobj(zdict=self._first).decompress(deflated).decode("ascii")


def _faults(result: Result) -> list[str]:
    """Return what is wrong in sentences, what matters most first, and what is but a note last."""
    problems = worst_first(result.tls, result.domain)
    grave = [problem.message for problem in problems if problem.severity is not Severity.OK]
    kinds = ((result.tls, CERTIFICATE), (result.domain, REGISTRATION))
    due = [f"the {kind} expires {days(part.days_left or 0)}" for part, kind in kinds if part and part.status in _DUE]
    notes = [problem.message for problem in problems if problem.severity is Severity.OK]
    return [result.reason] if result.reason else [*grave, *due, *notes]


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "xmlcharrefreplace")


def _bar(part: TlsPart | DomainPart) -> int | None:
    """Return how full the bar is that shows the time left; a third of it is the warning window, whatever that is."""
    if part.days_left is None or part.warn_before_days is None:
        return None
    if part.days_left < 0:
        return 0
    full = max(_BAR_WINDOWS * part.warn_before_days, 1)
    return max(1, min(ceil(_BAR_STEPS * part.days_left / full), _BAR_STEPS))


def _short(name: str | None) -> str:
    """Return what people call the issuer whose *name* is in RFC 4514 form: its organisation and its common name."""
    found = {key: re.sub(r"\\(.)", r"\1", value).strip() for key, value in reversed(_ATTRIBUTE.findall(name or ""))}
    organisation, common = found.get("O", ""), found.get("CN", "")
    if organisation.partition(" ")[0].lower() in common.lower():
        return common or name or ""
    return f"{organisation} {common}".strip()


class _Clean(str):
    """Text that is clean already, of which not even the lines should be touched."""

    __slots__ = ()


def _shown(value: Any) -> Any:
    """Make printable what a template is about to write; markup and our own words come here as other types."""
    return clean(value) if type(value) is str else value


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    loader = jinja2.PackageLoader("domaincheck.output")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name, file in (("style", "report.css"), ("script", "report.js")):
        environment.globals[name] = _inlined(loader.get_source(environment, file)[0])
    environment.globals |= {"bar": _bar, "counted": counted, "days": days, "label": label}
    environment.globals |= {"short": _short, "timestamp": timestamp, "tone": tone}
    return environment


def _inlined(source: str) -> dict[str, str]:
    """Return the *text* of a style or script of ours, and the *hash* by which the page's policy knows it."""
    digest = b64encode(hashlib.sha256(source.encode("ascii")).digest()).decode("ascii")
    return {"text": source, "hash": f"sha256-{digest}"}
