"""What a registry knows of one domain, written as RDAP and as WHOIS: the same facts in both tongues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Facts(TypedDict, total=False):
    """The facts of one registration: aware times, EPP codes (RFC 5731) as *statuses*; what is left out is unsaid."""

    expires: datetime | None
    created: datetime | None
    updated: datetime | None
    registrar: str | None
    statuses: Sequence[str]
    name_servers: Sequence[str]
    dnssec: bool


def domain_object(name: str, **facts: Unpack[Facts]) -> dict[str, Any]:
    """Return the RDAP domain object (RFC 9083 §5.3) of *name*, ready for JSON."""
    events = {
        "registration": facts.get("created"),
        "expiration": facts.get("expires"),
        "last changed": facts.get("updated"),
    }
    registrar = facts.get("registrar")
    return {
        "rdapConformance": ["rdap_level_0", "icann_rdap_response_profile_0"],
        "objectClassName": "domain",
        "handle": _handle(name),
        "ldhName": name.upper(),
        "status": [_rdap_status(code) for code in facts.get("statuses", ())],
        "events": [{"eventAction": action, "eventDate": _time(at)} for action, at in events.items() if at],
        "entities": [_registrar(registrar)] if registrar else [],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": server.upper()} for server in facts.get("name_servers", ())
        ],
        "secureDNS": {"delegationSigned": facts.get("dnssec", False)},
    }


def whois_text(name: str, **facts: Unpack[Facts]) -> str:
    """Return a WHOIS answer about *name* in the form that ICANN's agreements prescribed, and Verisign's indentation."""
    fields: list[tuple[str, str | None]] = [
        ("Domain Name", name.upper()),
        ("Registry Domain ID", _handle(name)),
        ("Updated Date", _time(facts.get("updated"))),
        ("Creation Date", _time(facts.get("created"))),
        ("Registry Expiry Date", _time(facts.get("expires"))),
        ("Registrar", facts.get("registrar")),
        *(("Domain Status", f"{code} https://icann.org/epp#{code}") for code in facts.get("statuses", ())),
        *(("Name Server", server.upper()) for server in facts.get("name_servers", ())),
        ("DNSSEC", "signedDelegation" if facts.get("dnssec") else "unsigned"),
    ]
    lines = [f"   {label}: {value}" for label, value in fields if value]
    return "\r\n".join([*lines, ">>> Last update of whois database: now <<<", ""])


def _handle(name: str) -> str:
    return f"{name.replace('.', '-').upper()}-LAB"


def _registrar(name: str) -> dict[str, Any]:
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]]
    return {"objectClassName": "entity", "handle": "9999", "roles": ["registrar"], "vcardArray": card}


def _rdap_status(code: str) -> str:
    """Return the RDAP word for an EPP code: RFC 8056 §2 spells all but two as the same words apart."""
    return {"ok": "active", "linked": "associated"}.get(code, re.sub("(?=[A-Z])", " ", code).lower())


def _time(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
