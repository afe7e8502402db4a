"""Starts deliveries: to go on after a command has ended, within its last seconds, or while somebody watches.

The delivery is a process of its own, :mod:`domaincheck.telemetry.deliver`. Starting one takes milliseconds; neither it
nor PostHog can hold up whoever waits for the command or for its output.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import domaincheck
from domaincheck.errors import StateError
from domaincheck.files.lock import holding

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTBOX = "telemetry.db"
"""The file in the state folder that events are kept in."""
LOCK = "telemetry.lock"
"""The file in the state folder that whoever delivers has locked."""

LONGEST_DELIVERY = 60.0
"""Seconds that a delivery may take which nobody waits for, or somebody watches."""
LONGEST_REQUEST = 5.0
"""Seconds of it that one batch may take."""

_SHARE = 2 / 3
"""The share of a wait that the delivery itself gets: it has to begin, and to take note of a failure, besides."""

_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
_INSTALLED = ("site-packages", "dist-packages")
_CHUNK = 4096
_PAUSE = 0.02


class Report(NamedTuple):  # a dataclass takes ten times as long to be made, for each command
    """What came of a delivery: so many events were *sent*, so many are *left*, and the *error* if there was one.

    *busy* is whether another process was delivering already.
    """

    sent: int
    left: int
    error: str | None = None
    busy: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left to deliver."""
        return not self.left and self.error is None

    @property
    def words(self) -> str:
        """What happened, in a sentence without its stop."""
        if self.done and not self.sent:
            return "there is nothing to deliver"
        delivered = f"{_events(self.sent)} delivered" if self.sent else "nothing was delivered"
        waiting = f", {_events(self.left)} waiting" if self.left else ""
        reason = self.error or ("another process is delivering at this moment" if self.busy else "the time was over")
        return delivered + waiting + ("" if self.done else f": {reason}")


def short_lived(environment: Mapping[str, str], root: Path = Path("/")) -> bool:
    """Return whether what outlives the command would soon be ended with it: in CI, a container, a service of systemd.

    *root* is where a container's marks are looked for. systemd ends what a service leaves behind; it tells the process
    that it started its number, which descendants inherit, in a desktop's terminals for instance, where all is well.
    """
    if environment.get("CI", "").lower() not in ("", "0", "false"):
        return True
    if any(environment.get(name) for name in ("KUBERNETES_SERVICE_HOST", "container")):
        return True
    if environment.get("SYSTEMD_EXEC_PID") in (str(os.getpid()), str(os.getppid())):
        return True
    return any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))


def dispatch(folder: Path, key: str, host: str, environment: Mapping[str, str], wait: float | None) -> None:
    """Start to deliver the outbox in *folder* to the project of *key* at *host*, unless that is under way; never raise.

    Without *wait* this returns at once, and the delivery goes on by itself. Else it is waited for, for *wait* seconds
    at most, and then ended; what was not delivered stays in the outbox.
    """
    with contextlib.suppress(OSError, ValueError, NotImplementedError, StateError, KeyboardInterrupt):
        with holding(folder / LOCK) as idle:
            if not idle:
                return
        if wait is None:
            _start(folder, LONGEST_DELIVERY, _environment(key, host, environment))
        else:
            _attend(folder, wait, _environment(key, host, environment))


def flush(folder: Path, key: str, host: str, environment: Mapping[str, str], wait: float = LONGEST_DELIVERY) -> Report:
    """Deliver the outbox in *folder* now, for *wait* seconds at most, and return what came of it."""
    import json  # noqa: PLC0415 - commands that only dispatch have no use for it

    try:
        return Report(**json.loads(_attend(folder, wait, _environment(key, host, environment))))
    except ValueError:
        return Report(0, 0, "the delivery ended without a word")
    except (OSError, NotImplementedError) as error:
        return Report(0, 0, f"the delivery could not be started: {error}")


def at_rest(folder: Path, patience: float = LONGEST_REQUEST + 1) -> bool:
    """Wait until nothing is being delivered from *folder*, for *patience* seconds at most; return whether that is so.

    After the outbox was emptied that takes no longer than one request: the delivery finds nothing more, and ends.
    """
    end = time.monotonic() + patience
    while (folder / LOCK).exists():
        with holding(folder / LOCK) as idle:
            if idle:
                break
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _attend(folder: Path, wait: float, environment: Mapping[str, str]) -> bytes:
    """Start a delivery, and return what it says until it ends; end it when *wait* seconds are over."""
    import signal  # noqa: PLC0415 - few commands wait

    reading, writing = os.pipe()
    try:
        try:
            process = _start(folder, wait * _SHARE, environment, output=writing)
        finally:
            os.close(writing)
        try:
            return _heard(reading, time.monotonic() + wait)
        finally:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
    finally:
        os.close(reading)


def _heard(reading: int, end: float) -> bytes:
    """Return what comes from *reading* until it is closed at the other side, or it is *end*."""
    import select  # noqa: PLC0415 - as above

    said, poll = b"", select.poll()
    poll.register(reading)
    while poll.poll(max(0.0, end - time.monotonic()) * 1000) and (more := os.read(reading, _CHUNK)):
        said += more
    return said


def _start(folder: Path, seconds: float, environment: Mapping[str, str], output: int | None = None) -> int:
    """Start a delivery in a session of its own, and return its process number.

    It hears nobody, and nobody hears it, except that *output* becomes its standard output.
    """
    module = ["-P", "-m", "domaincheck.telemetry.deliver", str(folder.absolute()), str(seconds)]
    listening = [] if output is None else [(os.POSIX_SPAWN_DUP2, output, 1)]  # first: it may be one of the others
    nowhere = [
        (os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2) if stream != 1 or not listening
    ]
    actions = [*listening, *nowhere]
    return os.posix_spawn(sys.executable, [sys.executable, *module], environment, file_actions=actions, setsid=True)


def _environment(key: str, host: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a delivery needs of *environment*, and where it delivers to.

    It tells nothing of itself: where ``sys.executable`` is no Python but domaincheck, frozen into one file, that would
    be a command that starts a command, and so on.
    """
    passed = {name: environment[name] for name in _PASSED_ON if environment.get(name)}
    package = Path(domaincheck.__file__).parents[1]
    if package.name not in _INSTALLED:  # found by the place that the command was started from, perhaps
        passed["PYTHONPATH"] = os.pathsep.join([str(package), *filter(None, [passed.get("PYTHONPATH")])])
    return passed | {"POSTHOG_API_KEY": key, "POSTHOG_HOST": host, "DOMAINCHECK_TELEMETRY": "off"}


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"
