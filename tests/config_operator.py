"""Somebody who works with the settings file by ``domaincheck config``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.commands import Outcome, Shell

if TYPE_CHECKING:
    from pathlib import Path

KEY = "phc_0123456789abcdefghijklmnopqrstuvwxyz"
BROKEN = ["[check\n", "[check]\njosb = 3\n", "[check]\njobs = 'many'\n", "[check]\njobs = \xe9\n"]


@dataclass
class Operator:
    """Somebody whose files are in *home*."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    terminals: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """The usual settings file."""
        return self.home / "config.toml"

    def writes(self, text: str) -> None:
        """Put *text* into it."""
        self.file.write_text(text, encoding="utf-8")

    def config(self, *arguments: object, before: tuple[object, ...] = ()) -> Outcome:
        """Run ``domaincheck config`` with *arguments*, and global options *before* it."""
        shell = Shell(environment=self.environment, home=self.home, terminals=self.terminals)
        return shell.run(*before, "config", *arguments)

    def shown(self, *arguments: object, before: tuple[object, ...] = ()) -> dict[str, tuple[str, str]]:
        """Return value and source of each setting, as ``config show`` has them in a pipe."""
        outcome = self.config("show", *arguments, before=before)
        assert (outcome.status, outcome.stderr) == (0, "")
        lines = (line.split("\t") for line in outcome.stdout.splitlines())
        return {name: (value, source) for name, value, source in lines}
