"""What the global options come to, handed to each command as its context's object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.journal import Journal
    from domaincheck.mailer import Post
    from domaincheck.settings import Settings
    from domaincheck.state import State
    from domaincheck.store import Store
    from domaincheck.world import World

INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell reports a process that died of SIGINT."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """The *world* to act in, the *settings* in force, and the *verbosity*: -1 for quiet, 0, 1 or 2.

    *store* is the file of subscriptions named on the command line, *config* that of the settings.
    """

    world: World
    settings: Settings
    verbosity: int
    store: Path | None = None
    config: Path | None = None

    @property
    def file_options(self) -> list[str]:
        """The options that name the same files to another command, wherever it is run."""
        named = (("--config", self.config), ("--store", self.store))
        return [word for option, path in named if path is not None for word in (option, str(path.absolute()))]

    def open_state(self) -> State:
        """Return what is remembered for convenience; its file is opened, and made, when it is first used."""
        from domaincheck.cli.terminal import say
        from domaincheck.state import State

        return State(self.state_file("cache.db"), partial(say, self.world.stderr))

    def open_journal(self) -> Journal:
        """Return what must not be forgotten, open."""
        from domaincheck.journal import Journal

        return Journal.open(self.state_file("state.db"))

    def open_store(self) -> Store:
        """Return the store of subscriptions; its file is made by the first that is added."""
        from domaincheck.store import open_store, store_file
        from domaincheck.targets import parse

        return open_store(store_file(self.world.environment, self.store, self.settings["store.path"]), parse)

    def open_post(self) -> Post:
        """Return who takes mail, as the settings have it; nothing is connected to yet."""
        from domaincheck.cli.terminal import say
        from domaincheck.mailer import Post, from_settings, sender_of

        tell = partial(say, self.world.stderr)
        return Post(from_settings(self.settings, self.world.environment, tell=tell), sender_of(self.settings))

    def state_file(self, name: str) -> Path:
        """Return the path of the file *name* in the state folder."""
        from domaincheck.state import state_folder

        return state_folder(self.world.environment) / name
