"""What the operator settled: the settings file and the environment, checked against one table.

Precedence: a flag, then the environment, then the file, then the default. Each value remembers where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.errors import UsageError
from domaincheck.files import read_text
from domaincheck.text import clean
from domaincheck.threshold import Threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[Any], Any]
    """Turns a value of the file, or a string of the environment, into the setting's; ValueError says what is wanted."""

LAST_PORT = 65535
MOST_JOBS = 4096
"""Threads beyond which a process gains nothing."""
FORMATS = ("table", "plain", "json", "ndjson", "csv")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the settings file: where it stands, how its value is read, what it is without one, what it is for."""

    section: str
    key: str
    read: Reader
    default: Any
    help: str

    @property
    def name(self) -> str:
        """The key with its section, as in ``check.jobs``."""
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"DOMAINCHECK_{self.section}_{self.key}".upper()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("a text in quotes")
    return value


def _path(value: Any) -> Path:
    try:
        return Path(_text(value)).expanduser()
    except RuntimeError:
        raise ValueError("a path; there is no user of that name after the ~") from None


def _whole(least: int, most: int | None = None) -> Reader:
    wanted = f"a whole number from {least} " + (f"to {most}" if most else "on")

    def read(value: Any) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(wanted) from None
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= (most or number):
            raise ValueError(wanted)
        return number

    return read


def _number(what: str, least: float, most: float) -> Reader:
    wanted = f"{what} from {least:g} to {most:g}"

    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(wanted) from None
        if isinstance(value, bool) or not least <= number <= most:
            raise ValueError(wanted)
        return number

    return read


seconds = _number("a number of seconds", 0.01, 86_400)
"""Reads how long a network operation may take; ValueError says what is wanted."""


def _windows(value: Any) -> tuple[int, ...]:
    wanted = "a list of days, as in [30, 14, 7, 3, 1, 0]"
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise ValueError(wanted)  # noqa: TRY004 - said of a file, not of a caller
    try:
        return tuple(sorted({_whole(0)(item) for item in items}, reverse=True))
    except ValueError:
        raise ValueError(wanted) from None


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        raise ValueError("a date without quotes, as in 2027-03-01")  # noqa: TRY004 - said of a file, not of a caller
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError("a date from the year 2 to the year 9998") from None


def _choice(*choices: str) -> Reader:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(f'"{choice}"' for choice in choices))
        return str(value)

    return read


def _threshold(value: Any) -> str:
    return str(Threshold.parse(str(value)))  # "True" is none either


TABLE = (
    Setting("check", "threshold", _threshold, None, "Warn this long before an expiry: days, or a share as in 25%."),
    Setting("check", "critical", _threshold, None, "Call it critical this long before an expiry."),
    Setting("check", "jobs", _whole(1, MOST_JOBS), 64, "How many targets to probe at once."),
    Setting("check", "timeout", seconds, 10.0, "Seconds that one probe may take in all."),
    Setting("check", "retries", _whole(0), 0, "How often to try again after a failure that may pass."),
    Setting("check", "format", _choice(*FORMATS), None, "The output format."),
    Setting("tls", "ca_file", _path, None, "PEM file of the CAs to trust in place of the system's."),
    Setting(
        "tls", "weak", _choice("critical", "warning", "ignore"), "critical", "How much a weak key or signature matters."
    ),
    Setting("registry", "source", _choice("auto", "rdap", "whois"), "auto", "Whom to ask about registrations."),
    Setting("registry", "rdap_url", _text, None, "RDAP server to ask about every domain."),
    Setting("registry", "whois_server", _text, None, "WHOIS server to ask about every domain, as host or host:port."),
    Setting(
        "registry", "rate", _number("a number", 0.001, 10_000), 1.0, "Queries a second to one registry server, at most."
    ),
    Setting(
        "registry",
        "cache_days",
        _number("a number of days", 0, 3650),
        7.0,
        "Days for which a registration may be remembered; 0 for never.",
    ),
    Setting("store", "path", _path, None, "The file of the subscriptions: .db for SQLite, .toml for TOML."),
    Setting("smtp", "host", _text, "localhost", "The mail server."),
    Setting("smtp", "port", _whole(1, LAST_PORT), None, "Its port; 587, 465 or 25 by the kind of security."),
    Setting(
        "smtp",
        "security",
        _choice("starttls", "tls", "none"),
        "starttls",
        "How the connection is encrypted; tls at once.",
    ),
    Setting("smtp", "user", _text, None, "The name to log in with; without it there is no login."),
    Setting("smtp", "password_file", _path, None, "The file that holds the password, readable by you alone."),
    Setting("smtp", "from", _text, None, "The sender's address."),
    Setting("smtp", "ca_file", _path, None, "PEM file of the CAs to trust for the mail server."),
    Setting("smtp", "timeout", seconds, 30.0, "Seconds that one mail may take in all."),
    Setting("smtp", "command", _text, None, "A sendmail-compatible command to hand mail to in place of a server."),
    Setting("alerts", "windows", _windows, (30, 14, 7, 3, 1, 0), "Days before an expiry at which to send an alert."),
    Setting("alerts", "unreachable_after", _whole(1), 3, "Runs in a row after which an unreachable target is news."),
    Setting("history", "keep_days", _whole(1), 400, "Days for which past results are kept."),
)
"""Every setting there is, but for those of single domains."""

DOMAINS = "domains"
"""The section that has a table for each domain."""

DOMAIN_TABLE = (
    Setting(DOMAINS, "expires_at", _moment, None, "When the domain expires, where its registry does not publish it."),
)
"""What can be settled for a single domain."""


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value and its *source*: ``default``, an environment variable, or a file."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings by name, and those of single domains by domain and key."""

    values: Mapping[str, Value]
    domains: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> Any:
        """Return the value of the setting *name*, as in ``check.jobs``."""
        return self.values[name].value

    def of_domains(self, key: str) -> dict[str, Any]:
        """Return the value of *key* by domain, for the domains that have one."""
        return {domain: keys[key] for domain, keys in self.domains.items() if key in keys}


