"""Registered, not registered, refused: the three are never mixed up, and the rest is unknown."""

from __future__ import annotations

import pytest

from domaincheck.model import RegistrationState
from domaincheck.probes.whois import parse

TERMS = """
You are not authorized to access or query our WHOIS database through the use of
high-volume, automated processes. Your access may be denied if the query limit is
exceeded. NOTICE: the registration of a domain not found here may be
available from your registrar. Users may consult the sponsoring
registrar.  Please note that the query limit is 500 per day from the same IP.
"""


@pytest.mark.parametrize(
    "text",
    [
        'No match for "EXAMPLE.TEST".',
        "%% No entries found for the selected source(s).",
        "% No match found.",
        "Domain not found.",
        "NOT FOUND",
        "Domain example.test not found",
        "Domain:\texample.test\nStatus:\tAVAILABLE",
        "Domain: example.test\nStatus: free",
        "Domain Name: example.test\nDomain Status: No Object Found",
        "version: 8.0\ndomain_name: example.test\nquery_status: 220 Available",
        "example.test is free",
        "Available\nDomain: example.test",
        "The queried object does not exist: example.test",
        "This domain name has not been registered.",
        ">>> Domain example.test is available for registration",
        "%ERROR:101: no entries found",
        "No such domain example.test",
        "El dominio no se encuentra registrado en NIC Argentina",
        "상기 도메인이름은 등록되어 있지 않습니다.",
        "No_Se_Encontro_El_Objeto/Object_Not_Found",
        "Nincs találat / No match",
        "We do not have an entry in our database matching your query.",
        "No Data Found\n" + TERMS,
    ],
)
def test_not_registered(text: str) -> None:
    """A registry that knows no such name says so in words of its own."""
    assert parse("example.test", text).state is RegistrationState.NOT_REGISTERED


@pytest.mark.parametrize(
    "text",
    [
        "%%\n%% Too many requests...\n%%\n%% No entries found in the AFNIC Database.",
        "Your connection limit exceeded. Please slow down and try again later.",
        "% Error: 55000000002 Connection refused; access control limit reached.",
        "-1: Still in grace period, wait 5 seconds",
        "example.be\n-3: IP address blocked",
        "% Excessive querying, grace period of 2 seconds",
        'Error for "example.uk".\n\nthe WHOIS query quota for 192.0.2.1 has been exceeded',
        "whois.example: daily whois-limit exceeded for client 192.0.2.1",
        "only 1 request per second allowed, try again later",
        "WHOIS LIMIT EXCEEDED - SEE WWW.EXAMPLE.ORG/WHOIS FOR DETAILS",
        "% You have exceeded allowed connection rate.\n% Please try to connect later.",
        "request limit exceeded",
        "Please go away for 13 Seconds",
        "Please maintain at least 60-second time before starting another enquiry.",
        "domain_name: example.nz\nquery_status: 440 Request Denied",
        "Service currently unavailable due to incoming of a large amount of\nrequests.\nTry again later.",
        "WHOIS lookup for EXAMPLE.TEST can temporarily not be answered. Please try again.",
        "% Query rate limit exceeded. Reduced information.\ndomain:      registry.test\nowner:       The Registry",
        "Quota exceeded\nNot found",
    ],
)
def test_limited(text: str) -> None:
    """A refusal is never taken for an answer, whatever else the server writes beside it."""
    assert parse("example.test", text).state is RegistrationState.LIMITED


@pytest.mark.parametrize(
    "text",
    [
        "Domain: example.test\nStatus: active",
        "Domain Name: EXAMPLE.GOV\n   Status: ACTIVE",
        "domain: example.hm\nstatus: taken",
        "Domain:\texample.be\nStatus:\tNOT AVAILABLE",
        "   Domain name:\n      EXAMPLE.TK is Active",
        "Domain: example.test\nNserver: ns1.example.com",
        "Registrar: Example Ltd\n" + TERMS,
        "Domain: example.test\nRegistrar: R\nRemarks: rate limit exceeded",
    ],
)
def test_registered(text: str) -> None:
    """A record is one whatever the terms of use below it speak of."""
    assert parse("example.test", text).state is RegistrationState.REGISTERED


@pytest.mark.parametrize("text", ["", " \n\r\n", "Hello.", TERMS, "Invalid query", "example.test", "%", ":\n:", "\0"])
def test_unknown(text: str) -> None:
    """What says nothing about the domain is no answer."""
    assert parse("example.test", text).state is RegistrationState.UNKNOWN


def test_free_state_is_a_province() -> None:
    """A place named Free State does not make a name free."""
    answer = parse("example.za", "Domain: example.za\nRegistrar: R\nState: Free State\n")
    assert answer.state is RegistrationState.REGISTERED


def test_only_a_record_has_facts() -> None:
    """An answer about no registration carries none of its fields."""
    answer = parse("example.lv", "[Domain]\nDomain: example.lv\nStatus: free\n\n[Whois]\nUpdated: 2030-01-31\n")
    assert answer.state is RegistrationState.NOT_REGISTERED
    assert answer.updated_at is None
