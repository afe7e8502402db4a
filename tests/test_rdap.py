"""Asking an RDAP server about a domain, over real connections."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import NetworkError
from domaincheck.lab import registry
from domaincheck.lab.hostile import refused_port, reset, stall
from domaincheck.lab.records import domain_object
from domaincheck.lab.registry import RdapServer, error, huge, limited, redirect, respond
from domaincheck.model import ProblemCode, RegistrationState
from domaincheck.network.deadline import Deadline
from domaincheck.network.http import HttpClient
from domaincheck.network.sockets import SystemNetwork
from domaincheck.probes.rdap import RdapSource, system_context

if TYPE_CHECKING:
    from domaincheck.lab.registry import RdapAnswer

EXPIRY = datetime(2030, 5, 1, 12, tzinfo=UTC)
EXAMPLE = domain_object("example.com", expires=EXPIRY, registrar="Example Registrar Inc.")
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<html>no such page</html>"


def source(url: str, *, trusted: bool = True) -> RdapSource:
    """Return a source that asks the server at *url*."""
    return RdapSource(HttpClient(SystemNetwork(), system_context), url, trusted=trusted)


def failure(answer: RdapAnswer, *, seconds: float = 5.0, trusted: bool = True) -> NetworkError:
    """Return how a look-up of example.com fails when *answer* is what the server does."""
    with RdapServer({"example.com": answer}) as server, pytest.raises(NetworkError) as caught:
        source(server.url, trusted=trusted).look_up("example.com", Deadline(seconds))
    assert server.url in str(caught.value)
    return caught.value


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_a_registered_domain_is_found(path: str) -> None:
    """The domain is asked for below the base URL, whether or not that ends with a slash, and the server is named."""
    with RdapServer({"example.com": EXAMPLE}) as server:
        answer = source(server.url + path).look_up("example.com", Deadline(5))
    assert answer.registration.state is RegistrationState.REGISTERED
    assert answer.registration.expires_at == EXPIRY
    assert (answer.source, answer.server) == ("rdap", server.url + path.rstrip("/") + "/")
    assert [query.text for query in server.queries] == [path.rstrip("/") + "/domain/example.com"]


@pytest.mark.parametrize(
    "answer",
    [
        registry.NOT_FOUND,
        respond(404),
        respond(404, HTML),
        respond(404, {"Content-Type": "application/rdap+json"}, b"nothing"),
        respond(404, {}, b'{"errorCode": 404}'),
    ],
)
def test_not_found_by_an_rdap_server_is_not_registered(answer: RdapAnswer) -> None:
    """RFC 7480 §5.3: the status tells; the body, if there is one, is JSON."""
    with RdapServer({"example.com": answer}) as server:
        found = source(server.url).look_up("example.com", Deadline(5))
    assert found.registration.state is RegistrationState.NOT_REGISTERED


@pytest.mark.parametrize("answer", [respond(404, HTML, PAGE), respond(404, {}, b"404"), respond(404, {}, b"[" * 99999)])
def test_not_found_by_something_else_is_no_answer(answer: RdapAnswer) -> None:
    """The page of a captive portal must not raise the alarm that a domain is lost."""
    assert failure(answer).code == ProblemCode.MALFORMED_RESPONSE


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_server_that_refuses_is_a_limit(status: int) -> None:
    """A limit says nothing about the domain."""
    assert failure(error(status)).code == ProblemCode.RATE_LIMITED


def test_a_limit_tells_how_long() -> None:
    """The time for which the server wants to be left alone reaches whoever paces the queries."""
    assert failure(limited(120)).retry_after == 120


@pytest.mark.parametrize("status", [400, 401, 410, 500, 502, 304])
def test_any_other_status_is_a_registry_out_of_order(status: int) -> None:
    """Only 200 and 404 are answers."""
    raised = failure(respond(status))
    assert raised.code == ProblemCode.REGISTRY_UNREACHABLE
    assert str(status) in str(raised)


@pytest.mark.parametrize(
    "answer",
    [
        registry.HTML,
        registry.HALF,
        huge(),
        redirect("/domain/example.com"),
        redirect("ftp://rdap.example/domain/example.com"),
        domain_object("example.org", expires=EXPIRY),
        {},
    ],
    ids=["html", "half", "huge", "circle", "scheme", "another domain", "empty"],
)
def test_what_is_no_rdap_answer_is_malformed(answer: RdapAnswer) -> None:
    """Rubbish is refused, whatever its kind or size."""
    assert failure(answer).code == ProblemCode.MALFORMED_RESPONSE


@pytest.mark.parametrize("answer", [stall, registry.DRIP])
def test_a_slow_server_runs_into_the_deadline(answer: RdapAnswer) -> None:
    """Neither silence nor a byte a second outlives the deadline."""
    assert failure(answer, seconds=0.3).code == ProblemCode.TIMEOUT


def test_a_connection_that_breaks_is_told_as_such() -> None:
    """A reset is a failure of its own kind, for it may pass."""
    assert failure(reset).code == ProblemCode.CONNECTION_RESET


def test_a_refused_connection_is_told_as_such() -> None:
    """Nobody listens."""
    with refused_port() as port, pytest.raises(NetworkError) as caught:
        source(f"http://127.0.0.1:{port}").look_up("example.com", Deadline(5))
    assert caught.value.code == ProblemCode.CONNECTION_REFUSED


def test_a_server_that_the_user_chose_may_redirect() -> None:
    """A registry moves; the answer counts as that of the server which was asked."""
    with ExitStack() as stack:
        new = stack.enter_context(RdapServer({"example.com": EXAMPLE}))
        old = stack.enter_context(RdapServer({"example.com": redirect(f"{new.url}/domain/example.com")}))
        answer = source(old.url).look_up("example.com", Deadline(5))
    assert answer.registration.expires_at == EXPIRY
    assert answer.server == old.url + "/"


def test_another_server_may_not_redirect_to_where_it_likes() -> None:
    """Neither plain http nor an address in the user's own network is followed on a stranger's word."""
    with RdapServer({"example.com": EXAMPLE}) as inside:
        for url in (inside.url, inside.url.replace("http:", "https:")):
            raised = failure(redirect(f"{url}/domain/example.com"), trusted=False)
            assert raised.code == ProblemCode.MALFORMED_RESPONSE
        assert inside.queries == ()


def test_the_systems_roots_are_loaded_once() -> None:
    """Registries are verified, and not each look-up pays for loading the roots."""
    context = system_context()
    assert context is system_context()
    assert context.check_hostname
