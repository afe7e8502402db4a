"""The one place that names concrete probes: makes them, and the lanes they run in, from options."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from domaincheck.runner import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from domaincheck.network import Address
    from domaincheck.world import World


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How to probe: what the options of ``check`` and the settings come to. Seconds and counts as in the options."""

    jobs: int = 64
    timeout: float = 10.0
    retries: int = 0
    family: socket.AddressFamily = socket.AF_UNSPEC
    overrides: Mapping[tuple[str, int], tuple[Address, ...]] = field(default_factory=dict)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    servername: str | None = None
    source: Literal["auto", "rdap", "whois"] = "auto"
    rdap_url: str | None = None
    whois_server: tuple[str, int] | None = None


WINDOW = 2
"""Probes handed to an executor for each of its threads, so that none is idle while a result is being written."""

LOOK_UPS = 32
"""Registrations looked up at once; registries ban who asks too eagerly, and most names are at a few registries."""


def tls_lane(options: ProbeOptions, world: World) -> Lane:
    """Return the lane that shakes hands. Raises UsageError when a certificate file can't be used."""
    from domaincheck.probes.tls import Credentials, TlsProbe, context_for

    credentials = Credentials(options.ca_file, options.client_cert, options.client_key)
    context_for(credentials)  # made before there are threads, and before anything is probed
    network = world.make_network(options.family, options.overrides)
    probe = TlsProbe(network, options.timeout, credentials, options.servername, options.retries)
    return Lane(probe, world.make_executor(options.jobs, "tls"), options.jobs * WINDOW)


def registration_lane(options: ProbeOptions, world: World) -> Lane:
    """Return the lane that asks registries."""
    from domaincheck.probes.registration import RegistrationProbe

    probe = RegistrationProbe(
        world.make_network(options.family, options.overrides),
        options.timeout,
        source=options.source,
        rdap_url=options.rdap_url,
        whois_server=options.whois_server,
        retries=options.retries,
    )
    threads = min(options.jobs, LOOK_UPS)
    return Lane(probe, world.make_executor(threads, "registration"), threads * WINDOW)
