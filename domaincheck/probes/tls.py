"""Learns what a server shows in one verified TLS handshake.

A single handshake is enough: when OpenSSL does not like the chain, what the server sent and the path that OpenSSL
built still stand on the same object. Host names and dates are judged from the certificates afterwards, so that a
certificate with one fault keeps all its other facts.
"""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from domaincheck.errors import NetworkError, UsageError
from domaincheck.model import Failure, ProblemCode, TlsFacts, Verification
from domaincheck.network import Deadline, dial
from domaincheck.network.tls import TlsConnection, trust_store
from domaincheck.probes.certificate import read
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domaincheck.model import Certificate, Target
    from domaincheck.network import Network

FIRST_PAUSE = 0.25
"""Seconds before the first retry; each further one waits twice as long."""

_PASSING = frozenset([ProblemCode.CONNECTION_REFUSED, ProblemCode.CONNECTION_RESET, ProblemCode.DNS_FAILURE])

_NOT_TLS = frozenset(
    ["BAD_PACKET_LENGTH", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL", "WRONG_VERSION_NUMBER"]
)
_MALFORMED = frozenset(["EXCESSIVE_MESSAGE_SIZE", "LENGTH_MISMATCH", "TOO_MANY_WARN_ALERTS", "RECORD_TOO_SMALL"])
_ALERTS = ("SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV13_ALERT_", "TLSV1_")
_NO_CERTIFICATE_SHOWN = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "BAD_CERTIFICATE")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom we trust and who we are: *ca_file* replaces the system's roots; the client's certificate and key are PEM.

    *client_key* is ``None`` where the key stands in *client_cert* too.
    """

    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


@cache
def context_for(credentials: Credentials) -> ssl.SSLContext:
    """Return the context for *credentials*, made once a process: loading the roots takes longer than ten checks.

    Raises UsageError when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # OpenSSL would stop at a wrong name; the verdict compares names, and says more
    context.hostname_checks_common_name = False
    # OpenSSL would stop at a weak key before it has looked who vouches for it; the verdict finds weakness by itself.
    # And Python's own list of ciphers lacks some that browsers still speak.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    # Python 3.13 changed create_default_context; set by hand, verdicts are the same on every version.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    _load(credentials.ca_file, "CA file", lambda: trust_store(context, credentials.ca_file))
    cert, key = credentials.client_cert, credentials.client_key
    if cert is not None:
        _load(cert, "client certificate", lambda: context.load_cert_chain(cert, key, password=_no_password))
    return context


def _no_password() -> str:
    raise UsageError("the client's key is encrypted; give one that is not, readable by you alone")


