"""The issuers' server of the lab answers those who ask, and puts up with those who ask badly."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.revocation import Responder, RevocationServer
from tests.lab_client import say

if TYPE_CHECKING:
    from domaincheck.lab.authority import Authority

LIST = b"a list"


@pytest.mark.parametrize("beginning", [b"", b"GET /x.crl HT", b"\r\n\r\n", b"GET\r\n\r\n"])
def test_who_hangs_up_disturbs_nobody(caplog: pytest.LogCaptureFixture, beginning: bytes) -> None:
    """A client that says nothing, half of a request, or none at all, leaves no trace; the next is served."""
    with RevocationServer({"/x.crl": LIST}) as server:
        with socket.create_connection((server.host, server.port), 10) as sock:
            sock.sendall(beginning)
        answer = say(server.port, b"GET /x.crl HTTP/1.1\r\n\r\n")
    assert (answer.endswith(LIST), server.asked[-1:], caplog.records) == (True, ("/x.crl",), [])


@pytest.mark.parametrize("length", [b"7", b"many"])
def test_a_question_that_is_none_is_a_bad_request(
    root: Authority, caplog: pytest.LogCaptureFixture, length: bytes
) -> None:
    """As responders treat what is no OCSP."""
    with RevocationServer({"/": Responder(root)}) as server:
        answer = say(server.port, b"POST / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\nrubbish")
    assert (answer.startswith(b"HTTP/1.1 400 "), caplog.records) == (True, [])
