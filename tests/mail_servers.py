"""Mail servers on loopback: a real one that keeps what it gets, and scripted ones for what no real one does."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from domaincheck.lab.hostile import HostileServer, say

if TYPE_CHECKING:
    import trustme

    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import Peer
    from domaincheck.mailer.smtp import Security

USER, PASSWORD = "alerts", "open sesame"  # the latter no secret of anybody's

_ROUNDS = 20
"""Rounds of an event loop in which a connection that was cut is gone for sure."""


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it arrived, with the addresses of its envelope."""

    sender: str
    recipients: list[str]
    content: bytes


class _TidyController(Controller):
    """A controller that listens on a free port, and leaves no connection open behind it."""

    def __init__(self, handler: Any, **options: Any) -> None:
        self._sessions: list[Any] = []
        super().__init__(handler, hostname="127.0.0.1", port=0, **options)

    def factory(self) -> Any:
        """Return what serves one connection, and remember it."""
        session = super().factory()  # type: ignore[no-untyped-call]
        self._sessions.append(session)
        return session

    def stop(self, no_assert: bool = False) -> None:
        """End every connection, and then the server."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr] # it listens by now
        super()._trigger_server()  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class MailServer:
    """A real SMTP server, a context manager.

    *security* is what it offers, with a certificate of *authority* for *name*. *rcpt* and *data* are its answers to
    RCPT and to a whole message. *login* is the password it wants; *utf8* whether it offers SMTPUTF8.
    """

    security: Security = "none"
    authority: trustme.CA | None = None
    name: str = "localhost"
    rcpt: str = "250 fine"
    data: str = "250 fine"
    login: str | None = None
    utf8: bool = True
    received: list[Received] = field(default_factory=list)
    port: int = 0
    _controller: Any = None

    def __enter__(self) -> Self:
        context = self._context()
        self._controller = _TidyController(
            self,
            server_hostname="mx.lab.example",
            ssl_context=context if self.security == "tls" else None,
            tls_context=context if self.security == "starttls" else None,
            authenticator=self._judge if self.login is not None else None,
            auth_require_tls=self.login is None,  # without encryption, no login is offered then
            enable_SMTPUTF8=self.utf8,
        )
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def _context(self) -> ssl.SSLContext | None:
        if self.authority is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(self.name).configure_cert(context)
        return context

    def _judge(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        if given == LoginPassword(USER.encode(), str(self.login).encode()):
            return AuthResult(success=True)
        echo = given.password.decode("utf-8", "replace")
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no login with {echo}")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Answer as :attr:`rcpt` says."""
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Keep the mail if :attr:`data` says so."""
        if self.data.startswith("250"):
            self.received.append(Received(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.data


# --- scripted ----------------------------------------------------------------------------------------------------

GREETING = b"220 mx.lab.example ESMTP\r\n"
HELLO = b"250 mx.lab.example\r\n"
FINE = b"250 fine\r\n"
GO_ON = b"354 go on\r\n"


BYE = say(b"221 bye\r\n")


def script(*replies: bytes, then: Behaviour = BYE) -> HostileServer:
    """Return a server that gives *replies* one by one, each but the first to a command, and then does *then*.

    After :data:`GO_ON` it hears the whole mail out.
    """

    async def behave(peer: Peer) -> None:
        for place, reply in enumerate(replies):
            if place:
                await peer.receive_until(b"\r\n.\r\n" if replies[place - 1] == GO_ON else b"\r\n")
            await peer.send(reply)
        if replies:
            await (peer.receive_until(b"\r\n.\r\n") if replies[-1] == GO_ON else peer.receive())
        await then(peer)

    return HostileServer(behave)
