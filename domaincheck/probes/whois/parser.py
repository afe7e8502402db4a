"""Reads one WHOIS answer: lines to entries, entries to findings, findings and sentences to a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.whois import states
from domaincheck.probes.whois.lines import about, cut, entries
from domaincheck.probes.whois.notations import notation
from domaincheck.probes.whois.record import Findings, assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME_LIMIT = 253  # RFC 1035 §2.3.4


def read_answer(domain: str, text: str) -> Registration:
    """Return what *text*, the answer of a registry about *domain*, says."""
    domain = domain[:_NAME_LIMIT].strip().rstrip(".").casefold()
    lines = cut(text)
    found = Findings(domain, notation(domain, lines))
    found.take(about(domain, entries(lines)))
    state = _state(found, [states.plain(line) for line in lines])
    if state is RegistrationState.REGISTERED:
        return assemble(found)
    return Registration(state)


def _state(found: Findings, sentences: Sequence[str]) -> RegistrationState:
    """Weigh the record *found* against the *sentences* of the answer.

    A refusal counts more than a record that may be about another name (.br shows its own instead of the one asked
    for), and more than "no entries"; a record counts more than any other sentence, most of which are terms of use.
    """
    if not (found.is_record and found.names_domain) and any(map(states.refuses, sentences)):
        return RegistrationState.LIMITED
    if found.is_record and (found.is_firm or not found.free):
        return RegistrationState.REGISTERED
    if any(map(states.turns_away, sentences)):
        return RegistrationState.LIMITED
    if found.free or any(map(states.denies, sentences)):
        return RegistrationState.NOT_REGISTERED
    if found.taken or found.statuses or (found.domains and found.holder):
        return RegistrationState.REGISTERED
    return RegistrationState.UNKNOWN
