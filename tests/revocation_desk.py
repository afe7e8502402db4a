"""A desk where revocations are asked for: an authority of the lab, its server, and a checker that knows it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.revocation import RevocationServer, listed_at, revocation_list
from domaincheck.network import Deadline, SystemNetwork
from domaincheck.probes.revocation import RevocationChecker, Sources
from tests.facts import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from domaincheck.lab.authority import Authority, Credential
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


@contextmanager
def opened(root: Authority, *revoked: int) -> Iterator[Desk]:
    """Open a desk whose issuer has revoked the numbers *revoked*."""
    with RevocationServer() as server:
        issuer = root.intermediate(extensions=[listed_at(server.url("/root.crl"))])
        listed = revocation_list(issuer, dict.fromkeys(revoked))
        server.published |= {"/root.crl": revocation_list(root, {}), "/leaf.crl": listed}
        yield Desk(server, root, issuer)


def publish(desk: Desk, serial: int = SERIAL, reason: x509.ReasonFlags | None = None, **options: Any) -> None:
    """Let the issuer publish a list on which *serial* stands."""
    desk.server.published["/leaf.crl"] = revocation_list(desk.issuer, {serial: reason}, **options)


def ders(*certificates: x509.Certificate) -> list[bytes]:
    """Return *certificates* in DER."""
    return [certificate.public_bytes(Encoding.DER) for certificate in certificates]


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
