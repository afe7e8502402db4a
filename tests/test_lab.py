"""The lab does what it says, as plain clients of the standard library see it."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.lab import registry
from domaincheck.lab.authority import Authority, Credential, self_signed
from domaincheck.lab.hostile import BEHAVIOURS, HostileServer, drip, flood, heavy_credential, refused_port
from domaincheck.lab.records import Facts, domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer
from domaincheck.lab.scenes import Lab, Scene
from domaincheck.lab.tls import TlsServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from domaincheck.lab.loop import LoopbackServer

NOW = datetime.now(UTC)
HOST = "www.example.com"


@pytest.fixture(scope="module")
def root() -> Authority:
    """Return a root that every test of this module may trust."""
    return Authority.root(NOW)


def trusting(authority: Authority) -> ssl.SSLContext:
    """Return a client's context that trusts *authority* alone, and is as strict as Python 3.13 everywhere."""
    context = ssl.create_default_context(cadata=authority.pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def greet(port: int, context: ssl.SSLContext, name: str = HOST) -> ssl.SSLObject:
    """Shake hands and return what is known of the connection, closed by now; give up a flood after 1 MiB.

    In memory: under some floods a socket's own ``do_handshake`` does not return, whatever its timeout.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        for _ in range(64):
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                data = sock.recv(65536)
                if data:
                    incoming.write(data)
                else:
                    incoming.write_eof()
            else:
                sock.sendall(outgoing.read())
                return tls
    raise TimeoutError("flooded")


def verdict(credential: Credential, authority: Authority, name: str = HOST) -> int:
    """Return OpenSSL's verification error number for *credential*, 0 for none."""
    with TlsServer(credential) as server:
        try:
            greet(server.port, trusting(authority), name)
        except ssl.SSLCertVerificationError as error:
            return error.verify_code
        return 0


def say(port: int, data: bytes = b"", *, most: int = 1 << 20) -> bytes:
    """Send *data* and return what comes back until the server closes or *most* bytes are there."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(data)
        answer = b""
        while len(answer) < most and (more := sock.recv(65536)):
            answer += more
        return answer


# --- authority ---------------------------------------------------------------------------------------------------


def test_a_leaf_under_an_intermediate_is_trusted(root: Authority) -> None:
    """A client that trusts the root accepts a leaf for its names, DNS or IP, when the chain is sent."""
    leaf = root.intermediate().leaf(HOST, "127.0.0.1", "::1")
    assert [verdict(leaf, root, name) for name in (HOST, "127.0.0.1", "::1")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda root: root.leaf(HOST, not_after=timedelta(days=-1)), 10),
        (lambda root: root.leaf(HOST, not_before=timedelta(days=1)), 9),
        (lambda root: root.leaf("other.example.com"), 62),
        (lambda root: self_signed(root.now, HOST), 18),
        (lambda root: root.intermediate().leaf(HOST).sending(), 20),
        (lambda root: Authority.root(root.now).leaf(HOST), 20),
        (lambda root: root.intermediate(not_after=timedelta(days=-1)).leaf(HOST), 10),
        (lambda root: root.intermediate(ca=False, key_usage=None).leaf(HOST), 79),
        (lambda root: root.intermediate().intermediate(subject="Deeper").leaf(HOST), 25),
        (lambda root: root.leaf(HOST, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]), 26),
        (lambda root: root.intermediate(extensions=[(permitting("example.org"), True)]).leaf(HOST), 47),
    ],
    ids=[
        "expired",
        "not yet",
        "host",
        "self-signed",
        "half",
        "stranger",
        "old CA",
        "no CA",
        "long",
        "purpose",
        "limits",
    ],
)
def test_each_fault_is_the_one_that_openssl_finds(
    root: Authority, make: Callable[[Authority], Credential], code: int
) -> None:
    """A certificate with one fault fails verification with exactly that fault's error number."""
    assert verdict(make(root), root) == code


def permitting(name: str) -> x509.NameConstraints:
    """Return the constraint that leaves lie under *name*."""
    return x509.NameConstraints([x509.DNSName(name)], None)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("P-256", ec.EllipticCurvePublicKey),
        ("P-384", ec.EllipticCurvePublicKey),
        ("RSA 1024", rsa.RSAPublicKey),
        ("RSA 2048", rsa.RSAPublicKey),
        ("Ed25519", ed25519.Ed25519PublicKey),
    ],
)
def test_every_kind_of_key_can_be_served(root: Authority, key: str, kind: type) -> None:
    """A certificate has the key that was asked for, and a server can show it, weak or strong."""
    credential = root.leaf(HOST, key=key)
    context = trusting(root)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with TlsServer(credential) as server:
        greet(server.port, context)
    assert isinstance(credential.leaf.public_key(), kind)


