"""The command ``config``: what it shows, and what it writes."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest

from domaincheck.settings import TABLE, load
from tests.commands import Outcome
from tests.config_operator import KEY, Operator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Return somebody without any settings yet."""
    return Operator(tmp_path)


# --- path ------------------------------------------------------------------------------------------------------------


def test_path_prints_the_file_that_is_read(operator: Operator) -> None:
    """Nothing else is on standard output, so that it can be handed to an editor."""
    operator.writes("")
    assert operator.config("path") == Outcome(0, f"{operator.file}\n", "")


def test_path_says_that_there_is_no_file_yet(operator: Operator) -> None:
    """And what would write one; the path is printed all the same."""
    outcome = operator.config("path")
    assert (outcome.status, outcome.stdout) == (0, f"{operator.file}\n")
    assert "domaincheck config init" in outcome.complaint


def test_path_goes_by_what_names_another_file(operator: Operator, tmp_path: Path) -> None:
    """The option before the variable; neither file need exist."""
    operator.environment["DOMAINCHECK_CONFIG"] = str(tmp_path / "one.toml")
    assert operator.config("path").stdout == f"{tmp_path}/one.toml\n"
    assert operator.config("path", before=("--config", tmp_path / "two.toml")).stdout == f"{tmp_path}/two.toml\n"


# --- show ------------------------------------------------------------------------------------------------------------


def test_show_has_every_setting(operator: Operator) -> None:
    """In the order of the table, as TOML has them; a dash for what has no value."""
    shown = operator.shown()
    assert list(shown) == [setting.name for setting in TABLE]
    assert {source for _, source in shown.values()} == {"default"}
    assert (shown["check.jobs"][0], shown["check.threshold"][0]) == ("64", "-")
    assert (shown["tls.weak"][0], shown["alerts.windows"][0]) == ('"critical"', "[30, 14, 7, 3, 1, 0]")


def test_show_says_where_each_value_is_from(operator: Operator) -> None:
    """The file with the line, the variable, or the option."""
    operator.writes('# mine\n[check]\n\njobs = 3 # few\n\n[domains."example.de"]\nexpires_at = 2027-03-01\n')
    operator.environment = {"DOMAINCHECK_SMTP_HOST": "mail.example", "SSL_CERT_FILE": "/ca.pem"}
    assert operator.shown("--changed", before=("--store", "mine.db")) == {
        "check.jobs": ("3", f"{operator.file}, line 4"),
        "tls.ca_file": ('"/ca.pem"', "SSL_CERT_FILE"),
        "store.path": ('"mine.db"', "--store"),
        "smtp.host": ('"mail.example"', "DOMAINCHECK_SMTP_HOST"),
        "domains.example.de.expires_at": ("2027-03-01T00:00:00Z", f"{operator.file}, line 7"),
    }


def test_show_knows_which_variable_names_the_subscriptions(operator: Operator) -> None:
    """The short one stands before the one that is spelled by section and key, as it does for those who use it."""
    operator.environment = {"DOMAINCHECK_STORE": "/short.db", "DOMAINCHECK_STORE_PATH": "/long.db"}
    assert operator.shown("--changed") == {"store.path": ('"/short.db"', "DOMAINCHECK_STORE")}


def test_show_is_aligned_on_a_terminal(operator: Operator) -> None:
    """Beneath a heading, each column begins where its heading does."""
    operator.terminals, operator.environment = ("stdout",), {"NO_COLOR": "1", "COLUMNS": "300"}
    operator.writes('[domains."büro.example"]\nexpires_at = 2027-03-01\n')
    heading, *lines = operator.config("show").stdout.splitlines()
    assert heading.split() == ["SETTING", "VALUE", "FROM"]
    assert {line[heading.index("FROM") - 1 :][:2] for line in lines} == {" d", " /"}


