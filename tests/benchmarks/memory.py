"""Resident memory of ``domaincheck check --no-domain`` over 100,000 targets that refuse the connection.

The targets come from a file, the results go through a pipe to nowhere: counted, so that memory is read each time
another 5,000 have come. As ndjson, in the order in which they finish, and as csv, in the order of the file.

Bar: from the first 5,000 results to the last, memory grows by no more than 30 MB.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.lab.hostile import refused_port
from tests.benchmarks.measure import Bar, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Wish

BAR = Bar(30)
TARGETS = 100_000
STEP = 5000
FORMATS = ("ndjson", "csv")
_HALF = 128


def run(wish: Wish) -> Iterator[str]:
    """Yield a line for each format, with ``--verbose`` also the memory at each step."""
    count = wish.size(TARGETS)
    with tempfile.TemporaryDirectory() as folder, refused_port() as port:
        file = Path(folder, "targets.txt")
        file.write_text("\n".join(f"{_address(number)}:{port}" for number in range(count)), encoding="utf-8")
        for name in FORMATS:
            began = time.monotonic()
            sizes = _observe(file, name, min(STEP, count // 2))
            first, *later = sizes.values()
            growth = max(later) - first
            rate = figure(count / (time.monotonic() - began))
            yield (
                f"{name:<8} {growth:+6.1f} MB  from {first:.1f} after {next(iter(sizes)):,} results"
                f" to {later[-1]:.1f} after {count:,}; {rate} results/s  {BAR.judge(growth)}"
            )
            if wish.verbose:
                yield from (f"  {size:6.1f} MB after {results:,}" for results, size in sizes.items())


def _address(number: int) -> str:
    """Return the *number*-th of the addresses 127.x.y.z with all three below 128."""
    return f"127.{number // _HALF**2}.{number // _HALF % _HALF}.{number % _HALF}"


def _observe(file: Path, name: str, step: int) -> dict[int, float]:
    """Return the megabytes resident by the number of results that had come by then."""
    command = (sys.executable, "-m", "domaincheck", "check", "--no-domain", "--format", name, "-f", str(file))
    sizes: dict[int, float] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own command
        for results, _ in enumerate(process.stdout or (), 1 - (name == "csv")):  # csv begins with a header
            if results and results % step == 0 and (size := _resident(process.pid)):
                sizes[results] = size
    return sizes


def _resident(pid: int) -> float | None:
    """Return the megabytes resident now, ``None`` once the process is about to end."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None
