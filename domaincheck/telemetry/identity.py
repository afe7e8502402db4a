"""Who events are about, and under which names: the address itself, a hash that only its owner can repeat, or nobody."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE = "telemetry.key"
"""The file in the state folder that holds the key of this installation's hashes."""

_KEY_BYTES = 32


def identifier() -> str:
    """Return a new random UUID (RFC 9562 §5.4); the standard library's module takes milliseconds to import."""
    number = int.from_bytes(os.urandom(16)) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_person(who: str) -> bool:
    """Return whether *who* looks like an address."""
    local, at, domain = who.rpartition("@")
    return bool(local and at and domain) and who.isprintable() and " " not in who


def hashed(kind: str, text: str, key: bytes) -> str:
    """Return the hash of *text*, in 32 hex digits: nobody who lacks *key* can tell what it is of, or try it out.

    *kind*, as ``address``, keeps those of one kind apart from those of another.
    """
    import hmac  # noqa: PLC0415 - takes milliseconds, and few choose to hash

    return hmac.digest(key, f"{kind}\n{text.lower()}".encode("utf-8", "surrogateescape"), "sha256").hex()[:32]


def read_key(folder: Path) -> bytes | None:
    """Return the key of this installation, from the state *folder*; ``None`` if there is none that can be used."""
    try:
        key = (folder / KEY_FILE).read_bytes()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def make_key(folder: Path) -> bytes | None:
    """Return the key of this installation, after making one if there is none; ``None`` if that can't be done.

    It gets its name only when it is whole, and of several processes that make one at once all get the first's.
    """
    if key := read_key(folder):
        return key
    path, fresh = folder / KEY_FILE, folder / f".{KEY_FILE}.{identifier()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(file, "wb") as stream:  # noqa: PTH123 - a descriptor has no path
                stream.write(os.urandom(_KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
    return read_key(folder)
