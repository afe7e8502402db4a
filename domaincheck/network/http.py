"""One small HTTP request: bounded in time by the deadline, in size by a limit, and choosy about whom it asks.

The HTTP itself is h11's; sockets, deadline and TLS are ours.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from domaincheck import __version__
from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode
from domaincheck.network.sockets import all_public, connect_first
from domaincheck.network.tls import TlsConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.network.deadline import Deadline
    from domaincheck.network.sockets import Address, Connection, Network

BODY_LIMIT = 1 << 20
"""Bytes of an answer's body that are read before it counts as malformed."""

WRAPPING = 1 << 17
"""Bytes that may have come beside a body: head, preliminaries, the wrapping of chunks, and what is yet to be read."""

REDIRECTS = 3

_MOVED = frozenset([301, 302, 303, 307, 308])
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its *status*, its *headers* by lower-case name, its *body*, and the *url* it came from."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an address: an answer of the type *accept*, whose body has at most *limit* bytes.

    A *body*, of the type *content_type*, is POSTed.
    """

    accept: str
    limit: int = BODY_LIMIT
    body: bytes = b""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class HttpClient:
    """Asks over *network*, verified by the context that *make_context* builds when TLS is first needed."""

    network: Network
    make_context: Callable[[], ssl.SSLContext]

    def get(self, url: str, deadline: Deadline, *, accept: str, trusted: bool = False) -> Response:
        """Return the answer to a GET of *url* after at most three redirects.

        A redirect may lead only to an https address on the public internet; with *trusted*, for a *url* that the
        user chose, anywhere that is http or https. Raises NetworkError for whatever prevents a complete answer.
        """
        wish = Wish(accept)
        response = self._ask(url, deadline, wish)
        for _ in range(REDIRECTS):
            if response.status not in _MOVED or "location" not in response.headers:
                return response
            url = _join(url, response.headers["location"])
            if not trusted and not url.startswith("https://"):
                raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "a redirect leads to an address that is not https")
            response = self._ask(url, deadline, wish, None if trusted else all_public)
        if response.status in _MOVED:
            raise NetworkError(ProblemCode.MALFORMED_RESPONSE, f"more than {REDIRECTS} redirects")
        return response

    def fetch(self, url: str, deadline: Deadline, wish: Wish, admits: Callable[[Sequence[Address]], bool]) -> Response:
        """Return the answer to *wish* at a *url* that a stranger named, for something that carries a signature itself.

        Therefore http is as good as https, but *admits* must allow the addresses of every host on the way. A GET
        follows three redirects, a POST none. Raises NetworkError for whatever prevents a complete answer.
        """
        for _ in range(REDIRECTS + 1):
            response = self._ask(url, deadline, wish, admits)
            if response.status not in _MOVED or "location" not in response.headers or wish.body:
                return response
            url = _join(url, response.headers["location"])
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, f"more than {REDIRECTS} redirects")

    def _ask(
        self, url: str, deadline: Deadline, wish: Wish, admits: Callable[[Sequence[Address]], bool] | None = None
    ) -> Response:
        scheme, host, port, path = _parts(url)
        addresses = self.network.resolve(host, port, deadline)
        if admits and not admits(addresses):
            raise NetworkError(ProblemCode.MALFORMED_RESPONSE, f"it leads to {host}, an address that is not public")
        connection: Connection = connect_first(self.network, addresses, deadline)
        try:
            if scheme == "https":
                connection = self._secured(connection, host)
            return _exchange(connection, url, _request_headers(host, port, scheme, wish), path, wish)
        finally:
            connection.close()

    def _secured(self, connection: Connection, host: str) -> Connection:
        context = self.make_context()
        try:
            secure = TlsConnection(connection, context, host)
            secure.handshake()
        except ssl.SSLError as error:  # verification errors are ValueErrors too, so this stands first
            reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
            raise NetworkError(ProblemCode.HANDSHAKE_FAILURE, f"{host}: {reason}") from error
        except ValueError as error:
            raise NetworkError(ProblemCode.HANDSHAKE_FAILURE, f"{host} cannot be sent as a server name") from error
        return secure


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port or _PORTS.get(split.scheme)
    except ValueError:
        host = port = None
    if not host or not port or split.scheme not in _PORTS or not url.isascii() or not url.isprintable() or " " in url:
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "that is no http or https address")
    return split.scheme, host, port, (split.path or "/") + (f"?{split.query}" if split.query else "")


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "a redirect leads to what is no address") from error


def _request_headers(host: str, port: int, scheme: str, wish: Wish) -> list[tuple[str, str]]:
    name = f"[{host}]" if ":" in host else host
    authority = name if port == _PORTS[scheme] else f"{name}:{port}"
    content = [("Content-Type", wish.content_type), ("Content-Length", str(len(wish.body)))] if wish.body else []
    return [
        ("Host", authority),
        ("Accept", wish.accept),
        ("Accept-Encoding", "identity"),  # what is not compressed cannot be a decompression bomb
        ("User-Agent", f"domaincheck/{__version__}"),
        ("Connection", "close"),
        *content,
    ]


def _exchange(connection: Connection, url: str, headers: list[tuple[str, str]], path: str, wish: Wish) -> Response:
    """Send one request over *connection* and read its answer."""
    import h11

    machine = h11.Connection(h11.CLIENT)
    head: Any = None
    body, size = bytearray(), 0
    try:
        request = h11.Request(method="POST" if wish.body else "GET", target=path, headers=headers)
        sent: list[Any] = [request, *([h11.Data(wish.body)] if wish.body else []), h11.EndOfMessage()]
        connection.send(b"".join(machine.send(event) or b"" for event in sent))
        while not isinstance(event := machine.next_event(), h11.EndOfMessage):
            connection.deadline.remaining()  # what has arrived at once may take seconds to read, if it is all crumbs
            if event is h11.NEED_DATA:
                data = connection.receive()
                machine.receive_data(data)
                size += len(data)
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            if len(body) > wish.limit:
                raise NetworkError(ProblemCode.MALFORMED_RESPONSE, f"an answer of over {_amount(wish.limit)}")
            if size - len(body) > WRAPPING:
                raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "an answer with too much around its content")
    except h11.ProtocolError as error:
        if not size:
            raise NetworkError(
                ProblemCode.CONNECTION_RESET, "the server closed the connection without an answer"
            ) from error
        raise NetworkError(ProblemCode.MALFORMED_RESPONSE, "the answer is not HTTP, or broke off") from error
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Response(head.status_code, found, bytes(body), url)


def _amount(size: int) -> str:
    return f"{size >> 20} MiB" if size >> 20 else f"{size >> 10} KiB"
