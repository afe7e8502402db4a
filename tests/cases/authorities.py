"""What an authority must not do, and certificates that strict readers refuse."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from domaincheck.lab.authority import Authority, Credential
from domaincheck.lab.hostile import in_turn
from domaincheck.lab.odd import (
    BMP_STRING,
    INTEGER,
    TELETEX_STRING,
    UTF8_STRING,
    OddCredential,
    altered,
    common_name,
    tlv,
    unproved,
)
from domaincheck.lab.tls import attending, server_context
from tests.cases.bench import Bench, Case, Shows, invalid, unreachable
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import ObjectIdentifier

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


def below(*names: str, **options: Any) -> Shows:
    """Return what makes a leaf for *names*, or the usual host, below an intermediate with *options*."""
    return lambda bench: bench.root.intermediate(**options).leaf(*names or (HOST,))


def constrained(*, permitted: Any = None, excluded: Any = None, names: tuple[str, ...] = ()) -> Shows:
    """Return what makes a leaf below an intermediate with name constraints (RFC 5280 §4.2.1.10)."""
    constraints = x509.NameConstraints(permitted, excluded)
    return below(*names, extensions=[(constraints, True)])


def domain(name: str) -> list[x509.GeneralName]:
    """Return the constraint for *name* and all below it."""
    return [x509.DNSName(name)]


def with_extension(oid: str, *, critical: bool) -> Shows:
    """Return what makes a leaf with an extension that nobody knows."""
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\5\0")
    return lambda bench: bench.leaf(extensions=[(extension, critical)])


def for_use(*usage: ObjectIdentifier) -> Shows:
    """Return what makes a leaf with that extended key usage, none if it is empty."""
    return lambda bench: bench.leaf(usage=usage)


def key_usage(*bits: str) -> x509.KeyUsage:
    """Return the key usage of those *bits*, by the library's names."""
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{bit: bit in bits for bit in every.split()})


def odd(bench: Bench, **fields: Any) -> OddCredential:
    """Return a leaf with *fields* that are written so."""
    return altered(bench.leaf(), bench.issuer.key, **fields)


def damaged(bench: Bench) -> OddCredential:
    """Return a leaf whose signature has one wrong bit."""
    sound = altered(bench.leaf(), bench.issuer.key)
    leaf = sound.ders[0]
    return OddCredential((leaf[:-1] + bytes([leaf[-1] ^ 1]), *sound.ders[1:]), sound.key_pem)


def forged(bench: Bench) -> Credential:
    """Return a leaf that names the issuer, identifiers and all, and was signed by another key."""
    sound = bench.leaf()
    forger = Authority(bench.issuer.certificate, Authority.root(bench.root.now).key, bench.root.now, bench.issuer.sent)
    return forger.leaf(HOST, key=sound.key, identifiers=False)


def below_a_leaf(bench: Bench) -> Credential:
    """Return a leaf that another leaf has signed, which no leaf may do."""
    upper = bench.leaf("evil.example")
    return Authority(upper.leaf, upper.key, bench.root.now, upper.chain).leaf(HOST)


def version_1(bench: Bench) -> OddCredential:
    """Return a leaf from before there were extensions, and with them names."""
    return odd(bench, version=b"", extensions=b"")


def subject(tag: int, value: bytes) -> Shows:
    """Return what makes a leaf with a common name of that string type."""
    return partial(odd, subject=common_name(tag, value))


def organised(text: str) -> Shows:
    """Return what makes a leaf of an organisation of that name."""
    return lambda bench: bench.leaf(subject=x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)]))


def organised_at_length(bench: Bench) -> OddCredential:
    """Return a leaf whose name is longer than anybody reads."""
    return odd(bench, subject=common_name(UTF8_STRING, b"x" * 2000))


def below_version_1(bench: Bench) -> OddCredential:
    """Return a leaf below an intermediate that does not say that it is one, as there was no way to in version 1."""
    old = altered(Credential(bench.issuer.sent, bench.issuer.key), bench.root.key, version=b"", extensions=b"")
    leaf = altered(bench.leaf(identifiers=False), bench.issuer.key)
    return OddCredential((leaf.ders[0], *old.ders), leaf.key_pem)


