"""What can be overheard of a conversation with a mail server."""

from __future__ import annotations

import base64

import pytest

from domaincheck.mailer.wire import Conversation

USER, PASSWORD = "me", "example"  # a word that stands in many lines


def coded(text: str) -> bytes:
    """Return *text* in base64."""
    return base64.b64encode(text.encode())


def heard(*lines: bytes) -> list[str]:
    """Return what is heard when *lines* are said; those of the server begin with a digit."""
    told: list[str] = []
    conversation = Conversation.of(USER, PASSWORD, told.append)
    for line in lines:
        (conversation.received if line[:1].isdigit() else conversation.sent)(line + b"\r\n")
    return told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([b"AUTH PLAIN " + coded("\0me\0example")], ["C: AUTH PLAIN ****"]),
        ([b"auth plain", b"334 ok", coded("\0me\0example")], ["C: auth plain ****", "S: 334 ok", "C: ****"]),
        (
            [b"AUTH LOGIN", b"334 VXNlcm5hbWU6", coded(USER), b"334 UGFzc3dvcmQ6", coded(PASSWORD), b"235 hello"],
            ["C: AUTH LOGIN ****", "S: 334 VXNlcm5hbWU6", "C: ****", "S: 334 UGFzc3dvcmQ6", "C: ****", "S: 235 hello"],
        ),
        ([b"AUTH CRAM-MD5", b"334 PDFAYj4=", b"bWUgYWJj"], ["C: AUTH CRAM-MD5 ****", "S: 334 PDFAYj4=", "C: ****"]),
    ],
)
def test_no_login_is_heard(lines: list[bytes], told: list[str]) -> None:
    """By whatever mechanism, the password stays out of it."""
    assert heard(*lines) == told


@pytest.mark.parametrize("form", [b"example", coded("example"), coded("\0me\0example")])
def test_a_server_that_repeats_the_password_is_not_repeated(form: bytes) -> None:
    """Some do, to be helpful."""
    assert heard(b"AUTH PLAIN x", b"535 not " + form)[1] == "S: 535 not ****"


def test_a_password_that_is_a_common_word_is_not_told_by_its_masks() -> None:
    """Elsewhere than in a login the word has other reasons to be there."""
    lines = heard(b"220 mx.example.com", b"AUTH PLAIN x", b"535 no", b"MAIL FROM:<a@example.com>", b"250 example")
    assert lines[0] == "S: 220 mx.example.com"
    assert lines[3:] == ["C: MAIL FROM:<a@example.com>", "S: 250 example"]


def test_a_message_is_counted_and_not_told() -> None:
    """It may hold a one-time code."""
    assert heard(b"DATA", b"354 go on", b"Subject: x\r\n\r\n123456\r\n.") == [
        "C: DATA",
        "S: 354 go on",
        "C: (the message, 25 bytes)",
    ]


def test_what_was_said_is_made_harmless() -> None:
    """It is printed on terminals."""
    assert heard(b"220 \x1b[31m\xff") == ["S: 220 \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"]
