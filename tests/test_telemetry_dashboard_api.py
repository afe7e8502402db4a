"""The client of PostHog's REST API, before servers that are none, or do not answer as one hopes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.hostile import HostileServer, after_hello, close, drip, flood, refused_port, reset, say, stall
from domaincheck.lab.tls import server_context
from domaincheck.telemetry.dashboards.api import Api, ApiError, Route, app_address
from domaincheck.telemetry.dashboards.definitions import NAME
from domaincheck.telemetry.dashboards.sync import Sync
from tests.posthog_api import KEY, OWNER, PostHogServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority
    from domaincheck.lab.hostile import Behaviour


@pytest.mark.parametrize(
    ("ingestion", "app"),
    [
        ("https://us.i.posthog.com", "https://us.posthog.com"),
        ("https://eu.i.posthog.com/", "https://eu.posthog.com"),
        ("https://EU.I.posthog.com", "https://eu.posthog.com"),
        ("https://app.posthog.com", "https://us.posthog.com"),
        ("https://us.posthog.com", "https://us.posthog.com"),
        ("https://posthog.example.com:8443/stats/", "https://posthog.example.com:8443/stats"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://us.i.posthog.com.example.com", "https://us.i.posthog.com.example.com"),
    ],
)
def test_the_app_is_found_by_where_events_go(ingestion: str, app: str) -> None:
    """PostHog's cloud has a host for each; a server of one's own is used as it stands."""
    assert app_address(ingestion) == app


@pytest.mark.parametrize("ingestion", ["", "us.posthog.com", "ftp://us.posthog.com", "https://", "https://h:99999999"])
def test_what_is_no_address_is_refused(ingestion: str) -> None:
    """What is wanted is said."""
    with pytest.raises(ValueError, match=r"address|text|ort"):
        app_address(ingestion)


@contextmanager
def answering(behaviour: Behaviour, seconds: float = 5.0) -> Iterator[Api]:
    """Yield an API whose server does as *behaviour* once it is asked."""
    with (
        HostileServer(after_hello(behaviour)) as server,
        Api(f"http://127.0.0.1:{server.port}", KEY, Route(), seconds) as api,
    ):
        yield api


def http(status: str, body: bytes, *headers: str) -> bytes:
    """Return an HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


HTML = b"<!doctype html><title>Log in to this network</title>"


@pytest.mark.parametrize(
    ("behaviour", "status", "sentence"),
    [
        pytest.param(say(http("200 OK", HTML)), 200, "does not answer as PostHog does", id="HTML"),
        pytest.param(say(http("404 Not Found", HTML)), 404, "does not answer as PostHog does", id="HTML, 404"),
        pytest.param(say(http("200 OK", b"[]")), 200, "does not answer as PostHog does", id="no object"),
        pytest.param(say(http("200 OK", b'{"results": 1}')), None, "does not answer as PostHog does", id="no list"),
        pytest.param(say(http("200 OK", b"[" * 10**6)), 200, "does not answer as PostHog does", id="depth"),
        pytest.param(say(http("200 OK", b"\xff{")), 200, "does not answer as PostHog does", id="rubbish"),
        pytest.param(say(http("401 Unauthorized", b"{}")), 401, "make a new one at", id="401"),
        pytest.param(say(http("403 Forbidden", b"{}")), 403, "give it the scopes dashboard:write", id="403"),
        pytest.param(say(http("404 Not Found", b"{}")), 404, "see to POSTHOG_PROJECT_ID", id="404"),
        pytest.param(say(http("429 Too Many", b"{}")), 429, "try again in a few minutes", id="429"),
        pytest.param(say(http("502 Bad Gateway", HTML)), 502, "fault of its own, HTTP status 502", id="502"),
        pytest.param(say(b"SSH-2.0-OpenSSH_9.6\r\n"), None, "cannot be reached", id="no HTTP"),
        pytest.param(reset, None, "cannot be reached", id="reset"),
        pytest.param(close, None, "cannot be reached", id="closed"),
        pytest.param(flood(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536), 200, "does not answer as", id="flood"),
    ],
)
def test_what_went_wrong_is_told_with_what_to_do(behaviour: Behaviour, status: int | None, sentence: str) -> None:
    """In one sentence that names the host and never the key."""
    with answering(behaviour) as api, pytest.raises(ApiError) as raised:
        list(api.pages("projects/1/dashboards/"))
    assert str(raised.value).startswith("127.0.0.1:")
    assert sentence in str(raised.value)
    assert KEY not in str(raised.value)
    assert raised.value.status == status


