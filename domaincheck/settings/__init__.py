"""What the operator settled: the settings file and the environment, checked against one table.

``table``               every setting there is, and what is known of it
``readers``             what their values mean
``names``, ``places``   which setting is meant, and on which line of the file it stands
``variables``           what of the environment is meant for us, and is spelled wrongly
``loading``             the settings in force
``template``, ``toml``  the file as ``config init`` writes it
``editing``             one value changed in it
``writing``             the file made and changed: whole or not at all

Precedence: a flag, then the environment, then the file, then the default. Each value remembers where it came from.
"""

from __future__ import annotations

from domaincheck.settings.loading import (
    Settings,
    Value,
    defaults,
    load,
    parse,
    settings_path,
    variable_in_force,
    without_password,
)
from domaincheck.settings.names import Key, find_key, key_of
from domaincheck.settings.readers import seconds, web_address, whole
from domaincheck.settings.table import (
    DOMAIN_TABLE,
    DOMAINS,
    FORMATS,
    LAST_PORT,
    MOST_JOBS,
    POSTHOG,
    SECTIONS,
    TABLE,
    Setting,
)

__all__ = [
    "DOMAINS",
    "DOMAIN_TABLE",
    "FORMATS",
    "LAST_PORT",
    "MOST_JOBS",
    "POSTHOG",
    "SECTIONS",
    "TABLE",
    "Key",
    "Setting",
    "Settings",
    "Value",
    "defaults",
    "find_key",
    "key_of",
    "load",
    "parse",
    "seconds",
    "settings_path",
    "variable_in_force",
    "web_address",
    "whole",
    "without_password",
]
