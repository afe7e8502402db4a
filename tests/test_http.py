"""One small HTTP GET: what it asks, which redirects it follows, and how little a server can do to it."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck import __version__
from domaincheck.errors import NetworkError
from domaincheck.lab.authority import Authority, self_signed
from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, flood
from domaincheck.lab.registry import HALF, RdapServer, huge, redirect, respond
from domaincheck.model import ProblemCode
from domaincheck.network import Address, Deadline, SystemNetwork
from domaincheck.network.http import BODY_LIMIT, HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from domaincheck.lab.authority import Credential
    from domaincheck.lab.registry import RdapAnswer
    from domaincheck.network import Connection, Network
    from domaincheck.network.http import Response

OK = b"HTTP/1.1 200 OK\r\n"


def no_tls() -> ssl.SSLContext:
    """Stand where a test needs no TLS: a context that trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def get(url: str, *, network: Network | None = None, seconds: float = 5.0, trusted: bool = True) -> Response:
    """GET *url* as for a user who named it."""
    client = HttpClient(network or SystemNetwork(), no_tls)
    return client.get(url, Deadline(seconds), accept="text/x-lab", trusted=trusted)


def failure(action: Callable[[], object]) -> NetworkError:
    """Return the error that *action* ends in."""
    with pytest.raises(NetworkError) as caught:
        action()
    return caught.value


def served(answer: RdapAnswer, **options: Any) -> Response:
    """GET the answer of a server on loopback."""
    with RdapServer({"x": answer}) as server:
        return get(f"{server.url}/domain/x", **options)


