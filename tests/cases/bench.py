"""The bench: what a case is, what cases are made with, and how one is served."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from domaincheck.lab.authority import Authority, Credential, pem
from domaincheck.lab.hostile import Behaviour, HostileServer, refused_port
from domaincheck.lab.odd import OddCredential
from domaincheck.lab.tls import TlsServer
from domaincheck.network import Address
from tests.commands import LoopbackNetwork, Shell
from tests.facts import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from cryptography import x509

    from tests.commands import Outcome

T = TypeVar("T")


class Server(Protocol):
    """Something that is at an address between its beginning and its end."""

    host: str
    port: int

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""


class Nobody:
    """An address where nothing listens."""

    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Take a port, so that nobody else does."""
        self.port = self._stack.enter_context(refused_port(self.host))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back."""
        self._stack.close()


@dataclass(slots=True)
class Bench:
    """What a case is made with: the root that clients trust, an authority below it, a folder, and things held open.

    *trusted* is what is trusted in place of the root, in PEM.
    """

    root: Authority
    issuer: Authority
    folder: Path
    stack: ExitStack
    trusted: bytes = b""

    @property
    def stranger(self) -> Authority:
        """A root that nobody trusts, of another name."""
        return Authority.root(self.root.now, subject="Private Root")

    def leaf(self, *names: str, **options: Any) -> Credential:
        """Return a leaf below the issuer, for the usual host where no *names* are given."""
        return self.issuer.leaf(*names or (HOST,), **options)

    def file(self, name: str, content: bytes) -> Path:
        """Return a file with that *content*."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def trust(self, *certificates: x509.Certificate) -> None:
        """Have *certificates* trusted, and no others."""
        self.trusted = pem(*certificates)

    def open(self, context: AbstractContextManager[T]) -> T:
        """Enter *context* until the case is over."""
        return self.stack.enter_context(context)


Shows = Callable[[Bench], Any]
"""Makes what a host shows: a credential, a behaviour or its name, a server, or a list of these, one an address."""


@dataclass(frozen=True, slots=True)
class Case:
    """One host, and what is to be said of it.

    *shows* makes what is served; TLS servers that are made of credentials have the options *server*. What is expected:
    *status*, the codes of the *problems* in their order, the *exit_status*, whether the chain is *trusted* and the
    name *matches* (``None`` where no certificate is seen), and with *says* a phrase of one of the messages.

    A user asks for *target*, or else for *host*, at port 443, with *options*, each of which may be made on the bench;
    within *environment*.
    """

    name: str
    shows: Shows
    status: str = "valid"
    problems: Sequence[str] = ()
    exit_status: int = 0
    says: str = ""
    trusted: bool | None = True
    matches: bool | None = True
    server: Mapping[str, Any] = field(default_factory=dict)
    host: str = HOST
    target: str = ""
    options: Sequence[str | Callable[[Bench], object]] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def unreachable(name: str, shows: Shows, problem: str, says: str, **more: Any) -> Case:
    """Return the case of a host whose certificate is not seen."""
    expected: dict[str, Any] = {"problems": [problem], "exit_status": 3, "trusted": None, "matches": None}
    return Case(name, shows, "unreachable", says=says, **expected | more)


def invalid(name: str, shows: Shows, problem: str, says: str = "", **more: Any) -> Case:
    """Return the case of a certificate that clients refuse for one reason, whether for its chain or its names."""
    trusted = problem not in ("self_signed", "untrusted_root", "incomplete_chain", "bad_chain")
    expected: dict[str, Any] = {"problems": [problem], "trusted": trusted, "matches": problem != "hostname_mismatch"}
    return Case(name, shows, "invalid", exit_status=2, says=says, **expected | more)


def places(case: Case, bench: Bench) -> Iterator[tuple[str, int]]:
    """Start the servers of *case*, and yield address and port of each."""
    shown = case.shows(bench)
    for each in shown if isinstance(shown, list) else [shown]:
        server = bench.open(_server(each, case.server))
        yield server.host, server.port


def _server(shown: Credential | OddCredential | Behaviour | str | Server, options: Mapping[str, Any]) -> Server:
    if isinstance(shown, str) or callable(shown):
        return HostileServer(shown)
    if isinstance(shown, Credential | OddCredential):
        return TlsServer(shown, **options)
    return shown


def served(case: Case, bench: Bench) -> Outcome:
    """Return what a user sees who checks the host of *case*; the clock stands at the bench's now."""
    addresses = tuple(Address(*place) for place in places(case, bench))
    network = LoopbackNetwork({}, 0, {(case.host, 443): addresses} if addresses else {})  # type: ignore[arg-type] # any
    shell = Shell(
        environment=case.environment,
        clock=lambda: bench.root.now,
        network=network,
        home=bench.folder,
    )
    ca_file = bench.file("roots.pem", bench.trusted or bench.root.pem)
    options = (option if isinstance(option, str) else option(bench) for option in case.options)
    return shell.run(
        "check", "--no-domain", "--json", "--ca-file", ca_file, "--timeout", 5, *options, case.target or case.host
    )
