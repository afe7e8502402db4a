"""Handing mail to a real server."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from domaincheck.errors import MailError
from domaincheck.mailer import SmtpMailer
from domaincheck.network import Address, Connection, Deadline, SystemNetwork
from tests.mail_servers import PASSWORD, USER, MailServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domaincheck.mailer.smtp import Security

MESSAGE = b"Subject: hello\r\n\r\nhow are you?\r\n"
SENDER, RECIPIENT = "alerts@example.com", "you@example.org"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority of the test's own."""
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file by which it is trusted."""
    path = tmp_path_factory.mktemp("mail") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


def mailer(server: MailServer, **changes: Any) -> SmtpMailer:
    """Return a mailer for *server*, as it likes it, with *changes*."""
    quiet: dict[str, Any] = {"host": "localhost", "port": server.port, "security": server.security, "timeout": 10.0}
    return SmtpMailer(**(quiet | changes))


def refusal(server: MailServer, sender: str = SENDER, recipient: str = RECIPIENT, **changes: Any) -> MailError:
    """Return how a mail to *server* fails; it has got nothing then."""
    with pytest.raises(MailError) as caught:
        mailer(server, **changes).send(MESSAGE, sender, recipient)
    assert server.received == []
    return caught.value


# --- encryption --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_delivered_over_an_encrypted_connection(
    security: Security, authority: trustme.CA, ca_file: Path
) -> None:
    """By STARTTLS, or encrypted from the first byte, to a server whose certificate is verified."""
    with MailServer(security, authority) as server:
        mailer(server, ca_file=ca_file).send(MESSAGE, SENDER, RECIPIENT)
    [mail] = server.received
    assert (mail.sender, mail.recipients, mail.content) == (SENDER, [RECIPIENT], MESSAGE)


def test_mail_goes_unencrypted_only_if_asked_for() -> None:
    """A server on this machine needs no encryption, if the settings say so."""
    with MailServer() as server:
        mailer(server, security="none").send(MESSAGE, SENDER, RECIPIENT)
    assert len(server.received) == 1


def test_a_server_without_starttls_gets_no_mail() -> None:
    """Somebody in between may have taken the offer out; nothing is sent then, and the sentence says what is missing."""
    with MailServer() as server:
        error = refusal(server, security="starttls")
    assert f"localhost:{server.port} offers no STARTTLS" in str(error)
    assert not error.permanent


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_is_refused(security: Security, authority: trustme.CA, ca_file: Path) -> None:
    """An authority's word for somebody else is none for this server."""
    with MailServer(security, authority, name="other.example") as server:
        error = refusal(server, ca_file=ca_file)
    assert "its certificate is refused (Hostname mismatch" in str(error)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_authority_is_refused(security: Security, authority: trustme.CA) -> None:
    """The sentence says how to make one's own authority known."""
    with MailServer(security, authority) as server:
        error = refusal(server)
    assert "its certificate is refused" in str(error)
    assert "smtp.ca_file" in str(error)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(content: str | None, tmp_path: Path) -> None:
    """Be it missing or something else: no mail goes out unverified."""
    path = tmp_path / "roots.pem"
    if content:
        path.write_text(content)
    with MailServer() as server:
        assert str(path) in str(refusal(server, security="tls", ca_file=path))


# --- login -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [PASSWORD, "Öffne dich, Sesam"])
def test_a_user_is_logged_in(password: str, authority: trustme.CA, ca_file: Path) -> None:
    """The password may be in any language."""
    with MailServer("starttls", authority, login=password) as server:
        sending = mailer(server, ca_file=ca_file, user=USER, password=password)
        sending.send(MESSAGE, SENDER, RECIPIENT)
        assert sending.check() == f"localhost:{server.port}, encrypted by TLSv1.3, logged in as alerts"
    assert len(server.received) == 1


@pytest.mark.parametrize("password", ["sesame open", "Sesam, öffne dich"])
def test_a_wrong_password_is_not_repeated_in_the_sentence(password: str, authority: trustme.CA, ca_file: Path) -> None:
    """Not even when the server repeats it; and it is no fault of the recipient's."""
    with MailServer("starttls", authority, login=PASSWORD) as server:
        error = refusal(server, ca_file=ca_file, user=USER, password=password)
    assert "refused the login of alerts: 535 5.7.8 no login with ****" in str(error)
    assert not error.permanent


def test_a_password_does_not_show_in_a_mailer() -> None:
    """A mailer may end up in a log or a traceback."""
    assert PASSWORD not in repr(SmtpMailer("localhost", user=USER, password=PASSWORD))


def test_a_server_that_knows_no_login_is_refused() -> None:
    """A user was set, so there should be one."""
    with MailServer() as server:
        assert "offers no login" in str(refusal(server, user=USER, password=PASSWORD))


