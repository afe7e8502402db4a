"""Journals as tests keep them, and the look at what a failure leaves of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.journal import Journal
from domaincheck.model import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 6, 5, 7, 250000, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "ann@example.com", "bob@example.com"
ENTRY = LedgerEntry(ANN, "example.com", "tls:expiry:ab", 14, NOW)


def keep(journal: Journal, *entries: LedgerEntry) -> None:
    """Keep *entries* for good."""
    with journal.transaction():
        journal.keep_entries(entries)


def filled(path: Path) -> bytes:
    """Return the bytes of a journal of many pages, made at *path*."""
    with Journal.open(path) as journal, journal.transaction():
        for number in range(50):
            journal.queue(f"{number}@example.com", b"message " * 50, NOW)
        journal.keep_entries([ENTRY])
    return path.read_bytes()


def listing(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the files of *folder*, what is in them, and when they were changed."""
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def refused(path: Path, match: str, use: Callable[[Path], object] = filled) -> None:
    """See that *use* of the journal at *path* ends in one sentence that names it, and changes nothing."""
    before = listing(path.parent)
    with pytest.raises(StateError, match=match) as caught:
        use(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert listing(path.parent) == before
