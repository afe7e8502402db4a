"""The door itself: a protocol of two methods, and its implementation over the operating system's sockets."""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.network.names import look_up
from domaincheck.text import endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domaincheck.network.deadline import Deadline


_NO_IPV6 = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


_NEARLY = 0.02
"""Seconds by which a call may outlast its deadline, so that not each of them has to be told of it."""

_TIMEVAL = struct.Struct("@ll")
"""The C library's struct timeval."""


class Address(NamedTuple):
    """Where to connect to: a literal IPv4 or IPv6 address, without brackets, and a port."""

    ip: str
    port: int


class Connection(Protocol):
    """A stream of bytes both ways. Every call ends at its deadline, give or take, or raises NetworkError."""

    address: Address
    deadline: Deadline

    def receive(self, size: int = 65536, /) -> bytes:
        """Return at least one and at most *size* bytes; ``b""`` at the end of the stream."""

    def send(self, data: bytes, /) -> None:
        """Send all of *data*."""

    def close(self) -> None:
        """Let go of the connection; may be called twice."""


class Network(Protocol):
    """What the probes know of the world. Implementations are shared by all threads and picklable."""

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of *host*, at least one, in the order in which they are to be tried."""

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to *address* within *patience* seconds; later calls on the connection obey *deadline*."""


def dial(network: Network, host: str, port: int, deadline: Deadline) -> Connection:
    """Connect to the first address of *host* that answers.

    Each address gets an equal share of the time that is left, so that a silent one can't starve its siblings.
    Raises the NetworkError of the last address tried.
    """
    return connect_first(network, network.resolve(host, port, deadline), deadline)


def connect_first(network: Network, addresses: Sequence[Address], deadline: Deadline) -> Connection:
    """Connect to the first of *addresses* that answers, as in :func:`dial`."""
    for rest in range(len(addresses), 1, -1):
        try:
            return network.connect(addresses[-rest], deadline, deadline.remaining() / rest)
        except NetworkError:
            continue
    return network.connect(addresses[-1], deadline, deadline.remaining())


def all_public(addresses: Sequence[Address]) -> bool:
    """Return whether all of *addresses* are on the public internet: what a stranger named must not lead within."""
    import ipaddress  # noqa: PLC0415 - takes milliseconds, and few need it

    return all(ipaddress.ip_address(address.ip.partition("%")[0]).is_global for address in addresses)


@dataclass(frozen=True, slots=True)
class SystemNetwork:
    """The operating system's resolver and sockets.

    *family* keeps to IPv4 (``AF_INET``) or IPv6 (``AF_INET6``). *overrides* maps a host and port, as a target
    names them, to the addresses to be used in place of what the resolver says.
    """

    family: socket.AddressFamily = socket.AF_UNSPEC
    overrides: Mapping[tuple[str, int], tuple[Address, ...]] = field(default_factory=dict)

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of *host*; raise NetworkError (``dns_failure``, ``timeout``) when there are none."""
        addresses = self.overrides.get((host, port)) or self._literal(host, port)
        if addresses is None:
            addresses = tuple(Address(ip, port) for ip in look_up(host, self.family, deadline))
        elif self.family != socket.AF_UNSPEC:
            addresses = tuple(a for a in addresses if _family(a.ip) == self.family)
        if not addresses:
            kind = "IPv4" if self.family == socket.AF_INET else "IPv6"
            raise NetworkError(ProblemCode.DNS_FAILURE, f"{host} has no {kind} address")
        return addresses

    @staticmethod
    def _literal(host: str, port: int) -> tuple[Address, ...] | None:
        return (Address(host, port),) if _family(host) else None

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to *address*; raise NetworkError when it refuses, resets or stays silent."""
        try:
            sock = socket.socket(_family(address.ip) or socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:  # no file descriptor is left, or the system has no IPv6
            raise _failure(error, address, deadline) from error
        try:
            allowed = min(patience, deadline.remaining())
            _allow(sock, allowed)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            raise _failure(error, address, deadline) from error
        except BaseException:
            sock.close()
            raise
        return _SocketConnection(sock, address, deadline, allowed)


class _SocketConnection:
    __slots__ = ("_allowed", "_sock", "address", "deadline")

    def __init__(self, sock: socket.socket, address: Address, deadline: Deadline, allowed: float) -> None:
        self._sock = sock
        self._allowed = allowed
        self.address = address
        self.deadline = deadline

    def receive(self, size: int = 65536, /) -> bytes:
        try:
            self._hurry()
            return self._sock.recv(size)
        except OSError as error:
            raise _failure(error, self.address, self.deadline) from error

    def send(self, data: bytes, /) -> None:
        try:
            self._hurry()
            self._sock.sendall(data)
        except OSError as error:
            raise _failure(error, self.address, self.deadline) from error

    def close(self) -> None:
        self._sock.close()

    def _hurry(self) -> None:
        """Allow the next call what is left, unless it is allowed nearly that."""
        left = self.deadline.remaining()
        if not left <= self._allowed <= left + _NEARLY:
            _allow(self._sock, left)
            self._allowed = left


def _allow(sock: socket.socket, seconds: float) -> None:
    """Have the kernel end each call on *sock* after *seconds*; it then fails with EAGAIN, or EINPROGRESS.

    ``settimeout`` would have Python wait with a call of its own before each of ours, which, with many threads, means
    two waits for the interpreter in place of one: a sixth of the time that a handshake takes.
    """
    whole = int(seconds)
    interval = _TIMEVAL.pack(whole, int((seconds - whole) * 1_000_000) or 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, interval)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, interval)


def _family(ip: str) -> socket.AddressFamily | None:
    """Return the family of a literal address, ``None`` for a name."""
    if ":" in ip:
        return socket.AF_INET6
    try:
        socket.inet_pton(socket.AF_INET, ip)
    except (OSError, ValueError):  # the latter for a NUL within
        return None
    return socket.AF_INET


def _failure(error: OSError, address: Address, deadline: Deadline) -> NetworkError:
    where = endpoint(*address)
    if isinstance(error, TimeoutError | BlockingIOError):
        return deadline.exceeded()
    if isinstance(error, ConnectionRefusedError):
        return NetworkError(ProblemCode.CONNECTION_REFUSED, f"{where} refused the connection")
    if isinstance(error, ConnectionError):
        return NetworkError(ProblemCode.CONNECTION_RESET, f"{where} broke the connection off")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return NetworkError(ProblemCode.CONNECTION_REFUSED, "too many open files here: use fewer --jobs")
    reason = error.strerror or type(error).__name__
    if ":" in address.ip and error.errno in _NO_IPV6:
        reason += "; if there is no IPv6 here, -4 does without"
    return NetworkError(ProblemCode.CONNECTION_REFUSED, f"{where} cannot be reached: {reason}")
