"""The TLS servers of the lab do what they say, as plain clients of the standard library see it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.lab.hostile import heavy_credential
from domaincheck.lab.tls import TlsServer
from tests.lab_client import HOST, greet, trusting

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.lab.authority import Authority


def test_sni_chooses_the_certificate(root: Authority) -> None:
    """A name in *sni* gets its own certificate, any other the default one."""
    default, other = root.leaf(HOST), root.leaf("b.example.com")
    with TlsServer(default, sni={"b.example.com": other}) as server:
        seen = [
            greet(server.port, trusting(root), name).getpeercert(binary_form=True) for name in ("b.example.com", HOST)
        ]
    assert [x509.load_der_x509_certificate(der or b"") for der in seen] == [other.leaf, default.leaf]


def test_a_strict_server_refuses_unknown_names(root: Authority) -> None:
    """With *strict_sni* a name that is not there gets the alert unrecognized_name."""
    with (
        TlsServer(root.leaf(HOST), strict_sni=True) as server,
        pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
    ):
        greet(server.port, trusting(root))


def test_an_old_server_speaks_old_tls_only(root: Authority) -> None:
    """A server bounded to TLS 1.0 is refused by a modern client and understood by one that stoops."""
    oldest = ssl.TLSVersion.MINIMUM_SUPPORTED
    stooping = trusting(root)
    stooping.minimum_version = oldest
    stooping.set_ciphers("DEFAULT:@SECLEVEL=0")
    with TlsServer(root.leaf(HOST), minimum=oldest, maximum=ssl.TLSVersion.TLSv1) as server:
        with pytest.raises(ssl.SSLError):
            greet(server.port, trusting(root))
        assert greet(server.port, stooping).version() == "TLSv1"


def test_a_server_may_want_a_client_certificate(root: Authority, tmp_path: Path) -> None:
    """With *client_ca* only a client with a certificate of that authority stays connected."""
    client = root.leaf("client.example.com", usage=[ExtendedKeyUsageOID.CLIENT_AUTH])
    file = tmp_path / "client.pem"
    file.write_bytes(client.key_pem + client.chain_pem)
    anonymous, known = trusting(root), trusting(root)
    anonymous.maximum_version = known.maximum_version = ssl.TLSVersion.TLSv1_2  # where the handshake itself fails
    known.load_cert_chain(file)
    with TlsServer(root.leaf(HOST), client_ca=root.certificate) as server:
        greet(server.port, known)
        with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
            greet(server.port, anonymous)


def test_delayed_clients_wait_together(root: Authority) -> None:
    """Forty clients of a server with 0.3 s of delay are all served in little more than one delay."""
    context = trusting(root)
    started = time.monotonic()
    with TlsServer(root.leaf(HOST), delay=0.3) as server, ThreadPoolExecutor(40) as pool:
        done = list(pool.map(lambda _: greet(server.port, context).version(), range(40)))
    assert (done, 0.3 <= time.monotonic() - started < 6) == (["TLSv1.3"] * 40, True)


def test_a_burst_of_clients_is_not_lost(root: Authority) -> None:
    """Two hundred connections that are opened before any of them speaks are all accepted and served."""
    context = trusting(root)
    with TlsServer(root.leaf(HOST)) as server, contextlib.ExitStack() as stack:
        burst = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(200)]
        versions = {stack.enter_context(context.wrap_socket(each, server_hostname=HOST)).version() for each in burst}
        assert (versions, server.connections) == ({"TLSv1.3"}, 200)


def test_rude_clients_do_not_disturb_a_server(root: Authority) -> None:
    """After clients that hang up, talk rubbish or reset, the next one is served."""
    with TlsServer(root.leaf(HOST)) as server:
        for rudeness in (b"", b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\x00\xff\x01"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
                sock.sendall(rudeness)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert greet(server.port, trusting(root)).version() == "TLSv1.3"


def test_a_heavy_certificate_is_sent_whole(root: Authority) -> None:
    """A certificate of 200 kB reaches a client that asks for it, to be judged too large or not."""
    credential = heavy_credential(root, HOST)
    with (
        TlsServer(credential, maximum=ssl.TLSVersion.TLSv1_2) as server,
        pytest.raises(ssl.SSLError, match=r"(?i)excessive"),
    ):
        greet(server.port, trusting(root))
    assert 180_000 < len(credential.leaf.tbs_certificate_bytes) < 260_000


def test_the_lab_does_not_leave_loopback(root: Authority) -> None:
    """A server on any other address than loopback's is refused."""
    with pytest.raises(ValueError, match="loopback"):
        TlsServer(root.leaf(HOST), host="0.0.0.0")  # noqa: S104 -- it is refused


def test_ipv6_loopback_is_served(root: Authority) -> None:
    """A server can stand on ::1."""
    with TlsServer(root.leaf(HOST), host="::1") as server, socket.create_connection(("::1", server.port), 10) as sock:
        assert sock.getpeername()[0] == "::1"
