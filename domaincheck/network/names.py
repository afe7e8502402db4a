"""Host names become addresses: the system's resolver is asked in threads of its own, as it knows no time limit.

A thread that outlives its deadline is left behind; the resolver's own limits, some ten seconds for each name server,
end it.
"""

from __future__ import annotations

import queue
import socket
import threading
from typing import TYPE_CHECKING

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.network.deadline import Deadline

    Ask = Callable[[str, socket.AddressFamily], Sequence[str]]

ROOM = threading.BoundedSemaphore(2048)
"""Look-ups that this process may have under way, those included that nobody waits for any more.

So a name server that is down costs some 50 MB at the most, however long the list.
"""


def _ask_system(host: str, family: socket.AddressFamily) -> Sequence[str]:
    found = socket.getaddrinfo(host.encode("ascii"), None, family, socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def look_up(
    host: str,
    family: socket.AddressFamily,
    deadline: Deadline,
    ask: Ask = _ask_system,
    room: threading.Semaphore = ROOM,
) -> tuple[str, ...]:
    """Return the addresses of *host*, each once; raise NetworkError (``dns_failure``, ``timeout``) when it has none.

    *ask* may take for ever. It raises OSError where there is nothing to be had, and ValueError for what is no name.
    """
    silence = NetworkError(ProblemCode.DNS_FAILURE, f"the name server did not answer for {host} in time")
    if not room.acquire(timeout=deadline.remaining()):
        raise silence
    answer: queue.SimpleQueue[tuple[str, ...] | OSError | ValueError] = queue.SimpleQueue()

    def work() -> None:
        try:
            answer.put(tuple(dict.fromkeys(ask(host, family))))
        except (OSError, ValueError) as error:
            answer.put(error)
        finally:
            room.release()

    try:
        threading.Thread(target=work, name="resolver", daemon=True).start()
    except RuntimeError as error:
        room.release()
        words = "the system grants no more threads to ask in: use fewer --jobs"
        raise NetworkError(ProblemCode.DNS_FAILURE, f"{host} cannot be resolved: {words}") from error
    try:
        found = answer.get(timeout=deadline.remaining())
    except queue.Empty:
        raise silence from None
    if isinstance(found, tuple):
        return found
    raise NetworkError(ProblemCode.DNS_FAILURE, f"{host} cannot be resolved: {_words(found)}")


def _words(error: OSError | ValueError) -> str:
    if not isinstance(error, socket.gaierror):
        return "it is not a name that the DNS can hold"
    if error.errno == socket.EAI_AGAIN:
        return "the name server gave no answer for now"
    if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
        return "there is no such name, or it has no address"
    return error.strerror or "the resolver failed"