def test_rsa_keys_are_made_once(root: Authority) -> None:
    """Two leaves share one RSA key of a size, as making it is slow."""
    assert root.leaf(HOST, key="RSA 1024").key is root.leaf("other.example.com", key="RSA 1024").key


def test_sha1_signatures_are_real() -> None:
    """A certificate signed with SHA-1 says so, and its signature holds for a client that still allows it."""
    authority = Authority.root(NOW, key="RSA 2048")
    credential = authority.leaf(HOST, digest="SHA-1")
    context = trusting(authority)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with TlsServer(credential) as server:
        greet(server.port, context)
    assert credential.leaf.signature_hash_algorithm is not None
    assert credential.leaf.signature_hash_algorithm.name == "sha1"


def test_a_cross_signed_authority_leads_to_either_root(root: Authority) -> None:
    """The same leaf verifies under a second root when the cross-signed certificate is sent with it."""
    young = Authority.root(NOW, subject="Young Root")
    leaf = young.leaf(HOST)
    crossed = leaf.sending(root.cross_sign(young).certificate)
    assert (verdict(leaf, root), verdict(crossed, root), verdict(crossed, young)) == (20, 0, 0)


def test_a_leaf_looks_like_a_public_one(root: Authority) -> None:
    """A leaf carries a caIssuers address, which can be switched off, and a SAN, which can too, but not its name."""
    plain, bare = root.leaf(HOST).leaf, root.leaf(HOST, san=False, issuer_url=None).leaf
    access = plain.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [str(each.access_location.value) for each in access] == ["http://lab.invalid/issuer.der"]
    assert {x509.SubjectAlternativeName, x509.AuthorityInformationAccess}.isdisjoint(
        type(extension.value) for extension in bare.extensions
    )
    assert bare.subject == plain.subject


def test_a_subject_may_be_hostile(root: Authority) -> None:
    """Escapes, markup and newlines come through in the subject as they were given."""
    text = "\x1b[31m<b>[red]\r\nBcc: x"
    (attribute,) = root.leaf(HOST, subject=text).leaf.subject
    assert attribute.value == text


# --- TLS server --------------------------------------------------------------------------------------------------


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


# --- hostile servers ---------------------------------------------------------------------------------------------


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


# --- registries --------------------------------------------------------------------------------------------------

FACTS = Facts(
    expires=NOW + timedelta(days=300),
    created=NOW - timedelta(days=3000),
    registrar="Lab Registrar, Inc.",
    statuses=("clientTransferProhibited", "ok"),
    name_servers=("a.iana-servers.net",),
    dnssec=True,
)


def fetch(server: RdapServer, path: str, context: ssl.SSLContext | None = None) -> tuple[int, Mapping[str, str], bytes]:
    """GET *path* and return status, headers and body."""
    link = (
        http.client.HTTPSConnection(server.host, server.port, timeout=10, context=context)
        if context
        else http.client.HTTPConnection(server.host, server.port, timeout=10)
    )
    with contextlib.closing(link):
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_rdap_and_whois_tell_the_same_facts() -> None:
    """A domain object and a WHOIS text made of the same facts carry each of them, in the words of either protocol."""
    made, text = domain_object("example.com", **FACTS), whois_text("example.com", **FACTS)
    expires = f"{FACTS['expires']:%Y-%m-%dT%H:%M:%SZ}"
    assert {"eventAction": "expiration", "eventDate": expires} in made["events"]
    assert f"Registry Expiry Date: {expires}" in text
    assert made["status"] == ["client transfer prohibited", "active"]
    assert "Domain Status: clientTransferProhibited https" in text
    assert made["entities"][0]["vcardArray"][1][1][3] == "Lab Registrar, Inc."
    assert "Registrar: Lab Registrar, Inc." in text
    assert made["nameservers"][0]["ldhName"] == "A.IANA-SERVERS.NET"
    assert (made["secureDNS"]["delegationSigned"], "DNSSEC: signedDelegation" in text) == (True, True)


