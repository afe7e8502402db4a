"""What we bring to a TLS handshake: whom we trust, who we are, and what we put up with."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from domaincheck.errors import UsageError
from domaincheck.network.tls import trust_store

if TYPE_CHECKING:
    from pathlib import Path

_CIPHERS = "DEFAULT:@SECLEVEL=0"
_ANY_CIPHERS = "ALL:eNULL:!aNULL:!PSK:!SRP:@SECLEVEL=0"  # without those for which no certificate is shown
_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: take servers from before RFC 5746; Python names it in 3.12
_ANOTHERS = "the key is that of another certificate"
_REASONS = {
    "NO_CERTIFICATE_OR_CRL_FOUND": "it holds no certificate in PEM",
    "KEY_VALUES_MISMATCH": _ANOTHERS,
    "KEY_TYPE_MISMATCH": _ANOTHERS,
    "NO_CERTIFICATE_ASSIGNED": _ANOTHERS,  # for a key of that type, that is
}
"""OpenSSL's reasons, where its own words would not do."""

_NOT_PEM = "it must be PEM, and its key as well"

_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom we trust and who we are: *ca_file* replaces the system's roots; the client's certificate and key are PEM.

    *client_key* is ``None`` where the key stands in *client_cert* too. *password* opens an encrypted key.
    """

    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    password: bytes | None = field(default=None, repr=False)


def context_for(credentials: Credentials, *, lenient: bool = False, plain: bool = False) -> ssl.SSLContext:
    """Return the context for *credentials*, made once a process: loading the roots takes longer than ten checks.

    A *lenient* one takes whatever OpenSSL still knows, from TLS 1.0 and without encryption up, so that the certificate
    of an old server is seen; it verifies that as the other does. A *plain* one speaks no TLS 1.3, which encrypts
    certificates. Raises UsageError when a file cannot be used.
    """
    with _making:  # many threads may come to their first old server at once
        return _context(credentials, lenient, plain)


@cache
def _context(credentials: Credentials, lenient: bool, plain: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # OpenSSL would stop at a wrong name; the verdict compares names, and says more
    context.hostname_checks_common_name = False
    # OpenSSL would stop at a weak key before it has looked who vouches for it; the verdict finds weakness by itself.
    # And Python's own list of ciphers lacks some that browsers still speak.
    context.set_ciphers(_ANY_CIPHERS if lenient else _CIPHERS)
    if lenient:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED  # naming TLS 1.0 is deprecated; SSL 3.0 stays off
        context.options |= _LEGACY_SERVER_CONNECT
    if plain:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 changed create_default_context; set by hand, verdicts are the same on every version.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    ca_file, own = credentials.ca_file, credentials.client_cert
    _load(ca_file, "CA file", "what stands there as PEM is damaged", lambda: trust_store(context, ca_file))
    if own is not None:
        _load(own, "client certificate", _NOT_PEM, lambda: _load_own(context, credentials))
    return context


def _load_own(context: ssl.SSLContext, credentials: Credentials) -> None:
    """Load the client's certificate and key; OpenSSL does not say when the password is what was wrong."""
    asked = []

    def password() -> bytes:
        asked.append(True)
        if credentials.password is None:
            raise UsageError("the client's key is encrypted: name a file with its password by --password-file")
        return credentials.password

    try:
        context.load_cert_chain(credentials.client_cert or "", credentials.client_key, password)
    except ssl.SSLError as error:
        if asked and error.reason is None:
            raise UsageError("the password of --password-file does not open the client's key") from error
        if error.reason is None and credentials.client_key is None:
            raise UsageError(
                f"the client certificate {credentials.client_cert} cannot be used: it must be PEM, with the key in the "
                "same file or in one that --client-key names"
            ) from error
        raise


def _load(path: Path | None, what: str, otherwise: str, load: Any) -> None:
    """Load the file *path*; *otherwise* says what is wrong with it where OpenSSL gives no reason."""
    try:
        load()
    except ssl.SSLError as error:
        reason = error.reason or ""
        words = _REASONS.get(reason, reason.replace("_", " ").lower()) or otherwise
        raise UsageError(f"the {what} {path} cannot be used: {words}") from error
    except OSError as error:
        raise UsageError(f"the {what} {path} cannot be read: {error.strerror}") from error
