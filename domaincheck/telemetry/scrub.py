"""Takes out of a sentence what must not leave the machine: codes, secrets, paths, addresses of others.

It rather takes out too much than too little. What was taken out leaves a word in brackets, as ``[path]``, so that
sentences about the same fault stay alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

LIMIT = 300
"""Characters of a sentence that are sent."""

_READ = 2000
"""Characters that are looked at; what comes after them is not sent anyway."""
_SHORTEST_SECRET = 5
_SHORTEST_WORD = 3
_BEFORE = "\"'`´‘’“”<>()[]{},;:"  # noqa: RUF001 - quotation marks of all kinds
_AFTER = f"{_BEFORE}.!?…"
_TELLING = ("PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "API_KEY", "PRIVATE_KEY")

_OPTION = r"-[a-zA-Z]|--[a-z0-9]+(?:-[a-z0-9]+)*"
_FEW = 32

# Each is linear in the length of the text, or nearly so: what is scrubbed may be in the words of a hostile server.
_NAMED = (
    r"(?i)\b(\w*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|credentials?|authorization)[\w-]*[\"']?\s*[:=]"
    r"\s*(?:(?:basic|bearer|digest)\s+)?)(\"[^\"]*\"|'[^']*'|\S+)"
)
_SCHEMED = r"(?i)\b(bearer|basic)\s+\S{6,}"
_PEM = r"-----BEGIN .*"
_POSTHOG = r"(?i)ph[a-z]_\w+"
_LONG = r"(?<![\w+=~-])(?=[\w+=~-]*\d)(?=[\w+=~-]*[^\W\d])[\w+=~-]{16,}|[^\W_]{32,}|[A-Z2-7=]{16,}"
_CODE = r"\d{6,}|(?<!\d)\d{3}[ -]\d{3}(?!\.?\d)"
_QUOTED_MAILBOX = r'"[^"]*"@\S*'
_QUOTED_PATH = r"([\"'])(?=[~.]{0,2}[/\\]).*?\1"
_URL = r"(?i)([a-z][a-z0-9+.-]*)://([^/\\?#]*)([/\\?#].*)?"
_FILE_NAME = (
    r"(?i)\.\w.*|\S+\.(?:pem|key|crt|cer|der|p12|pfx|csr|txt|toml|db|sqlite|json|ndjson|csv|ya?ml|ini|conf|cfg|log"
    r"|html?|ics|lock|tmp|bak|env|eml)"
)
_HOST = r"(?:[\w-]+\.)+[^\W\d_][\w-]+\.?(?::\d+)?|\d+(?:\.\d+){3}(?::\d+)?|(?=.*:.*:)[0-9a-fA-F:.]+"


def scrub(
    text: str,
    own: str | None = None,
    secrets: Collection[str] = (),
    words: Collection[str] = frozenset(),
    *,
    hosts: bool = True,
) -> str:
    """Return *text* without what must not be told, and at most LIMIT characters of it.

    *own* is an address that may be told, in lower case. *secrets* are taken out wherever they stand, *words* where they
    stand on their own; *hosts* says whether names of hosts may stay.
    """
    text = _shortened(text)
    if any(secret in text for secret in secrets):
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
    if not (_is_plain(text) and all(word not in words for word in text.split())):
        text = _without(text, own, words, hosts=hosts)
    return clean(text, LIMIT)


def secrets_in(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what *environment* holds under names as PASSWORD or TOKEN, as it stands and in base64, as it is sent."""
    import binascii  # noqa: PLC0415 - few have need of it

    for name, value in environment.items():
        if len(value) >= _SHORTEST_SECRET and any(word in name.upper() for word in _TELLING):
            yield from {value, clean(value, _READ)}
            yield binascii.b2a_base64(value.encode("utf-8", "surrogateescape"), newline=False).decode().rstrip("=")


def typed(arguments: Sequence[str], command: str) -> Iterator[str]:
    """Yield the words of the command line *arguments*, but not those of *command* nor the names of options."""
    known = command.split()
    for argument in arguments:
        name, _, value = argument.partition("=")
        parts = [value] if re.fullmatch(_OPTION, name) else [argument, argument[2:] if argument[:1] == "-" else ""]
        for word in (
            word for part in parts for word in (part, part.lstrip(_BEFORE).rstrip(_AFTER), *re.split(r"[,\s]+", part))
        ):
            if len(word) >= _SHORTEST_WORD and word not in known:
                yield word


def _shortened(text: str) -> str:
    """Return as much of *text* as is looked at, without a last word of which only a part is there."""
    text = clean(text, _READ)
    return f"{text.rpartition(' ')[0]} …" if text.endswith("…") else text


def _is_plain(text: str) -> bool:
    """Return whether *text* is but a few small letters and gaps, as most properties are: that is told fastest."""
    letters = text.replace("-", "", 1).replace(" ", "")
    return len(text) < _FEW and letters.isascii() and letters.isalpha() and letters.islower()


def _without(text: str, own: str | None, words: Collection[str], *, hosts: bool) -> str:
    for word in words:
        if " " in word:
            text = text.replace(word, "[withheld]")
    text = re.sub(_PEM, "[secret]", text)
    text = re.sub(_NAMED, r"\1[secret]", text)
    text = re.sub(_SCHEMED, r"\1 [secret]", text)
    text = re.sub(_POSTHOG, "[secret]", text)
    text = re.sub(_QUOTED_MAILBOX, "[address]", text)
    text = re.sub(_QUOTED_PATH, "[path]", text)
    text = re.sub(r"\S+", lambda token: _told(token[0], own, words, hosts=hosts), text)
    text = re.sub(_LONG, "[secret]", text)
    return re.sub(_CODE, "[code]", text)


def _told(token: str, own: str | None, words: Collection[str], *, hosts: bool) -> str:
    """Return what is told of *token*, which has no space in it; the marks around it stay."""
    bare = token.lstrip(_BEFORE).rstrip(_AFTER)
    if not bare:
        return token
    start = token.index(bare)
    instead = _instead(bare, own, words, hosts=hosts)
    return token if instead == bare else f"{token[:start]}{instead}{token[start + len(bare) :]}"


def _instead(bare: str, own: str | None, words: Collection[str], *, hosts: bool) -> str:
    lower = bare.lower()
    if "@" in bare or "%40" in bare or "\N{FULLWIDTH COMMERCIAL AT}" in bare:
        return bare if lower == own else "[address]"
    if bare in words or lower in words or lower.partition(":")[0] in words:
        return "[withheld]"
    if re.search(r"[/\\]|%2f|%5c", lower) and re.search(r"\w", bare):
        return _path(bare, hosts=hosts)
    if (bare.startswith("~") and len(bare) > 1) or re.fullmatch(_FILE_NAME, bare):
        return "[path]"
    return "[host]" if not hosts and re.fullmatch(_HOST, bare) else bare


def _path(bare: str, *, hosts: bool) -> str:
    """Return what is told of a path: of an address on the web, its host."""
    url = re.fullmatch(_URL, bare)
    if url is None or url[1].lower() == "file" or not re.fullmatch(r"[\w.:\[\]-]+", url[2]):
        return "[path]"
    host = url[2] if hosts else "[host]"
    return f"{url[1]}://{host}" + ("/[path]" if len(url[3] or "") > 1 else url[3] or "")
