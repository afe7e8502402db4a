"""Makes of what happened what is told of it: about whom, with which domains, and without what must not be told."""

from __future__ import annotations

import os
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from domaincheck import __version__
from domaincheck.telemetry import identity as names
from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.recorder import ANONYMOUS, SYSTEM
from domaincheck.telemetry.scrub import scrub, secrets_in, typed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from domaincheck.telemetry.events import Event
    from domaincheck.telemetry.recorder import Recorded
    from domaincheck.telemetry.switch import Switch

MOST_DOMAINS = 100
"""Domains that one event names."""

_SENTENCES = ("error_message", "message")

_SCHEME = r"(?i)[a-z][a-z0-9+.-]*"
_ENDS = "/\\?#"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_NAME = rf"(?:{_LABEL}\.)*{_LABEL}\.?"
_NUMBER = r"(?i)(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV6 = r"[0-9a-f:.]+"


class Privacy:
    """Wraps events as the operator's choices of *identity* and *domains* have it; see the settings of these names.

    *folder* is the state folder, for the key of hashes. *secrets* are in no event, wherever they stand; *words*, which
    may be an iterator, are in no sentence.
    """

    def __init__(
        self, identity: str, domains: str, folder: Path, secrets: Collection[str] = (), words: Iterable[str] = ()
    ) -> None:
        self.identity = identity
        self.domains = domains
        self.folder = folder
        self.secrets = secrets
        self.words = words

    @classmethod
    def of(
        cls, switch: Switch, folder: Path, environment: Mapping[str, str], arguments: Sequence[str], command: str
    ) -> Privacy:
        """Return what goes by *switch*, and tells neither secrets of *environment* nor what was typed as *arguments*.

        *command* are the words of the command, which may be told, as ``otp send``.
        """
        secrets = {*secrets_in(environment), *([switch.key] if switch.key else ())}
        machine = os.uname().nodename.lower()
        words = chain(typed(arguments, command), (machine, machine.partition(".")[0]))
        return cls(switch.identity, switch.domains, folder, secrets, words)

    def envelope(self, recorded: Recorded, run_id: str) -> Envelope:
        """Return *recorded* as it will be sent; *run_id* is common to all events of one command."""
        event, who, at = recorded
        distinct_id, person = self._person(event, who, at)
        own = who.lower() if distinct_id == who else None
        properties = dict(self._told(event.properties, own))
        properties |= {"app_version": __version__, "run_id": run_id}
        return Envelope(names.identifier(), event.name, distinct_id, at, properties | person)

    def _person(self, event: Event, who: str, at: datetime) -> tuple[str, dict[str, Any]]:
        """Return the distinct id, and the properties that make PostHog keep a person, or not."""
        nobody = {"$process_person_profile": False}
        if who == SYSTEM:
            return SYSTEM, nobody
        if not names.is_person(who):
            return ANONYMOUS, nobody
        found: dict[str, Any] = {}
        if self.identity == "email":
            distinct_id, found["email_domain"] = who, who.rpartition("@")[2]
        elif self.identity == "hashed" and (key := names.make_key(self.folder)):
            distinct_id = names.hashed("address", who, key)
        else:
            return ANONYMOUS, nobody
        if operation := event.properties.get("operation") or event.properties.get("command"):
            found["last_operation"] = scrub(operation, None, self.secrets)
        return distinct_id, {"$set": found, "$set_once": {"first_seen_at": _timestamp(at)}}

    def _told(self, properties: Mapping[str, Any], own: str | None) -> Iterator[tuple[str, Any]]:
        """Yield what is told of *properties*, in their order; *own* is the address that may be told."""
        for name, value in properties.items():
            if name == "domains":
                if self.domains != "count" and (found := self._named(value)) is not None:
                    yield name, found
            elif name in _SENTENCES:
                yield name, scrub(value, own, self.secrets, self._all_words(), hosts=self.domains == "full")
            else:
                yield name, scrub(value, own, self.secrets) if isinstance(value, str) else value

    def _all_words(self) -> frozenset[str]:
        """Return the words; they are gathered now, as most commands have no sentence to tell."""
        self.words = words = frozenset(self.words)
        return words

    def _named(self, domains: Iterable[str]) -> list[str] | None:
        """Return the hosts of *domains*, or their hashes; ``None`` if they can't be hashed as they should be."""
        hosts = _first_distinct(host for text in domains if (host := host_of(text)) and not self._is_secret(host))
        if self.domains == "full":
            return hosts
        key = names.make_key(self.folder)
        return [names.hashed("host", host, key) for host in hosts] if key else None

    def _is_secret(self, host: str) -> bool:
        return any(secret.lower() in host for secret in self.secrets)


def host_of(text: str) -> str | None:
    """Return the host that the target *text* names, in lower case; ``None`` where that is a file, or can't be told.

    Of ``https://user@example.com:8443/path`` it is ``example.com``.
    """
    scheme, slashes, rest = text.strip().partition("://")
    if not slashes:
        scheme, rest = "", scheme
    elif scheme.lower() == "file" or not re.fullmatch(_SCHEME, scheme):
        return None
    authority = rest[: next((place for place, letter in enumerate(rest) if letter in _ENDS), len(rest))]
    path = rest[len(authority) :]
    if "@" in path or (path and not scheme):
        return None
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
        if not port.isdigit():  # file:PATH, for one
            return None
    if host.count(":") > 1:
        return host if re.fullmatch(_IPV6, host) else None
    if re.fullmatch(_NUMBER, host):
        return host if re.fullmatch(_IPV4, host) else None
    return host.rstrip(".") if re.fullmatch(_NAME, host) else None


def _first_distinct(hosts: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for host in hosts:
        found[host] = None
        if len(found) == MOST_DOMAINS:
            break
    return list(found)


def _timestamp(at: datetime) -> str:
    """Return *at*, which is in UTC, by RFC 3339."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
