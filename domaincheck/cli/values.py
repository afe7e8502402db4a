"""What the texts of options mean where that takes more than typer: endpoints, overrides, address families."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypedDict

from domaincheck.errors import UsageError
from domaincheck.files.whole import read_text
from domaincheck.model import InvalidTarget, Severity
from domaincheck.network import Address
from domaincheck.targets import canonical, parse
from domaincheck.text import clean
from domaincheck.verdict import Expected, Policy

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from datetime import datetime
    from pathlib import Path

    from typer import Context

    from domaincheck.cli.invocation import Invocation
    from domaincheck.model import Threshold
    from domaincheck.settings import Settings
    from domaincheck.state import State
    from domaincheck.verdict import Own

Source = Literal["auto", "rdap", "whois"]
WHOIS_PORT = 43

_HTTP_ADDRESS = r"https?://[!-.0-~][!-~]*"  # visible ASCII, and something before the first slash


def check_parts(*, tls: bool, domain: bool) -> None:
    """Refuse to check neither certificates nor registrations."""
    if not (tls or domain):
        raise UsageError("--no-tls and --no-domain together leave nothing to check: drop one of them")


def check_asking(parameters: Container[str], source: Source, *, cache: bool, refresh: bool) -> None:
    """Refuse what the *parameters* that were typed say of registries and memory, if it contradicts itself."""
    if refresh and not cache:
        raise UsageError("--no-cache and --refresh exclude each other: the one keeps nothing, the other what is new")
    for unasked, option in (("whois", "rdap_url"), ("rdap", "whois_server")):
        if source == unasked and option in parameters and "registry" in parameters:
            raise UsageError(f"--{option.replace('_', '-')} is not asked with --registry {source}: drop one of them")


def format_name(name: str | None, parameters: Container[str], *, json: bool) -> str | None:
    """Return the format that ``--format`` and ``--json`` ask for; refuse two different ones that were typed."""
    if json and "format" in parameters and name != "json":
        raise UsageError(f"--json and --format {name} exclude each other: give one")
    return "json" if json else name


def may_group(format_name: str | None) -> bool:
    """Return whether targets can be grouped in the format of that name, which is always; else raise UsageError."""
    from domaincheck.output import FORMATS

    if format_name is None or FORMATS[format_name].groups:
        return True
    able = " or ".join(name for name, each in FORMATS.items() if each.groups)
    raise UsageError(f"--group does not go with {format_name}, which tells of each target: give --format {able}")


def family(*, ipv4: bool, ipv6: bool) -> socket.AddressFamily:
    """Return the address family that ``-4`` and ``-6`` ask for."""
    if ipv4 and ipv6:
        raise UsageError("-4 and -6 exclude each other: give one, or neither to use both")
    if ipv4:
        return socket.AF_INET
    return socket.AF_INET6 if ipv6 else socket.AF_UNSPEC


def overrides(texts: Iterable[str]) -> dict[tuple[str, int], tuple[Address, ...]]:
    """Return what ``--resolve HOST:PORT:ADDRESS[,ADDRESS]...`` says, by host and port; as curl, the last one wins."""
    found: dict[tuple[str, int], tuple[Address, ...]] = {}
    for text in texts:
        endpoint, addresses = _split_override(text)
        target = parse(endpoint)
        if isinstance(target, InvalidTarget) or "://" in endpoint:
            raise UsageError(f"--resolve {clean(text)}: {clean(endpoint)!r} is no host and port, as in example.com:443")
        try:
            literal = [canonical(address.strip("[]")) for address in addresses]
        except UsageError as error:
            raise UsageError(f"--resolve {clean(text)}: {error}") from error
        if not all(map(is_address, literal)):
            raise UsageError(f"--resolve {clean(text)}: what stands after the port must be IP addresses")
        found[target.host, target.port] = tuple(Address(address, target.port) for address in literal)
    return found


def _split_override(text: str) -> tuple[str, list[str]]:
    start = text.find("]") + 1 if text.startswith("[") else 0
    host_end = text.find(":", start)
    port_end = text.find(":", host_end + 1)
    if host_end < 0 or port_end < 0 or not text[port_end + 1 :]:
        raise UsageError(f"--resolve {clean(text)}: write HOST:PORT:ADDRESS, as in example.com:443:192.0.2.1")
    return text[:port_end], text[port_end + 1 :].split(",")


def is_address(host: str) -> bool:
    """Return whether *host*, in canonical form, is an IP address."""
    return ":" in host or host.replace(".", "").isdigit()


def whois_server(text: str | None) -> tuple[str, int] | None:
    """Return the host and port that ``--whois-server HOST[:PORT]`` names."""
    if text is None:
        return None
    target = parse(text)
    if isinstance(target, InvalidTarget) or "://" in text:
        raise UsageError(
            f"--whois-server {clean(text)!r} is no host, as in whois.example.net or whois.example.net:4343"
        )
    has_port = text.rstrip().endswith(f":{target.port}") and (text.count(":") == 1 or "]" in text)
    return target.host, target.port if has_port else WHOIS_PORT


def rdap_url(text: str | None, option: str = "--rdap-url") -> str | None:
    """Return the base address that *option* names, with a slash at its end."""
    if text is None:
        return None
    if not re.fullmatch(_HTTP_ADDRESS, text):
        raise UsageError(f"{option} {clean(text)!r} is no address, as in https://rdap.example.net/")
    return text.rstrip("/") + "/"


def servername(text: str | None) -> str | None:
    """Return the name that ``--servername`` gives, in canonical form."""
    try:
        return None if text is None else canonical(text)
    except UsageError as error:
        raise UsageError(f"--servername: {error}") from error


def expiries(settings: Settings) -> dict[str, datetime]:
    """Return the expiries that the user settled, by domain in canonical form."""
    from domaincheck.cli.expectations import name_of

    return {name_of(domain, settings): expiry for domain, expiry in settings.of_domains("expires_at").items()}


WEAK = {"critical": Severity.CRITICAL, "warning": Severity.WARNING, "ignore": None}


def policy(
    settings: Settings,
    warning: Threshold | None,
    critical: Threshold | None,
    expected: Expected | None = None,
    *,
    typed: Container[str] = (),
) -> Policy:
    """Return the policy of the settings, with the thresholds given, and what the options expect.

    If the threshold is among the parameters *typed*, it comes before those that were settled for single names.
    """
    own: dict[str, Own] = {}
    if settings.domains:
        from domaincheck.cli.expectations import settled

        own = settled(settings, thresholds="threshold" not in typed)
    return Policy(warning, critical, WEAK[settings["tls.weak"]], expiries(settings), expected or Expected(), own)


def typed(context: Context) -> set[str]:
    """Return the parameters that stand on the command line, and have not come from settings or defaults."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}