@pytest.mark.parametrize("width", [60, 80])
def test_show_breaks_no_word_on_a_narrow_terminal(width: int, operator: Operator) -> None:
    """What does not fit stands below, and the file goes by its last name, which the last line explains."""
    operator.terminals, operator.environment = ("stdout",), {"NO_COLOR": "1", "COLUMNS": str(width)}
    servers = [f"ns{number}.example.net" for number in range(9)]
    operator.writes(f'[check]\njobs = 3\n[domains."example.de"]\nexpect_name_servers = {servers}\n')
    heading, *lines, explanation = operator.config("show").stdout.splitlines()
    assert max(map(len, lines)) <= width
    words = " ".join(lines).split()
    assert {f'"{server}"' for server in servers} <= {word.strip("[],") for word in words}
    [jobs] = (line for line in lines if line.startswith("check.jobs "))
    assert jobs.index("config.toml, line 2") == heading.index("FROM")
    assert explanation == f"config.toml is {operator.file}"


def test_show_has_a_document(operator: Operator) -> None:
    """Values are what JSON has for them, and the line is a number of its own."""
    operator.writes("[check]\njobs = 3\n[alerts]\nwindows = [7, 1]\n[telemetry]\nenabled = false\n")
    document = operator.config("show", "--json").document
    assert (document["version"], document["file"]) == ("1", str(operator.file))
    settings: dict[str, dict[str, Any]] = {each.pop("name"): each for each in document["settings"]}
    assert list(settings) == [setting.name for setting in TABLE]
    assert settings["check.jobs"] == {"value": 3, "source": str(operator.file), "line": 2}
    assert settings["check.threshold"] == {"value": None, "source": "default", "line": None}
    values = [settings[name]["value"] for name in ("alerts.windows", "telemetry.enabled", "check.timeout")]
    assert values == [[7, 1], False, 10.0]


SECRETS = {"POSTHOG_API_KEY": KEY, "POSTHOG_HOST": "https://me:hunter2@x", "DOMAINCHECK_SMTP_PASSWORD": "hunter2"}


@pytest.mark.parametrize(
    "arguments", [["show"], ["show", "--json"], ["get", "telemetry.api_key"], ["get", "telemetry.host"]]
)
def test_no_secret_is_ever_shown(operator: Operator, arguments: list[str]) -> None:
    """Neither the key but for its ends, nor a password within an address, nor that for the mail server."""
    operator.environment = {**SECRETS, "DOMAINCHECK_TELEMETRY": "off"}
    outcome = operator.config(*arguments)
    assert outcome.status == 0
    assert KEY[5:-5] not in outcome.stdout
    assert "hunter2" not in outcome.stdout


def test_no_terminal_is_steered_by_a_setting(operator: Operator) -> None:
    """What a variable holds need not be what somebody here wrote."""
    operator.environment = {"DOMAINCHECK_SMTP_USER": "a\x1b[2J\x9bb\u202e"}
    value, _ = operator.shown()["smtp.user"]
    assert value.isprintable()


# --- get -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        ("check.jobs", "64"),
        ("check.timeout", "2.5"),
        ("smtp.user", 'say "hi"'),
        ("alerts.windows", "[30, 14, 7, 3, 1, 0]"),
        ("telemetry.enabled", "false"),
        ("tls.ca_file", "/ca.pem"),
        ("domains.example.de.expires_at", "2027-03-01T00:00:00Z"),
        ('domains."EXAMPLE.de".expires_at', "2027-03-01T00:00:00Z"),
        ("domains.xn--bro-hoa.example.expires_at", "2028-03-01T00:00:00Z"),
    ],
)
def test_get_prints_the_bare_value(operator: Operator, key: str, printed: str) -> None:
    """A text without quotation marks, the rest as TOML has it, for a script to use."""
    operator.writes(
        "[check]\ntimeout = 2.5\n[smtp]\nuser = 'say \"hi\"'\n[telemetry]\nenabled = false\n"
        '[domains."example.de"]\nexpires_at = 2027-03-01\n[domains."Büro.example"]\nexpires_at = 2028-03-01\n'
    )
    operator.environment = {"DOMAINCHECK_TLS_CA_FILE": "/ca.pem"}
    assert operator.config("get", key) == Outcome(0, f"{printed}\n", "")


