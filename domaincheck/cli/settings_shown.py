"""How settings are shown: in columns, as JSON, one value bare; and what of them never is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaincheck.settings import DOMAIN_TABLE, DOMAINS, TABLE, Value, without_password
from domaincheck.settings.places import line_numbers, line_of
from domaincheck.settings.toml import as_toml
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domaincheck.output import Style
    from domaincheck.settings import Setting, Settings

JSON_VERSION = "1"

_HEADING = ("SETTING", "VALUE", "FROM")
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """A *setting* as it is shown, by its *name*. *line* is that of the file where the *source* is one."""

    name: str
    setting: Setting
    value: Any
    source: str
    line: int | None = None

    @property
    def is_default(self) -> bool:
        """Whether nobody settled it."""
        return self.source == "default"


def rows(settings: Settings, store: Path | None, file: Path, text: str) -> Iterator[Row]:
    """Yield every setting in the order of the table, then those of single domains.

    *store* is the file that a global option names, if it does; *text* is what stands in the settings file *file*.
    """
    lines = line_numbers(text)
    options = {} if store is None else {"store.path": Value(store, "--store")}
    yield from _rows(TABLE, {**settings.values, **options}, file, lines)
    for domain, keys in settings.domains.items():
        section = f"{DOMAINS}.{domain}"
        yield from _rows(DOMAIN_TABLE, {f"{section}.{key}": value for key, value in keys.items()}, file, lines, section)


def _rows(
    table: Iterable[Setting], values: Mapping[str, Value], file: Path, lines: Mapping[str, int], section: str = ""
) -> Iterator[Row]:
    for setting in table:
        name = f"{section or setting.section}.{setting.key}"
        if name in values:
            source = values[name].source
            line = line_of(lines, name) if source == str(file) else None
            yield Row(name, setting, values[name].value, source, line)


def bare(setting: Setting, value: Any) -> str:
    """Return *value* for a script: a text as it is, anything else as TOML has it."""
    shown = _presentable(setting, value)
    return str(shown) if isinstance(shown, str | Path) else as_toml(shown)


def fields(row: Row) -> tuple[str, str, str]:
    """Return what *row* shows in its columns; none is empty or holds a tab."""
    value = _NONE if row.value is None else as_toml(_presentable(row.setting, row.value))
    return clean(row.name), clean(value), clean(row.source) + (f", line {row.line}" if row.line else "")


def columns(shown: Sequence[Row], style: Style) -> Iterator[str]:
    """Yield a line for each of the rows *shown*, aligned beneath a heading; what nobody settled is dim."""
    from domaincheck.output.painter import Painter

    painter = Painter(style)
    lines = [_HEADING, *(tuple(map(painter.foreign, fields(row))) for row in shown)]
    styles = ["bold", *("dim" if row.is_default else "" for row in shown)]
    widths = [max(map(painter.width, column)) for column in zip(*lines, strict=True)][:-1]
    for line, look in zip(lines, styles, strict=True):
        cells = (painter.paint(text, look, width) for text, width in zip(line, (*widths, 0), strict=True))
        yield "  ".join(cells) + "\n"


def document(shown: Iterable[Row], file: Path) -> dict[str, Any]:
    """Return the JSON document of the rows *shown*; *file* is the settings file."""
    settings = [{"name": row.name, "value": _plain(row), "source": row.source, "line": row.line} for row in shown]
    return {"version": JSON_VERSION, "file": str(file), "settings": settings}


def _plain(row: Row) -> Any:
    """Return the value of *row* as JSON can have it."""
    if row.value is None:
        return None
    value = _presentable(row.setting, row.value)
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | float) else bare(row.setting, row.value)


def _presentable(setting: Setting, value: Any) -> Any:
    """Return *value* without what nobody should see: a secret but for its ends, and passwords within addresses."""
    from domaincheck.telemetry.switch import masked

    if setting.secret:
        return masked(value)
    return without_password(value) if isinstance(value, str) else value
