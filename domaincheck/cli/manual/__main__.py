"""``python -m domaincheck.cli.manual [--check] [FOLDER]``: rewrites man pages and completions in a checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.cli.app import command_line
from domaincheck.cli.manual import documents, pages, tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def main(arguments: Sequence[str]) -> int:
    """Bring the files up to date, or with ``--check`` only name those that are not; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m domaincheck.cli.manual", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="the checkout; default: %(default)s")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    options = parser.parse_args(arguments)
    wanted = documents(tree.read(command_line()))
    stale = _changed(options.folder, wanted) + _left_over(options.folder, wanted)
    for path in stale:
        sys.stdout.write(f"{path}\n")
        if not options.check:
            _replace(options.folder / path, wanted.get(path))
    return 1 if options.check and stale else 0


def _changed(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    return [path for path, text in wanted.items() if _content(folder / path) != text.encode("utf-8")]


def _left_over(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return the pages that were written for commands which exist no more."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob("man/**/*.[1-9]"))
    mark = pages.MARK.encode("utf-8")
    return [path for path in found if path not in wanted and (folder / path).read_bytes().startswith(mark)]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
