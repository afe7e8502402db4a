"""What options and settings expect of certificates and registrations, read into what the verdict works with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from domaincheck.errors import UsageError
from domaincheck.model import Threshold
from domaincheck.targets import canonical
from domaincheck.text import clean
from domaincheck.verdict import Expected, Own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domaincheck.settings import Settings

    Texts = Sequence[str] | None

_PIN = r"sha-?256(?://|[:/= ])\s*(?P<named>.*)|(?P<bare>(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}|[\w+/-]{43}=)"
_HEX_DIGITS, _BYTES = 64, 32
_NAMES = re.compile(r"[^\s,]+").findall

_OPTIONS = {"issuer": "--expect-issuer", "key": "--expect-key", "registrar": "--expect-registrar", "ns": "--expect-ns"}
_KEYS = {
    "issuer": "expect_issuer",
    "key": "expect_key",
    "registrar": "expect_registrar",
    "ns": "expect_name_servers",
}


def asked(  # noqa: PLR0913 - the options
    issuer: Texts, key: Texts, registrar: Texts, ns: Texts, *, tls: bool, domain: bool
) -> Expected:
    """Return what the options of ``check`` expect; UsageError if that can't be, or if its part is not checked."""
    given = {"issuer": issuer or (), "key": key or (), "registrar": registrar or (), "ns": ns or ()}
    for kind, texts in given.items():
        checked, switch = (tls, "--no-tls") if kind in ("issuer", "key") else (domain, "--no-domain")
        if texts and not checked:
            raise UsageError(f"{_OPTIONS[kind]} can't be seen to with {switch}: drop one of them")
    return _expected(given, _OPTIONS)


def settled(settings: Settings, *, thresholds: bool = True) -> dict[str, Own]:
    """Return what the settings say of single names, by name in canonical form; without *thresholds* not those."""
    found = {}
    for domain, values in settings.domains.items():
        keys = {key: value.value for key, value in values.items()}
        threshold = Threshold.parse(keys["threshold"]) if thresholds and "threshold" in keys else None
        places = {name: f'[domains."{clean(domain)}"] {key}' for name, key in _KEYS.items()}
        own = Own(threshold, _expected({name: keys.get(key, ()) for name, key in _KEYS.items()}, places))
        if own != Own():
            found[name_of(domain, settings)] = own
    return found


def name_of(domain: str, settings: Settings) -> str:
    """Return the *domain* that a section of the *settings* is about in canonical form."""
    try:
        return canonical(domain)
    except UsageError as error:
        raise UsageError(f'{_place(domain, settings)}: the section [domains."{clean(domain)}"]: {error}') from error


def _place(domain: str, settings: Settings) -> str:
    """Return the file and the line on which the section of *domain* begins."""
    from domaincheck.files.whole import read_text
    from domaincheck.settings.places import place

    file = next(Path(value.source) for value in settings.domains[domain].values())
    return place(file, read_text(file), f"domains.{domain}")


def _expected(texts: Mapping[str, Sequence[str]], places: Mapping[str, str]) -> Expected:
    """Return what *texts* by kind come to; *places* says by kind where they stood."""
    for kind, values in texts.items():
        if not all(map(str.strip, values)):
            raise UsageError(f"{places[kind]} says nothing to look for: give a text, or leave it out")
    pins = {text: _pin(text.strip(), places["key"]) for text in texts["key"]}
    return Expected(
        issuers=tuple(map(str.strip, texts["issuer"])),
        keys=tuple(text.strip() for text, pin in pins.items() if pin is None),
        pins=tuple(pin for pin in pins.values() if pin is not None),
        registrars=tuple(map(str.strip, texts["registrar"])),
        name_servers=frozenset(_server(name, places["ns"]) for text in texts["ns"] for name in _NAMES(text)),
    )


def _pin(text: str, place: str) -> str | None:
    """Return the SHA-256 digest of a public key that *text* is, in hexadecimal; ``None`` if it is no digest.

    It may be written in hexadecimal or base64, and after ``sha256:``, ``sha256//`` (as for curl) or ``pin-sha256=``.
    """
    match = re.fullmatch(_PIN, text.removeprefix("pin-").replace('"', ""), re.ASCII | re.IGNORECASE)
    if match is None:
        return None
    digits = (match["named"] or match["bare"] or "").strip()
    plain = digits.replace(":", "").lower()
    if re.fullmatch(r"[0-9a-f]*", plain) and len(plain) == _HEX_DIGITS:
        return plain
    import base64

    try:
        digest = base64.b64decode(digits.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        digest = b""
    if len(digest) != _BYTES:
        raise UsageError(f"{place}: {clean(text)!r} is no SHA-256 digest of a public key, in hexadecimal or base64")
    return digest.hex()


def _server(text: str, place: str) -> str:
    try:
        return canonical(text)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from error
