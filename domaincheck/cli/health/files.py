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
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from domaincheck.cli.invocation import Invocation

PATIENCE = 5.0
"""Seconds to wait for a run that is writing."""
RARELY = timedelta(days=2)
"""A last run that is longer ago than this has no successor: it should come every day."""
TOLERANCE = timedelta(minutes=1)

_LET = "see that whoever runs this may write there, and that there is room"
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
    """Say where the settings are from, and what of the environment was meant to be one and is none."""
    if fault := settings_fault(invocation):
        yield Check("settings", Mark.FAILED, fault, "see to that; until then only 'config' and 'doctor' do anything")
    else:
        sources = {value.source for value in invocation.settings.values.values()} - {"default"}
        origin = f"from {', '.join(sorted(map(clean, sources)))}" if sources else "all by default"
        yield Check("settings", Mark.OK, origin)
    yield from _strangers(invocation.world.environment)


def _strangers(environment: Mapping[str, str]) -> Iterator[Check]:
    from domaincheck.settings.variables import strangers

    for variable, meant in strangers(environment):
        advice = f"did you mean {meant}?" if meant else "unset it, or name a setting, as in DOMAINCHECK_CHECK_JOBS"
        yield Check("settings", Mark.WARNING, f"{clean(variable)} has no effect: there is no such variable", advice)


def store(invocation: Invocation) -> Iterator[Check]:
    """Count the subscriptions, which shows that they can be read, and see whether they can be written."""
    from domaincheck.model import Standing

    store = invocation.open_store()
    path, exists = store.path, _is_there(store.path)
    obstacle = _obstacle(path.parent) or (_protection(path) if exists else None)
    if exists:
        counts = Counter(subscription.standing for subscription in store.subscriptions())
        message = f"{clean(str(path))} has {', '.join(f'{counts[standing]} {standing}' for standing in Standing)}"
    else:
        message = f"nobody has subscribed yet; the first will be kept in {clean(str(path))}"
    if obstacle is None:
        yield Check("store", Mark.OK, message)
    else:
        mark, advice = Mark.WARNING if exists else Mark.FAILED, f"{_LET}, or name another file by store.path"
        yield Check("store", mark, f"{message}; but {obstacle}, so nobody can subscribe", advice)


def state(invocation: Invocation) -> Iterator[Check]:
    """See whether there is a folder that takes files, or can be one."""
    from domaincheck.files.folders import state_folder

    folder = state_folder(invocation.world.environment)
    if obstacle := _obstacle(folder):
        advice = f"{_LET}, or name another folder by STATE_DIRECTORY"
        yield Check("state", Mark.FAILED, f"nothing can be remembered in {clean(str(folder))}: {obstacle}", advice)
    else:
        yield Check("state", Mark.OK, f"{clean(str(folder))} can be written to")


def _obstacle(folder: Path) -> str | None:
    """Return why *folder* takes no file, if so. That is tried with one that has no name, so nothing is left behind.

    A folder that is not there is made when it is needed: the nearest one above it has to allow that.
    """
    import tempfile

    folder = folder.absolute()
    nearest = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    try:
        with tempfile.TemporaryFile(dir=nearest, buffering=0) as file:
            file.write(b"domaincheck")  # on a full disk a file can be made, and takes nothing
    except OSError as error:
        return _refusal(nearest, error)
    return None


def _is_there(path: Path) -> bool:
    """Return whether there is a file at *path*, which can be read then; raises OSError if not."""
    try:
        path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _protection(path: Path) -> str | None:
    """Return why the file *path* can't be written to, if so; it is opened for that, and left as it is."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    except OSError as error:
        return _refusal(path, error)
    return None


def _refusal(place: Path, error: OSError) -> str:
    return f"{clean(str(place))} cannot be written to ({error.strerror})"


def journal(invocation: Invocation) -> Iterator[Check]:
    """See whether there is mail that waits, and when the last run was."""
    from domaincheck.journal import Journal

    path, last = invocation.state_file("state.db"), None
    if not _is_there(path):
        yield Check("journal", Mark.OK, f"nothing had to be remembered yet; {clean(str(path))} is made when it has")
    else:
        if protection := _protection(path):  # a transaction would begin all the same, as SQLite takes it for reading
            yield Check("journal", Mark.FAILED, protection, _LET)
            return
        with Journal.open(path, PATIENCE) as journal:
            with journal.transaction():
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
        exists = _is_there(path)
        protection = _protection(path) if exists else None
        advice = f"{_LET}; until then all is looked up anew each time"
        if protection:
            yield Check("cache", Mark.WARNING, protection, advice)
        else:
            there = "can be used" if exists else "is made when it is needed"
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
    except OSError:  # there is none, or it is closed to us too
        return 0
