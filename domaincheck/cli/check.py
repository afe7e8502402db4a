"""``domaincheck check``: the main job."""

from typing import TYPE_CHECKING

import typer

from domaincheck.cli import options
from domaincheck.errors import UsageError

if TYPE_CHECKING:
    from domaincheck.cli.invocation import Invocation


def check(  # noqa: PLR0913, PLR0917 - a parameter an option
    ctx: typer.Context,
    targets: options.Targets = None,
    file: options.Files = None,
    tls: options.Tls = True,
    domain: options.Domain = True,
    threshold: options.Warning_ = None,
    critical: options.Critical = None,
    jobs: options.Jobs = 64,
    timeout: options.Timeout = 10.0,
    retries: options.Retries = 0,
    format: options.Format = None,  # noqa: A002 - the option's name
    json: options.Json = False,
    output: options.Output = None,
    sort: options.Sort = "input",
    exit_zero: options.ExitZero = False,
    progress: options.Progress = None,
    ca_file: options.CaFile = None,
    servername: options.Servername = None,
    ipv4: options.Ipv4 = False,
    ipv6: options.Ipv6 = False,
    client_cert: options.ClientCert = None,
    client_key: options.ClientKey = None,
    resolve: options.Resolve = None,
    registry: options.Registry = "auto",
    rdap_url: options.RdapUrl = None,
    whois_server: options.WhoisServer = None,
    no_cache: options.NoCache = False,
    refresh: options.Refresh = False,
) -> int:
    """Check registration and TLS certificate of each target."""
    from domaincheck.cli import values
    from domaincheck.cli.inputs import gather
    from domaincheck.cli.perform import Plan, perform
    from domaincheck.wiring import ProbeOptions

    if not (tls or domain):
        raise UsageError("--no-tls and --no-domain together leave nothing to check: drop one of them")
    if client_key and not client_cert:
        raise UsageError("--client-key needs the certificate that it belongs to: give --client-cert too")
    invocation: Invocation = ctx.obj
    probing = ProbeOptions(
        jobs=jobs,
        timeout=timeout,
        retries=retries,
        family=values.family(ipv4=ipv4, ipv6=ipv6),
        overrides=values.overrides(resolve or ()),
        ca_file=ca_file,
        client_cert=client_cert,
        client_key=client_key,
        servername=values.servername(servername),
        source=registry,
        rdap_url=values.rdap_url(rdap_url),
        whois_server=values.whois_server(whois_server),
        **values.memory(invocation, cache=not no_cache, refresh=refresh, wanted=domain),
    )
    plan = Plan(
        targets=gather(targets or (), file or (), invocation.world.stdin),
        policy=values.policy(invocation.settings, threshold, critical),
        options=probing,
        tls=tls,
        domain=domain,
        format="json" if json else format,
        output=output,
        by_urgency=sort == "urgency",
        exit_zero=exit_zero,
        progress=progress,
        verbosity=invocation.verbosity,
    )
    return perform(plan, invocation.world)
