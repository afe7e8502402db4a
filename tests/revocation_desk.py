"""A desk where revocations are asked for: an authority of the lab, its server, and a checker that knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.revocation import listed_at
from domaincheck.network import Deadline, SystemNetwork
from domaincheck.probes.revocation import RevocationChecker, Sources
from tests.facts import HOST

if TYPE_CHECKING:
    from cryptography import x509

    from domaincheck.lab.authority import Authority, Credential
    from domaincheck.lab.revocation import RevocationServer
    from domaincheck.model import Revocation

SERIAL = 0x1234567890ABCDEF1234


@dataclass
class Desk:
    """*issuer* is an intermediate below *root*; *sources* remember, and are made anew where a test asks for others.

    The list of the root is at ``/root.crl`` of *server*, that of the issuer belongs to ``/leaf.crl``.
    """

    server: RevocationServer
    root: Authority
    issuer: Authority
    sources: Sources = field(default_factory=lambda: Sources(SystemNetwork(), now))

    def leaf(self, *urls: str, **options: Any) -> Credential:
        """Return a server's certificate, number SERIAL, with its list at *urls*, or at the usual place."""
        usual: dict[str, Any] = {
            "serial": SERIAL,
            "extensions": [listed_at(*(urls or (self.server.url("/leaf.crl"),)))],
        }
        return self.issuer.leaf(HOST, **usual | options)

    def path(self, credential: Credential) -> list[bytes]:
        """Return the chain of *credential* up to the root, in DER."""
        return ders(*credential.chain, self.root.certificate)

    def ask(
        self, credential: Credential | None = None, *, seconds: float = 5, address: str = "127.0.0.1"
    ) -> Revocation:
        """Return what is learned of *credential*, a usual leaf if none is given, that a server at *address* shows."""
        path = self.path(credential or self.leaf())
        return RevocationChecker(self.sources)(path, address, Deadline(seconds))


def ders(*certificates: x509.Certificate) -> list[bytes]:
    """Return *certificates* in DER."""
    return [certificate.public_bytes(Encoding.DER) for certificate in certificates]


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