class Scripted:
    """A network where every host is at *ips* and answers with *pieces*; it keeps what it is asked."""

    def __init__(self, *pieces: bytes, ips: Sequence[str] = ("192.0.2.1",)) -> None:
        self.pieces, self.ips = pieces, ips
        self.asked: list[bytes] = []

    def resolve(self, host: str, port: int, deadline: Deadline) -> tuple[Address, ...]:
        """Return the addresses of *host*, any host."""
        deadline.remaining()
        return tuple(Address(ip, port) for ip in self.ips if host)

    def connect(self, address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to nobody."""
        assert patience > 0
        return Script(address, deadline, self.pieces, self.asked)


class Script:
    """A connection whose other side says *pieces*, one at a time, and closes."""

    def __init__(self, address: Address, deadline: Deadline, pieces: Iterable[bytes], asked: list[bytes]) -> None:
        self.address, self.deadline = address, deadline
        self._pieces, self._asked = iter(pieces), asked

    def receive(self, size: int = 65536, /) -> bytes:
        """Return the next piece that is not empty."""
        return next((piece for piece in self._pieces if piece), b"")[:size]

    def send(self, data: bytes, /) -> None:
        """Keep *data*."""
        self._asked.append(data)

    def close(self) -> None:
        """Do nothing."""


# --- sound servers -------------------------------------------------------------------------------------------------


def test_an_answer_is_returned_whole() -> None:
    """Status, headers by lower-case name, body and address come back."""
    answer = served(respond(404, {"X-Lab": "Yes", "Retry-After": "5"}, b"no such thing"))
    assert (answer.status, answer.headers["x-lab"], answer.headers["retry-after"]) == (404, "Yes", "5")
    assert (answer.body, answer.url.endswith("/domain/x")) == (b"no such thing", True)


def test_the_request_says_who_asks_for_what() -> None:
    """The path keeps its query, the host its port where it is not the usual one, and nothing compressed is wanted."""
    network = Scripted(OK + b"Content-Length: 0\r\n\r\n")
    get("http://[2001:db8::1]:8080/a/b?c=d#e", network=network)
    get("http://example.com", network=network)
    first, second = (data.decode().split("\r\n") for data in network.asked)
    assert (first[0], second[0]) == ("GET /a/b?c=d HTTP/1.1", "GET / HTTP/1.1")
    assert {"Host: [2001:db8::1]:8080", f"User-Agent: domaincheck/{__version__}", "Accept: text/x-lab"} <= {*first}
    assert {"Host: example.com", "Accept-Encoding: identity", "Connection: close"} <= {*second}


@pytest.mark.parametrize(
    "pieces",
    [
        (b"Content-Length: 5\r\n\r\nhello",),
        (b"Content-Length: 5\r\n\r\n", b"he", b"llo", b"and rubbish"),
        (b"\r\nhello",),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",),
        (b"Transfer-Encoding: chunked\r\n\r\n5", b"\r\nhel", b"lo\r\n0\r\nTrailer: x\r\n\r\n"),
    ],
    ids=["length", "pieces", "until the end", "chunks", "chunks in pieces"],
)
def test_a_body_may_come_in_any_way(pieces: tuple[bytes, ...]) -> None:
    """The body is the same by length, by chunks or by the end of the stream, however the bytes are cut."""
    assert get("http://example.com/", network=Scripted(OK, *pieces)).body == b"hello"


def test_what_a_server_says_on_the_way_is_skipped() -> None:
    """Informational answers (RFC 9110 §15.2) come before the real one."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert get("http://example.com/", network=Scripted(hints, hints, OK + b"Content-Length: 2\r\n\r\nhi")).body == b"hi"


# --- redirects -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status: int) -> None:
    """A GET goes on at the new place, which may be named by its path alone, and the answer tells the last address."""
    with RdapServer({"old": respond(status, {"Location": "/domain/new"}), "new": (200, {}, b"here")}) as server:
        answer = get(f"{server.url}/domain/old")
    assert (answer.body, answer.url) == (b"here", f"{server.url}/domain/new")


def chain(length: int) -> dict[str, RdapAnswer]:
    """Return answers that lead from 0 over *length* redirects to a goal."""
    steps: dict[str, RdapAnswer] = {str(step): redirect(f"/domain/{step + 1}") for step in range(length)}
    return steps | {str(length): (200, {}, b"goal")}


def test_redirects_are_followed_three_times_at_most() -> None:
    """The third redirect is followed, the fourth is an error, and nothing is asked beyond it."""
    with RdapServer(chain(3)) as server:
        assert get(f"{server.url}/domain/0").body == b"goal"
    with RdapServer(chain(4)) as server:
        assert failure(lambda: get(f"{server.url}/domain/0")).code == ProblemCode.MALFORMED_RESPONSE
    assert len(server.queries) == 4


def test_a_circle_of_redirects_ends() -> None:
    """A server that sends us back to itself is given up."""
    assert "redirects" in str(failure(lambda: served(redirect("/domain/x"))))


def test_a_redirect_without_a_place_is_the_answer() -> None:
    """A status of redirection that leads nowhere is returned as it is."""
    assert served(respond(302)).status == 302


@pytest.mark.parametrize("location", ["http://example.com/", "ftp://example.com/", "javascript:alert(1)", "/path"])
def test_a_stranger_redirects_to_https_only(location: str) -> None:
    """Unless the user named the server, a redirect may not leave TLS."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n"
    error = failure(lambda: get("http://example.com/", network=Scripted(head), trusted=False))
    assert (error.code, "https" in str(error)) == (ProblemCode.MALFORMED_RESPONSE, True)


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 - refused
    *("::1", "fe80::1", "fe80::1%lo", "fc00::1", "::ffff:127.0.0.1", "::"),
]


@pytest.mark.parametrize("ip", PRIVATE)
def test_a_stranger_does_not_redirect_into_our_network(ip: str) -> None:
    """A public server cannot make us ask a private address, not even if the name has a public one beside it."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://inside.example/\r\n\r\n"
    network = Scripted(head, ips=("93.184.215.14", ip))
    error = failure(lambda: get("http://example.com/", network=network, trusted=False))
    assert (error.code, "not public" in str(error)) == (ProblemCode.MALFORMED_RESPONSE, True)
    assert len(network.asked) == 1


def test_whom_the_user_trusts_may_redirect_anywhere() -> None:
    """A server that the user named may send us on to a private address, without TLS."""
    with RdapServer({"x": (200, {}, b"inside")}) as inner:
        assert served(redirect(f"{inner.url}/domain/x")).body == b"inside"


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "http://[", "https://exa mple/", "http://h:99999/", "//", "http://é/", "\x1b[2J", "http:"],
)
def test_a_redirect_to_nowhere_is_malformed(location: str) -> None:
    """A place that is no address is an error, not a crash."""
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode("latin-1") + b"\r\n\r\n"
    error = failure(lambda: get("http://example.com/", network=Scripted(head)))
    assert (error.code, str(error).isprintable()) == (ProblemCode.MALFORMED_RESPONSE, True)


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com/", "http://", "http:///path", "https://exa mple.com/", "http://[::1"),
        *("http://example.com:99999/", "http://example.com:x/", "http://münchen.example/", "http://example.com/é"),
        *("http://example.com/a b", "http://example.com/\r\nX: y", "http://example.com/\0"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Only a plain http or https address is asked; nothing that could forge a header goes out."""
    network = Scripted(OK)
    assert failure(lambda: get(url, network=network)).code == ProblemCode.MALFORMED_RESPONSE
    assert network.asked == []


@given(st.text(max_size=30) | st.from_regex(r"https?://[\x00-\x7f]{0,20}", fullmatch=True))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    """Whatever stands in place of an address, the one error comes of it, or an answer."""
    with suppress(NetworkError):
        assert get(url, network=Scripted(OK + b"Content-Length: 0\r\n\r\n")).status == 200


# --- TLS -----------------------------------------------------------------------------------------------------------


def over_tls(credential: Credential, context: ssl.SSLContext) -> Response:
    """GET the answer of a server on loopback that shows *credential*."""
    with RdapServer({"x": (200, {}, b"secret")}, credential=credential) as server:
        client = HttpClient(SystemNetwork(), lambda: context)
        return client.get(f"{server.url}/domain/x", Deadline(5), accept="*/*")


def test_a_private_authority_may_vouch(root: Authority, ca_file: Path) -> None:
    """With the right CA an https server is verified, and answers."""
    assert over_tls(root.leaf("127.0.0.1"), ssl.create_default_context(cafile=ca_file)).body == b"secret"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: Authority.root(root.now).leaf("127.0.0.1"), "unable to get local issuer"),
        (lambda root: root.leaf("192.0.2.1"), "(?i)mismatch"),
        (lambda root: self_signed(root.now, "127.0.0.1"), "self-signed"),
    ],
    ids=["stranger", "wrong host", "self-signed"],
)
def test_without_trust_nothing_is_asked(
    root: Authority, ca_file: Path, make: Callable[[Authority], Credential], words: str
) -> None:
    """A server that cannot be verified gets no request, and the error says why."""
    context = ssl.create_default_context(cafile=ca_file)
    with pytest.raises(NetworkError, match=words) as caught:
        over_tls(make(root), context)
    assert caught.value.code == ProblemCode.HANDSHAKE_FAILURE


def test_plain_http_in_place_of_tls_is_a_failed_handshake() -> None:
    """An https address where no TLS is spoken ends in a value."""
    with HostileServer("plain_http") as server:
        assert failure(lambda: get(f"https://127.0.0.1:{server.port}/")).code == ProblemCode.HANDSHAKE_FAILURE


# --- hostile servers -----------------------------------------------------------------------------------------------


def test_a_body_has_a_limit() -> None:
    """A body of exactly the limit is read, and one byte more is too much."""
    assert len(served(respond(200, body=b"." * BODY_LIMIT)).body) == BODY_LIMIT
    assert failure(lambda: served(respond(200, body=b"." * (BODY_LIMIT + 1)))).code == ProblemCode.MALFORMED_RESPONSE


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    """Of fifty megabytes only the first is taken."""
    assert "1 MiB" in str(failure(lambda: served(huge())))


@pytest.mark.parametrize(
    ("opening", "filler"),
    [
        (OK, b"X-More: and more\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 8000 + b"\r\n.\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 100),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    ],
    ids=["head", "informational", "chunk extensions", "chunk size", "crumbs"],
)
def test_what_surrounds_a_body_has_a_limit_too(opening: bytes, filler: bytes) -> None:
    """Endless headers, preliminary answers and wrappings are given up, long before the time is over."""

    def ask() -> None:
        with HostileServer(flood(opening, filler)) as server:
            get(f"http://127.0.0.1:{server.port}/", seconds=60)

    assert failure(ask).code == ProblemCode.MALFORMED_RESPONSE


def test_a_body_in_crumbs_ends_with_the_deadline() -> None:
    """What takes long to read, though it came at once, takes no longer than was allowed."""
    opening = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    with HostileServer(flood(opening, b"1\r\n.\r\n")) as server:
        start = time.monotonic()
        assert failure(lambda: get(f"http://127.0.0.1:{server.port}/", seconds=0.05)).code == ProblemCode.TIMEOUT
    assert time.monotonic() - start < 0.35


def test_half_an_answer_is_none() -> None:
    """A body that is shorter than announced is malformed, not accepted."""
    assert failure(lambda: served(HALF)).code == ProblemCode.MALFORMED_RESPONSE


SILENT = ("stall", "http_drip", "whois_drip", "smtp_banner", "ssh_banner")
HOSTILE = {  # the others are read, and are no HTTP or too much of it
    **dict.fromkeys(SILENT, ProblemCode.TIMEOUT),
    **dict.fromkeys(["reset", "reset_after_hello", "close", "close_after_hello"], ProblemCode.CONNECTION_RESET),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_hostile_server_costs_one_error(behaviour: str) -> None:
    """Whatever a server does instead of answering, there is a code for it; only silence takes the whole time."""

    def ask() -> None:
        with HostileServer(behaviour) as server:
            seconds = 0.3 if behaviour in SILENT else 20
            assert get(f"http://127.0.0.1:{server.port}/", seconds=seconds).status == 400

    if behaviour == "plain_http":
        ask()
        return
    error = failure(ask)
    assert error.code == HOSTILE.get(behaviour, ProblemCode.MALFORMED_RESPONSE)


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from([b"", b"HTTP/1.1 ", OK, OK + b"Content-Length: "]))
def test_any_bytes_are_an_answer_or_refused(pieces: list[bytes], opening: bytes) -> None:
    """Whatever a server says, there comes an answer of it or the one error."""
    with suppress(NetworkError):
        assert 200 <= get("http://example.com/", network=Scripted(opening, *pieces)).status < 1000
