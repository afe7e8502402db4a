"""What is sent beside the leaf, in which order, and who vouches for it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.lab.authority import Authority, Credential, self_signed
from tests.cases.bench import Bench, Case, Shows, invalid
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from cryptography import x509

HOUR = DAY / 24
WITHOUT: dict[str, Any] = {"issuer_url": None}
"""As private authorities issue: nobody says where the issuer's certificate can be fetched."""


def below_two(bench: Bench, **options: Any) -> tuple[Credential, x509.Certificate, x509.Certificate]:
    """Return a leaf below two intermediates, and the certificates of the lower and the upper one."""
    upper = bench.root.intermediate(subject="Lab Upper", path_length=None)
    lower = upper.intermediate(subject="Lab Lower", **options)
    return lower.leaf(HOST), lower.certificate, upper.certificate


def deep(*sent: str, **options: Any) -> Shows:
    """Return what makes a leaf below two intermediates, with the *sent* of them: ``lower``, ``upper``, ``root``."""

    def make(bench: Bench) -> Credential:
        credential, lower, upper = below_two(bench, **options)
        known = {"lower": lower, "upper": upper, "root": bench.root.certificate}
        return credential.sending(*(known[name] for name in sent))

    return make


def beside(*strays: str) -> Shows:
    """Return what makes a leaf and its issuer with others: those before ``issuer`` come before it."""

    def make(bench: Bench) -> Credential:
        now = bench.root.now
        known = {
            "issuer": bench.issuer.certificate,
            "root": bench.root.certificate,
            "leaf": bench.leaf().leaf,
            "foreign": bench.stranger.intermediate(subject="Foreign").certificate,
            "expired": self_signed(now, "stray.example.com", not_after=-DAY).leaf,
            "expired namesake": bench.root.intermediate(not_after=-DAY).certificate,
            "namesake": bench.root.intermediate().certificate,
            "weak": self_signed(now, "stray.example.com", key="RSA 1024").leaf,
        }
        return bench.leaf().sending(*(known[name] for name in strays))

    return make


def private(bench: Bench, *, sent: str = "", **options: Any) -> Credential:
    """Return a leaf below a root that nobody trusts, or below an ``issuer``, *sent* alone or with the ``root``."""
    root = bench.stranger
    if not sent:
        return root.leaf(HOST, **options)
    credential = root.intermediate(subject="Private Intermediate", **options).leaf(HOST, **options)
    return credential.sending(*credential.chain[1:], root.certificate) if sent == "root" else credential


def trusting(what: str, shows: str) -> Shows:
    """Return what makes a leaf with its chain, whose *what* alone is trusted, in place of the root."""

    def make(bench: Bench) -> Credential:
        credential = bench.leaf()
        known = {
            "leaf": credential.leaf,
            "issuer": bench.issuer.certificate,
            "root": bench.root.certificate,
        }
        bench.trust(known[what])
        return credential.sending(*(known[name] for name in shows.split()))

    return make


def crossed(order: str, trusted: str, **ends: Any) -> Shows:
    """Return what makes a leaf below a young root, which an old one has cross-signed once or more.

    The cross-signs end as *ends* say by name; *order* is that in which they are sent, and *trusted* names roots.
    """

    def make(bench: Bench) -> Credential:
        young = Authority.root(bench.root.now, subject="Lab Root X2")
        issuer = young.intermediate(subject="Lab Intermediate R2")
        crosses = {name: bench.root.cross_sign(young, not_after=end, path_length=None) for name, end in ends.items()}
        roots = {"old": bench.root.certificate, "young": young.certificate}
        bench.trust(*(roots[name] for name in trusted.split()))
        known = {name: cross.certificate for name, cross in crosses.items()} | roots
        return issuer.leaf(HOST).sending(issuer.certificate, *(known[name] for name in order.split()))

    return make


def renewed(*order: str) -> Shows:
    """Return what makes a leaf with both certificates of one issuer, the ``former`` of which is over."""

    def make(bench: Bench) -> Credential:
        former = bench.root.intermediate(not_after=-DAY)
        known = {"former": former, "successor": bench.root.intermediate(key=former.key)}
        return former.leaf(HOST).sending(*(known[name].certificate for name in order))

    return make


