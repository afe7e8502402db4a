"""Issuers that revoke: the lists they sign, the OCSP answers they sign, and the server where both are had.

Lists and answers are sound, or wrong in any one way that their options name. Times are relative to the authority's own
*now*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from domaincheck.lab.authority import Options
from domaincheck.lab.hostile import Behaviour
from domaincheck.lab.loop import LoopbackServer, Peer
from domaincheck.lab.registry import respond

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.lab.authority import Authority, Credential, PrivateKey

HOUR = timedelta(hours=1)

Revoked = Mapping[int, x509.ReasonFlags | None]
"""Serial numbers, each with the reason of its revocation, ``None`` for none."""


def listed_at(*urls: str) -> tuple[x509.CRLDistributionPoints, bool]:
    """Return the extension that says that a certificate's list is at each of *urls*."""
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]), False


def answered_at(url: str) -> tuple[x509.AuthorityInformationAccess, bool]:
    """Return the extension that names an OCSP responder; the certificate must have no *issuer_url* besides."""
    name = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, name)]), False


# --- lists -------------------------------------------------------------------------------------------------------


class ListOptions(TypedDict, total=False):
    """What can be asked of a list. *since* and *until* are durations from the authority's now, an hour ago and a day.

    *at* is when all of it was revoked, two days ago. *extensions* are added to the list and *entry_extensions* to each
    of its entries, each with whether it is critical. *key* signs in place of the authority's own.
    """

    since: timedelta
    until: timedelta
    at: timedelta
    extensions: Sequence[tuple[x509.ExtensionType, bool]]
    entry_extensions: Sequence[tuple[x509.ExtensionType, bool]]
    key: PrivateKey


def revocation_list(authority: Authority, revoked: Revoked, **options: Unpack[ListOptions]) -> bytes:
    """Return the list of *revoked* certificates that *authority* publishes, in DER."""
    now = authority.now.replace(microsecond=0)
    builder = x509.CertificateRevocationListBuilder(
        authority.certificate.subject,
        now + options.get("since", -HOUR),
        now + options.get("until", 24 * HOUR),
    )
    for extension, critical in (x509.CRLNumber(7), False), *options.get("extensions", ()):
        builder = builder.add_extension(extension, critical=critical)
    for serial, reason in revoked.items():
        entry = x509.RevokedCertificateBuilder(serial, now + options.get("at", -48 * HOUR))
        reasons = () if reason is None else ((x509.CRLReason(reason), False),)
        for extension, critical in (*reasons, *options.get("entry_extensions", ())):
            entry = entry.add_extension(extension, critical=critical)
        builder = builder.add_revoked_certificate(entry.build())
    key = options.get("key", authority.key)
    return builder.sign(key, _digest(key)).public_bytes(serialization.Encoding.DER)


def scope(*urls: str, **limits: Any) -> tuple[x509.IssuingDistributionPoint, bool]:
    """Return the extension by which a list says that it is the one at *urls*, and by the library's names its limits."""
    none: dict[str, Any] = {
        "full_name": [x509.UniformResourceIdentifier(url) for url in urls] or None,
        "relative_name": None,
        "only_some_reasons": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_contains_attribute_certs": False,
        "indirect_crl": False,
    }
    return x509.IssuingDistributionPoint(**none | limits), True


# --- answers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Responder:
    """Answers what *authority* says of the certificates that it is asked about, by OCSP.

    *good* are the numbers of those that it knows to be in order. *delegate* signs in its name, or pretends to. *since*
    and *until* are as for a list, *until* ``None`` to leave it out. *other* is the number that the answer is about in
    place of the one asked for.
    """

    authority: Authority
    good: frozenset[int] = frozenset()
    revoked: Revoked = field(default_factory=dict)
    delegate: Credential | None = None
    since: timedelta = -HOUR
    until: timedelta | None = 24 * HOUR
    other: int | None = None

    def answer(self, question: bytes) -> bytes:
        """Return the answer to *question*, both in DER."""
        asked = ocsp.load_der_ocsp_request(question)
        now, serial = self.authority.now.replace(microsecond=0), self.other or asked.serial_number
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            serial,
            asked.hash_algorithm,
            self._status(serial),
            now + self.since,
            None if self.until is None else now + self.until,
            now - 48 * HOUR if serial in self.revoked else None,
            self.revoked.get(serial),
        )
        signer, key = self.authority.certificate, self.authority.key
        if self.delegate:
            signer, key = self.delegate.leaf, self.delegate.key
            builder = builder.certificates([signer])
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
        return builder.sign(key, _digest(key)).public_bytes(serialization.Encoding.DER)

    def _status(self, serial: int) -> ocsp.OCSPCertStatus:
        if serial in self.revoked:
            return ocsp.OCSPCertStatus.REVOKED
        return ocsp.OCSPCertStatus.GOOD if serial in self.good else ocsp.OCSPCertStatus.UNKNOWN


def delegate_of(authority: Authority, **options: Unpack[Options]) -> Credential:
    """Return the certificate of a key that may answer in *authority*'s name."""
    return authority.leaf("responder.example", **(Options(usage=[ExtendedKeyUsageOID.OCSP_SIGNING]) | options))


def _digest(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


# --- the server --------------------------------------------------------------------------------------------------

Published = bytes | Responder | Behaviour
"""A list; or who answers what is POSTed; or what is done to the client once its request has been read."""


class RevocationServer(LoopbackServer):
    """Has *published* things by their paths, and 404 for paths that are not there.

    *published* may be changed while the server runs, which certificates that name the server make necessary.
    """

    def __init__(self, published: Mapping[str, Published] | None = None, *, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.published = dict(published or {})
        self._asked: list[str] = []

    @property
    def asked(self) -> tuple[str, ...]:
        """The paths that were asked for so far, in order of arrival."""
        return tuple(self._asked)

    def url(self, path: str) -> str:
        """Return the address of *path*, which begins with a slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{path}"

    async def serve(self, peer: Peer) -> None:
        """Answer one request and close; who leaves before it is whole has asked for nothing."""
        head, end, body = (await peer.receive_until(b"\r\n\r\n")).partition(b"\r\n\r\n")
        if not end:
            return
        _, path, *_ = (*head.decode("latin-1").split(" "), "")
        self._asked.append(path)
        found = self.published.get(path)
        if isinstance(found, Responder):
            while len(body) < _content_length(head) and (more := await peer.receive()):
                body += more
            found = _answered(found, body)
        if isinstance(found, bytes):
            found = respond(HTTPStatus.OK, body=found)
        await (found or respond(HTTPStatus.NOT_FOUND))(peer)


def _answered(responder: Responder, question: bytes) -> bytes | Behaviour:
    try:
        return responder.answer(question)
    except ValueError:
        return respond(HTTPStatus.BAD_REQUEST)


def _content_length(head: bytes) -> int:
    lines = (line.lower().partition(b":") for line in head.split(b"\r\n"))
    values = (value.strip() for name, _, value in lines if name == b"content-length")
    return next((int(value) for value in values if value.isdigit()), 0)
