"""``domaincheck demo``: the real engine against a lab on loopback, for which no network is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer  # noqa: TC002 - typer reads the annotations when the program runs

from domaincheck.cli import options  # noqa: TC001 - as above
from domaincheck.cli.invocation import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.cli.invocation import Invocation
    from domaincheck.lab.scenes import Lab
    from domaincheck.network import Address, Connection, Deadline, SystemNetwork

LAB_RATE = 1000.0
"""Queries a second that the lab's registries put up with."""


def demo(
    ctx: typer.Context,
    format: options.Format = None,  # noqa: A002 - the option's name
    json: options.Json = False,
) -> int:
    """Show what check finds, on servers of its own making; needs no network at all."""
    from domaincheck.cli import values
    from domaincheck.cli.perform import perform
    from domaincheck.cli.terminal import say
    from domaincheck.lab.scenes import Lab

    invocation: Invocation = ctx.obj
    world, format_name = invocation.world, values.format_name(format, values.typed(ctx), json=json)
    with Lab(world.clock()) as lab:
        network = _LabNetwork.of(lab)
        plan = _plan(lab, format_name, invocation.verbosity)
        status = perform(plan, replace(world, make_network=lambda *_: network))
    say(
        world.stderr,
        f"that was a lab of {len(lab.targets)} targets, made and checked on loopback, and gone again; "
        "now try 'domaincheck check example.com'",
    )
    return status if status == INTERRUPTED else 0


def _plan(lab: Lab, format_name: str | None, verbosity: int) -> Any:
    from domaincheck.cli import values
    from domaincheck.cli.inputs import TargetList
    from domaincheck.cli.perform import Plan
    from domaincheck.verdict import Policy
    from domaincheck.wiring import ProbeOptions

    return Plan(
        targets=TargetList(((" ".join(lab.targets), None),)),
        policy=Policy(),
        options=ProbeOptions(
            ca_file=lab.ca_file,
            rdap_url=lab.rdap_url,
            whois_server=values.whois_server(lab.whois_server),
            rate=LAB_RATE,
        ),
        format=format_name,
        verbosity=verbosity,
    )


@dataclass(frozen=True, slots=True)
class _LabNetwork:
    """A network that ends at the lab: a host that is not in it does not exist, and nobody is asked about it."""

    loopback: SystemNetwork

    @classmethod
    def of(cls, lab: Lab) -> _LabNetwork:
        """Return the network in which the hosts of *lab* are served."""
        from domaincheck.network import Address, SystemNetwork

        return cls(SystemNetwork(overrides={host: (Address(*served),) for host, served in lab.hosts.items()}))

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return where *host* is served; raise NetworkError (``dns_failure``) for what is not in the lab."""
        from domaincheck.cli.values import is_address
        from domaincheck.errors import NetworkError
        from domaincheck.model import ProblemCode

        if (host, port) in self.loopback.overrides or is_address(host):
            return self.loopback.resolve(host, port, deadline)
        raise NetworkError(
            ProblemCode.DNS_FAILURE, f"{host} cannot be resolved: there is no such name, or it has no address"
        )

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to *address*."""
        return self.loopback.connect(address, deadline, patience)
