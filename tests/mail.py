"""A real mail server for scheduled runs: it can be told how to treat each recipient, and keeps what it accepted."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.mail_servers import MailServer

if TYPE_CHECKING:
    from email.message import EmailMessage

SENDER = "alerts@example.com"


@dataclass
class PostOffice(MailServer):
    """A mail server that answers RCPT as *rcpts* says and the whole message as *datas* says, each by recipient.

    For those in *cut_off* it takes the mail, and then breaks the connection instead of saying so.
    """

    rcpts: dict[str, str] = field(default_factory=dict)
    datas: dict[str, str] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Answer as :attr:`rcpts` says."""
        answer = self.rcpts.get(address, self.rcpt)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Answer as :attr:`datas` says, unless the connection is to break."""
        [recipient] = envelope.rcpt_tos
        if recipient in self.datas:
            return self.datas[recipient]
        answer = await super().handle_DATA(server, session, envelope)
        if recipient in self.cut_off:
            server.transport.abort()
        return answer

    @property
    def mails(self) -> list[tuple[str, EmailMessage]]:
        """What was accepted, each with its recipient."""
        return [(mail.recipients[0], parsed(mail.content)) for mail in self.received]

    @property
    def counts(self) -> Counter[str]:
        """How many different mails each recipient got: those with the same Message-ID are one."""
        return Counter(recipient for recipient, _ in {(to, message["Message-ID"]) for to, message in self.mails})

    @property
    def environment(self) -> dict[str, str]:
        """The settings by which mail is sent here."""
        return mail_settings(self.port, security=self.security)


def mail_settings(port: int, **others: object) -> dict[str, str]:
    """Return the settings, as environment variables, for a mail server at *port* of this machine."""
    settings = {"host": "localhost", "port": port, "security": "none", "from": SENDER, "timeout": 10} | others
    return {f"DOMAINCHECK_SMTP_{key.upper()}": str(value) for key, value in settings.items()}


def parsed(content: bytes) -> EmailMessage:
    """Return the mail in *content*."""
    return email.message_from_bytes(content, policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    """Return the plain text of *message*."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
