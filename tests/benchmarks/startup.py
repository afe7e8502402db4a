"""What a command costs before it does anything, against bare Python and a lean Typer app.

``--version`` against ``python -c pass``; ``--help`` and ``check --json --no-domain`` of one host on loopback against
the help and a command of an app of ten small commands with the same typer. Each through ``python -m domaincheck`` and,
where there is one, through the installed command, which runs the package as it was installed. Wall time, from the start
of the process to its end, and below it the processor time, which a busy machine disturbs less. Bytecode is kept as an
installation would, whatever the environment says. Then the heavy modules that each of ours imports, which should be
none, and with ``--verbose`` the imports that cost most.

Bars: 2 times bare Python for ``--version``, 1.2 times the lean app for ``--help``, 2 times for the check.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks import lab
from tests.benchmarks.measure import Bar, compare, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.measure import Wish

ROUNDS = 100
HEAVY = ("posthog", "rich", "requests", "httpx", "whois", "cryptography", "idna", "publicsuffixlist")
COSTLIEST = 15

LEAN_APP = """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
def make(number):
    def command(name: str = "world", count: int = 1, loud: bool = False) -> None:
        "Greet somebody."
        print(name, count, loud)
    app.command(f"greet-{number}")(command)
for number in range(10):
    make(number)
app()
"""

_PYTHON = sys.executable
_OURS = (_PYTHON, "-m", "domaincheck")
_ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Spent(NamedTuple):
    """What one process took, in milliseconds."""

    wall: float
    cpu: float


class Contest(NamedTuple):
    """Two commands to compare."""

    label: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    bar: Bar


def run(wish: Wish) -> Iterator[str]:
    """Yield two lines for each command, then what each imports."""
    with tempfile.TemporaryDirectory() as folder, lab.running(1) as server:
        lean = Path(folder, "lean.py")
        lean.write_text(LEAN_APP, encoding="utf-8")
        check = ("check", "--json", "--no-domain", "--ca-file", str(server.ca_file), *_resolved(server))
        for contest in _contests(str(lean), check):
            ours, theirs = in_turn(wish.size(ROUNDS), _process(contest.ours), _process(contest.theirs))
            for label, which in ((contest.label, 0), ("  processor time", 1)):
                bar = None if which else contest.bar
                yield compare(label, [each[which] for each in ours], [each[which] for each in theirs], "ms", bar)
        for arguments in (["--version"], ["--help"], check):
            yield from _imports(arguments, wish)


def _contests(lean: str, check: tuple[str, ...]) -> Iterator[Contest]:
    installed = Path(sysconfig.get_path("scripts"), "domaincheck")
    ways = {"python -m": _OURS} | ({"as installed": (str(installed),)} if installed.exists() else {})
    for way, ours in ways.items():
        yield Contest(f"--version, {way}", (*ours, "--version"), (_PYTHON, "-c", "pass"), Bar(2))
        yield Contest(f"--help, {way}", (*ours, "--help"), (_PYTHON, lean, "--help"), Bar(1.2))
        yield Contest(f"check of one host, {way}", (*ours, *check), (_PYTHON, lean, "greet-3"), Bar(2))


def _resolved(server: lab.Lab) -> tuple[str, ...]:
    host = server.names[0]
    return "--resolve", f"{host}:{server.port}:{lab.LOOPBACK}", f"{host}:{server.port}"


def _process(command: tuple[str, ...]) -> Callable[[], Spent]:
    """Return what runs *command* once, its output thrown away."""

    def work() -> Spent:
        actions = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
        began = time.perf_counter()
        child = os.posix_spawn(command[0], command, _ENVIRONMENT, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - began
        if status:
            raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        return Spent(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)

    return work


def _imports(arguments: Sequence[str], wish: Wish) -> Iterator[str]:
    """Yield the heavy modules that our command imports, and the costliest of all."""
    command = (_PYTHON, "-X", "importtime", *_OURS[1:], *arguments)
    silence, pipe = subprocess.DEVNULL, subprocess.PIPE
    trace = subprocess.run(  # noqa: S603 - our own command
        command, stdout=silence, stderr=pipe, text=True, check=True, env=_ENVIRONMENT
    ).stderr
    found = {
        name: int(own) for own, name in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", trace, re.MULTILINE)
    }
    heavy = sorted(set(HEAVY) & {name.partition(".")[0] for name in found})
    yield f"{arguments[0]}: {len(found)} modules; heavy ones: {', '.join(heavy) or 'none'}"
    if wish.verbose:
        for name in sorted(found, key=found.__getitem__, reverse=True)[:COSTLIEST]:
            yield f"  {found[name] / 1000:6.2f} ms  {name}"
