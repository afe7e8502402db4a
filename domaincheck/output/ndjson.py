"""NDJSON: each result on a line of its own, the same object as in the JSON document's ``results``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.output.json import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domaincheck.model import Result
    from domaincheck.output import Finish, Style


def render(results: Iterable[Result], _finish: Finish, _style: Style) -> Iterator[str]:
    """Yield one line a result, as it comes."""
    for result in results:
        yield encode(result) + "\n"
