"""Which events each command gives rise to, in their order, as somebody reads them who has them logged."""

from __future__ import annotations

import io
import signal
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.cli.app import main
from domaincheck.files.lock import holding
from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.tls import TlsServer
from domaincheck.telemetry.events import declarations
from domaincheck.world import World
from tests.commands import Shell, at_home, ended, lines_of, start, typed
from tests.home import ANN, HOST, REFUSES, Home
from tests.mail import PostOffice
from tests.test_run_scheduled_command import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority
    from tests.commands import Outcome

LOGGED = {"DOMAINCHECK_TELEMETRY": "log"}
DECLARED = {declared.name: declared.properties for declared in declarations()}
OF_EVERY_EVENT = {"app_version", "run_id"}

Told = list[tuple[str, dict[str, Any]]]


def told(outcome: Outcome) -> Told:
    """Return the events of a command, with their own properties and without the times taken."""
    return [
        (event["event"], {key: value for key, value in event["properties"].items() if key in _known(event)})
        for event in outcome.events
    ]


def _known(event: dict[str, Any]) -> set[str]:
    return set(DECLARED[event["event"]]) - {"response_time", "duration_seconds"}


def names(outcome: Outcome) -> list[str]:
    """Return the names of the events of a command."""
    return [event["event"] for event in outcome.events]


def whose(outcome: Outcome) -> set[str]:
    """Return whom the events of a command belong to."""
    return {event["distinct_id"] for event in outcome.events}


def run(*arguments: object, **shell: Any) -> Outcome:
    """Run a command whose events are logged."""
    return Shell(environment=LOGGED | shell.pop("environment", {}), **shell).run(*arguments)


def ending(command: str, status: int, *, success: bool) -> tuple[str, dict[str, Any]]:
    """Return the event that ends each command."""
    return "command_run", {"command": command, "success": success, "exit_code": status}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home in which nothing was done yet, and events are logged."""
    return Home(tmp_path, environment=dict(LOGGED))


# --- check -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(root: Authority) -> Iterator[str]:
    """Return a target that all is well with."""
    with TlsServer(root.leaf("127.0.0.1")) as server:
        yield f"127.0.0.1:{server.port}"


def test_check_tells_what_is_checked_and_what_was_found(good: str, ca_file: Path) -> None:
    """Results that are bad are results all the same: the command did its job."""
    outcome = run("check", "--no-domain", "--ca-file", ca_file, "-t", "45", good, "no/target")
    counts = {"expired_count": 0, "warning_count": 0, "valid_count": 1, "invalid_count": 0, "unknown_count": 1}
    assert told(outcome) == [
        ("domain_check", {"domain_count": 2, "threshold_days": 45, "domains": ["127.0.0.1"]}),
        ("domain_check_results", {"domain_count": 2} | counts),
        ending("check", 3, success=True),
    ]
    assert whose(outcome) == {"anonymous"}


@pytest.mark.parametrize(("threshold", "days"), [((), 30), (("-t", "99999.999"), 99999.999), (("-t", "25%"), None)])
def test_the_threshold_in_force_is_told_in_days(threshold: tuple[str, ...], days: float | None) -> None:
    """A share of each certificate's lifetime is no number of days."""
    [(_, properties), *_] = told(run("check", "--no-domain", *threshold, "no/target"))
    assert properties["threshold_days"] == days


def test_of_targets_only_their_hosts_are_told(tmp_path: Path) -> None:
    """Each once, in the order of the list: no path, no user, no port, and no name of a file."""
    (tmp_path / "private").write_text("b.test:8443\nhttps://b.test/secret\n# c.test\nsmtp://A.test:25")
    outcome = run("check", "--no-domain", "z.test", "-f", tmp_path / "private", "https://me:pw@d.test/")
    [(_, properties), *_] = told(outcome)
    assert properties["domains"] == ["z.test", "d.test", "b.test", "a.test"]
    assert "private" not in str(told(outcome))
    assert "pw" not in str(told(outcome))


def test_of_a_long_list_a_hundred_hosts_are_told() -> None:
    """The number of targets is that of all."""
    [(_, properties), *_] = told(run("check", "--no-domain", "-", stdin="".join(f"h{n}.test\n" for n in range(500))))
    assert properties["domain_count"] == 500
    assert properties["domains"] == [f"h{number}.test" for number in range(100)]


