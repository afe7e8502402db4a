"""``domaincheck doctor`` about our own files: whether they can be used, what is in them, and who may read them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.journal import Journal
from domaincheck.model import Standing, Subscription
from domaincheck.state import State
from domaincheck.store import open_store
from domaincheck.targets import parse
from domaincheck.telemetry.identity import make_key
from tests.patients import NOW, Patient

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sesame-open-42"  # noqa: S105 - to be looked for
MINUTE = timedelta(minutes=1)


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """Return a machine whose files are all well; nobody there takes mail."""
    return Patient(tmp_path)


def subscribed(path: Path, *standings: Standing) -> None:
    """Make a store at *path* with subscriptions of these *standings*."""
    store = open_store(path, parse)
    store.add(
        Subscription(f"user{number}@example.org", "example.com", None, standing, NOW)
        for number, standing in enumerate(standings)
    )


# --- settings --------------------------------------------------------------------------------------------------------


def test_it_says_where_settings_come_from(patient: Patient) -> None:
    """The file and the variables that are in force."""
    patient.home.joinpath("config.toml").write_text("[check]\njobs = 3\n", encoding="utf-8")
    message = patient.findings()["settings"]["message"]
    assert str(patient.home / "config.toml") in message
    assert "DOMAINCHECK_SMTP_FROM" in message


def test_settings_that_cannot_be_used_keep_nothing_else_from_being_looked_at(patient: Patient) -> None:
    """Only what depends on them is left out."""
    patient.home.joinpath("config.toml").write_text("[check]\njobs = 'many'\n", encoding="utf-8")
    assert patient.see().status == 3
    findings = patient.findings()
    assert findings["settings"]["mark"] == "failed"
    assert "config.toml, line 2: check.jobs must be" in findings["settings"]["message"]
    marks = {name: findings[name]["mark"] for name in ("state", "DNS", "clock", "store", "mail", "PostHog")}
    assert list(marks.values()) == ["ok", "ok", "ok", "warning", "warning", "warning"]


def test_variables_that_are_spelled_wrongly_are_told(patient: Patient) -> None:
    """They begin as ours do, and would do nothing without a word."""
    patient.environment |= {"DOMAINCHECK_SMTP_HSOT": "x", "DOMAINCHECK_JOBS": "3", "DOMAINCHECK_ZZZ": "1"}
    (mark, _), *others = ((check["mark"], check) for check in patient.see("--json").document["checks"][:4])
    assert mark == "ok"
    assert [(mark, check["message"].split()[0], check["advice"]) for mark, check in others] == [
        ("warning", "DOMAINCHECK_JOBS", "did you mean DOMAINCHECK_CHECK_JOBS?"),
        ("warning", "DOMAINCHECK_SMTP_HSOT", "did you mean DOMAINCHECK_SMTP_HOST?"),
        ("warning", "DOMAINCHECK_ZZZ", "unset it, or name a setting, as in DOMAINCHECK_CHECK_JOBS"),
    ]


# --- store -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["subscriptions.db", "subscriptions.toml"])
def test_subscriptions_are_counted(name: str, patient: Patient) -> None:
    """By their standing."""
    path = patient.home / name
    patient.environment["DOMAINCHECK_STORE_PATH"] = str(path)
    subscribed(path, Standing.VERIFIED, Standing.VERIFIED, Standing.PENDING)
    assert patient.said("store") == [("ok", f"{path} has 1 pending, 2 verified, 0 refused")]


def test_a_store_that_is_not_there_yet_is_well_and_is_not_made(patient: Patient) -> None:
    """It comes with the first who subscribes."""
    [(mark, message)] = patient.said("store")
    assert (mark, message.startswith("nobody has subscribed yet")) == ("ok", True)
    assert not (patient.home / "subscriptions.db").exists()


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "is empty"), (b"rubbish" * 999, "is damaged"), (None, "newer version")]
)
def test_a_store_that_cannot_be_read_is_a_failure(content: bytes | None, reason: str, patient: Patient) -> None:
    """It is left as it is."""
    path = patient.home / "subscriptions.db"
    if content is None:
        subscribed(path, Standing.VERIFIED)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    [(mark, message)] = patient.said("store")
    assert (mark, reason in message) == ("failed", True)
    assert path.read_bytes() == before


def test_a_store_of_no_known_kind_is_a_failure(patient: Patient) -> None:
    """The sentence says which there are."""
    patient.environment["DOMAINCHECK_STORE"] = str(patient.home / "subscriptions.txt")
    [(mark, message)] = patient.said("store")
    assert (mark, "must end in .db (SQLite) or .toml" in message) == ("failed", True)
    assert patient.said("secrets")[0][0] == "ok"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", ["subscriptions.db", "subscriptions.toml"])
def test_a_store_that_can_only_be_read_is_a_warning(name: str, patient: Patient) -> None:
    """Runs go on without, but nobody can subscribe."""
    path = patient.home / name
    patient.environment["DOMAINCHECK_STORE"] = str(path)
    subscribed(path, Standing.VERIFIED)
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    [(mark, message)] = patient.said("store")
    assert mark == "warning"
    assert f"{path} cannot be written to (Permission denied), so nobody can subscribe" in message
    assert path.stat().st_mtime_ns == before


def test_a_store_that_nobody_could_make_is_a_failure(patient: Patient) -> None:
    """Here its folder is a file."""
    (patient.home / "file").touch()
    patient.environment["DOMAINCHECK_STORE"] = str(patient.home / "file" / "below" / "subscriptions.db")
    findings = patient.findings()
    assert findings["store"]["mark"] == "failed"
    assert f"{patient.home}/file cannot be written to (Not a directory)" in findings["store"]["message"]
    assert "name another file by store.path" in findings["store"]["advice"]
    assert findings["secrets"]["mark"] == "ok"


# --- state -----------------------------------------------------------------------------------------------------------


def test_a_state_folder_that_cannot_be_written_to_is_a_failure(patient: Patient) -> None:
    """Here it is a file."""
    path = patient.home / "file"
    path.touch()
    patient.environment["STATE_DIRECTORY"] = str(path)
    assert patient.see().status == 3
    state = patient.findings()["state"]
    assert state["mark"] == "failed"
    assert state["message"].endswith(f"{path} cannot be written to (Not a directory)")
    assert "name another folder by STATE_DIRECTORY" in state["advice"]


def test_a_state_folder_that_is_not_there_yet_is_not_made(patient: Patient) -> None:
    """It is enough that it could be."""
    patient.environment["STATE_DIRECTORY"] = str(patient.home / "new" / "state")
    assert patient.said("state") == [("ok", f"{patient.home}/new/state can be written to")]
    assert list(patient.home.iterdir()) == []


def test_mail_that_waits_is_told(patient: Patient) -> None:
    """With the reason why it could not be sent."""
    with Journal.open(patient.home / "state.db") as journal:
        journal.queue("ann@example.org", b"", NOW)
        journal.postponed(1, "the server is down")
    assert patient.said("journal") == [("warning", "1 mail waiting to be sent: the server is down")]


@pytest.mark.parametrize("content", [b"", b"rubbish" * 999])
def test_a_journal_that_cannot_be_used_is_a_failure(content: bytes, patient: Patient) -> None:
    """No run could go on without it."""
    (patient.home / "state.db").write_bytes(content)
    assert patient.see().status == 3
    [(mark, _)] = patient.said("journal")
    assert mark == "failed"
    assert (patient.home / "state.db").read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_journal_that_can_only_be_read_is_a_failure(patient: Patient) -> None:
    """Nothing is said of when the last run was, which is not known then."""
    patient.note_run()
    (patient.home / "state.db").chmod(0o400)
    findings = patient.findings()
    assert findings["journal"]["mark"] == "failed"
    assert findings["journal"]["message"] == f"{patient.home}/state.db cannot be written to (Permission denied)"
    assert "schedule" not in findings


@pytest.mark.parametrize(
    ("ago", "mark", "message"),
    [
        (timedelta(hours=20), "ok", "the last run was at 2026-11-22 10:05 UTC"),
        (timedelta(days=3), "warning", "the last run was at 2026-11-20 06:05 UTC, 3 days ago"),
        (-timedelta(days=3), "failed", "the last run was at 2026-11-26 06:05 UTC, which is yet to come"),
    ],
)
def test_the_last_run_should_not_be_long_ago(ago: timedelta, mark: str, message: str, patient: Patient) -> None:
    """Nor lie ahead: the clock is wrong then."""
    patient.note_run(NOW - ago)
    assert patient.said("schedule") == [(mark, message)]


def test_without_a_run_it_is_said_how_to_schedule_one(patient: Patient) -> None:
    """A new installation has none yet."""
    check = patient.findings()["schedule"]
    assert (check["mark"], check["message"]) == ("warning", "there was no scheduled run yet")
    assert "'domaincheck schedule'" in check["advice"]


def test_locks_that_were_left_behind_are_no_trouble(patient: Patient) -> None:
    """The system lets go of a lock when its holder is gone; the file stays."""
    patient.note_run()
    for name in ("run.lock", "telemetry.lock", "subscriptions.db.lock"):
        (patient.home / name).touch(0o600)
    findings = patient.findings()
    assert {name for name, check in findings.items() if check["mark"] != "ok"} == {"mail"}


def test_a_damaged_cache_is_a_warning(patient: Patient) -> None:
    """What was in it can be learned again."""
    (patient.home / "cache.db").write_bytes(b"rubbish" * 999)
    [(mark, message)] = patient.said("cache")
    assert (mark, "was damaged" in message) == ("warning", True)


def test_to_look_makes_no_file(patient: Patient) -> None:
    """Neither of ours nor of telemetry's, nor what was to show that files can be made."""
    patient.environment["POSTHOG_HOST"] = "http://127.0.0.1:1"
    patient.see()
    assert list(patient.home.iterdir()) == []


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_files_that_others_may_read_are_told(patient: Patient) -> None:
    """Each of them, and how to close it."""
    subscribed(patient.home / "subscriptions.db", Standing.VERIFIED)
    patient.note_run()
    State(patient.home / "cache.db").keep_limit("example.net", 0, 1)
    make_key(patient.home)
    (patient.home / "config.toml").write_text(f'[telemetry]\napi_key = "{SECRET}"\nenabled = false\n')
    files = ["subscriptions.db", "state.db", "cache.db", "telemetry.key", "config.toml"]
    (patient.home / "config.toml").chmod(0o600)
    assert [mark for mark, _ in patient.said("secrets")] == ["ok"]
    for name in files:
        (patient.home / name).chmod(0o640)
    outcome = patient.see()
    for name in files:
        assert f"warning  secrets   {patient.home / name} can be used by others" in outcome.stdout
        assert f"-> chmod 600 {patient.home / name}" in outcome.stdout
    assert SECRET not in outcome.stdout + outcome.stderr


def test_settings_without_a_secret_may_be_read_by_all(patient: Patient) -> None:
    """As most files in /etc."""
    (patient.home / "config.toml").write_text("[check]\njobs = 3\n")
    (patient.home / "config.toml").chmod(0o644)
    assert patient.said("secrets")[0][0] == "ok"


def test_no_secret_is_ever_printed(patient: Patient) -> None:
    """Wherever one was put, and whatever is wrong."""
    secrets = [f"{SECRET}-{number}" for number in range(4)]
    with Journal.open(patient.home / "state.db") as journal:
        journal.queue("ann@example.org", secrets[0].encode(), NOW - MINUTE)
    patient.environment |= {
        "POSTHOG_API_KEY": f"phx_{secrets[1]}",
        "DOMAINCHECK_SMTP_PASSWORD": secrets[2],
        "DOMAINCHECK_SMTP_USER": "alerts",
        "DOMAINCHECK_TELEMETRY_HOST": f"https://user:{secrets[3]}@posthog.example",
    }
    for arguments in ([], ["--json"]):
        outcome = patient.see(*arguments)
        assert SECRET not in outcome.stdout + outcome.stderr
