"""Text into targets: host names and addresses, one target, whole lists of them, their registrable domains."""

from __future__ import annotations

from domaincheck.targets.certificate_files import names_file, parse_files
from domaincheck.targets.domains import with_domain
from domaincheck.targets.hosts import canonical
from domaincheck.targets.keys import key_of
from domaincheck.targets.lists import distinct, pieces, read, split
from domaincheck.targets.parse import parse

__all__ = [
    "canonical",
    "distinct",
    "key_of",
    "names_file",
    "parse",
    "parse_files",
    "pieces",
    "read",
    "split",
    "with_domain",
]
