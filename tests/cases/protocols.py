"""Versions of TLS, cipher suites, and what else a server may want of a client before it lets it in."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING, Any

from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.lab.authority import self_signed
from domaincheck.lab.hostile import alert
from domaincheck.lab.tls import TlsServer, attending, server_context
from tests.cases.bench import Bench, Case, Shows, invalid, unreachable
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domaincheck.lab.authority import Authority, Credential
    from domaincheck.lab.hostile import Behaviour
    from domaincheck.lab.loop import Peer

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
    TLS10, TLS11 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
RSA: dict[str, Any] = {"key": "RSA 2048"}
WARNING: dict[str, Any] = {
    "environment": {"DOMAINCHECK_TLS_WEAK": "warning"},
    "problems": ["weak_protocol"],
    "exit_status": 1,
}
IGNORED: dict[str, Any] = {"environment": {"DOMAINCHECK_TLS_WEAK": "ignore"}}


def only(version: ssl.TLSVersion, ciphers: str = "DEFAULT", **options: Any) -> dict[str, Any]:
    """Return the server's part of a case in which it speaks nothing else."""
    return {"server": {"minimum": version, "maximum": version, "ciphers": ciphers, **options}}


def rsa(**options: Any) -> Shows:
    """Return what makes a leaf with an RSA key, which the old ways need."""
    return lambda bench: bench.leaf(**RSA | options)


def weak(name: str, says: str, shows: Shows | None = None, **more: Any) -> Case:
    """Return the case of a sound certificate on a server that is weak in one way."""
    return invalid(name, shows or rsa(), "weak_protocol", says, **more)


def wanting(name: str, version: ssl.TLSVersion, *, optional: bool = False, **more: Any) -> Case:
    """Return the case of a server that wants a client certificate of the root."""

    def make(bench: Bench) -> TlsServer:
        root = bench.root.certificate
        return TlsServer(bench.leaf(), client_ca=root, client_optional=optional, minimum=version, maximum=version)

    return Case(name, make, **more)


def own_certificate(issuer: Callable[[Bench], Authority] = lambda bench: bench.root, **options: Any) -> dict[str, Any]:
    """Return the user's part of a case in which there is a client certificate of that *issuer*, the root as a rule."""

    def write(bench: Bench) -> Path:
        own = issuer(bench).leaf("client.example", usage=[ExtendedKeyUsageOID.CLIENT_AUTH], **options)
        return bench.file("client.pem", own.chain_pem + own.key_pem)

    return {"options": ["--client-cert", write]}


def warned(bench: Bench) -> Behaviour:
    """Return a server of TLS 1.2 that does not know the name, says so, and goes on all the same."""
    serve = attending(server_context(bench.leaf(), maximum=TLS12))

    async def behave(peer: Peer) -> None:
        await peer.send(alert(112, fatal=False))
        await serve(peer)

    return behave


def of_dsa(bits: int) -> Shows:
    """Return what makes a leaf with a DSA key of so many *bits*."""
    return lambda bench: bench.leaf(key=f"DSA {bits}")


def expired(**options: Any) -> Callable[[Bench], Credential]:
    """Return what makes an RSA leaf that is over."""
    return rsa(not_after=-DAY, **options)


CLIENT = "client_certificate_required"
GIVE_ONE = "the server asks for a client certificate: give one that it accepts with --client-cert"
WEAK_DSA = only(TLS12, "ALL", dh_bits=2048)

