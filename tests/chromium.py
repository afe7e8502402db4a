"""A headless Chromium that tests drive over its own pipe (the Chrome DevTools Protocol), with no library between."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--remote-debugging-pipe", "--disable-extensions"),
)
_COMMANDS, _ANSWERS = 3, 4
"""The descriptors on which Chromium reads commands and writes answers, each ended by a NUL."""


class Page:
    """One page, which shows *file*: *errors* are what it and its policy complained of, *requests* what it asked for."""

    file: Path

    def __init__(self, commands: int, answers: int) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._commands, self._answers, self._rest, self._number = commands, answers, b"", 0
        self._session: str | None = None

    @classmethod
    def opened(cls, commands: int, answers: int) -> Self:
        """Return a new page of the Chromium behind the two pipes."""
        page = cls(commands, answers)
        target = page.call("Target.createTarget", url="about:blank")["targetId"]
        page._session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        return page

    def call(self, method: str, **parameters: Any) -> Any:
        """Call *method* of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def show(self, path: Path) -> None:
        """Load the file at *path*, and return when it is complete."""
        self.file = path
        self.call("Page.navigate", url=path.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def ask(self, script: str) -> Any:
        """Return the value of the expression *script* in the page, once it is settled."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release *key*, whose virtual code is *code* and which types *text*."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                **({"text": text} if text and kind == "keyDown" else {}),
            )

    def resize(self, width: int, height: int) -> None:
        """Make the window *width* by *height* pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme: str) -> None:
        """Prefer the color *scheme* ``light`` or ``dark``."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def pdf(self) -> bytes:
        """Return what a printer would get."""
        return b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            piece = os.read(self._answers, 1 << 16)
            assert piece, "Chromium has ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        said = json.loads(message)
        parameters = said.get("params", {})
        match said.get("method"):
            case "Log.entryAdded":
                self.errors.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(parameters["exceptionDetails"]))
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
        return said


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """Start a Chromium that keeps its things in *folder*; skip where none is installed."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium is installed here")
    (its_commands, commands), (answers, its_answers) = (_pipe(), _pipe())
    pid = os.posix_spawn(
        program,
        [program, *_FLAGS, f"--user-data-dir={folder}"],
        {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, its_commands, _COMMANDS),
            (os.POSIX_SPAWN_DUP2, its_answers, _ANSWERS),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setpgroup=0,
    )
    os.close(its_commands)
    os.close(its_answers)
    try:
        yield Page.opened(commands, answers)
    finally:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(commands)
        os.close(answers)


def _pipe() -> tuple[int, int]:
    """Return a pipe whose ends are not among the descriptors that Chromium wants them on."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
