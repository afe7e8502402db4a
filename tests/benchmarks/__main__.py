"""``python -m tests.benchmarks [--only NAME]... [--quick] [--verbose]``: prints the figures, and always ends well."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import ssl
import time
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = (
    *("startup", "throughput", "mixed", "cpu", "memory", "output", "targets"),
    *("registries", "store", "scheduled", "telemetry", "whois_hostile"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that *arguments* name, all of them by default."""
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description="Measure speed against plain programs.")
    parser.add_argument("--only", action="append", metavar="NAME", help=f"one of {', '.join(NAMES)}; repeatable")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--verbose", action="store_true", help="more about where the time goes")
    options = parser.parse_args(arguments)
    for name in options.only or ():
        if name not in NAMES:
            _say(f"there is no benchmark {name!r}; there are {', '.join(NAMES)}")
    _say(_machine())
    for name in NAMES:
        if not options.only or name in options.only:
            _run(name, Wish(options.quick, options.verbose))


def _run(name: str, wish: Wish) -> None:
    began = time.monotonic()
    try:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        purpose, *_ = (module.__doc__ or "").splitlines()
        _say(f"\n{name}: {purpose}")
        if hasattr(module, "run"):
            for line in module.run(wish):
                _say(f"  {line}")
        else:
            module.main()  # a script of its own, which prints
    except Exception as error:  # noqa: BLE001 - one benchmark that cannot be run keeps no other from it
        _say(f"  could not be measured: {type(error).__name__}: {error}")
    _say(f"  ({time.monotonic() - began:.0f} s)")


def _machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    python = f"Python {platform.python_version()}, {ssl.OPENSSL_VERSION.partition('  ')[0]}"
    return f"{python}, {os.cpu_count()} processors, load {load}"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    main()
