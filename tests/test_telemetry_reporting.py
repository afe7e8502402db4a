"""What becomes of a command's events when it ends; and that the command itself never feels it."""

from __future__ import annotations

import stat
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.telemetry.courier import at_rest, flush, short_lived
from domaincheck.telemetry.outbox import Outbox
from domaincheck.telemetry.switch import destination_of
from tests.commands import PATIENCE, Dispatch, Outcome, Shell, ended, start, start_python
from tests.posthog_server import PostHogServer

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.telemetry.events import Envelope

KEY = "phc_of_the_project"
HERE = {"POSTHOG_API_KEY": KEY, "POSTHOG_HOST": "http://127.0.0.1:1"}
CHECK = ("check", "--no-domain", "no/target")
CHECKED = ["domain_check", "domain_check_results", "command_run"]


@dataclass
class Machine:
    """A machine on which telemetry is on, as *environment* has it; *folder* holds its settings and its state."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(HERE))
    dispatches: list[Dispatch] = field(default_factory=list)

    def run(self, *arguments: object, **shell: Any) -> Outcome:
        """Run a command."""
        shell = {"dispatches": self.dispatches} | shell
        return Shell(environment=self.environment, home=self.folder, **shell).run(*arguments)

    def kept(self, host: str = HERE["POSTHOG_HOST"]) -> list[Envelope]:
        """Return the events that wait for *host*."""
        with closing(Outbox(self.folder / "telemetry.db")) as outbox:
            return outbox.pending(destination_of(KEY, host))

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [each.event for each in self.kept()]

    @property
    def files(self) -> set[str]:
        """The files there are."""
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine on which nothing has run yet."""
    return Machine(tmp_path)


# --- on ----------------------------------------------------------------------------------------------------------


def test_events_are_kept_and_a_delivery_started(machine: Machine) -> None:
    """In the order in which they happened, in a file for its owner alone; as a rule nobody waits for the delivery."""
    machine.run(*CHECK)
    assert machine.names == CHECKED
    times = [each.timestamp for each in machine.kept()]
    assert times == sorted(times)
    assert stat.S_IMODE((machine.folder / "telemetry.db").stat().st_mode) == 0o600
    [dispatch] = machine.dispatches
    assert dispatch[:3] == (machine.folder, KEY, "http://127.0.0.1:1")
    assert dispatch.wait == (3.0 if short_lived({}) else None)  # tests may well run in a container


def test_a_command_is_the_same_with_telemetry_and_without(machine: Machine) -> None:
    """Exit status, output and complaints, whether it did well or not."""
    for arguments in (CHECK, ("check", "--explode"), ("explode",), ("schedule", "--cron"), ("subscribe", "ann")):
        assert machine.run(*arguments) == replace(machine, environment={}).run(*arguments)


def test_events_wait_for_the_host_that_was_settled(machine: Machine) -> None:
    """PostHog's own, if none was."""
    del machine.environment["POSTHOG_HOST"]
    machine.run(*CHECK)
    assert len(machine.kept("https://us.i.posthog.com")) == len(CHECKED)
    assert machine.kept() == []


