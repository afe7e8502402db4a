"""A setting's value in the words of TOML."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any


def as_toml(value: Any) -> str:
    """Return the *value* of a setting as it would stand in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", r"\u007f")  # JSON leaves DEL as it is
