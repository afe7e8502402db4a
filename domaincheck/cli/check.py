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
    group: options.Group = False,
    exit_zero: options.ExitZero = False,
    progress: options.Progress = None,
    ca_file: options.CaFile = None,
    servername: options.Servername = None,
    starttls: options.Starttls = None,
    ipv4: options.Ipv4 = False,
    ipv6: options.Ipv6 = False,
    all_addresses: options.AllAddresses = False,
    client_cert: options.ClientCert = None,
    client_key: options.ClientKey = None,
    password_file: options.PasswordFile = None,
    revocation: options.Revocation = False,
    resolve: options.Resolve = None,
    registry: options.Registry = "auto",
    rdap_url: options.RdapUrl = None,
    whois_server: options.WhoisServer = None,
    expect_issuer: options.ExpectIssuer = None,
    expect_key: options.ExpectKey = None,
    expect_registrar: options.ExpectRegistrar = None,
    expect_ns: options.ExpectNs = None,
    no_cache: options.NoCache = False,
    refresh: options.Refresh = False,
) -> int:
    """Check registration and TLS certificate of each target."""
    from domaincheck.cli import expectations, inputs, perform, values
    from domaincheck.schemes import SCHEMES
    from domaincheck.wiring import ProbeOptions

    typed = values.typed(ctx)
    values.check_parts(tls=tls, domain=domain)
    values.check_asking(typed, registry, cache=not no_cache, refresh=refresh)
    format_name = values.format_name(format, typed, json=json)
    expected = expectations.asked(expect_issuer, expect_key, expect_registrar, expect_ns, tls=tls, domain=domain)
    invocation: Invocation = ctx.obj
    probing = ProbeOptions(
        jobs=jobs,
        timeout=timeout,
        retries=retries,
        family=values.family(ipv4=ipv4, ipv6=ipv6),
        all_addresses=all_addresses,
        revocation=tls and revocation,
        overrides=values.overrides(resolve or ()),
        **values.tls(ca_file, client_cert, client_key, password_file, servername),
        **values.registries(registry, rdap_url, whois_server),
        **values.memory(invocation, cache=not no_cache, refresh=refresh, wanted=domain or (tls and revocation)),
    )
    plan = perform.Plan(
        inputs.gather(targets or (), file or (), invocation.world.stdin, starttls or SCHEMES["https"]),
        values.policy(invocation.settings, threshold, critical, expected, typed=typed),
        probing,
        tls=tls,
        domain=domain,
        format=format_name,
        output=output,
        by_urgency=sort == "urgency",
        group=group and values.may_group(format_name),
        exit_zero=exit_zero,
        progress=progress,
        verbosity=invocation.verbosity,
    )
    invocation.happenings.check_started(plan.targets, plan.policy)
    return perform.perform(plan, invocation.world, invocation.happenings.check_ended)
