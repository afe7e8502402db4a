"""Text into targets: host names and addresses, one target, whole lists of them, their registrable domains."""

from __future__ import annotations

from domaincheck.targets.domains import with_domain
from domaincheck.targets.hosts import canonical
from domaincheck.targets.lists import distinct, read, split
from domaincheck.targets.parse import parse

__all__ = ["canonical", "distinct", "parse", "read", "split", "with_domain"]
