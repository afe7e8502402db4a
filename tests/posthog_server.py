"""A stand-in for PostHog's ingestion on loopback: takes batches as PostHog does, or misbehaves as networks do."""

from __future__ import annotations

import asyncio
import gzip
import json
import queue
import socket
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domaincheck.lab.loop import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from domaincheck.lab.loop import Peer

    Mode = Callable[["PostHogServer", Peer, "Request"], Awaitable[None]]

PIECE = 256
"""Bytes that are read and written at a time, so that a conversation has many moments."""

BAD = "bad"
"""The name of an event that is refused, with all that come along with it."""

_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole: its first line, its headers by lower-case name, and its body, unpacked."""

    line: str
    headers: dict[str, str]
    body: Any

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of the batch; none where there is no body."""
        found: list[dict[str, Any]] = self.body["batch"] if self.body else []
        return found


@dataclass(slots=True)
class Told:
    """What a server was told: every request, and the events it took, in the order of their arrival."""

    requests: list[Request] = field(default_factory=list)
    arrivals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each event once, by its uuid; PostHog merges those that come again, if they are of the same time."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.arrivals:
            known = found.setdefault(event["uuid"], event)
            assert known == event
        return list(found.values())

    @property
    def times(self) -> list[datetime]:
        """When each of them happened."""
        return [datetime.fromisoformat(event["timestamp"]) for event in self.events]


class PostHogServer(LoopbackServer):
    """Does with every batch what its *mode* says, a name in MODES, which may change at any time.

    *largest* is the most events that a batch may have. *moment* is told of every piece that has come or gone, before
    anything else happens. *heard* gets every request before it is treated, and *taken* every one that was taken.
    """

    def __init__(self, mode: str = "ok", *, largest: int = 1000) -> None:
        super().__init__()
        self.mode = mode
        self.largest = largest
        self.told = Told()
        self.moment: Callable[[], object] = lambda: None
        self.heard: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self.taken: queue.SimpleQueue[Request] = queue.SimpleQueue()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{self.host}:{self.port}"

    async def serve(self, peer: Peer) -> None:
        """Answer one request after the other."""
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each piece waits for the one before
        self.moment()
        while request := await self._request(peer):
            self.told.requests.append(request)
            self.heard.put(request)
            await MODES[self.mode](self, peer, request)

    def take(self, request: Request) -> None:
        """Keep the events of *request*."""
        self.told.arrivals += request.events
        self.taken.put(request)

    async def answer(self, peer: Peer, status: str, said: Any, *headers: str) -> None:
        """Answer with *status*, and *said* as JSON, or as it is where that is text."""
        body = (said if isinstance(said, str) else json.dumps(said)).encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        await self.send(peer, "\r\n".join([*lines, "", ""]).encode() + body)

    async def send(self, peer: Peer, data: bytes) -> None:
        """Send *data* in pieces."""
        for start in range(0, len(data), PIECE // 8):
            await peer.send(data[start : start + PIECE // 8])
            self.moment()

    async def _request(self, peer: Peer) -> Request | None:
        """Return the next request; ``None`` when the client has closed."""
        data = await self._until(peer, lambda data: b"\r\n\r\n" in data)
        head, _, body = data.partition(b"\r\n\r\n")
        if not head:
            return None
        line, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        length = int(headers.get("content-length", 0))
        body = await self._until(peer, lambda data: len(data) >= length, body)
        if len(body) < length:
            return None
        return Request(line, headers, json.loads(gzip.decompress(body)) if body else None)

    async def _until(self, peer: Peer, enough: Callable[[bytes], bool], data: bytes = b"") -> bytes:
        loop = asyncio.get_running_loop()
        while not enough(data) and (more := await loop.sock_recv(peer.socket, PIECE)):
            data += more
            self.moment()
        return data


# --- what it may do ------------------------------------------------------------------------------------------------


def saying(status: str, said: Any, *headers: str) -> Mode:
    """Answer every batch so, and take none."""

    async def behave(server: PostHogServer, peer: Peer, _request: Request) -> None:
        await server.answer(peer, status, said, *headers)

    return behave


async def ok(server: PostHogServer, peer: Peer, request: Request) -> None:
    """Take the batch, or refuse it as PostHog does."""
    if len(request.events) > server.largest:
        await server.answer(peer, "413 Payload Too Large", "request body too large")
    elif BAD in [event["event"] for event in request.events]:
        await server.answer(peer, "400 Bad Request", "failed to parse request")
    else:
        server.take(request)
        await server.answer(peer, "200 OK", {"status": "Ok"}, "Content-Type: application/json")


async def old(server: PostHogServer, peer: Peer, request: Request) -> None:
    """Take the batch, and say so as servers did before 2024."""
    server.take(request)
    await server.answer(peer, "200 OK", {"status": 1})


async def slow(server: PostHogServer, peer: Peer, request: Request) -> None:
    """Take the batch after a while."""
    await asyncio.sleep(4 * _INTERVAL)
    await ok(server, peer, request)


async def hang(_server: PostHogServer, peer: Peer, _request: Request) -> None:
    """Hear the batch, and never say a word."""
    await peer.drain()


async def drip(_server: PostHogServer, peer: Peer, _request: Request) -> None:
    """Begin to answer, and go on for ever, byte by byte."""
    await peer.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await asyncio.sleep(_INTERVAL)
        await peer.send(b"z")


async def endless(_server: PostHogServer, peer: Peer, _request: Request) -> None:
    """Answer with more than anybody wants to read."""
    await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await peer.send(b" " * 65536)


async def reset(_server: PostHogServer, peer: Peer, _request: Request) -> None:
    """Reset the connection instead of an answer."""
    peer.reset()


async def rubbish(_server: PostHogServer, peer: Peer, _request: Request) -> None:
    """Say what is not HTTP."""
    await peer.send(b"\x16\x03\x01 no HTTP at all \x00\xff\r\n\r\n")
    await peer.finish()


async def half(server: PostHogServer, peer: Peer, request: Request) -> None:
    """Take the batch, and close in the middle of the answer."""
    server.take(request)
    await peer.send(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"stat')
    await peer.finish()


async def lost(server: PostHogServer, peer: Peer, request: Request) -> None:
    """Take the batch, and reset the connection before the answer."""
    server.take(request)
    peer.reset()


MODES: dict[str, Mode] = {
    "ok": ok,
    "old": old,
    "slow": slow,
    "hang": hang,
    "drip": drip,
    "endless": endless,
    "reset": reset,
    "rubbish": rubbish,
    "half": half,
    "lost": lost,
    "html": saying("200 OK", "<html>Which room are you in?</html>", "Content-Type: text/html"),
    "empty": saying("200 OK", ""),
    "quota": saying("200 OK", {"status": "Ok", "quota_limited": ["events"]}),
    "redirect": saying("307 Temporary Redirect", "", "Location: /elsewhere/"),
    "400": saying("400 Bad Request", "<html>plain HTTP sent to HTTPS port</html>"),
    "401": saying("401 Unauthorized", "API key is not valid"),
    "404": saying("404 Not Found", "<html>nothing here</html>"),
    "413": saying("413 Payload Too Large", "request body too large"),
    "429": saying("429 Too Many Requests", "rate limited", "Retry-After: 120"),
    "500": saying("500 Internal Server Error", "internal server error"),
    "503": saying("503 Service Unavailable", "please retry", "Retry-After: 90000"),
}
"""Every way to treat a batch, by its name."""
