"""Host names and addresses: what they become, and what is refused."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import InvalidTarget, Target
from domaincheck.targets import parse

LABELS = st.from_regex(r"[a-z_]([a-z0-9_-]{0,10}[a-z0-9_])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
HOSTS = st.lists(LABELS, min_size=1, max_size=6).map(".".join)


def host(text: str) -> str:
    """Return the host of a target that must be valid."""
    target = parse(text)
    assert isinstance(target, Target), target
    return target.host


def reason(text: str) -> str:
    """Return why a target is invalid, as it must be."""
    target = parse(text)
    assert isinstance(target, InvalidTarget), target
    return target.reason


@given(HOSTS)
def test_a_plain_name_stays_as_it_is(name: str) -> None:
    """Letters, digits, hyphens and underscores in lower case come out unchanged."""
    assert host(name) == name


@given(HOSTS)
def test_a_name_is_read_the_same_in_any_case_and_with_a_final_dot(name: str) -> None:
    """Case and the dot of the root make no difference to the DNS, so they make none here."""
    assert host(f"{name.upper()}.") == name


@given(st.integers(2**125, 2**128 - 1).map(IPv6Address))
def test_an_ipv6_address_is_written_in_its_shortest_form(address: IPv6Address) -> None:
    """The long spelling, bare or in brackets, means the same host as the short one."""
    assert host(address.exploded.upper()) == host(f"[{address.exploded}]") == address.compressed


@given(st.ip_addresses(v=4).map(str))
def test_an_ipv4_address_stays_as_it_is(address: str) -> None:
    """Four numbers from 0 to 255 are an address, also when they are mapped into IPv6."""
    assert host(address) == host(f"::ffff:{address}") == address


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("bu\N{COMBINING DIAERESIS}cher.example", "xn--bcher-kva.example"),
        ("straße.de", "xn--strae-oqa.de"),
        ("XN--STRAE-OQA.de", "xn--strae-oqa.de"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("_dmarc.r3---sn.bücher.example", "_dmarc.r3---sn.xn--bcher-kva.example"),
        ("１９２.0.2.1", "192.0.2.1"),  # noqa: RUF001 (full-width digits are the point)
        ("xn--ls8h.la", "xn--ls8h.la"),
    ],
)
def test_an_internationalized_name_becomes_ascii(written: str, expected: str) -> None:
    """Both forms of an IDN mean one host, by IDNA 2008: ß stays ß, and a registered emoji's A-label is let be."""
    assert host(written) == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "missing"),
        (".", "missing"),
        ("https://", "missing"),
        ("*.example.com", "wildcard"),
        ("*.bücher.example:443", "wildcard"),
        ("a..example", "dot"),
        (".example.com", "dot"),
        ("example.com..", "dot"),
        (f"{'a' * 64}.example", "63 characters"),
        ("a." * 127 + "com", "253 characters"),
        ("ü" * 254, "253 characters"),
        ("-a.example", "hyphen"),
        ("a-.example", "hyphen"),
        ("exam!ple.com", "'!'"),
        ("example.com;example.org", "';'"),
        ("xn--99999999.example", "damaged"),
        ("xn--a.example", "damaged"),
        ("xn--abc-.example", "hyphen"),
        ("💩.la", "xn--"),
        ("ü" * 60 + ".example", "internationalized"),
        ("a\N{ZERO WIDTH JOINER}b.example", "internationalized"),
        ("\ud800.example", "internationalized"),
    ],
)
def test_what_is_no_host_name_is_refused_with_a_hint(written: str, said: str) -> None:
    """The reason names the fault."""
    assert said in reason(written)


@pytest.mark.parametrize("written", ["300.1.1.1", "1.2.3", "1.2.3.4.5", "123", "0x7f000001", "192.0.2.010", "a.1"])
def test_a_name_that_ends_in_a_number_must_be_an_ipv4_address(written: str) -> None:
    """A resolver would read such a name as some other address, so it is refused."""
    assert "IPv4" in reason(written)


@pytest.mark.parametrize("written", ["1:2:3", "2001:db8::12345", "[192.0.2.1]", "example.com:443:80"])
def test_several_colons_must_be_an_ipv6_address(written: str) -> None:
    """The reason shows how an address with a port is written."""
    assert "[2001:db8::1]:443" in reason(written)


@pytest.mark.parametrize("written", ["fe80::1%eth0", "[fe80::1%25eth0]:443"])
def test_an_address_with_a_zone_is_refused(written: str) -> None:
    """A zone means an interface of this machine only, and no certificate holds it."""
    assert "network interface" in reason(written)


def test_a_reason_is_safe_to_print() -> None:
    """Neither a terminal escape nor a text of any length comes through."""
    said = reason("\x1b[31m" + "x" * 10_000)
    assert "\x1b" not in said
    assert len(said) <= 400
