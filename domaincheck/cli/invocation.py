"""What the global options come to, handed to each command as its context's object."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domaincheck.cli.happenings import Happenings
    from domaincheck.journal import Journal
    from domaincheck.mailer import Post
    from domaincheck.settings import Settings
    from domaincheck.state import State
    from domaincheck.store import Store
    from domaincheck.telemetry.recorder import Recorder
    from domaincheck.world import World

INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell reports a process that died of SIGINT."""

BROKEN_PIPE = 141
"""As a shell reports a process that died of SIGPIPE."""


class Call:
    """One call of the program, from its first moment to its last: the *arguments*, and the *world* to act in.

    *invocation* is there once the global options are understood; *fault* is the kind of error that ended the command,
    if one did, and the sentence that the user was told.
    """

    def __init__(self, arguments: Sequence[str], world: World) -> None:
        self.arguments, self.world = arguments, world
        self.begun = time.monotonic()
        self.invocation: Invocation | None = None
        self.fault: tuple[str, str] | None = None


def recorder_for(world: World, settings: Settings) -> Recorder | None:
    """Return what keeps in mind what happens; ``None`` for want of a key: nothing of telemetry is loaded then."""
    key, wish = settings["telemetry.api_key"], world.environment.get("DOMAINCHECK_TELEMETRY", "")
    if not (key and key.strip()) and wish.strip().lower() != "log":
        return None
    from domaincheck.telemetry.recorder import Recorder

    return Recorder(world.clock)


class _Ignored:
    """Stands in for Happenings while telemetry is off: takes whatever it is told, and keeps nothing."""

    def __getattr__(self, _name: str) -> Self:
        return self

    def __call__(self, *_arguments: object, **_keywords: object) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        pass


_IGNORED: Any = _Ignored()


@dataclass(frozen=True, slots=True)
class Invocation:
    """The *world* to act in, the *settings* in force, and the *verbosity*: -1 for quiet, 0, 1 or 2.

    *store* is the file of subscriptions named on the command line, *config* that of the settings. *no_telemetry* is
    whether telemetry was refused there; *recorder* is ``None`` where it can't be on anyway.
    """

    world: World
    settings: Settings
    verbosity: int
    store: Path | None = None
    config: Path | None = None
    no_telemetry: bool = False
    recorder: Recorder | None = None

    @property
    def happenings(self) -> Happenings:
        """Who is to be told what happens; nobody, at no cost, where telemetry can't be on."""
        if self.recorder is None:
            ignored: Happenings = _IGNORED
            return ignored
        from domaincheck.cli.happenings import Happenings

        return Happenings(self.recorder)

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
        from domaincheck.cli.remembered import RememberingStore
        from domaincheck.store import open_store, store_file
        from domaincheck.targets import parse

        path = store_file(self.world.environment, self.store, self.settings["store.path"])
        return RememberingStore(open_store(path, parse), self.state_file)

    def open_post(self) -> Post:
        """Return who takes mail, as the settings have it; nothing is connected to yet."""
        from domaincheck.cli.terminal import say
        from domaincheck.mailer import Post, from_settings, sender_of

        tell = partial(say, self.world.stderr)
        return Post(from_settings(self.settings, self.world.environment, tell=tell), sender_of(self.settings))

    def state_file(self, name: str) -> Path:
        """Return the path of the file *name* in the state folder."""
        from domaincheck.files.folders import state_folder

        return state_folder(self.world.environment) / name
