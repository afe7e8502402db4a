"""What is said in plain text before a TLS handshake, in each protocol that starts TLS within itself.

``talk``       one conversation: bytes in and out, a limit on them, and the sentences for what goes wrong
``codes``      protocols whose replies begin with three digits: SMTP, LMTP, FTP, NNTP
``mailboxes``  protocols whose replies begin with a word: IMAP, POP3, ManageSieve
``chat``       IRC and XMPP
``ldap``, ``databases``, ``desktop``  protocols of binary messages: LDAP; PostgreSQL and MySQL; RDP

Each conversation is a function of one :class:`~domaincheck.probes.starttls.talk.Talk`. It asks only for what the
handshake needs, never logs in, and returns once the server has given the word to begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.probes.starttls import chat, codes, databases, desktop, ldap, mailboxes
from domaincheck.probes.starttls.talk import Talk
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.network import Connection

PROTOCOLS: dict[str, tuple[str, Callable[[Talk], None]]] = {
    "smtp": ("SMTP", codes.smtp),
    "lmtp": ("LMTP", codes.lmtp),
    "ftp": ("FTP", codes.ftp),
    "nntp": ("NNTP", codes.nntp),
    "imap": ("IMAP", mailboxes.imap),
    "pop3": ("POP3", mailboxes.pop3),
    "sieve": ("ManageSieve", mailboxes.sieve),
    "irc": ("IRC", chat.irc),
    "xmpp": ("XMPP", chat.xmpp),
    "xmpp-server": ("XMPP", chat.xmpp_server),
    "ldap": ("LDAP", ldap.ldap),
    "postgres": ("PostgreSQL", databases.postgres),
    "mysql": ("MySQL", databases.mysql),
    "rdp": ("RDP", desktop.rdp),
}
"""By the name that a target's ``starttls`` bears: how people call the protocol, and its conversation."""


def converse(protocol: str, connection: Connection, name: str) -> None:
    """Bring *connection* to the point where both sides expect a TLS handshake, by way of *protocol*.

    *name* is the host that is asked for, where the protocol has a place for it. Raises NetworkError: with the code
    ``starttls_failed`` when the server refuses, speaks something else, or has sent text that the handshake would be
    taken to protect; with that of the network when the connection breaks or the time is over.
    """
    if protocol not in PROTOCOLS:
        raise NetworkError(ProblemCode.STARTTLS_FAILED, f"STARTTLS for {clean(protocol)} is not spoken by this version")
    label, conversation = PROTOCOLS[protocol]
    talk = Talk(connection, label, name)
    conversation(talk)
    talk.finish()
