"""The hostile servers of the lab misbehave as they are named."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, drip, refused_port
from tests.lab_client import greet, say, trusting

if TYPE_CHECKING:
    from domaincheck.lab.authority import Authority


@pytest.mark.parametrize(
    ("behaviour", "beginning"),
    [
        ("plain_http", b"HTTP/1.1 400"),
        ("rubbish", b"<html>"),
        ("smtp_banner", b"220 "),
        ("ssh_banner", b"SSH-2.0-"),
        ("alert_handshake_failure", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("alert_unrecognized_name", b"\x15\x03\x03\x00\x02\x02\x70"),
        ("http_half", b"HTTP/1.1 200 OK"),
        ("whois_half", b"Domain Name: "),
        ("close", b""),
        ("close_after_hello", b""),
    ],
)
def test_hostile_answers_begin_as_named(behaviour: str, beginning: bytes) -> None:
    """A behaviour that answers says what its name promises."""
    with HostileServer(behaviour) as server:
        answer = say(server.port, b"hello\r\n", most=1)
    assert (answer[: len(beginning)], bool(answer)) == (beginning, bool(beginning))


FLOODS = [name for name in BEHAVIOURS if "endless" in name or name in ("flood", "huge_message", "hello_requests")]


@pytest.mark.parametrize("behaviour", [*FLOODS, "empty_records", "warning_alerts"])
def test_floods_do_not_end(behaviour: str) -> None:
    """A flood goes on for as long as the client reads, and ends with the server."""
    with HostileServer(behaviour) as server:
        assert len(say(server.port, b"hello\r\n", most=2_000_000)) >= 2_000_000


@pytest.mark.parametrize("behaviour", ["reset", "reset_after_hello"])
def test_resets_are_resets(behaviour: str) -> None:
    """The client sees a connection reset, not an end."""
    with HostileServer(behaviour) as server, pytest.raises(ConnectionError):
        say(server.port, b"hello")


def test_a_stalling_server_stays_silent() -> None:
    """Nothing comes from a server that stalls, and the connection stands."""
    with HostileServer("stall") as server, socket.create_connection(("127.0.0.1", server.port), 0.2) as sock:
        sock.sendall(b"hello")
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_a_dripping_server_drips() -> None:
    """Bytes come one by one, first the opening and then the filler again and again."""
    dripping = HostileServer(drip(b"ab", b"c", interval=0.01))
    with dripping as server, socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        assert [sock.recv(1) for _ in range(4)] == [b"a", b"b", b"c", b"c"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("rubbish", ssl.SSLError),
        ("plain_http", ssl.SSLError),
        ("smtp_banner", ssl.SSLError),
        ("alert_internal_error", ssl.SSLError),
        ("huge_message", ssl.SSLError),
        ("empty_records", ssl.SSLError),
        ("warning_alerts", ssl.SSLError),
        ("hello_requests", TimeoutError),
    ],
)
def test_a_tls_client_fails_at_hostile_servers(root: Authority, behaviour: str, error: type[OSError]) -> None:
    """A handshake with a hostile server ends in TLS's own error or, under requests to start anew, never."""
    with HostileServer(behaviour) as server, pytest.raises(error, match=r"."):
        greet(server.port, trusting(root))


def test_a_refused_port_refuses() -> None:
    """Nothing listens on a refused port while it is held."""
    with refused_port() as port, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
