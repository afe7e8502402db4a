"""Whether a certificate is for the host that was asked, by RFC 9525: subjectAltName only, never the common name."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def matches(host: str, names: Iterable[str]) -> bool:
    """Return whether one of the *names* of a certificate is *host*, a name in A-labels or an IP address.

    A wildcard stands for the whole left-most label and for exactly one (RFC 9525 §6.3), with at least two labels
    behind it, as OpenSSL and browsers want it. An address matches only an address.
    """
    address = _canonical_address(host)
    if address is not None:
        return address in names
    host = host.lower()
    wildcard = "*." + host.partition(".")[2]
    plain = (name.lower() for name in names if name.isascii())  # the Kelvin sign would become a k
    return any(name == host or (name == wildcard and name.count(".") > 1) for name in plain)


def _canonical_address(host: str) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.inet_ntop(family, socket.inet_pton(family, host.partition("%")[0]))
    except OSError:
        return None