def _load(path: Path | None, what: str, load: Any) -> None:
    try:
        load()
    except ssl.SSLError as error:
        reason = (
            "has no usable PEM certificate or key" if error.reason is None else error.reason.replace("_", " ").lower()
        )
        raise UsageError(f"the {what} {path} cannot be used: {reason}") from error
    except OSError as error:
        raise UsageError(f"the {what} {path} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class TlsProbe:
    """Shakes hands with a target; called from many threads at once.

    *timeout* is in seconds, for all that one call does, retries included. *servername* is sent and looked for in place
    of the target's host. *retries* is how often a failure that may pass is tried again.
    """

    network: Network
    timeout: float
    credentials: Credentials = Credentials()
    servername: str | None = None
    retries: int = 0

    def __call__(self, target: Target) -> TlsFacts:
        """Return what could be learned of *target*; what the world did instead is in the facts' *failure*."""
        deadline = Deadline(self.timeout)
        facts = self._try(target, deadline)
        pause = FIRST_PAUSE
        for _ in range(self.retries):
            passing = facts.failure is not None and facts.failure.code in _PASSING
            if not passing or deadline.elapsed() + pause >= self.timeout:
                break
            threading.Event().wait(pause)
            pause *= 2
            facts = self._try(target, deadline)
        return facts

    def _try(self, target: Target, deadline: Deadline) -> TlsFacts:
        name = self.servername or target.host
        if target.starttls is not None:
            words = f"STARTTLS for {target.starttls} is not spoken by this version"
            return _failed(name, NetworkError(ProblemCode.STARTTLS_FAILED, words), deadline)
        try:
            connection = dial(self.network, target.host, target.port, deadline)
        except NetworkError as error:
            return _failed(name, error, deadline)
        try:
            try:
                tls = TlsConnection(connection, context_for(self.credentials), name)
            except (TypeError, ValueError):  # by turns, for a NUL, an empty label, one of over 63 characters
                failure = Failure(ProblemCode.HANDSHAKE_FAILURE, f"{clean(name)} cannot be sent as a server name")
                return TlsFacts(name, connection.address.ip, failure=failure, duration_seconds=deadline.elapsed())
            return _shake_hands(tls, name, deadline)
        finally:
            connection.close()


def _failed(name: str, error: NetworkError, deadline: Deadline) -> TlsFacts:
    failure = Failure(ProblemCode(error.code), clean(str(error)))
    return TlsFacts(name, failure=failure, duration_seconds=deadline.elapsed())


def _shake_hands(tls: TlsConnection, name: str, deadline: Deadline) -> TlsFacts:
    verification, failure = Verification(0), None
    try:
        tls.handshake()
    except ssl.SSLCertVerificationError as error:
        verification = Verification(error.verify_code, clean(error.verify_message))
    except ssl.SSLError as error:
        failure = _failure(error)
    except NetworkError as error:
        failure = Failure(ProblemCode(error.code), clean(str(error)))
    sent, path = chains(tls.ssl_object)
    if failure and sent and _wants_certificate(failure):
        message = "the server asks for a client certificate: give one with --client-cert"
        failure = Failure(ProblemCode.CLIENT_CERTIFICATE_REQUIRED, message)
    cipher = tls.ssl_object.cipher()
    return TlsFacts(
        name=name,
        address=tls.address.ip,
        protocol=tls.ssl_object.version() or (_protocol(cipher) if sent else None),
        cipher=cipher and cipher[0],
        sent=sent,
        path=path,
        verification=verification if sent else None,
        failure=failure,
        duration_seconds=deadline.elapsed(),
    )


def _protocol(cipher: tuple[str, str, int] | None) -> str:
    """Return the version in use after the server's certificate, before the handshake is done.

    TLS 1.3 has cipher suites of its own, and they are in force by then; 1.2 is the only other version spoken.
    """
    return "TLSv1.3" if cipher and cipher[1] == "TLSv1.3" else "TLSv1.2"


def chains(ssl_object: ssl.SSLObject) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...]]:
    """Return the chain as the server sent it and the path that OpenSSL built, leaf first; empty before a certificate.

    Both are there after a failed verification too. Python made the two methods public in 3.13.
    """
    source: Any = ssl_object if hasattr(ssl_object, "get_verified_chain") else ssl_object._sslobj  # type: ignore[attr-defined] # noqa: SLF001
    sent: Sequence[Any] = source.get_unverified_chain() or ()
    known = {item: _read(item) for item in sent}  # most of the path was sent; equal certificates are equal keys
    path: Sequence[Any] = source.get_verified_chain() or ()
    return tuple(known[item] for item in sent), tuple(known.get(item) or _read(item) for item in path)


def _read(item: Any) -> Certificate:
    """Read a certificate that is DER already (3.13) or OpenSSL's object (before)."""
    return read(item if isinstance(item, bytes) else item.public_bytes(_DER))


_DER = 2  # X509_FILETYPE_ASN1


def _wants_certificate(failure: Failure) -> bool:
    return failure.code is ProblemCode.HANDSHAKE_FAILURE and failure.message.endswith(_ALERT_WORDS)


_ALERT_WORDS = tuple(f"({alert.replace('_', ' ').lower()})" for alert in _NO_CERTIFICATE_SHOWN)


def _failure(error: ssl.SSLError) -> Failure:
    """Return the problem code and a sentence for what OpenSSL calls *error*."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "UNEXPECTED_EOF" in reason:
        return Failure(ProblemCode.CONNECTION_RESET, "the server closed the connection during the handshake")
    if reason in _NOT_TLS:
        return Failure(ProblemCode.NOT_TLS, "what answers there does not speak TLS")
    if reason in _MALFORMED:
        return Failure(ProblemCode.MALFORMED_RESPONSE, f"the server sent an unacceptable handshake ({_words(reason)})")
    for prefix in _ALERTS:
        if reason.startswith(prefix):
            words = _words(reason.removeprefix(prefix))
            return Failure(ProblemCode.HANDSHAKE_FAILURE, f"the server refused the handshake ({words})")
    words = _words(reason) or "no reason given"
    return Failure(ProblemCode.HANDSHAKE_FAILURE, f"the handshake failed ({words})")


def _words(reason: str) -> str:
    return clean(reason.replace("_", " ").lower())
