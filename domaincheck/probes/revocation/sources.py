"""Where an issuer's word is had from: a list at its address, kept between runs, or an OCSP responder's answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from domaincheck.errors import NetworkError
from domaincheck.network.http import HttpClient, Wish
from domaincheck.probes.rdap import system_context
from domaincheck.probes.revocation import lists, responder
from domaincheck.probes.revocation.entry import doubt
from domaincheck.probes.revocation.reach import admission
from domaincheck.probes.revocation.shared import Fetched, Shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domaincheck.network import Deadline, Network
    from domaincheck.probes.revocation.entry import Entry
    from domaincheck.probes.revocation.lists import RevocationList
    from domaincheck.probes.revocation.particulars import Particulars
    from domaincheck.probes.revocation.responder import Answer

LONGEST = timedelta(hours=12)
"""How long a word is believed that may hold longer: issuers publish new lists every few hours."""

_LIST = Wish("application/pkix-crl", lists.LIMIT)


class Memory(Protocol):
    """Keeps revocation lists until a POSIX time; the state file is one."""

    def revocation_list(self, url: str, now: float) -> bytes | None:
        """Return the list kept under *url*, if it may still be used at *now*."""

    def keep_revocation_list(self, url: str, body: bytes, now: float, until: float) -> None:
        """Keep *body* under *url* until *until*."""


class Link(NamedTuple):
    """A certificate of a chain and the one above it, which issued it."""

    certificate: Particulars
    issuer: Particulars


@dataclass(frozen=True, slots=True)
class Sources:
    """Shared by all threads; *clock* tells the time in UTC.

    *memory* keeps lists between runs, ``None`` to keep them for this one only; with *refresh* it is written but not
    read. Both methods raise NetworkError where there is no word to be believed. They ask at addresses that lie at most
    at the depth *reach*.
    """

    network: Network
    clock: Callable[[], datetime]
    memory: Memory | None = None
    refresh: bool = False
    _shared: Shared[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        clock = self.clock
        object.__setattr__(self, "_shared", Shared(lambda: clock().timestamp()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy in another process begin without a memory: files and locks do not travel."""
        return Sources, (self.network, self.clock)

    def listed(self, url: str, link: Link, reach: int, deadline: Deadline) -> Entry | None:
        """Return the entry of the link's certificate in the list at *url*, ``None`` if it is not revoked."""
        fetch = partial(self._list, url, link.issuer, reach, deadline)
        found: RevocationList = self._shared.get((url, link.issuer.key, reach), deadline, fetch)
        return found.entry(link.certificate)

    def answered(self, url: str, link: Link, reach: int, deadline: Deadline) -> Entry | None:
        """Return what the responder at *url* says of the link's certificate, ``None`` if it is not revoked."""
        fetch = partial(self._answer, url, link, reach, deadline)
        found: Answer = self._shared.get((url, link.issuer.key, link.certificate.serial, reach), deadline, fetch)
        return found.entry

    def _list(self, url: str, issuer: Particulars, reach: int, deadline: Deadline) -> Fetched[RevocationList]:
        now = self.clock()
        found = self._remembered(url, issuer, now)
        if found is None:
            found = lists.read(self._fetch(url, _LIST, reach, deadline), issuer, now)
            until = min(found.until, now + LONGEST).timestamp()
            if self.memory:
                self.memory.keep_revocation_list(url, found.body, now.timestamp(), until)
        return Fetched(found, len(found.body), min(found.until, now + LONGEST).timestamp())

    def _remembered(self, url: str, issuer: Particulars, now: datetime) -> RevocationList | None:
        body = None if self.refresh or self.memory is None else self.memory.revocation_list(url, now.timestamp())
        try:
            return None if body is None else lists.read(body, issuer, now)
        except NetworkError:  # at the same address another issuer had its list
            return None

    def _answer(self, url: str, link: Link, reach: int, deadline: Deadline) -> Fetched[Answer]:
        question = responder.question(*link)
        wish = Wish(responder.ANSWER_TYPE, responder.LIMIT, question, responder.QUESTION_TYPE)
        body, now = self._fetch(url, wish, reach, deadline), self.clock()
        found = responder.read(body, *link, now)
        return Fetched(found, 0, min(found.until, now + LONGEST).timestamp())

    def _fetch(self, url: str, wish: Wish, reach: int, deadline: Deadline) -> bytes:
        response = HttpClient(self.network, system_context).fetch(url, deadline, wish, admission(reach))
        if response.status != HTTPStatus.OK:
            raise doubt(f"HTTP status {response.status}")
        return response.body
