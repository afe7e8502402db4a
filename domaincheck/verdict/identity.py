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
    _, _, behind = host.partition(".")
    wanted = (host, f"*.{behind}") if "." in behind else (host,)
    return any(name.lower() in wanted for name in names if name.isascii())  # the Kelvin sign would become a k


def _canonical_address(host: str) -> str | None:
    if ":" not in host and not host[-1:].isdigit():
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.inet_ntop(family, socket.inet_pton(family, host.partition("%")[0]))
    except OSError:
        return None
