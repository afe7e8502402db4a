"""Goes up a verified chain and asks each issuer about what it has issued: by its list, else by its OCSP responder.

Public CAs publish lists, and are switching their responders off; so a responder is asked only where there is no list.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import Revocation, RevocationState
from domaincheck.probes import certificate as certificates
from domaincheck.probes.der import DerError
from domaincheck.probes.revocation.entry import doubt
from domaincheck.probes.revocation.particulars import particulars
from domaincheck.probes.revocation.reach import PUBLIC, depth
from domaincheck.probes.revocation.sources import Link
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.network import Deadline
    from domaincheck.probes.revocation.entry import Entry
    from domaincheck.probes.revocation.particulars import Particulars
    from domaincheck.probes.revocation.sources import Sources

_URLS = 3
"""Addresses of one certificate that are tried; each is one way to the same word."""

_LEAF = "the certificate"


@dataclass(frozen=True, slots=True)
class RevocationChecker:
    """Called from many threads at once."""

    sources: Sources

    def __call__(self, path: Sequence[bytes], address: str | None, deadline: Deadline) -> Revocation:
        """Return what the issuers say of the verified chain *path*, in DER, leaf first, up to what is trusted.

        An empty *path* stands for a chain that does not hold. *address* is that of the server which showed it. Never
        raises; the time left until *deadline* is shared equally among the certificates that are still to be looked up.
        """
        if not path:
            return _unknown(_LEAF, "the chain does not hold, so there is no issuer to believe")
        if len(path) == 1:
            return _unknown(_LEAF, "it is trusted as it stands, so there is no issuer to ask")
        reach = PUBLIC if address is None else depth(address)
        found = []
        for place, (data, above) in enumerate(pairwise(path)):
            name = _LEAF if place == 0 else f"{certificates.read(data).subject}, above the certificate in the chain,"
            share = 1 / (len(path) - 1 - place)
            found.append(self._ask(name, (data, above), reach, deadline, share))
            if found[-1].state is RevocationState.REVOKED:
                return found[-1]
        return next((one for one in found if one.state is RevocationState.UNKNOWN), found[0])

    def _ask(self, name: str, pair: tuple[bytes, bytes], reach: int, deadline: Deadline, share: float) -> Revocation:
        """Return what the issuer, the second of the *pair*, says of the first, within a *share* of the time left."""
        try:
            link = Link(*map(particulars, pair))
            source = _source(link.certificate)
            entry = self._entry(source, link, reach, deadline.part(share))
        except DerError as error:
            return _unknown(name, str(error))
        except NetworkError as error:
            return _unknown(name, clean(str(error)))
        return Revocation(RevocationState.GOOD, source) if entry is None else _revoked(name, source, entry)

    def _entry(self, source: str, link: Link, reach: int, deadline: Deadline) -> Entry | None:
        """Return the word of the first of the certificate's addresses that can be believed."""
        if source == "crl":
            ask, urls = self.sources.listed, link.certificate.list_urls[:_URLS]
        else:
            ask, urls = self.sources.answered, link.certificate.ocsp_urls[:_URLS]
        for rest in range(len(urls), 0, -1):
            url = urls[-rest]
            try:
                return ask(url, link, reach, deadline.part(1 / rest))
            except NetworkError as error:
                if rest == 1:
                    raise NetworkError(error.code, f"{clean(url)}: {error}") from error
        raise doubt("there is nobody to ask")


def _source(certificate: Particulars) -> str:
    """Return whom to ask; raise NetworkError where there is nobody."""
    if certificate.list_urls:
        return "crl"
    if certificate.ocsp_urls:
        return "ocsp"
    if certificate.unlisted:
        raise doubt("its issuer lists no revocations of such certificates, as they live only for some days")
    if certificate.partial:
        raise doubt("it names only lists that are incomplete or of another issuer")
    raise doubt(
        "it names neither a list of revocations nor an OCSP responder with an http address, as those that live only "
        "for some days"
    )


def _unknown(name: str, why: str) -> Revocation:
    message = f"whether {name} is revoked could not be determined: {why}"
    return Revocation(RevocationState.UNKNOWN, message=message)


def _revoked(name: str, source: str, entry: Entry) -> Revocation:
    reason = f": {entry.reason}" if entry.reason else ""
    message = f"{name} was revoked on {entry.at:%Y-%m-%d}{reason}"
    return Revocation(RevocationState.REVOKED, source, entry.at, entry.reason, message)
