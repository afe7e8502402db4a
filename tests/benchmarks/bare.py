"""The plainest client: a verified handshake with nothing but ``ssl``, alone or from a pool of threads."""

from __future__ import annotations

import socket
import ssl
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tests.benchmarks.lab import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.lab import Lab

TIMEOUT = 30.0
"""Seconds, for domaincheck as well: a slow machine is no reason to fail."""


class BareClient:
    """Shakes hands with *lab*, and returns the certificate it was shown."""

    def __init__(self, lab: Lab) -> None:
        self._port = lab.port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.load_verify_locations(lab.ca_file)

    def check(self, host: str) -> bytes | None:
        """Return the certificate shown for *host* in DER, ``None`` when it did not verify."""
        with socket.create_connection((LOOPBACK, self._port), TIMEOUT) as sock:
            try:
                with self._context.wrap_socket(sock, server_hostname=host) as tls:
                    return tls.getpeercert(binary_form=True)
            except ssl.SSLCertVerificationError:
                return None

    def check_all(self, hosts: Sequence[str], threads: int) -> list[bytes | None]:
        """Return the certificates of all *hosts*, asked for by so many *threads*."""
        waiting: SimpleQueue[str | None] = SimpleQueue()
        found: list[bytes | None] = []
        for item in (*hosts, *[None] * threads):
            waiting.put(item)

        def work() -> None:
            while (host := waiting.get()) is not None:
                found.append(self.check(host))

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return found
