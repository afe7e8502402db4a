"""Microseconds to read one name of a list of 100,000, against ``urllib.parse.urlsplit`` of the same.

Plain names, names with ports, addresses with a scheme, IPv4 and IPv6 addresses, names in Unicode and as A-labels; each
different. Read alone, then with what ``check`` does besides: leave out repetitions, find registrable domains. No bar.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from domaincheck.model import Target
from domaincheck.targets import distinct, read, with_domain
from tests.benchmarks.measure import compare, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domaincheck.model import CertificateFile, InvalidTarget
    from tests.benchmarks.measure import Wish

TARGETS = 100_000
ROUNDS = 5
KINDS = {
    "names": "www.shop-{}.example.com",
    "names with ports": "mail-{}.example.co.uk:8443",
    "addresses with a scheme": "https://host-{}.example.org/path?query",
    "IPv4 addresses": "10.{}.{}.{}",
    "IPv6 addresses": "[2001:db8::{}:{}:{}]:443",
    "Unicode names": "bücher-{}.example.de",
    "A-labels": "shop-{}.xn--bcher-kva.example",
}


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for a list of each kind, then two for a list of all."""
    count = wish.size(TARGETS)
    for label, pattern in KINDS.items():
        yield _race(label, [_name(pattern, number) for number in range(count // len(KINDS))], _read)
    patterns = tuple(KINDS.values())
    names = [_name(patterns[number % len(patterns)], number) for number in range(count)]
    yield _race("all kinds", names, _read)
    yield _race("all kinds, distinct, with domains", names, _read_as_check_does)


def _name(pattern: str, number: int) -> str:
    if pattern.count("{}") == 1:
        return pattern.format(number)
    return pattern.format(number >> 16, number >> 8 & 255, number & 255)


def _race(label: str, names: list[str], work: Callable[[str], Iterable[object]]) -> str:
    text = "\n".join(names)
    mine, theirs = in_turn(
        ROUNDS,
        _timed(lambda: work(text), len(names)),
        _timed(lambda: map(urlsplit, text.split()), len(names)),
    )
    return compare(label, mine, theirs, "µs/target")


def _read(text: str) -> Iterable[Target | CertificateFile | InvalidTarget]:
    return read(text, "list.txt")


def _read_as_check_does(text: str) -> Iterable[Target | CertificateFile | InvalidTarget]:
    return (with_domain(item) if isinstance(item, Target) else item for item in distinct(_read(text)))


def _timed(items: Callable[[], Iterable[object]], count: int) -> Callable[[], float]:
    """Return what goes through all *items* once and returns the microseconds for each of *count*."""

    def work() -> float:
        started = time.perf_counter()
        for _ in items():
            pass
        return (time.perf_counter() - started) / count * 1e6

    return work
