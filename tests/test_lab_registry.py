"""The registries of the lab answer over RDAP and WHOIS, or refuse, as they are told."""

from __future__ import annotations

import contextlib
import http.client
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab import registry
from domaincheck.lab.hostile import flood
from domaincheck.lab.records import Facts, domain_object, whois_text
from domaincheck.lab.registry import RdapServer, WhoisServer
from tests.lab_client import NOW, say, trusting

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from domaincheck.lab.authority import Authority


FACTS = Facts(
    expires=NOW + timedelta(days=300),
    created=NOW - timedelta(days=3000),
    registrar="Lab Registrar, Inc.",
    statuses=("clientTransferProhibited", "ok"),
    name_servers=("a.iana-servers.net",),
    dnssec=True,
)


def fetch(server: RdapServer, path: str, context: ssl.SSLContext | None = None) -> tuple[int, Mapping[str, str], bytes]:
    """GET *path* and return status, headers and body."""
    link = (
        http.client.HTTPSConnection(server.host, server.port, timeout=10, context=context)
        if context
        else http.client.HTTPConnection(server.host, server.port, timeout=10)
    )
    with contextlib.closing(link):
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_rdap_and_whois_tell_the_same_facts() -> None:
    """A domain object and a WHOIS text made of the same facts carry each of them, in the words of either protocol."""
    made, text = domain_object("example.com", **FACTS), whois_text("example.com", **FACTS)
    expires = f"{FACTS['expires']:%Y-%m-%dT%H:%M:%SZ}"
    assert {"eventAction": "expiration", "eventDate": expires} in made["events"]
    assert f"Registry Expiry Date: {expires}" in text
    assert made["status"] == ["client transfer prohibited", "active"]
    assert "Domain Status: clientTransferProhibited https" in text
    assert made["entities"][0]["vcardArray"][1][1][3] == "Lab Registrar, Inc."
    assert "Registrar: Lab Registrar, Inc." in text
    assert made["nameservers"][0]["ldhName"] == "A.IANA-SERVERS.NET"
    assert (made["secureDNS"]["delegationSigned"], "DNSSEC: signedDelegation" in text) == (True, True)


def test_facts_that_are_left_out_are_unsaid() -> None:
    """A registry that publishes no dates names none in either protocol."""
    assert domain_object("example.de")["events"] == []
    assert "Date" not in whois_text("example.de")


def test_an_rdap_server_answers_and_remembers() -> None:
    """Known names get their object, others 404, and every path asked for is kept with its time, in order."""
    made = domain_object("example.com", **FACTS)
    with RdapServer({"example.com": made}) as server:
        status, headers, body = fetch(server, "/rdap/domain/EXAMPLE.com")
        assert (status, headers["Content-Type"], json.loads(body)) == (200, registry.RDAP_TYPE, made)
        status, headers, body = fetch(server, "/domain/free.com")
        assert (status, headers["Content-Type"], json.loads(body)["errorCode"]) == (404, registry.RDAP_TYPE, 404)
    assert [query.text for query in server.queries] == ["/rdap/domain/EXAMPLE.com", "/domain/free.com"]
    assert server.queries[0].at <= server.queries[1].at


def test_an_rdap_server_speaks_https(root: Authority) -> None:
    """With a credential the same answers come over TLS."""
    answers = {"example.com": (200, {"X-Lab": "yes"}, b"{}")}
    with RdapServer(answers, credential=root.leaf("127.0.0.1")) as server:
        status, headers, body = fetch(server, "/domain/example.com", trusting(root))
    assert (server.url[:8], status, headers["X-Lab"], body) == ("https://", 200, "yes", b"{}")


def test_an_rdap_server_refuses_in_every_way() -> None:
    """Limits, failures, portals and redirects are what they are called."""
    ways = {
        "limited.com": registry.limited(90),
        "broken.com": registry.error(500),
        "busy.com": registry.error(503),
        "portal.com": registry.HTML,
        "circle.com": registry.redirect("/domain/circle.com"),
    }
    with RdapServer(ways) as server:
        answers = {name: fetch(server, f"/domain/{name}") for name in ways}
    assert [status for status, _, _ in answers.values()] == [429, 500, 503, 200, 302]
    assert answers["limited.com"][1]["Retry-After"] == "90"
    assert answers["portal.com"][1]["Content-Type"] == "text/html"
    assert answers["circle.com"][1]["Location"] == "/domain/circle.com"


def test_an_rdap_answer_may_break_off() -> None:
    """Half an object is less than was announced."""
    with RdapServer({"half.com": registry.HALF}) as server, pytest.raises(http.client.IncompleteRead):
        fetch(server, "/domain/half.com")


def test_an_rdap_answer_may_be_huge() -> None:
    """A huge body has exactly the size that was announced."""
    with RdapServer({"huge.com": registry.huge(3_000_000)}) as server:
        assert len(fetch(server, "/domain/huge.com")[2]) == 3_000_000


def test_a_whois_server_answers_and_remembers() -> None:
    """The last word of the line is the name; what is not known has no match; a behaviour takes the place of a text."""
    answers: dict[str, registry.WhoisAnswer] = {
        "example.com": whois_text("example.com", **FACTS),
        "rubbish.com": bytes(range(256)),
        "nothing.com": b"",
        "endless.com": flood(b"", b"% more\r\n"),
        "com": registry.referral("whois.example.net"),
    }
    with WhoisServer(answers) as server:
        assert b"Lab Registrar" in say(server.port, b"domain EXAMPLE.com\r\n")
        assert say(server.port, b"rubbish.com\r\n") == bytes(range(256))
        assert say(server.port, b"nothing.com\r\n") == b""
        assert len(say(server.port, b"endless.com\r\n")) >= 1 << 20
        assert b"refer:        whois.example.net" in say(server.port, b"com\r\n")
        assert b'No match for domain "FREE.COM"' in say(server.port, b"free.com\r\n")
    assert [query.text for query in server.queries][::5] == ["domain EXAMPLE.com", "free.com"]
