"""Asks WHOIS servers (RFC 3912), and IANA's when it is not known which server to ask.

The server that IANA names is asked if it is on the public internet. A referral to a registrar is never followed: the
registry's word is the one that counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode, RegistrationState
from domaincheck.network.sockets import all_public, connect_first
from domaincheck.probes.pacing import PacedSource, Pacer
from domaincheck.probes.source import Answer
from domaincheck.probes.whois import parse
from domaincheck.probes.whois.fallback import fill
from domaincheck.probes.whois.lines import other_name
from domaincheck.probes.whois.servers import query_for
from domaincheck.text import clean

if TYPE_CHECKING:
    from domaincheck.network.deadline import Deadline
    from domaincheck.network.sockets import Connection, Network

PORT = 43

LIMIT = 1 << 20
"""Bytes of an answer that are read before it counts as malformed."""


class Server(NamedTuple):
    """Where a WHOIS server listens."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return self.host if self.port == PORT else f"{self.host}:{self.port}"


IANA = Server("whois.iana.org")

_WEB = (b"HTTP/", b"<HTML", b"<!DOCTYPE")
"""How a portal that answers on every port begins; its "not found" must not be taken for the registry's."""

_REFERRAL = re.compile(r"^(?:whois|refer):[ \t]*([a-z0-9-]+(?:\.[a-z0-9-]+)+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WhoisSource:
    """The WHOIS server at *server*; with *public*, only if all its addresses are on the public internet."""

    network: Network
    server: Server
    public: bool = False

    def look_up(self, domain: str, deadline: Deadline) -> Answer:
        """Return what the server says of *domain*, as :class:`domaincheck.probes.source.Source` has it."""
        return _look_up(self.network, self.server, domain, deadline, public=self.public)


@dataclass(frozen=True, slots=True)
class ReferredWhoisSource:
    """The WHOIS server that IANA names for a TLD; *referrals* remembers what it said, ``None`` for no server.

    IANA's server and the one it names are asked at the pace of *pacer*, each at its own.
    """

    network: Network
    referrals: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    pacer: Pacer | None = None

    def look_up(self, domain: str, deadline: Deadline) -> Answer:
        """Return what the server says of *domain*, as :class:`domaincheck.probes.source.Source` has it."""
        tld = domain.rpartition(".")[2]
        if tld not in self.referrals:
            if self.pacer:
                deadline.extend(self.pacer.wait(str(IANA)))
            self.referrals[tld] = self._referral(tld, deadline)
        host = self.referrals[tld]
        if host is None:
            raise NetworkError(ProblemCode.NO_REGISTRY, f"WHOIS: IANA names no server for .{tld}")
        source = WhoisSource(self.network, Server(host), public=True)
        return (PacedSource(source, host, self.pacer) if self.pacer else source).look_up(domain, deadline)

    def _referral(self, tld: str, deadline: Deadline) -> str | None:
        found = _REFERRAL.search(_ask(self.network, IANA, tld, deadline, public=False))
        return found[1].lower() if found else None


def _look_up(network: Network, server: Server, domain: str, deadline: Deadline, *, public: bool) -> Answer:
    text = _ask(network, server, query_for(server.host, domain), deadline, public=public)
    if other := other_name(domain, text):
        raise _failure(
            server, ProblemCode.MALFORMED_RESPONSE, f"the answer is about another domain, {clean(other, 80)}"
        )
    registration = fill(parse(domain, text), domain, text)
    if registration.state is RegistrationState.LIMITED:
        raise _failure(server, ProblemCode.RATE_LIMITED, "the server refuses to answer for now")
    if registration.state is RegistrationState.UNKNOWN:
        raise _failure(
            server, ProblemCode.MALFORMED_RESPONSE, f"the answer does not tell whether {domain} is registered"
        )
    return Answer(registration, "whois", str(server))


def _ask(network: Network, server: Server, query: str, deadline: Deadline, *, public: bool) -> str:
    """Return the answer of *server* to *query*; with *public*, only if all its addresses are on the public internet."""
    try:
        connection = _connected(network, server, deadline, public=public)
        try:
            connection.send(f"{query}\r\n".encode("ascii"))
            return _decoded(_received(connection))
        finally:
            connection.close()
    except NetworkError as error:
        raise _failure(server, error.code, str(error)) from error


def _connected(network: Network, server: Server, deadline: Deadline, *, public: bool) -> Connection:
    addresses = network.resolve(server.host, server.port, deadline)
    if public and not all_public(addresses):
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "IANA's referral leads to an address that is not public")
    return connect_first(network, addresses, deadline)


def _received(connection: Connection) -> bytes:
    answer = bytearray()
    while chunk := connection.receive():
        answer += chunk
        if len(answer) > LIMIT:
            raise NetworkError(ProblemCode.MALFORMED_RESPONSE, f"an answer of over {LIMIT >> 20} MiB")
    if not answer.strip():
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "the server closed the connection without an answer")
    if answer.lstrip()[:9].upper().startswith(_WEB):
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "a web server has answered, not one of WHOIS")
    return bytes(answer)


def _decoded(answer: bytes) -> str:
    try:
        return answer.decode()
    except UnicodeDecodeError:
        return answer.decode("latin-1")  # every byte has a meaning in it, and names and dates are ASCII


def _failure(server: Server, code: str, message: str) -> NetworkError:
    return NetworkError(code, f"WHOIS at {server}: {message}")
