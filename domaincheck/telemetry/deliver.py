"""``python -P -m domaincheck.telemetry.deliver FOLDER SECONDS``: delivers the outbox in FOLDER, and ends.

A process of its own, which no command has to wait for, and the only place that knows posthog. The project's key and the
host come by the environment. What came of it is said on standard output, as JSON: *sent*, *left*, *error*, *busy*.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from domaincheck.telemetry import events
from domaincheck.telemetry.answers import MOST_READ, Failure, judge
from domaincheck.telemetry.courier import LOCK, OUTBOX
from domaincheck.telemetry.delivery import Delivery
from domaincheck.telemetry.outbox import Outbox
from domaincheck.telemetry.privacy import Privacy
from domaincheck.telemetry.recorder import ANONYMOUS, Recorded
from domaincheck.telemetry.switch import destination_of
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from domaincheck.telemetry.events import Envelope

ADDED = frozenset(["$lib", "$lib_version", "$geoip_disable", "$ignore_sent_at"])
"""What PostHog's library may add to the properties of an event: its own name, and how the event is to be treated."""

_GRACE = 2.0
_NICENESS = 10
_LONGEST_WORDS = 200


class Sender:
    """Sends events to the project of *key* at *host*, by PostHog's library; *environment* may name a CA file.

    The library makes the messages and the requests. Its client's threads are not used: they would try again on their
    own, and take any answer of status 200 for success.
    """

    def __init__(self, key: str, host: str, environment: Mapping[str, str]) -> None:
        import posthog
        import requests

        logging.getLogger("posthog").disabled = True
        self._key = key
        self._made: list[dict[str, Any]] = []
        self._taken = False
        self._session = requests.Session()
        self._session.hooks["response"].append(self._hear)
        self._session.auth = lambda request: request  # else a password for the host is looked for in ~/.netrc, and sent
        self._session.verify = environment.get("SSL_CERT_FILE") or True
        self._client = posthog.Posthog(
            key, host=host, send=False, super_properties={"$ignore_sent_at": True}, before_send=self._keep
        )

    def send(self, batch: Sequence[Envelope], patience: float) -> Failure | None:
        """Send *batch*; return why it did not arrive within *patience* seconds, or ``None`` if it did.

        The request runs in a thread, which is left behind when the time is over: a server that says a byte now and then
        could keep it going for as long as it likes.
        """
        messages = self._messages(batch)
        if [message["uuid"] for message in messages] != [envelope.uuid for envelope in batch]:
            return Failure("PostHog's library does not take the event", blames_events=True)
        came: queue.SimpleQueue[Failure | None] = queue.SimpleQueue()
        threading.Thread(target=lambda: came.put(self._post(messages, patience)), daemon=True).start()
        try:
            return came.get(timeout=patience)
        except queue.Empty:
            return Failure(f"no whole answer within {patience:.1f} s")

    def _messages(self, batch: Sequence[Envelope]) -> list[dict[str, Any]]:
        """Return what the library makes of *batch*, without what it tells of this machine.

        So ``telemetry show`` prints all that is sent, except for the few properties in ADDED.
        """
        self._made.clear()
        for envelope in batch:
            self._client.capture(
                envelope.event,
                distinct_id=envelope.distinct_id,
                properties=dict(envelope.properties),
                timestamp=envelope.timestamp,
                uuid=envelope.uuid,
            )
        for message, envelope in zip(self._made, batch, strict=False):
            added = {name: value for name, value in message["properties"].items() if name in ADDED}
            message["properties"] = added | dict(envelope.properties)
        return list(self._made)

    def _keep(self, message: dict[str, Any]) -> dict[str, Any]:
        self._made.append(message)
        return message

    def _post(self, messages: list[dict[str, Any]], patience: float) -> Failure | None:
        from posthog.request import batch_post

        self._taken = False
        try:
            batch_post(self._key, self._client.host, gzip=True, timeout=patience, session=self._session, batch=messages)
        except _NotTakenError as error:
            return error.failure
        except Exception as error:  # noqa: BLE001 - whatever it is, the events stay
            return Failure(_words(error).replace(self._key, "…"))
        return None if self._taken else Failure("PostHog's library did not show the answer")

    def _hear(self, response: requests.Response, **_: Any) -> None:
        """Judge an answer before the library does, which would ask for its status alone, and follow redirects."""
        body = response.raw.read(MOST_READ, decode_content=True)
        headers = {name.lower(): value for name, value in response.headers.items()}
        failure = judge(response.status_code, headers, body.replace(self._key.encode(), b"..."))
        if failure is not None:
            response.close()
            raise _NotTakenError(failure)
        self._taken = True


class _NotTakenError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.words)
        self.failure = failure


def _words(error: BaseException) -> str:
    """Return why *error* came about: the system's words, if an error of the system is at the bottom of it."""
    words = ""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, HTTPException):
            words = "there was no whole answer by HTTP"
        elif isinstance(cause, OSError) and cause.strerror:
            words = cause.strerror
        cause = cause.__cause__ or cause.__context__
    return clean(words or f"{type(error).__name__}: {error}", _LONGEST_WORDS)


# --- the process ---------------------------------------------------------------------------------------------------


def deliver(folder: Path, seconds: float, environment: Mapping[str, str]) -> dict[str, Any]:
    """Deliver the outbox in *folder* within *seconds*, and return what came of it."""
    key, host = environment["POSTHOG_API_KEY"], environment["POSTHOG_HOST"]
    destination, senders = destination_of(key, host), list[Sender]()

    def send(batch: Sequence[Envelope], patience: float) -> Failure | None:
        if not senders:  # the library takes a fifth of a second to load: only if there is something to send
            try:
                senders.append(Sender(key, host, environment))
            except Exception as error:  # noqa: BLE001 - a library that can't be used is like a server that does not answer
                return Failure(f"PostHog's library cannot be used: {_words(error)}")
        return senders[0].send(batch, patience)

    def tell_dropped(count: int) -> Envelope:
        recorded = Recorded(events.telemetry_dropped(count=count), ANONYMOUS, _now())
        return Privacy("anonymous", "count", folder).envelope(recorded, os.urandom(16).hex())

    outbox = Outbox(folder / OUTBOX)
    outcome = Delivery(outbox, destination, send, _now, tell_dropped, seconds).run(folder / LOCK)
    left = outbox.standing(destination, _now()).pending
    return {"sent": outcome.sent, "left": left, "error": outcome.error, "busy": outcome.busy}


def main() -> NoReturn:
    """Deliver as the command line says, and end this process, whatever the library's threads are at."""
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    _keep_out_of_the_way(seconds)
    report = deliver(folder, seconds, os.environ)
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(report).encode())
    os._exit(0)


def _keep_out_of_the_way(seconds: float) -> None:
    """Hold nobody up, neither by what was inherited nor by staying for long.

    A shell waits for whoever has the other end of its pipe, whatever the number of its descriptor; a folder that
    somebody works in can't be unmounted; and the system itself ends a process whose time is over, even one that hangs.
    """
    for descriptor in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 - numbers, not paths
        if descriptor > 2:  # noqa: PLR2004 - the standard streams lead nowhere already
            with contextlib.suppress(OSError):  # that of the list itself
                os.close(descriptor)
    os.chdir("/")
    os.nice(_NICENESS)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
