"""What issuers say of their certificates, by lists and by OCSP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from domaincheck.lab.hostile import refused_port
from domaincheck.lab.registry import redirect
from domaincheck.lab.revocation import (
    HOUR,
    Responder,
    RevocationServer,
    answered_at,
    delegate_of,
    listed_at,
    revocation_list,
    scope,
)
from domaincheck.model import RevocationState
from domaincheck.network import Deadline, SystemNetwork
from domaincheck.probes.revocation import RevocationChecker, Sources
from tests.revocation_desk import SERIAL, Desk, ders, now, opened, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domaincheck.lab.authority import Authority

GOOD, REVOKED, UNKNOWN = RevocationState
Reason = x509.ReasonFlags


@pytest.fixture
def desk(root: Authority) -> Iterator[Desk]:
    """Open a desk whose issuer has revoked nothing yet."""
    with opened(root) as desk:
        yield desk


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_certificate_on_no_list_is_good(desk: Desk) -> None:
    """Nothing is to be said of a chain of which nothing is revoked; both lists were asked for."""
    found = desk.ask()
    assert (found.state, found.source, found.message) == (GOOD, "crl", None)
    assert sorted(desk.server.asked) == ["/leaf.crl", "/root.crl"]


def test_the_root_is_not_looked_up(desk: Desk) -> None:
    """Whoever trusts a root does so until he drops it."""
    path = ders(desk.issuer.certificate, desk.root.certificate)
    assert RevocationChecker(desk.sources)(path, "127.0.0.1", Deadline(5)).state is GOOD
    assert desk.server.asked == ("/root.crl",)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (None, None),
        (Reason.unspecified, None),
        (Reason.key_compromise, "key compromise"),
        (Reason.ca_compromise, "compromise of the CA"),
        (Reason.affiliation_changed, "affiliation changed"),
        (Reason.superseded, "superseded"),
        (Reason.cessation_of_operation, "cessation of operation"),
        (Reason.certificate_hold, "certificate on hold"),
        (Reason.privilege_withdrawn, "privilege withdrawn"),
        (Reason.aa_compromise, "compromise of the attribute authority"),
    ],
)
def test_a_revoked_certificate_is_told_with_date_and_reason(desk: Desk, reason: Reason | None, words: str) -> None:
    """The date is the issuer's, and so is the reason, in words, if it gives one."""
    publish(desk, reason=reason)
    found, day = desk.ask(), desk.root.now.replace(microsecond=0) - 48 * HOUR
    assert (found.state, found.source, found.revoked_at, found.reason) == (REVOKED, "crl", day, words)
    assert found.message == f"the certificate was revoked on {day:%Y-%m-%d}" + (f": {words}" if words else "")


def test_a_revoked_intermediate_is_told_by_its_name(desk: Desk) -> None:
    """What stands above the certificate counts as much, and is not taken for it."""
    serial = desk.issuer.certificate.serial_number
    desk.server.published["/root.crl"] = revocation_list(desk.root, {serial: Reason.superseded})
    found = desk.ask()
    assert found.state is REVOKED
    assert (found.message or "").startswith("CN=Lab Intermediate R1, above the certificate in the chain, was revoked")


@pytest.mark.parametrize("serial", [1, SERIAL + 1, 0x12345678, SERIAL << 8])
def test_the_revocation_of_another_number_is_not_ours(desk: Desk, serial: int) -> None:
    """Only the very number counts, whatever bytes of it occur in others."""
    publish(desk, serial)
    assert desk.ask().state is GOOD


def test_a_number_that_occurs_in_other_bytes_is_not_listed(desk: Desk) -> None:
    """A number whose bytes stand somewhere in the list, but not as an entry, is not revoked."""
    other = int.from_bytes(b"\x05\x02\x01\x01\x07\x55")
    publish(desk, other)
    assert desk.ask(desk.leaf(serial=1)).state is GOOD


def test_what_was_on_hold_and_is_released_is_good(desk: Desk) -> None:
    """``removeFromCRL`` takes a hold back (RFC 5280 §5.3.1), wherever it stands."""
    publish(desk, reason=Reason.remove_from_crl)
    assert desk.ask().state is GOOD