@pytest.mark.parametrize(
    ("arguments", "environment", "wait"),
    [
        (("run-scheduled",), {}, 3.0),
        (CHECK, {"CI": "true"}, 3.0),
        (("schedule", "--cron"), {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, 3.0),
    ],
)
def test_where_a_delivery_would_be_cut_off_it_is_waited_for(
    machine: Machine, arguments: tuple[str, ...], environment: dict[str, str], wait: float
) -> None:
    """Under cron, in CI and in a container: for three seconds at the most."""
    machine.environment |= environment
    machine.run(*arguments)
    assert [each.wait for each in machine.dispatches] == [wait]


def test_after_ctrl_c_nothing_is_waited_for(machine: Machine) -> None:
    """Not even where it would be otherwise."""
    machine.environment |= {"CI": "true"}
    calls = 0

    def clock() -> datetime:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return datetime.now(UTC)

    assert machine.run(*CHECK, clock=clock).status == 130
    assert machine.names == ["domain_check", "command_error", "command_run"]
    assert [each.wait for each in machine.dispatches] == [None]


def test_while_a_failed_delivery_has_to_wait_none_is_started(machine: Machine) -> None:
    """Events are kept all the same."""
    now = datetime.now(UTC)
    with closing(Outbox(machine.folder / "telemetry.db")) as outbox:
        outbox.postponed(destination_of(KEY, HERE["POSTHOG_HOST"]), now, "refused", timedelta(hours=1))
    machine.run(*CHECK)
    assert machine.names == CHECKED
    assert machine.dispatches == []


def test_a_delivery_is_started_for_real(tmp_path: Path) -> None:
    """From a process of its own, which ends at once with the status and the output that it had anyway."""
    outcome = ended(start(*CHECK, home=tmp_path, environment=HERE))
    assert outcome == ended(start(*CHECK, home=tmp_path))
    assert Machine(tmp_path).names == CHECKED


# --- the notice --------------------------------------------------------------------------------------------------


def test_whoever_sits_at_the_terminal_is_told_once(machine: Machine) -> None:
    """Where events go, what is in them, and how to end that."""
    first, second = (machine.run(*CHECK, terminals=("stderr",)) for _ in range(2))
    on, told, off = first.stderr.splitlines()
    assert on.startswith("domaincheck: telemetry is on: a key is set by POSTHOG_API_KEY; this is said once")
    what = "is told which commands run and how they end, with e-mail addresses and domains"
    assert told == f"domaincheck: http://127.0.0.1:1 {what}"
    assert off == "domaincheck: 'domaincheck telemetry disable' or DO_NOT_TRACK=1 switches it off"
    assert second.stderr == ""


def test_the_notice_is_kept_for_a_terminal(machine: Machine) -> None:
    """Where none is nothing is said, and it is not spent."""
    assert machine.run(*CHECK).stderr == ""
    machine.environment |= {"DOMAINCHECK_TELEMETRY_IDENTITY": "anonymous", "DOMAINCHECK_TELEMETRY_DOMAINS": "count"}
    assert "with no e-mail addresses and numbers of domains" in machine.run(*CHECK, terminals=("stderr",)).stderr


def test_commands_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    """Each a process, with deliveries going on beside them; nobody is told of a lock."""
    with PostHogServer() as server:
        key = {"POSTHOG_API_KEY": KEY, "POSTHOG_HOST": server.url}
        crowd = [start("schedule", "--cron", home=tmp_path, environment=key) for _ in range(24)]
        outcomes = [ended(process) for process in crowd]
        assert [(each.status, each.stderr) for each in outcomes] == [(0, "")] * 24
        assert at_rest(tmp_path, PATIENCE)
        flush(tmp_path, KEY, server.url, {})
        assert len(server.told.events) == 24


# --- off ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({}, ()),
        ({"POSTHOG_HOST": "http://127.0.0.1:1"}, ()),
        ({"DOMAINCHECK_TELEMETRY": "on"}, ()),
        (HERE | {"DO_NOT_TRACK": "1"}, ()),
        (HERE | {"DOMAINCHECK_TELEMETRY": "off"}, ()),
        (HERE | {"DOMAINCHECK_TELEMETRY_ENABLED": "false"}, ()),
        (HERE | {"POSTHOG_API_KEY": "phx_personal"}, ()),
        (HERE, ("--no-telemetry",)),
        ({"DOMAINCHECK_TELEMETRY": "log"}, ("--no-telemetry",)),
    ],
)
def test_off_is_off(machine: Machine, environment: dict[str, str], options: tuple[str, ...]) -> None:
    """No file, no delivery, not a word; for a command that is misspelled either."""
    machine.environment = environment
    for arguments in (CHECK, ("explode",)):
        outcome = machine.run(*options, *arguments, terminals=("stderr",))
        assert "telemetry" not in outcome.stderr
    assert machine.dispatches == []
    assert machine.files == set()


WITHOUT = """
import sys
from domaincheck.cli.app import main
from domaincheck.world import World
before = set(sys.modules)
main(sys.argv[1:], World.real())
print(*sorted(set(sys.modules) - before))
"""


