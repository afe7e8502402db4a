"""Finds out how the registry of a domain writes dates: as its answer says, as its dates prove, or as is known."""

from __future__ import annotations

import re
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING

from domaincheck.probes.whois import registries
from domaincheck.probes.whois.dates import Notation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

_MONTHS = 12
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/](?:19|20)\d\d(?!\d)")
_HINT = re.compile(r"\b(dd[-/. ]mm|mm[-/. ]dd)[-/. ]yy", re.IGNORECASE)


def notation(domain: str, lines: Iterable[str]) -> Notation:
    """Return the notation of the answer *lines* about *domain*."""
    tld = domain.rpartition(".")[2]
    day_first = _order(lines)
    if day_first is None and tld in registries.DAY_FIRST | registries.MONTH_FIRST:
        day_first = tld in registries.DAY_FIRST
    return Notation(
        day_first=day_first,
        zone=_home(tld),
        offsets=registries.ABBREVIATIONS.get(tld),
        buddhist=tld in registries.BUDDHIST,
        short_years=tld in registries.SHORT_YEARS,
        midnight_is_date=tld in registries.DATES_ONLY,
    )


def _order(lines: Iterable[str]) -> bool | None:
    """Tell whether *lines* write the day before the month; ``None`` if nothing shows it, or they write both."""
    seen: set[bool] = set()
    for line in lines:
        if hint := _HINT.search(line):
            return hint[1].casefold().startswith("d")
        for one, two in _NUMBERS.findall(line):
            if (int(one) > _MONTHS) != (int(two) > _MONTHS):
                seen.add(int(one) > _MONTHS)
    return seen.pop() if len(seen) == 1 else None


@lru_cache(maxsize=64)
def _home(tld: str) -> tzinfo:
    """Return the zone in which the registry of *tld* writes times, UTC where that is not known."""
    if tld not in registries.ZONES:
        return UTC
    import zoneinfo  # noqa: PLC0415 - several milliseconds that few answers need

    try:
        return zoneinfo.ZoneInfo(registries.ZONES[tld])
    except (zoneinfo.ZoneInfoNotFoundError, OSError):  # a system without time zone data
        return UTC
