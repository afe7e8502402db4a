"""The schemes that a target may bear. The help of ``check`` names them, so this needs little else."""

from __future__ import annotations

from typing import NamedTuple


class Scheme(NamedTuple):
    """What a scheme stands for: its port, and the protocol of its STARTTLS, ``None`` for TLS from the first byte."""

    port: int
    starttls: str | None = None


SCHEMES = {
    "https": Scheme(443),
    "smtp": Scheme(25, "smtp"),
    "smtps": Scheme(465),
    "lmtp": Scheme(24, "lmtp"),
    "imap": Scheme(143, "imap"),
    "imaps": Scheme(993),
    "pop3": Scheme(110, "pop3"),
    "pop3s": Scheme(995),
    "sieve": Scheme(4190, "sieve"),
    "ftp": Scheme(21, "ftp"),
    "ftps": Scheme(990),
    "ldap": Scheme(389, "ldap"),
    "ldaps": Scheme(636),
    "nntp": Scheme(119, "nntp"),
    "nntps": Scheme(563),
    "irc": Scheme(6667, "irc"),
    "ircs": Scheme(6697),
    "xmpp": Scheme(5222, "xmpp"),
    "xmpps": Scheme(5223),
    "xmpp-server": Scheme(5269, "xmpp-server"),
    "postgres": Scheme(5432, "postgres"),
    "mysql": Scheme(3306, "mysql"),
    "mariadb": Scheme(3306, "mysql"),
    "rdp": Scheme(3389, "rdp"),
}
"""Every scheme a target may bear, in lower case; the ports are IANA's, or (lmtp, xmpps) those that are usual."""

STARTTLS = {name: scheme for name, scheme in SCHEMES.items() if scheme.starttls}
"""The schemes of protocols that start TLS within themselves."""
