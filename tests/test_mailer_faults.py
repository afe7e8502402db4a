"""Handing mail to servers that fail, hang or lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.errors import MailError
from domaincheck.lab.hostile import (
    HostileServer,
    close,
    drip,
    flood,
    greet,
    refused_port,
    reset,
    say,
    stall,
)
from domaincheck.mailer import SmtpMailer
from tests.mail_servers import FINE, GO_ON, GREETING, HELLO, script

if TYPE_CHECKING:
    from domaincheck.lab.hostile import Behaviour

MESSAGE = b"Subject: hello\r\n\r\nhow are you?\r\n"
UP_TO_DATA = (GREETING, HELLO, FINE, FINE, GO_ON)
STARTTLS_OFFERED = b"250-mx.lab.example\r\n250 STARTTLS\r\n"


def send(port: int, **changes: Any) -> None:
    """Hand a mail to the server at *port* of loopback."""
    quiet: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": 5.0}
    SmtpMailer(**(quiet | changes)).send(MESSAGE, "alerts@example.com", "you@example.org")


def failure(server: HostileServer, **changes: Any) -> str:
    """Return how that fails with *server*, in words; never for good, for nobody has said a word of the recipient."""
    with server, pytest.raises(MailError) as caught:
        send(server.port, **changes)
    assert not caught.value.permanent
    assert str(caught.value).startswith(f"127.0.0.1:{server.port}")
    return str(caught.value).split(" ", 1)[1]


def test_a_server_that_is_not_there_is_named() -> None:
    """The connection is refused."""
    with refused_port() as port, pytest.raises(MailError, match=rf"^127\.0\.0\.1:{port} cannot be used: .* refused"):
        send(port)


# --- time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(script(then=stall), id="never greets"),
        pytest.param(HostileServer(drip(GREETING, b"250-on and on\r\n", 0.05)), id="drips for ever"),
        pytest.param(script(GREETING, then=drip(b"", b"250-and more\r\n", 0.02)), id="drips after the greeting"),
        pytest.param(script(GREETING, HELLO, then=stall), id="falls silent"),
        pytest.param(script(*UP_TO_DATA, then=stall), id="says nothing to the mail"),
    ],
)
def test_a_mail_takes_no_longer_than_it_may(server: HostileServer) -> None:
    """However the server spends the time: the limit is for the whole, and the sentence names it."""
    assert failure(server, timeout=0.3) == "took longer than 0.3 s"


def test_the_end_of_a_session_is_not_waited_for() -> None:
    """Once the mail is taken nothing can fail any more, even if the server never says good-bye."""
    with script(*UP_TO_DATA, FINE, then=stall) as server:
        send(server.port, timeout=0.5)


def test_a_flood_is_cut_off() -> None:
    """A reply without an end fills no memory, and does not have to wait for the time to be over."""
    assert failure(HostileServer(flood(b"", b"220-and more\r\n")), timeout=60.0) == (
        "cannot be used: it says more than a mail server has to say"
    )


# --- endings and refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [close, reset])
@pytest.mark.parametrize(
    "replies",
    [
        pytest.param((), id="at once"),
        pytest.param((GREETING,), id="after the greeting"),
        pytest.param((GREETING, HELLO, FINE), id="at the recipient"),
        pytest.param((GREETING, HELLO, FINE, FINE), id="at DATA"),
        pytest.param(UP_TO_DATA, id="after the mail, before the reply"),
    ],
)
def test_a_connection_may_be_cut_at_any_time(replies: tuple[bytes, ...], ending: Behaviour) -> None:
    """It is then unknown whether the mail arrived; it counts as not delivered."""
    assert "broke the connection off" in failure(script(*replies, then=ending))


def test_a_connection_may_be_cut_within_the_mail() -> None:
    """The server goes away while we are still talking."""
    long = b"x" * 5_000_000
    with script(GREETING, HELLO, FINE, FINE, b"354 start\r\n", then=reset) as server:
        mailer = SmtpMailer("127.0.0.1", server.port, "none", timeout=5.0)
        with pytest.raises(MailError, match="broke the connection off"):
            mailer.send(MESSAGE + long, "alerts@example.com", "you@example.org")


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (script(b"421 too busy\r\n"), "refused to talk to us: 421 too busy"),
        (script(b"554 no service for you\r\n"), "refused to talk to us: 554 no service for you"),
        (script(GREETING, HELLO, b"421 closing\r\n", then=close), "refused the sender alerts@example.com: 421 closing"),
        (script(GREETING, HELLO, b"550 no\r\n"), "refused the sender alerts@example.com: 550 no"),
        (script(GREETING, b"502 no\r\n", b"504 no\r\n"), "refused to go on: 504 no"),
        (script(GREETING, HELLO, FINE, FINE, b"451 a\r\n"), "refused the mail for you@example.org: 451 a"),
        (HostileServer(say(b"SSH-2.0-OpenSSH_9.9\r\n")), "does not speak SMTP"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(server: HostileServer, words: str) -> None:
    """At whatever step: the number, the words, and what it was that was refused."""
    assert failure(server) == words


# --- encryption --------------------------------------------------------------------------------------------------


def test_starttls_that_is_offered_but_refused_is_not_gone_without() -> None:
    """A server that says it can't right now is tried again another time."""
    server = script(GREETING, STARTTLS_OFFERED, b"454 not now\r\n")
    assert failure(server, security="starttls") == "refused STARTTLS: 454 not now"


@pytest.mark.parametrize(
    "server",
    [
        script(GREETING, STARTTLS_OFFERED, b"220 go\r\n", then=say(b"250 and now for something else\r\n")),
        script(
            GREETING,
            STARTTLS_OFFERED,
            b"220 go\r\n250 injected\r\n",
            then=say(b"\x15\x03\x03\0\x02\x02\x28"),
        ),
    ],
)
def test_starttls_that_fails_is_not_gone_without(server: HostileServer) -> None:
    """What comes in plain text in place of a handshake is not taken for an answer."""
    assert "TLS is not possible" in failure(server, security="starttls")


def test_a_server_without_tls_is_no_tls_server() -> None:
    """The sentence points at the two settings that most likely don't fit each other."""
    assert "are smtp.port and smtp.security right?" in failure(HostileServer(greet(GREETING)), security="tls")
