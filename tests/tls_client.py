"""A client of the lab: asks its servers as a user would, and judges what it learns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from domaincheck.lab.tls import TlsServer
from domaincheck.model import Target
from domaincheck.network import Address, SystemNetwork
from domaincheck.probes.tls import Credentials, TlsProbe
from domaincheck.verdict import Policy, judge_tls
from tests.facts import HOST

if TYPE_CHECKING:
    from domaincheck.lab.authority import Credential
    from domaincheck.lab.loop import LoopbackServer
    from domaincheck.model import TlsFacts, TlsPart
    from domaincheck.network import Network


def at(*places: tuple[str, int], host: str = HOST) -> SystemNetwork:
    """Return a network on which port 443 of *host* is at *places*."""
    return SystemNetwork(overrides={(host, 443): tuple(Address(*place) for place in places)})


def served_by(server: LoopbackServer, host: str = HOST) -> SystemNetwork:
    """Return a network on which port 443 of *host* is *server*."""
    return at((server.host, server.port), host=host)


@dataclass(frozen=True)
class Client:
    """Asks servers as a user would who trusts the lab's root, and judges."""

    credentials: Credentials
    policy: Policy = field(default_factory=Policy)

    def ask(self, network: Network, host: str = HOST, *, timeout: float = 10.0, **options: Any) -> TlsFacts:
        """Return what a probe of *host* learns on *network*."""
        return TlsProbe(network, timeout, **{"credentials": self.credentials} | options)(Target(host, host))

    def judge(self, facts: TlsFacts) -> TlsPart:
        """Return what *facts* mean now."""
        return judge_tls(facts, self.policy, datetime.now(UTC))

    def check(self, credential: Credential, host: str = HOST, **server: Any) -> TlsPart:
        """Return the judgement of a server that shows *credential*."""
        with TlsServer(credential, **server) as running:
            return self.judge(self.ask(served_by(running, host), host))
