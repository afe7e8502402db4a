"""``schedule``: a crontab line and systemd units that can be installed as they are printed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import domaincheck
from tests.commands import run

FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
FLOOR = re.compile(r"# /etc/systemd/system/(domaincheck\.\w+)\n")


def crontab(text: str) -> list[tuple[list[str], list[str]]]:
    """Return the fields of time of each line of *text*, and its command as a shell takes it; see its manual, in 5."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        *times, command = line.split(maxsplit=5)
        assert len(times) == 5
        for time, (lowest, highest) in zip(times, FIELDS, strict=True):
            assert time == "*" or lowest <= int(time) <= highest
        assert not re.search(r"(?<!\\)%", command), "the rest would be the command's input"
        found.append((times, shlex.split(command.replace("\\%", "%"))))
    return found


def units(text: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Read *text* as systemd.syntax(7) has it: return the settings of each section of each unit."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    _, *pieces = FLOOR.split(text)
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        sections = found.setdefault(name, {})
        section = ""
        for line in body.splitlines():
            if not line or line.startswith(("#", ";")):
                continue
            if header := re.fullmatch(r"\[(\w+)\]", line):
                section = header[1]
                sections[section] = []
                continue
            setting = re.fullmatch(r"([A-Z]\w+)=(\S.*|)", line)
            assert setting, line
            sections[section].append((setting[1], setting[2]))
    return found


def command(text: str) -> list[str]:
    """Return the words of the service's command, as systemd.service(5) reads them."""
    line = dict(units(text)["domaincheck.service"]["Service"])["ExecStart"]
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]


# --- cron ---


def test_cron_runs_it_once_a_day() -> None:
    """At a minute that is this installation's own, so that not all the world asks at the full hour."""
    outcome = run("schedule", "--cron")
    assert (outcome.status, outcome.stderr) == (0, "")
    [(times, words)] = crontab(outcome.stdout)
    assert times[1:] == ["6", "*", "*", "*"]
    assert 1 <= int(times[0]) <= 59
    assert words[-1] == "run-scheduled"


def test_the_minute_stays_the_same_and_differs_elsewhere(tmp_path: Path) -> None:
    """Whoever prints the line again installs the same one."""
    assert run("schedule").stdout == run("schedule", "--cron").stdout
    minutes = {crontab(run("--store", tmp_path / f"{n}.db", "schedule").stdout)[0][0][0] for n in range(10)}
    assert len(minutes) > 3


@pytest.mark.parametrize("how", ["--cron", "--systemd"])
def test_the_command_is_there_for_those_who_know_no_path(how: str) -> None:
    """Cron and systemd are given an absolute path, to something that can be run."""
    text = run("schedule", how).stdout
    words = command(text) if how == "--systemd" else crontab(text)[0][1]
    assert Path(words[0]).is_absolute()
    environment = {"PYTHONPATH": str(Path(domaincheck.__file__).parents[1])}  # it may not be installed here
    shown = subprocess.run(  # noqa: S603 - our own command
        [*words[:-1], "--version"], capture_output=True, text=True, check=True, cwd="/", env=environment
    )
    assert shown.stdout.startswith("domaincheck ")


NAMES = ["plain", "with space", "100%", "it's", 'qu"ote', "back\\slash", "$HOME", "semi;colon", "a=b", "tab\there"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["--cron", "--systemd"])
def test_files_that_were_named_are_named_again(tmp_path: Path, name: str, how: str) -> None:
    """By their absolute paths, whatever characters are in them."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "c.toml").touch()
    text = run("--config", folder / "c.toml", "--store", folder / "s.db", "schedule", how).stdout
    words = command(text) if how == "--systemd" else crontab(text)[0][1]
    assert words[-5:] == ["--config", f"{folder}/c.toml", "--store", f"{folder}/s.db", "run-scheduled"]


def test_relative_paths_become_absolute() -> None:
    """Cron starts in another folder."""
    [(_, words)] = crontab(run("--store", "mine.db", "schedule").stdout)
    assert words[-3:] == ["--store", f"{Path.cwd()}/mine.db", "run-scheduled"]


def test_files_that_the_environment_names_are_named_on_the_command_line(tmp_path: Path) -> None:
    """Cron has an environment of its own; what was given as an option counts more, as always."""
    (tmp_path / "c.toml").touch()
    environment = {"DOMAINCHECK_CONFIG": str(tmp_path / "c.toml"), "DOMAINCHECK_STORE": "~/s.db"}
    [(_, words)] = crontab(run("schedule", environment=environment).stdout)
    assert words[-5:-1] == ["--config", f"{tmp_path}/c.toml", "--store", str(Path.home() / "s.db")]
    [(_, words)] = crontab(run("--store", tmp_path / "mine.db", "schedule", environment=environment).stdout)
    assert words[-5:-1] == ["--config", f"{tmp_path}/c.toml", "--store", f"{tmp_path}/mine.db"]


# --- systemd ---


def test_systemd_gets_a_service_and_a_timer() -> None:
    """The timer runs daily, catches up, and spreads its runs; a mail that waits is no failure."""
    found = units(run("schedule", "--systemd").stdout)
    assert list(found) == ["domaincheck.service", "domaincheck.timer"]
    service, timer = dict(found["domaincheck.service"]["Service"]), dict(found["domaincheck.timer"]["Timer"])
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == "1"
    assert timer == {
        "OnCalendar": "*-*-* 06:00:00",
        "RandomizedDelaySec": "1h",
        "FixedRandomDelay": "yes",
        "Persistent": "yes",
    }
    assert dict(found["domaincheck.timer"]["Install"]) == {"WantedBy": "timers.target"}
    assert {"DynamicUser", "ProtectSystem", "NoNewPrivileges", "StateDirectory", "UMask"} <= service.keys()


def test_no_setting_is_given_twice() -> None:
    """The second would silently take the place of the first."""
    for sections in units(run("schedule", "--systemd").stdout).values():
        for settings in sections.values():
            keys = [key for key, _ in settings]
            assert len(keys) == len(set(keys))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("name", ["plain", "with space", "100%", 'qu"ote'])
def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path, name: str) -> None:
    """``systemd-analyze verify`` is silent about them."""
    text = run("--store", tmp_path / name / "s.db", "schedule", "--systemd").stdout
    _, *pieces = FLOOR.split(text)
    for unit, body in zip(pieces[::2], pieces[1::2], strict=True):
        (tmp_path / unit).write_text(body)
    paths = [str(tmp_path / unit) for unit in pieces[::2]]
    verify = ["systemd-analyze", "--man=no", "--recursive-errors=no", "verify", *paths]
    outcome = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - ours
    assert (outcome.returncode, outcome.stdout + outcome.stderr) == (0, "")


def test_one_kind_at_a_time() -> None:
    """Both at once can't be installed as they are printed."""
    outcome = run("schedule", "--cron", "--systemd")
    assert outcome.status == 3
    assert outcome.complaint == "--cron and --systemd exclude each other: give one"
