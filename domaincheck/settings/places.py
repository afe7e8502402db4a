"""On which line of the file a setting stands; the reader of TOML keeps no lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def line_numbers(text: str) -> dict[str, int]:
    """Return the numbers of the lines on which the sections and keys of the TOML *text* begin, by their names.

    In one pass and by simple means: what looks like a key within a text of several lines is taken for one.
    """
    found: dict[str, int] = {}
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.partition("#")[0].strip().replace('"', "").replace("'", "")
        if bare.startswith("["):
            within = name = bare.strip("[] ")
        else:
            name = f"{within}.{bare.partition('=')[0].strip()}".lstrip(".")
        found.setdefault(name, number)
    return found


def line_of(numbers: Mapping[str, int], name: str) -> int | None:
    """Return the line of *name* by :func:`line_numbers`, or that of the section it is in, as for check = {jobs = 3}."""
    return numbers.get(name) or numbers.get(name.rpartition(".")[0])


def place(path: Path, text: str, name: str) -> str:
    """Return the file and, where it can be told, the line of the section or the key *name* in its *text*."""
    line = line_of(line_numbers(text), name)
    return clean(str(path)) + (f", line {line}" if line else "")
