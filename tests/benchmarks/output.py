"""Microseconds to render one result in each format, against ``json.dumps`` of the same facts.

10,000 results with a certificate and a registration each, one in ten with a problem. What json.dumps is given is the
result as plain dicts and lists, ready made. No bar.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from domaincheck.model import Status
from domaincheck.output import FORMATS, Style
from tests import results
from tests.benchmarks.measure import compare, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domaincheck.model import Result
    from tests.benchmarks.measure import Wish

RESULTS = 10_000
ROUNDS = 5
STYLES = {"table": Style(), "table, in colour": Style(width=160, color=True)}


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each format."""
    many = [_result(number) for number in range(wish.size(RESULTS))]
    facts = [json.loads(line) for line in FORMATS["ndjson"].render(many, results.report, Style())]
    for label in (*FORMATS, *(label for label in STYLES if label not in FORMATS)):
        name, style = label.partition(",")[0], STYLES.get(label, Style())

        def ours(name: str = name, style: Style = style) -> Iterable[str]:
            return FORMATS[name].render(many, results.report, style)

        mine, theirs = in_turn(ROUNDS, _timed(ours, len(many)), _timed(lambda: map(json.dumps, facts), len(many)))
        yield compare(label, mine, theirs, "µs/result")


def _result(number: int) -> Result:
    host = f"www{number}.example.com"
    changes: dict[str, Any] = {"subject": f"CN={host}", "names": (host,), "fingerprint_sha256": f"{number:064x}"}
    if number % 10:
        return results.result(host, tls=results.tls(**changes))
    expired = results.tls(Status.EXPIRED, **changes, problems=(results.problem("the certificate expired yesterday"),))
    return results.result(host, tls=expired)


def _timed(texts: Callable[[], Iterable[str]], count: int) -> Callable[[], float]:
    """Return what makes all *texts* once and returns the microseconds for each of *count* results."""

    def work() -> float:
        started = time.perf_counter()
        for _ in texts():
            pass
        return (time.perf_counter() - started) / count * 1e6

    return work
