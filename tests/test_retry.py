"""How long a server wants to be left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.retry import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": " 0 "}, 0.0),
        (
            {"retry-after": "Mon, 23 Nov 2026 08:01:30 GMT", "date": "Mon, 23 Nov 2026 08:00:00 GMT"},
            90.0,
        ),
        (
            {"retry-after": "Mon, 23 Nov 2026 07:00:00 GMT", "date": "Mon, 23 Nov 2026 08:00:00 GMT"},
            0.0,
        ),
        ({"retry-after": "Mon, 23 Nov 2026 08:01:30 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 08:01:30", "date": "Mon, 23 Nov 2026 08:00:00 GMT"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: Mapping[str, str], seconds: float | None) -> None:
    """Seconds as they stand; a date by the clock of the server that wrote it; nothing from what is neither."""
    assert retry_after(headers) == seconds


@given(st.text(), st.text())
def test_any_wish_is_understood_or_passed_over(value: str, date: str) -> None:
    """Whatever a server writes there."""
    seconds = retry_after({"retry-after": value, "date": date})
    assert seconds is None or seconds >= 0
