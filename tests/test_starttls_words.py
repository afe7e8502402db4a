"""The conversations in lines of text: what is said to each server, and what its answers mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.lab.starttls import SCRIPTS
from domaincheck.probes.starttls.codes import Reply, reply
from domaincheck.probes.starttls.talk import Talk
from tests.plain_talk import Rehearsed, complaint, hear

MAIL = b"220 mx.example.com ESMTP\r\n"
OFFER = b"250-mx.example.com\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("smtp", b"EHLO domaincheck.invalid\r\nSTARTTLS\r\n"),
        ("lmtp", b"LHLO domaincheck.invalid\r\nSTARTTLS\r\n"),
        ("imap", b"a STARTTLS\r\n"),
        ("pop3", b"STLS\r\n"),
        ("sieve", b"STARTTLS\r\n"),
        ("ftp", b"AUTH TLS\r\n"),
        ("nntp", b"STARTTLS\r\n"),
        ("irc", b"STARTTLS\r\nPONG :1F3A\r\n"),
    ],
)
def test_no_more_is_said_than_needed(protocol: str, said: bytes) -> None:
    """No name of this machine, no login, no mail: only the request, and a name that nobody can have."""
    assert hear(protocol, *(answer for _, answer in SCRIPTS[protocol])) == said


@pytest.mark.parametrize(
    ("protocol", "parts", "words"),
    [
        # turned away before anything was asked
        ("smtp", [b"554-no service\r\n554 here\r\n"], "turned us away: '554 no service here'"),
        ("smtp", [b"421 4.3.2 too busy\r\n"], "turned us away: '421 4.3.2 too busy'"),
        ("imap", [b"* BYE overloaded\r\n"], "turned us away: 'BYE overloaded'"),
        ("pop3", [b"-ERR [SYS/TEMP] later\r\n"], "turned us away: '-ERR [SYS/TEMP] later'"),
        ("sieve", [b'BYE "go away"\r\n'], "turned us away: 'BYE \"go away\"'"),
        ("sieve", [b'"SIEVE" "x"\r\nNO {7}\r\nnot now\r\n'], "turned us away: 'NO \"not now\"'"),
        ("ftp", [b"421 too many\r\n"], "turned us away: '421 too many'"),
        ("nntp", [b"502 no permission\r\n"], "turned us away: '502 no permission'"),
        # without TLS
        ("smtp", [MAIL, b"250-mx.example.com\r\n250 SIZE 1\r\n"], "does not offer TLS"),
        ("smtp", [MAIL, b"250 STARTTLS\r\n"], "does not offer TLS"),  # the first line is the server's name
        ("smtp", [MAIL, b"502 unknown\r\n"], "refused to start TLS: '502 unknown'"),
        ("sieve", [b'"SIEVE" "STARTTLS"\r\nOK\r\n'], "does not offer TLS"),
        ("xmpp", [b"<stream:stream><stream:features/>"], "does not offer TLS"),
        ("xmpp", [b"<stream:stream><stream:features><bind/></stream:features>"], "does not offer TLS"),
        # refused when asked
        ("smtp", [MAIL, OFFER, b"454 4.7.0 TLS not available\r\n"], "refused to start TLS: '454 4.7.0 TLS not"),
        ("lmtp", [MAIL, OFFER, b"502 no\r\n"], "the LMTP server refused"),
        ("imap", [b"* OK\r\n", b"* OK yes\r\na BAD no TLS\r\n"], "refused to start TLS: 'BAD no TLS'"),
        ("imap", [b"* PREAUTH as root\r\n"], "refused to start TLS: 'PREAUTH as root'"),
        ("pop3", [b"+OK\r\n", b"-ERR no TLS\r\n"], "refused to start TLS: '-ERR no TLS'"),
        ("sieve", [b'"STARTTLS"\r\nOK\r\n', b'NO "busy"\r\n'], "refused to start TLS: 'NO \"busy\"'"),
        ("ftp", [b"220 hi\r\n", b"530-no\r\n530 TLS\r\n"], "refused to start TLS: '530 no TLS'"),
        ("nntp", [b"200 hi\r\n", b"580 no\r\n"], "refused to start TLS: '580 no'"),
        ("irc", [b":i.example 691 * :no TLS\r\n"], "refused to start TLS: 'no TLS'"),
        ("irc", [b":i.example 451 STARTTLS :register first\r\n"], "refused to start TLS: 'register first'"),
        ("irc", [b"ERROR :Closing Link\r\n"], "refused to start TLS: 'Closing Link'"),
        # another protocol than expected
        ("smtp", [b"* OK IMAP4rev1 ready\r\n"], "does not speak SMTP: '* OK IMAP4rev1 ready'"),
        ("imap", [b"220 mx ESMTP\r\n"], "does not speak IMAP: '220 mx ESMTP'"),
        ("imap", [b"* OK\r\n", b"b OK\r\n"], "does not speak IMAP: 'b OK'"),
        ("pop3", [b"220 mx ESMTP\r\n"], "does not speak POP3: '220 mx ESMTP'"),
        ("sieve", [b"+OK POP3\r\n"], "does not speak ManageSieve: '+OK POP3'"),
        ("ftp", [b"SIP/2.0 200\r\n"], "does not speak FTP"),
        ("nntp", [b"ready\r\n"], "does not speak NNTP"),
        ("irc", [b"220 mx ESMTP\r\n220 go\r\n"], "does not speak IRC: '220 mx ESMTP'"),
        ("irc", [b"* OK IMAP\r\n"], "does not speak IRC"),
        ("xmpp", [b"\r\n220 mx ", b"ESMTP\r\n"], "does not speak XMPP: '220 mx'"),
        # text before the handshake
        ("smtp", [MAIL, OFFER, b"220 go\r\n250 smuggled\r\n"], "an attacker could have put there"),
        ("irc", [b":i.example 670 * :go\r\n:i.example 001 you :hello\r\n"], "an attacker could have put there"),
    ],
)
def test_what_a_server_answers_is_told(protocol: str, parts: list[bytes], words: str) -> None:
    """A server that will not start TLS, or speaks something else, is quoted in a sentence."""
    code, sentence = complaint(protocol, *parts)
    assert (code, words in sentence) == ("starttls_failed", True), sentence


@pytest.mark.parametrize(
    ("protocol", "parts"),
    [
        ("smtp", [b"220\r\n", b"250-x\r\n250-size 1\r\n250 StartTLS \r\n", b"220\r\n"]),
        ("smtp", [b"220 x\n", b"250-x\n250 STARTTLS\n", b"220 x\n"]),
        ("imap", [b"* ok {3}\r\nyes\r\n", b"* 1 EXISTS\r\na ok\r\n"]),
        ("sieve", [b'"starttls"\r\n{4}\r\nNAME "x"\r\nok\r\n', b"Ok\r\n"]),
        ("ftp", [b"220-x\r\n220 is not the end of it?\r\n", b"234\r\n"]),
        ("irc", [b"@time=now :i.example NOTICE * :hi\r\n:i.example 670 x :go\r\n"]),
        ("irc", [b"NOTICE AUTH :hi\r\n:i.example 020 * :wait\r\n:i.example 670 x :go\r\n"]),
    ],
)
def test_careless_servers_are_understood(protocol: str, parts: list[bytes]) -> None:
    """Bare newlines, missing texts, other capitals and literals where nobody writes them change nothing."""
    assert complaint(protocol, *parts) == ("", "")


def test_a_protocol_that_is_not_spoken_is_a_failure() -> None:
    """A name that no conversation goes by, as a stored target may bear, is said to be so."""
    assert complaint("gopher") == ("starttls_failed", "STARTTLS for gopher is not spoken by this version")


# --- XMPP ----------------------------------------------------------------------------------------------------------

OPEN = b"<?xml version='1.0'?>\n<stream:stream xmlns='jabber:client' version='1.0'>"
FEATURES = OPEN + b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


@pytest.mark.parametrize(("protocol", "namespace"), [("xmpp", b"jabber:client"), ("xmpp-server", b"jabber:server")])
def test_a_stream_is_opened_to_the_host(protocol: str, namespace: bytes) -> None:
    """A server of many domains is told which one is meant; clients and servers speak in namespaces of their own."""
    said = hear(protocol, FEATURES, PROCEED)
    assert b"to='www.example.com'" in said
    assert b"xmlns='" + namespace + b"'" in said
    assert said.endswith(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("xn--bcher-kva.example", "to='bücher.example'"),
        ("xn--.example", "to='.example'"),
        ("xn--\xff.example", "to='xn--\xff.example'"),
        ("a'><b", "to='a&apos;&gt;&lt;b'"),
        ("\ud800", "to='?'"),
    ],
)
def test_any_name_becomes_an_attribute(name: str, written: str) -> None:
    """International names go out in Unicode, as XMPP has them, and no name breaks out of its quotes."""
    assert written.encode() in hear("xmpp", FEATURES, PROCEED, name=name)


@pytest.mark.parametrize(
    ("features", "answer"),
    [
        (FEATURES, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>"),
        (FEATURES, b"<tls:proceed xmlns:tls='urn:ietf:params:xml:ns:xmpp-tls' />"),
        (b"\n" + FEATURES.replace(b"stream:", b"s:"), PROCEED),
        (FEATURES.replace(b"<starttls", b"<x a='/>' b=\">\"/>text<starttls"), PROCEED),
        (FEATURES.replace(b"'/><", b"'>\n<required/>\n</starttls\n><"), PROCEED),
    ],
)
def test_xml_is_read_in_any_of_its_spellings(features: bytes, answer: bytes) -> None:
    """Prefixes, white space, empty elements of either form and signs within attributes mean what XML says."""
    assert complaint("xmpp", features, answer) == ("", "")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([OPEN + b"<stream:error><host-unknown xmlns='x'/></stream:error>"], "turned us away: 'host-unknown'"),
        ([OPEN + b"</stream:stream>"], "turned us away"),
        ([FEATURES, b"<failure xmlns='x'/></stream:stream>"], "refused to start TLS"),
        ([FEATURES, b"<stream:error><policy-violation/>"], "refused to start TLS: 'policy-violation'"),
        ([FEATURES, PROCEED + b"<message>hello</message>"], "an attacker could have put there"),
        ([FEATURES, PROCEED + b"\n"], "an attacker could have put there"),
    ],
)
def test_a_stream_may_end_otherwise(parts: list[bytes], words: str) -> None:
    """Errors of the stream are told by the name of their condition."""
    code, sentence = complaint("xmpp", *parts)
    assert (code, words in sentence) == ("starttls_failed", True), sentence


def test_entities_are_not_expanded() -> None:
    """A declaration that would fill an XML parser's memory is passed over like any other tag."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert complaint("xmpp", FEATURES.replace(b"<stream:features", bomb + b"<stream:features"), PROCEED) == ("", "")