@pytest.mark.parametrize("key", ["P-384", "Ed25519", "RSA 2048"])
def test_lists_of_every_usual_key_are_verified(root: Authority, key: str) -> None:
    """Issuers sign with elliptic curves and with RSA."""
    with RevocationServer() as server:
        issuer = root.intermediate(key=key, extensions=[listed_at(server.url("/root.crl"))])
        desk = Desk(server, root, issuer)
        server.published |= {"/root.crl": revocation_list(root, {})}
        publish(desk)
        assert desk.ask().state is REVOKED


def test_a_list_in_pem_is_read(desk: Desk) -> None:
    """RFC 5280 wants DER; some private authorities publish what their tools wrote."""
    publish(desk)
    listed = x509.load_der_x509_crl(bytes(desk.server.published["/leaf.crl"]))  # type: ignore[arg-type]
    desk.server.published["/leaf.crl"] = listed.public_bytes(Encoding.PEM)
    assert desk.ask().state is REVOKED


def test_a_list_that_has_moved_is_followed(desk: Desk) -> None:
    """Issuers change the servers that hold their lists; plain http is as good as any, for lists are signed."""
    publish(desk)
    desk.server.published |= {"/new.crl": desk.server.published["/leaf.crl"], "/leaf.crl": redirect("/new.crl")}
    assert desk.ask().state is REVOKED


def test_the_next_address_is_tried(desk: Desk) -> None:
    """Of several addresses of a list, and of those that are not http, the first that has it counts."""
    publish(desk)
    with refused_port() as dead:
        urls = ("ldap://ds.example/cn=ca", f"http://127.0.0.1:{dead}/leaf.crl", desk.server.url("/leaf.crl"))
        assert desk.ask(desk.leaf(*urls)).state is REVOKED


# --- what a list covers ----------------------------------------------------------------------------------------------


def test_the_part_of_a_list_that_the_certificate_names_is_enough(desk: Desk) -> None:
    """Large authorities divide their lists; each part says which it is."""
    publish(desk, 1, extensions=[scope("http://elsewhere.example/", desk.server.url("/leaf.crl"))])
    assert desk.ask().state is GOOD


def test_another_part_of_a_list_says_nothing(desk: Desk) -> None:
    """A part that is not the certificate's own must not vouch for it, whoever serves it in its place."""
    publish(desk, 1, extensions=[scope(desk.server.url("/other.crl"))])
    found = desk.ask()
    assert (found.state, "another distribution point" in (found.message or "")) == (UNKNOWN, True)


@pytest.mark.parametrize(
    ("limits", "leaf", "intermediate"),
    [
        ({"only_contains_user_certs": True}, GOOD, UNKNOWN),
        ({"only_contains_ca_certs": True}, UNKNOWN, GOOD),
        ({"only_contains_attribute_certs": True}, UNKNOWN, UNKNOWN),
        ({}, GOOD, GOOD),
    ],
)
def test_a_list_of_one_kind_of_certificates_is_for_these(
    desk: Desk, limits: dict[str, bool], leaf: RevocationState, intermediate: RevocationState
) -> None:
    """A list of authorities says nothing of servers, and the other way round."""
    extensions = [scope(desk.server.url("/leaf.crl"), **limits)] if limits else []
    publish(desk, 1, extensions=extensions)
    assert desk.ask().state is leaf
    extensions = [scope(desk.server.url("/root.crl"), **limits)] if limits else []
    desk.server.published |= {"/root.crl": revocation_list(desk.root, {}, extensions=extensions)}
    desk.sources = Sources(SystemNetwork(), now)
    path = ders(desk.issuer.certificate, desk.root.certificate)
    assert RevocationChecker(desk.sources)(path, "127.0.0.1", Deadline(5)).state is intermediate


@pytest.mark.parametrize(("serial", "state"), [(SERIAL, REVOKED), (1, UNKNOWN)], ids=["on it", "not on it"])
def test_a_list_for_some_reasons_tells_of_those_only(desk: Desk, serial: int, state: RevocationState) -> None:
    """Who stands on it is revoked; who does not may be so for another reason."""
    publish(desk, serial, extensions=[scope(only_some_reasons=frozenset([Reason.key_compromise]))])
    assert desk.ask().state is state


# --- OCSP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def responding(desk: Desk) -> Desk:
    """Return a desk of which the issuer has revoked number 1 and knows the others, by OCSP."""
    desk.server.published["/ocsp"] = Responder(desk.issuer, frozenset([SERIAL]), {1: Reason.key_compromise})
    return desk


