"""On which line of the file a setting stands; the reader of TOML keeps no lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def line_numbers(text: str) -> dict[str, int]:
    """Return the numbers of the lines on which the sections and keys of the TOML *text* begin, by their names.

    In one pass and by simple means: what looks like a key within a text of several lines is taken for one.
    """
    found: dict[str, int] = {}
    for name, number in _names(text):
        found.setdefault(name, number)
    return found


def repetition(text: str) -> tuple[str, int, int] | None:
    """Return the first section or key of the TOML *text* that stands there twice, and both lines; as simply found."""
    found: dict[str, int] = {}
    for name, number in _names(text):
        if name in found:
            return name, found[name], number
        found[name] = number
    return None


def _names(text: str) -> Iterator[tuple[str, int]]:
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.partition("#")[0].strip().replace('"', "").replace("'", "")
        if bare.startswith("["):
            within = bare.strip("[] ")
            yield within, number
        elif "=" in bare:
            yield f"{within}.{bare.partition('=')[0].strip()}".lstrip("."), number


def line_of(numbers: Mapping[str, int], name: str) -> int | None:
    """Return the line of *name* by :func:`line_numbers`, or that of the section it is in, as for check = {jobs = 3}."""
    return numbers.get(name) or numbers.get(name.rpartition(".")[0])


def place(path: Path, text: str, name: str) -> str:
    """Return the file and, where it can be told, the line of the section or the key *name* in its *text*."""
    line = line_of(line_numbers(text), name)
    return clean(str(path)) + (f", line {line}" if line else "")
