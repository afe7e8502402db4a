"""Makes keys and certificates: roots, intermediates and leaves, as public authorities do or wrong in any one way.

Every time is relative to the *now* that the root was given, so that nothing here reads a clock.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)

_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_DIGESTS: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
    "SHA-1": hashes.SHA256(),
}
_RSA_WITH_SHA256 = bytes.fromhex("2a864886f70d01010b")  # the object identifiers in DER, RFC 8017 appendix A.2.4
_RSA_WITH_SHA1 = bytes.fromhex("2a864886f70d010105")
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
_LONGEST_COMMON_NAME = 64  # ub-common-name, RFC 5280 appendix A.1


class Options(TypedDict, total=False):
    """What can be asked of a certificate; each has a default, as a public authority would choose it.

    *subject* is the text of the common name, or a whole name; leaves default to their first name, authorities to a name
    of their own. *not_before* and *not_after* are times, or durations from the root's *now* (negative: in the past).
    *key* is ``P-256``, ``P-384``, ``P-521``, ``Ed25519``, ``Ed448``, ``RSA 2048`` or ``DSA 2048`` (any size from 1024
    bits), or a key at hand. *digest* is the hash that is signed: ``SHA-256``, ``SHA-384``, ``SHA-512``, or ``SHA-1`` by
    an RSA issuer only. *pss* has an RSA issuer sign by RSASSA-PSS (RFC 8017 §8.1).
    *san* off leaves the subjectAltName out. *issuer_url* is the caIssuers address, ``None`` for none. *ca* and
    *path_length* are the basic constraints. *usage* is the extended key usage, empty for none; *key_usage* replaces
    the usual one, ``None`` leaves it out. *identifiers* off leaves out the subject and authority key identifiers.
    *extensions* are added, each with whether it is critical; name constraints are among the things to add so.
    """

    subject: str | x509.Name
    not_before: datetime | timedelta
    not_after: datetime | timedelta
    key: str | PrivateKey
    digest: str
    pss: bool
    serial: int
    san: bool
    issuer_url: str | None
    ca: bool
    path_length: int | None
    usage: Sequence[x509.ObjectIdentifier]
    key_usage: x509.KeyUsage | None
    identifiers: bool
    extensions: Sequence[tuple[x509.ExtensionType, bool]]


@dataclass(frozen=True, slots=True)
class Credential:
    """What a server shows and proves: *chain* in the order it is sent, leaf first, and the leaf's *key*."""

    chain: tuple[x509.Certificate, ...]
    key: PrivateKey

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate of the server itself."""
        return self.chain[0]

    @property
    def chain_pem(self) -> bytes:
        """The chain as a PEM bundle."""
        return pem(*self.chain)

    @property
    def key_pem(self) -> bytes:
        """The key as unencrypted PKCS#8 PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sending(self, *others: x509.Certificate) -> Credential:
        """Return the same leaf and key with *others* sent after it, in that order: none, strange ones, too many."""
        return replace(self, chain=(self.leaf, *others))


