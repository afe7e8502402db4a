"""What a scheduled run needs of the machine and of the world: CAs, names, the time, somebody who takes mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.cli.health import Check, Mark
from domaincheck.errors import MailError, NetworkError, UsageError
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.cli.invocation import Invocation
    from domaincheck.mailer import SystemMailer

DNS_NAME = "example.com"  # reserved by RFC 2606, and always there
DNS_TIMEOUT = 10.0
CLOCK_RANGE = timedelta(days=20 * 365)
"""How long after this version was made its clock may be; by then nobody runs it any more."""


def roots(invocation: Invocation) -> Iterator[Check]:
    """See whether there are CAs to trust."""
    import ssl

    from domaincheck.network.tls import trust_store

    file, folder = invocation.settings["tls.ca_file"], ssl.get_default_verify_paths().capath
    where = clean(str(file)) if file else "the system's list"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        trust_store(context, file)
        count = context.cert_store_stats()["x509_ca"]
        if not count and not file and folder:  # OpenSSL reads a folder only when it needs one of its files
            count = sum(entry.suffix == ".0" for entry in Path(folder).iterdir())
    except OSError as error:
        reason = "it has no usable certificate" if isinstance(error, ssl.SSLError) else error.strerror
        yield Check("CAs", Mark.FAILED, f"{where} cannot be used: {reason}", "correct tls.ca_file or SSL_CERT_FILE")
        return
    if count:
        yield Check("CAs", Mark.OK, f"{count} are trusted, by {where}")
    else:
        advice = "install your system's ca-certificates, or set tls.ca_file"
        yield Check("CAs", Mark.FAILED, f"no CA is trusted by {where}", advice)


def names(invocation: Invocation) -> Iterator[Check]:
    """See whether a name can be resolved."""
    from domaincheck.network import Deadline

    try:
        addresses = invocation.world.make_network().resolve(DNS_NAME, 443, Deadline(DNS_TIMEOUT))
    except NetworkError as error:
        yield Check("DNS", Mark.FAILED, clean(str(error)), "see to the name servers in /etc/resolv.conf")
    else:
        yield Check("DNS", Mark.OK, f"{DNS_NAME} has the address {addresses[0].ip}")


def clock(invocation: Invocation) -> Iterator[Check]:
    """See whether the clock is where it can be: after this version was made, and not very long after."""
    from domaincheck.probes.bootstrap import newest

    now = invocation.world.clock()
    made = datetime.fromisoformat(newest(None).publication)
    message = f"it is {now:%Y-%m-%d %H:%M} UTC"
    if made <= now <= made + CLOCK_RANGE:
        yield Check("clock", Mark.OK, message)
    else:
        yield Check("clock", Mark.FAILED, f"{message}, which cannot be", "set the clock, as by timedatectl set-ntp on")


def mail(invocation: Invocation, address: str | None) -> Iterator[Check]:
    """See whether mail can be handed over, and hand one over if there is an *address* for it."""
    from domaincheck.mailer import from_settings

    said: list[str] = []
    warnings: list[str] = []
    world, settings = invocation.world, invocation.settings
    try:
        mailer = from_settings(
            settings, world.environment, tell=warnings.append, network=world.make_network(), overhear=said.append
        )
    except UsageError as error:
        yield Check("mail", Mark.FAILED, "mail cannot be sent by these settings", str(error))
        return
    yield from (Check("mail", Mark.WARNING, "the password is not safe", warning) for warning in warnings)
    try:
        yield Check("mail", Mark.OK, mailer.check())
        if address is not None:
            said.clear()
            _send_trial(mailer, address, invocation)
            yield Check("mail", Mark.OK, f"a test mail is on its way to {clean(address)}")
    except MailError as error:
        advice = "give an address that there is" if error.permanent else "correct the smtp section of the settings"
        yield Check("mail", Mark.FAILED, str(error), advice, tuple(said))


def _send_trial(mailer: SystemMailer, address: str, invocation: Invocation) -> None:
    from domaincheck.alerts.message import Letterhead, trial_message
    from domaincheck.mailer import sender_of

    now, sender = invocation.world.clock(), sender_of(invocation.settings)
    message = trial_message(Letterhead(sender, address, now, f"trial {now.isoformat()} {address}"))
    mailer.send(message, sender, address)
