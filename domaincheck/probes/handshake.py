"""One TLS handshake, and all that can be learned of it.

When OpenSSL does not like the chain, what the server sent and the path that OpenSSL built still stand on the same
object. Host names and dates are judged from the certificates afterwards, so that a certificate with one fault keeps
all its other facts.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import TYPE_CHECKING, Any

from domaincheck.errors import NetworkError
from domaincheck.model import Failure, ProblemCode, TlsFacts, Verification
from domaincheck.probes import flight
from domaincheck.probes.certificate import Chain, read
from domaincheck.text import clean

if TYPE_CHECKING:
    from domaincheck.network.tls import TlsConnection

_NOT_TLS = frozenset(
    ["BAD_PACKET_LENGTH", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL", "WRONG_VERSION_NUMBER"]
)
_MALFORMED = frozenset(["EXCESSIVE_MESSAGE_SIZE", "LENGTH_MISMATCH", "TOO_MANY_WARN_ALERTS", "RECORD_TOO_SMALL"])
_ALERTS = ("SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV13_ALERT_", "TLSV1_")
_UNNAMED_ALERTS = {120: "no application protocol"}  # RFC 7301 §3.2
_FINE = Verification(0)
_REFUSED = "the server refused the handshake"
_HINTS = {
    "excessive message size": "its certificates may take more than the 100 KiB that clients put up with",
    "unrecognized name": "it knows no host of that name; --servername asks for another",
    "no application protocol": "it wants to be asked for a protocol by ALPN, which does not happen here",
}
_UNREADABLE = Failure(
    ProblemCode.MALFORMED_RESPONSE,
    "a certificate of the server is not encoded as X.509 wants it, so that OpenSSL cannot read it: have it issued anew",
)


def shake_hands(tls: TlsConnection, name: str) -> TlsFacts:
    """Shake hands over *tls* and return what was learned; *name* is what the certificate is to be compared with."""
    verification, failure = _FINE, None
    try:
        tls.handshake()
    except ssl.SSLCertVerificationError as error:
        verification = Verification(error.verify_code, clean(error.verify_message))
    except ssl.SSLError as error:
        failure = _failure(error, tls.flight)
    except NetworkError as error:
        failure = failure_of(error)
    sent, path = chains(tls.ssl_object)
    verified = bool(sent)
    if failure and sent:
        failure = _for_want_of_a_certificate(failure, tls.flight) or failure
    elif failure == _UNREADABLE:
        sent = _readable(flight.certificates(tls.flight))
    cipher = _cipher(tls) if sent else None
    return TlsFacts(
        name=name,
        address=tls.address.ip,
        protocol=tls.ssl_object.version() or (_protocol(cipher, tls.flight) if sent else None),
        cipher=cipher,
        sent=Chain(sent),
        path=Chain(path),
        verification=verification if verified else None,
        failure=failure,
        duration_seconds=tls.deadline.elapsed(),
        dh_bits=flight.dh_bits(tls.flight) if cipher and cipher.startswith("DHE-") else None,
    )


def failure_of(error: NetworkError) -> Failure:
    """Return *error* as a value."""
    return Failure(ProblemCode(error.code), clean(str(error)))


def chains(ssl_object: ssl.SSLObject) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the chain as the server sent it and the path that OpenSSL built, leaf first, each certificate in DER.

    Both are there after a failed verification too, and empty before a certificate. Python made the two methods public
    in 3.13.
    """
    source: Any = ssl_object if hasattr(ssl_object, "get_verified_chain") else ssl_object._sslobj  # type: ignore[attr-defined] # noqa: SLF001
    sent, path = source.get_unverified_chain() or (), source.get_verified_chain() or ()
    shown = tuple(map(_der, sent))
    # most of the path stands where it stood in what was sent, and need not be written down again
    used = (shown[at] if sent[at : at + 1] == [item] else _der(item) for at, item in enumerate(path))
    return shown, tuple(used)


def _der(item: Any) -> bytes:
    """Return a certificate that is DER already (3.13) or one of OpenSSL's objects (before) as DER."""
    return item if isinstance(item, bytes) else item.public_bytes(_DER)


_DER = 2  # X509_FILETYPE_ASN1


def is_unreadable(facts: TlsFacts) -> bool:
    """Return whether OpenSSL could not read the certificate, and neither could we.

    That of TLS 1.2 can be read without OpenSSL; that of TLS 1.3 is encrypted (RFC 8446 §2).
    """
    return facts.failure == _UNREADABLE and not facts.sent


