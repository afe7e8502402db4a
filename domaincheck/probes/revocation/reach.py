"""Where an address that a certificate names may lead: no deeper into our own network than the server that shows it.

Whoever has a certificate decides what it says. A stranger's must not make us ask the machines around us; a server of
our own network may well have its issuer's list there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.network import Address

PUBLIC, PRIVATE, OWN = range(3)


def depth(ip: str) -> int:
    """Return how deep *ip* lies: on the internet, in a private network, or on this machine and its own link."""
    import ipaddress  # noqa: PLC0415 - takes milliseconds, and few need it

    address = ipaddress.ip_address(ip.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_global:
        return PUBLIC
    return OWN if address.is_loopback or address.is_link_local or address.is_unspecified else PRIVATE


def admission(deepest: int) -> Callable[[Sequence[Address]], bool]:
    """Return what tells whether all of some addresses lie no deeper than *deepest*."""
    return lambda addresses: all(depth(address.ip) <= deepest for address in addresses)
