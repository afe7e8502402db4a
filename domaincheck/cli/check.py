"""``domaincheck check``: the main job."""

from typing import TYPE_CHECKING

import typer

from domaincheck.cli import options

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
    from domaincheck.cli import inputs, perform, values
    from domaincheck.wiring import ProbeOptions

    values.check_parts(tls=tls, domain=domain)
    invocation: Invocation = ctx.obj
    probing = ProbeOptions(
        jobs=jobs,
        timeout=timeout,
        retries=retries,
        family=values.family(ipv4=ipv4, ipv6=ipv6),
        overrides=values.overrides(resolve or ()),
        **values.tls(ca_file, client_cert, client_key, servername),
        **values.registries(registry, rdap_url, whois_server),
        **values.memory(invocation, cache=not no_cache, refresh=refresh, wanted=domain),
    )
    plan = perform.Plan(
        inputs.gather(targets or (), file or (), invocation.world.stdin),
        values.policy(invocation.settings, threshold, critical),
        probing,
        tls=tls,
        domain=domain,
        format="json" if json else format,
        output=output,
        by_urgency=sort == "urgency",
        exit_zero=exit_zero,
        progress=progress,
        verbosity=invocation.verbosity,
    )
    return perform.perform(plan, invocation.world)
