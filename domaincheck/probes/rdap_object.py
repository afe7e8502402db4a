"""Reads the domain object of an RDAP answer (RFC 9083 §5.3), as servers really write it.

Of the dates, ``expiration`` is the registry's own and ``registrar expiration`` the registrar's. What is missing or of a
wrong type is left out; a date that cannot be read is told of in ``faults``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode, Registration, RegistrationState
from domaincheck.probes.epp import normalise
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = {
    "expiration": "expires_at",
    "registrar expiration": "registrar_expires_at",
    "registration": "created_at",
    "last changed": "updated_at",
    "last update": "updated_at",  # as some registrars' servers put it
}
"""The actions of events (RFC 9083 §10.2.3) that we want, and which field of the registration each fills."""

_FIRST_YEAR, _END_OF_TIME = 1983, 9999
"""The DNS is of 1983 (RFC 882): an earlier date is the zero of somebody's calendar; 9999 is the end of another's."""

_MOST = 64
"""Statuses and name servers that are read; no delegation comes near it."""

_DEPTH = 3
"""Levels of entities within entities that are searched for the registrar."""

_LONGEST_NAME = 254
"""Characters of the longest name that the DNS can hold, and a dot."""

_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def read(domain: str, body: bytes) -> Registration:
    """Return what *body* says of *domain*, a name in A-labels.

    Raises NetworkError (``malformed_response``), and nothing else, when *body* is not an RDAP object of that domain.
    """
    answer = _parsed(body)
    _require(domain, answer)
    dates, faults = _dates(answer.get("events"))
    return Registration(
        RegistrationState.REGISTERED,
        registrar=_registrar(answer),
        name_servers=_name_servers(answer),
        statuses=_statuses(answer),
        dnssec=_dnssec(answer),
        faults=faults,
        **dates,
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _malformed("the answer is not JSON, or is cut short") from error
    if not isinstance(answer, dict):
        raise _malformed("the answer is not an RDAP object")
    return answer


def _require(domain: str, answer: dict[str, Any]) -> None:
    kind = answer.get("objectClassName", "domain")
    if not isinstance(kind, str) or kind.lower() != "domain":
        raise _malformed("the answer is an RDAP object, but not one of a domain")
    names = [answer[key] for key in ("ldhName", "unicodeName") if isinstance(answer.get(key), str)]
    if not names:
        raise _malformed("the answer does not say which domain it is about")
    if all(_a_labels(name) != domain for name in names):
        raise _malformed(f"the answer is about another domain, {clean(names[0], 80)}")


def _malformed(sentence: str) -> NetworkError:
    return NetworkError(ProblemCode.MALFORMED_RESPONSE, sentence)


def _a_labels(name: Any) -> str | None:
    """Return a host name in lower-case A-labels without a trailing dot, ``None`` for what is no host name."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return None
    name = name.strip().removesuffix(".").lower()
    if not name.isascii():
        import idna

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except ValueError:
            return None
    return name if name and _HOST_CHARACTERS.issuperset(name) else None


def _dates(events: Any) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """Return the readable dates by field, the first of each counting, and a sentence for each that is not readable."""
    dates: dict[str, datetime] = {}
    faults: dict[str, str] = {}
    for event in _objects(events):
        action, date = event.get("eventAction"), event.get("eventDate")
        action = action.strip().lower() if isinstance(action, str) else ""
        field = _FIELDS.get(action)
        if field is None or field in dates:
            continue
        if moment := _moment(date):
            dates[field] = moment
        else:
            shown = clean(date, 40) if isinstance(date, str) else "it is no text"
            faults.setdefault(field, f"the date of {action} cannot be read: {shown}")
    return dates, tuple(faults.values())


def _moment(text: Any) -> datetime | None:
    """Read an RFC 3339 date, or near enough: without a time, a zone (then it is UTC) or the colon in the zone."""
    if not isinstance(text, str):
        return None
    bare = text.strip()[:40].upper().removesuffix("Z").removesuffix("UTC").strip()
    try:
        moment = datetime.fromisoformat(bare)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year < _END_OF_TIME else None


def _registrar(answer: dict[str, Any]) -> str | None:
    """Return the name of the first entity with the role of the registrar, the outermost first."""
    level = [answer]
    for _ in range(_DEPTH):
        level = [entity for outer in level for entity in _objects(outer.get("entities"))]
        for entity in level:
            if "registrar" in _strings(entity.get("roles")) and (name := _name(entity)):
                return name
    return None


def _name(entity: dict[str, Any]) -> str | None:
    """Return who *entity* is: by the card's formatted name or organisation (RFC 7095), else by its handle."""
    card = entity.get("vcardArray")
    properties = card[1] if isinstance(card, list) and len(card) > 1 else None
    found: dict[str, str] = {}
    for entry in properties if isinstance(properties, list) else ():
        match entry:
            case [str(kind), _, _, value, *_]:
                text = next((text.strip() for text in _strings(value) if text.strip()), "")
                if text:
                    found.setdefault(kind.lower(), text)
    handle = entity.get("handle")
    name = found.get("fn") or found.get("org") or (handle.strip() if isinstance(handle, str) else "")
    return clean(name) if name else None


def _name_servers(answer: dict[str, Any]) -> tuple[str, ...]:
    hosts = _objects(answer.get("nameservers"))
    names = (_a_labels(host.get("ldhName")) or _a_labels(host.get("unicodeName")) for host in hosts)
    return tuple(dict.fromkeys(name for name in islice(names, _MOST) if name))


def _statuses(answer: dict[str, Any]) -> tuple[str, ...]:
    codes = (normalise(status) for status in islice(_strings(answer.get("status")), _MOST))
    return tuple(dict.fromkeys(code for code in codes if code))


def _dnssec(answer: dict[str, Any]) -> bool | None:
    secure = answer.get("secureDNS")
    signed = secure.get("delegationSigned") if isinstance(secure, dict) else None
    return signed if isinstance(signed, bool) else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; of a lone object, which some servers write instead, that."""
    return (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict))


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a list; of a lone text, that."""
    return (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
