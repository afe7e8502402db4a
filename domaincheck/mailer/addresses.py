"""A mail address as it is written on the wire."""

from __future__ import annotations

import re

from domaincheck.errors import MailError
from domaincheck.text import clean

_LOCAL = re.compile(r'[^\s()<>\[\]:;@\\,"]{1,64}')
"""An atom with dots (RFC 5321 §4.1.2, RFC 6531 §3.3); what would need quotation marks is refused."""

_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?", re.ASCII)


def wire_address(address: str) -> str:
    """Return *address* with its domain in lower-case A-labels, safe in a header, an SMTP command and an argument.

    The local part stays as it is: only its own host may read it, and beyond ASCII it takes SMTPUTF8 (RFC 6531).
    Raises MailError, for good, when that is no address.
    """
    local, _, domain = address.rpartition("@")
    try:
        if _LOCAL.fullmatch(local) and local.isprintable():
            return f"{local}@{ascii_host(domain)}"
    except ValueError:
        pass
    raise MailError(f"{clean(address, 80)!r} is no mail address that mail could be sent to", permanent=True)


def envelope(sender: str, recipient: str) -> tuple[str, str]:
    """Return both addresses as they go over the wire.

    Raises MailError, for good only where *recipient* is at fault: a *sender* can be mended.
    """
    try:
        origin = wire_address(sender)
    except MailError as error:
        raise MailError(f"{error}, and it stands as the sender: correct smtp.from") from error
    return origin, wire_address(recipient)


def ascii_host(host: str) -> str:
    """Return the host name *host* in lower-case A-labels (IDNA 2008); raise ValueError when it is none."""
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode("ascii")  # its error is a UnicodeError, thus a ValueError
    if not _DOMAIN.fullmatch(host.lower()):
        raise ValueError("no host name")
    return host.lower()