@dataclass(frozen=True, slots=True)
class FarAway:
    """A network that seems to be far away, and ends on loopback."""

    def resolve(self, _host: str, port: int, _deadline: Deadline) -> Sequence[Address]:
        """Return an address that is not of this machine."""
        return (Address("192.0.2.1", port),)

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to loopback, and say it was *address*."""
        connection = SystemNetwork().connect(Address("127.0.0.1", address.port), deadline, patience)
        connection.address = address
        return connection


def test_no_password_crosses_a_network_unencrypted() -> None:
    """Whatever the settings say."""
    with MailServer(login=PASSWORD) as server:
        error = refusal(server, user=USER, password=PASSWORD, network=FarAway())
    assert "no password is sent over a connection that is not encrypted" in str(error)


def test_a_password_may_go_unencrypted_to_this_machine() -> None:
    """What does not leave it cannot be overheard on the way."""
    with MailServer(login=PASSWORD) as server:
        mailer(server, user=USER, password=PASSWORD).send(MESSAGE, SENDER, RECIPIENT)
    assert len(server.received) == 1


def test_the_conversation_can_be_overheard_without_the_password(authority: trustme.CA, ca_file: Path) -> None:
    """All that was said is told in order, but for secrets and the message itself."""
    heard: list[str] = []
    with MailServer("starttls", authority, login=PASSWORD) as server:
        sending = mailer(server, ca_file=ca_file, user=USER, password=PASSWORD, overhear=heard.append)
        sending.send(MESSAGE, SENDER, RECIPIENT)
    for line in (
        "C: STARTTLS",
        f"C: MAIL FROM:<{SENDER}>",
        "S: 250 fine",
        "C: QUIT",
        "   (encrypted from here on, TLSv1.3)",
    ):
        assert line.lower() in map(str.lower, heard)  # smtplib's capitals differ from version to version
    assert f"C: (the message, {len(MESSAGE) + 3} bytes)" in heard
    assert any(line.startswith("C: AUTH ") and line.endswith(" ****") for line in heard)
    text = "\n".join(heard)
    assert PASSWORD not in text
    assert base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode() not in text
    assert base64.b64encode(PASSWORD.encode()).decode() not in text


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("551 not here", True),
        ("553 no such name", True),
        ("554 no", True),
        ("550 5.4.1 recipient address rejected", True),
        ("450 try later", False),
        ("421 4.3.2 closing down", False),
        ("452 too many", False),
        ("552 5.2.2 mailbox full", False),
        ("530 5.7.0 log in first", False),
        ("554 5.7.1 relay access denied", False),
        ("550 5.1.8 the sender's domain does not exist", False),
    ],
)
def test_a_recipient_is_refused_for_good_or_for_now(reply: str, permanent: bool) -> None:
    """For good only if the answer blames the address; the server's words stand in the sentence."""
    with MailServer(rcpt=reply) as server:
        error = refusal(server)
    assert error.permanent is permanent
    assert str(error) == f"localhost:{server.port} refused the recipient you@example.org: {reply}"


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("554 no such user", True), ("552 5.3.4 too big", False), ("451 later", False), ("554 5.6.0 bad mail", False)],
)
def test_a_mail_is_refused_after_it_was_sent(reply: str, permanent: bool) -> None:
    """The same holds for what a server says to the whole message."""
    with MailServer(data=reply) as server:
        error = refusal(server)
    assert error.permanent is permanent
    assert str(error) == f"localhost:{server.port} refused the mail for you@example.org: {reply}"


def test_what_a_server_says_is_made_harmless() -> None:
    """Its words are shown to people, on terminals."""
    with MailServer(rcpt="550 no \x1b[31muser") as server:
        assert str(refusal(server)).endswith("550 no \N{REPLACEMENT CHARACTER}[31muser")


# --- addresses and lines -----------------------------------------------------------------------------------------


def test_an_international_domain_goes_out_in_ascii() -> None:
    """Every server understands A-labels."""
    with MailServer(utf8=False) as server:
        mailer(server).send(MESSAGE, SENDER, "you@Bücher.example")
    assert server.received[0].recipients == ["you@xn--bcher-kva.example"]


def test_an_international_mailbox_takes_smtputf8() -> None:
    """Where the server offers it, such a mailbox is reached."""
    with MailServer() as server:
        mailer(server).send(MESSAGE, SENDER, "jörg@bücher.example")
    assert server.received[0].recipients == ["jörg@xn--bcher-kva.example"]


def test_an_international_mailbox_is_named_where_it_cannot_be_reached() -> None:
    """The address is not at fault: another server may take it."""
    with MailServer(utf8=False) as server:
        error = refusal(server, recipient="jörg@example.org")
    assert "offers no SMTPUTF8, without which mail to jörg@example.org is not possible" in str(error)
    assert not error.permanent


@pytest.mark.parametrize(
    "address",
    ["", "you", "@example.org", "you@", "you@example.org\r\nRCPT TO:<me@example.org>", "a b@example.org", "<a@b.c>",
     "a@b@example.org", "a,b@example.org", "you@exam ple.org", "you@-", "\u202eyou@example.org",
     "y" * 65 + "@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    """Nobody is asked about it; as a sender it is a fault that can be mended."""
    with MailServer() as server:
        assert refusal(server, recipient=address).permanent
        sent_as = refusal(server, sender=address)
    assert not sent_as.permanent
    assert "correct smtp.from" in str(sent_as)


def test_lines_arrive_as_they_were_meant() -> None:
    """Bare line feeds become line ends, and a lone dot does not end the mail."""
    with MailServer() as server:
        mailer(server).send(b"Subject: dots\n\n.\n..\r\nRSET\rend", SENDER, RECIPIENT)
    assert server.received[0].content == b"Subject: dots\r\n\r\n.\r\n..\r\nRSET\r\nend\r\n"
