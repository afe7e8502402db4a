"""Runs the command line: in this process, in a world of its own, or as a process of its own.

Neither reads settings or keeps a state of the user who runs the tests, and neither reaches beyond loopback.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import domaincheck
from domaincheck.cli.app import main
from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.network import Address, Connection, Deadline, SystemNetwork
from domaincheck.world import World

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Hosts = Mapping[tuple[str, int], tuple[str, int]]
    """A host and the port a user writes, to the address and port where it is served."""

PATIENCE = 10.0
"""Seconds that a process of ours may take; never spent, unless a test fails."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a user sees of one command: its exit *status* and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.stdout)

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results of that document."""
        found: list[dict[str, Any]] = self.document["results"]
        return found

    @property
    def targets(self) -> list[str]:
        """The first column of plain output: the targets as they were written."""
        return [line.split("\t")[0] for line in self.stdout.splitlines()]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of telemetry on standard error, where DOMAINCHECK_TELEMETRY is ``log``."""
        lines = (line.partition("domaincheck: telemetry: ") for line in self.stderr.splitlines())
        return [json.loads(text) for _, mark, text in lines if mark]  # what stands before is a question's line

    @property
    def complaint(self) -> str:
        """The one sentence on standard error, without the program's name before it."""
        [line] = self.stderr.splitlines()
        assert line.startswith("domaincheck: ")
        return line.removeprefix("domaincheck: ")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@dataclass(frozen=True, slots=True)
class LoopbackNetwork:
    """A network in which the *hosts* are all there is, beside literal loopback addresses."""

    hosts: Hosts
    family: socket.AddressFamily
    overrides: Mapping[tuple[str, int], tuple[Address, ...]]

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return where *host* is served; whatever is not known here has no address."""
        if (host, port) in self.hosts:
            return (Address(*self.hosts[host, port]),)
        if (host, port) in self.overrides or host in ("127.0.0.1", "::1"):
            return SystemNetwork(self.family, self.overrides).resolve(host, port, deadline)
        raise NetworkError(ProblemCode.DNS_FAILURE, f"{host} cannot be resolved: it is not in this test")

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to *address*."""
        return SystemNetwork().connect(address, deadline, patience)


class Dispatch(NamedTuple):
    """A delivery of telemetry that was asked for; *wait* is for how many seconds to wait for it, if at all."""

    folder: Path
    key: str
    host: str
    environment: Mapping[str, str]
    wait: float | None


@dataclass(slots=True)
class Shell:
    """Somebody at a command line; every field has a quiet default.

    *home* holds settings and state, and is made anew for each command where it is ``None``. *terminals* names the
    streams that are terminals. *clock* tells the time, the real one as a rule. *network* takes the place of the one
    that knows *hosts*. *dispatches* are the deliveries of telemetry that would have been started; none is.
    """

    hosts: Hosts = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str | bytes = ""
    home: Path | None = None
    terminals: tuple[str, ...] = ()
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    network: Any = None
    dispatches: list[Dispatch] = field(default_factory=list)

    def run(self, *arguments: object) -> Outcome:
        """Run ``domaincheck`` with *arguments* in this process."""
        with tempfile.TemporaryDirectory() as folder:
            stdout, stderr = (Terminal() if name in self.terminals else io.StringIO() for name in ("stdout", "stderr"))
            world = World(
                environment=at_home(self.home or Path(folder)) | dict(self.environment),
                stdin=typed(self.stdin),
                stdout=stdout,
                stderr=stderr,
                clock=self.clock,
                make_network=self._network,
                dispatch=lambda *arguments: self.dispatches.append(Dispatch(*arguments)),
            )
            status = main([str(argument) for argument in arguments], world)
            return Outcome(status, stdout.getvalue(), stderr.getvalue())

    def _network(self, family: Any = 0, overrides: Any = None) -> Any:
        return self.network or LoopbackNetwork(self.hosts, family, overrides or {})


def run(*arguments: object, **shell: Any) -> Outcome:
    """Run ``domaincheck`` with *arguments* in this process; the rest are fields of :class:`Shell`."""
    return Shell(**shell).run(*arguments)


def typed(text: str | bytes) -> io.TextIOWrapper:
    """Return a standard input that *text* comes from."""
    return io.TextIOWrapper(io.BytesIO(text if isinstance(text, bytes) else text.encode()), encoding="utf-8")


def at_home(folder: Path) -> dict[str, str]:
    """Return the environment that keeps settings and state in *folder*."""
    return {"CONFIGURATION_DIRECTORY": str(folder), "STATE_DIRECTORY": str(folder)}


# --- as a process ------------------------------------------------------------------------------------------------


def start(*arguments: object, home: Path, **options: Any) -> subprocess.Popen[str]:
    """Start ``python -m domaincheck`` with *arguments*, all streams piped; *options* are those of Popen."""
    return start_python("-m", "domaincheck", *arguments, home=home, **options)


def start_python(
    *arguments: object, home: Path, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Start Python with *arguments*, as :func:`start` does."""
    package = Path(domaincheck.__file__).parents[1]
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package), "PYTHONIOENCODING": "utf-8", **at_home(home)}
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(  # noqa: S603 - this Python, and arguments of the tests
        [sys.executable, *map(str, arguments)],
        env=known | dict(environment or {}),
        text=True,
        encoding="utf-8",
        **(pipes | options),
    )


def ended(process: subprocess.Popen[str], stdin: str | None = None) -> Outcome:
    """Wait for *process* to end, and return what came of it."""
    with process:
        stdout, stderr = process.communicate(stdin, timeout=PATIENCE)
    return Outcome(process.returncode, stdout or "", stderr or "")


def lines_of(stream: Any) -> Iterator[str]:
    """Yield the lines of *stream* as they come, without their ends."""
    return (line.rstrip("\n") for line in stream)
