"""What one registry server is to the registration probe: something that can be asked about a domain.

The protocol is the seam: whatever stands between the probe and a server (a pace, a cache) wraps a source and is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domaincheck.model import Registration
    from domaincheck.network.deadline import Deadline


@dataclass(frozen=True, slots=True)
class Answer:
    """A definite answer: the *registration* says registered or not registered.

    *source* is ``rdap`` or ``whois``; *server* is the address that gave the answer.
    """

    registration: Registration
    source: str
    server: str


class Source(Protocol):
    """One way to learn whether, and until when, a domain is registered."""

    def look_up(self, domain: str, deadline: Deadline) -> Answer:
        """Return what the registry says of *domain*, a registrable name in A-labels.

        Raises NetworkError, its text naming the server, for whatever is no definite answer: ``rate_limited`` (with
        ``retry_after`` if the server named a time), ``malformed_response``, ``no_registry``, or what the network did.
        """
