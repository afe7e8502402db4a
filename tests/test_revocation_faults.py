"""Issuers and servers that deceive, or are out of order: it is unknown then, it is said why, and in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import CRLEntryExtensionOID

from domaincheck.lab.authority import Authority
from domaincheck.lab.hostile import drip, flood, refused_port, reset, say, stall
from domaincheck.lab.registry import HALF, HTML, redirect, respond
from domaincheck.lab.revocation import (
    HOUR,
    Responder,
    RevocationServer,
    answered_at,
    delegate_of,
    revocation_list,
    scope,
)
from domaincheck.lab.tls import TlsServer
from domaincheck.model import RevocationState, Status
from domaincheck.network import Deadline
from domaincheck.probes.revocation import RevocationChecker
from tests.facts import codes
from tests.revocation_desk import SERIAL, Desk, ders, opened
from tests.tls_client import served_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domaincheck.lab.revocation import Published
    from tests.tls_client import Client

GOOD, REVOKED, UNKNOWN = RevocationState
OK = b"HTTP/1.1 200 OK\r\n"
A_LOT = 1 << 40


@pytest.fixture
def desk(root: Authority) -> Iterator[Desk]:
    """Open a desk whose issuer has revoked the usual leaf."""
    with opened(root, SERIAL) as desk:
        yield desk


def doubt(desk: Desk, **options: Any) -> str:
    """Return why the revocation of the usual leaf could not be determined."""
    found = desk.ask(**options)
    assert (found.state, found.source, found.revoked_at, found.reason) == (UNKNOWN, None, None, None)
    message = found.message or ""
    assert message.isprintable()
    return message


# --- lists that must not be believed ---------------------------------------------------------------------------------


UNHEARD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
ELSEWHERE = x509.CertificateIssuer([x509.DirectoryName(x509.Name([]))])

LISTS: dict[str, tuple[Callable[[Desk], bytes], str]] = {
    "signed by another": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, key=Authority.root(d.root.now).key),
        "is not signed by the certificate's issuer",
    ),
    "of another issuer": (lambda d: revocation_list(d.root, {SERIAL: None}), "is of another issuer"),
    "another issuer's by name only": (
        lambda d: revocation_list(d.root.intermediate(), {SERIAL: None}),
        "is not signed by the certificate's issuer",
    ),
    "expired": (lambda d: revocation_list(d.issuer, {SERIAL: None}, since=-9 * HOUR, until=-HOUR), "it expired on"),
    "of the future": (lambda d: revocation_list(d.issuer, {SERIAL: None}, since=HOUR), "it is not valid yet"),
    "delta": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, extensions=[(x509.DeltaCRLIndicator(3), True)]),
        "a delta list",
    ),
    "indirect": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, extensions=[scope(indirect_crl=True)]),
        "an indirect list",
    ),
    "entry of another issuer": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, entry_extensions=[(ELSEWHERE, True)]),
        "for another issuer",
    ),
    "unknown critical extension": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, extensions=[(UNHEARD, True)]),
        "a critical extension that is not known here",
    ),
    "unknown critical extension of an entry": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}, entry_extensions=[(UNHEARD, True)]),
        "a critical extension that is not known here",
    ),
    "broken extension": (
        lambda d: revocation_list(
            d.issuer,
            {SERIAL: None},
            entry_extensions=[(x509.UnrecognizedExtension(CRLEntryExtensionOID.CRL_REASON, b"\xff\xff"), False)],
        ),
        "extensions that cannot be read",
    ),
    "garbage": (lambda _: bytes(range(256)) * 9, "there is no certificate revocation list"),
    "a certificate": (lambda d: ders(d.issuer.certificate)[0], "there is no certificate revocation list"),
    "of an unknown version": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}).replace(b"\x02\x01\x01", b"\x02\x01\x66", 1),
        "there is no certificate revocation list",
    ),
    "half": (lambda d: revocation_list(d.issuer, {SERIAL: None})[:-9], "there is no certificate revocation list"),
    "with something behind it": (
        lambda d: revocation_list(d.issuer, {SERIAL: None}) + b"\0",
        "there is no certificate revocation list",
    ),
    "nothing": (lambda _: b"", "there is no certificate revocation list"),
    "broken PEM": (lambda _: b"-----BEGIN X509 CRL-----\nAAAA\n", "there is no certificate revocation list"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_must_not_be_believed_is_not(desk: Desk, kind: str) -> None:
    """Neither does it revoke, nor does it vouch for anything; the note says what is wrong with it, and where it is."""
    make, words = LISTS[kind]
    desk.server.published["/leaf.crl"] = make(desk)
    message = doubt(desk)
    assert words in message
    assert desk.server.url("/leaf.crl") in message


def test_an_issuer_that_may_not_sign_lists_is_not_believed(root: Authority) -> None:
    """An authority whose key usage leaves lists out has none that count (RFC 5280 §6.3.3 f)."""
    flags = [False] * 5 + [True] + [False] * 3  # the sixth is for certificates, the next for lists
    certificates_only = x509.KeyUsage(*flags)
    with RevocationServer() as server:
        desk = Desk(server, root, root.intermediate(key_usage=certificates_only))
        server.published["/leaf.crl"] = revocation_list(desk.issuer, {SERIAL: None})
        assert "is not signed by the certificate's issuer" in doubt(desk)


def of_der(tag: int, *parts: bytes) -> bytes:
    """Return an element that holds *parts*."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    return (
        bytes([tag, 0x82]) + len(content).to_bytes(2) + content
        if len(content) > 0xFF
        else (bytes([tag, 0x81, len(content)]) + content)
    )


