"""What is remembered between runs, in one SQLite file: registrations learned, limits met, what was fetched.

All of it can be learned anew, so it is kept in a :class:`~domaincheck.files.database.Database`: safe under many threads
and processes at once, and never the reason why a command fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaincheck.files.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_STEPS = (
    """
    CREATE TABLE registrations (key TEXT PRIMARY KEY, facts TEXT NOT NULL, learned REAL NOT NULL, until REAL NOT NULL);
    CREATE TABLE limits (server TEXT PRIMARY KEY, until REAL NOT NULL);
    CREATE TABLE documents (name TEXT PRIMARY KEY, body TEXT NOT NULL, fetched REAL NOT NULL);
    """,
    "CREATE TABLE crls (url TEXT PRIMARY KEY, body BLOB NOT NULL, until REAL NOT NULL);",
)
"""The scripts that lay out the file. To change a table or to add one, append a script: the version counts them."""

_PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL")
"""Readers and a writer work side by side."""

MOST_OF_LISTS = 64 << 20
"""Bytes of revocation lists that are kept; those that run out first make room."""

_TOO_MUCH = """
DELETE FROM crls WHERE url IN (
    SELECT url FROM (SELECT url, sum(length(body)) OVER (ORDER BY until DESC, url) AS total FROM crls) WHERE total > ?
)
"""


@dataclass(slots=True)
class State:
    """The state file at *path*, opened when first used. *tell* is given a sentence when something is wrong with it.

    Times are POSIX timestamps that the caller's clock gave. A state that can't be used forgets everything at once: what
    is put into it is gone, what is asked of it is not there. It never makes a command fail.
    """

    path: Path
    tell: Callable[[str], None] = field(default=lambda _: None)
    _file: Database = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._file = Database(self.path, _STEPS, _PRAGMAS, self.tell)

    def registration(self, key: str, now: float) -> tuple[str, float] | None:
        """Return the facts kept under *key* and when they were learned, if they may still be used at *now*."""
        row = self._file.one(
            "SELECT facts, learned FROM registrations WHERE key = ? AND until > ? AND learned <= ?", key, now, now
        )
        return (str(row[0]), float(row[1])) if row else None

    def keep_registration(self, key: str, facts: str, learned: float, until: float) -> None:
        """Keep *facts* under *key* until *until*; what has run out is dropped on the way."""
        self._file.change(
            ("DELETE FROM registrations WHERE until <= ?", learned),
            ("REPLACE INTO registrations VALUES (?, ?, ?, ?)", key, facts, learned, until),
        )

    def limit(self, server: str, now: float) -> float | None:
        """Return until when *server* asked to be left alone, if that is after *now*."""
        row = self._file.one("SELECT until FROM limits WHERE server = ? AND until > ?", server, now)
        return float(row[0]) if row else None

    def keep_limit(self, server: str, now: float, until: float) -> None:
        """Remember that *server* wants to be left alone until *until*."""
        self._file.change(
            ("DELETE FROM limits WHERE until <= ?", now),
            ("REPLACE INTO limits VALUES (?, ?)", server, until),
        )

    def document(self, name: str) -> tuple[str, float] | None:
        """Return the document kept under *name*, and when it was fetched."""
        row = self._file.one("SELECT body, fetched FROM documents WHERE name = ?", name)
        return (str(row[0]), float(row[1])) if row else None

    def keep_document(self, name: str, body: str, fetched: float) -> bool:
        """Keep *body* under *name*; return whether it was kept."""
        return self._file.change(("REPLACE INTO documents VALUES (?, ?, ?)", name, body, fetched))

    def revocation_list(self, url: str, now: float) -> bytes | None:
        """Return the revocation list kept under *url*, if it may still be used at *now*."""
        row = self._file.one("SELECT body FROM crls WHERE url = ? AND until > ?", url, now)
        return bytes(row[0]) if row else None

    def keep_revocation_list(self, url: str, body: bytes, now: float, until: float) -> None:
        """Keep *body* under *url* until *until*; what has run out is dropped on the way, and what is too much."""
        self._file.change(
            ("DELETE FROM crls WHERE until <= ?", now),
            ("REPLACE INTO crls VALUES (?, ?, ?)", url, body, until),
            (_TOO_MUCH, MOST_OF_LISTS),
        )

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()