class Tls(TypedDict):
    """The part of ProbeOptions that says whom to trust, and who we are."""

    ca_file: Path | None
    client_cert: Path | None
    client_key: Path | None
    password: bytes | None
    servername: str | None


def tls(
    ca_file: Path | None,
    client_cert: Path | None,
    client_key: Path | None,
    password_file: Path | None,
    name: str | None,
) -> Tls:
    """Return what the options about certificates say; *name* is that of ``--servername``."""
    if client_key and not client_cert:
        raise UsageError("--client-key needs the certificate that it belongs to: give --client-cert too")
    return Tls(
        ca_file=ca_file,
        client_cert=client_cert,
        client_key=client_key,
        password=None if password_file is None else password(password_file),
        servername=servername(name),
    )


LONGEST_PASSWORD = 1024
"""Bytes that OpenSSL takes."""


def password(path: Path) -> bytes:
    """Return the first line of *path*, without its end."""
    found = "".join(read_text(path).splitlines()[:1]).encode()
    if not found:
        raise UsageError(f"{clean(str(path))}: the first line, which should be the password, is empty")
    if len(found) > LONGEST_PASSWORD:
        raise UsageError(f"{clean(str(path))}: the first line, which should be the password, is too long for one")
    return found


class Registries(TypedDict):
    """The part of ProbeOptions that says whom to ask about registrations."""

    source: Source
    rdap_url: str | None
    whois_server: tuple[str, int] | None


def registries(source: Source, url: str | None, server: str | None) -> Registries:
    """Return what ``--registry``, ``--rdap-url`` and ``--whois-server`` say."""
    return Registries(source=source, rdap_url=rdap_url(url), whois_server=whois_server(server))


def settled_registries(settings: Settings) -> Registries:
    """Return what the settings say about whom to ask."""
    return registries(settings["registry.source"], settings["registry.rdap_url"], settings["registry.whois_server"])


class Memory(TypedDict, total=False):
    """The part of ProbeOptions that says what is remembered."""

    rate: float
    memory: State | None
    cache: bool
    longest: timedelta
    refresh: bool


def memory(invocation: Invocation, *, cache: bool, refresh: bool, wanted: bool) -> Memory:
    """Return what to remember of registrations and revocations, as settings and options say; if *wanted*."""
    days = invocation.settings["registry.cache_days"]
    return Memory(
        rate=invocation.settings["registry.rate"],
        memory=invocation.open_state() if wanted else None,
        cache=cache and days > 0,
        longest=timedelta(days=days),
        refresh=refresh,
    )