def of_another(bench: Bench, **options: Any) -> Credential:
    """Return a leaf with the certificate of another authority of the same name than that which issued it."""
    namesake = bench.root.intermediate(**options)
    return bench.root.intermediate(**options).leaf(HOST, **options).sending(namesake.certificate)


def leaf_last(bench: Bench) -> Credential:
    """Return a chain that was put together the wrong way round, and the key of what stands first in it."""
    return Credential((bench.issuer.certificate, bench.leaf().leaf), bench.issuer.key)


def of_a_namesake(bench: Bench, **options: Any) -> Credential:
    """Return a leaf of an authority that bears the name of the trusted root, and is another one."""
    return Authority.root(bench.root.now).leaf(HOST, **options)


def renewed_root(bench: Bench) -> Credential:
    """Return a leaf with a root's former certificate, which is over; its successor is trusted."""
    former = Authority.root(bench.root.now, subject="Renewed Root", not_after=-DAY)
    bench.trust(Authority.root(bench.root.now, subject="Renewed Root", key=former.key).certificate)
    issuer = former.intermediate()
    return issuer.leaf(HOST).sending(issuer.certificate, former.certificate)


def own(*, trusted: bool = False, **options: Any) -> Shows:
    """Return what makes a certificate that is signed by itself, and trusted or not."""

    def make(bench: Bench) -> Credential:
        credential = self_signed(bench.root.now, HOST, **options)
        if trusted:
            bench.trust(credential.leaf)
        return credential

    return make


ADD_IT = "; add it to the server's chain file"
NOT_TRUSTED = "which is not trusted here: if that CA is your own, give its certificate with --ca-file"

