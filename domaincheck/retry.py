"""How long a server that was asked by HTTP wants to be left alone. Apart, as deliveries of telemetry need no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS = 9
"""Of a number of seconds: nobody means more than thirty years."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds for which ``Retry-After`` (RFC 9110 §10.2.3) asks us to stay away.

    Its date form is measured from the ``Date`` of the same answer: the server's clock, not ours, is the one it meant.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, seconds)