def without_list(desk: Desk, **options: Any) -> Any:
    """Return a leaf that names a responder and no list."""
    return desk.leaf(**{"extensions": [answered_at(desk.server.url("/ocsp"))], "issuer_url": None} | options)


def test_a_responder_tells_what_is_good_and_what_is_revoked(responding: Desk) -> None:
    """Where there is no list, the responder is asked, and its word is as good."""
    good, revoked = responding.ask(without_list(responding)), responding.ask(without_list(responding, serial=1))
    assert (good.state, good.source) == (GOOD, "ocsp")
    assert (revoked.state, revoked.source, revoked.reason) == (REVOKED, "ocsp", "key compromise")
    assert revoked.revoked_at == responding.root.now.replace(microsecond=0) - 48 * HOUR


def test_a_responder_may_be_another_that_the_issuer_charged(responding: Desk) -> None:
    """Answers are signed by keys whose certificate allows just that."""
    delegate = delegate_of(responding.issuer)
    responding.server.published["/ocsp"] = Responder(responding.issuer, revoked={SERIAL: None}, delegate=delegate)
    assert responding.ask(without_list(responding)).state is REVOKED


def test_a_responder_need_not_say_when_there_will_be_news(responding: Desk) -> None:
    """Without ``nextUpdate`` there is news at any time, and what was just said is true."""
    responding.server.published["/ocsp"] = Responder(responding.issuer, frozenset([SERIAL]), until=None)
    assert responding.ask(without_list(responding)).state is GOOD


def test_who_has_a_list_is_not_looked_up_elsewhere(responding: Desk) -> None:
    """Responders are being switched off: they are not asked where there is a list."""
    both = [listed_at(responding.server.url("/leaf.crl")), answered_at(responding.server.url("/ocsp"))]
    assert responding.ask(without_list(responding, extensions=both)).source == "crl"
    assert "/ocsp" not in responding.server.asked


# --- nobody to ask ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extensions", "words"),
    [
        ([], "it names neither a list of revocations nor an OCSP responder with an http address"),
        (
            [(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00"), False)],
            "its issuer lists no revocations of such certificates, as they live only for some days",
        ),
        (
            [listed_at("ldap://ds.example/cn=ca")],
            "it names neither a list of revocations nor an OCSP responder with an http address",
        ),
        (
            [
                (
                    x509.CRLDistributionPoints(
                        [
                            x509.DistributionPoint(
                                [x509.UniformResourceIdentifier("http://lab.invalid/x.crl")],
                                None,
                                frozenset([Reason.key_compromise]),
                                None,
                            )
                        ]
                    ),
                    False,
                )
            ],
            "it names only lists that are incomplete or of another issuer",
        ),
    ],
    ids=["nothing", "noRevAvail", "ldap", "partial"],
)
def test_a_certificate_without_a_list_is_unknown(desk: Desk, extensions: list[Any], words: str) -> None:
    """A short-lived certificate is in good order; that nobody can be asked is said, and no more."""
    found = desk.ask(desk.leaf(extensions=extensions))
    assert (found.state, found.source) == (UNKNOWN, None)
    assert (found.message or "").startswith(f"whether the certificate is revoked could not be determined: {words}")


def test_an_intermediate_without_a_list_is_named(root: Authority) -> None:
    """That the leaf is good is not all: what is not known of the chain is said."""
    with RevocationServer() as server:
        desk = Desk(server, root, root.intermediate())
        server.published["/leaf.crl"] = revocation_list(desk.issuer, {})
        found = desk.ask()
    assert found.state is UNKNOWN
    assert "whether CN=Lab Intermediate R1, above the certificate in the chain, is revoked" in (found.message or "")


@pytest.mark.parametrize(("length", "words"), [(0, "does not hold"), (1, "trusted as it stands")])
def test_a_chain_without_an_issuer_is_unknown(desk: Desk, length: int, words: str) -> None:
    """Only an issuer can revoke: of a chain that does not hold, and of a pinned certificate, nothing can be said."""
    path = desk.path(desk.leaf())[:length]
    found = RevocationChecker(desk.sources)(path, "127.0.0.1", Deadline(5))
    assert (found.state, words in (found.message or "")) == (UNKNOWN, True)
    assert desk.server.asked == ()
