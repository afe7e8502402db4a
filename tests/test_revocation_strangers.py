"""Where a stranger's certificate may lead, and what his bytes may do: nowhere inside, and nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.errors import NetworkError
from domaincheck.lab.registry import redirect
from domaincheck.lab.revocation import (
    Responder,
    listed_at,
    revocation_list,
    scope,
)
from domaincheck.model import RevocationState
from domaincheck.network import Address, Connection, Deadline, SystemNetwork
from domaincheck.probes.der import DerError
from domaincheck.probes.revocation import Sources, lists, responder
from domaincheck.probes.revocation.particulars import Particulars, particulars
from domaincheck.probes.revocation.reach import depth
from tests.revocation_desk import SERIAL, Desk, ders, now, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domaincheck.lab.authority import Authority


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


# --- where a certificate may lead ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pretending:
    """A network on which every host has the addresses *ips*, and all of them lead to *port* on this machine."""

    ips: tuple[str, ...]
    port: int

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of *host*, its own if it is one."""
        deadline.remaining()
        return [Address(host, port)] if host[0].isdigit() else [Address(ip, port) for ip in self.ips]

    def connect(self, _address: Address, deadline: Deadline, patience: float) -> Connection:
        """Connect to this machine."""
        return SystemNetwork().connect(Address("127.0.0.1", self.port), deadline, patience)


PUBLIC, PRIVATE, OWN, LINK = "93.184.215.14", "10.1.2.3", "127.0.0.1", "169.254.169.254"


@pytest.mark.parametrize(
    ("server", "issuer", "reached"),
    [
        (PUBLIC, (PUBLIC,), True),
        (PUBLIC, (PRIVATE,), False),
        (PUBLIC, (OWN,), False),
        (PUBLIC, (LINK,), False),
        (PUBLIC, (PUBLIC, PRIVATE), False),
        (PUBLIC, ("0.0.0.0",), False),  # noqa: S104 - no binding
        (PUBLIC, ("fc00::1",), False),
        (PUBLIC, ("::ffff:10.1.2.3",), False),
        (PRIVATE, (PUBLIC,), True),
        (PRIVATE, ("192.168.7.7",), True),
        (PRIVATE, (OWN,), False),
        (PRIVATE, ("::ffff:127.0.0.1",), False),
        (PRIVATE, (LINK,), False),
        (OWN, (PRIVATE,), True),
        (OWN, (OWN,), True),
        ("::1", (OWN,), True),
    ],
)
def test_a_certificate_leads_no_deeper_than_its_server_stands(
    desk: Desk, server: str, issuer: tuple[str, ...], reached: bool
) -> None:
    """A stranger's certificate must not make us ask the machines around us; one of our own network may."""
    desk.sources = Sources(Pretending(issuer, desk.server.port), now)
    found = desk.ask(desk.leaf("http://crl.example/leaf.crl"), address=server)
    assert (found.state is REVOKED) is reached
    assert (desk.server.asked[:1] == ("/leaf.crl",)) is reached
    assert reached or "is not public" in (found.message or "")


def test_a_redirect_leads_no_deeper_either(desk: Desk) -> None:
    """A public server must not send us within."""
    desk.server.published["/leaf.crl"] = redirect("http://127.0.0.1/secret.crl")
    desk.sources = Sources(Pretending((PUBLIC,), desk.server.port), now)
    assert "is not public" in doubt(desk, credential=desk.leaf("http://crl.example/leaf.crl"), address=PUBLIC)
    assert "/secret.crl" not in desk.server.asked


def test_what_is_refused_to_a_stranger_is_not_refused_to_us(desk: Desk) -> None:
    """The same address may be out of bounds for one server, and not for another."""
    desk.sources = Sources(Pretending((PRIVATE,), desk.server.port), now)
    leaf = desk.leaf("http://crl.example/leaf.crl")
    assert desk.ask(leaf, address=PUBLIC).state is UNKNOWN
    assert desk.ask(leaf, address=PRIVATE).state is REVOKED


def test_depths_are_in_order() -> None:
    """From the internet to this machine."""
    assert [depth(ip) for ip in (PUBLIC, PRIVATE, LINK, "fe80::1%eth0")] == [0, 1, 2, 2]


# --- bytes of strangers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """Sound things, to be broken."""

    certificate: bytes
    issuer: bytes
    listed: bytes
    answered: bytes


@pytest.fixture(scope="module")
def samples(root: Authority) -> Samples:
    """Return a leaf, its issuer, the issuer's list, and its answer."""
    leaf = root.leaf("www.example.com", serial=SERIAL, extensions=[listed_at("http://lab.invalid/x.crl")])
    data, issuer = ders(leaf.leaf, root.certificate)
    question = responder.question(particulars(data), particulars(issuer))
    listed = revocation_list(
        root, {SERIAL: x509.ReasonFlags.superseded}, extensions=[scope(only_contains_user_certs=True)]
    )
    return Samples(data, issuer, listed, Responder(root, frozenset([SERIAL])).answer(question))


def broken(data: st.DataObject, sound: bytes) -> bytes:
    """Return *sound* with some of its bytes changed, or cut off."""
    changed = bytearray(sound)
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(sound) - 1), st.integers(0, 255)), max_size=4)):
        changed[at] = byte
    return bytes(changed[: data.draw(st.integers(0, len(sound)) | st.just(len(sound)))])


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_certificate_breaks_the_reading(samples: Samples, data: st.DataObject) -> None:
    """Whatever is in a certificate, it is read, or said to be unreadable."""
    with suppress(DerError):
        particulars(broken(data, samples.certificate))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_list_breaks_the_reading(samples: Samples, data: st.DataObject) -> None:
    """Only what the issuer has signed, to the last bit, counts; anything else ends in one kind of error."""
    body = broken(data, samples.listed)
    try:
        found = lists.read(body, particulars(samples.issuer), now())
    except NetworkError:
        return
    assert body == samples.listed
    assert found.entry(particulars(samples.certificate)) is not None


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_answer_breaks_the_reading(samples: Samples, data: st.DataObject) -> None:
    """As with lists."""
    body = broken(data, samples.answered)
    try:
        found = responder.read(body, particulars(samples.certificate), particulars(samples.issuer), now())
    except NetworkError:
        return
    assert found.entry is None


NOBODY = Particulars(1, b"\x02\x01\x01", b"", b"", b"", b"")


@given(st.binary(max_size=300))
def test_rubbish_is_rubbish(rubbish: bytes) -> None:
    """Nothing is made of nothing."""
    for read in (particulars, lambda data: lists.read(data, NOBODY, now())):
        with pytest.raises((DerError, NetworkError)):
            read(rubbish)
