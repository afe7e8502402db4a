"""Pages of help, where ours differ from typer's: arguments as man pages write them, and no summary cut short."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

_WHOLE = 1000
"""Characters that no summary has."""


class Command(TyperCommand):
    """A command that writes EMAIL where typer writes {EMAIL}: what has no brackets is required anyway."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the line that shows how the command is called."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]


class Group(TyperGroup):
    """A group that tells the whole first sentence about each command, on two lines if need be."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's signature
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_WHOLE)) for name, each in self.commands.items()])