CASES = (
    # --- in order
    Case("a leaf and its issuer", lambda bench: bench.leaf()),
    Case("a leaf of the root itself", lambda bench: bench.root.leaf(HOST)),
    Case("two intermediates", deep("lower", "upper")),
    # --- too little
    invalid(
        "no intermediate",
        lambda bench: bench.leaf().sending(),
        "incomplete_chain",
        "the server does not send the intermediate CN=Lab Intermediate R1; add it to the server's chain file",
    ),
    invalid(
        "no intermediate, and nothing that tells where it is",
        lambda bench: bench.leaf(**WITHOUT).sending(),
        "untrusted_root",
        f"the chain leads to CN=Lab Intermediate R1, {NOT_TRUSTED}",
    ),
    invalid("the lower of two missing", deep("upper"), "incomplete_chain", f"intermediate CN=Lab Lower{ADD_IT}"),
    invalid("both missing", deep(), "incomplete_chain", f"intermediate CN=Lab Lower{ADD_IT}"),
    invalid(
        "the upper of two missing",
        deep("lower"),
        "untrusted_root",
        f"the chain leads to CN=Lab Upper, {NOT_TRUSTED}; if it is an intermediate, add it to the server's chain file",
    ),
    invalid("no intermediate, but the root", beside("root"), "incomplete_chain", ADD_IT),
    invalid("a stray in the intermediate's place", beside("foreign"), "incomplete_chain", ADD_IT),
    # --- too much, or out of order
    Case("the root too", beside("issuer", "root")),
    Case("the root first", beside("root", "issuer")),
    Case("everything twice", beside("issuer", "issuer", "root", "root")),
    Case("the leaf twice", beside("leaf", "issuer")),
    Case("two intermediates, reversed", deep("upper", "lower")),
    Case("two intermediates, reversed, after the root", deep("root", "upper", "lower")),
    Case("two intermediates, each twice", deep("upper", "upper", "lower", "lower")),
    Case("a foreign certificate last", beside("issuer", "foreign")),
    Case("a foreign certificate first", beside("foreign", "issuer")),
    Case("an expired stray last", beside("issuer", "expired")),
    Case("an expired stray first", beside("expired", "issuer")),
    Case("a weak stray", beside("issuer", "weak")),
    Case("a namesake of the issuer first", beside("namesake", "issuer")),
    Case("an expired namesake of the issuer first", beside("expired namesake", "issuer")),
    Case("an expired namesake of the issuer last", beside("issuer", "expired namesake")),
    Case("thirty strays", beside("issuer", *["foreign"] * 30)),
    Case("an issuer's former certificate first", renewed("former", "successor")),
    Case("an issuer's former certificate last", renewed("successor", "former")),
    Case("an issuer's former certificate alone", renewed("former"), "expired", ["chain_expired"], 2),
    Case("a root's former certificate", renewed_root),
    invalid(
        "the leaf last",
        leaf_last,
        "hostname_mismatch",
        f"the server sends CN=Lab Intermediate R1 first, and the certificate for {HOST} as number 2: its own must",
        trusted=True,
    ),
    # --- cross-signs
    Case("a cross-sign that nobody needs", crossed("cross", "young old", cross=100 * DAY)),
    Case("a cross-sign that is needed", crossed("cross", "old", cross=100 * DAY)),
    Case("an expired cross-sign beside a root that is trusted", crossed("cross", "young", cross=-DAY)),
    Case("an expired cross-sign beside two roots that are trusted", crossed("cross", "young old", cross=-DAY)),
    Case("an expired cross-sign that is needed", crossed("cross", "old", cross=-DAY), "expired", ["chain_expired"], 2),
    Case("an expired cross-sign before a good one", crossed("bad good", "old", bad=-DAY, good=100 * DAY)),
    Case("an expired cross-sign after a good one", crossed("good bad", "old", bad=-DAY, good=100 * DAY)),
    Case("a cross-sign about to expire, not needed", crossed("cross", "young old", cross=HOUR)),
    Case(
        "a cross-sign about to expire, needed",
        crossed("cross", "old", cross=5 * DAY),
        "expiring_soon",
        ["chain_expiring"],
        2,
        "CN=Lab Root X2, above the certificate in the chain, expires first",
    ),
    Case("a cross-sign and the young root itself", crossed("cross young", "old", cross=100 * DAY)),
    # --- others than they seem
    invalid(
        "another issuer of the same name",
        of_another,
        "incomplete_chain",
        "sends a certificate of CN=Lab Intermediate R1, but not of the key that signed the server's certificate;",
    ),
    invalid(
        "another issuer of the same name, without identifiers",
        lambda bench: of_another(bench, identifiers=False),
        "bad_chain",
        "perhaps the server sends another certificate of CN=Lab Intermediate R1 than it should",
    ),
    invalid("another root of the trusted one's name", lambda bench: of_a_namesake(bench, **WITHOUT), "untrusted_root"),
    invalid(
        "another root of the trusted one's name, without identifiers",
        lambda bench: of_a_namesake(bench, identifiers=False),
        "bad_chain",
        "certificate signature failure",
    ),
    # --- nobody vouches
    invalid("signed by itself", own(), "self_signed", "have one issued, or trust it with --ca-file"),
    invalid("signed by itself, with an authority's rights", own(ca=True), "self_signed", "signed by itself"),
    invalid("a leaf of a private root", lambda bench: private(bench, **WITHOUT), "untrusted_root", NOT_TRUSTED),
    invalid("a private chain", lambda bench: private(bench, sent="issuer", **WITHOUT), "untrusted_root", NOT_TRUSTED),
    invalid(
        "a private chain with its root",
        lambda bench: private(bench, sent="root", **WITHOUT),
        "untrusted_root",
        f"the chain ends at CN=Private Root, {NOT_TRUSTED}",
    ),
    # --- trusted in place of a root
    Case("signed by itself, and trusted", own(trusted=True)),
    Case("an authority's own certificate, trusted", own(trusted=True, ca=True)),
    Case("the intermediate alone is trusted, and sent", trusting("issuer", "issuer")),
    Case("the intermediate alone is trusted, and not sent", trusting("issuer", "")),
    Case("the leaf alone is trusted", trusting("leaf", "issuer")),
)