@pytest.mark.parametrize(
    "row",
    [
        {"id": "x", "name": NAME},
        {"id": 1, "name": NAME, "description": 1},
        {"id": 1, "name": NAME, "description": [], "deleted": {}},
    ],
)
def test_an_answer_of_another_shape_is_told(row: dict[str, Any]) -> None:
    """As the wrong kind of server, not as a fault of ours."""
    page = json.dumps({"results": [row, 5, None], "next": None}).encode()
    with answering(say(http("200 OK", page))) as api, pytest.raises(ApiError, match="does not answer as a PostHog"):
        Sync(api, "1", lambda _verb, _what: None, lambda _warning: None).run()


@pytest.mark.parametrize(
    "behaviour",
    [stall, drip(b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n", 0.01), drip(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.01)],
    ids=["silence", "a header by bytes", "a body by bytes"],
)
def test_the_time_for_an_answer_is_limited(behaviour: Behaviour) -> None:
    """However often there is a byte of it."""
    with answering(behaviour, seconds=0.2) as api, pytest.raises(ApiError, match="took too long") as raised:
        api.get("users/@me/")
    assert raised.value.status is None


def test_nobody_listening_is_told() -> None:
    """As an address to be seen to."""
    with (
        Api(f"http://127.0.0.1:{refused_port()}", KEY, Route()) as api,
        pytest.raises(ApiError, match="see to POSTHOG_H"),
    ):
        api.get("users/@me/")


def test_the_key_goes_to_no_other_host() -> None:
    """Neither a redirect is followed nor a next page elsewhere; both name a server that would see the key."""
    with PostHogServer() as other:
        moved = http("302 Found", b"", f"Location: {other.url}/api/users/@me/")
        with answering(say(moved)) as api, pytest.raises(ApiError, match=f"sends us on to {other.url}"):
            api.get("users/@me/")
        page = f'{{"results": [], "next": "{other.url}/api/users/@me/?offset=2"}}'.encode()
        with answering(say(http("200 OK", page)), seconds=0.3) as api, pytest.raises(ApiError, match="took too long"):
            list(api.pages("projects/1/dashboards/"))
        assert other.seen == []


def test_a_server_that_repeats_the_key_is_not_quoted_with_it() -> None:
    """What it says may end in a log."""
    body = f'{{"detail": "Bearer {KEY}\\u001b[31m may not"}}'.encode()
    with answering(say(http("403 Forbidden", body))) as api, pytest.raises(ApiError) as raised:
        api.get("users/@me/")
    assert "Bearer phx_…\N{REPLACEMENT CHARACTER}[31m may not" in str(raised.value)


def test_a_proxy_is_used_where_there_is_one() -> None:
    """But not for hosts that need none."""
    with PostHogServer() as proxy:
        route = Route({"http": proxy.url}, no_proxy="127.0.0.1")
        with Api("http://posthog.example.test", KEY, route) as api:
            assert api.get("users/@me/")["id"] == OWNER
        with Api(f"http://127.0.0.1:{refused_port()}", KEY, route) as api, pytest.raises(ApiError, match="be reached"):
            api.get("users/@me/")


def test_a_server_must_show_a_trusted_certificate(root: Authority, ca_file: Path) -> None:
    """One of a CA of the operator's own will do, if that is named."""
    with PostHogServer(context=server_context(root.leaf("127.0.0.1"))) as server:
        with Api(server.url, KEY, Route(ca_file=str(ca_file))) as api:
            assert api.get("users/@me/")["id"] == OWNER
        with Api(server.url, KEY, Route()) as api, pytest.raises(ApiError, match="no certificate that can be trusted"):
            api.get("users/@me/")
