"""``domaincheck doctor``: whether everything is in place that a scheduled run needs."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.errors import MailError, NetworkError, UsageError
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.cli.invocation import Invocation
    from domaincheck.mailer import SystemMailer

JSON_VERSION = "1"
COULD_NOT = 3
DNS_NAME = "example.com"  # reserved by RFC 2606, and always there
DNS_TIMEOUT = 10.0
CLOCK_RANGE = timedelta(days=20 * 365)
"""How long after this version was made its clock may be; by then nobody runs it any more."""


class Mark(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one thing, *advice* on what to do where something is wrong, and what was said meanwhile."""

    name: str
    mark: Mark
    message: str
    advice: str | None = None
    conversation: tuple[str, ...] = ()


def doctor(
    ctx: typer.Context,
    mail: Annotated[
        str | None, typer.Option("--mail", metavar="ADDRESS", help="Send a test mail to ADDRESS too.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> int:
    """See whether everything is in place that a scheduled run needs, and say what to do where it is not."""
    world = ctx.obj.world
    checks = []
    for check in _checks(ctx.obj, mail):
        checks.append(check)
        if not json:
            world.stdout.write("".join(f"{line}\n" for line in _lines(check)))
            world.stdout.flush()
    if json:
        world.stdout.write(json_module.dumps(_document(checks), ensure_ascii=False, indent=2) + "\n")
    return COULD_NOT if any(check.mark is Mark.FAILED for check in checks) else 0


def _lines(check: Check) -> Iterator[str]:
    yield f"{check.mark:8} {check.name:9} {check.message}"
    if check.advice:
        yield f"{'':18} -> {check.advice}"
    yield from (f"{'':21} {line}" for line in check.conversation)


def _document(checks: Sequence[Check]) -> dict[str, object]:
    worst = max(checks, key=lambda check: list(Mark).index(check.mark)).mark
    return {"version": JSON_VERSION, "status": worst, "checks": [asdict(check) for check in checks]}


def _checks(invocation: Invocation, address: str | None) -> Iterator[Check]:
    yield _settings(invocation)
    yield _state(invocation)
    yield _roots(invocation)
    yield _dns(invocation)
    yield _clock(invocation)
    yield from _mail(invocation, address)


def _settings(invocation: Invocation) -> Check:
    """Say where the settings are from; those that can't be used have ended the command before."""
    sources = {value.source for value in invocation.settings.values.values()} - {"default"}
    return Check("settings", Mark.OK, f"from {', '.join(sorted(map(clean, sources)))}" if sources else "all by default")


def _state(invocation: Invocation) -> Check:
    import tempfile

    from domaincheck.state import state_folder

    folder = state_folder(invocation.world.environment)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"domaincheck")
    except OSError as error:
        message = f"{clean(str(folder))} cannot be written to: {error.strerror}"
        return Check("state", Mark.FAILED, message, "make the folder writable, or name another by STATE_DIRECTORY")
    return Check("state", Mark.OK, f"{clean(str(folder))} can be written to")


def _roots(invocation: Invocation) -> Check:
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
        return Check("CAs", Mark.FAILED, f"{where} cannot be used: {reason}", "correct tls.ca_file or SSL_CERT_FILE")
    if not count:
        advice = "install your system's ca-certificates, or set tls.ca_file"
        return Check("CAs", Mark.FAILED, f"no CA is trusted by {where}", advice)
    return Check("CAs", Mark.OK, f"{count} are trusted, by {where}")


def _dns(invocation: Invocation) -> Check:
    from domaincheck.network import Deadline

    try:
        addresses = invocation.world.make_network().resolve(DNS_NAME, 443, Deadline(DNS_TIMEOUT))
    except NetworkError as error:
        return Check("DNS", Mark.FAILED, clean(str(error)), "see to the name servers in /etc/resolv.conf")
    return Check("DNS", Mark.OK, f"{DNS_NAME} has the address {addresses[0].ip}")


def _clock(invocation: Invocation) -> Check:
    """See whether the clock is where it can be: after this version was made, and not very long after."""
    from domaincheck.probes.bootstrap import newest

    now = invocation.world.clock()
    made = datetime.fromisoformat(newest(None).publication)
    message = f"it is {now:%Y-%m-%d %H:%M} UTC"
    if not made <= now <= made + CLOCK_RANGE:
        return Check("clock", Mark.FAILED, f"{message}, which cannot be", "set the clock, as by timedatectl set-ntp on")
    return Check("clock", Mark.OK, message)


def _mail(invocation: Invocation, address: str | None) -> Iterator[Check]:
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
