"""Which RDAP server is responsible for a top-level domain (RFC 9224), from a snapshot that ships with the package."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

SNAPSHOT = Path(__file__).parent.parent / "data" / "rdap.json"
"""``publication`` and ``servers`` as :func:`compact` makes them of IANA's file; ``unlisted``, of the same form, holds
servers that answer although IANA does not list them."""


def server_for(tld: str) -> str | None:
    """Return the base URL, with a slash at its end, of the RDAP server of *tld* (an A-label); ``None`` without one."""
    return _table().get(tld)


def compact(iana: dict[str, Any]) -> dict[str, Any]:
    """Return the part of IANA's bootstrap file that matters: ``publication`` and ``servers``, base URL to its TLDs.

    Where a service lists several base URLs, the first that is https is taken, else the first. Raises ValueError when
    *iana* is not a bootstrap file.
    """
    servers: dict[str, list[str]] = {}
    try:
        for tlds, urls in iana["services"]:
            usable = [url for url in urls if url.startswith(("https://", "http://"))]
            usable.sort(key=lambda url: not url.startswith("https://"))
            if usable:
                servers.setdefault(usable[0].rstrip("/") + "/", []).extend(tld.lower() for tld in tlds)
        return {"publication": str(iana["publication"]), "servers": servers}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("that is not an RDAP bootstrap file (RFC 9224)") from error


def index(*tables: dict[str, list[str]]) -> dict[str, str]:
    """Return TLD to base URL, of *tables* that map base URL to TLDs; an earlier table wins over a later one."""
    return {tld: url for table in reversed(tables) for url, tlds in table.items() for tld in tlds}


@functools.cache
def _table() -> dict[str, str]:
    snapshot = json.loads(SNAPSHOT.read_bytes())
    return index(snapshot["servers"], snapshot["unlisted"])
