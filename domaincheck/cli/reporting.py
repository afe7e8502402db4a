"""The end of a command, as telemetry tells of it: what happened is kept in the outbox, and its delivery started.

Whatever goes wrong here stays here: neither the exit status nor the output of the command is touched by it.
"""

from __future__ import annotations

import contextlib
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from domaincheck.cli.commands import words_of
from domaincheck.cli.invocation import BROKEN_PIPE, INTERRUPTED
from domaincheck.cli.terminal import say
from domaincheck.errors import DomaincheckError
from domaincheck.telemetry.recorder import Recorder
from domaincheck.telemetry.switch import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domaincheck.cli.invocation import Call
    from domaincheck.settings import Settings
    from domaincheck.telemetry.events import Envelope
    from domaincheck.telemetry.switch import Switch

PATIENCE = 3.0
"""Seconds that a delivery may take where it has to end before the command does."""

SCHEDULED = "run-scheduled"
UNTOLD = "telemetry disable"
"""The command that nothing is told of: it is the last word."""

_RESULTS_IN_STATUS = ("check", "demo")
"""Commands that did their job whatever exit status their results gave."""

_ADDRESSES = {
    "email": "e-mail addresses",
    "hashed": "hashes of e-mail addresses",
    "anonymous": "no e-mail addresses",
}
_DOMAINS = {"full": "domains", "hashed": "hashes of domains", "count": "numbers of domains"}


def report(call: Call, status: int) -> None:
    """Tell of *call*, which ended with the exit status *status*, if telemetry is on; never raises."""
    verbose = call.invocation is not None and call.invocation.verbosity > 0

    def tell(sentence: str) -> None:
        if verbose:
            with contextlib.suppress(OSError, ValueError):  # nobody listens
                say(call.world.stderr, sentence)

    try:
        _report(call, status, tell)
    except Exception as error:  # noqa: BLE001 - a fault of telemetry is none of the command's
        tell(f"telemetry failed: {type(error).__name__}: {error}")


def _report(call: Call, status: int, tell: Callable[[str], None]) -> None:
    command = words_of(call.arguments)
    if command == UNTOLD or _is_page(call, status) or _changes_telemetry(call, command):
        return
    environment, invocation = call.world.environment, call.invocation
    settings = invocation.settings if invocation else _settings(call)
    refused = "--no-telemetry" in call.arguments if invocation is None else invocation.no_telemetry
    switch = decide(settings, environment, refused=refused)
    if switch.mode == "off":
        return
    recorder = (invocation and invocation.recorder) or Recorder(call.world.clock)
    _tell_of_command(recorder, call, command, status)
    if switch.mode == "log":
        _log(_envelopes(recorder, switch, call, command), call)
        return
    _hand_over(_envelopes(recorder, switch, call, command), switch, call, tell, _wait(call, command, status))


def _is_page(call: Call, status: int) -> bool:
    """Return whether *call* showed a page of help, which is no command."""
    return not call.arguments or (status == 0 and any(word in {"-h", "--help"} for word in call.arguments))


def _changes_telemetry(call: Call, command: str) -> bool:
    """Return whether *call* changed what events are told by: the settings that were read before it hold no more."""
    return command == "config set" and any(word.startswith("telemetry.") for word in call.arguments)


def _settings(call: Call) -> Settings | None:
    """Return the settings that a command line which was not understood was meant to go by, if they can be had."""
    from domaincheck.settings import load

    config = None
    for word, following in zip(call.arguments, (*call.arguments[1:], ""), strict=True):
        if word == "--config":
            config = following
        elif word.startswith("--config="):
            config = word.partition("=")[2]
    try:
        return load(call.world.environment, Path(config) if config else None)
    except DomaincheckError:
        return None


def _tell_of_command(recorder: Recorder, call: Call, command: str, status: int) -> None:
    from domaincheck.cli.happenings import Happenings

    happenings, seconds = Happenings(recorder), time.monotonic() - call.begun
    fault = ("Interrupted", "interrupted") if status == INTERRUPTED else call.fault
    if fault:
        happenings.command_failed(command, *fault, seconds)
    done = status in {0, BROKEN_PIPE} or command in _RESULTS_IN_STATUS
    happenings.command_ended(command, status, seconds, success=done and fault is None)


def _envelopes(recorder: Recorder, switch: Switch, call: Call, command: str) -> list[Envelope]:
    from domaincheck.files.folders import state_folder
    from domaincheck.telemetry.privacy import Privacy

    environment = call.world.environment
    privacy = Privacy.of(switch, state_folder(environment), environment, call.arguments, command)
    run_id = os.urandom(16).hex()
    return [privacy.envelope(each, run_id) for each in recorder.recorded]


def _log(envelopes: Sequence[Envelope], call: Call) -> None:
    import json

    for each in envelopes:
        call.world.stderr.write(f"domaincheck: telemetry: {json.dumps(each.document)}\n")
    call.world.stderr.flush()


def _wait(call: Call, command: str, status: int) -> float | None:
    """Return for how long to wait for a delivery; ``None`` where it outlives us, or nobody is to wait any more."""
    from domaincheck.telemetry.courier import short_lived

    ends_with_us = command == SCHEDULED or short_lived(call.world.environment)
    return PATIENCE if ends_with_us and status != INTERRUPTED else None


def _hand_over(
    envelopes: Sequence[Envelope], switch: Switch, call: Call, tell: Callable[[str], None], wait: float | None
) -> None:
    from domaincheck.files.folders import state_folder
    from domaincheck.telemetry.courier import OUTBOX
    from domaincheck.telemetry.outbox import Outbox

    world = call.world
    folder, now = state_folder(world.environment), world.clock()
    outbox = Outbox(folder / OUTBOX, tell)
    try:
        due = outbox.add(envelopes, switch.destination, now, now - timedelta(seconds=time.monotonic() - call.begun))
        first = world.stderr.isatty() and outbox.first_notice(now)
    finally:
        outbox.close()
    if first:
        _give_notice(switch, world.stderr)
    if due and switch.key:
        world.dispatch(folder, switch.key, switch.host, world.environment, wait)


def _give_notice(switch: Switch, stderr: TextIO) -> None:
    addresses, domains = _ADDRESSES[switch.identity], _DOMAINS[switch.domains]
    say(stderr, f"telemetry is on: {switch.reason}; this is said once, 'domaincheck telemetry status' says more")
    say(stderr, f"{switch.host} is told which commands run and how they end, with {addresses} and {domains}")
    say(stderr, "'domaincheck telemetry disable' or DO_NOT_TRACK=1 switches it off")
