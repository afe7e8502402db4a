"""Milliseconds to open a store of 100,000 subscriptions, to ask it for one address, to add one, and to read all.

10,000 addresses with 10 domains each, 20,000 of these distinct. Opening and adding are done many times, and the median
is told; the wait for the disk is in it. TOML, which is read and written whole, is measured with a hundredth of that.

Bars for SQLite: 20 ms to open (and find one address), 50 ms to add one.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.model import Standing, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.benchmarks.measure import Bar, Wish, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domaincheck.store import Store

ADDRESSES = 10_000
EACH = 10
DOMAINS = 20_000
ROUNDS = 20
TOML_SHARE = 100


def run(wish: Wish) -> Iterator[str]:
    """Yield the lines for each kind of store."""
    with tempfile.TemporaryDirectory() as folder:
        addresses = wish.size(ADDRESSES, TOML_SHARE)
        yield from _measured(open_store(Path(folder) / "s.db", parse), addresses, Bar(20), Bar(50))
        yield from _measured(open_store(Path(folder) / "s.toml", parse), addresses // TOML_SHARE)


def main() -> None:
    """Print the lines of all."""
    for line in run(Wish()):
        print(line)  # noqa: T201 - a script that is run by hand


def _measured(store: Store, addresses: int, opening: Bar | None = None, adding: Bar | None = None) -> Iterator[str]:
    kind = f"{store.path.suffix}, {addresses * EACH:,} subscriptions:"
    numbers = iter(range(ROUNDS))
    yield _line(f"{kind} add them", [_timed(lambda: store.add(_subscriptions(addresses)))])
    one = f"user{addresses // 2}@example.com"
    yield _line(f"{kind} open, find one address", _times(lambda: list(store.subscriptions(one))), opening)
    yield _line(
        f"{kind} add one", _times(lambda: store.add([Subscription(one, f"new{next(numbers)}.example")])), adding
    )
    yield _line(f"{kind} read all", [_timed(lambda: sum(1 for _ in store.subscriptions()))])


def _subscriptions(addresses: int) -> Iterator[Subscription]:
    for address in range(addresses):
        for number in range(EACH):
            domain = f"domain{(address * EACH + number) % DOMAINS}.example.com"
            yield Subscription(f"user{address}@example.com", domain, standing=Standing.VERIFIED)


def _times(act: Callable[[], object]) -> list[float]:
    return [_timed(act) for _ in range(ROUNDS)]


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _line(what: str, times: list[float], bar: Bar | None = None) -> str:
    middle = statistics.median(times)
    return f"{what:<56} {figure(middle):>8} ms  {bar.judge(middle) if bar else ''}".rstrip()


if __name__ == "__main__":
    main()