CASES = (
    # --- versions
    Case("TLS 1.3 only", lambda bench: bench.leaf(), **only(TLS13)),
    Case("TLS 1.2 only", lambda bench: bench.leaf(), **only(TLS12)),
    Case("everything from TLS 1.0 on", rsa(), server={"minimum": TLS10, "ciphers": "ALL:eNULL"}),
    weak("TLS 1.1 only", "nothing newer than TLS 1.1, which browsers refuse: enable TLS 1.2 and 1.3", **only(TLS11)),
    weak("TLS 1.0 only", "nothing newer than TLS 1.0, which browsers refuse: enable TLS 1.2 and 1.3", **only(TLS10)),
    weak("TLS 1.0 with an ECDSA key", "nothing newer than TLS 1.0", lambda bench: bench.leaf(), **only(TLS10)),
    Case("TLS 1.1 only, which is a warning", rsa(), **WARNING, **only(TLS11)),
    Case("TLS 1.0 only, which is ignored", rsa(), **IGNORED, **only(TLS10)),
    Case("TLS 1.0 only, expired", expired(), "expired", ["expired", "weak_protocol"], 2, **only(TLS10)),
    invalid(
        "TLS 1.0 only, for another host",
        lambda bench: bench.leaf("other.example.com"),
        "hostname_mismatch",
        problems=["hostname_mismatch", "weak_protocol"],
        **only(TLS10),
    ),
    invalid(
        "TLS 1.1 only, signed by itself",
        lambda bench: self_signed(bench.root.now, HOST),
        "self_signed",
        problems=["self_signed", "weak_protocol"],
        **only(TLS11),
    ),
    invalid(
        "TLS 1.0 only, weak key, weak signature",
        lambda bench: bench.root.intermediate(**RSA).leaf(HOST, key="RSA 1024", digest="SHA-1"),
        "weak_key",
        problems=["weak_key", "weak_signature", "weak_protocol"],
        **only(TLS10),
    ),
    # --- key exchange
    Case("ECDHE with CBC", rsa(), **only(TLS12, "ECDHE-RSA-AES128-SHA")),
    Case("ChaCha20", rsa(), **only(TLS12, "ECDHE-RSA-CHACHA20-POLY1305")),
    Case("DHE with 2048 bits", rsa(), **only(TLS12, "DHE-RSA-AES128-GCM-SHA256", dh_bits=2048)),
    weak(
        "DHE with 1024 bits",
        "the Diffie-Hellman group has 1024 bits, which is too small to be safe: enable ECDHE ciphers, or use a",
        **only(TLS12, "DHE-RSA-AES128-GCM-SHA256", dh_bits=1024),
    ),
    weak(
        "static RSA",
        "the cipher AES128-GCM-SHA256 has no forward secrecy: whoever gets hold of the server's key can read what was",
        **only(TLS12, "AES128-GCM-SHA256"),
    ),
    weak("static RSA with CBC", "AES256-SHA has no forward secrecy", **only(TLS12, "AES256-SHA")),
    Case("static RSA, which is a warning", rsa(), **WARNING, **only(TLS12, "AES128-GCM-SHA256")),
    weak(
        "TLS 1.0, DHE with 1024 bits",
        "nothing newer than TLS 1.0",
        problems=["weak_protocol", "weak_protocol"],
        **only(TLS10, "DHE-RSA-AES128-SHA", dh_bits=1024),
    ),
    # --- ciphers
    weak(
        "no encryption", "the cipher ECDHE-RSA-NULL-SHA encrypts nothing: enable", **only(TLS12, "ECDHE-RSA-NULL-SHA")
    ),
    weak(
        "no encryption, static RSA",
        "NULL-SHA256 encrypts nothing",
        problems=["weak_protocol", "weak_protocol"],
        **only(TLS12, "NULL-SHA256"),
    ),
    weak(
        "a cipher that nobody offers",
        "only a client that puts up with anything can connect; others find that the server refused the handshake",
        **only(TLS12, "ECDHE-RSA-CAMELLIA256-SHA384"),
    ),
    unreachable(
        "no certificate at all",
        rsa(),
        "handshake_failure",
        "the server refused the handshake (handshake failure)",
        **only(TLS12, "aNULL"),
    ),
    # --- DSA, which no client of today offers
    weak("DSA 2048", "only a client that puts up with anything", of_dsa(2048), **WEAK_DSA),
    invalid("DSA 1024", of_dsa(1024), "weak_key", "DSA 1024", problems=["weak_key", "weak_protocol"], **WEAK_DSA),
    # --- client certificates
    wanting("TLS 1.2, a client certificate required", TLS12, problems=[CLIENT], says=GIVE_ONE),
    wanting("TLS 1.3, a client certificate required", TLS13),
    wanting("TLS 1.2, a client certificate optional", TLS12, optional=True),
    wanting("TLS 1.3, a client certificate optional", TLS13, optional=True),
    wanting("TLS 1.2, a client certificate given", TLS12, **own_certificate()),
    wanting("TLS 1.3, a client certificate given", TLS13, **own_certificate()),
    wanting(
        "TLS 1.2, a client certificate of a stranger",
        TLS12,
        problems=[CLIENT],
        says="the server does not accept the client certificate (unknown ca): give another with --client-cert",
        **own_certificate(lambda bench: bench.stranger),
    ),
    wanting(
        "TLS 1.2, a client certificate that is over",
        TLS12,
        problems=[CLIENT],
        says="the server does not accept the client certificate (certificate expired): give another",
        **own_certificate(not_after=-DAY),
    ),
    wanting("TLS 1.3, a client certificate of a stranger", TLS13, **own_certificate(lambda bench: bench.stranger)),
    Case(
        "TLS 1.2, a client certificate required, expired",
        lambda bench: TlsServer(bench.leaf(not_after=-DAY), client_ca=bench.root.certificate, maximum=TLS12),
        "expired",
        ["expired"],
        2,
    ),
    Case(
        "TLS 1.0 only, a client certificate required",
        lambda bench: TlsServer(bench.leaf(), client_ca=bench.root.certificate, minimum=TLS10, maximum=TLS10),
        "invalid",
        ["weak_protocol", CLIENT],
        2,
        GIVE_ONE,
    ),
    # --- the name
    Case("a warning that the name is not known", warned),
)