@pytest.mark.parametrize("key", ["check.threshold", "domains.example.de.expires_at"])
def test_get_of_what_has_no_value_prints_nothing(operator: Operator, key: str) -> None:
    """The exit status tells, as that of git config does."""
    assert operator.config("get", key) == Outcome(1, "", "")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("check.josb", "there is no setting 'check.josb'; did you mean 'check.jobs'?"),
        ("jobs", "there is no setting 'jobs'; did you mean 'check.jobs'?"),
        ("domains.a.de.expire", "there is no setting 'domains.a.de.expire'; did you mean 'domains.a.de.expires_at'?"),
        ("smtp.password", "there is no setting 'smtp.password'; did you mean 'smtp.password_file'?"),
    ],
)
@pytest.mark.parametrize("arguments", [("get",), ("set", "hunter2"), ("set", "--unset")])
def test_a_key_that_does_not_exist_is_named_with_the_nearest(
    operator: Operator, key: str, said: str, arguments: tuple[str, ...]
) -> None:
    """No command makes one up, or repeats a value, which may be a password."""
    command, *others = arguments
    outcome = operator.config(command, key, *others)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.startswith(said)
    assert "hunter2" not in outcome.stderr
    assert not operator.file.exists()


# --- set -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("check.threshold", "30", 'threshold = "30d"'),
        ("check.threshold", '"25%"', 'threshold = "25%"'),
        ("check.jobs", "32", "jobs = 32"),
        ("telemetry.enabled", "off", "enabled = false"),
        ("alerts.windows", "[30,14,7]", "windows = [30, 14, 7]"),
        ("alerts.windows", "30,14,7", "windows = [30, 14, 7]"),
        ("smtp.host", "mail.example", 'host = "mail.example"'),
        ("smtp.user", "2027-03-01", 'user = "2027-03-01"'),
        ("domains.example.de.expires_at", "2027-03-01", "expires_at = 2027-03-01"),
    ],
)
def test_set_writes_what_is_meant(operator: Operator, key: str, value: str, line: str) -> None:
    """A value may be written as on the command line, in the environment or in the file."""
    outcome = operator.config("set", key, value)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(f"{key} is now ")
    assert outcome.stdout.endswith(f" in {operator.file}\n")
    assert line in operator.file.read_text(encoding="utf-8").splitlines()
    assert load({}, operator.file)


def test_set_makes_a_file_for_its_owner_alone(operator: Operator) -> None:
    """Its folder too."""
    new = operator.home / "new" / "config.toml"
    assert operator.config("set", "check.jobs", 3, before=("--config", new)).status == 0
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, new.parent)] == [0o600, 0o700]


def test_set_keeps_the_rest_of_the_file(operator: Operator) -> None:
    """Comments, order and layout."""
    operator.writes("# ours\n[tls]\nweak='ignore' # an old printer\n[check]\njobs=1   # slow line\n")
    operator.config("set", "check.jobs", 2)
    assert operator.file.read_text(encoding="utf-8") == (
        "# ours\n[tls]\nweak='ignore' # an old printer\n[check]\njobs=2   # slow line\n"
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("check.jobs", "many", "check.jobs must be a whole number from 1 to 4096"),
        ("check.threshold", "soon", "check.threshold must be days, as in 30 or 30d"),
        ("tls.weak", "crit", 'tls.weak must be one of "critical", "warning", "ignore"'),
        ("registry.rdap_url", "nowhere", "registry.rdap_url must be an address, as in https://"),
        ("domains.example.de.expires_at", "soon", "domains.example.de.expires_at must be a date"),
        ("domains.no such..name.expires_at", "2027-03-01", "'no such..name' contains ' '"),
        ("check.jobs", "9" * 5000, "check.jobs must be a whole number from 1 to 4096"),
        ("alerts.windows", "[" * 5000, "alerts.windows must be a list of days"),
        ("registry.whois_server", "a b", "registry.whois_server must be a host, as in whois.example.net"),
        ("smtp.user", "", "smtp.user must be something: --unset takes it out of the file"),
        ("smtp.user", "\udcff", "smtp.user must be text in UTF-8"),
    ],
)
def test_what_cannot_be_the_value_is_not_written(operator: Operator, key: str, value: str, said: str) -> None:
    """One sentence says what is wanted."""
    outcome = operator.config("set", key, value)
    assert (outcome.status, outcome.stdout) == (3, "")
    assert outcome.complaint.startswith(said)
    assert not operator.file.exists()


