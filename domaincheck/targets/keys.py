"""The name that all spellings of a target share, under which it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.model import InvalidTarget
from domaincheck.text import endpoint

if TYPE_CHECKING:
    from domaincheck.model import Target

HTTPS = 443


def key_of(target: Target | InvalidTarget) -> str:
    """Return what all spellings of *target* share, in the shortest form that a user would write."""
    if isinstance(target, InvalidTarget):
        return target.text
    if target.starttls is not None:
        return f"{target.starttls}://{target.host}:{target.port}"
    whole = endpoint(target.host, target.port)
    return whole.removesuffix(f":{HTTPS}") if target.port == HTTPS else whole
