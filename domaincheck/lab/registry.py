"""Registries: an RDAP server and a WHOIS server that say what they are told to, well or badly.

What both keep of a query is there to prove what a client asked, how often and when.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from domaincheck.lab.hostile import Behaviour, drip, say
from domaincheck.lab.loop import CHUNK, LoopbackServer, Peer
from domaincheck.lab.tls import secured, server_context

if TYPE_CHECKING:
    from domaincheck.lab.authority import Credential

RDAP_TYPE = "application/rdap+json"

RdapAnswer = Mapping[str, Any] | tuple[int, Mapping[str, str], bytes] | Behaviour
"""An RDAP object; or status, headers and body; or what is done to the client once its request has been read."""

WhoisAnswer = str | bytes | Behaviour
"""The text; or what is done to the client once its query has been read."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asked: an RDAP path or a line of WHOIS, and *at* which second of the monotonic clock."""

    text: str
    at: float


class _Registry(LoopbackServer):
    """What both servers have in common: they remember."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self._queries: list[Query] = []

    @property
    def queries(self) -> tuple[Query, ...]:
        """All that was asked so far, in order of arrival."""
        return tuple(self._queries)

    def _remember(self, text: str) -> None:
        self._queries.append(Query(text, time.monotonic()))


# --- RDAP --------------------------------------------------------------------------------------------------------


class RdapServer(_Registry):
    """Answers ``GET …/domain/NAME`` (RFC 9082 §3.1.3) from *answers*, and 404 for names that are not there.

    *answers* may be changed while the server runs. With a *credential* it speaks https.
    """

    def __init__(
        self, answers: Mapping[str, RdapAnswer], *, credential: Credential | None = None, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(host)
        self.answers = dict(answers)
        self._context = server_context(credential) if credential else None

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._context else 'http'}://{host}:{self.port}"

    async def serve(self, peer: Peer) -> None:
        """Answer one request and close."""
        if self._context is None:
            return await self._answer(peer)
        async with secured(peer, self._context) as client:
            return await self._answer(client)

    async def _answer(self, peer: Peer) -> None:
        request = await peer.receive_until(b"\r\n\r\n")
        words = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != len(("GET", "/domain/example.com", "HTTP/1.1")):
            return await respond(HTTPStatus.BAD_REQUEST)(peer)
        self._remember(words[1])
        name = words[1].partition("?")[0].rpartition("/domain/")[2].lower()
        answer = self.answers.get(name, NOT_FOUND)
        if isinstance(answer, Mapping):
            answer = respond(HTTPStatus.OK, {"Content-Type": RDAP_TYPE}, json.dumps(answer).encode())
        elif isinstance(answer, tuple):
            answer = respond(*answer)
        await answer(peer)
        return None


def respond(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Behaviour:
    """Answer with a whole HTTP response."""
    return say(_head(status, headers or {}, len(body)) + body)


def error(status: int, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with an error as RDAP has it (RFC 9083 §6)."""
    body = {"rdapConformance": ["rdap_level_0"], "errorCode": status, "title": HTTPStatus(status).phrase}
    return respond(status, {"Content-Type": RDAP_TYPE, **(headers or {})}, json.dumps(body).encode())


def limited(seconds: int) -> Behaviour:
    """Say that the client has asked too often and shall stay away for so many *seconds*."""
    return error(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})


def redirect(url: str) -> Behaviour:
    """Send the client to *url*, which may also be a path on this server; to its own path it goes in circles."""
    return respond(HTTPStatus.FOUND, {"Location": url})


def huge(size: int = 50 << 20) -> Behaviour:
    """Answer with *size* bytes that begin like an object, made while they are sent."""

    async def behave(peer: Peer) -> None:
        await peer.send(_head(HTTPStatus.OK, {"Content-Type": RDAP_TYPE}, size))
        await peer.send(b"[")
        filler = b'"domain",' * (CHUNK // 9)
        for start in range(1, size, len(filler)):
            await peer.send(filler[: size - start])
        await peer.finish()

    return behave


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


NOT_FOUND = error(HTTPStatus.NOT_FOUND)
"""No such domain, as far as this registry knows."""

HTML = respond(
    HTTPStatus.OK, {"Content-Type": "text/html"}, b"<html><body><h1>Welcome to our portal</h1></body></html>"
)
"""A web page instead of data."""

HALF = say(_head(HTTPStatus.OK, {"Content-Type": RDAP_TYPE}, 4000) + b'{"objectClassName": "domain", "ldhName": "exa')
"""A JSON object that breaks off in the middle."""

DRIP = drip(_head(HTTPStatus.OK, {"Content-Type": RDAP_TYPE}, 10**9), b" ")
"""A response at one byte a second."""


# --- WHOIS -------------------------------------------------------------------------------------------------------


class WhoisServer(_Registry):
    """Answers one line (RFC 3912), whose last word is the name, from *answers*; other names it does not know.

    *answers* may be changed while the server runs.
    """

    def __init__(self, answers: Mapping[str, WhoisAnswer], *, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.answers = dict(answers)

    @property
    def address(self) -> str:
        """Host and port, as a user writes them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def serve(self, peer: Peer) -> None:
        """Answer one query and close."""
        query = (await peer.receive_until(b"\n")).decode("utf-8", "replace").strip()
        self._remember(query)
        name = query.lower().rpartition(" ")[2]
        answer = self.answers.get(name, f'No match for domain "{name.upper()}".\r\n')
        if isinstance(answer, str):
            answer = answer.encode()
        await (say(answer) if isinstance(answer, bytes) else answer)(peer)


def referral(server: str) -> str:
    """Return the text by which IANA and thin registries send a client on to *server*."""
    return f"% IANA WHOIS server\r\n\r\nrefer:        {server}\r\nwhois:        {server}\r\n"
