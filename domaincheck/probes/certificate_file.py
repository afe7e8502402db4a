"""Learns of a certificate file what a client would learn of a server that shows what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.files.whole import read_bytes
from domaincheck.model import Failure, InvalidTarget, ProblemCode, TlsFacts
from domaincheck.network import Deadline
from domaincheck.probes.certificate import read
from domaincheck.probes.certificate_bundle import certificates, leaf_first
from domaincheck.probes.contexts import Credentials, context_for
from domaincheck.probes.half_handshake import LIMIT, verify
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.model import CertificateFile, Revocation

    Revoked = Callable[[Sequence[bytes], str | None, Deadline], Revocation]

FILE_LIMIT = 1 << 20
"""Bytes that a file may have."""

LONGEST_CHAIN = 16
"""Certificates beyond which a file is a collection, of roots perhaps."""


@dataclass(frozen=True, slots=True)
class CertificateFileProbe:
    """Reads and verifies certificate files; called from many threads at once.

    *credentials* say whom to trust, and open PKCS#12. *servername* is the name that the certificates are to be for,
    ``None`` if that is all the same. *revocation* tells within *timeout* seconds whether a chain is revoked; ``None``
    not to ask.
    """

    timeout: float
    credentials: Credentials = field(default_factory=Credentials)
    servername: str | None = None
    revocation: Revoked | None = None

    def __call__(self, target: CertificateFile) -> TlsFacts | InvalidTarget:
        """Return what the certificates of *target* are worth, or why there are none."""
        deadline = Deadline(self.timeout)
        try:
            facts, path = self._verify(target.path, self._read(target.path))
        except UsageError as error:
            return InvalidTarget(target.text, str(error))
        revocation = self.revocation and self.revocation(path, None, deadline)
        return replace(facts, revocation=revocation, duration_seconds=deadline.elapsed())

    def _read(self, path: str) -> tuple[bytes, ...]:
        data = read_bytes(path, FILE_LIMIT)
        try:
            return certificates(data, self.credentials.password)
        except UsageError as error:
            raise UsageError(f"{clean(path)} {error}") from error

    def _verify(self, path: str, ders: tuple[bytes, ...]) -> tuple[TlsFacts, tuple[bytes, ...]]:
        """Return what is to be learned of *ders*, the certificates of the file *path*, and the path that holds."""
        context, shown = context_for(self.credentials), leaf_first(ders)
        facts, used = verify(shown, context, self.servername)
        if facts is None:
            fault, is_chain = _fault(ders, lambda data: verify([data], context)[0] is not None)
            known = tuple(map(read, shown)) if is_chain else ()
            if not known or not known[0].not_after:
                raise UsageError(f"{clean(path)} {fault}")
            failure = Failure(ProblemCode.MALFORMED_RESPONSE, f"the file {fault}")
            facts = TlsFacts(self.servername, sent=known, failure=failure)
        return replace(facts, place=ders.index(shown[0]) + 1), used


def _fault(ders: Sequence[bytes], is_readable: Callable[[bytes], bool]) -> tuple[str, bool]:
    """Return why OpenSSL does not take *ders*, beside whether they may be one chain all the same."""
    if sum(map(len, ders)) + 3 * len(ders) + 3 > LIMIT:
        words = f"holds over {LIMIT >> 10} KiB of certificates ({len(ders)} in number), which no client takes"
        return f"{words}: name a file with one chain", len(ders) <= LONGEST_CHAIN
    place = next((place for place, data in enumerate(ders, 1) if not is_readable(data)), 1)
    return f"is damaged, or was issued so: OpenSSL cannot read its certificate number {place}", True
