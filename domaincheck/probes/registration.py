"""Learns the registration of a domain from its registry: RDAP first, then WHOIS, within one deadline.

"Not registered" is the alarm that people panic over. It is believed only when a registry says so, and then the same
registry is asked the other way too, where there is one; where the two differ, the domain counts as registered. A server
that is silent, broken or tired of us says nothing about a domain.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from domaincheck.errors import NetworkError
from domaincheck.model import Failure, ProblemCode, Registration, RegistrationFacts, RegistrationState
from domaincheck.network.deadline import Deadline
from domaincheck.network.http import HttpClient
from domaincheck.probes.bootstrap import Bootstrap, shipped
from domaincheck.probes.pacing import PacedSource, Pacer
from domaincheck.probes.rdap import RdapSource, system_context
from domaincheck.probes.whois import servers
from domaincheck.probes.whois.client import ReferredWhoisSource, Server, WhoisSource

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

    from domaincheck.network.sockets import Network
    from domaincheck.probes.source import Answer, Source

FIRST_SHARE = 0.6
"""The part of the time that the first of two sources may use up."""

PAUSE = 0.5
"""Seconds before a retry."""

NO_EXPIRY = frozenset(
    ["ae", "at", "au", "be", "ch", "de", "eu", "hu", "int", "kz", "lu", "lv", "nl", "no", "om", "pe", "qa", "sa", "tn"]
)
"""Top-level domains whose registries publish no date of expiry: there is no use in asking a second server for it."""

_COUNTRY = 2
"""Letters of a country's TLD, as of its code in ISO 3166."""

_PASSING = frozenset(
    [
        ProblemCode.CONNECTION_REFUSED,
        ProblemCode.CONNECTION_RESET,
        ProblemCode.DNS_FAILURE,
        ProblemCode.REGISTRY_UNREACHABLE,
    ]
)
"""Failures that a second try may not meet again. After a timeout no time is left, and a limit only grows by asking."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to learn about a domain: *kind* ``RDAP`` or ``WHOIS``, the *server* in words, and *why* that one.

    *line* is the name that the server's pace is known by; *source* asks it, at the right pace if it *paces_itself*.
    """

    kind: str
    server: str
    why: str
    line: str
    source: Source
    paces_itself: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationProbe:
    """Looks domains up; called from many threads at once.

    *timeout* is in seconds, for all that one call does. *source* restricts it to one way of asking. *rdap_url* and
    *whois_server* (host and port) are asked about every domain, in place of the servers known for its TLD. *retries* is
    how often all is tried again, within the timeout, after a failure that may pass. *make_context* builds the context
    that verifies RDAP servers; it is called for each of them and so should remember what it made. *bootstrap* is the
    list of RDAP servers, ``None`` for the one that ships with the package; *pacer* lets queries through, ``None`` at
    any pace.
    """

    network: Network
    timeout: float
    source: Literal["auto", "rdap", "whois"] = "auto"
    rdap_url: str | None = None
    whois_server: tuple[str, int] | None = None
    retries: int = 0
    make_context: Callable[[], ssl.SSLContext] = system_context
    bootstrap: Bootstrap | None = None
    pacer: Pacer | None = None
    _referrals: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, domain: str) -> RegistrationFacts:
        """Return what could be learned of *domain*, a registrable name in A-labels, failures included."""
        deadline = Deadline(self.timeout)
        sources = self.sources_for(domain)
        answer, failures = settle(domain, sources, deadline)
        for _ in range(self.retries):
            if answer or not _may_pass(failures) or deadline.elapsed() + PAUSE >= self.timeout:
                break
            threading.Event().wait(PAUSE)
            answer, failures = settle(domain, sources, deadline)
        return RegistrationFacts(
            domain,
            answer.registration if answer else _nothing(failures),
            source=answer.source if answer else None,
            server=answer.server if answer else None,
            failures=failures,
            duration_seconds=deadline.elapsed(),
        )

    def sources_for(self, domain: str) -> tuple[Source, ...]:
        """Return whom to ask about *domain*, in this order; at most two, maybe none."""
        return tuple(
            PacedSource(route.source, route.line, self.pacer) if self.pacer and not route.paces_itself else route.source
            for route in self.routes(domain)
        )

    def line_of(self, domain: str) -> str:
        """Return the server that is asked first about *domain*: those with the same one wait in the same line."""
        return next((route.line for route in self.routes(domain)), "")

    def routes(self, domain: str) -> Iterator[Route]:
        """Yield the ways to learn about *domain*, the best first."""
        rdap = None if self.source == "whois" else self._rdap(domain)
        if rdap is not None:
            yield rdap
        if self.source != "rdap":
            yield from self._whois(domain, only=rdap is None)

    def _rdap(self, domain: str) -> Route | None:
        bootstrap = self.bootstrap or shipped()
        base_url = self.rdap_url or bootstrap.server_for(_tld(domain))
        if base_url is None:
            return None
        why = "as you settled it" if self.rdap_url else bootstrap.why(_tld(domain))
        source = RdapSource(HttpClient(self.network, self.make_context), base_url, trusted=self.rdap_url is not None)
        return Route("RDAP", base_url, why, urlsplit(base_url).netloc, source)

    def _whois(self, domain: str, *, only: bool) -> Iterator[Route]:
        """Yield the WHOIS route to *domain*; IANA is asked for one if it is the *only* route, or for a country.

        Generic TLDs have RDAP, and many of their registries have closed WHOIS since ICANN no longer asks for it.
        """
        host, tld = servers.server_for(domain), _tld(domain)
        server = Server(*self.whois_server) if self.whois_server else Server(host) if host else None
        if server is not None:
            why = "as you settled it" if self.whois_server else "known for this TLD"
            yield Route("WHOIS", str(server), why, str(server), WhoisSource(self.network, server))
        elif tld not in servers.WEB_ONLY and (only or len(tld) == _COUNTRY):
            source = ReferredWhoisSource(self.network, self._referrals, self.pacer)
            yield Route(
                "WHOIS", f"the server of .{tld}", "IANA is asked for it", f"whois of .{tld}", source, paces_itself=True
            )


