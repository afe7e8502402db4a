"""Asks python-whois for a registrar and name servers where our own parser found neither.

Only these two fields are taken. Its dates are not, for they cannot be trusted: on 1,012 labelled answers of registered
names it offered eight dates that ours had left out, one the end of a quarantine taken for an expiry, the others
inventions of a day ("before Aug-1996" becomes the first of August, "Jan 2028" today's day of that month). Of its
network code nothing is used.

Its patterns are many and some need time that grows with the square or the cube of a line's length. So a TLD's own two
patterns alone are run, over a text of at most 64 KiB in lines of at most 500 characters with runs of blanks shortened,
and those of the TLDs in :data:`UNSAFE`, which even so can take more than a tenth of a second, are not run at all.
Importing it costs 50 ms, the reason why this is no part of :func:`domaincheck.probes.whois.parse`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.whois.dates import Notation
from domaincheck.probes.whois.labels import Field
from domaincheck.probes.whois.lines import Entry, cut
from domaincheck.probes.whois.record import Findings

UNSAFE: frozenset[str] = frozenset({"hk", "it", "jp", "sk", "ua"})
"""TLDs whose patterns in python-whois 0.9 take too long on some text; see ``tests/benchmarks/whois_hostile.py``."""

_BLANKS = re.compile(r"[ \t]{3,}")
_WANTED = {"registrar": Field.REGISTRAR, "name_servers": Field.NAME_SERVER}


def fill(found: Registration, domain: str, text: str) -> Registration:
    """Return *found* with registrar and name servers of *text* where it is registered and has neither of them.

    It is returned as it is where python-whois knows no more; nothing is raised.
    """
    tld = domain.rstrip(".").rpartition(".")[2].casefold()
    lacking = found.registrar is None and not found.name_servers
    if found.state is not RegistrationState.REGISTERED or not lacking or tld in UNSAFE:
        return found
    entries = [
        Entry(_WANTED[name], value)
        for name, values in _ask(domain, tld, text).items()
        for value in (values if isinstance(values, list) else [values])
        if name in _WANTED and isinstance(value, str)
    ]
    more = Findings(domain.casefold(), Notation())
    more.take(entries)
    return replace(found, registrar=next(iter(more.registrars), None), name_servers=tuple(more.name_servers))


def _ask(domain: str, tld: str, text: str) -> dict[str, Any]:
    """Return what python-whois's patterns for *tld* find; nothing where it has none of its own for it."""
    from whois.parser import WhoisEntry

    text = _BLANKS.sub("  ", "\n".join(line.rstrip() for line in cut(text)))
    try:
        patterns = getattr(type(WhoisEntry.load(f"example.{tld}", "")), "regex", {})
        return dict(WhoisEntry(domain, text, {name: patterns[name] for name in _WANTED if patterns.get(name)}))
    except Exception:  # noqa: BLE001 - what it raises depends on the text, and none of it concerns the user
        return {}
