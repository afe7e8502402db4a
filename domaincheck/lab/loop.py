"""The ground the lab's servers stand on: a listener on loopback, and one thread whose event loop serves everybody.

A connection costs a coroutine, not a thread, so thousands of clients may be kept waiting at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

BACKLOG = 1024
"""Connections that may wait to be accepted, so that a burst of clients is not lost."""

CHUNK = 65536
"""Bytes taken from a socket at a time."""
_LINGER = 5.0


class Peer:
    """One accepted connection, *sock*, which does not block, seen from the server."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._loop = asyncio.get_running_loop()

    async def receive(self) -> bytes:
        """Return what has arrived, waiting for something; empty once the client has closed."""
        return await self._loop.sock_recv(self.socket, CHUNK)

    async def receive_until(self, end: bytes, limit: int = CHUNK) -> bytes:
        """Return what arrived up to *end*, or as far as the client got, or *limit* bytes."""
        data = b""
        while end not in data and len(data) < limit and (more := await self.receive()):
            data += more
        return data

    async def send(self, data: bytes) -> None:
        """Send all of *data*, at the client's pace; others are served meanwhile."""
        await self._loop.sock_sendall(self.socket, data)
        await asyncio.sleep(0)

    async def drain(self) -> None:
        """Wait until the client closes, and drop what it says meanwhile."""
        while await self.receive():
            pass

    async def finish(self) -> None:
        """End our half and give the client time to read: closing over unread bytes would reset the connection."""
        self.socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), _LINGER)

    def reset(self) -> None:
        """Close with a TCP reset (RST): lingering for no time drops what is unsent and says so."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class LoopbackServer:
    """A TCP server on a free port of *host*, ``127.0.0.1`` or ``::1``; a context manager.

    Subclasses say in :meth:`serve` what becomes of one connection. Its end, its failure and the end of the server
    all close the connection; no client can make the server raise or log.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        if host not in ("127.0.0.1", "::1"):
            raise ValueError(f"the lab serves on loopback only, not on {host}")
        self.host = host
        self.port = 0
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event, threading.Thread] | None = None

    async def serve(self, peer: Peer) -> None:
        """Serve one connection."""
        raise NotImplementedError

    def start(self) -> None:
        """Listen on a free port, known as :attr:`port` from then on, and serve in the background."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, 0), family=family, backlog=BACKLOG)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()
        main = self._main(listener, stop)
        thread = threading.Thread(target=_run, args=(loop, main), name=f"lab:{self.port}", daemon=True)
        self._running = (loop, stop, thread)
        thread.start()

    def close(self) -> None:
        """Close the listener and every connection, and wait for the thread to end; a second time does nothing."""
        if self._running:
            loop, stop, thread = self._running
            self._running = None
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def welcome(self, sock: socket.socket) -> None:
        """Take care of one accepted connection, inside the loop: a task of its own for :meth:`serve`."""
        self.spawn(sock, self.serve(Peer(sock)))

    def farewell(self) -> None:
        """Close, inside the loop, what :meth:`welcome` keeps besides tasks."""

    def spawn(self, sock: socket.socket, work: Coroutine[None, None, None]) -> None:
        """Run *work* beside all other until it ends, fails or is cancelled; then *sock* is closed."""

        def settle(task: asyncio.Task[None]) -> None:  # not in the task: one that is cancelled early never runs at all
            self._tasks.discard(task)
            sock.close()
            error = None if task.cancelled() else task.exception()
            if error and not isinstance(error, OSError):
                raise error  # a mistake of the lab itself; what clients do ends in an OSError

        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(settle)

    async def _main(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Accept and serve until *stop*, then end whatever is still going on."""
        loop = asyncio.get_running_loop()
        with listener:
            loop.add_reader(listener, self._accept, listener)
            await stop.wait()
            loop.remove_reader(listener)
        self.farewell()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        """Welcome all who wait, until nobody or no file descriptor is left; who hung up already is passed over."""
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setblocking(False)
            self.connections += 1
            try:
                self.welcome(sock)
            except OSError:
                sock.close()


def _run(loop: asyncio.AbstractEventLoop, main: Coroutine[None, None, None]) -> None:
    try:
        loop.run_until_complete(main)
    finally:
        loop.close()