@dataclass(frozen=True, slots=True)
class Authority:
    """One issuing authority; *sent* is what a server sends after a leaf of it: its certificate and those above it.

    The root is not among them: clients have it, or must not take it from a stranger.
    """

    certificate: x509.Certificate
    key: PrivateKey
    now: datetime
    sent: tuple[x509.Certificate, ...] = ()

    @classmethod
    def root(cls, now: datetime, **options: Unpack[Options]) -> Self:
        """Make a self-signed root, valid from ten years ago for twenty years."""
        decade = timedelta(days=3650)
        defaults = Options(subject="Lab Root X1", not_before=-decade, not_after=decade, issuer_url=None)
        settled, key = _for_authority(defaults | options, "root")
        return cls(_certificate(now, (), key, None, settled), key, now)

    def intermediate(self, **options: Unpack[Options]) -> Authority:
        """Make an authority below this one, valid from a year ago for five years, that may issue leaves only."""
        year = timedelta(days=365)
        defaults = Options(subject="Lab Intermediate R1", not_before=-year, not_after=4 * year, path_length=0)
        settled, key = _for_authority(defaults | options, "intermediate")
        certificate = _certificate(self.now, (), key, self, settled)
        return Authority(certificate, key, self.now, (certificate, *self.sent))

    def leaf(self, *names: str, **options: Unpack[Options]) -> Credential:
        """Make a server's certificate for *names* (DNS names and IP addresses): 90 days, of which 60 are left."""
        settled = _for_leaf(names, self.now, options)
        key = _key(settled.get("key", "P-256"), "leaf")
        return Credential((_certificate(self.now, names, key, self, settled), *self.sent), key)

    def cross_sign(self, other: Authority, **options: Unpack[Options]) -> Authority:
        """Return *other* with the same name and key, but certified by this authority."""
        defaults = Options(subject=other.certificate.subject, key=other.key, not_after=timedelta(days=1460))
        return self.intermediate(**(defaults | options))

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, as for a CA file."""
        return pem(self.certificate)


def self_signed(now: datetime, *names: str, **options: Unpack[Options]) -> Credential:
    """Make a certificate for *names* that nobody vouches for but its own key, as tools make for a new machine."""
    settled = Options(issuer_url=None) | _for_leaf(names, now, options)
    key = _key(settled.get("key", "P-256"), "leaf")
    return Credential((_certificate(now, names, key, None, settled),), key)


def pem(*certificates: x509.Certificate) -> bytes:
    """Return *certificates* as one PEM bundle."""
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


# --- keys --------------------------------------------------------------------------------------------------------


def _key(wanted: str | PrivateKey, role: str) -> PrivateKey:
    if not isinstance(wanted, str):
        return wanted
    if wanted in _CURVES:
        return ec.generate_private_key(_CURVES[wanted])
    if wanted == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if wanted == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    kind, size = wanted.split()
    return _shared_key(kind, int(size), role)


@cache
def _shared_key(kind: str, bits: int, _role: str) -> rsa.RSAPrivateKey | dsa.DSAPrivateKey:
    """Return one key for each kind, size and role: making one takes up to seconds, and a role may share it."""
    if kind == "DSA":
        return dsa.generate_private_key(bits)
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


# --- certificates ------------------------------------------------------------------------------------------------


def _for_authority(options: Options, role: str) -> tuple[Options, PrivateKey]:
    """Return *options* with what every authority has, and its key."""
    defaults = Options(ca=True, usage=(), key_usage=_key_usage(certificates=True))
    return defaults | options, _key(options.get("key", "P-256"), role)


def _for_leaf(names: tuple[str, ...], now: datetime, options: Options) -> Options:
    """Return *options* with the lifetime of a public leaf, cut where only one end was given, and its subject.

    An end of the lifetime that lies before the usual beginning moves that beginning to 90 days before the end.
    """
    end = _moment(now, options.get("not_after", timedelta(days=60)))
    start = min(now - timedelta(days=30), end - timedelta(days=90)) if end <= now else now - timedelta(days=30)
    subject = names[0] if names and len(names[0]) <= _LONGEST_COMMON_NAME else x509.Name([])
    return Options(subject=subject, not_before=start, not_after=end) | options


def _certificate(
    now: datetime, names: tuple[str, ...], key: PrivateKey, issuer: Authority | None, options: Options
) -> x509.Certificate:
    """Sign the certificate of *key*, by itself where there is no *issuer*."""
    subject = _name(options["subject"])
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer.certificate.subject if issuer else subject,
        public_key=key.public_key(),
        serial_number=options.get("serial", x509.random_serial_number()),
        not_valid_before=_moment(now, options["not_before"]),
        not_valid_after=_moment(now, options["not_after"]),
    )
    for extension, critical in _extensions(names, key, issuer, options):
        builder = builder.add_extension(extension, critical=critical)
    signer = issuer.key if issuer else key
    digest = options.get("digest", "SHA-256")
    hashed = None if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else _DIGESTS[digest]
    certificate = builder.sign(signer, hashed, rsa_padding=_PSS if options.get("pss") else None)
    return _resigned_with_sha1(certificate, signer) if digest == "SHA-1" else certificate


def _resigned_with_sha1(certificate: x509.Certificate, signer: PrivateKey) -> x509.Certificate:
    """Return *certificate* with SHA-1 in place of SHA-256: the library refuses to, but both names are equally long."""
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise TypeError("only an RSA issuer signs with SHA-1 here")
    signed = certificate.tbs_certificate_bytes.replace(_RSA_WITH_SHA256, _RSA_WITH_SHA1)
    signature = signer.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - weak on purpose
    whole = certificate.public_bytes(serialization.Encoding.DER).replace(_RSA_WITH_SHA256, _RSA_WITH_SHA1)
    return x509.load_der_x509_certificate(whole[: -len(signature)] + signature)


def _extensions(
    names: tuple[str, ...], key: PrivateKey, issuer: Authority | None, options: Options
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """Yield the extensions, each with whether it is critical, as the Baseline Requirements of public CAs want them."""
    is_ca = options.get("ca", False)
    yield x509.BasicConstraints(is_ca, options.get("path_length") if is_ca else None), True
    key_usage = options.get("key_usage", _key_usage(certificates=False))
    if key_usage:
        yield key_usage, True
    if usage := options.get("usage", (ExtendedKeyUsageOID.SERVER_AUTH,)):
        yield x509.ExtendedKeyUsage(usage), False
    if names and options.get("san", True):
        unnamed = options["subject"] == x509.Name([])  # RFC 5280 §4.2.1.6: the SAN is all there is then
        yield x509.SubjectAlternativeName([_general_name(name) for name in names]), unnamed
    if options.get("identifiers", True):
        yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
        signer = issuer.key if issuer else key
        yield x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
    if url := options.get("issuer_url", "http://lab.invalid/issuer.der"):
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(url))
        yield x509.AuthorityInformationAccess([access]), False
    yield from options.get("extensions", ())


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    """Return the usual key usage of an authority (*certificates*) or of a server."""
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(subject: str | x509.Name) -> x509.Name:
    if isinstance(subject, x509.Name):
        return subject
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _moment(now: datetime, when: datetime | timedelta) -> datetime:
    moment = now + when if isinstance(when, timedelta) else when
    return moment.replace(microsecond=0)
