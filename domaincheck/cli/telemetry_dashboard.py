"""``domaincheck telemetry dashboard``: what the events come to, in the operator's own PostHog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domaincheck.cli.invocation import Invocation
    from domaincheck.telemetry.dashboards.api import Api, Route

KEY = "POSTHOG_PERSONAL_API_KEY"
PROJECT = "POSTHOG_PROJECT_ID"
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_DONE = {"create": "created", "update": "updated", "arrange": "arranged"}


def dashboard(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be created or updated.")] = False,
) -> int:
    """Create or update a dashboard in your PostHog project, and print its address."""
    from domaincheck.cli.terminal import say
    from domaincheck.telemetry.dashboards.sync import Rehearsal, Sync

    invocation: Invocation = ctx.obj
    world, address = invocation.world, _address(invocation)
    project, key = _project(world.environment), _key(world.environment)
    changes: list[str] = []

    def tell(verb: str, what: str) -> None:
        changes.append(what)
        if dry_run:
            world.stdout.write(f"would {verb} {what}\n")
        elif invocation.verbosity >= 0:
            say(world.stderr, f"{_DONE[verb]} {what}")

    with _api(address, key, world.environment) as api:
        access = Rehearsal(api) if dry_run else api
        board = Sync(access, project, tell, lambda sentence: say(world.stderr, sentence)).run()
    if not dry_run:
        world.stdout.write(f"{address}/project/{project}/dashboard/{board}\n")
    elif not changes:
        world.stdout.write("nothing to do\n")
    return 0


def _api(address: str, key: str, environment: Mapping[str, str]) -> Api:
    from domaincheck.telemetry.dashboards.api import Api

    return Api(address, key, _route(environment))


def _address(invocation: Invocation) -> str:
    """Return the address of the app that belongs to where events are sent."""
    from domaincheck.telemetry.dashboards.api import app_address

    host = invocation.settings.values["telemetry.host"]
    try:
        return app_address(host.value)
    except ValueError as error:
        raise UsageError(f"the host by {host.source} must be {error}") from error


def _project(environment: Mapping[str, str]) -> str:
    project = environment.get(PROJECT, "").strip()
    if not project:
        raise UsageError(f"set {PROJECT} to the number in the address of your PostHog project, as in …/project/12345")
    if not (project.isascii() and project.isdigit()):
        raise UsageError(f"{PROJECT} must be a number, as in the address of your PostHog project")
    return project


def _key(environment: Mapping[str, str]) -> str:
    """Return the personal key; what is wrong with one is told without it."""
    from domaincheck.telemetry.dashboards.api import SCOPES

    key = environment.get(KEY, "").strip()
    if not key:
        raise UsageError(f"set {KEY} to a personal API key of your PostHog with the scopes {SCOPES}")
    if not key.startswith("phx_") or not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(f"{KEY} is no personal API key: those begin with phx_")
    return key


def _route(environment: Mapping[str, str]) -> Route:
    """Return how *environment* has the world reached: its proxies as most programs know them, its CAs as requests."""
    from domaincheck.telemetry.dashboards.api import Route

    found = {name.lower(): value for name, value in environment.items() if name.lower().endswith("_proxy") and value}
    proxies = {name.removesuffix("_proxy"): value for name, value in found.items()}
    no_proxy = proxies.pop("no", "")
    named = next((name for name in _CA_VARIABLES if environment.get(name)), None)
    if named and not Path(environment[named]).exists():
        raise UsageError(f"{named} names no file that there is")
    return Route(proxies, no_proxy, environment[named] if named else None)
