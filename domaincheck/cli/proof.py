"""How ``subscribe`` and ``unsubscribe`` have an address prove itself: by a code given, asked for, or sent."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

from domaincheck import verification
from domaincheck.alerts.codes import LIFETIME, Decision, Sending
from domaincheck.cli.terminal import say
from domaincheck.errors import MailError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.cli.invocation import Invocation
    from domaincheck.journal import Journal

    Operation = Literal["subscribe", "unsubscribe"]

TRIES = 3
AGAIN = "r"
"""What to type for another code."""

MINUTES = int(LIFETIME.total_seconds() // 60)


def prove(  # noqa: PLR0913, PLR0917 - who, what for, and how
    invocation: Invocation, journal: Journal, email: str, operation: Operation, targets: Sequence[str], otp: str | None
) -> bool:
    """Return whether *email* has proved itself: by the code *otp* or, without one, by what is typed on the terminal.

    Where nobody can be asked, a code is sent, and standard error says how to finish.
    """
    world = invocation.world
    if otp is not None:
        if verification.verify(journal, email, operation, otp, world.clock()):
            return True
        say(
            world.stderr,
            f"this code does not fit; 'domaincheck otp send {email} --operation {operation}' sends another",
        )
        return False
    if not send(invocation, journal, email, operation, targets):
        return False
    if world.stdin.isatty():
        return _ask(invocation, journal, email, operation, targets)
    words = shlex.join(["domaincheck", operation, email, *targets])
    say(world.stderr, f"to finish, within {MINUTES} minutes: {words} --otp CODE")
    return False


def send(  # noqa: PLR0913 - as above
    invocation: Invocation,
    journal: Journal,
    email: str,
    operation: Operation,
    targets: Sequence[str] = (),
    *,
    force: bool = False,
    quiet: bool = False,
) -> bool:
    """Send *email* a code if one may be sent, and return whether there is one to be used.

    What came of it is said; with *quiet*, only if there is none.
    """
    world, post = invocation.world, invocation.open_post()
    decision = verification.decide(journal, email, operation, world.clock(), force=force)
    if decision.sending is not Sending.NEW:
        if not (quiet and decision.sending is Sending.ALIVE):
            say(world.stderr, _refusal(email, operation, decision))
        return decision.sending is Sending.ALIVE
    try:
        verification.send(journal, post, email, operation, targets)
    except MailError as error:
        say(world.stderr, f"the code for {email} could not be sent: {error}")
        return False
    if not quiet:
        say(world.stderr, f"a code is on its way to {email}; it lives {MINUTES} minutes")
    return True


def _refusal(email: str, operation: Operation, decision: Decision) -> str:
    if decision.sending is Sending.ALIVE:
        another = f"'domaincheck otp send {email} --operation {operation} --force-new' sends another"
        return f"a code was sent to {email} less than {MINUTES} minutes ago, and still works; {another}"
    if decision.sending is Sending.TOO_SOON:
        return f"{email} was sent a code just now: wait {decision.wait} s before asking for another"
    return f"{email} was sent too many codes within the hour: wait {decision.wait // 60 + 1} minutes"


def _ask(invocation: Invocation, journal: Journal, email: str, operation: Operation, targets: Sequence[str]) -> bool:
    """Ask for the code on the terminal, three times at the most; ``r`` sends another one."""
    world = invocation.world
    tries = TRIES
    while tries:
        world.stderr.write(f"code ({AGAIN} for another): ")
        world.stderr.flush()
        line = world.stdin.readline()
        if not line:
            return False
        if line.strip().lower() == AGAIN:
            send(invocation, journal, email, operation, targets, force=True)
            continue
        if not line.strip():
            continue
        if verification.verify(journal, email, operation, line.strip(), world.clock()):
            return True
        tries -= 1
        say(
            world.stderr,
            "this code does not fit" + (f"; {tries} more tries" if tries > 1 else "; one more try") * (tries > 0),
        )
    return False