def test_facts_that_are_left_out_are_unsaid() -> None:
    """A registry that publishes no dates names none in either protocol."""
    assert domain_object("example.de")["events"] == []
    assert "Date" not in whois_text("example.de")


def test_an_rdap_server_answers_and_remembers() -> None:
    """Known names get their object, others 404, and every path asked for is kept with its time, in order."""
    made = domain_object("example.com", **FACTS)
    with RdapServer({"example.com": made}) as server:
        status, headers, body = fetch(server, "/rdap/domain/EXAMPLE.com")
        assert (status, headers["Content-Type"], json.loads(body)) == (200, registry.RDAP_TYPE, made)
        status, headers, body = fetch(server, "/domain/free.com")
        assert (status, headers["Content-Type"], json.loads(body)["errorCode"]) == (404, registry.RDAP_TYPE, 404)
    assert [query.text for query in server.queries] == ["/rdap/domain/EXAMPLE.com", "/domain/free.com"]
    assert server.queries[0].at <= server.queries[1].at


def test_an_rdap_server_speaks_https(root: Authority) -> None:
    """With a credential the same answers come over TLS."""
    answers = {"example.com": (200, {"X-Lab": "yes"}, b"{}")}
    with RdapServer(answers, credential=root.leaf("127.0.0.1")) as server:
        status, headers, body = fetch(server, "/domain/example.com", trusting(root))
    assert (server.url[:8], status, headers["X-Lab"], body) == ("https://", 200, "yes", b"{}")


def test_an_rdap_server_refuses_in_every_way() -> None:
    """Limits, failures, portals and redirects are what they are called."""
    ways = {
        "limited.com": registry.limited(90),
        "broken.com": registry.error(500),
        "busy.com": registry.error(503),
        "portal.com": registry.HTML,
        "circle.com": registry.redirect("/domain/circle.com"),
    }
    with RdapServer(ways) as server:
        answers = {name: fetch(server, f"/domain/{name}") for name in ways}
    assert [status for status, _, _ in answers.values()] == [429, 500, 503, 200, 302]
    assert answers["limited.com"][1]["Retry-After"] == "90"
    assert answers["portal.com"][1]["Content-Type"] == "text/html"
    assert answers["circle.com"][1]["Location"] == "/domain/circle.com"


def test_an_rdap_answer_may_break_off() -> None:
    """Half an object is less than was announced."""
    with RdapServer({"half.com": registry.HALF}) as server, pytest.raises(http.client.IncompleteRead):
        fetch(server, "/domain/half.com")


def test_an_rdap_answer_may_be_huge() -> None:
    """A huge body has exactly the size that was announced."""
    with RdapServer({"huge.com": registry.huge(3_000_000)}) as server:
        assert len(fetch(server, "/domain/huge.com")[2]) == 3_000_000


def test_a_whois_server_answers_and_remembers() -> None:
    """The last word of the line is the name; what is not known has no match; a behaviour takes the place of a text."""
    answers: dict[str, registry.WhoisAnswer] = {
        "example.com": whois_text("example.com", **FACTS),
        "rubbish.com": bytes(range(256)),
        "nothing.com": b"",
        "endless.com": flood(b"", b"% more\r\n"),
        "com": registry.referral("whois.example.net"),
    }
    with WhoisServer(answers) as server:
        assert b"Lab Registrar" in say(server.port, b"domain EXAMPLE.com\r\n")
        assert say(server.port, b"rubbish.com\r\n") == bytes(range(256))
        assert say(server.port, b"nothing.com\r\n") == b""
        assert len(say(server.port, b"endless.com\r\n")) >= 1 << 20
        assert b"refer:        whois.example.net" in say(server.port, b"com\r\n")
        assert b'No match for domain "FREE.COM"' in say(server.port, b"free.com\r\n")
    assert [query.text for query in server.queries][::5] == ["domain EXAMPLE.com", "free.com"]


# --- the show, and the end ---------------------------------------------------------------------------------------


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