def test_ctrl_c_tells_what_had_finished(good: str, ca_file: Path, tmp_path: Path) -> None:
    """And counts as an error of its own kind."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits that it is ignored
    with HostileServer("stall") as slow:
        arguments = ("check", "--no-domain", "--ca-file", ca_file, f"127.0.0.1:{slow.port}", good)
        process = start("-v", *arguments, home=tmp_path, environment=LOGGED)
        signal.signal(signal.SIGINT, before)
        assert process.stderr is not None
        assert next(lines_of(process.stderr)).startswith(f"domaincheck: {good}: TLS at")
        process.send_signal(signal.SIGINT)
        outcome = ended(process)
    started, (name, results), error, ended_ = told(outcome)
    assert started[1]["domain_count"] == 2
    assert (name, results["domain_count"], results["valid_count"]) == ("domain_check_results", 1, 1)
    interrupted = {"command": "check", "error_type": "Interrupted", "error_message": "interrupted"}
    assert [error, ended_] == [("command_error", interrupted), ending("check", 130, success=False)]


def test_a_closed_pipe_is_no_error(good: str, tmp_path: Path) -> None:
    """Who pipes into head has what they wanted."""
    process = start("check", "--no-domain", "-", good, home=tmp_path, environment=LOGGED)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    outcome = ended(process, "no/target\n" * 3000)
    assert names(outcome) == ["domain_check", "domain_check_results", "command_run"]
    assert told(outcome)[-1] == ending("check", 141, success=True)


def test_the_demo_is_no_check() -> None:
    """What it finds is of its own making."""
    assert told(run("demo")) == [ending("demo", 0, success=True)]


# --- every command -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("schedule", "--cron"), "schedule"),
        (("--store", "private.toml", "-v", "subscriptions", "list", "--json"), "subscriptions list"),
        (("otp", "send", "ann", "--operation", "subscribe"), "otp send"),
        (("otp", "explode"), "otp"),
        (("run-scheduled", "--explode"), "run-scheduled"),
        (("chekc", "example.com"), "unknown"),
        ((ANN,), "unknown"),
        (("--explode", "check"), "check"),
    ],
)
def test_a_command_is_told_by_its_words(arguments: tuple[str, ...], command: str) -> None:
    """Without its arguments; what is no command of ours is not told at all."""
    name, properties = told(run(*arguments))[-1]
    assert (name, properties["command"]) == ("command_run", command)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("check", "--explode"), "UsageError", "No such option: --explode"),
        (("check", "--jobs", "many", "a.test"), "UsageError", "'--jobs'"),
        (("--config",), "UsageError", "'--config' requires an argument"),
        (("otp",), "UsageError", "Missing command"),
        (("check",), "UsageError", "there is no target to check"),
        (("--config", "missing.toml", "check", "a.test"), "UsageError", "there is no such settings file"),
        (("check", "-o", "/dev/null/x", "no/target"), "UsageError", "cannot be written"),
    ],
)
def test_wrong_usage_is_an_error(arguments: tuple[str, ...], kind: str, message: str) -> None:
    """With the sentence that the user was told, whoever found the fault."""
    outcome = run(*arguments)
    *_, (name, error), (_, last) = told(outcome)
    assert (name, error["error_type"]) == ("command_error", kind)
    assert message in error["error_message"]
    assert (outcome.status, last["exit_code"], last["success"]) == (3, 3, False)


def test_a_fault_of_ours_is_told_by_its_kind(tmp_path: Path) -> None:
    """So that the operator sees it, though the user is not shown a traceback."""

    def broken_network(*_: object) -> Any:
        return 1 // 0

    stderr = io.StringIO()
    broken = World(at_home(tmp_path) | LOGGED, typed(""), io.StringIO(), stderr, make_network=broken_network)
    assert main(["check", "--no-domain", "a.test"], broken) == 3
    assert '"error_type": "ZeroDivisionError"' in stderr.getvalue()


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("check", "--help"), ("otp", "-h"), ("-V",), ()])
def test_pages_of_help_are_no_commands(arguments: tuple[str, ...]) -> None:
    """Nothing is told of who reads them."""
    assert run(*arguments).events == []


def test_what_is_not_done_yet_is_no_error(home: Home) -> None:
    """But no success either."""
    assert told(home.run("unsubscribe", ANN))[-1] == ending("unsubscribe", 1, success=False)


# --- run-scheduled -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expiring(root: Authority) -> Iterator[str]:
    """Return a target that there is something to tell of."""
    with TlsServer(root.leaf("127.0.0.1", not_after=timedelta(days=5.5), not_before=-timedelta(days=80))) as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """Return a mail server."""
    with PostOffice() as server:
        yield server


@pytest.fixture
def host(tmp_path: Path, ca_file: Path, post: PostOffice) -> Host:
    """Return a machine that sends mail there, and on which events are logged."""
    return Host(tmp_path, ca_file, post.environment | LOGGED)


def completed(mails: int, targets: int, *, success: bool) -> tuple[str, dict[str, Any]]:
    """Return the event that ends a scheduled run."""
    properties = {"notifications_sent": mails, "domains_checked": targets, "success": success}
    return "scheduled_check_completed", properties


def test_a_scheduled_run_tells_what_it_did(host: Host, expiring: str) -> None:
    """It belongs to the system, whomever it mails."""
    host.subscribe(ANN, expiring)
    outcome = host.run("run-scheduled")
    (name, properties), *others = told(outcome)
    assert (name, len(properties["timestamp"])) == ("scheduled_check_started", len("2026-11-23T06:05:00Z"))
    assert others == [completed(1, 1, success=True), ending("run-scheduled", 0, success=True)]
    assert whose(outcome) == {"system"}


def test_mails_that_wait_are_no_success(host: Host, post: PostOffice, expiring: str) -> None:
    """Nor is a clock that is behind, by which nothing was done."""
    host.subscribe(ANN, expiring)
    post.rcpts[ANN] = "450 later"
    waiting = host.run("run-scheduled")
    assert told(waiting)[1:] == [completed(0, 1, success=False), ending("run-scheduled", 1, success=False)]
    host.ahead = -timedelta(days=2)
    behind = host.run("run-scheduled")
    assert told(behind)[1:] == [completed(0, 0, success=False), ending("run-scheduled", 3, success=False)]


def test_a_run_that_fails_says_why(host: Host) -> None:
    """Where it could not even begin."""
    outcome = replace(host, settings=LOGGED).run("run-scheduled")
    _, (name, properties), error, _ = told(outcome)
    assert (name, error[0]) == ("scheduled_check_error", "command_error")
    assert properties["error_message"] == error[1]["error_message"] == outcome.stderr.splitlines()[0][13:]


def test_a_run_that_does_nothing_is_no_scheduled_check(host: Host) -> None:
    """One that finds another under way, or only shows what would be done."""
    with holding(host.folder / "run.lock"):
        assert told(host.run("run-scheduled")) == [ending("run-scheduled", 0, success=True)]
    assert told(host.run("run-scheduled", "--dry-run")) == [ending("run-scheduled", 0, success=True)]


# --- all of them -------------------------------------------------------------------------------------------------


def test_events_are_as_they_are_declared(home: Home, host: Host, good: str) -> None:
    """Each with just its properties, and of the declared types, besides those of every event."""
    types: dict[str, Any] = {"str": str, "bool": bool, "int": int, "float": float, "float | None": (float, type(None))}
    home.mail_command(REFUSES)
    outcomes = [
        home.run("subscribe", ANN, HOST),
        home.run("subscribe", ANN, HOST, "--otp", "000000"),
        host.run("run-scheduled"),
        host.run("check", "--no-domain", good),
        host.run("check", "--explode"),
    ]
    events = [event for outcome in outcomes for event in outcome.events]
    assert len({event["event"] for event in events}) == 12
    for event in events:
        declared = DECLARED[event["event"]]
        ours = {key: value for key, value in event["properties"].items() if not key.startswith("$")}
        assert set(ours) == set(declared) | OF_EVERY_EVENT
        for name, kind in declared.items():
            assert isinstance(ours[name], types.get(kind, list)), (event["event"], name)


def test_events_of_one_command_share_its_run_id(home: Home) -> None:
    """And those of another have another."""
    runs = [{event["properties"]["run_id"] for event in home.run("unsubscribe", ANN).events} for _ in range(2)]
    assert [len(each) for each in runs] == [1, 1]
    assert runs[0] != runs[1]
