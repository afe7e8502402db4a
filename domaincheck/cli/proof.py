"""How ``subscribe`` and ``unsubscribe`` have an address prove itself: by a code given, asked for, or sent."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Request:
    """What *email* is to prove itself for; *options* are those that the command was given besides."""

    email: str
    operation: Operation
    targets: Sequence[str]
    options: Sequence[str] = ()


def prove(invocation: Invocation, journal: Journal, request: Request, otp: str | None) -> bool:
    """Return whether an address has proved itself: by the code *otp* or, without one, by what is typed on the terminal.

    Where nobody can be asked, a code is sent, and standard error says how to finish.
    """
    world, email, operation = invocation.world, request.email, request.operation
    _has_subscriptions(invocation, email)
    if otp is not None:
        if _verify(invocation, journal, request, otp):
            return True
        another = _command(invocation, "otp", "send", email, "--operation", operation)
        say(world.stderr, f"this code does not fit; '{another}' sends another")
        return False
    if not send(invocation, journal, email, operation, request.targets):
        return False
    if world.stdin.isatty() and _ask(invocation, journal, request):
        return True
    words = _command(invocation, operation, *request.options, email, *request.targets)
    say(world.stderr, f"to finish, within {MINUTES} minutes: {words} --otp CODE")
    return False


def _command(invocation: Invocation, *words: str) -> str:
    """Return the command of *words*, on the same files as this one, as a shell takes it."""
    return shlex.join(["domaincheck", *invocation.file_options, *words])


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

    What came of it is said; with *quiet*, only if there is none. The same is said, and nothing sent, where there is
    nothing to unsubscribe from: neither do strangers get mail, nor is it told who is one.
    """
    world, post = invocation.world, invocation.open_post()
    concerned = operation == "subscribe" or _has_subscriptions(invocation, email)
    decision = verification.decide(journal, email, operation, world.clock(), force=force)
    invocation.happenings.code_asked_for(email, operation, force=force, new=decision.sending is Sending.NEW)
    if decision.sending is not Sending.NEW:
        if not (quiet and decision.sending is Sending.ALIVE):
            another = _command(invocation, "otp", "send", email, "--operation", operation, "--force-new")
            say(world.stderr, _refusal(email, another, decision))
        return decision.sending is Sending.ALIVE
    try:
        if concerned:
            verification.send(journal, post, email, operation, targets)
            invocation.happenings.code_mailed(email, operation, accepted=True)
    except MailError as error:
        invocation.happenings.code_mailed(email, operation, accepted=False)
        say(world.stderr, f"the code for {email} could not be sent: {error}")
        return False
    if not quiet:
        say(world.stderr, f"a code is on its way to {email}; it lives {MINUTES} minutes")
    return True


def _has_subscriptions(invocation: Invocation, email: str) -> bool:
    """Return whether *email* has any; a store of no use is told of by this, before a code is sent or used up."""
    return any(invocation.open_store().subscriptions(email))


def _verify(invocation: Invocation, journal: Journal, request: Request, code: str) -> bool:
    """Return whether *code* is the one that *request* waits for."""
    fits = verification.verify(journal, request.email, request.operation, code, invocation.world.clock())
    invocation.happenings.code_given(request.email, request.operation, accepted=fits)
    return fits


def _refusal(email: str, another: str, decision: Decision) -> str:
    if decision.sending is Sending.ALIVE:
        return f"a code was sent to {email} less than {MINUTES} minutes ago, and still works; '{another}' sends another"
    if decision.sending is Sending.TOO_SOON:
        return f"a code for {email} was asked for just now: wait {decision.wait} s before asking for another"
    return f"too many codes for {email} were asked for within the hour: wait {decision.wait // 60 + 1} minutes"


def _ask(invocation: Invocation, journal: Journal, request: Request) -> bool:
    """Ask for the code on the terminal, three times at the most; ``r`` sends another one."""
    world, email, operation = invocation.world, request.email, request.operation
    tries = TRIES
    while tries:
        world.stderr.write(f"code ({AGAIN} for another): ")
        world.stderr.flush()
        line = world.stdin.readline()
        if not line:
            world.stderr.write("\n")  # whatever comes next begins on a line of its own
            return False
        if line.strip().lower() == AGAIN:
            send(invocation, journal, email, operation, request.targets, force=True)
            continue
        if not line.strip():
            continue
        if _verify(invocation, journal, request, line.strip()):
            return True
        tries -= 1
        say(
            world.stderr,
            "this code does not fit" + (f"; {tries} more tries" if tries > 1 else "; one more try") * (tries > 0),
        )
    return False