def with_a_tail(bench: Bench) -> OddCredential:
    """Return a leaf with bytes after it that belong to nothing."""
    sound = odd(bench)
    return OddCredential((sound.ders[0] + b"tail", *sound.ders[1:]), sound.key_pem)


def odd_stranger(bench: Bench) -> OddCredential:
    """Return a leaf for another host that is over, with a subject that is no UTF-8."""
    sound = bench.leaf("other.example.com", not_after=-DAY)
    return altered(sound, bench.issuer.key, subject=common_name(UTF8_STRING, b"\xff"))


CANNOT = (
    "a certificate of the server is not encoded as X.509 wants it, so that OpenSSL cannot read it: have it issued anew"
)
UNREADABLE: dict[str, Any] = {
    "status": "invalid",
    "problems": ["malformed_response"],
    "exit_status": 2,
    "says": CANNOT,
    "trusted": None,
}


def unreadable(name: str, shows: Callable[[Bench], OddCredential]) -> Case:
    """Return the case of a chain that OpenSSL cannot read."""
    return Case(name, lambda bench: unproved(shows(bench).ders), **UNREADABLE)


HOLDS_NOT = "the chain does not hold: "
LOCAL = [x509.IPAddress(ip_network("127.0.0.0/8"))]

CASES = (
    # --- how long, and who
    invalid(
        "a path longer than allowed",
        lambda bench: bench.issuer.intermediate(subject="Deeper").leaf(HOST),
        "bad_chain",
        HOLDS_NOT + "path length constraint exceeded",
    ),
    Case("a path as long as allowed", below(path_length=0)),
    invalid(
        "an intermediate that is no authority",
        below(ca=False, path_length=None, key_usage=None),
        "bad_chain",
        HOLDS_NOT + "invalid CA certificate",
    ),
    invalid("a leaf that signs leaves", below_a_leaf, "bad_chain", HOLDS_NOT + "invalid CA certificate"),
    invalid("an intermediate that may not sign", below(key_usage=key_usage("crl_sign")), "bad_chain"),
    invalid("an intermediate of version 1", below_version_1, "bad_chain"),
    invalid("a signature with one wrong bit", damaged, "bad_chain", HOLDS_NOT + "certificate signature failure"),
    invalid(
        "a forged signature",
        forged,
        "bad_chain",
        "signature failure; perhaps the server sends another certificate of CN=Lab Intermediate R1 than it should",
    ),
    # --- name constraints
    Case("permitted names", constrained(permitted=domain("example.com"))),
    Case("excluded names of others", constrained(excluded=domain("example.org"))),
    Case("a permitted host", constrained(permitted=domain(HOST))),
    Case("a permitted address", constrained(permitted=LOCAL, names=("127.0.0.1",)), host="127.0.0.1"),
    invalid(
        "names that are not permitted",
        constrained(permitted=domain("example.org")),
        "bad_chain",
        HOLDS_NOT + "permitted subtree violation",
    ),
    invalid(
        "names that are excluded",
        constrained(excluded=domain("example.com")),
        "bad_chain",
        HOLDS_NOT + "excluded subtree violation",
    ),
    invalid(
        "one name of two not permitted", constrained(permitted=domain(HOST), names=(HOST, "evil.example")), "bad_chain"
    ),
    invalid(
        "an address that is not permitted",
        constrained(permitted=LOCAL, names=("192.0.2.1", HOST)),
        "bad_chain",
        HOLDS_NOT + "permitted subtree violation",
    ),
    invalid(
        "another host, and not permitted",
        constrained(permitted=domain("example.org"), names=("a.example",)),
        "hostname_mismatch",
        problems=["hostname_mismatch", "bad_chain"],
        trusted=False,
    ),
    # --- purposes
    Case("for servers and clients", for_use(SERVER, CLIENT)),
    Case("for no purpose named", for_use()),
    invalid("for clients only", for_use(CLIENT), "bad_chain", HOLDS_NOT + "unsuitable certificate purpose"),
    invalid("for mail only", for_use(ExtendedKeyUsageOID.EMAIL_PROTECTION), "bad_chain"),
    invalid("for any purpose, as OpenSSL sees it", for_use(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), "bad_chain"),
    invalid("an authority for clients only", below(usage=[CLIENT]), "bad_chain"),
    Case("an authority for servers", below(usage=[SERVER])),
    Case("no key usage", lambda bench: bench.leaf(key_usage=None)),
    invalid(
        "a key that may sign certificates only",
        lambda bench: bench.leaf(key_usage=key_usage("key_cert_sign")),
        "bad_chain",
    ),
    # --- extensions
    invalid(
        "an unknown extension, critical",
        with_extension("1.2.3.4", critical=True),
        "bad_chain",
        "unhandled critical extension",
    ),
    Case("an unknown extension", with_extension("1.2.3.4", critical=False)),
    Case("no identifiers", lambda bench: bench.leaf(identifiers=False)),
    # --- certificates that strict readers refuse
    invalid("version 1", version_1, "hostname_mismatch", "the certificate names no host at all"),
    Case("version 3 and no subject", lambda bench: bench.leaf(subject=x509.Name([]))),
    Case("a negative serial number", partial(odd, serial=tlv(INTEGER, b"\x80"))),
    Case("a serial number of zero", partial(odd, serial=tlv(INTEGER, b"\0"))),
    Case("a serial number of 20 bytes", partial(odd, serial=tlv(INTEGER, b"\x7f" * 20))),
    Case("a serial number of 30 bytes", partial(odd, serial=tlv(INTEGER, b"\x7f" * 30))),
    Case("a BMPString", subject(BMP_STRING, "Größe".encode("utf-16-be"))),
    Case("a TeletexString", subject(TELETEX_STRING, "Größe".encode("latin-1"))),
    Case("an empty common name", subject(UTF8_STRING, b"")),
    Case("a terminal's escapes as subject", organised("Ex\x1b[31m\r\nple\u202e\x07")),
    Case("markup as subject", organised("<script>[bold red]=HYPERLINK()")),
    Case("a subject of 2,000 characters", organised_at_length),
    # --- certificates that OpenSSL cannot read, so that no server of its kind could show them
    unreadable("broken UTF-8", lambda bench: odd(bench, subject=common_name(UTF8_STRING, b"Gr\xff\xfe\xc3"))),
    unreadable("half a character of a BMPString", lambda bench: odd(bench, subject=common_name(BMP_STRING, b"\0G\0"))),
    unreadable("no serial number", lambda bench: odd(bench, serial=tlv(INTEGER))),
    unreadable("bytes after the certificate", with_a_tail),
    unreadable("rubbish for an intermediate", lambda bench: OddCredential((odd(bench).ders[0], b"rubbish"), b"")),
    Case(
        "broken UTF-8, expired, for another host",
        lambda bench: unproved(odd_stranger(bench).ders),
        "expired",
        ["expired", "hostname_mismatch", "malformed_response"],
        2,
        trusted=None,
        matches=False,
    ),
    Case(
        "rubbish, and broken UTF-8 when asked again",
        lambda bench: in_turn(
            unproved([b"rubbish"]), unproved(odd(bench, subject=common_name(UTF8_STRING, b"\xff")).ders)
        ),
        **UNREADABLE,
    ),
    unreachable(
        "rubbish, and all well when asked again",
        lambda bench: in_turn(unproved([b"rubbish"]), attending(server_context(bench.leaf()))),
        "malformed_response",
        CANNOT,
        trusted=True,
        matches=True,
    ),
    unreachable("rubbish for a certificate", lambda _: unproved([b"rubbish"]), "malformed_response", CANNOT),
    unreachable("a certificate of no bytes", lambda _: unproved([b""]), "malformed_response", CANNOT),
    unreachable("no certificates", lambda _: unproved([]), "malformed_response", "length mismatch"),
)
