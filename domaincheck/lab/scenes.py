"""The show: every state a domain and a certificate can be in, on servers that live as long as the ``with`` block."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import refused_port
from domaincheck.lab.records import Facts, domain_object, whois_text
from domaincheck.lab.registry import RdapAnswer, RdapServer, WhoisServer, error
from domaincheck.lab.tls import TlsServer

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

LOOPBACK = "127.0.0.1"

_WHOIS_ONLY = "example.edu"
_LIFETIME = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Scene:
    """One target, what it *shows* in a few words, and what must be found.

    *tls* and *domain* are the statuses of the two parts; *problems* are the codes of the certificate's part.
    """

    target: str
    shows: str
    tls: str
    problems: tuple[str, ...] = ()
    domain: str = "valid"


SCENES = (
    Scene("www.example.com", "all is well", "valid"),
    Scene("six-days.example.com:8443", "a six-day certificate in good health", "valid"),
    Scene("www.example.edu", "a registry that only WHOIS reaches", "valid"),
    Scene(
        "shop.example.net", "20 days left, for the certificate and for the domain", "expiring_soon", (), "expiring_soon"
    ),
    Scene("today.example.com", "a certificate in its last hours", "expiring_today"),
    Scene("expired.example.com", "a certificate that has expired", "expired", ("expired",)),
    Scene("wrong-host.example.com", "a certificate for another name", "invalid", ("hostname_mismatch",)),
    Scene("self-signed.example.com", "a certificate nobody vouches for", "invalid", ("self_signed",)),
    Scene("half-a-chain.example.com", "an intermediate that is not sent", "invalid", ("incomplete_chain",)),
    Scene("down.example.com", "a server that is not running", "unreachable", ("connection_refused",)),
    Scene("www.example.org", "a good certificate on a domain that has expired", "valid", (), "expired"),
    Scene("www.redeemable-lab-domain.com", "a domain about to be lost", "valid", (), "at_risk"),
    Scene(
        "www.unregistered-lab-domain.com",
        "a domain that is not registered",
        "unreachable",
        ("dns_failure",),
        "not_registered",
    ),
)
"""In the order of the show: from good to bad. The names are IANA's own, or made up; none of them is ever looked up."""


class Lab:
    """Starts everything that the show needs, with times relative to *now*; a context manager.

    Inside the block, *hosts* maps a host and the port a user would write to the address and the port where it is served
    (a host that is not among them does not exist), *ca_file* holds the root to trust, *rdap_url* and *whois_server* are
    the registries to ask. Leaving the block ends every thread and removes every file.
    """

    scenes: tuple[Scene, ...] = SCENES
    targets: tuple[str, ...] = tuple(scene.target for scene in SCENES)
    hosts: dict[tuple[str, int], tuple[str, int]]
    ca_file: Path
    rdap_url: str
    whois_server: str

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start(stack)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self, stack: ExitStack) -> None:
        root = Authority.root(self._now)
        self.ca_file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="domaincheck-lab-")), "root.pem")
        self.ca_file.write_bytes(root.pem)
        shown = _credentials(root)
        tls = stack.enter_context(TlsServer(shown["www.example.com"], sni=shown))
        down = stack.enter_context(refused_port())
        known = _registrations(self._now)
        self.rdap_url = stack.enter_context(RdapServer(_rdap_answers(known))).url
        whois = {name: whois_text(name, **facts) for name, facts in known.items()}
        self.whois_server = stack.enter_context(WhoisServer(whois)).address
        ports = dict.fromkeys(shown, tls.port) | {"down.example.com": down}
        self.hosts = {
            (host, int(port or 443)): (LOOPBACK, ports[host])
            for host, _, port in (target.partition(":") for target in self.targets)
            if host in ports
        }


def _credentials(root: Authority) -> dict[str, Credential]:
    """Return what each host shows; a few hours more than whole days, so that the days stay whole during the show."""
    issuer = root.intermediate()
    hours = timedelta(hours=5)

    def ninety_days(host: str, left: timedelta) -> Credential:
        return issuer.leaf(host, not_before=left - _LIFETIME, not_after=left)

    healthy = ("www.example.com", "www.example.edu", "www.example.org", "www.redeemable-lab-domain.com")
    return {
        **{host: ninety_days(host, timedelta(days=60) + hours) for host in healthy},
        "six-days.example.com": issuer.leaf(
            "six-days.example.com", not_before=timedelta(days=-2) + hours, not_after=timedelta(days=4) + hours
        ),
        "shop.example.net": ninety_days("shop.example.net", timedelta(days=20) + hours),
        "today.example.com": ninety_days("today.example.com", hours),
        "expired.example.com": ninety_days("expired.example.com", timedelta(days=-2) + hours),
        "wrong-host.example.com": ninety_days("another-host.example.com", timedelta(days=60) + hours),
        "self-signed.example.com": self_signed(
            root.now, "self-signed.example.com", not_after=timedelta(days=60) + hours
        ),
        "half-a-chain.example.com": ninety_days("half-a-chain.example.com", timedelta(days=60) + hours).sending(),
    }


def _registrations(now: datetime) -> dict[str, Facts]:
    """Return what the registries know; a domain that is not among them is not registered."""

    def facts(left: int, *statuses: str, registrar: str = "Lab Registrar, Inc.") -> Facts:
        return Facts(
            expires=now + timedelta(days=left, hours=5),
            created=now - timedelta(days=3650),
            updated=now - timedelta(days=min(100, 365 - left)),
            registrar=registrar,
            statuses=statuses,
            name_servers=("a.iana-servers.net", "b.iana-servers.net"),
            dnssec=True,
        )

    return {
        "example.com": facts(300, "clientDeleteProhibited", "clientTransferProhibited", "clientUpdateProhibited"),
        "example.net": facts(20, "clientTransferProhibited"),
        "example.org": facts(-3, "clientTransferProhibited", registrar="Forgetful Registrar & Sons"),
        _WHOIS_ONLY: facts(150, "ok", registrar="Campus Registrar"),
        # The registry renewed it, then its registrar deleted it: the date alone deceives.
        "redeemable-lab-domain.com": facts(320, "redemptionPeriod"),
    }


def _rdap_answers(known: dict[str, Facts]) -> dict[str, RdapAnswer]:
    answers: dict[str, RdapAnswer] = {name: domain_object(name, **facts) for name, facts in known.items()}
    return answers | {_WHOIS_ONLY: error(500)}
