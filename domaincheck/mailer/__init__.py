"""The door to mail servers: one mail in, and it is handed over, or the reason why not.

``addresses``   a mail address as it is written on the wire
``smtp``        hands mail to a server: STARTTLS, SMTPS, login, one deadline for the whole of a mail
``wire``        what smtplib needs of a socket, over our own connections; overhears the conversation
``command``     hands mail to a sendmail-compatible command instead
``configured``  makes the one or the other of the settings
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from domaincheck.mailer.addresses import wire_address
from domaincheck.mailer.command import CommandMailer
from domaincheck.mailer.configured import from_settings, sender_of
from domaincheck.mailer.smtp import SmtpMailer

__all__ = [
    "CommandMailer",
    "Mailer",
    "Post",
    "SmtpMailer",
    "SystemMailer",
    "from_settings",
    "sender_of",
    "wire_address",
]


class Mailer(Protocol):
    """Hands one mail over at a time."""

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Hand *message* over for *recipient*; bounces go to *sender*.

        *message* is whole, headers and all; its line endings are made what the receiver wants. Returns once somebody
        else has taken charge of it. Raises MailError otherwise, and then it is unknown whether it arrived: a mail that
        is tried again keeps its Message-ID.
        """


class Post(NamedTuple):
    """Who takes mail, and the address that it comes from."""

    mailer: Mailer
    sender: str


class SystemMailer(Mailer, Protocol):
    """A mailer that can be tried without a mail."""

    def check(self) -> str:
        """Go as far as one can without a mail, and say in a few words how far that was; raises MailError."""