def test_set_says_what_overrules_the_file(operator: Operator) -> None:
    """Else one would wonder why nothing changes."""
    operator.environment = {"DOMAINCHECK_CHECK_JOBS": "9"}
    outcome = operator.config("set", "check.jobs", 3)
    assert (outcome.status, load({}, operator.file)["check.jobs"]) == (0, 3)
    assert "DOMAINCHECK_CHECK_JOBS" in outcome.complaint


def test_set_repeats_no_secret(operator: Operator) -> None:
    """Somebody may look on."""
    operator.environment = {"DOMAINCHECK_TELEMETRY": "off"}
    outcome = operator.config("set", "telemetry.api_key", KEY)
    assert KEY not in outcome.stdout
    assert load({}, operator.file)["telemetry.api_key"] == KEY


def test_unset_goes_back_to_the_default(operator: Operator) -> None:
    """Once more does no harm."""
    operator.writes("[check]\njobs = 3 # few\nretries = 1\n")
    assert "no longer set" in operator.config("set", "--unset", "check.jobs").stdout
    assert operator.file.read_text(encoding="utf-8") == "[check]\nretries = 1\n"
    assert "is not set" in operator.config("set", "--unset", "check.jobs").stdout


def test_the_domain_is_found_however_it_is_written(operator: Operator) -> None:
    """It does not come to stand there twice."""
    operator.writes('[domains."Büro.example"]\nexpires_at = 2027-03-01\n')
    operator.config("set", "domains.xn--bro-hoa.EXAMPLE.expires_at", "2028-03-01")
    assert operator.file.read_text(encoding="utf-8") == '[domains."Büro.example"]\nexpires_at = 2028-03-01\n'
    operator.config("set", "--unset", "domains.büro.example.expires_at")
    assert load({}, operator.file).of_domains("expires_at") == {}


@pytest.mark.parametrize("arguments", [["check.jobs"], ["--unset", "check.jobs", "3"]])
def test_set_wants_either_a_value_or_none(operator: Operator, arguments: list[str]) -> None:
    """It asks for nothing, and guesses nothing."""
    outcome = operator.config("set", *arguments)
    assert (outcome.status, operator.file.exists()) == (3, False)
    assert "VALUE" in outcome.complaint


# --- init ------------------------------------------------------------------------------------------------------------


def test_init_writes_a_file_by_which_nothing_changes(operator: Operator) -> None:
    """For its owner alone."""
    assert operator.config("init").status == 0
    assert stat.S_IMODE(operator.file.stat().st_mode) == 0o600
    assert operator.shown("--changed") == {}


def test_init_leaves_a_file_that_is_there(operator: Operator) -> None:
    """Unless it is told to put the new one in its place."""
    operator.writes("[check]\njobs = 3\n")
    outcome = operator.config("init")
    assert (outcome.status, operator.file.read_text(encoding="utf-8")) == (3, "[check]\njobs = 3\n")
    assert "--force" in outcome.complaint
    assert operator.config("init", "--force").status == 0
    assert operator.shown("--changed") == {}


def test_init_prints_the_file(operator: Operator) -> None:
    """And writes none."""
    printed = operator.config("init", "--stdout").stdout
    assert not operator.file.exists()
    operator.config("init")
    assert operator.file.read_text(encoding="utf-8") == printed


def test_set_writes_beneath_the_line_that_tells_of_the_setting(operator: Operator) -> None:
    """So that the words about it stay above it."""
    operator.config("init")
    operator.config("set", "smtp.timeout", 5)
    lines = operator.file.read_text(encoding="utf-8").splitlines()
    assert lines[lines.index("timeout = 5") - 1] == "#timeout = 30"
    assert load({}, operator.file)["smtp.timeout"] == 5
