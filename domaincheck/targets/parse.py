"""One target: ``example.com:8443``, an IP address, or an address with a scheme such as ``smtp://mx.example.com``."""

from __future__ import annotations

import re

from domaincheck.errors import UsageError
from domaincheck.model import InvalidTarget, Target
from domaincheck.schemes import SCHEMES, Scheme
from domaincheck.targets.hosts import canonical, canonical_ipv6, quote
from domaincheck.text import clean

_HTTPS = SCHEMES["https"]
_LAST_PORT = 65535
_FILE = "only 'domaincheck check' looks into certificate files; give the host that presents the certificate"
_USER_INFO = "a user name, a password or an '@' has no place in a target; give the host alone, as in example.com"

_AUTHORITY_END = re.compile(r"[/?#\\]")  # RFC 3986 §3.2; and browsers stop at a backslash too
_UP_TO_LAST_AT = re.compile(r"([a-z][a-z0-9+.-]*://)?.*@", re.IGNORECASE | re.DOTALL)


def parse(text: str, plain: Scheme = _HTTPS) -> Target | InvalidTarget:
    """Read one target in any of its spellings; what can't be read becomes an InvalidTarget that says why.

    A target without a scheme is taken for one with the scheme *plain*.

    The result's *text* is *text* without the white space around it and without a user name and password: neither
    is of use here, and both would end up in reports.
    """
    text = text.strip()
    if text[:5].lower() == "file:":
        return InvalidTarget(text, _FILE)
    try:
        return _parse_address(text) if "://" in text else _parse_plain(text, plain)
    except UsageError as error:
        if "@" not in text:
            return InvalidTarget(text, clean(str(error)))
    # Between a colon and an '@' may stand a password, so neither the reason nor the text repeats it.
    return InvalidTarget(_UP_TO_LAST_AT.sub(r"\1", text, count=1) if ":" in text else text, _USER_INFO)


def _parse_plain(text: str, scheme: Scheme) -> Target:
    if "/" in text:
        raise UsageError(
            f"{quote(text)} contains '/' but no scheme; give the host alone or an address such as "
            "https://example.com/path, and name a file of targets with --file"
        )
    host, port = _split_port(text)
    return Target(text, host, port or scheme.port, scheme.starttls)


def _parse_address(text: str) -> Target:
    scheme, _, rest = text.partition("://")
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    user_info, at, host_and_port = authority.rpartition("@")
    host, port = _split_port(host_and_port)
    found = _scheme(scheme.lower(), port)
    return Target(
        f"{scheme}://{rest[len(user_info + at) :]}",
        host,
        port or found.port,
        found.starttls,
    )


def _scheme(name: str, port: int | None) -> Scheme:
    """Return what the scheme *name* stands for; an http address without a port means its site's https."""
    if name == "http":
        if port is None:
            return _HTTPS
        raise UsageError(
            f"http has no certificate on port {port}; give https:// and the port that speaks TLS, or leave the port out"
        )
    if name not in SCHEMES:
        raise UsageError(f"{quote(name)} is no scheme domaincheck knows; use one of {', '.join(SCHEMES)}")
    return SCHEMES[name]


def _split_port(text: str) -> tuple[str, int | None]:
    """Split ``host``, ``host:port``, ``[IPv6]``, ``[IPv6]:port`` or a bare IPv6 address; raises UsageError."""
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        if not bracket or rest[:1] not in ("", ":"):
            raise UsageError(f"{quote(text)} has an unmatched bracket; write it as in [2001:db8::1]:443")
        return canonical_ipv6(address), _port(rest[1:]) if rest else None
    if text.count(":") > 1:
        return canonical_ipv6(text), None
    host, colon, port = text.partition(":")
    return canonical(host), _port(port) if colon else None


def _port(text: str) -> int:
    digits = text.lstrip("0")
    # int() alone would also take signs, underscores and other scripts' digits, and refuses thousands of digits.
    if digits.isascii() and digits.isdigit() and len(digits) <= len(str(_LAST_PORT)):
        port = int(digits)
        if port <= _LAST_PORT:
            return port
    raise UsageError(f"{quote(text)} is no port; give a number from 1 to {_LAST_PORT}, as in example.com:8443")