def test_without_a_key_nothing_is_loaded_for_telemetry(tmp_path: Path) -> None:
    """Not even what would find out whether it is on."""
    outcome = ended(start_python("-c", WITHOUT, *CHECK, home=tmp_path))
    loaded = set(outcome.stdout.splitlines()[-1].split())
    ours = {name for name in loaded if name.startswith(("domaincheck.telemetry", "domaincheck.cli.reporting"))}
    assert ours == set()
    assert not loaded & {"posthog", "sqlite3", "subprocess", "uuid"}


def test_with_a_key_nothing_is_loaded_that_delivers(tmp_path: Path) -> None:
    """That is left to a process of its own."""
    outcome = ended(start_python("-c", WITHOUT, *CHECK, home=tmp_path, environment=HERE))
    loaded = set(outcome.stdout.splitlines()[-1].split())
    assert "domaincheck.telemetry.outbox" in loaded
    assert not loaded & {"posthog", "requests", "urllib3", "subprocess", "uuid", "domaincheck.telemetry.deliver"}


def test_the_last_word_of_an_opt_out_is_not_told(machine: Machine) -> None:
    """What was kept is dropped, and the command that did it leaves no trace."""
    machine.run(*CHECK)
    machine.dispatches.clear()
    assert machine.run("telemetry", "disable").status == 0
    assert machine.names == []
    machine.run(*CHECK)
    assert machine.names == []
    assert machine.dispatches == []


# --- settings of a command line that was not understood ------------------------------------------------------------


def test_a_misspelled_command_goes_by_the_settings_too(machine: Machine) -> None:
    """By those of the usual place or of the file that was named."""
    usual, other = machine.folder / "config.toml", machine.folder / "other.toml"
    usual.write_text(f'[telemetry]\napi_key = "{KEY}"\nhost = "{HERE["POSTHOG_HOST"]}"\n')
    other.write_text("[telemetry]\nenabled = false\n")
    machine.environment = {}
    machine.run("chekc", "a.test")
    assert machine.names == ["command_error", "command_run"]
    machine.run("--config", other, "chekc")
    machine.run(f"--config={other}", "chekc")
    assert len(machine.kept()) == 2


def test_settings_that_cannot_be_read_may_forbid_it(machine: Machine) -> None:
    """So nothing is kept, whatever key there is."""
    (machine.folder / "config.toml").write_text("[telemetry]\nenabled = false\n[check]\njobs = 'many'\n")
    assert machine.run(*CHECK).status == 3
    assert machine.files == {"config.toml"}


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_an_outbox_that_cannot_be_used_is_none_of_the_command(machine: Machine) -> None:
    """It is said to whoever asks for more words, and to nobody else."""
    (machine.folder / "telemetry.db").mkdir()
    plain = replace(machine, environment={}).run(*CHECK)
    assert machine.run(*CHECK) == plain
    more = machine.run("-v", *CHECK)
    assert (more.status, more.stdout) == (plain.status, plain.stdout)
    assert "telemetry.db" in more.stderr


@pytest.mark.parametrize("error", [OSError("no process could be started"), RuntimeError(), KeyboardInterrupt()])
def test_a_delivery_that_cannot_be_started_is_none_of_the_command(machine: Machine, error: BaseException) -> None:
    """Nor one that somebody breaks off by Ctrl-C."""

    class Broken(list[Any]):
        def append(self, _: Any) -> None:
            raise error

    plain = replace(machine, environment={}).run(*CHECK)
    assert machine.run(*CHECK, dispatches=Broken()) == plain
    if isinstance(error, OSError):
        assert "no process could be started" in machine.run("-v", *CHECK, dispatches=Broken()).stderr


def test_events_that_cannot_be_logged_are_none_of_the_command(tmp_path: Path) -> None:
    """As where standard error is full."""
    environment = {"DOMAINCHECK_TELEMETRY": "log"}
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        process = start("schedule", "--cron", home=tmp_path, environment=environment, stderr=full)
        outcome = ended(process)
    assert outcome == ended(start("schedule", "--cron", home=tmp_path))
