"""The mailer that the settings ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from domaincheck import settings
from domaincheck.errors import UsageError
from domaincheck.mailer import CommandMailer, SmtpMailer, from_settings, sender_of

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.mailer import SystemMailer

SESAME, OTHER = " open sesame ", "something else"
FROM = 'from = "alerts@example.com"\n'


@dataclass(slots=True)
class Desk:
    """Where somebody writes the ``smtp`` section of a settings file, and sees what comes of it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def mailer(self, section: str) -> SystemMailer:
        """Return the mailer by *section*."""
        return from_settings(self.settings(section), self.environment, tell=self.told.append)

    def settings(self, section: str) -> settings.Settings:
        """Return the settings with *section*."""
        path = self.folder / "config.toml"
        path.write_text(f"[smtp]\n{section}", encoding="utf-8")
        return settings.load(self.environment, path)

    def smtp(self, section: str) -> SmtpMailer:
        """Return the mailer for a server by *section*."""
        mailer = self.mailer(FROM + section)
        assert isinstance(mailer, SmtpMailer)
        return mailer

    def complaint(self, section: str) -> str:
        """Return what is wrong with *section*, in words."""
        with pytest.raises(UsageError) as caught:
            self.mailer(section)
        return str(caught.value)

    def password_file(self, text: str, mode: int = 0o600) -> str:
        """Write a password file, and return the settings that name it, with a user."""
        path = self.folder / "password"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return f'user = "me"\npassword_file = "{path}"\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with nothing on it."""
    return Desk(tmp_path)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security: str, port: int, desk: Desk) -> None:
    """Unless it is set."""
    section = f'host = "mx.example.com"\nsecurity = "{security}"\n'
    assert desk.smtp(section).server == f"mx.example.com:{port}"
    assert desk.smtp(section + "port = 2525").server == "mx.example.com:2525"


def test_starttls_is_the_default(desk: Desk) -> None:
    """Without a word about it, mail is encrypted."""
    assert desk.smtp("").security == "starttls"


@pytest.mark.parametrize(
    ("host", "server"),
    [("Bücher.example", "xn--bcher-kva.example:587"), ("::1", "[::1]:587"), ("[::1]", "[::1]:587")],
)
def test_a_host_may_be_written_in_several_ways(host: str, server: str, desk: Desk) -> None:
    """Names in Unicode, addresses with brackets or without."""
    assert desk.smtp(f'host = "{host}"').server == server


@pytest.mark.parametrize("host", ["mx.example.com:587", "mx example", "smtp://mx.example.com"])
def test_a_host_that_is_none_is_refused(host: str, desk: Desk) -> None:
    """The sentence says what to give instead."""
    complaint = desk.complaint(f'{FROM}host = "{host}"')
    assert complaint == f"smtp.host {host!r} is no host; give a name or an address without a port"


def test_the_password_is_the_first_line_of_its_file(desk: Desk) -> None:
    """Editors end files with a line end, which is no part of it; spaces are."""
    assert desk.smtp(desk.password_file(f"{SESAME}\nsecond line\n")).password == SESAME
    assert desk.told == []


def test_the_environment_has_the_password_first(desk: Desk) -> None:
    """As for every setting."""
    desk.environment["DOMAINCHECK_SMTP_PASSWORD"] = SESAME
    assert desk.smtp(desk.password_file(OTHER)).password == SESAME


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_password_that_others_can_read_is_warned_about(mode: int, desk: Desk) -> None:
    """It is used all the same; the sentence says what to do."""
    assert desk.smtp(desk.password_file(SESAME, mode)).password == SESAME
    [warning] = desk.told
    assert "can be read by others; 'chmod 600' keeps it to you" in warning
    assert "sesame" not in warning


def test_a_user_without_a_password_is_refused(desk: Desk) -> None:
    """The sentence names both places where one can be put."""
    complaint = desk.complaint(f'{FROM}user = "me"')
    assert "smtp.password_file" in complaint
    assert "DOMAINCHECK_SMTP_PASSWORD" in complaint


@pytest.mark.parametrize("text", ["", "\nopen sesame\n"])
def test_a_password_file_without_a_password_is_refused(text: str, desk: Desk) -> None:
    """What stands further down is not shown, for it may be the password."""
    assert desk.complaint(FROM + desk.password_file(text)).endswith("which should be the mail password, is empty")


def test_a_password_file_that_is_missing_is_named(desk: Desk) -> None:
    """Rather than tried without."""
    complaint = desk.complaint(f'{FROM}user = "me"\npassword_file = "/nowhere/password"')
    assert complaint == "/nowhere/password cannot be read: No such file or directory"


def test_without_a_user_no_password_is_needed(desk: Desk) -> None:
    """Many servers within a house want no login."""
    assert desk.smtp("").user is None


def test_a_command_takes_the_place_of_the_server(desk: Desk) -> None:
    """It is split as a shell would, but no shell runs it."""
    mailer = desk.mailer(f"{FROM}command = \"/usr/bin/msmtp -a 'my account'\"\ntimeout = 5")
    assert isinstance(mailer, CommandMailer)
    assert (mailer.words, mailer.timeout) == (("/usr/bin/msmtp", "-a", "my account"), 5.0)


@pytest.mark.parametrize("command", ["'unbalanced", " "])
def test_a_command_that_cannot_be_split_is_refused(command: str, desk: Desk) -> None:
    """The sentence names the setting."""
    assert desk.complaint(f'{FROM}command = "{command}"').startswith("smtp.command ")


def test_mail_without_a_sender_is_refused(desk: Desk) -> None:
    """The sentence says what to set."""
    assert desk.complaint("").startswith("mail needs a sender: set smtp.from, or DOMAINCHECK_SMTP_FROM")


def test_a_sender_that_is_no_address_is_refused(desk: Desk) -> None:
    """A name before the address is one too many."""
    assert "give a bare address" in desk.complaint('from = "Alerts <alerts@example.com>"')


def test_the_sender_is_the_one_that_is_set(desk: Desk) -> None:
    """From the file or the environment."""
    assert sender_of(desk.settings(FROM)) == "alerts@example.com"
