"""What a stream can show, and how to say something on standard error."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TextIO

from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import Progress

    from domaincheck.output import Style

MESSAGE_LIMIT = 1000
TEXT_LIMIT = 60
NOTE_STAYS = 2.0
"""Seconds for which a sentence stands beside the progress bar, whatever finishes meanwhile."""
LINES_APART = 5.0
"""Seconds between two lines that tell of progress where no bar can be shown."""


def say(stderr: TextIO, message: str) -> None:
    """Print *message* as domaincheck's own, on one line."""
    stderr.write(f"domaincheck: {clean(message, MESSAGE_LIMIT)}\n")
    stderr.flush()


def style_for(stream: IO[str], environment: Mapping[str, str]) -> Style:
    """Return what *stream* can show: COLUMNS, NO_COLOR (https://no-color.org) and TERM=dumb are honoured."""
    from domaincheck.output import Style

    color = stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    unicode = encoding.startswith("utf") and not (stream.isatty() and _wants_ascii(environment))
    return Style(width=_width(stream, environment), color=color, unicode=unicode)


def _wants_ascii(environment: Mapping[str, str]) -> bool:
    """Return whether the locale is that of C, in which Python writes UTF-8 all the same (PEP 538 and 540)."""
    settled = {"LC_ALL": (), "LC_CTYPE": ("C.UTF-8", "C.utf8", "UTF-8"), "LANG": ()}  # what Python itself may have set
    values = (environment.get(name) for name, ours in settled.items() if environment.get(name) not in ("", *ours))
    return next(filter(None, values), "") in ("C", "POSIX")


def _width(stream: IO[str], environment: Mapping[str, str]) -> int:
    wanted = environment.get("COLUMNS", "")
    if wanted.isascii() and wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    try:
        return os.get_terminal_size(stream.fileno()).columns or shutil.get_terminal_size().columns
    except (OSError, ValueError):
        return shutil.get_terminal_size().columns


class Bar:
    """A progress bar that is not shown."""

    shown = False

    def advance(self, name: str) -> None:
        """Count one more thing done, called *name*."""

    def note(self, sentence: str) -> None:
        """Show *sentence* beside the bar for a while."""


class _RichBar(Bar):
    shown = True

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total, text="")
        self._noted = -NOTE_STAYS

    def advance(self, name: str) -> None:
        self._progress.update(self._task, advance=1)
        if time.monotonic() - self._noted > NOTE_STAYS:
            self._progress.update(self._task, text=clean(name, TEXT_LIMIT))

    def note(self, sentence: str) -> None:
        self._noted = time.monotonic()
        self._progress.update(self._task, text=clean(sentence, TEXT_LIMIT))


class _Lines(Bar):
    """A line now and then, and one at the end, where a bar cannot be drawn over and over."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream, self._total, self._done = stream, total, 0
        self._said = time.monotonic()

    def advance(self, name: str) -> None:  # noqa: ARG002 - the last of many is not worth a line
        self._done += 1
        now = time.monotonic()
        if self._done == self._total or now - self._said > LINES_APART:
            self._said = now
            say(self._stream, f"{self._done} of {self._total} checked")


@contextmanager
def progress(stream: TextIO, total: int, *, wanted: bool) -> Iterator[Bar]:
    """Show a bar on *stream* while the block runs, if *wanted*; lines where that is no terminal."""
    if not (wanted and stream.isatty()):
        yield _Lines(stream, total) if wanted else Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.fields[text]}", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), text)
    with Progress(*columns, console=Console(file=stream), transient=True) as shown:
        yield _RichBar(shown, total)
