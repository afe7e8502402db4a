"""The stand-in for PostHog: takes what its library sends in the ordinary way, and knows when it was told twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import posthog
import pytest

from tests.posthog_server import PostHogServer, Told

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[PostHogServer]:
    """Return a server that is well."""
    with PostHogServer() as server:
        yield server


def capture(server: PostHogServer, event: str) -> list[Any]:
    """Let the library send *event* in its ordinary way; return the errors that it tells of."""
    errors: list[Any] = []
    client = posthog.Posthog(
        "phc_of_nobody", host=server.url, gzip=True, max_retries=0, on_error=lambda error, _: errors.append(error)
    )
    client.capture(event, distinct_id="somebody")
    client.shutdown()
    return errors


def test_it_takes_what_the_library_sends(server: PostHogServer) -> None:
    """And the library is content."""
    assert capture(server, "happened") == []
    assert [event["event"] for event in server.told.events] == ["happened"]


@pytest.mark.parametrize(("mode", "status"), [("401", 401), ("429", 429), ("500", 500)])
def test_it_refuses_as_posthog_does(server: PostHogServer, mode: str, status: int) -> None:
    """The library reads the status, and nothing was taken."""
    server.mode = mode
    [error] = capture(server, "happened")
    assert error.status == status
    assert server.told.events == []


def test_it_knows_an_event_that_comes_again() -> None:
    """The same event twice is one; under one uuid, two different ones are a fault."""
    told = Told()
    told.arrivals += [{"uuid": "1", "timestamp": "then"}] * 2
    assert len(told.events) == 1
    told.arrivals.append({"uuid": "1", "timestamp": "now"})
    with pytest.raises(AssertionError):
        _ = told.events
