"""Learns what a server shows in one verified TLS handshake; from an old server in a second one, that takes anything.

The time limit is that of the whole probe: each address of a host gets a share of it, and both handshakes of an address
share that.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import Failure, ProblemCode, TlsFacts
from domaincheck.network import Deadline
from domaincheck.network.tls import TlsConnection
from domaincheck.probes.contexts import Credentials, context_for
from domaincheck.probes.handshake import chains, failure_of, is_unreadable, shake_hands, was_a_whim
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.model import Revocation, Target
    from domaincheck.network import Address, Connection, Network

    Revoked = Callable[[Sequence[bytes], str | None, Deadline], Revocation]

__all__ = ["Credentials", "TlsProbe", "context_for"]

FIRST_PAUSE = 0.25
"""Seconds before the first retry; each further one waits twice as long."""

_PASSING = frozenset([ProblemCode.CONNECTION_REFUSED, ProblemCode.CONNECTION_RESET, ProblemCode.DNS_FAILURE])
_UNANSWERED = frozenset([ProblemCode.CONNECTION_REFUSED, ProblemCode.CONNECTION_RESET, ProblemCode.TIMEOUT])


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """Shakes hands with a target; called from many threads at once.

    *timeout* is in seconds, for all that one call does, retries included. *servername* is sent and looked for in place
    of the target's host. *retries* is how often a failure that may pass is tried again. With *all_addresses* each
    address of the host is visited, without it the first that answers. *revocation* tells whether a chain is revoked,
    given its certificates in DER and the server's address; ``None`` not to ask.
    """

    network: Network
    timeout: float
    credentials: Credentials = field(default_factory=Credentials)
    servername: str | None = None
    retries: int = 0
    all_addresses: bool = False
    revocation: Revoked | None = None

    def __call__(self, target: Target) -> TlsFacts:
        """Return what could be learned of *target*; what the world did instead is in the facts' *failure*."""
        deadline = Deadline(self.timeout)
        look = self._survey if self.all_addresses else self._look
        facts = look(target, deadline)
        return self._persist(facts, deadline, lambda: look(target, deadline)) if self.retries else facts

    def _persist(self, facts: TlsFacts, deadline: Deadline, attempt: Callable[[], TlsFacts]) -> TlsFacts:
        """Return *facts*, or what *attempt* brings if they are a failure that may pass, tried as often as allowed."""
        pause = FIRST_PAUSE
        for _ in range(self.retries):
            passing = facts.failure is not None and facts.failure.code in _PASSING
            if not passing or not _leaves(pause, deadline):
                break
            threading.Event().wait(pause)
            pause *= 2
            facts = attempt()
        return facts

    def _look(self, target: Target, deadline: Deadline) -> TlsFacts:
        """Return what the first address that answers shows; each has an equal share of the time that is left."""
        try:
            addresses = self.network.resolve(target.host, target.port, deadline)
            for rest in range(len(addresses), 1, -1):
                facts = self._visit(target, addresses[-rest], deadline.part(1 / rest))
                if facts.sent or facts.failure is None or facts.failure.code not in _UNANSWERED:
                    return facts
            return self._visit(target, addresses[-1], deadline)
        except NetworkError as error:
            return self._failed(target, failure_of(error), deadline)

    def _survey(self, target: Target, deadline: Deadline) -> TlsFacts:
        """Return what every address shows."""
        from domaincheck.probes.every_address import visit_all  # noqa: PLC0415 - few ask for it

        def visit(address: Address, share: Deadline) -> TlsFacts:
            facts = self._visit(target, address, share)
            return self._persist(facts, share, lambda: self._visit(target, address, share))

        try:
            addresses = self.network.resolve(target.host, target.port, deadline)
        except NetworkError as error:
            return replace(self._failed(target, failure_of(error), deadline), addresses=())
        shown = visit_all(addresses, visit, deadline)
        return TlsFacts(self._name(target), addresses=shown, duration_seconds=deadline.elapsed())

    def _visit(self, target: Target, address: Address, deadline: Deadline) -> TlsFacts:
        """Shake hands as browsers do, and with a server that won't, once more as one that takes anything."""
        facts = self._try(target, address, deadline)
        if facts.failure is None:
            return facts
        if is_unreadable(facts):
            plain = self._try(target, address, deadline, plain=True)
            return replace(plain if plain.sent else facts, failure=facts.failure, duration_seconds=deadline.elapsed())
        if facts.failure.code is not ProblemCode.HANDSHAKE_FAILURE:
            return facts
        second = self._try(target, address, deadline, lenient=True)
        if second.failure is None or second.failure.code is ProblemCode.CLIENT_CERTIFICATE_REQUIRED:
            whim = was_a_whim(facts.failure, second, context_for(self.credentials))
            return second if whim else replace(second, refused=facts.failure)
        shown = second if second.sent else facts
        return replace(shown, failure=facts.failure, duration_seconds=second.duration_seconds)

    def _try(self, target: Target, address: Address, deadline: Deadline, **manner: bool) -> TlsFacts:
        """Return what one connection to *address* brings, in a *manner* that :func:`context_for` knows."""
        name = self._name(target)
        try:
            connection = self.network.connect(address, deadline, deadline.remaining())
        except NetworkError as error:
            return self._failed(target, failure_of(error), deadline, address.ip)
        try:
            try:
                tls = TlsConnection(connection, context_for(self.credentials, **manner), name)
            except (TypeError, ValueError):  # by turns, for a NUL, an empty label, one of over 63 characters
                failure = Failure(ProblemCode.HANDSHAKE_FAILURE, f"{clean(name)} cannot be sent as a server name")
                return self._failed(target, failure, deadline, address.ip)
            if target.starttls is None:
                facts = shake_hands(tls, name)
            else:
                facts = _start_tls(target.starttls, connection, tls, name)
        finally:
            connection.close()
        return self._with_revocation(facts, tls, deadline) if self.revocation and facts.sent else facts

    def _with_revocation(self, facts: TlsFacts, tls: TlsConnection, deadline: Deadline) -> TlsFacts:
        """Return *facts* with what the issuers say of the chain in use, if that holds."""
        holds = facts.verification is not None and facts.verification.code == 0
        path = chains(tls.ssl_object)[1] if holds else ()
        revocation = self.revocation and self.revocation(path, facts.address, deadline)
        return replace(facts, revocation=revocation, duration_seconds=deadline.elapsed())

    def _failed(self, target: Target, failure: Failure, deadline: Deadline, address: str | None = None) -> TlsFacts:
        return TlsFacts(self._name(target), address, failure=failure, duration_seconds=deadline.elapsed())

    def _name(self, target: Target) -> str:
        return self.servername or target.host


def _leaves(seconds: float, deadline: Deadline) -> bool:
    try:
        return deadline.remaining() > seconds
    except NetworkError:
        return False


def _start_tls(protocol: str, connection: Connection, tls: TlsConnection, name: str) -> TlsFacts:
    """Shake hands once the server has agreed to it in its own *protocol*."""
    from domaincheck.probes.starttls import converse  # noqa: PLC0415 - most targets need none of it

    try:
        converse(protocol, connection, name)
    except NetworkError as error:
        elapsed = connection.deadline.elapsed()
        return TlsFacts(name, connection.address.ip, failure=failure_of(error), duration_seconds=elapsed)
    facts = shake_hands(tls, name)
    if facts.failure and facts.failure.code is ProblemCode.NOT_TLS:
        words = "the server agreed to start TLS, and then said something else, which an attacker could have put there"
        return replace(facts, failure=Failure(ProblemCode.STARTTLS_FAILED, words))
    return facts