# --- replies, whatever they are --------------------------------------------------------------------------------------


@given(st.integers(100, 599), st.lists(st.binary(max_size=20).filter(lambda text: b"\n" not in text), min_size=1))
def test_a_reply_is_read_back_as_it_was_written(code: int, lines: list[bytes]) -> None:
    """The lines of a reply, however many, are found again."""
    lines = [line.rstrip(b"\r") for line in lines]
    separators = [b"-"] * (len(lines) - 1) + [b" "]
    data = b"".join(b"%d%s%s\r\n" % (code, *pair) for pair in zip(separators, lines, strict=True))
    assert reply(Talk(Rehearsed([data]), "SMTP", "")) == Reply(code, tuple(lines))


@given(st.sampled_from(sorted(SCRIPTS)), st.lists(st.binary(min_size=1, max_size=60), max_size=8))
def test_any_words_are_a_start_or_a_failure(protocol: str, parts: list[bytes]) -> None:
    """Whatever a server says, the conversation ends in the one or the other, in a printable sentence."""
    code, sentence = complaint(protocol, *parts)
    assert code in ("", "starttls_failed", "connection_reset")
    assert not sentence or sentence.isprintable()


@given(st.data(), st.sampled_from(sorted(SCRIPTS)))
def test_a_sound_server_with_one_fault_is_a_start_or_a_failure(data: st.DataObject, protocol: str) -> None:
    """Nor does a conversation that is nearly right end in any other way."""
    whole = b"".join(answer for _, answer in SCRIPTS[protocol])
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + 1 :]
    cut = data.draw(st.integers(1, len(damaged) + 1))
    assert complaint(protocol, damaged[:cut], damaged[cut:])[0] in ("", "starttls_failed", "connection_reset")


@given(st.data(), st.sampled_from(sorted(SCRIPTS)))
def test_the_cuts_of_the_network_mean_nothing(data: st.DataObject, protocol: str) -> None:
    """A sound conversation starts TLS wherever its answers are cut."""
    parts = []
    for _, answer in SCRIPTS[protocol]:
        places = sorted(data.draw(st.sets(st.integers(1, max(1, len(answer) - 1)), max_size=4)))
        parts += [answer[start:stop] for start, stop in zip([0, *places], [*places, None], strict=True)]
    assert complaint(protocol, *filter(None, parts)) == ("", "")
