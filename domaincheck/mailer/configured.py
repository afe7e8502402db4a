"""Makes the mailer that the settings ask for."""

from __future__ import annotations

import ipaddress
import shlex
import stat
from typing import TYPE_CHECKING

from domaincheck.errors import MailError, UsageError
from domaincheck.files.whole import read_text
from domaincheck.mailer.addresses import ascii_host, wire_address
from domaincheck.mailer.command import CommandMailer
from domaincheck.mailer.smtp import SmtpMailer
from domaincheck.network import SystemNetwork
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from domaincheck.mailer import SystemMailer
    from domaincheck.network import Network
    from domaincheck.settings import Settings

PASSWORD_VARIABLE = "DOMAINCHECK_SMTP_PASSWORD"  # noqa: S105 - the name of the variable


def from_settings(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    tell: Callable[[str], None],
    network: Network | None = None,
    overhear: Callable[[str], None] | None = None,
) -> SystemMailer:
    """Return the mailer for the ``smtp`` section of *settings*; nothing is connected to yet.

    *tell* is given a sentence when the password could be read by others. *overhear* is told each conversation, line by
    line, with secrets masked. Raises UsageError, with what to do, for settings that no mail can be sent by.
    """
    sender_of(settings)  # without one there is no use in a mailer
    timeout = settings["smtp.timeout"]
    if settings["smtp.command"] is not None:
        return CommandMailer(_words(settings["smtp.command"]), timeout, overhear)
    user = settings["smtp.user"]
    return SmtpMailer(
        host=_host(settings["smtp.host"]),
        port=settings["smtp.port"],
        security=settings["smtp.security"],
        user=user,
        password=None if user is None else _password(settings, environment, tell),
        ca_file=settings["smtp.ca_file"],
        timeout=timeout,
        network=network or SystemNetwork(),
        overhear=overhear,
    )


def sender_of(settings: Settings) -> str:
    """Return the address that mail comes from; raises UsageError when there is none."""
    sender = settings["smtp.from"]
    if sender is None:
        raise UsageError(
            "mail needs a sender: set smtp.from, or DOMAINCHECK_SMTP_FROM, to an address that your server may send from"
        )
    try:
        wire_address(sender)
    except MailError as error:
        raise UsageError(f"smtp.from: {error}; give a bare address, as in alerts@example.com") from error
    return str(sender)


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"smtp.command {clean(command)!r} cannot be read: {error}") from error
    if not words:
        raise UsageError("smtp.command names no command; give one, as in /usr/sbin/sendmail")
    return words


def _host(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host.strip("[]"))) if ":" in host else ascii_host(host)
    except ValueError:
        raise UsageError(f"smtp.host {clean(host)!r} is no host; give a name or an address without a port") from None


def _password(settings: Settings, environment: Mapping[str, str], tell: Callable[[str], None]) -> str:
    if password := environment.get(PASSWORD_VARIABLE):
        return password
    path: Path | None = settings["smtp.password_file"]
    if path is None:
        raise UsageError(
            "smtp.user is set, but there is no password: put it into a file that smtp.password_file names, "
            f"or into {PASSWORD_VARIABLE}"
        )
    password = "".join(read_text(path).splitlines()[:1])
    if not password:
        raise UsageError(f"{clean(str(path))}: the first line, which should be the mail password, is empty")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        tell(f"the mail password in {path} can be read by others; 'chmod 600' keeps it to you")
    return password
