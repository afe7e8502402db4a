"""What the texts of options mean: addresses to use, servers to ask, names to send."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.cli import values
from domaincheck.errors import UsageError
from domaincheck.network import Address

# --- --resolve -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "endpoint", "addresses"),
    [
        ("example.com:443:192.0.2.1", ("example.com", 443), ["192.0.2.1"]),
        ("Example.COM.:8443:192.0.2.1,192.0.2.2", ("example.com", 8443), ["192.0.2.1", "192.0.2.2"]),
        ("example.com:443:2001:DB8::1", ("example.com", 443), ["2001:db8::1"]),
        ("example.com:443:[2001:db8::1],192.0.2.1", ("example.com", 443), ["2001:db8::1", "192.0.2.1"]),
        ("[2001:db8::2]:443:127.0.0.1", ("2001:db8::2", 443), ["127.0.0.1"]),
        ("bücher.example:443:127.0.0.1", ("xn--bcher-kva.example", 443), ["127.0.0.1"]),
    ],
)
def test_an_override_names_host_port_and_addresses(text: str, endpoint: tuple[str, int], addresses: list[str]) -> None:
    """The host is in the form that targets have; the port goes with each address."""
    assert values.overrides([text]) == {endpoint: tuple(Address(address, endpoint[1]) for address in addresses)}


def test_the_last_override_wins() -> None:
    """As with curl; other ports of the same host are their own."""
    found = values.overrides(["a.test:443:127.0.0.1", "a.test:8443:127.0.0.2", "a.test:443:127.0.0.3"])
    assert [found["a.test", port][0].ip for port in (443, 8443)] == ["127.0.0.3", "127.0.0.2"]


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "a.test", "a.test:443", "a.test:443:", "a.test:443:b.test", "a.test:443:127.0.0.1,"),
        *("a.test:0:127.0.0.1", "a.test:x:127.0.0.1", "https://a.test:443:127.0.0.1", "[::1:443:127.0.0.1"),
        *("a.test:443:127.0.0.1:80", "a.test:443:1.2.3", "a.test:443:12345", "a.test:443:::g"),
    ],
)
def test_an_override_that_is_none_is_refused(text: str) -> None:
    """With the option's name, so that the user finds it."""
    with pytest.raises(UsageError, match=r"^--resolve "):
        values.overrides([text])


# --- servers and names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "server"),
    [
        (None, None),
        ("whois.example.net", ("whois.example.net", 43)),
        ("WHOIS.Example.NET:4343", ("whois.example.net", 4343)),
        ("whois.example.net:443", ("whois.example.net", 443)),
        ("127.0.0.1:4343", ("127.0.0.1", 4343)),
        ("[2001:db8::1]", ("2001:db8::1", 43)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("2001:db8::1", ("2001:db8::1", 43)),
        ("2001:db8::443", ("2001:db8::443", 43)),
    ],
)
def test_a_whois_server_is_a_host_and_perhaps_a_port(text: str | None, server: tuple[str, int] | None) -> None:
    """Without a port it is WHOIS's own, 43, and not that of https."""
    assert values.whois_server(text) == server


@pytest.mark.parametrize("text", ["", "a b", "whois://x", "x:0", "x:99999", "x/y"])
def test_a_whois_server_that_is_none_is_refused(text: str) -> None:
    """With the option's name."""
    with pytest.raises(UsageError, match=r"^--whois-server "):
        values.whois_server(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (None, None),
        ("https://rdap.example.net", "https://rdap.example.net/"),
        ("https://rdap.example.net/v1/", "https://rdap.example.net/v1/"),
        ("http://127.0.0.1:8080//", "http://127.0.0.1:8080/"),
    ],
)
def test_an_rdap_address_ends_in_one_slash(text: str | None, url: str | None) -> None:
    """So that a path can be put behind it."""
    assert values.rdap_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "rdap.example.net", "ftp://x", "https://a b", "https://bücher.example", "https://"]
)
def test_an_rdap_address_that_is_none_is_refused(text: str) -> None:
    """With the option's name."""
    with pytest.raises(UsageError, match=r"^--rdap-url "):
        values.rdap_url(text)


def test_a_server_name_is_in_canonical_form() -> None:
    """As a target's host would be."""
    assert values.servername(None) is None
    assert values.servername("WWW.Bücher.Example.") == "www.xn--bcher-kva.example"


def test_a_family_is_one_or_both() -> None:
    """Both at once are a contradiction."""
    assert values.family(ipv4=True, ipv6=False) == socket.AF_INET
    assert values.family(ipv4=False, ipv6=True) == socket.AF_INET6
    assert values.family(ipv4=False, ipv6=False) == socket.AF_UNSPEC
    with pytest.raises(UsageError, match="-4 and -6"):
        values.family(ipv4=True, ipv6=True)


@given(st.text(alphabet=st.sampled_from("a1.:[]/, \x1b\u202eü-%"), max_size=24))
def test_no_text_breaks_an_option(text: str) -> None:
    """Whatever is given, it is a value or there is one printable sentence about it."""
    for read in (lambda value: values.overrides([value]), values.whois_server, values.rdap_url, values.servername):
        try:
            read(text)
        except UsageError as error:
            assert str(error).isprintable()  # noqa: PT017 - either outcome is right
