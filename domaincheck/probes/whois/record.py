"""Collects the entries of an answer field by field, and makes a :class:`Registration` of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.epp import normalise
from domaincheck.probes.whois import states
from domaincheck.probes.whois.dates import Notation, UnreadableDateError, read
from domaincheck.probes.whois.labels import Field
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domaincheck.probes.whois.lines import Entry

_DATES = {
    Field.EXPIRES: "expiry date",
    Field.REGISTRAR_EXPIRES: "registrar's expiry date",
    Field.CREATED: "creation date",
    Field.UPDATED: "date of the last change",
}
_MOST = 64  # values of one field that are looked at; real answers have fewer
_PARTS = 16  # values in one line
_FAULTS = 8
_APART = timedelta(days=2)  # expiry dates this far apart contradict each other, and are not one date in two zones

_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}$")
_NO_HOSTS = frozenset({"not.defined", "no.nameserver"})
_REMARK = re.compile(r"\s*[(\[]\s*(?:https?://|www\.|tag\s*=|R\d+-|[A-Z]*\d*-?[A-Z]{3,5}\s*[)\]]$).*$", re.IGNORECASE)
_NO_DATE = frozenset({"n/a", "none", "null", "-", "--", "not set", "not defined", "unknown", "not available"})
_HIDDEN = ("not disclosed", "redacted", "hidden", "n/a", "none", "not shown", "data not", "not applicable")
_UNTIL = re.compile(r"\((\d{4}/\d\d/\d\d)\)|\buntil (\d{14}|\d{8})\b", re.IGNORECASE)  # in the status of .jp and .ua
_SIGNED = re.compile(r"(?:yes|y|true|1|signed|active|enabled|secure)\b|signeddelegation", re.IGNORECASE)
_UNSIGNED = re.compile(r"(?:no|n|false|0|unsigned\w*|inactive|not signed|disabled|insecure|none)\b", re.IGNORECASE)


@dataclass(slots=True)
class Findings:
    """What was found about *domain*, whose registry writes dates in *notation*.

    *taken* and *free* are what status fields say outright; *faults* are sentences. Dictionaries without values serve
    as sets that keep their order.
    """

    domain: str
    notation: Notation
    dates: dict[Field, list[datetime]] = field(default_factory=lambda: {name: [] for name in _DATES})
    registrars: list[str] = field(default_factory=list)
    name_servers: dict[str, None] = field(default_factory=dict)
    statuses: dict[str, None] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)
    faults: dict[str, None] = field(default_factory=dict)
    dnssec: bool | None = None
    holder: bool = False
    taken: bool = False
    free: bool = False
    registry_spoke: bool = False

    def take(self, entries: Iterable[Entry]) -> None:
        """Read all *entries*, in their order."""
        takers = {
            **dict.fromkeys(_DATES, self._date),
            Field.REGISTRAR: self._registrar,
            Field.NAME: self._name,
            Field.NAME_SERVER: self._name_servers,
            Field.STATUS: self._status,
            Field.DNSSEC: self._dnssec,
            Field.DS_RECORD: self._dnssec,
            Field.HOLDER: self._holder,
            Field.AVAILABLE: self._available,
            Field.DOMAIN: self._domain,
        }
        counts = Counter[Field]()
        for entry in entries:
            counts[entry.field] += 1
            if counts[entry.field] <= _MOST and not entry.alien:
                takers[entry.field](entry)

    @property
    def is_firm(self) -> bool:
        """Whether the record has what no free name can have."""
        return bool(self.name_servers or self.dates[Field.EXPIRES] or self.dates[Field.REGISTRAR_EXPIRES])

    @property
    def is_record(self) -> bool:
        """Whether this is a record about some registered name."""
        return self.is_firm or bool(self.registrars or self.dates[Field.CREATED])

    @property
    def names_domain(self) -> bool:
        """Whether the record says that it is about the domain asked for."""
        return self.domain in self.domains

    def _date(self, entry: Entry) -> None:
        dates = self.dates[entry.field]
        if entry.value.casefold() in _NO_DATE or not any(character.isdigit() for character in entry.value):
            return
        try:
            reading = read(entry.value, self.notation)
        except UnreadableDateError as error:
            if not dates:
                self.fault(f"The {_DATES[entry.field]} cannot be read: {error}.")
            return
        if reading.fault and not dates:
            self.fault(f"The {_DATES[entry.field]} is inexact: {reading.fault}.")
        if entry.registry and entry.field is Field.EXPIRES and not self.registry_spoke:
            self.registry_spoke = True
            dates.insert(0, reading.value)
        else:
            dates.append(reading.value)

    def fault(self, sentence: str) -> None:
        """Note a *sentence* about what could not be read."""
        if len(self.faults) < _FAULTS:
            self.faults[clean(sentence)] = None

    def _registrar(self, entry: Entry) -> None:
        if name := _company(entry.value):
            self.registrars.append(name)

    def _name(self, entry: Entry) -> None:
        """Read what only its heading tells from the name of a person."""
        if "server" in entry.section:
            self._name_servers(entry)
        elif entry.section.startswith("registrar") and (name := _company(entry.value)):
            self.registrars.insert(0, name)

    def _name_servers(self, entry: Entry) -> None:
        for part in re.split(r"[,;]", entry.value, maxsplit=_PARTS)[:_PARTS]:
            host = _host(part)
            is_label_of_domain = entry.label == "dns" and host == self.domain  # .dk: the name in A-labels
            if host and not is_label_of_domain:
                self.name_servers[host] = None

    def _status(self, entry: Entry) -> None:
        if until := _UNTIL.search(entry.value):
            self._until(until[1] or until[2])
        bare = entry.value.partition("://")[0]
        self.free = self.free or states.is_free(bare)
        self.taken = self.taken or states.is_taken(bare)
        whole = normalise(entry.value)
        for code in [whole] if whole else map(normalise, re.split(r"[,/ ]+", bare, maxsplit=_PARTS)[:_PARTS]):
            if code:
                self.statuses[code] = None

    def _until(self, text: str) -> None:
        try:
            self.dates[Field.EXPIRES].append(read(text, self.notation).value)
        except UnreadableDateError as error:
            self.fault(f"The expiry date cannot be read: {error}.")

    def _dnssec(self, entry: Entry) -> None:
        if entry.field is Field.DS_RECORD:
            self.dnssec = True
        elif self.dnssec is None and (_SIGNED.match(entry.value) or _UNSIGNED.match(entry.value)):
            self.dnssec = bool(_SIGNED.match(entry.value))

    def _holder(self, entry: Entry) -> None:
        self.holder = True
        self.free = self.free or entry.value.casefold() == "not assigned"  # IANA says so of an unused TLD

    def _available(self, entry: Entry) -> None:
        self.free = self.free or entry.value.casefold() == "yes"

    def _domain(self, entry: Entry) -> None:
        self.domains.add(entry.value.split()[0].casefold().rstrip("."))
        self.taken = self.taken or entry.value.casefold().endswith((" active", " is active"))  # Freenom's TLDs


def _company(text: str) -> str | None:
    name = clean(_REMARK.sub("", text).strip(" ,;\t"))
    return None if not name or name.casefold().startswith(_HIDDEN) else name


def _host(text: str) -> str | None:
    """Return the host name *text* begins with, in lower-case A-labels, or ``None``."""
    words = text.removeprefix("- ").split(None, 3)
    if [word.upper() for word in words[1:2]] == ["NS"]:  # .pt quotes zone files: "example.pt NS ns1.example.pt."
        words = words[2:]
    word = words[0].casefold().rstrip(".") if words else ""
    if not word.isascii():
        try:
            word = word.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return word if _HOST.match(word) and word not in _NO_HOSTS else None


def assemble(found: Findings) -> Registration:
    """Return what was *found* of a registered name; of several expiry dates the registry's stands."""
    expires, registrar_expires = found.dates[Field.EXPIRES], found.dates[Field.REGISTRAR_EXPIRES]
    if any(abs(other - expires[0]) >= _APART for other in expires[1:]):
        found.fault("The answer gives several expiry dates; the registry's, or else the first, was taken.")
    if expires and any(abs(other - expires[0]) >= _APART for other in registrar_expires):
        found.fault("Registry and registrar give different expiry dates; the registry's was taken.")
    return Registration(
        state=RegistrationState.REGISTERED,
        expires_at=next(iter(expires or registrar_expires), None),
        created_at=next(iter(found.dates[Field.CREATED]), None),
        updated_at=next(iter(found.dates[Field.UPDATED]), None),
        registrar=next(iter(found.registrars), None),
        registrar_expires_at=registrar_expires[0] if expires and registrar_expires else None,
        name_servers=tuple(found.name_servers)[:_MOST],
        statuses=tuple(found.statuses),
        dnssec=found.dnssec,
        faults=tuple(found.faults),
    )
