"""Writes the man pages and the shell completions from the command tree; ``python -m domaincheck.cli.manual``.

``tree``                     what typer knows, as plain data
``prose``, ``words``         what it does not know, in words
``pages``, ``roff``          the man pages of the commands
``settings_page``            that of the settings file
``bash``, ``zsh``, ``fish``  static completions: no process is started when somebody presses TAB

All of it is pure; ``__main__`` alone touches files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual import bash, fish, pages, settings_page, zsh

if TYPE_CHECKING:
    from domaincheck.cli.manual.tree import Command

__all__ = ["documents"]


def documents(root: Command) -> dict[str, str]:
    """Return the text of every file that is made from the command tree *root*, by its path in the checkout."""
    return {
        **{f"man/man{name[-1]}/{name}": text for name, text in (*pages.render(root), settings_page.render())},
        "completions/domaincheck.bash": bash.render(root),
        "completions/_domaincheck": zsh.render(root),
        "completions/domaincheck.fish": fish.render(root),
    }
