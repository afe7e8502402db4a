"""One target: ports, schemes, user names, and that nothing breaks the parser."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domaincheck.model import InvalidTarget, Target
from domaincheck.targets import parse


@given(st.text() | st.text(alphabet="ab1:.[]/@#?%*-_ üxn\n"))
@example("xn--\ud800.x")
@example("https://[")
def test_any_text_is_a_target_or_an_invalid_target_with_a_reason(text: str) -> None:
    """The parser never raises, keeps what was written, and what it accepts is a host in lower-case ASCII.

    A reason follows a place, as in ``list.txt, line 3: …``, so it has neither a capital nor a full stop.
    """
    target = parse(text)
    assert target.text == text.strip() or "@" in text
    if isinstance(target, InvalidTarget):
        assert target.reason[0] not in string.ascii_uppercase
        assert target.reason[-1] != "."
    else:
        assert target.host.isascii()
        assert target.host == target.host.lower()
        assert 0 < target.port < 65536


@given(st.from_regex(r"[a-z0-9.:\[\]-]+|[^@:/%*]+\.example", fullmatch=True))
def test_a_host_that_came_out_goes_in_again(text: str) -> None:
    """The host of a target is a target, and means itself."""
    target = parse(text)
    if isinstance(target, Target):
        assert parse(target.host) == Target(text=target.host, host=target.host)


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        ("example.com", "example.com", 443),
        ("  example.com\n", "example.com", 443),
        ("example.com:8443", "example.com", 8443),
        ("example.com.:1", "example.com", 1),
        ("example.com:0443", "example.com", 443),
        ("192.0.2.1:65535", "192.0.2.1", 65535),
        ("[2001:db8::1]:993", "2001:db8::1", 993),
        ("[2001:db8::1]", "2001:db8::1", 443),
        ("2001:db8::1", "2001:db8::1", 443),
    ],
)
def test_a_port_follows_the_host(written: str, host: str, port: int) -> None:
    """Without one it is 443; an address of IPv6 needs brackets only for the port."""
    assert parse(written) == Target(written.strip(), host, port)


@pytest.mark.parametrize(
    "port",
    ["", "0", "00", "65536", "https", "-1", "+443", "4_43", "４４３", "9" * 5000],  # noqa: RUF001 (full-width digits are the point)
)
def test_a_port_is_a_number_from_1_to_65535(port: str) -> None:
    """Anything else is refused, also what int() would take."""
    target = parse(f"example.com:{port}")
    assert isinstance(target, InvalidTarget)
    assert "65535" in target.reason


@pytest.mark.parametrize("written", ["[::1", "[::1]443", "[]"])
def test_brackets_must_close_around_an_address(written: str) -> None:
    """A stray bracket is a slip to be told of."""
    assert isinstance(parse(written), InvalidTarget)


@pytest.mark.parametrize(
    ("scheme", "port", "starttls"),
    [
        ("https", 443, None),
        ("smtp", 25, "smtp"),
        ("smtps", 465, None),
        ("imap", 143, "imap"),
        ("imaps", 993, None),
        ("pop3", 110, "pop3"),
        ("pop3s", 995, None),
        ("ftp", 21, "ftp"),
        ("ftps", 990, None),
        ("ldap", 389, "ldap"),
        ("ldaps", 636, None),
        ("xmpp", 5222, "xmpp"),
        ("postgres", 5432, "postgres"),
        ("mysql", 3306, "mysql"),
        ("mariadb", 3306, "mysql"),
        ("lmtp", 24, "lmtp"),
        ("sieve", 4190, "sieve"),
        ("nntp", 119, "nntp"),
        ("nntps", 563, None),
        ("irc", 6667, "irc"),
        ("ircs", 6697, None),
        ("xmpps", 5223, None),
        ("xmpp-server", 5269, "xmpp-server"),
        ("rdp", 3389, "rdp"),
    ],
)
def test_a_scheme_picks_port_and_starttls(scheme: str, port: int, starttls: str | None) -> None:
    """A port that is given wins over the scheme's, and the scheme's case does not matter."""
    written = f"{scheme.upper()}://host.example"
    assert parse(written) == Target(written, "host.example", port, starttls)
    assert parse(f"{written}:10587/") == Target(f"{written}:10587/", "host.example", 10587, starttls)


@pytest.mark.parametrize("rest", ["/path?x#y", "?x", "#y", "/a:b/@me", "\\x", ""])
def test_only_the_host_of_an_address_matters(rest: str) -> None:
    """Path, query and fragment are kept in the text and otherwise passed over."""
    assert parse(f"https://example.com{rest}") == Target(f"https://example.com{rest}", "example.com")


def test_an_http_address_means_the_same_site_over_https() -> None:
    """People paste such addresses; the certificate they ask about is that of port 443."""
    assert parse("http://example.com/") == Target("http://example.com/", "example.com")


def test_an_http_address_with_a_port_is_refused() -> None:
    """On that port there is no TLS, and any other would be a guess."""
    target = parse("http://example.com:8080/")
    assert isinstance(target, InvalidTarget)
    assert "8080" in target.reason


def test_an_unknown_scheme_is_answered_with_the_known_ones() -> None:
    """Whoever writes postgresql:// finds the right spelling in the reason."""
    target = parse("postgresql://db.example")
    assert isinstance(target, InvalidTarget)
    assert "'postgresql'" in target.reason
    assert "postgres," in target.reason


@pytest.mark.parametrize("written", ["example.com/path", "192.0.2.0/24", "./hosts.txt"])
def test_a_slash_without_a_scheme_is_refused(written: str) -> None:
    """It might as well be a network or a file; the reason shows the ways out."""
    target = parse(written)
    assert isinstance(target, InvalidTarget)
    assert "--file" in target.reason


def test_user_name_and_password_are_left_out() -> None:
    """They are no part of the text that reports repeat."""
    assert parse("https://me:secret@example.com/x") == Target("https://example.com/x", "example.com")


@pytest.mark.parametrize(
    "written",
    [
        "https://me:secret@exam!ple.com/",
        "https://me:secret/2@example.com/",
        "https://me:x?secret#@example.com/",
        "https://a:b:secret/@example.com",
        "gopher://me:secret@example.com",
        "me:secret@example.com",
        "me:p://secret@example.com",
    ],
)
def test_a_password_is_never_repeated(written: str) -> None:
    """Not even when the target is invalid, or the password has characters that should have been encoded."""
    target = parse(written)
    assert isinstance(target, InvalidTarget)
    assert "secret" not in target.text + target.reason


def test_a_mail_address_is_no_target() -> None:
    """It stays recognisable, and the reason speaks of the '@'."""
    target = parse("me@example.com")
    assert isinstance(target, InvalidTarget)
    assert target.text == "me@example.com"
    assert "'@'" in target.reason


@pytest.mark.parametrize("written", ["file:/etc/ssl/mail@example.pem", "FILE:cert.pem", "file:///cert.pem"])
def test_a_certificate_file_is_answered_in_words(written: str) -> None:
    """The user is told that it is the file that cannot be checked, not that its name is no host."""
    target = parse(written)
    assert isinstance(target, InvalidTarget)
    assert target.text == written
    assert "files" in target.reason