def without_next_update(listed: bytes, issuer: Authority) -> bytes:
    """Return the list *listed* without its end, signed anew; the library makes none of this kind."""
    crl = x509.load_der_x509_crl(listed)
    end = b"\x17\x0d" + f"{crl.next_update_utc:%y%m%d%H%M%SZ}".encode()
    signed = crl.tbs_certlist_bytes
    content = signed[2 + max(0, signed[1] - 0x80) :].replace(end, b"")
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")  # ecdsa-with-SHA256
    signed = of_der(0x30, content)
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    signature = issuer.key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return of_der(0x30, signed, algorithm, of_der(0x03, b"\0", signature))


def test_a_list_that_does_not_say_how_long_it_holds_is_not_believed(desk: Desk) -> None:
    """RFC 5280 §5.1.2.5 wants a date, and a list for all eternity is none that can be relied on."""
    desk.server.published["/leaf.crl"] = without_next_update(revocation_list(desk.issuer, {SERIAL: None}), desk.issuer)
    assert "does not say how long it holds" in doubt(desk)


# --- servers ---------------------------------------------------------------------------------------------------------


SERVERS: dict[str, tuple[Published, str]] = {
    "not there": (respond(404), "HTTP status 404"),
    "a portal": (HTML, "there is no certificate revocation list"),
    "half an answer": (HALF, "broke off"),
    "a circle": (redirect("/leaf.crl"), "more than 3 redirects"),
    "a redirect to a file": (redirect("file:///etc/passwd"), "no http or https address"),
    "a reset": (reset, "broke the connection off"),
    "rubbish": (say(b"\0\xff[bold]\x1b[31m\r\n" * 50), "not HTTP"),
    "endless": (flood(OK + b"\r\n", bytes(65536)), "an answer of over 10 MiB"),
    "said to be endless": (flood(OK + b"Content-Length: %d\r\n\r\n" % A_LOT, bytes(65536)), "an answer of over 10 MiB"),
    "silent": (stall, "no complete answer within"),
    "dripping": (drip(OK + b"Content-Length: 999\r\n\r\n", b"0"), "no complete answer within"),
}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_out_of_order_costs_a_note(desk: Desk, kind: str) -> None:
    """Whatever the server of a list does, the note says so; only silence takes its share of the time."""
    desk.server.published["/leaf.crl"], words = SERVERS[kind]
    silent = kind in ("silent", "dripping")
    begun = time.monotonic()
    assert words in doubt(desk, seconds=0.6 if silent else 20)
    assert time.monotonic() - begun < 5


def test_a_server_that_refuses_is_named(desk: Desk) -> None:
    """The note says which address it was."""
    with refused_port() as port:
        url = f"http://127.0.0.1:{port}/leaf.crl"
        message = doubt(desk, credential=desk.leaf(url))
    assert message.endswith(f"{url}: 127.0.0.1:{port} refused the connection")


def test_a_hanging_server_takes_nothing_from_what_the_handshake_showed(client: Client, desk: Desk) -> None:
    """All of it ends within the probe's time, and the certificate is judged as ever."""
    desk.server.published["/leaf.crl"] = stall
    begun = time.monotonic()
    with TlsServer(desk.leaf()) as server:
        part = client.judge(client.ask(served_by(server), timeout=0.6, revocation=RevocationChecker(desk.sources)))
    assert time.monotonic() - begun < 5
    assert (part.status, codes(part), part.days_left) == (Status.VALID, ["revocation_unknown"], 59)


