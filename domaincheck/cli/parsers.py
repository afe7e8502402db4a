"""How options read what was typed, where typer's own types would take an empty name or explain a number badly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from domaincheck.settings.readers import Reader

STREAM = "-"
"""The name of standard input, and of standard output."""


def file(name: Any) -> Path:
    """Return the path that *name* is; an empty one, as of a variable that is not set, would be the current folder."""
    if not str(name):
        raise typer.BadParameter("'' names no file")
    return Path(name)


class _Output:
    """Takes the name of a file to write; returns ``None`` for a name of standard output."""

    __name__ = "file"

    def __call__(self, name: Any) -> Path | None:
        return None if name in {STREAM, "/dev/stdout"} else file(name)


output = _Output()


class Number:
    """Reads a number as *reader* does, and says what it takes."""

    __name__ = "number"

    def __init__(self, reader: Reader[Any]) -> None:
        self._reader = reader

    def __call__(self, text: Any) -> Any:
        """Return the number that *text* is."""
        try:
            return self._reader(text)
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is not {error}") from error
