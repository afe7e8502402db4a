"""Whether a key has signed something: a list, an answer, a certificate; and what the library raises for rubbish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm


class Signed(Protocol):
    """Something of the library's that carries a signature. Both properties may raise for a kind that it knows not."""

    @property
    def signature(self) -> bytes:
        """The bare signature."""

    @property
    def signature_hash_algorithm(self) -> HashAlgorithm | None:
        """The hash that was signed, ``None`` where the kind of signature settles it."""


def unreadable() -> tuple[type[Exception], ...]:
    """Return the exceptions that end the library's reading of what is not as it should be."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    names = x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType
    return ValueError, TypeError, UnsupportedAlgorithm, *names


def is_signed_by(key: bytes, thing: Signed, content: bytes) -> bool:
    """Return whether the public *key*, in DER, has signed *content* as *thing* says; never raises."""
    from cryptography.exceptions import InvalidSignature

    try:
        _verify(key, thing, content)
    except InvalidSignature:
        return False
    except unreadable():
        return False
    return True


def _verify(key: bytes, thing: Signed, content: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    public, digest = load_der_public_key(key), thing.signature_hash_algorithm
    if isinstance(public, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        public.verify(thing.signature, content)
    elif isinstance(public, rsa.RSAPublicKey) and digest:
        scheme: Any = getattr(thing, "signature_algorithm_parameters", None)  # OCSP responses do not tell
        public.verify(thing.signature, content, scheme or padding.PKCS1v15(), digest)
    elif isinstance(public, ec.EllipticCurvePublicKey) and digest:
        public.verify(thing.signature, content, ec.ECDSA(digest))
    else:
        raise TypeError("keys of this kind are not known here")