def load(environment: Mapping[str, str], file: Path | None) -> Settings:
    """Return the settings in force. *file* is the one the user named; ``None`` for the usual place, if there is one.

    Raises UsageError, naming file and line or the variable, for what can't be used.
    """
    path = file or _named_file(environment)
    if path is None:
        usual = settings_folder(environment) / "config.toml"
        path = usual if _exists(usual) else None
    elif not _exists(path):
        raise UsageError(f"{clean(str(path))}: there is no such settings file")
    values = {setting.name: Value(setting.default, "default") for setting in TABLE}
    domains: dict[str, dict[str, Any]] = {}
    if path is not None:
        found, domains = _from_file(path)
        values |= found
    values |= _from_environment(environment)
    return Settings(values, domains)


def settings_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the settings file: systemd's CONFIGURATION_DIRECTORY, else the platform's usual one."""
    if folder := environment.get("CONFIGURATION_DIRECTORY"):
        return Path(folder.split(":")[0])
    import platformdirs

    return platformdirs.user_config_path("domaincheck")


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UsageError(f"{clean(str(path))} cannot be read: {error.strerror}") from error
    return True


def _named_file(environment: Mapping[str, str]) -> Path | None:
    named = environment.get("DOMAINCHECK_CONFIG")
    return Path(named) if named else None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    found = {}
    if bundle := environment.get("SSL_CERT_FILE"):
        found["tls.ca_file"] = Value(Path(bundle), "SSL_CERT_FILE")
    for setting in TABLE:
        if text := environment.get(setting.variable):
            try:
                found[setting.name] = Value(setting.read(text), setting.variable)
            except ValueError as error:
                raise UsageError(f"{setting.variable} is {clean(text)!r}, but must be {error}") from error
    return found


def _from_file(path: Path) -> tuple[dict[str, Value], dict[str, dict[str, Any]]]:
    """Return the settings in the file at *path*, and those of single domains."""
    import tomllib

    text = read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{clean(str(path))}: {clean(str(error))}") from error
    domains = _section(path, text, DOMAINS, content.pop(DOMAINS, {}))
    found: dict[str, Value] = {}
    known = {setting.name: setting for setting in TABLE}
    sections = {setting.section: setting for setting in TABLE}
    for section, keys in content.items():
        if not keys and section not in sections:
            raise UsageError(f"{_place(path, text, section)}: there is no section {_nearest(section, sections)}")
        for key, value in _section(path, text, section, keys).items():
            place = _place(path, text, section, key)
            found[f"{section}.{key}"] = Value(_checked(place, f"{section}.{key}", value, known), str(path))
    return found, {domain: _of_domain(path, text, domain, keys) for domain, keys in domains.items()}


def _of_domain(path: Path, text: str, domain: str, keys: Any) -> dict[str, Any]:
    section = f"{DOMAINS}.{domain}"
    known = {f"{section}.{setting.key}": setting for setting in DOMAIN_TABLE}
    return {
        key: _checked(_place(path, text, section, key), f"{section}.{key}", value, known)
        for key, value in _section(path, text, section, keys).items()
    }


def _section(path: Path, text: str, name: str, keys: Any) -> dict[str, Any]:
    if not isinstance(keys, dict):
        raise UsageError(f"{_place(path, text, name)}: {clean(name)!r} must be a section, as in [check]")
    return keys


def _checked(place: str, name: str, value: Any, known: Mapping[str, Setting]) -> Any:
    setting = known.get(name)
    if setting is None:
        raise UsageError(f"{place}: there is no setting {_nearest(name, known)}")
    try:
        return setting.read(value)
    except ValueError as error:
        raise UsageError(f"{place}: {clean(name)} must be {error}") from error


def _nearest(name: str, known: Mapping[str, Setting]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f"{clean(name)!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _place(path: Path, text: str, section: str, key: str | None = None) -> str:
    """Return the file and, where it can be told, the line of *section* or of *key* in it; tomllib keeps no lines."""
    wanted, within = section if key is None else f"{section}.{key}", ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.partition("#")[0].strip().replace('"', "").replace("'", "")
        if bare.startswith("["):
            within = name = bare.strip("[] ")
            found = name == wanted
        else:
            name = f"{within}.{bare.partition('=')[0].strip()}".lstrip(".")
            found = name in (wanted, section)  # the latter for check = {jobs = 3}
        if found:
            return f"{clean(str(path))}, line {number}"
    return clean(str(path))
