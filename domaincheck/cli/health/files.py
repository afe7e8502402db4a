"""The files that a scheduled run goes by: whether they can be used, what is in them, and who may read them."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.cli.health import Check, Mark
from domaincheck.errors import UsageError
from domaincheck.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from domaincheck.cli.invocation import Invocation

PATIENCE = 5.0
"""Seconds to wait for a run that is writing."""
RARELY = timedelta(days=2)
"""A last run that is longer ago than this has no successor: it should come every day."""
TOLERANCE = timedelta(minutes=1)

_STATE = ("state.db", "cache.db", "telemetry.db", "telemetry.key")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings_fault(invocation: Invocation) -> str | None:
    """Return why the settings can't be used, if so; then the defaults are in force."""
    from domaincheck.settings import load

    try:
        load(invocation.world.environment, invocation.config)
    except UsageError as error:
        return str(error)
    return None


def settings(invocation: Invocation) -> Iterator[Check]:
    """Say where the settings are from."""
    if fault := settings_fault(invocation):
        yield Check("settings", Mark.FAILED, fault, "correct it; until then only 'config' and 'doctor' do anything")
        return
    sources = {value.source for value in invocation.settings.values.values()} - {"default"}
    origin = f"from {', '.join(sorted(map(clean, sources)))}" if sources else "all by default"
    yield Check("settings", Mark.OK, origin)


def store(invocation: Invocation) -> Iterator[Check]:
    """Count the subscriptions, which shows that they can be read, and see whether they can be written."""
    from domaincheck.model import Standing

    store = invocation.open_store()
    path = clean(str(store.path))
    if not store.path.exists():
        yield Check("store", Mark.OK, f"nobody has subscribed yet; the first will be kept in {path}")
        return
    counts = Counter(subscription.standing for subscription in store.subscriptions())
    message = f"{path} has {', '.join(f'{counts[standing]} {standing}' for standing in Standing)}"
    if all(os.access(place, os.W_OK) for place in (store.path, store.path.parent)):
        yield Check("store", Mark.OK, message)
    else:
        advice = "make the file and its folder writable, or nobody can subscribe or unsubscribe"
        yield Check("store", Mark.WARNING, f"{message}, but cannot be written to", advice)


def state(invocation: Invocation) -> Iterator[Check]:
    """See whether there is a folder that takes files."""
    import tempfile

    from domaincheck.files.folders import state_folder

    folder = state_folder(invocation.world.environment)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"domaincheck")
    except OSError as error:
        message = f"{clean(str(folder))} cannot be written to: {error.strerror}"
        yield Check("state", Mark.FAILED, message, "make the folder writable, or name another by STATE_DIRECTORY")
        return
    yield Check("state", Mark.OK, f"{clean(str(folder))} can be written to")


def journal(invocation: Invocation) -> Iterator[Check]:
    """See whether there is mail that waits, and when the last run was."""
    from domaincheck.journal import Journal

    path, last = invocation.state_file("state.db"), None
    if not path.exists():
        yield Check("journal", Mark.OK, f"nothing had to be remembered yet; {clean(str(path))} is made when it has")
    else:
        with Journal.open(path, PATIENCE) as journal:
            with journal.transaction():  # which only a file that can be written allows
                count, oldest = journal.count_waiting(), next(journal.waiting(), None)
            last = journal.last_run()
        if oldest is None:
            yield Check("journal", Mark.OK, f"{clean(str(path))} can be used; no mail waits")
        else:
            reason = clean(oldest.error or "it was not tried yet")
            advice = "the next run tries again; see what is said of mail below"
            yield Check("journal", Mark.WARNING, f"{counted(count, 'mail')} waiting to be sent: {reason}", advice)
    yield _schedule(last, invocation.world.clock())


def _schedule(last: datetime | None, now: datetime) -> Check:
    """Judge when the *last* scheduled run was."""
    if last is None:
        advice = "'domaincheck schedule' prints what to give to cron or systemd"
        return Check("schedule", Mark.WARNING, "there was no scheduled run yet", advice)
    message = f"the last run was at {last:%Y-%m-%d %H:%M} UTC"
    if now < last - TOLERANCE:
        return Check("schedule", Mark.FAILED, f"{message}, which is yet to come", "set the clock; runs wait for it")
    if now > last + RARELY:
        advice = "see whether cron or systemd still starts it; 'domaincheck schedule' prints what they need"
        return Check("schedule", Mark.WARNING, f"{message}, {(now - last).days} days ago", advice)
    return Check("schedule", Mark.OK, message)


def cache(invocation: Invocation) -> Iterator[Check]:
    """See whether what was learned of registrations can be used; if it can't, it is learned anew each time."""
    from contextlib import closing

    from domaincheck.state import State

    said: list[str] = []
    path = invocation.state_file("cache.db")
    with closing(State(path, said.append)) as memory:
        memory.document("")
    if said:
        yield Check("cache", Mark.WARNING, clean(said[0]), "nothing is lost that could not be learned again")
    else:
        there = "can be used" if path.exists() else "is made when it is needed"
        yield Check("cache", Mark.OK, f"{clean(str(path))} {there}")


def secrets(invocation: Invocation) -> Iterator[Check]:
    """See whether anybody else may read what is told to nobody: addresses, codes, keys."""
    open_to_others = [path for path in _secret_files(invocation) if _mode(path) & _OTHERS]
    for path in open_to_others:
        advice = f"chmod 600 {clean(shlex.quote(str(path)))}"
        yield Check("secrets", Mark.WARNING, f"{clean(str(path))} can be used by others", advice)
    if not open_to_others:
        yield Check("secrets", Mark.OK, "files with addresses, codes and keys are closed to others")


def _secret_files(invocation: Invocation) -> Iterator[Path]:
    from domaincheck.settings import TABLE, settings_path

    with contextlib.suppress(UsageError):  # which the examination of the store tells
        yield invocation.open_store().path
    yield from map(invocation.state_file, _STATE)
    path = settings_path(invocation.world.environment, invocation.config)
    values = invocation.settings.values
    if any(setting.secret and values[setting.name].source == str(path) for setting in TABLE):
        yield path


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0
