"""Reads the settings in force: the file and the environment, checked against the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.errors import UsageError
from domaincheck.files.folders import settings_folder
from domaincheck.files.whole import read_text
from domaincheck.settings.names import nearest
from domaincheck.settings.places import place, repetition
from domaincheck.settings.table import DOMAIN_TABLE, DOMAINS, TABLE
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domaincheck.settings.table import Setting

_SAYS_TWICE = ("Cannot overwrite", "Cannot declare")
"""How the reader of TOML begins to complain of what is there twice, without a word of what it is."""

_CREDENTIALS = re.compile(r"//\S*@")

_FOREMOST = {"store.path": "DOMAINCHECK_STORE"}
"""Variables that stand before the one that is spelled by section and key."""

_FOREIGN = {"tls.ca_file": "SSL_CERT_FILE", "telemetry.api_key": "POSTHOG_API_KEY", "telemetry.host": "POSTHOG_HOST"}
"""Variables that stand after it, and that other programs may be meant by. Those of PostHog are taken as they stand:
what is wrong with them is no reason for a command to fail, and means that telemetry is off."""


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value and its *source*: ``default``, an environment variable, or a file."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings by name, and those of single domains by domain and key."""

    values: Mapping[str, Value]
    domains: Mapping[str, Mapping[str, Value]]

    def __getitem__(self, name: str) -> Any:
        """Return the value of the setting *name*, as in ``check.jobs``."""
        return self.values[name].value

    def of_domains(self, key: str) -> dict[str, Any]:
        """Return the value of *key* by domain, for the domains that have one."""
        return {domain: keys[key].value for domain, keys in self.domains.items() if key in keys}


def defaults() -> Settings:
    """Return what holds where nothing is settled."""
    return Settings({setting.name: Value(setting.default, "default") for setting in TABLE}, {})


def load(environment: Mapping[str, str], file: Path | None) -> Settings:
    """Return the settings in force. *file* is the one the user named; ``None`` for the usual place, if there is one.

    Raises UsageError, naming file and line or the variable, for what can't be used.
    """
    path = _named_file(environment, file)
    if path is None:
        usual = settings_path(environment, None)
        path = usual if _exists(usual) else None
    elif not _exists(path):
        raise UsageError(f"{clean(str(path))}: there is no such settings file")
    settled = parse(path, read_text(path)) if path else defaults()
    return Settings({**settled.values, **_from_environment(environment)}, settled.domains)


def settings_path(environment: Mapping[str, str], file: Path | None) -> Path:
    """Return the settings file, whether or not there is one. *file* is as for :func:`load`."""
    return _named_file(environment, file) or settings_folder(environment) / "config.toml"


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise UsageError(f"{clean(str(path))} cannot be read: {error.strerror}") from error
    return True


def _named_file(environment: Mapping[str, str], file: Path | None) -> Path | None:
    named = environment.get("DOMAINCHECK_CONFIG")
    return file or (Path(named) if named else None)


# --- the environment -------------------------------------------------------------------------------------------------


def variable_in_force(environment: Mapping[str, str], setting: Setting) -> str | None:
    """Return the variable of *environment* by which *setting* is settled, whatever the file says."""
    variables = (_FOREMOST.get(setting.name), setting.variable, _FOREIGN.get(setting.name))
    return next((each for each in variables if each and environment.get(each)), None)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    found = {}
    for setting in TABLE:
        if variable := variable_in_force(environment, setting):
            found[setting.name] = Value(_from_variable(setting, variable, environment[variable]), variable)
    return found


def _from_variable(setting: Setting, variable: str, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        if variable == _FOREIGN.get(setting.name):
            return text
        raise UsageError(f"{variable} is {clean(without_password(text))!r}, but must be {error}") from error


def without_password(text: str) -> str:
    """Return *text* with dots in place of a name and a password that addresses in it may hold."""
    return _CREDENTIALS.sub("//…@", text)


# --- the file --------------------------------------------------------------------------------------------------------


def parse(path: Path, text: str) -> Settings:
    """Return the settings by the *text* of the file at *path* alone; raise UsageError for what can't be used."""
    import tomllib

    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # besides its own: a number of many digits, a list in lists in lists
        raise UsageError(_syntax_error(path, text, str(error))) from error
    domains = _section(path, text, DOMAINS, content.pop(DOMAINS, {}))
    known = {setting.name: setting for setting in TABLE}
    sections = {setting.section for setting in TABLE} | {DOMAINS}
    found = dict(defaults().values)
    for section, keys in content.items():
        if not keys and section not in sections:
            raise UsageError(f"{place(path, text, section)}: there is no section {nearest(section, sections)}")
        if not isinstance(keys, dict | list) and section not in sections:
            raise UsageError(f"{place(path, text, section)}: there is no setting {nearest(section, known)}")
        found |= {f"{section}.{key}": value for key, value in _values(path, text, section, keys, known).items()}
    return Settings(found, {domain: _of_domain(path, text, domain, keys) for domain, keys in domains.items()})


def _syntax_error(path: Path, text: str, message: str) -> str:
    """Return what the reader of TOML says of *text*, with the line in front, as for any other fault."""
    if message.startswith(_SAYS_TWICE) and (found := repetition(text)):
        name, first, second = found
        return clean(f"{path}, line {second}: {name!r} is on line {first} already; take one of them out")
    words, _, where = message.partition(" (at line ")
    line = where.partition(",")[0]
    return clean(f"{path}, line {line}: {words}" if line.isdigit() else f"{path}: {message}")


def _of_domain(path: Path, text: str, domain: str, keys: Any) -> dict[str, Value]:
    section = f"{DOMAINS}.{domain}"
    return _values(path, text, section, keys, {f"{section}.{setting.key}": setting for setting in DOMAIN_TABLE})


def _values(path: Path, text: str, section: str, keys: Any, known: Mapping[str, Setting]) -> dict[str, Value]:
    """Return the values of the *keys* of a section, whose settings are *known* by name."""
    found = {}
    for key, value in _section(path, text, section, keys).items():
        name = f"{section}.{key}"
        if name not in known and section.startswith(f"{DOMAINS}.") and isinstance(value, dict):
            raise UsageError(_unquoted(path, text, name, value))
        if name not in known:
            raise UsageError(f"{place(path, text, name)}: there is no setting {nearest(name, known)}")
        try:
            found[key] = Value(known[name].read.in_file(value), str(path))
        except ValueError as error:
            raise UsageError(f"{place(path, text, name)}: {clean(name)} must be {error}") from error
    return found


def _unquoted(path: Path, text: str, name: str, value: Any) -> str:
    """Return what is wrong with the section *name*, a domain without quotes: its dots are those of sections in it."""
    while isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), dict):
        [(label, value)] = value.items()
        name = f"{name}.{label}"
    domain = clean(name.partition(".")[2])
    return f'{place(path, text, name)}: a domain stands in quotes, as in [{DOMAINS}."{domain}"]'


def _section(path: Path, text: str, name: str, keys: Any) -> dict[str, Any]:
    if not isinstance(keys, dict):
        raise UsageError(f"{place(path, text, name)}: {clean(name)!r} must be a section, as in [check]")
    return keys
