"""What the global options come to, handed to each command as its context's object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domaincheck.settings import Settings
    from domaincheck.state import State
    from domaincheck.world import World

INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell reports a process that died of SIGINT."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """The *world* to act in, the *settings* in force, and the *verbosity*: -1 for quiet, 0, 1 or 2."""

    world: World
    settings: Settings
    verbosity: int

    def open_state(self) -> State:
        """Return the state file of this user; it is opened, and made, when it is first used."""
        from domaincheck.cli.terminal import say
        from domaincheck.state import State, state_folder

        stderr = self.world.stderr
        return State(state_folder(self.world.environment) / "state.db", lambda sentence: say(stderr, sentence))
