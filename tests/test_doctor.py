"""``domaincheck doctor``: what is in place and what is not, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.lab.hostile import refused_port
from tests.mail_servers import PASSWORD, USER, MailServer
from tests.patients import Patient

if TYPE_CHECKING:
    from pathlib import Path

FILES = ["settings", "store", "state", "journal", "schedule", "cache", "secrets"]
SOUND = [*FILES, "CAs", "DNS", "clock", "mail", "PostHog"]


@pytest.fixture
def patient(tmp_path: Path) -> Any:
    """Return a machine on which all is well."""
    with MailServer() as server:
        patient = Patient(tmp_path, server)
        patient.note_run()
        yield patient


def test_all_is_well(patient: Patient) -> None:
    """Each check has its line; the exit status is 0, and no mail was sent."""
    outcome = patient.see()
    assert outcome.status == 0
    assert [line.split()[:2] for line in outcome.stdout.splitlines()] == [["ok", name] for name in SOUND]
    assert patient.server is not None
    assert patient.server.received == []


def test_the_findings_are_told_as_json(patient: Patient) -> None:
    """Every key is always there."""
    outcome = patient.see("--json")
    assert (outcome.document["version"], outcome.document["status"]) == ("1", "ok")
    assert [check["name"] for check in outcome.document["checks"]] == SOUND
    assert outcome.document["checks"][SOUND.index("DNS")] == {
        "name": "DNS",
        "mark": "ok",
        "message": "example.com has the address 192.0.2.7",
        "advice": None,
        "conversation": [],
    }


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_used_is_a_failure(text: str | None, patient: Patient) -> None:
    """Every certificate would be untrusted."""
    path = patient.home / "roots.pem"
    if text:
        path.write_text(text, encoding="utf-8")
    patient.environment["DOMAINCHECK_TLS_CA_FILE"] = str(path)
    finding = patient.findings()["CAs"]
    assert finding["mark"] == "failed"
    assert finding["message"].startswith(f"{path} cannot be used: ")


def test_names_that_are_not_resolved_are_a_failure(patient: Patient) -> None:
    """Nothing could be checked."""
    patient.hosts = {}
    assert patient.findings()["DNS"]["mark"] == "failed"
    assert patient.see().status == 3


@pytest.mark.parametrize("year", [1970, 2024, 2090])
def test_a_clock_that_cannot_be_right_is_a_failure(year: int, patient: Patient) -> None:
    """A machine without a battery begins in 1970, and sees no certificate expire."""
    patient.now = datetime(year, 1, 1, tzinfo=UTC)
    clock = patient.findings()["clock"]
    assert clock["mark"] == "failed"
    assert clock["message"] == f"it is {year}-01-01 00:00 UTC, which cannot be"


# --- mail --------------------------------------------------------------------------------------------------------


def test_mail_without_a_sender_is_a_failure(patient: Patient) -> None:
    """The advice says what to set."""
    patient.environment["DOMAINCHECK_SMTP_FROM"] = ""
    mail = patient.findings()["mail"]
    assert mail["mark"] == "failed"
    assert "set smtp.from" in mail["advice"]


def test_a_mail_server_that_is_not_there_is_a_failure(patient: Patient) -> None:
    """A scheduled run could tell nobody of anything."""
    with refused_port() as port:
        patient.environment["DOMAINCHECK_SMTP_PORT"] = str(port)
        outcome = patient.see()
    assert outcome.status == 3
    assert f"failed   mail      127.0.0.1:{port} cannot be used" in outcome.stdout


def test_a_server_without_starttls_is_a_failure(patient: Patient) -> None:
    """Where STARTTLS is asked for, as it is by default."""
    patient.environment["DOMAINCHECK_SMTP_SECURITY"] = ""
    mail = patient.findings()["mail"]
    assert "offers no STARTTLS" in mail["message"]
    assert mail["conversation"][-1].startswith("S: 221")


def test_a_test_mail_is_sent(patient: Patient) -> None:
    """It says what it is for."""
    outcome = patient.see("--mail", "you@example.org")
    assert outcome.status == 0
    assert "ok       mail      a test mail is on its way to you@example.org\n" in outcome.stdout
    assert patient.server is not None
    [mail] = patient.server.received
    assert mail.recipients == ["you@example.org"]
    read: Any = message_from_bytes(mail.content, policy=policy.default)
    assert read["Subject"] == "domaincheck can send mail"


def test_a_test_mail_that_fails_shows_the_conversation(patient: Patient) -> None:
    """What both sides said stands under the finding."""
    assert patient.server is not None
    patient.server.rcpt = "550 5.1.1 no such user"
    outcome = patient.see("--mail", "you@example.org")
    assert outcome.status == 3
    text = outcome.stdout
    assert f"127.0.0.1:{patient.server.port} refused the recipient you@example.org: 550 5.1.1 no such user" in text
    said = [line.strip().lower() for line in text.splitlines()]  # smtplib's capitals differ from version to version
    assert said.index("c: rcpt to:<you@example.org>") + 1 == said.index("s: 550 5.1.1 no such user")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    """Not even when the login fails and the server repeats it, nor in the conversation."""
    secret = tmp_path / "password"
    secret.write_text("not " + PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    with MailServer(login=PASSWORD) as server:
        patient = Patient(tmp_path, server)
        patient.environment |= {"DOMAINCHECK_SMTP_USER": USER, "DOMAINCHECK_SMTP_PASSWORD_FILE": str(secret)}
        outcome = patient.see("--mail", "you@example.org")
    assert outcome.status == 3
    assert "refused the login of alerts" in outcome.stdout
    assert "warning  mail      the password is not safe" in outcome.stdout
    assert PASSWORD not in outcome.stdout + outcome.stderr


def test_what_is_no_address_gets_no_mail(patient: Patient) -> None:
    """The sentence repeats it."""
    outcome = patient.see("--mail", "you")
    assert outcome.status == 3
    assert "'you' is no mail address" in outcome.stdout


# --- how it is shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 200])
def test_on_a_terminal_lines_are_folded_between_words(width: int, patient: Patient) -> None:
    """What belongs to a finding is beneath its message; a long path stays whole, so that it can be copied."""
    path = patient.home / "a-long-name-of-a-folder" / "subscriptions.db"
    patient.environment |= {"DOMAINCHECK_STORE": str(path), "COLUMNS": str(width), "NO_COLOR": "1"}
    patient.environment["DOMAINCHECK_SMTP_FROM"] = ""
    lines = patient.see(terminals=("stdout",)).stdout.splitlines()
    assert max(len(line) for line in lines if str(patient.home) not in line) <= width
    assert any(str(path) in line for line in lines)
    assert [line.split()[1] for line in lines if line[0] not in " /"] == SOUND
    assert any(line.startswith(f"{'':19}-> mail needs a sender") for line in lines)


def test_marks_are_in_colour_where_that_is_wanted(patient: Patient) -> None:
    """Words say the same to whoever sees none."""
    patient.hosts = {}
    assert "\x1b[31mfailed\x1b[0m   DNS" in patient.see(terminals=("stdout",)).stdout
    patient.environment["NO_COLOR"] = "1"
    assert "\x1b" not in patient.see(terminals=("stdout",)).stdout
