"""What the pages of ``registries`` say."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

REGISTRIES = Words(
    description="""
Registries are asked by RDAP where IANA's list names a server for the top-level domain, or one is known all the same;
then by WHOIS. A copy of the list comes with the program; `domaincheck registries refresh` fetches the present one.
""",
    see_also=("domaincheck.toml(5)",),
)

SHOW = Words(
    description="""
Prints, for a top-level domain or that of a given name, each server that `domaincheck check` would ask, in that order,
how it is known, and how many queries a second it is sent at most. Nobody is asked.
""",
    examples="""
See who answers for names under .de:
    domaincheck registries show de
""",
)

REFRESH = Words(
    description="""
Fetches the list and keeps it in `cache.db`; `FILES` in `domaincheck`(1) says where that is. From then on it is used
in place of the list that came with the program, unless that is newer. If it cannot be fetched or used, the old one
stays.
""",
    examples="""
Bring the list up to date:
    domaincheck registries refresh

Fetch it from a mirror:
    domaincheck registries refresh --url https://mirror.example.net/rdap/dns.json
""",
)
