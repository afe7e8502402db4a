"""The way in: ``python -m domaincheck`` and the ``domaincheck`` command."""

from __future__ import annotations

import gc
import os
import sys

GARBAGE_THRESHOLD = 50_000
"""Objects that may come to be, net, before Python looks for cycles among them.

Modules that are being loaded are no garbage, and what is made for one target dies with it, and not in cycles. To look
for them as often as Python does by itself takes a twentieth of a short command, and a tenth of a long one.
"""


def run() -> None:
    """Run the command line of this process and leave with its exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]) and _told_version():
        return
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        from domaincheck.cli.app import main
        from domaincheck.world import World

        world = World.real()
        status = main(sys.argv[1:], world)
    except KeyboardInterrupt:  # while the above was being imported
        from domaincheck.cli.invocation import INTERRUPTED

        os._exit(INTERRUPTED)
    world.leave_at_once(status)


def _told_version() -> bool:
    """Print the version, before there is a command line; return whether that went well."""
    from domaincheck import __version__

    try:
        os.write(1, f"domaincheck {__version__}\n".encode())
    except OSError:
        return False
    return True


if __name__ == "__main__":
    run()
