"""Hands mail to a server by SMTP (RFC 5321): encrypted and verified unless told otherwise, within one deadline."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from domaincheck.errors import MailError, NetworkError
from domaincheck.mailer.addresses import ascii_host, envelope
from domaincheck.mailer.wire import Conversation, Wire
from domaincheck.model import ProblemCode
from domaincheck.network import Deadline, SystemNetwork, dial
from domaincheck.network.tls import TlsConnection, trust_store
from domaincheck.text import endpoint

if TYPE_CHECKING:
    import smtplib
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from domaincheck.network import Connection, Network

Security = Literal["starttls", "tls", "none"]

PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
"""Submission, submission over TLS (RFC 8314), relay."""

LEAVE_PATIENCE = 2.0
"""Seconds to wait for the answer to QUIT, when all that matters is done."""

_READY, _DONE, _FORWARDED = 220, 250, 251
_WELCOME = (235, 503)
"""Logged in, or (RFC 4954 §4) already so."""

_REFUSALS = frozenset([550, 551, 553, 554])
_ABOUT_US = re.compile(r"5\.(?:[367]\.\d+|1\.[78]|2\.[23])(?!\d)")
"""Enhanced codes (RFC 3463) that blame our mail, our server or a policy rather than the recipient's address.

Relays that want a login answer 554 5.7.1: everybody would be set aside for a password that has run out.
"""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """The mail server *host*, *port* ``None`` for the usual one of *security*.

    A server without STARTTLS where that is asked for gets no mail, and no password goes over a connection that is not
    encrypted, unless to this machine itself. Certificates are verified, by *ca_file* or else by what the system trusts.
    *timeout* is in seconds, for the whole of one mail. *overhear* is told the conversation, with secrets masked.
    """

    host: str
    port: int | None = None
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0
    network: Network = field(default_factory=SystemNetwork)
    overhear: Callable[[str], None] | None = None

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Hand *message* over, as :class:`domaincheck.mailer.Mailer` has it."""
        origin, destination = envelope(sender, recipient)
        with self._session() as session:
            session.hand_over(b"\r\n".join(message.splitlines()) + b"\r\n", origin, destination)

    def check(self) -> str:
        """Connect, encrypt and log in; return what came of it. Raises MailError."""
        with self._session() as session:
            return f"{self.server}, {session.state}"

    @property
    def server(self) -> str:
        """Host and port, as they stand in sentences."""
        return endpoint(self.host, self.port or PORTS[self.security])

    @contextlib.contextmanager
    def _session(self) -> Iterator[_Session]:
        """Give a session that is ready for a mail; all that goes wrong in it becomes a MailError."""
        import smtplib

        conversation = Conversation.of(self.user, self.password, self.overhear)
        deadline = Deadline(self.timeout)
        try:
            connection = dial(self.network, self.host, self.port or PORTS[self.security], deadline)
            with contextlib.closing(connection):
                session = _Session(self, connection, conversation, smtplib.SMTP(local_hostname=_own_name()))
                try:
                    session.open()
                    yield session
                except MailError:  # a refusal; after anything else there is nobody left to take leave of
                    session.leave()
                    raise
                session.leave()
        except NetworkError as error:
            slow = error.code == ProblemCode.TIMEOUT
            words = f"took longer than {self.timeout:g} s" if slow else f"cannot be used: {error}"
            raise MailError(f"{self.server} {words}") from error
        except smtplib.SMTPResponseException as error:
            raise session.refusal("to go on", error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPServerDisconnected as error:
            raise MailError(f"{self.server} broke the connection off") from error
        except smtplib.SMTPException as error:
            raise MailError(f"{self.server} cannot be used: {conversation.masked(str(error))}") from error


@dataclass(slots=True)
class _Session:
    """One connection of *mailer*, from the greeting to QUIT. Errors are smtplib's, NetworkErrors and MailErrors."""

    mailer: SmtpMailer
    connection: Connection
    conversation: Conversation
    client: smtplib.SMTP
    state: str = "not encrypted"

    def open(self) -> None:
        """Hear the greeting, encrypt as the mailer's security says, and log in if there is a user."""
        wire: Any = Wire(self.connection, self.conversation)  # all of a socket that smtplib asks for
        self.client.sock = self._encrypted(wire) if self.mailer.security == "tls" else wire
        code, reply = self.client.getreply()
        if code != _READY:
            raise self.refusal("to talk to us", code, reply)
        self.client.ehlo_or_helo_if_needed()
        if self.mailer.security == "starttls":
            self._start_tls()
        if self.mailer.user is not None:
            self._log_in(self.mailer.user, self.mailer.password or "")

    def hand_over(self, message: bytes, origin: str, destination: str) -> None:
        """Send one *message*, its lines ending as SMTP wants them."""
        import smtplib

        code, reply = self.client.mail(origin, self._mail_options(origin, destination))
        if code != _DONE:
            raise self.refusal(f"the sender {origin}", code, reply)
        code, reply = self.client.rcpt(destination)
        if code not in (_DONE, _FORWARDED):
            raise self.refusal(f"the recipient {destination}", code, reply, by_recipient=True)
        try:
            code, reply = self.client.data(message)
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, error.smtp_error  # type: ignore[assignment] # bytes, like every reply
        if code != _DONE:
            raise self.refusal(f"the mail for {destination}", code, reply, by_recipient=True)

    def leave(self) -> None:
        """Say good-bye, without waiting for long: what matters is done or has failed."""
        import smtplib

        with contextlib.suppress(NetworkError, smtplib.SMTPException):
            self.connection.deadline = Deadline(min(LEAVE_PATIENCE, self.connection.deadline.remaining()))
            self.client.docmd("QUIT")

    def refusal(self, what: str, code: int, reply: bytes | str, *, by_recipient: bool = False) -> MailError:
        """Return the error for a *reply* that is not the one hoped for."""
        if code < 0:  # smtplib's word for a line without a number
            return MailError(f"{self.mailer.server} does not speak SMTP")
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        words = f"{self.mailer.server} refused {what}: {code} {self.conversation.masked(text)}"
        permanent = by_recipient and code in _REFUSALS and not _ABOUT_US.match(text)
        return MailError(words.rstrip(), permanent=permanent)

    def _mail_options(self, origin: str, destination: str) -> tuple[str, ...]:
        if (origin + destination).isascii():
            return ()
        if not self.client.has_extn("smtputf8"):
            beyond = destination if origin.isascii() else origin
            raise MailError(f"{self.mailer.server} offers no SMTPUTF8, without which mail to {beyond} is not possible")
        return ("SMTPUTF8", "BODY=8BITMIME")

    def _start_tls(self) -> None:
        import smtplib

        if not self.client.has_extn("starttls"):
            raise MailError(
                f"{self.mailer.server} offers no STARTTLS, so nothing was sent; "
                'only with smtp.security = "none" does mail go without encryption'
            )
        context: Any = SimpleNamespace(wrap_socket=lambda wire, **_: self._encrypted(wire))
        try:
            self.client.starttls(context=context)  # forgets what was said before: it may have come from anybody
        except smtplib.SMTPResponseException as error:
            raise self.refusal("STARTTLS", error.smtp_code, error.smtp_error) from error
        self.client.ehlo_or_helo_if_needed()

    def _encrypted(self, wire: Wire) -> Any:
        secure = TlsConnection(wire.connection, _context(self.mailer.ca_file), self.mailer.host)
        try:
            secure.handshake()
        except ssl.SSLError as error:
            raise MailError(f"{self.mailer.server}: {_tls_words(error)}") from error
        version = secure.ssl_object.version()
        self.conversation.happened(f"encrypted from here on, {version}")
        self.state = f"encrypted by {version}"
        return Wire(secure, self.conversation)

    def _log_in(self, user: str, password: str) -> None:
        import smtplib

        if self.state == "not encrypted" and not ipaddress.ip_address(self.connection.address.ip).is_loopback:
            raise MailError(f"{self.mailer.server}: no password is sent over a connection that is not encrypted")
        if not self.client.has_extn("auth"):
            raise MailError(f"{self.mailer.server} offers no login, but smtp.user is set")
        try:
            if (user + password).isascii():
                code, reply = self.client.login(user, password)
            else:  # smtplib refuses; RFC 4616 has it in UTF-8
                secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
                code, reply = self.client.docmd("AUTH", f"PLAIN {secret}")
        except smtplib.SMTPAuthenticationError as error:
            raise self.refusal(f"the login of {user}", error.smtp_code, error.smtp_error) from error
        if code not in _WELCOME:
            raise self.refusal(f"the login of {user}", code, reply)
        self.state += f", logged in as {user}"


def _own_name() -> str:
    """Return how we introduce ourselves: by our full name if we know it, else by an address (RFC 5321 §4.1.3)."""
    with contextlib.suppress(ValueError):
        name = ascii_host(socket.gethostname())
        if "." in name:
            return name
    return "[127.0.0.1]"


@cache
def _context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context that trusts *ca_file*, made once a process; raises MailError when it can't be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # smtp.ca_file may hold the server's own certificate
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        trust_store(context, ca_file)
    except ssl.SSLError as error:
        raise MailError(f"the CA file {ca_file} has no usable certificate in PEM form") from error
    except OSError as error:
        raise MailError(f"the CA file {ca_file} cannot be read: {error.strerror}") from error
    return context


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused ({error.verify_message}); if it is your own, name its CA in smtp.ca_file"
    reason = (error.reason or "the handshake failed").replace("_", " ").lower()
    return f"TLS is not possible ({reason}); are smtp.port and smtp.security right?"
