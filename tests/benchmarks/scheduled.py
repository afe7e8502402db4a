"""Deciding, ledger and outbox of a scheduled run over 100,000 subscriptions; nothing is checked or sent.

10,000 addresses with 10 targets each, 20,000 targets in all, each subscribed to by five. The results come ready made,
and whoever takes the mails accepts them at once. Each run is a process of its own, on a store and a state of its own:
first with a tenth of the size, to see whether time and memory grow with it. One target in ten expires soon, so that
most addresses get a mail; then, in a second run a day later, there is nothing new. At last one address has subscribed
to all 20,000 targets, and all of them expire soon.

Bars for the first run: 60 s, and 300 MB resident at the peak.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from domaincheck import scheduled
from domaincheck.alerts.due import Rules
from domaincheck.journal import Journal
from domaincheck.mailer import Post
from domaincheck.model import InvalidTarget, Standing, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests import results
from tests.benchmarks.measure import Bar, Wish, figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domaincheck.model import Result, Target
    from domaincheck.runner import Runner

ADDRESSES, EACH, TARGETS = 10_000, 10, 20_000
SECONDS, MEGABYTES = Bar(60), Bar(300)
DUE = 10
"""One target in so many expires soon."""
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Ready:
    """Stands in for the runner: has the result of every target at hand; one in *due* expires soon."""

    due: int

    def run(self, items: Iterable[Target | InvalidTarget]) -> Iterator[tuple[int, Result]]:
        for place, item in enumerate(items):
            left = 5 * DAY if place % self.due == 0 else 67 * DAY
            names: dict[str, Any] = {"names": (item.text,), "fingerprint_sha256": f"{place:064x}"}
            tls = results.tls(not_after=NOW + left, subject=f"CN={item.text}", **names)
            domain = replace(results.domain(), name=f"{item.text}", expires_at=NOW + 300 * DAY)
            yield place, results.result(item.text, tls=tls, domain=domain)


class _Accepting:
    """A mailer that accepts at once, and counts."""

    count = 0

    def send(self, *_: object) -> None:
        self.count += 1


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each size, and one for how they compare."""
    found = [_measured(wish.size(ADDRESSES) // part, EACH, wish.size(TARGETS) // part, DUE) for part in (10, 1)]
    for first, second in found:
        yield f"{_told(first)}  {SECONDS.judge(first['seconds'])}, {MEGABYTES.judge(first['megabytes'])}"
        yield f"{_told(second)}, a day later"
    (small, _), (large, _) = found
    yield f"for ten times the subscriptions, {large['work'] / small['work']:.1f} times the processor time"
    [single, _] = _measured(1, wish.size(TARGETS), wish.size(TARGETS), 1)
    yield f"{_told(single)}, all of them of one address and due"


def _told(figures: dict[str, float]) -> str:
    count, mails = int(figures["subscriptions"]), int(figures["mails"])
    seconds, work, megabytes = (figure(figures[key]) for key in ("seconds", "work", "megabytes"))
    return f"{count:>7,} subscriptions  {seconds:>5} s ({work} of processor)  {megabytes:>4} MB  {mails:>6,} mails"


def _measured(*sizes: int) -> list[dict[str, float]]:
    """Return the figures of two runs, each measured in a process of its own, on the same files."""
    with tempfile.TemporaryDirectory() as folder:
        _subscribe(Path(folder), *sizes[:3])
        return [_process(folder, sizes[3], day) for day in (0, 1)]


def _subscribe(folder: Path, addresses: int, each: int, targets: int) -> None:
    names = (
        (f"user{address}@example.com", f"host{(address * each + number) % targets}.example.com")
        for address in range(addresses)
        for number in range(each)
    )
    store = open_store(folder / "subscriptions.db", parse)
    store.add(Subscription(email, target, None, Standing.VERIFIED, NOW) for email, target in names)


def _process(folder: str, due: int, day: int) -> dict[str, float]:
    command = (sys.executable, "-m", "tests.benchmarks.scheduled", folder, str(due), str(day))
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - ourselves
    figures: dict[str, float] = json.loads(output)
    return figures


def main(arguments: Sequence[str]) -> None:
    """Make the run of one process, on the files in the folder that *arguments* name first, and print its figures."""
    folder, due, day = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    now, mailer = NOW + day * DAY, _Accepting()
    store, post = open_store(folder / "subscriptions.db", parse), Post(mailer, "alerts@example.com")
    began, idle = time.perf_counter(), time.process_time()
    with Journal.open(folder / "state.db") as journal:
        work = scheduled.Run(store, journal, lambda: now, post, Rules(), 400 * DAY)
        report = scheduled.run(work, cast("Runner", _Ready(due)))
    figures = {
        "subscriptions": report.subscriptions,
        "mails": mailer.count,
        "seconds": time.perf_counter() - began,
        "work": time.process_time() - idle,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
