"""README's picture of the table: ``python -m tests.picture`` draws it anew; its results and its clock stand still."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from domaincheck.model import DomainPart, Problem, ProblemCode, Result, Severity, Status, TlsPart
from domaincheck.output import FORMATS, Style
from domaincheck.output.grouping import grouped
from tests.results import domain, problem, report, result, tls, unreachable

PICTURE = Path(__file__).parent.parent / ".readme" / "table.svg"
COLUMNS = 100
COMMAND = "domaincheck check -f hosts.txt --group"

NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
REPLICAS = 197

THEME = TerminalTheme(
    background=(13, 17, 23),
    foreground=(201, 209, 217),
    normal=[
        *((72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)),
        *((88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)),
    ],
)

# No font is fetched, unlike in rich's own: whoever shows a README shows it without asking anybody.
FORMAT: Final = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, "DejaVu Sans Mono", monospace }}
.{unique_id}-title {{ font: bold 18px sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def results() -> list[Result]:
    """Return what the picture shows: a little of everything that people meet."""
    soon = {"days_left": 20, "expires_at": NOW + timedelta(days=20)}
    secret = {"expires_at": None, "days_left": None}
    return [
        _of("www.example.com", _certificate(67), domain(name="example.com")),
        *(
            _of(f"cdn{number}.example.org", _certificate(41), domain(name="example.org", days_left=188))
            for number in range(1, REPLICAS + 1)
        ),
        _of("shop.example.net", _certificate(20), domain(Status.EXPIRING_SOON, name="example.net", **soon)),
        _of("smtp://mx.example.com:587", _certificate(0), domain(name="example.com")),
        _of("old.example.com:8443", _certificate(-12), domain(name="example.com")),
        _of("intranet.example.com", _certificate(67, _mismatch()), domain(name="example.com")),
        _of("www.example.de", _certificate(80), domain(Status.UNKNOWN_EXPIRY, name="example.de", **secret)),
        _of("down.example.com", unreachable("192.0.2.7 port 443 refused the connection"), domain(name="example.com")),
        _of("www.example.edu", _certificate(55), _redeemable()),
    ]


def _of(target: str, certificate: TlsPart, registration: DomainPart) -> Result:
    if registration.days_left is not None:
        registration = replace(registration, expires_at=NOW + timedelta(days=registration.days_left))
    return result(target, tls=certificate, domain=registration)


def _certificate(days_left: int, *problems: Problem) -> TlsPart:
    """Return the part of a 90-day certificate that has *days_left*."""
    status = Status.VALID if days_left > 30 else Status.EXPIRING_SOON if days_left else Status.EXPIRING_TODAY
    status = Status.INVALID if problems else Status.EXPIRED if days_left < 0 else status
    dates: dict[str, Any] = {"days_left": days_left, "not_after": NOW + timedelta(days=days_left, hours=9)}
    return tls(status, **dates, problems=problems, fingerprint_sha256=f"{days_left}/{len(problems)}")


def _mismatch() -> Problem:
    message = "the certificate is for example.net, not for intranet.example.com"
    return problem(message, ProblemCode.HOSTNAME_MISMATCH)


def _redeemable() -> DomainPart:
    message = "it was deleted, and its registrar can restore it for some weeks"
    redemption = Problem(ProblemCode.REDEMPTION, Severity.CRITICAL, message)
    return domain(Status.AT_RISK, name="example.edu", days_left=320, problems=(redemption,))


def table() -> str:
    """Return what a terminal would be sent."""
    style = Style(width=COLUMNS, color=True)
    return "".join(FORMATS["table"].render_groups(grouped(results()), lambda: report(duration_seconds=1.34), style))


def draw() -> str:
    """Return the picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text.assemble(("$ ", "dim"), COMMAND), Text.from_ansi(table()), sep="\n")
    return console.export_svg(title="", theme=THEME, code_format=FORMAT, unique_id="table")


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(), encoding="utf-8")
