"""The lab of the demo: each scene has the fault it announces, and nothing of it is left behind."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.hostile import HostileServer
from domaincheck.lab.scenes import Lab, Scene
from domaincheck.lab.tls import TlsServer
from tests.lab_client import HOST, NOW, greet, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domaincheck.lab.authority import Authority
    from domaincheck.lab.loop import LoopbackServer


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Run the show for all tests that only look."""
    with Lab(NOW) as running:
        yield running


VERIFY_CODES = {
    "expired": 10,
    "hostname_mismatch": 62,
    "self_signed": 18,
    "incomplete_chain": 20,
}


@pytest.mark.parametrize(
    "scene", [each for each in Lab.scenes if each.tls != "unreachable"], ids=lambda each: each.target
)
def test_each_scene_has_the_fault_it_announces(lab: Lab, scene: Scene) -> None:
    """OpenSSL, trusting the lab's CA file, finds the fault of a scene, or none where only time is short."""
    host, _, port = scene.target.partition(":")
    context = ssl.create_default_context(cafile=lab.ca_file)
    found = 0
    try:
        greet(lab.hosts[host, int(port or 443)][1], context, host)
    except ssl.SSLCertVerificationError as error:
        found = error.verify_code
    assert found == (VERIFY_CODES[scene.problems[0]] if scene.problems else 0)


def test_the_lab_has_a_host_that_is_down_and_one_that_is_not_there(lab: Lab) -> None:
    """One target's port refuses, and one target is on no server at all."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(lab.hosts["down.example.com", 443], timeout=10)
    absent = {
        scene.target for scene in lab.scenes if (scene.target.partition(":")[0]) not in {host for host, _ in lab.hosts}
    }
    assert absent == {scene.target for scene in lab.scenes if "dns_failure" in scene.problems}


def test_the_registries_of_the_lab_know_its_domains(lab: Lab) -> None:
    """RDAP and WHOIS answer; one domain is known to WHOIS only, one to neither."""
    whois_port = int(lab.whois_server.rpartition(":")[2])
    rdap_host, _, rdap_port = lab.rdap_url.removeprefix("http://").partition(":")

    def ask(name: str) -> tuple[int, bool]:
        with contextlib.closing(http.client.HTTPConnection(rdap_host, int(rdap_port), timeout=10)) as link:
            link.request("GET", f"/domain/{name}")
            return link.getresponse().status, b"Expiry Date" in say(whois_port, name.encode() + b"\r\n")

    assert ask("example.com") == (200, True)
    assert ask("example.edu") == (500, True)
    assert ask("unregistered-lab-domain.com") == (404, False)


def test_closing_the_lab_leaves_nothing_behind() -> None:
    """After the block there is no thread of the lab, no folder, and nothing listens any more."""
    before = set(threading.enumerate())
    with Lab(NOW) as running:
        folder, address = running.ca_file.parent, running.hosts["www.example.com", 443]
        assert (folder.is_dir(), len(set(threading.enumerate()) - before)) == (True, 3)
    assert (folder.exists(), set(threading.enumerate()) - before) == (False, set())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)


@pytest.mark.parametrize("make", [lambda root: TlsServer(root.leaf(HOST)), lambda _: HostileServer("stall")])
def test_closing_a_server_ends_what_its_clients_hold(
    root: Authority, make: Callable[[Authority], LoopbackServer]
) -> None:
    """A client that is still connected sees the end when the server closes, and no thread stays."""
    with make(root) as server, contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
        while not server.connections:
            threading.Event().wait(0.001)
        server.close()
        assert sock.recv(1) == b""
    assert f"lab:{server.port}" not in {thread.name for thread in threading.enumerate()}
