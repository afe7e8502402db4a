"""The server that is checked, in a process of its own, so that its work is not taken for the client's."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from domaincheck.lab import authority

LOOPBACK = "127.0.0.1"

GOOD, EXPIRED, WRONG_HOST, MIXED = "good", "expired", "wrong-host", "mixed"
KINDS = (GOOD, EXPIRED, WRONG_HOST)
"""Those that take turns where they are mixed."""

LEAVES = 1200
"""Certificates of a large lab: asked for in turn, more than domaincheck remembers, so each is a new one to it."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A running server: its *port* on loopback, the *ca_file* of its root, and the host *names* it has leaves for."""

    port: int
    ca_file: Path
    names: tuple[str, ...]

    def hosts(self) -> Iterator[str]:
        """Yield the host names in turn, again and again."""
        return cycle(self.names)


@contextlib.contextmanager
def running(leaves: int, kind: str = GOOD, delay: float = 0.0) -> Iterator[Lab]:
    """Run a server with *leaves* certificates of *kind*, each for a host of its own and below one intermediate.

    *delay* is in seconds, from the client's connection to the server's first word.
    """
    here, there = multiprocessing.Pipe()
    names = tuple(f"host-{number}.example.com" for number in range(leaves))
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, names, kind, delay), daemon=True)
    server.start()
    there.close()
    with tempfile.TemporaryDirectory() as folder:
        port, root = here.recv()
        ca_file = Path(folder, "root.pem")
        ca_file.write_bytes(root)
        try:
            yield Lab(port, ca_file, names)
        finally:
            here.close()
            server.join()


def _serve(pipe: Connection, names: tuple[str, ...], kind: str, delay: float) -> None:
    """Serve until the other end of *pipe* is closed."""
    from domaincheck.lab.authority import Authority  # noqa: PLC0415 - in the server's process only
    from domaincheck.lab.tls import TlsServer  # noqa: PLC0415

    root = Authority.root(datetime.now(UTC))
    issuer = root.intermediate()
    kinds = cycle(KINDS if kind == MIXED else (kind,))
    sni = {name: _leaf(issuer, name, each) for name, each in zip(names, kinds, strict=False)}
    with TlsServer(sni[names[0]], delay=delay, sni=sni) as server:
        pipe.send((server.port, root.pem))
        with contextlib.suppress(EOFError):
            pipe.recv()


def _leaf(issuer: authority.Authority, name: str, kind: str) -> authority.Credential:
    if kind == WRONG_HOST:
        name = f"another-{name}"
    return issuer.leaf(name, not_after=timedelta(days=-2 if kind == EXPIRED else 60))
