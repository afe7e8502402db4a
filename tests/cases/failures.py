"""Servers that end the conversation, never begin one, or speak of something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.lab.hostile import (
    BEHAVIOURS,
    HostileServer,
    after_hello,
    alert,
    close,
    drip,
    greet,
    halfway,
    heavy_credential,
    in_turn,
    reset,
    say,
    stall,
)
from domaincheck.lab.tls import attending, server_context
from tests.cases.bench import Case, Nobody, Shows, unreachable
from tests.cases.protocols import TLS12, TLS13, only
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from domaincheck.lab.hostile import Behaviour

QUICKLY = {"options": ["--timeout", "0.3"]}


def doing(behaviour: Behaviour | str) -> Shows:
    """Return what makes a server that behaves so."""
    return lambda _: HostileServer(behaviour)


def sticking(share: float, behaviour: Behaviour, version: Any = TLS12, **options: Any) -> Shows:
    """Return what makes a server that behaves so after that *share* of its first flight."""
    return lambda bench: halfway(server_context(bench.leaf(**options), maximum=version), share, behaviour)


def refused(name: str, number: int, words: str, says: str = "") -> Case:
    """Return the case of a server that answers with that alert."""
    says = says or f"the server refused the handshake ({words})"
    return unreachable(name, doing(after_hello(say(alert(number)))), "handshake_failure", says)


def no_tls(name: str, behaviour: Behaviour | str) -> Case:
    """Return the case of a server that speaks something else."""
    return unreachable(name, doing(behaviour), "not_tls", "what answers there does not speak TLS")


def broken_off(name: str, shows: Shows, says: str = "", **more: Any) -> Case:
    """Return the case of a connection that ends too soon."""
    return unreachable(name, shows, "connection_reset", says, **more)


def late(name: str, shows: Shows) -> Case:
    """Return the case of a server for which there is not time enough."""
    return unreachable(name, shows, "timeout", "within 0.3 s", **QUICKLY)


def malformed(name: str, shows: Shows, says: str, **more: Any) -> Case:
    """Return the case of a server whose handshake cannot be taken."""
    return unreachable(name, shows, "malformed_response", says, **more)


CLOSED = "the server closed the connection during the handshake"
BROKEN = "broke the connection off"
SEEN: dict[str, Any] = {"trusted": True, "matches": True}
HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

CASES = (
    # --- nobody there
    unreachable("nothing listens", lambda _: Nobody(), "connection_refused", " refused the connection"),
    unreachable("no such name", lambda _: [], "dns_failure", f"{HOST} cannot be resolved"),
    # --- the end comes too soon
    broken_off("reset at once", doing(reset), BROKEN),
    broken_off("reset after the client's hello", doing(after_hello(reset)), BROKEN),
    broken_off("reset within the server's hello", sticking(0.01, reset), BROKEN),
    broken_off("reset within the certificates", sticking(0.5, reset), BROKEN),
    broken_off("reset after the certificates", sticking(1.0, reset), BROKEN, **SEEN),
    broken_off("closed at once", doing(close), CLOSED),
    broken_off("closed after the client's hello", doing(after_hello(close)), CLOSED),
    broken_off("closed within the server's hello", sticking(0.01, close), CLOSED),
    broken_off("closed within the certificates", sticking(0.5, close), CLOSED),
    broken_off("closed after the certificates", sticking(1.0, close), CLOSED, **SEEN),
    broken_off("TLS 1.3, closed within the certificates", sticking(0.5, close, TLS13), CLOSED),
    Case("TLS 1.3, closed once all was said", sticking(1.0, close, TLS13)),
    Case("closed after an expired certificate", sticking(1.0, close, not_after=-DAY), "expired", ["expired"], 2),
    Case(
        "reset once, then served",
        lambda bench: in_turn(reset, attending(server_context(bench.leaf()))),
        options=["--retries", "1"],
    ),
    # --- silence and slowness
    late("silence", doing(stall)),
    late("silence after the client's hello", doing(after_hello(stall))),
    late("silence within the certificates", sticking(0.5, stall)),
    late("a byte now and then", doing(drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", b"\0", 0.05))),
    late("HTTP, a byte now and then", doing(drip(b"", b"\x16\x03\x03", 0.2))),
    unreachable("silence after the certificates", sticking(1.0, stall), "timeout", "within 0.3 s", **SEEN, **QUICKLY),
    # --- too much
    malformed("a certificate of 200 kB", lambda bench: heavy_credential(bench.root, HOST), "excessive message size"),
    malformed(
        "TLS 1.2, a certificate of 200 kB",
        lambda bench: heavy_credential(bench.root, HOST),
        "excessive message size",
        **only(TLS12),
    ),
    Case("a certificate of 90 kB", lambda bench: heavy_credential(bench.root, HOST, size=82_000)),
    malformed("a message that claims to have 16 MiB", doing("huge_message"), "unacceptable handshake"),
    malformed("empty records without end", doing("empty_records"), "unacceptable handshake"),
    malformed("warnings without end", doing("warning_alerts"), "too many warn alerts"),
    malformed("requests to begin again without end", doing("hello_requests"), "more than 1 MiB without completing"),
    # --- alerts
    refused("an alert: handshake failure", 40, "handshake failure"),
    refused("an alert: internal error", 80, "internal error"),
    refused("an alert: protocol version", 70, "protocol version"),
    refused("an alert: insufficient security", 71, "insufficient security"),
    refused("an alert: access denied", 49, "access denied"),
    refused("an alert: ALPN required", 120, "no application protocol", "it wants to be asked for a protocol by ALPN"),
    refused("an alert: certificate required", 116, "certificate required"),
    refused("an alert that there is not", 255, "alert 255"),
    # --- no TLS
    no_tls("a web server without TLS", after_hello(say(HTTP))),
    no_tls("an SSH server", greet(b"SSH-2.0-OpenSSH_9.9\r\n")),
    no_tls("a mail server that waits for STARTTLS", greet(b"220 mx.example.com ESMTP\r\n")),
    no_tls("rubbish", BEHAVIOURS["rubbish"]),
    no_tls("rubbish without end", BEHAVIOURS["flood"]),
    no_tls("a page without end", BEHAVIOURS["http_endless_body"]),
)
