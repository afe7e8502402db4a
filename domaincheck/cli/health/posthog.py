"""Telemetry: whether it is on, whether PostHog can be reached, and how the delivery is doing. No event is sent.

A scheduled run does without it, so whatever is wrong here is a warning.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.cli.health import Check, Mark
from domaincheck.errors import NetworkError
from domaincheck.text import clean, counted

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from domaincheck.cli.invocation import Invocation
    from domaincheck.network.http import Response
    from domaincheck.telemetry.standing import Standing
    from domaincheck.telemetry.switch import Switch

TIMEOUT = 3.0
"""Seconds for PostHog to answer."""
SKEW = timedelta(minutes=5)
"""How far from PostHog's our clock may be; events would be told of a wrong time."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_FAILING = 500


def telemetry(invocation: Invocation) -> Iterator[Check]:
    """See whether telemetry is on and, if so, whether it arrives."""
    from domaincheck.telemetry.switch import decide

    switch = decide(invocation.settings, invocation.world.environment, refused=invocation.no_telemetry)
    if switch.mode != "on":
        wrong = switch.faulty and switch.key
        advice = "correct it, or unset the key if you want no telemetry" if wrong else None
        yield Check("PostHog", Mark.WARNING if wrong else Mark.OK, f"{switch.mode}: {clean(switch.reason)}", advice)
        return
    if not (switch.key or "").startswith("phc_"):
        advice = "compare it with the project's settings in PostHog"
        yield Check("PostHog", Mark.WARNING, "the key does not begin with phc_, as those of projects do", advice)
    yield from _host(switch, invocation)
    yield from _outbox(switch, invocation)


def _host(switch: Switch, invocation: Invocation) -> Iterator[Check]:
    """Ask the host for its front page, to see whether anybody is there."""
    from domaincheck.network import Deadline
    from domaincheck.network.http import HttpClient

    world = invocation.world
    if any(world.environment.get(name) or world.environment.get(name.upper()) for name in _PROXIES):
        message = f"{switch.host} is reached by a proxy; 'domaincheck telemetry flush' tries it"
        yield Check("PostHog", Mark.OK, message)
        return
    client = HttpClient(world.make_network(), lambda: _context(world.environment))
    try:
        response = client.get(f"{switch.host}/", Deadline(TIMEOUT), accept="*/*", trusted=True)
    except (NetworkError, OSError) as error:
        message = f"{switch.host} cannot be reached: {clean(str(error))}"
        yield Check("PostHog", Mark.WARNING, message, "correct telemetry.host; events are kept until it can")
        return
    if response.status >= _FAILING:
        message = f"{switch.host} answers, but with status {response.status}"
        yield Check("PostHog", Mark.WARNING, message, "see to the server; events are kept until it is well")
    else:
        yield Check("PostHog", Mark.OK, f"{switch.host} answers")
    yield from _skew(response, world.clock())


def _context(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return the context that trusts what a delivery would."""
    import ssl

    from domaincheck.network.tls import trust_store

    context, file = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), environment.get("SSL_CERT_FILE")
    trust_store(context, Path(file) if file else None)
    return context


def _skew(response: Response, now: datetime) -> Iterator[Check]:
    """Compare our clock, which shows *now*, with the server's, if it tells (RFC 9110 §6.6.1)."""
    from email.utils import parsedate_to_datetime

    try:
        ahead = now - parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return
    if abs(ahead) > SKEW:
        words = f"{abs(ahead) // timedelta(minutes=1)} minutes {'ahead of' if ahead > timedelta(0) else 'behind'}"
        message = f"it is {words} PostHog's"
        yield Check("clock", Mark.WARNING, message, "set the clock, as by timedatectl set-ntp on")


def _outbox(switch: Switch, invocation: Invocation) -> Iterator[Check]:
    """Tell of what is waiting, and why."""
    from domaincheck.telemetry.courier import OUTBOX
    from domaincheck.telemetry.outbox import Outbox

    said: list[str] = []
    with closing(Outbox(invocation.state_file(OUTBOX), said.append)) as outbox:
        standing = outbox.standing(switch.destination, invocation.world.clock())
    if said:
        yield Check("PostHog", Mark.WARNING, clean(said[0]), "later events are not affected, if the file can be used")
    elif standing.failures:
        message = f"{_pending(standing)}, as the last delivery failed: {clean(standing.last_error or '')}"
        yield Check("PostHog", Mark.WARNING, message, "'domaincheck telemetry flush' tries again now")
    else:
        yield Check("PostHog", Mark.OK, f"on, as {clean(switch.reason)}; {_pending(standing)}")


def _pending(standing: Standing) -> str:
    return f"{counted(standing.pending, 'event')} waiting"
