"""CSV for spreadsheets, by RFC 4180: a header, then a row a target, with every line ended by CR LF."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from domaincheck.output.labels import worst_first
from domaincheck.text import clean, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domaincheck.model import Result
    from domaincheck.output import Finish, Style

    Cell = str | int | datetime | None

COLUMNS = (
    *("target", "host", "port", "status", "severity", "reason"),
    *("tls_status", "tls_severity", "tls_not_after", "tls_days_left", "tls_expires_first"),
    *("tls_subject", "tls_issuer", "tls_key", "tls_protocol", "tls_address"),
    *("domain_name", "domain_status", "domain_severity", "domain_expires_at", "domain_days_left", "registrar"),
    *("problem_codes", "problems"),
)
"""The header. New columns come last."""

_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - a spreadsheet in Japanese takes the full-width ones for the same


class _Echo:
    """A file for the csv writer that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def render(results: Iterable[Result], _finish: Finish, _style: Style) -> Iterator[str]:
    """Yield the header, then one row a result, as it comes."""
    row = csv.writer(_Echo()).writerow
    yield row(COLUMNS)
    for result in results:
        yield row([_cell(value) for value in _values(result)])


def _values(result: Result) -> Iterator[Cell]:
    tls, domain = result.tls, result.domain
    problems = worst_first(tls, domain)
    yield from (result.target, result.host, result.port, result.status, result.severity, result.reason)
    if tls:
        yield from (tls.status, tls.severity, tls.not_after, tls.days_left, tls.expires_first)
        yield from (tls.subject, tls.issuer, tls.key, tls.protocol, tls.address)
    else:
        yield from (None,) * 10
    if domain:
        yield from (domain.name, domain.status, domain.severity)
        yield from (domain.expires_at, domain.days_left, domain.registrar)
    else:
        yield from (None,) * 6
    yield " ".join(dict.fromkeys(problem.code for problem in problems))
    yield "; ".join(problem.message for problem in problems)


def _cell(value: Cell) -> str | int | None:
    """Return *value* such that a spreadsheet shows it and never runs it; only text can be a formula."""
    if isinstance(value, str):
        text = clean(value)
        return "'" + text if text.lstrip().startswith(_FORMULA) else text
    return value if value is None or isinstance(value, int) else timestamp(value)
