"""Whether telemetry is on, by whose word, and where it goes.

``--no-telemetry`` comes first, then ``DOMAINCHECK_TELEMETRY``, ``DO_NOT_TRACK`` (https://consoledonottrack.com), the
setting ``telemetry.enabled``, and last whether there is a key at all. Whatever is wrong with any of them means off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from domaincheck.settings import POSTHOG, web_address
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domaincheck.settings import Settings

Mode = Literal["on", "off", "log"]

VARIABLE = "DOMAINCHECK_TELEMETRY"
DO_NOT_TRACK = "DO_NOT_TRACK"
KEY_VARIABLES = ("DOMAINCHECK_TELEMETRY_API_KEY", "POSTHOG_API_KEY")
HOST_VARIABLES = ("DOMAINCHECK_TELEMETRY_HOST", "POSTHOG_HOST")

_THE_PROJECTS = "use the project's, which begins with phc_"
_NO_KEY = f"no key is set: give the project's as {KEY_VARIABLES[-1]} or telemetry.api_key"
_NO_SETTINGS = "the settings cannot be read, and they may forbid it"
_LONGEST_SHOWN = 20


class Switch(NamedTuple):  # a dataclass takes ten times as long to be made, and every command makes this one
    """What became of all the switches: the *mode* and, for people, the *reason* for it.

    *key* and *host* say where events go, *key_source* and *host_source* who said so; *host* has no slash at its end.
    *identity* and *domains* are the settings of these names. *faulty* is whether it would be on, but for what is wrong
    with the key or the host.
    """

    mode: Mode
    reason: str
    key: str | None = None
    key_source: str | None = None
    host: str = POSTHOG
    host_source: str = "default"
    identity: str = "anonymous"
    domains: str = "count"
    faulty: bool = False

    @property
    def destination(self) -> str:
        """The fingerprint of where events go."""
        return destination_of(self.key or "", self.host)

    @property
    def masked_key(self) -> str | None:
        """The key with only so much of it that its owner knows which it is; of a personal one nothing but its kind."""
        return None if self.key is None else masked(self.key)


def masked(key: str) -> str:
    """Return *key* as :attr:`Switch.masked_key` has it."""
    tail = key[-4:] if len(key) >= 12 and not _is_personal(key) else ""  # noqa: PLR2004 - 4 of 12 tell little
    return f"{key[:4] if key.startswith('ph') else ''}…{tail}"


def destination_of(key: str, host: str) -> str:
    """Return a fingerprint of *key* and *host*: it differs where they differ, and the key can't be had back from it.

    The remainder by a prime of 127 bits does for that; hashlib takes milliseconds to import, for each command.
    """
    both = "\n".join((host.rstrip("/"), key))
    return f"{int.from_bytes(both.encode('utf-8', 'surrogateescape')) % (2**127 - 1):032x}"


def decide(settings: Settings | None, environment: Mapping[str, str], *, refused: bool) -> Switch:
    """Return what *settings* and *environment* come to; *refused* is whether ``--no-telemetry`` was given.

    *settings* are ``None`` where they could not be read. They may have forbidden telemetry or narrowed it, so then it
    is on by the word of DOMAINCHECK_TELEMETRY alone, and neither tells addresses nor domains.
    """
    key, key_source = _key(settings, environment)
    host, host_source = _host(settings, environment)
    mode, reason = _mode(settings, environment, refused=refused)
    faulty = False
    if mode == "on":
        fault = _fault_of_key(key, key_source) or _fault_of_host(host, host_source)
        mode, reason = ("off", fault) if fault else (mode, reason or f"a key is set by {key_source}")
        faulty = fault is not None
    identity, domains = (
        ("anonymous", "count") if settings is None else (settings["telemetry.identity"], settings["telemetry.domains"])
    )
    return Switch(mode, reason, key, key_source, host, host_source, identity, domains, faulty)


def _overruling(environment: Mapping[str, str], *, refused: bool) -> str | None:
    """Return what stands above the settings and decides in their place, as ``DO_NOT_TRACK=1``; None if nothing does."""
    if refused:
        return "--no-telemetry"
    if _said(environment):
        return f"{VARIABLE}={clean(_said(environment), _LONGEST_SHOWN)}"
    if _is_set(environment.get(DO_NOT_TRACK, "")):
        return f"{DO_NOT_TRACK}={clean(environment[DO_NOT_TRACK], _LONGEST_SHOWN)}"
    return None


def _mode(settings: Settings | None, environment: Mapping[str, str], *, refused: bool) -> tuple[Mode, str]:
    """Return what is wanted and by whose word; the reason is empty if nobody said anything."""
    if by := _overruling(environment, refused=refused):
        said = "" if refused else _said(environment)
        mode: Mode = "on" if said == "on" else "log" if said == "log" else "off"
        return mode, f"{by} says so" if said in ("", mode) else f"{by} is none of on, off and log"
    if settings is None:
        return "off", _NO_SETTINGS
    enabled = settings.values["telemetry.enabled"]
    if enabled.value is None:
        return "on", ""
    return ("on" if enabled.value else "off"), f"telemetry.enabled is {str(enabled.value).lower()} by {enabled.source}"


def _said(environment: Mapping[str, str]) -> str:
    return environment.get(VARIABLE, "").strip().lower()


def _is_set(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "false")


def _key(settings: Settings | None, environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the key and where it came from."""
    if settings is None:
        key, source = _first(KEY_VARIABLES, environment) or (None, None)
    else:
        key, source = settings["telemetry.api_key"], settings.values["telemetry.api_key"].source
    key = (key or "").strip()
    return (key, source) if key else (None, None)


def _host(settings: Settings | None, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the host and where it came from."""
    if settings is None:
        host, source = _first(HOST_VARIABLES, environment) or (POSTHOG, "default")
    else:
        host, source = settings["telemetry.host"], settings.values["telemetry.host"].source
    return host.strip().rstrip("/"), source


def _first(names: Iterable[str], environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the value of the first variable of *names* that is set, and its name."""
    return next(((environment[name], name) for name in names if environment.get(name)), None)


def _fault_of_key(key: str | None, source: str | None) -> str | None:
    if not key:
        return _NO_KEY
    if _is_personal(key):
        return f"the key in {source} is a personal API key, which must never be sent: {_THE_PROJECTS}"
    if not (key.isascii() and key.isprintable()) or " " in key:
        return f"the key in {source} is none that can be sent: {_THE_PROJECTS}"
    return None


def _is_personal(key: str) -> bool:
    return key.lower().startswith("phx_")


def _fault_of_host(host: str, source: str) -> str | None:
    try:
        web_address(host)
    except ValueError as error:
        return f"the host by {source} must be {error}"
    return None
