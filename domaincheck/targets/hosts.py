"""Host names and IP addresses, brought into the one spelling that the rest of the program relies on."""

from __future__ import annotations

import re

from domaincheck.errors import UsageError
from domaincheck.text import clean

# RFC 1035 §2.3.4: at most 63 octets a label and 253 a name without its final dot. RFC 1123 §2.1: letters, digits and
# inner hyphens. Underscores are no part of that, but such hosts exist and answer.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_NAME_LIMIT = 253
_LABEL_LIMIT = 63
_STRAY = re.compile(r"[^a-z0-9_.-]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NO_TEXT = re.compile("[\x80-\x9f\ud800-\udfff]")


def canonical(text: str) -> str:
    """Return the host *text* in lower-case ASCII, without a trailing dot, an IP address in its shortest form.

    Raises UsageError, with a sentence for the user, if *text* is neither a host name nor an address.
    """
    if ":" in text:
        return canonical_ipv6(text)
    name = text.lower() if text.isascii() else _to_ascii(text)
    name = name.removesuffix(".")
    if len(name) > _NAME_LIMIT or not _NAME.fullmatch(name):
        raise UsageError(_fault(name))
    # No top-level domain is a number, and resolvers read such names as addresses in old notations: 1.2 is 1.0.0.2.
    if _NUMBER.fullmatch(name, name.rfind(".") + 1):
        return _canonical_ipv4(name)
    if "xn--" in name:
        _check_a_labels(name)
    return name


def canonical_ipv6(text: str) -> str:
    """Return the IPv6 address *text*, which bears no brackets, in its shortest form; raises UsageError.

    An IPv4-mapped address becomes the IPv4 address that it stands for.
    """
    if "%" in text:
        raise UsageError(
            f"{quote(text)} names a network interface after '%', through which domaincheck can't connect; "
            "give an address without it, or a host name"
        )
    import ipaddress  # noqa: PLC0415 - takes milliseconds, and few need it

    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise UsageError(
            f"{quote(text)} is no IPv6 address, nor one host and one port; write example.com:443 or [2001:db8::1]:443"
        ) from None
    return str(address.ipv4_mapped or address)


def to_unicode(host: str) -> str:
    """Return *host* with its A-labels decoded; raises UnicodeError where one is no Punycode (RFC 3492)."""
    return ".".join(map(_decode, host.split(".")))


def quote(text: str) -> str:
    """Return *text* between quotation marks, shortened and safe to stand in a sentence."""
    return f"'{clean(text, 80)}'"


def _canonical_ipv4(name: str) -> str:
    import ipaddress  # noqa: PLC0415 - takes milliseconds, and few need it

    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        raise UsageError(
            f"{quote(name)} ends in a number but is no IPv4 address; give four numbers from 0 to 255, as in 192.0.2.1"
        ) from None


def _to_ascii(name: str) -> str:
    """Encode a name by IDNA 2008 after the mapping of UTS 46, non-transitional: straße does not become strasse.

    ASCII labels are left for the caller to judge, as IDNA would refuse an underscore or the hyphens of r3---sn.
    """
    import idna

    if len(name) > _NAME_LIMIT:  # encoded it is longer still
        raise UsageError(_fault(name))
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in mapped.split("."))
    except UnicodeError as error:
        raise UsageError(
            f"{quote(name)} is no valid internationalized name ({clean(str(error), 120)}); "
            "correct it, or give its xn-- form"
        ) from None


def _check_a_labels(name: str) -> None:
    """Refuse a name whose A-labels do not decode to text; raises UsageError.

    RFC 5891 §5.3 lets a lookup go no further, and that is wise: emoji domains are registered and answer, though
    IDNA 2008 has no room for them.
    """
    for label in name.split("."):
        try:
            meaning = _decode(label)
        except UnicodeError:
            meaning = ""
        if label.startswith("xn--") and (meaning.isascii() or _NO_TEXT.search(meaning)):
            raise UsageError(f"{quote(name)} has a damaged xn-- label; correct it, or give the name in Unicode")


def _decode(label: str) -> str:
    return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label


def _fault(name: str) -> str:
    """Say what keeps *name* from being a host name."""
    stray = _STRAY.search(name)
    if not name:
        return "a host name is missing; give one, as in example.com"
    if name.startswith("*."):
        return f"{quote(name)} is a wildcard; give a host that it covers, as in www.example.com"
    if len(name) > _NAME_LIMIT:
        return f"{quote(name)} is longer than the {_NAME_LIMIT} characters a host name may have; shorten it"
    if stray:
        return f"{quote(name)} contains {quote(stray[0])}; use only letters, digits, hyphens and dots"
    return f"{quote(name)} {_label_fault(name.split('.'))}"


def _label_fault(labels: list[str]) -> str:
    if "" in labels:
        return "has a dot with no name beside it; write it as in www.example.com"
    if max(map(len, labels)) > _LABEL_LIMIT:
        return f"has a part of more than {_LABEL_LIMIT} characters between its dots; shorten it"
    return "has a hyphen at the start or the end of a part between its dots; remove it"