def _readable(shown: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return *shown*, or nothing if the first of it says nothing of a certificate's dates."""
    return shown if shown and read(shown[0]).not_after else ()


def was_a_whim(first: Failure, second: TlsFacts, context: ssl.SSLContext) -> bool:
    """Return whether the server, which refused at *first*, could have agreed with *context* on what it did in the end.

    A refusal of ours is no whim: an ordinary client refuses servers that know no secure renegotiation (RFC 5746).
    """
    ordinary = second.protocol in ("TLSv1.2", "TLSv1.3") and second.cipher in _cipher_names(context).values()
    return ordinary and first.message.startswith(_REFUSED)


def _cipher(tls: TlsConnection) -> str | None:
    """Return the cipher suite; OpenSSL does not tell that of TLS 1.2 and before until the handshake is done."""
    cipher = tls.ssl_object.cipher()
    if cipher is not None:
        return cipher[0]
    number = flight.cipher_suite(tls.flight)
    return None if number is None else _cipher_names(tls.ssl_object.context).get(number)


@cache
def _cipher_names(context: ssl.SSLContext) -> dict[int, str]:
    return {cipher["id"] & 0xFFFF: cipher["name"] for cipher in context.get_ciphers()}


def _protocol(cipher: str | None, received: flight.Bytes) -> str | None:
    """Return the version in use after the server's certificate, before the handshake is done.

    TLS 1.3 has cipher suites of its own, and they are in force by then.
    """
    return "TLSv1.3" if cipher and cipher.startswith("TLS_") else flight.version(received)


def _for_want_of_a_certificate(failure: Failure, received: flight.Bytes) -> Failure | None:
    """Return why the server broke off, if it had asked for a client certificate and got none, or none that it likes."""
    words = failure.message.removeprefix(f"{_REFUSED} (").removesuffix(")")
    refused = failure.code is ProblemCode.HANDSHAKE_FAILURE and words in (*_NONE_SHOWN, *_ANOTHER_WANTED)
    if not (refused or failure.code is ProblemCode.CONNECTION_RESET) or not flight.wants_certificate(received):
        return None
    message = "the server asks for a client certificate: give one that it accepts with --client-cert"
    if words in _ANOTHER_WANTED:
        message = f"the server does not accept the client certificate ({words}): give another with --client-cert"
    return Failure(ProblemCode.CLIENT_CERTIFICATE_REQUIRED, message)


_NONE_SHOWN = ("certificate required", "handshake failure", "bad certificate")
_ANOTHER_WANTED = (
    "unknown ca",
    "certificate expired",
    "certificate revoked",
    "certificate unknown",
    "unsupported certificate",
    "access denied",
)


def _failure(error: ssl.SSLError, received: flight.Bytes) -> Failure:
    """Return the problem code and a sentence for what OpenSSL calls *error*, once all was *received*."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "UNEXPECTED_EOF" in reason:
        return Failure(ProblemCode.CONNECTION_RESET, "the server closed the connection during the handshake")
    if reason in _NOT_TLS:
        return Failure(ProblemCode.NOT_TLS, "what answers there does not speak TLS")
    if reason in _MALFORMED:
        sentence = f"the server sent an unacceptable handshake {_explained(_words(reason))}"
        return Failure(ProblemCode.MALFORMED_RESPONSE, sentence)
    if reason == "CERT_LENGTH_MISMATCH" or "ASN1 lib" in str(error):
        return _UNREADABLE
    if words := _alert(reason, received):
        return Failure(ProblemCode.HANDSHAKE_FAILURE, f"{_REFUSED} {_explained(words)}")
    return Failure(ProblemCode.HANDSHAKE_FAILURE, f"the handshake failed ({_words(reason) or 'no reason given'})")


def _explained(words: str) -> str:
    """Return *words* in brackets, and behind them what they may mean, where that is known."""
    return f"({words}): {_HINTS[words]}" if words in _HINTS else f"({words})"


def _alert(reason: str, received: flight.Bytes) -> str | None:
    """Return the alert by which the server refused, ``None`` if it sent none; OpenSSL does not name them all."""
    for prefix in _ALERTS:
        if reason.startswith(prefix):
            return _words(reason.removeprefix(prefix))
    number = None if reason else flight.alert(received)
    return None if number is None else _UNNAMED_ALERTS.get(number, f"alert {number}")


def _words(reason: str) -> str:
    return clean(reason.replace("_", " ").lower())
