"""Host names and addresses: what a certificate may be for, and in what spelling (RFC 9525, RFC 5280 §4.2.1.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from domaincheck.lab.hostile import HostileServer, after_hello, alert, say
from domaincheck.lab.tls import TlsServer
from tests.cases.bench import Bench, Case, Shows, invalid, unreachable
from tests.facts import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from domaincheck.lab.authority import Credential

LONG = ".".join(["a" * 49] * 5) + ".ab"

WRONG = "hostname_mismatch"
UNKNOWN_NAME = "(unrecognized name): it knows no host of that name; --servername asks for another"
DNS, ADDRESS = 0x82, 0x87  # the tags of a dNSName and an iPAddress


def named(*names: str) -> Shows:
    """Return what makes a leaf for *names*."""
    return lambda bench: bench.leaf(*names)


def spelled(*names: tuple[int, bytes]) -> Shows:
    """Return what makes a leaf whose subjectAltName holds *names*, each of up to 125 bytes, by tag and contents."""
    contents = b"".join(bytes([tag, len(data)]) + data for tag, data in names)
    names_extension = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"), bytes([0x30, len(contents)]) + contents
    )
    return lambda bench: bench.leaf(san=False, extensions=[(names_extension, False)])


def other_kinds(bench: Bench) -> Credential:
    """Return a leaf that is for a mail address, a URI and a directory name."""
    names: list[x509.GeneralName] = [
        x509.RFC822Name(f"admin@{HOST}"),
        x509.UniformResourceIdentifier(f"https://{HOST}/"),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])),
    ]
    return bench.leaf(san=False, extensions=[(x509.SubjectAlternativeName(names), False)])


def of_many(bench: Bench) -> Credential:
    """Return a leaf for five thousand hosts, the last of them the usual one."""
    return bench.leaf(*(f"{number}.test" for number in range(4999)), HOST)


def at_home(name: str, shows: Shows, host: str, **more: Any) -> Case:
    """Return the case of a server at an address by which it is asked for."""
    target = f"[{host}]" if ":" in host else host
    return Case(name, shows, **{"host": host, "target": target} | more)


def elsewhere(name: str, shows: Shows, host: str, says: str, **more: Any) -> Case:
    """Return the case of a server at an address that its certificate is not for."""
    expected = {"status": "invalid", "problems": [WRONG], "exit_status": 2, "matches": False}
    return at_home(name, shows, host, says=says, **expected | more)


def hosts(*names: str) -> Callable[[Bench], TlsServer]:
    """Return what makes a server that knows *names* alone, each with a certificate of its own."""
    return lambda bench: TlsServer(
        bench.leaf("default.example.com"), sni={name: bench.leaf(name) for name in names}, strict_sni=True
    )


CASES = (
    # --- whole names
    Case("the name", named(HOST)),
    Case("the second of three names", named("example.com", HOST, "example.org")),
    Case("the last of five thousand names", of_many),
    Case("a name in capitals", named("WWW.Example.COM")),
    Case("a target in capitals", named(HOST), target="WWW.EXAMPLE.COM"),
    Case("a target with a trailing dot", named(HOST), target=f"{HOST}."),
    Case("a name with an underscore", named("_dmarc.example.com"), host="_dmarc.example.com"),
    Case("a single label", named("intranet"), host="intranet"),
    Case("a name of 253 characters", lambda bench: bench.leaf(LONG), host=LONG),
    invalid("another name", named("other.example.com"), WRONG, f"is for other.example.com, not for {HOST}"),
    invalid("the name without www", named("example.com"), WRONG, f"is for example.com, not for {HOST}"),
    invalid("a longer name", named(f"{HOST}.evil.example"), WRONG),
    invalid("a name that ends alike", named(f"evil{HOST}"), WRONG),
    invalid(
        "five other names",
        named(*(f"{n}.example" for n in "abcde")),
        WRONG,
        "a.example, b.example, c.example and 2 more",
    ),
    invalid("a trailing dot in the certificate", named(f"{HOST}."), WRONG),
    invalid("a space before the name", named(f" {HOST}"), WRONG),
    # --- wildcards
    Case("a wildcard for one label", named("*.example.com")),
    Case("a wildcard for a label of an international name", named("*.example.com"), host="xn--bcher-kva.example.com"),
    Case("a wildcard below a public suffix, as OpenSSL sees it", named("*.co.uk"), host="example.co.uk"),
    invalid("a wildcard for two labels", named("*.example.com"), WRONG, host="a.www.example.com"),
    invalid("a wildcard for no label", named("*.example.com"), WRONG, host="example.com"),
    invalid("a wildcard for a top-level domain", named("*.com"), WRONG, host="example.com"),
    invalid("a wildcard for all", named("*"), WRONG),
    invalid("a wildcard for all names of one label", named("*"), WRONG, host="intranet"),
    invalid("a wildcard for the end of a label", named("w*.example.com"), WRONG),
    invalid("a wildcard for the beginning of a label", named("*w.example.com"), WRONG),
    invalid("a wildcard in the second label", named("www.*.com"), WRONG),
    invalid("two wildcards", named("*.*.com"), WRONG),
    invalid(
        "a wildcard for a part of an international name",
        spelled((DNS, b"xn--*.example.com")),
        WRONG,
        host="xn--bcher-kva.example.com",
    ),
    # --- no names
    invalid(
        "a common name alone", lambda bench: bench.leaf(san=False), WRONG, "names no host at all (no subjectAltName)"
    ),
    invalid("an empty list of names", spelled(), WRONG, "names no host at all"),
    invalid("names of other kinds", other_kinds, WRONG, "names no host at all"),
    invalid("the common name, beside other names", lambda bench: bench.leaf("other.example.com", subject=HOST), WRONG),
    Case("no subject, but the name", lambda bench: bench.leaf(subject=x509.Name([]))),
    # --- addresses
    at_home("an IPv4 address", named("127.0.0.1"), "127.0.0.1"),
    at_home("an IPv6 address", named("::1"), "::1"),
    at_home("an IPv6 address in full", named("0:0:0:0:0:0:0:1"), "::1", target="[0:0:0:0:0:0:0:1]"),
    elsewhere(
        "another address", named("192.0.2.1"), "127.0.0.1", "the certificate is for 192.0.2.1, not for 127.0.0.1"
    ),
    elsewhere(
        "an address among the host names",
        spelled((DNS, b"127.0.0.1")),
        "127.0.0.1",
        "is for DNS:127.0.0.1, not for 127.0.0.1",
    ),
    elsewhere(
        "an address as common name",
        lambda bench: bench.leaf(subject="127.0.0.1", san=False),
        "127.0.0.1",
        "names no host",
    ),
    elsewhere("a host name, asked for by address", named(HOST), "127.0.0.1", f"is for {HOST}, not for 127.0.0.1"),
    elsewhere("an IPv4 address in IPv6", named("::ffff:127.0.0.1"), "127.0.0.1", "not for 127.0.0.1"),
    elsewhere("an address of five bytes", spelled((ADDRESS, b"\x7f\0\0\1\0")), "127.0.0.1", "names no host"),
    elsewhere("a wildcard for addresses", spelled((DNS, b"*.0.0.1")), "127.0.0.1", "not for 127.0.0.1"),
    invalid("an address, asked for by name", named("127.0.0.1"), WRONG, f"is for 127.0.0.1, not for {HOST}"),
    # --- international names
    Case(
        "an international name", named("xn--bcher-kva.example"), host="xn--bcher-kva.example", target="bücher.example"
    ),
    Case("an international name as it is sent", named("xn--bcher-kva.example"), host="xn--bcher-kva.example"),
    Case(
        "an international name in capitals",
        named("xn--bcher-kva.example"),
        host="xn--bcher-kva.example",
        target="BÜCHER.example",
    ),
    Case(
        "the German ß is not ss", named("xn--strae-oqa.example"), host="xn--strae-oqa.example", target="straße.example"
    ),
    invalid(
        "an international name in UTF-8",
        spelled((DNS, "bücher.example".encode())),
        WRONG,
        "is for bücher.example, not for xn--bcher-kva.example",
        host="xn--bcher-kva.example",
        target="bücher.example",
    ),
    invalid(
        "the Kelvin sign is no k", spelled((DNS, "\N{KELVIN SIGN}.example.com".encode())), WRONG, host="k.example.com"
    ),
    # --- names that are meant to deceive
    invalid(
        "a zero byte within a name",
        spelled((DNS, HOST.encode() + b"\0.evil.example")),
        WRONG,
        f"{HOST}\N{REPLACEMENT CHARACTER}.evil",
    ),
    invalid("a zero byte after the name", spelled((DNS, HOST.encode() + b"\0")), WRONG),
    invalid("a terminal's escapes", spelled((DNS, b"\x1b[31mwww.example.com")), WRONG),
    invalid("an empty name", spelled((DNS, b"")), WRONG),
    Case("rubbish before the name", spelled((DNS, b"\xff\xfe"), (DNS, HOST.encode()))),
    # --- the name that is sent
    Case("one of several hosts", hosts(HOST, "mail.example.com")),
    Case("another server name", hosts("mail.example.com"), options=("--servername", "mail.example.com")),
    Case("a server name for an address", hosts(HOST), host="127.0.0.1", options=("--servername", HOST)),
    invalid(
        "a server name that the certificate is not for",
        named(HOST),
        WRONG,
        "not for mail.example.com",
        options=("--servername", "mail.example.com"),
    ),
    invalid(
        "a server that ignores the name",
        lambda bench: TlsServer(bench.leaf("default.example.com"), sni={HOST: bench.leaf(HOST)}),
        WRONG,
        host="mail.example.com",
    ),
    unreachable("a host that the server does not know", hosts("mail.example.com"), "handshake_failure", UNKNOWN_NAME),
    unreachable(
        "an alert about the name",
        lambda _: HostileServer(after_hello(say(alert(112)))),
        "handshake_failure",
        "unrecognized name",
    ),
)
