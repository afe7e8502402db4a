"""Which setting is meant by a name, as in ``check.jobs`` or ``domains.example.de.expires_at``; and by a wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.settings.table import DOMAIN_TABLE, DOMAINS, TABLE, Setting
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Key:
    """A *setting*, and for those of single domains the *domain*: what one line of a settings file is about."""

    setting: Setting
    domain: str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The tables of a TOML document that lead to it, and the key itself."""
        inner = () if self.domain is None else (self.domain,)
        return (self.setting.section, *inner, self.setting.key)

    @property
    def name(self) -> str:
        """The parts of the path with dots between them."""
        return ".".join(self.path)


def key_of(name: str) -> Key:
    """Return the key called *name*; raise UsageError, which names the nearest there is, for what is none."""
    key = find_key(name)
    if key is None:
        raise UsageError(f"there is no setting {nearest(name, _known(name))}")
    return key


def find_key(name: str) -> Key | None:
    """Return the key called *name*, if there is such a setting.

    A domain has dots of its own, so it is what stands between the first part and the last; with quotation marks or not.
    """
    known = _known(name)
    return known.get(name) or known.get(name.replace('"', "").replace("'", ""))


def _known(name: str) -> dict[str, Key]:
    """Return the keys that are like *name*, by theirs."""
    section, _, rest = name.partition(".")
    domain = rest.rpartition(".")[0].strip("\"'")
    if section == DOMAINS and domain:
        return {key.name: key for key in (Key(setting, domain) for setting in DOMAIN_TABLE)}
    return {setting.name: Key(setting) for setting in TABLE}


def nearest(name: str, known: Collection[str]) -> str:
    """Return *name*, safe to show, and which of *known* may have been meant."""
    meant = likeliest(name, known)
    return f"{clean(name)!r}" + (f"; did you mean {clean(meant)!r}?" if meant else "")


def likeliest(name: str, known: Collection[str]) -> str | None:
    """Return which of *known* may be meant by *name*: much like it, or of the same last part; ``None`` if none is."""
    import difflib

    last = f".{name.rpartition('.')[2]}"
    alike = difflib.get_close_matches(name, known, n=1) or [each for each in known if each.endswith(last)]
    return alike[0] if alike else None
