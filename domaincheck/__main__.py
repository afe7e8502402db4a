"""The way in: ``python -m domaincheck`` and the ``domaincheck`` command."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line of this process and leave with its exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from domaincheck import __version__

        print(f"domaincheck {__version__}")  # noqa: T201 - the one answer given before there is a command line
        return
    from domaincheck.cli.app import main
    from domaincheck.cli.invocation import INTERRUPTED
    from domaincheck.world import World

    world = World.real()
    status = main(sys.argv[1:], world)
    if status == INTERRUPTED:
        world.leave_at_once(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
