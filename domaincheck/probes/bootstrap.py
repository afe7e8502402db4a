"""Which RDAP server is responsible for a top-level domain (RFC 9224), from a snapshot that ships with the package."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SNAPSHOT = Path(__file__).parent.parent / "data" / "rdap.json"
"""``publication`` and ``servers`` as :func:`compact` makes them of IANA's file; ``unlisted``, of the same form, holds
servers that answer although IANA does not list them."""


SOURCE = "https://data.iana.org/rdap/dns.json"
"""Where IANA publishes the list."""

DOCUMENT = "rdap-bootstrap"
"""The name under which a newer list than the snapshot is kept in the state file."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Which RDAP server serves which TLD: *servers* and *unlisted*, both TLD to base URL with a slash at its end.

    *publication* is the date of IANA's list, *origin* says in words how we came by it.
    """

    servers: Mapping[str, str]
    unlisted: Mapping[str, str]
    publication: str
    origin: str

    def server_for(self, tld: str) -> str | None:
        """Return the base URL of the RDAP server of *tld*, an A-label; ``None`` without one."""
        return self.servers.get(tld) or self.unlisted.get(tld)

    def why(self, tld: str) -> str:
        """Return in words how the server of *tld* is known."""
        if tld in self.servers:
            return f"by IANA's list of {self.publication[:10]}, {self.origin}"
        return "it answers, though IANA does not list it"


@functools.cache
def shipped() -> Bootstrap:
    """Return the snapshot that ships with the package."""
    snapshot = json.loads(SNAPSHOT.read_bytes())
    publication = str(snapshot["publication"])
    return Bootstrap(index(snapshot["servers"]), index(snapshot["unlisted"]), publication, "as shipped")


def newest(document: str | None) -> Bootstrap:
    """Return the list that :func:`refreshed` made *document* of; the snapshot if that is newer or there is none."""
    snapshot = shipped()
    try:
        content = json.loads(document or "{}")
        if content["publication"] <= snapshot.publication:
            return snapshot
        return Bootstrap(index(content["servers"]), snapshot.unlisted, content["publication"], "as refreshed")
    except (ValueError, TypeError, KeyError, AttributeError):
        return snapshot


def refreshed(body: bytes) -> str:
    """Return what to keep of *body*, IANA's file as fetched.

    Raises ValueError, saying what is wrong, for anything that is not a whole and plausible list: the old one is then
    the better one.
    """
    try:
        content = compact(json.loads(body))
        datetime.fromisoformat(content["publication"])
    except (ValueError, RecursionError) as error:
        raise ValueError("that is not an RDAP bootstrap file (RFC 9224)") from error
    known = sum(map(len, content["servers"].values()))
    if known < FEWEST:
        raise ValueError(f"that list holds {known} top-level domains; there are more than {FEWEST}")
    return json.dumps(content, separators=(",", ":"))


_ADDRESS = re.compile(r"https?://[!-~]+")

FEWEST = 500
"""Top-level domains that a list must hold to be believed; in 2026 there were 1,200."""


def compact(iana: dict[str, Any]) -> dict[str, Any]:
    """Return the part of IANA's bootstrap file that matters: ``publication`` and ``servers``, base URL to its TLDs.

    Where a service lists several base URLs, the first that is https is taken, else the first; what is no http address
    is left out. Raises ValueError when *iana* is not a bootstrap file.
    """
    servers: dict[str, list[str]] = {}
    try:
        for tlds, urls in iana["services"]:
            usable = [url for url in urls if _ADDRESS.fullmatch(url)]
            usable.sort(key=lambda url: not url.startswith("https://"))
            if usable:
                servers.setdefault(usable[0].rstrip("/") + "/", []).extend(tld.lower() for tld in tlds)
        return {"publication": str(iana["publication"]), "servers": servers}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("that is not an RDAP bootstrap file (RFC 9224)") from error


def index(*tables: dict[str, list[str]]) -> dict[str, str]:
    """Return TLD to base URL, of *tables* that map base URL to TLDs; an earlier table wins over a later one."""
    return {tld: url for table in reversed(tables) for url, tlds in table.items() for tld in tlds}