def test_a_hanging_server_takes_nothing_from_the_next_certificate(desk: Desk) -> None:
    """That the leaf's list is out of reach does not hide that the intermediate is revoked."""
    desk.server.published["/leaf.crl"] = stall
    desk.server.published["/root.crl"] = revocation_list(desk.root, {desk.issuer.certificate.serial_number: None})
    assert desk.ask(seconds=1.6).state is REVOKED


def test_no_time_left_is_said(desk: Desk) -> None:
    """A handshake that took all the time leaves none to ask."""
    assert "no complete answer within" in doubt(desk, seconds=0)
    assert desk.server.asked == ()


def test_a_hurry_of_one_is_not_held_against_the_server(desk: Desk) -> None:
    """Who had hardly any time left to ask does not spoil it for those that have."""
    desk.server.published["/leaf.crl"] = stall
    assert "no complete answer within" in doubt(desk, seconds=0.3)
    desk.server.published["/leaf.crl"] = revocation_list(desk.issuer, {SERIAL: None})
    assert desk.ask().state is REVOKED


# --- responders ------------------------------------------------------------------------------------------------------


KNOWN = frozenset([SERIAL])


def try_later(peer: Any) -> Any:
    """Answer that there is no answer now."""
    later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return respond(200, {}, later.public_bytes(Encoding.DER))(peer)


RESPONDERS: dict[str, tuple[Callable[[Desk], Published], str]] = {
    "signed by another": (
        lambda d: Responder(Authority.root(d.root.now), KNOWN),
        "is not signed by the certificate's issuer",
    ),
    "a delegate that nobody charged": (
        lambda d: Responder(d.issuer, KNOWN, delegate=d.issuer.leaf("responder.example")),
        "is not signed by the certificate's issuer",
    ),
    "another issuer's delegate": (
        lambda d: Responder(d.issuer, KNOWN, delegate=delegate_of(d.root)),
        "is not signed by the certificate's issuer",
    ),
    "a forged delegate": (
        lambda d: Responder(d.issuer, KNOWN, delegate=delegate_of(d.root.intermediate())),
        "is not signed by the certificate's issuer",
    ),
    "an expired delegate": (
        lambda d: Responder(d.issuer, KNOWN, delegate=delegate_of(d.issuer, not_after=-HOUR)),
        "is not signed by the certificate's issuer",
    ),
    "about another": (lambda d: Responder(d.issuer, KNOWN, other=77), "is about another certificate"),
    "unknown": (lambda d: Responder(d.issuer), "the responder there does not know it"),
    "expired": (lambda d: Responder(d.issuer, KNOWN, since=-9 * HOUR, until=-HOUR), "it expired on"),
    "old, with no end": (lambda d: Responder(d.issuer, KNOWN, since=-25 * HOUR, until=None), "it expired on"),
    "of the future": (lambda d: Responder(d.issuer, KNOWN, since=HOUR), "it is not valid yet"),
    "later": (lambda _: try_later, "gave no answer (try later)"),
    "garbage": (lambda _: bytes(range(256)), "the answer cannot be read"),
    "too much": (lambda _: bytes(70000), "an answer of over 64 KiB"),
    "a redirect": (lambda _: redirect("/other"), "HTTP status 302"),
    "silent": (lambda _: stall, "no complete answer within"),
}


@pytest.mark.parametrize("kind", RESPONDERS)
def test_an_answer_that_must_not_be_believed_is_not(desk: Desk, kind: str) -> None:
    """An answer counts only if it is about the certificate, of now, and signed by whom its issuer charged."""
    make, words = RESPONDERS[kind]
    desk.server.published["/ocsp"] = make(desk)
    leaf = desk.leaf(extensions=[answered_at(desk.server.url("/ocsp"))], issuer_url=None)
    assert words in doubt(desk, credential=leaf, seconds=0.6 if kind == "silent" else 5)


def test_a_number_that_cannot_be_asked_for_is_a_note(desk: Desk) -> None:
    """A number of more bytes than the library takes ends in a value."""
    leaf = desk.leaf(extensions=[answered_at(desk.server.url("/ocsp"))], issuer_url=None)
    data = desk.path(leaf)
    number = SERIAL.to_bytes(10)
    data[0] = data[0].replace(b"\x02\x0a" + number, b"\x02\x0a\xff" + number[1:])  # negative
    found = RevocationChecker(desk.sources)(data, "127.0.0.1", Deadline(5))
    assert found.state is UNKNOWN
