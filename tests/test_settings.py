"""The settings file and the environment: one table, one precedence, and complaints that name the place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.settings import TABLE, Setting, Settings, load

VALUES: dict[str, tuple[str, Any]] = {
    "check.threshold": ('"25%"', "25%"),
    "check.critical": ("7", "7d"),
    "check.jobs": ("3", 3),
    "check.timeout": ("2.5", 2.5),
    "check.retries": ("2", 2),
    "check.format": ('"json"', "json"),
    "tls.ca_file": ('"/etc/some.pem"', Path("/etc/some.pem")),
    "tls.weak": ('"warning"', "warning"),
    "registry.source": ('"rdap"', "rdap"),
    "registry.rdap_url": ('"https://rdap.example/"', "https://rdap.example/"),
    "registry.whois_server": ('"whois.example:4343"', "whois.example:4343"),
    "registry.rate": ("0.5", 0.5),
    "registry.cache_days": ("0", 0.0),
    "store.path": ('"/srv/subscriptions.toml"', Path("/srv/subscriptions.toml")),
    "smtp.host": ('"mail.example"', "mail.example"),
    "smtp.port": ("2525", 2525),
    "smtp.security": ('"tls"', "tls"),
    "smtp.user": ('"alerts"', "alerts"),
    "smtp.password_file": ('"/run/secrets/smtp"', Path("/run/secrets/smtp")),
    "smtp.from": ('"alerts@example.com"', "alerts@example.com"),
    "smtp.ca_file": ('"/etc/mail.pem"', Path("/etc/mail.pem")),
    "smtp.timeout": ("5", 5.0),
    "smtp.command": ('"/usr/sbin/sendmail -t"', "/usr/sbin/sendmail -t"),
    "alerts.windows": ("[1, 30, 7, 7]", (30, 7, 1)),
    "alerts.unreachable_after": ("5", 5),
    "telemetry.enabled": ("false", False),
    "telemetry.api_key": ('"phc_of_the_project"', "phc_of_the_project"),
    "telemetry.host": ('"https://posthog.example/ingest/"', "https://posthog.example/ingest"),
    "telemetry.identity": ('"hashed"', "hashed"),
    "telemetry.domains": ('"count"', "count"),
    "history.keep_days": ("90", 90),
}
"""For each setting a value as TOML has it, and what becomes of it; none is the default."""


def written(tmp_path: Path, text: str | bytes) -> Path:
    """Return a settings file that holds *text*."""
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def settled(tmp_path: Path, text: str) -> Settings:
    """Return the settings of a file that holds *text*."""
    return load({}, written(tmp_path, text))


def complaint(tmp_path: Path, text: str | bytes) -> str:
    """Return what is said of a settings file that holds *text*, without the file's name; nothing else is of use."""
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load({}, path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(str(path)).lstrip(", :")


# --- the table -----------------------------------------------------------------------------------------------------


def test_every_setting_has_an_example_here() -> None:
    """Who adds a setting adds an example, so that the tests below are about all of them."""
    assert [setting.name for setting in TABLE if setting.name not in VALUES] == []


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_comes_from_the_file(tmp_path: Path, setting: Setting) -> None:
    """The value remembers which file it came from."""
    toml, value = VALUES[setting.name]
    path = written(tmp_path, f"[{setting.section}]\n{setting.key} = {toml}\n")
    found = load({}, path).values[setting.name]
    assert (found.value, found.source) == (value, str(path))


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_comes_from_the_environment_first(tmp_path: Path, setting: Setting) -> None:
    """The variable is spelled by section and key, and stands before the file."""
    toml, value = VALUES[setting.name]
    path = written(tmp_path, f"[{setting.section}]\n{setting.key} = {toml}\n")
    name = f"DOMAINCHECK_{setting.section}_{setting.key}".upper()
    text = toml.strip('"[]')
    found = load({name: text}, path).values[setting.name]
    assert (found.value, found.source) == (value, name)


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_has_its_default_otherwise(setting: Setting, tmp_path: Path) -> None:
    """An empty variable is as good as none."""
    found = load({setting.variable: "", "CONFIGURATION_DIRECTORY": str(tmp_path)}, None).values[setting.name]
    assert (found.value, found.source) == (setting.default, "default")


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_wrong_type_is_named_with_file_and_line(tmp_path: Path, setting: Setting) -> None:
    """A table is never what a setting is, and the complaint says what is."""
    said = complaint(tmp_path, f"# mine\n[{setting.section}]\n\n{setting.key} = {{}}\n")
    assert said.startswith(f"line 4: {setting.name} must be ")


# --- places --------------------------------------------------------------------------------------------------------


def test_without_a_file_all_is_default(tmp_path: Path) -> None:
    """The usual file need not exist."""
    assert load({"CONFIGURATION_DIRECTORY": str(tmp_path / "none")}, None)["check.jobs"] == 64


def test_systemd_says_where_settings_are(tmp_path: Path) -> None:
    """CONFIGURATION_DIRECTORY holds the usual file; of several folders the first one counts."""
    written(tmp_path, "[check]\njobs = 7\n")
    assert load({"CONFIGURATION_DIRECTORY": f"{tmp_path}:/etc/other"}, None)["check.jobs"] == 7


def test_a_variable_names_another_file(tmp_path: Path) -> None:
    """DOMAINCHECK_CONFIG stands in place of the usual file, and the file that is handed in before both."""
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("[check]\njobs = 1\n", encoding="utf-8")
    two.write_text("[check]\njobs = 2\n", encoding="utf-8")
    assert load({"DOMAINCHECK_CONFIG": str(one)}, None)["check.jobs"] == 1
    assert load({"DOMAINCHECK_CONFIG": str(one)}, two)["check.jobs"] == 2


@pytest.mark.parametrize("name", ["none.toml", "none/none.toml", "x" * 300])
def test_a_file_that_is_named_must_exist(tmp_path: Path, name: str) -> None:
    """A mistyped name is not silently passed over."""
    for environment, file in (({}, tmp_path / name), ({"DOMAINCHECK_CONFIG": str(tmp_path / name)}, None)):
        with pytest.raises(UsageError, match=name):
            load(environment, file)


def test_ssl_cert_file_is_understood(tmp_path: Path) -> None:
    """As OpenSSL's variable it stands before the file, but after our own variable."""
    path = written(tmp_path, '[tls]\nca_file = "/file.pem"\n')
    assert load({"SSL_CERT_FILE": "/bundle.pem"}, path)["tls.ca_file"] == Path("/bundle.pem")
    both = {"SSL_CERT_FILE": "/bundle.pem", "DOMAINCHECK_TLS_CA_FILE": "/ours.pem"}
    assert load(both, path)["tls.ca_file"] == Path("/ours.pem")


def test_the_variables_of_posthog_are_understood(tmp_path: Path) -> None:
    """They stand before the file, but after our own variables."""
    path = written(tmp_path, '[telemetry]\napi_key = "phc_file"\n')
    posthog = {"POSTHOG_API_KEY": "phc_posthog", "POSTHOG_HOST": "https://posthog.example"}
    found = load(posthog, path)
    assert (found["telemetry.api_key"], found["telemetry.host"]) == ("phc_posthog", "https://posthog.example")
    assert found.values["telemetry.api_key"].source == "POSTHOG_API_KEY"
    assert load(posthog | {"DOMAINCHECK_TELEMETRY_API_KEY": "phc_ours"}, path)["telemetry.api_key"] == "phc_ours"


def test_the_variables_of_posthog_are_never_a_fault(tmp_path: Path) -> None:
    """They may be meant for another program."""
    environment = {"POSTHOG_HOST": "nonsense", "CONFIGURATION_DIRECTORY": str(tmp_path)}
    assert load(environment, None)["telemetry.host"] == "nonsense"


@pytest.mark.parametrize("host", ["posthog.example", "ftp://posthog.example", "https://me:hunter2@posthog.example"])
def test_a_host_is_an_address_without_a_password(tmp_path: Path, host: str) -> None:
    """What is said of another one does not repeat the password."""
    environment = {"DOMAINCHECK_TELEMETRY_HOST": host, "CONFIGURATION_DIRECTORY": str(tmp_path)}
    with pytest.raises(UsageError, match="must be an address without a password") as caught:
        load(environment, None)
    assert "hunter2" not in str(caught.value)


def test_a_path_may_begin_at_home(tmp_path: Path) -> None:
    """As a shell would have it."""
    assert settled(tmp_path, '[tls]\nca_file = "~/ca.pem"\n')["tls.ca_file"] == Path.home() / "ca.pem"
    nobodys = '[tls]\nca_file = "~nobody-of-that-name/ca.pem"\n'
    assert settled(tmp_path, nobodys)["tls.ca_file"] == Path("~nobody-of-that-name/ca.pem")


# --- complaints ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check]\njosb = 3\n", "line 2: there is no setting 'check.josb'; did you mean 'check.jobs'?"),
        ("[chekc]\njobs = 3\n", "line 2: there is no setting 'chekc.jobs'; did you mean 'check.jobs'?"),
        ("\n[chekc]\n", "line 2: there is no section 'chekc'; did you mean 'check'?"),
        ("[check]\nxyzzy = 3\n", "line 2: there is no setting 'check.xyzzy'"),
        ("jobs = 3\n", "line 1: there is no setting 'jobs'; did you mean 'check.jobs'?"),
        ("check = 3\n", "line 1: 'check' must be a section, as in [check]"),
        ("[[check]]\njobs = 3\n", "line 1: 'check' must be a section, as in [check]"),
        ("check.jobs = true\n", "line 1: check.jobs must be a whole number from 1 to 4096"),
        ("[check]\n'jobs' = 0 # none\n", "line 2: check.jobs must be a whole number from 1 to 4096"),
        ("[check]\njobs = 1.5\n", "line 2: check.jobs must be a whole number from 1 to 4096"),
        ("[check]\ntimeout = 1e300\n", "line 2: check.timeout must be a number of seconds from 0.01 to 86400"),
        ("[check]\ntimeout = nan\n", "line 2: check.timeout must be a number of seconds from 0.01 to 86400"),
        ("[check]\nthreshold = true\n", "line 2: check.threshold must be days, as in 30 or 30d, or a share"),
        ("[check]\nformat = 'xml'\n", 'line 2: check.format must be one of "table", "plain"'),
        ("[tls]\nca_file = 3\n", "line 2: tls.ca_file must be a path in quotes"),
        ("[tls]\nca_file = ''\n", "line 2: tls.ca_file must be a path in quotes"),
        ("[smtp]\nuser = ''\n", "line 2: smtp.user must be a text in quotes"),
        ("[registry]\nrdap_url = 'nowhere'\n", "line 2: registry.rdap_url must be an address, as in https://"),
        ("[smtp]\nport = 65536\n", "line 2: smtp.port must be a whole number from 1 to 65535"),
        ("[alerts]\nwindows = [30, 'x']\n", "line 2: alerts.windows must be a list of days"),
        ("[alerts]\nwindows = 30\n", "line 2: alerts.windows must be a list of days"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The place, the key, and either what was meant or what is wanted there."""
    assert complaint(tmp_path, text).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check\njobs = 3\n", "line 1: Expected ']' at the end of a table declaration"),
        ("[check]\njobs = 3\njobs = 4", "line 3: 'check.jobs' is on line 2 already; take one of them out"),
        ("[check]\njobs = 3\n[smtp]\n[check]\n", "line 4: 'check' is on line 1 already; take one of them out"),
        ("[check]\njobs = three\n", "line 2: Invalid value"),
        ("[check]\nformat = 'csv", "Expected"),
    ],
)
def test_a_syntax_error_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """In the words of the TOML reader, which has no line for the end of the file, unless they do not say what it is."""
    assert complaint(tmp_path, text).startswith(said)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_what_is_too_much_for_the_reader_is_said_too(tmp_path: Path, value: str) -> None:
    """It raises what is none of its own errors for numbers and nests beyond measure."""
    assert complaint(tmp_path, f"[check]\njobs = {value}\n")


@pytest.mark.parametrize("line", ["check.jobs = '3'", "telemetry.enabled = 'yes'", "alerts.windows = '30,7'"])
def test_numbers_lists_and_switches_have_no_quotes_in_the_file(tmp_path: Path, line: str) -> None:
    """A text is another type; only in the environment everything is text."""
    assert complaint(tmp_path, f"{line}\n").startswith(f"line 1: {line.partition(' ')[0]} must be ")


@pytest.mark.parametrize(("text", "days"), [("30, 7", (30, 7)), ("[30, 7]", (30, 7)), ("[]", ())])
def test_a_list_in_the_environment_may_be_in_brackets(tmp_path: Path, text: str, days: tuple[int, ...]) -> None:
    """As it is in the file."""
    environment = {"DOMAINCHECK_ALERTS_WINDOWS": text, "CONFIGURATION_DIRECTORY": str(tmp_path)}
    assert load(environment, None)["alerts.windows"] == days


@pytest.mark.parametrize(("text", "said"), [(b"[check]\n# caf\xe9\n", "line 2: this is not UTF-8 text")])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, text: bytes, said: str) -> None:
    """With the line at which it stops being UTF-8."""
    assert complaint(tmp_path, text) == said


def test_a_variable_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """With what it says, and what would do."""
    with pytest.raises(UsageError) as caught:
        load({"DOMAINCHECK_CHECK_JOBS": "a\x1bfew", "CONFIGURATION_DIRECTORY": str(tmp_path)}, None)
    assert str(caught.value).startswith(
        "DOMAINCHECK_CHECK_JOBS is 'a\N{REPLACEMENT CHARACTER}few', but must be a whole"
    )


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever stands in the file, it can be used or there is one printable sentence about it."""
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    path.write_bytes(data)
    try:
        load({}, path)
    except UsageError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right


# --- single domains ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written_as", ["2027-03-01", "2027-03-01T00:00:00Z", "2027-03-01 01:00:00+01:00"])
def test_a_domain_may_have_an_expiry_of_its_own(tmp_path: Path, written_as: str) -> None:
    """For registries that publish none; a date alone means its midnight in UTC."""
    found = settled(tmp_path, f'[domains."example.de"]\nexpires_at = {written_as}\n')
    assert found.of_domains("expires_at") == {"example.de": datetime(2027, 3, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[domains."example.de"]\nexpires_at = "soon"\n', "line 2: domains.example.de.expires_at must be a date"),
        ('[domains."example.de"]\nexpires_at = 0001-01-01T00:00:00+12:00\n', "line 2: domains.example.de.expires_at"),
        ('[domains."example.de"]\nexpire_at = 2027-03-01\n', "line 2: there is no setting"),
        ('[domains]\n"example.de" = 2027-03-01\n', "line 2: 'domains.example.de' must be a section"),
        (
            "[domains.example.de]\nexpires_at = 2027-03-01\n",
            'line 1: a domain stands in quotes, as in [domains."example.de"]',
        ),
        (
            "[domains.www.example.de]\nthreshold = 3\n",
            'line 1: a domain stands in quotes, as in [domains."www.example.de"]',
        ),
    ],
)
def test_a_domain_is_checked_as_closely(tmp_path: Path, text: str, said: str) -> None:
    """File, line and key are named here, too."""
    assert complaint(tmp_path, text).startswith(said)