def settle(domain: str, sources: Sequence[Source], deadline: Deadline) -> tuple[Answer | None, tuple[Failure, ...]]:
    """Ask *sources*, at most two, and return the answer to be believed, ``None`` without one, and what went wrong."""
    answer: Answer | None = None
    failures: list[Failure] = []
    for rest in range(len(sources), 0, -1):
        try:
            share = deadline.part(FIRST_SHARE) if rest > 1 else deadline
            found = sources[-rest].look_up(domain, share)
        except NetworkError as error:
            failures.append(Failure(ProblemCode(error.code), str(error)))
            continue
        if answer and found.registration.state is not answer.registration.state:
            failures.append(_contradiction(domain, answer, found))
        answer = _believed(answer, found) if answer else found
        if _suffices(domain, answer):
            break
    real = tuple(failure for failure in failures if failure.code is not ProblemCode.NO_REGISTRY)
    if answer or real:
        return answer, real
    return None, (Failure(ProblemCode.NO_REGISTRY, f"no RDAP or WHOIS server is known for .{_tld(domain)}"),)


def _may_pass(failures: Sequence[Failure]) -> bool:
    codes = {failure.code for failure in failures}
    return not _PASSING.isdisjoint(codes) and ProblemCode.RATE_LIMITED not in codes


def _nothing(failures: Sequence[Failure]) -> Registration:
    limited = any(failure.code is ProblemCode.RATE_LIMITED for failure in failures)
    return Registration(RegistrationState.LIMITED if limited else RegistrationState.UNKNOWN)


def _suffices(domain: str, answer: Answer) -> bool:
    """Tell whether *answer* needs neither to be confirmed nor to be completed."""
    registration = answer.registration
    return registration.state is RegistrationState.REGISTERED and (
        registration.expires_at is not None or _tld(domain) in NO_EXPIRY
    )


def _believed(first: Answer, second: Answer) -> Answer:
    """Return *first*, with the expiry of *second* where it has none; but who says "registered" is believed first."""
    if first.registration.state is RegistrationState.NOT_REGISTERED:
        return second if second.registration.state is RegistrationState.REGISTERED else first
    if first.registration.expires_at is None:
        return replace(first, registration=replace(first.registration, expires_at=second.registration.expires_at))
    return first


def _contradiction(domain: str, first: Answer, second: Answer) -> Failure:
    registered, free = (first, second) if first.registration.state is RegistrationState.REGISTERED else (second, first)
    return Failure(
        ProblemCode.NOT_REGISTERED,
        f"{free.source.upper()} at {free.server} says that {domain} is not registered, "
        f"but {registered.source.upper()} at {registered.server} says that it is",
    )


def _tld(domain: str) -> str:
    return domain.rpartition(".")[2]
