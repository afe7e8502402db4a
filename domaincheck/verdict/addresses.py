"""The judgements of all addresses of a host → one, the worst; where they differ, who shows what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domaincheck.model import AddressPart, Problem, ProblemCode, Severity, worst, worst_first
from domaincheck.text import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.model import TlsPart

_GROUPS_SHOWN, _ADDRESSES_SHOWN = 4, 4


def worst_of(parts: Sequence[TlsPart]) -> TlsPart:
    """Return the worst of *parts*, one an address and at least one, with what is to be said of all of them."""
    part = min(parts, key=lambda part: (-part.severity.rank, part.status.rank, part.days_left or 0))
    addresses = tuple(
        AddressPart(each.address or "", each.status, each.not_after, each.fingerprint_sha256, each.problems)
        for each in parts
    )
    groups = _groups(parts)
    if len(groups) == 1:
        return replace(part, addresses=addresses)
    differ = Problem(ProblemCode.ADDRESSES_DIFFER, Severity.WARNING, _sentence(groups))
    problems = tuple(worst_first((*part.problems, differ)))
    return replace(part, addresses=addresses, problems=problems, severity=worst((part.severity, Severity.WARNING)))


def _groups(parts: Sequence[TlsPart]) -> list[list[TlsPart]]:
    """Return *parts* in groups that show the same certificate and come to the same verdict, notes apart.

    The smallest group stands first, so that the stale backend among ten is named before the nine, and of equally small
    ones the worst.
    """
    groups: dict[object, list[TlsPart]] = {}
    for part in parts:
        groups.setdefault((part.status, part.fingerprint_sha256, frozenset(_codes(part))), []).append(part)
    return sorted(groups.values(), key=lambda group: (len(group), -group[0].severity.rank, group[0].status.rank))


def _codes(part: TlsPart) -> list[ProblemCode]:
    """Return what is wrong, each once; whether an issuer could be asked, as all notes, says nothing of an address."""
    return list(dict.fromkeys(problem.code for problem in part.problems if problem.severity is not Severity.OK))


def _sentence(groups: Sequence[Sequence[TlsPart]]) -> str:
    told = [
        f"{listed([part.address or '' for part in group], _ADDRESSES_SHOWN)}: {_shown(group[0])}"
        for group in groups[:_GROUPS_SHOWN]
    ]
    if len(groups) > _GROUPS_SHOWN:
        rest = sum(map(len, groups[_GROUPS_SHOWN:]))
        told.append(f"and {counted(rest, 'more address', 'more addresses')}")
    return f"the addresses do not show the same: {'; '.join(told)}"


def _shown(part: TlsPart) -> str:
    """Say what one address shows: status, reasons, and the certificate by its end and the start of its fingerprint."""
    reasons = ", ".join(code.replace("_", " ") for code in _codes(part) if code.value != part.status.value)
    status = part.status.replace("_", " ")
    words = f"{status} ({reasons})" if reasons else status
    if part.not_after and part.fingerprint_sha256:
        words += f", a certificate until {part.not_after:%Y-%m-%d} (SHA-256 {part.fingerprint_sha256[:8]}…)"
    return words
