"""The conversations in binary messages: LDAP, PostgreSQL, MySQL and RDP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.starttls import ldap_response, mysql_greeting, mysql_packet, rdp_confirm
from domaincheck.probes.der import DerError
from domaincheck.probes.starttls.ldap import response
from tests.plain_talk import complaint, hear

NOTICE = b"\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x34\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20036"
TOO_MANY = b"SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"


@pytest.mark.parametrize(
    ("protocol", "parts", "said"),
    [
        ("ldap", [ldap_response(0)], b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
        ("ldap", [b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"], None),
        ("postgres", [b"S"], b"\0\0\0\x08\x04\xd2\x16\x2f"),
        ("mysql", [mysql_greeting()], b"\x20\0\0\1\x00\x8a\0\0\0\0\0\1\x2d" + bytes(23)),
        ("mysql", [mysql_greeting(version=b"5.1")], None),
        ("rdp", [rdp_confirm(b"\2\0\x08\0\1\0\0\0")], b"\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"),
    ],
)
def test_a_sound_server_is_asked_in_the_bytes_of_the_standard(
    protocol: str, parts: list[bytes], said: bytes | None
) -> None:
    """The request is as its specification has it, and the usual answers to it start TLS."""
    heard = hear(protocol, *parts)
    assert said is None or heard == said


@pytest.mark.parametrize(
    ("protocol", "parts", "words"),
    [
        ("ldap", [ldap_response(2, b"unsupported extended operation")], ": 'protocolError unsupported extended op"),
        ("ldap", [ldap_response(52, b"no certificate\0")], "refused to start TLS: 'unavailable no certificate'"),
        ("ldap", [ldap_response(80)], "refused to start TLS: 'result 80'"),
        ("ldap", [NOTICE], "refused to start TLS: 'unavailable'"),
        ("ldap", [b"\x30\x80"], "does not speak LDAP"),
        ("ldap", [b"\x30\x85\0\0\0\0\0"], "does not speak LDAP"),
        ("ldap", [b"\x30\x00"], "does not speak LDAP"),
        ("ldap", [b"\x30\x05\x02\x01\x01\x61\x00"], "does not speak LDAP"),
        ("ldap", [b"\x30\x0b\x02\x01\x01\x78\x06\x0a\x00\x04\x00\x04\x00"], "does not speak LDAP"),
        ("ldap", [b"220 mx ESMTP\r\n"], "does not speak LDAP: '220 mx ESMTP'"),
        ("ldap", [ldap_response(0) + ldap_response(0)], "an attacker could have put there"),
        ("postgres", [b"N"], "the PostgreSQL server does not offer TLS"),
        ("postgres", [b"E\0\0\0\x39" + TOO_MANY[:53]], "refused to start TLS: 'sorry, too many clients already'"),
        ("postgres", [b"E\0\0\0\x05\0"], "the PostgreSQL server refused to start TLS"),
        ("postgres", [b"E\xff\xff\xff\xff"], "does not speak PostgreSQL"),
        ("postgres", [b"ERR what\r\n"], "does not speak PostgreSQL: 'ERR what'"),
        ("postgres", [b"SE"], "an attacker could have put there"),
        ("mysql", [mysql_greeting(0xF7FF)], "the MySQL server does not offer TLS"),
        ("mysql", [mysql_packet(b"\xff\x6a\x04Host is not allowed")], "turned us away: 'Host is not allowed'"),
        ("mysql", [mysql_packet(b"\xff\x10\x04#08004Too many")], "turned us away: 'Too many'"),
        ("mysql", [mysql_packet(b"\x09old")], "does not speak MySQL"),
        ("mysql", [mysql_packet(b"\x0a")], "does not offer TLS"),
        ("mysql", [b"220 mx ESMTP\r\n"], "does not speak MySQL: '220 mx ESMTP'"),
        ("mysql", [mysql_greeting() + b"\x07\0\0\2\0\0\0"], "an attacker could have put there"),
        ("rdp", [rdp_confirm(b"")], "the RDP server does not offer TLS"),
        ("rdp", [rdp_confirm(b"\2\0\x08\0\0\0\0\0")], "the RDP server does not offer TLS"),
        ("rdp", [rdp_confirm(b"\3\0\x08\0\3\0\0\0")], "refused to start TLS: 'it has no certificate'"),
        ("rdp", [rdp_confirm(b"\3\0\x08\0\x63\0\0\0")], "refused to start TLS: 'reason 99'"),
        ("rdp", [b"\3\0\0\x0b\x06\x80\0\0\0\0\0"], "does not speak RDP"),
        ("rdp", [b"\3\0\0\x04"], "does not speak RDP"),
        ("rdp", [b"220 mx ESMTP\r\n"], "does not speak RDP: '220 mx ESMTP'"),
        ("rdp", [rdp_confirm(b"\2\0\x08\0\1\0\0\0") + b"\3"], "an attacker could have put there"),
    ],
)
def test_what_a_server_answers_is_told(protocol: str, parts: list[bytes], words: str) -> None:
    """A server that will not start TLS, or speaks something else, is quoted in a sentence."""
    code, sentence = complaint(protocol, *parts)
    assert (code, words in sentence) == ("starttls_failed", True), sentence


@pytest.mark.parametrize(
    ("protocol", "part"),
    [("ldap", ldap_response(0)), ("mysql", mysql_greeting()), ("rdp", rdp_confirm(b"\2\0\x08\0\1\0\0\0"))],
)
def test_an_answer_cut_short_is_a_failure(protocol: str, part: bytes) -> None:
    """A server that hangs up within its answer has not agreed to anything."""
    for length in range(1, len(part)):
        assert complaint(protocol, part[:length])[0] in ("starttls_failed", "connection_reset")


@given(st.integers(0, 127), st.text(max_size=60))
def test_an_ldap_result_is_read_back(code: int, text: str) -> None:
    """Code and diagnostic text are those that were written, but for padding."""
    found = response(ldap_response(code, text.encode("utf-8")))
    assert found == (code, text.strip("\0 "))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_response_or_none(data: bytes) -> None:
    """Nothing but DerError comes of bytes that are no response."""
    try:
        code, _ = response(data)
    except DerError:
        return
    assert code >= 0
