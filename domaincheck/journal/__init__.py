"""What must not be forgotten, in one SQLite file: codes sent, what addresses were told, mail that waits, past results.

Everything that belongs together happens in one transaction (:meth:`Journal.transaction`), which waits its turn among
threads and processes and is on the disk when it is over. What goes wrong is a StateError: unlike what the state file
remembers for convenience, none of this may be lost in silence.
"""

from __future__ import annotations

from domaincheck.journal.file import VERSION
from domaincheck.journal.journal import Journal, Waiting

__all__ = ["VERSION", "Journal", "Waiting"]
