"""``domaincheck registries``: which registry server would be asked, and the list that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from domaincheck.cli.invocation import Invocation
    from domaincheck.probes.registration import RegistrationProbe

app = typer.Typer(name="registries", help="Show which registry servers are asked; refresh the list of them.")

TIMEOUT = 30.0
IANA = "https://data.iana.org/rdap/dns.json"


@app.command()
def show(
    ctx: typer.Context,
    tld: Annotated[str, typer.Argument(metavar="TLD", help="A top-level domain, or a name under one.")],
) -> int:
    """Show which servers would be asked about the domains of a TLD, in which order, and why."""
    from domaincheck.cli import values
    from domaincheck.errors import UsageError
    from domaincheck.targets import canonical

    invocation: Invocation = ctx.obj
    name = canonical(tld.strip().removeprefix("."))
    if values.is_address(name):
        raise UsageError(f"{name} is an IP address: give a top-level domain, as in com, or a name under one")
    probe = _probe(invocation)
    lines = [f".{name.rpartition('.')[2]}", *_sources(probe, name if "." in name else f"example.{name}")]
    invocation.world.stdout.write("\n".join(lines) + "\n")
    return 0


@app.command()
def refresh(
    ctx: typer.Context,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Fetch the list from URL.")] = IANA,
) -> int:
    """Fetch IANA's list of RDAP servers; the old one is kept if the new one is not usable."""
    from domaincheck.cli import values
    from domaincheck.cli.terminal import say
    from domaincheck.errors import NetworkError, UsageError
    from domaincheck.network import Deadline
    from domaincheck.network.http import HttpClient
    from domaincheck.probes.bootstrap import DOCUMENT, newest, refreshed
    from domaincheck.probes.rdap import system_context

    world, state = ctx.obj.world, ctx.obj.open_state()
    client = HttpClient(world.make_network(), system_context)
    address = (values.rdap_url(url, "--url") or IANA).rstrip("/")
    try:
        response = client.get(address, Deadline(TIMEOUT), accept="application/json", trusted=url != IANA)
        if response.status != 200:  # noqa: PLR2004 - HTTP's OK
            raise UsageError(f"{address} answered with HTTP status {response.status}; the old list stays")
        document = refreshed(response.body)
    except (NetworkError, ValueError) as error:
        raise UsageError(f"{address}: {error}; the old list stays") from error
    if not state.keep_document(DOCUMENT, document, world.clock().timestamp()):
        raise UsageError("the list could not be kept; the old one stays")
    state.close()
    found = newest(document)
    say(world.stderr, f"{len(found.servers)} top-level domains have RDAP by the list of {found.publication[:10]}")
    return 0


def _probe(invocation: Invocation) -> RegistrationProbe:
    """Return the probe as the settings make it."""
    from domaincheck.cli import values
    from domaincheck.probes.bootstrap import DOCUMENT, newest
    from domaincheck.probes.pacing import Pacer
    from domaincheck.probes.registration import RegistrationProbe

    settings, state = invocation.settings, invocation.open_state()
    document = state.document(DOCUMENT)
    state.close()
    return RegistrationProbe(
        invocation.world.make_network(),
        TIMEOUT,
        **values.settled_registries(settings),
        bootstrap=newest(document[0] if document else None),
        pacer=Pacer(invocation.world.clock, rate=settings["registry.rate"]),
    )


def _sources(probe: RegistrationProbe, domain: str) -> list[str]:
    """Return a line for each server that *probe* would ask about *domain*, and what else is to be known."""
    from domaincheck.probes.registration import NO_EXPIRY

    tld = domain.rpartition(".")[2]
    lines = [
        f"  {place}. {route.kind:5} {route.server}  ({route.why}; {probe.pacer.rate_of(route.line):g} a second at most)"
        for place, route in enumerate(probe.routes(domain), 1)
        if probe.pacer
    ]
    if not lines:
        lines = ["  no server is known: the registry answers on its web site only, or not at all"]
    if tld in NO_EXPIRY:
        lines.append("  this registry does not publish when a domain expires")
    return lines
