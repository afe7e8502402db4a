"""Which variables of the environment are meant for us: to tell of those that are spelled wrongly, and so do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.settings.names import likeliest
from domaincheck.settings.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "DOMAINCHECK_"

_NO_SETTINGS = ("config", "store", "telemetry", "smtp.password")
"""What is said by variables alone, named as if it were settings."""

_VARIABLES = {setting.name: setting.variable for setting in TABLE} | {
    name: PREFIX + name.replace(".", "_").upper() for name in _NO_SETTINGS
}


def strangers(environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the variables of *environment* that begin as ours do and are none, each with the one that may be meant.

    An empty one is as good as none, as it is for ours.
    """
    known = set(_VARIABLES.values())
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known and environment[variable]:
            name = variable.removeprefix(PREFIX).lower().replace("_", ".", 1)
            meant = likeliest(name, _VARIABLES)
            yield variable, _VARIABLES[meant] if meant else None
