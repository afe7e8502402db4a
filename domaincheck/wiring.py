"""The one place that names concrete probes: makes them, and the lanes they run in, from options."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from domaincheck.model import CertificateFile
from domaincheck.runner import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from domaincheck.model import InvalidTarget, Target, TlsFacts
    from domaincheck.network import Address, Network
    from domaincheck.probes.revocation import RevocationChecker
    from domaincheck.probes.tls import TlsProbe
    from domaincheck.state import State
    from domaincheck.world import World


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How to probe: what the options of ``check`` and the settings come to. Seconds and counts as in the options.

    *password* opens the client's key and certificate files.
    *rate* is in queries a second to one registry server. *memory* keeps limits and, with *cache*, revocation lists and
    registrations, these for *longest* at the most; ``None`` to remember nothing. With *refresh* lists and registrations
    are written but not read.
    """

    jobs: int = 64
    timeout: float = 10.0
    retries: int = 0
    family: socket.AddressFamily = socket.AF_UNSPEC
    overrides: Mapping[tuple[str, int], tuple[Address, ...]] = field(default_factory=dict)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    password: bytes | None = field(default=None, repr=False)
    servername: str | None = None
    all_addresses: bool = False
    revocation: bool = False
    source: Literal["auto", "rdap", "whois"] = "auto"
    rdap_url: str | None = None
    whois_server: tuple[str, int] | None = None
    rate: float = 1.0
    memory: State | None = None
    cache: bool = True
    longest: timedelta = timedelta(days=7)
    refresh: bool = False


WINDOW = 4
"""Probes handed to an executor for each of its threads, so that none is idle while a result is being written."""

LOOK_UPS = 10_000
"""Registrations that may be under way or in line at a time; most of them wait for their server's turn."""

PER_SERVER = 4
"""Threads that ask one registry server: enough to keep up its rate when each answer takes a while."""


def tls_lane(options: ProbeOptions, world: World) -> Lane:
    """Return the lane that shakes hands. Raises UsageError when a certificate file can't be used."""
    from domaincheck.probes.tls import Credentials, TlsProbe, context_for

    credentials = Credentials(options.ca_file, options.client_cert, options.client_key, options.password)
    context_for(credentials)  # made before there are threads, and before anything is probed
    network = world.make_network(options.family, options.overrides)
    probe = TlsProbe(
        network,
        options.timeout,
        credentials,
        options.servername,
        options.retries,
        options.all_addresses,
        _revocation(network, options, world) if options.revocation else None,
    )
    return Lane(partial(_look, probe), world.make_executor(options.jobs, "tls"), options.jobs * WINDOW)


def _look(hosts: TlsProbe, target: Target | CertificateFile) -> TlsFacts | InvalidTarget:
    """Shake hands with the host that *target* is, or look into the certificate file by the same options."""
    if not isinstance(target, CertificateFile):
        return hosts(target)
    from domaincheck.probes.certificate_file import CertificateFileProbe

    return CertificateFileProbe(hosts.timeout, hosts.credentials, hosts.servername, hosts.revocation)(target)


def _revocation(network: Network, options: ProbeOptions, world: World) -> RevocationChecker:
    from domaincheck.probes.revocation import RevocationChecker, Sources

    memory = options.memory if options.cache else None
    return RevocationChecker(Sources(network, world.clock, memory, options.refresh))


def registration_lane(options: ProbeOptions, world: World, tell: Callable[[str], None]) -> Lane:
    """Return the lane that asks registries; *tell* is given a sentence when somebody has to wait for one."""
    from domaincheck.executors.lines import Lines
    from domaincheck.probes.bootstrap import DOCUMENT, newest
    from domaincheck.probes.cache import CachedProbe
    from domaincheck.probes.pacing import Pacer
    from domaincheck.probes.registration import RegistrationProbe

    memory = options.memory
    document = memory.document(DOCUMENT) if memory else None
    probe = RegistrationProbe(
        world.make_network(options.family, options.overrides),
        options.timeout,
        source=options.source,
        rdap_url=options.rdap_url,
        whois_server=options.whois_server,
        retries=options.retries,
        bootstrap=newest(document[0] if document else None),
        pacer=Pacer(world.clock, memory, options.rate, tell=tell),
    )
    threads = min(options.jobs, PER_SERVER)
    lines = Lines(probe.line_of, lambda: world.make_executor(threads, "registration"))
    if memory is None or not options.cache:
        return Lane(probe, lines, LOOK_UPS)
    cached = CachedProbe(probe, memory, world.clock, _variant(options), options.longest, options.refresh)
    return Lane(cached, lines, LOOK_UPS)


def _variant(options: ProbeOptions) -> str:
    """Return what tells answers apart that were come by in another way than usual; empty for the usual way."""
    server = ":".join(map(str, options.whois_server or ()))
    parts = (options.source if options.source != "auto" else "", options.rdap_url or "", server)
    return " ".join(part for part in parts if part)
