"""Plain text for pipes: a line a target, its columns parted by one tab, no header.

    1 target           5 tls_days_left      9 domain_days_left     12 message
    2 status           6 tls_not_after     10 domain_expires_at
    3 severity         7 domain_name       11 problems
    4 tls_status       8 domain_status

``problems`` are codes parted by commas, ``message`` is the sentence of the first of them or the reason why a target is
invalid. What is unknown is ``-``. No field is ever empty or holds a tab or a newline. New columns come last. Of a group
the first target is told, and in a column more how many they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.output.labels import worst_first
from domaincheck.text import clean, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domaincheck.model import Result
    from domaincheck.output import Finish, Style
    from domaincheck.output.grouping import Group

    Field = str | int | datetime | None


def render(results: Iterable[Result], _finish: Finish, _style: Style) -> Iterator[str]:
    """Yield one line a result, as it comes."""
    for result in results:
        yield "\t".join([_field(value) for value in _values(result)]) + "\n"


def render_groups(groups: Iterable[Group], _finish: Finish, _style: Style) -> Iterator[str]:
    """Yield one line a group, as it comes."""
    for group in groups:
        yield "\t".join([_field(value) for value in (*_values(group.shown), group.count)]) + "\n"


def _values(result: Result) -> Iterator[Field]:
    tls, domain = result.tls, result.domain
    problems = worst_first(tls, domain)
    yield from (result.target, result.status, result.severity)
    yield from (tls.status, tls.days_left, tls.not_after) if tls else (None,) * 3
    yield from (domain.name, domain.status, domain.days_left, domain.expires_at) if domain else (None,) * 4
    yield ",".join(dict.fromkeys(problem.code for problem in problems))
    yield result.reason or (problems[0].message if problems else None)


def _field(value: Field) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return clean(value).strip() or "-"
    return str(value) if isinstance(value, int) else timestamp(value)
