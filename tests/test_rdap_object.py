"""What an RDAP server's domain object says, however it is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domaincheck.errors import NetworkError
from domaincheck.model import ProblemCode, Registration, RegistrationState
from domaincheck.probes.rdap_object import read

EXPIRY = datetime(2028, 9, 14, 4, tzinfo=UTC)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


def body(**members: Any) -> bytes:
    """Write a domain object as a registry would, with *members* added or replaced."""
    return json.dumps({"objectClassName": "domain", "ldhName": "example.com"} | members).encode()


def expiring(date: Any) -> Registration:
    """Read an object whose expiration event bears *date*."""
    return read("example.com", body(events=[{"eventAction": "expiration", "eventDate": date}]))


def registrar(**members: Any) -> dict[str, Any]:
    """Write an entity with the role of the registrar."""
    return {"objectClassName": "entity", "roles": ["registrar"]} | members


def card(*properties: list[Any]) -> list[Any]:
    """Write a jCard (RFC 7095) with *properties* after the version."""
    return ["vcard", [["version", {}, "text", "4.0"], *properties]]


def test_a_registrys_object_is_read_whole() -> None:
    """Dates, registrar, name servers, statuses and DNSSEC all come out, names in lower case."""
    answer = body(
        ldhName="EXAMPLE.COM",
        handle="2336799_DOMAIN_COM-VRSN",
        rdapConformance=["rdap_level_0", "icann_rdap_response_profile_0"],
        notices=[{"title": "Terms of Use", "description": ["No expiration of these terms."]}],
        status=["client transfer prohibited", "active"],
        events=[
            {"eventAction": "registration", "eventDate": "1997-09-15T04:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2028-09-14T04:00:00Z"},
            {"eventAction": "last changed", "eventDate": "2019-09-09T15:39:04Z"},
            {"eventAction": "last update of RDAP database", "eventDate": "2026-07-26T16:17:27Z"},
        ],
        nameservers=[{"objectClassName": "nameserver", "ldhName": "NS1.EXAMPLE.COM."}, {"ldhName": "ns2.example.com"}],
        secureDNS={"delegationSigned": True},
        entities=[registrar(handle="292", vcardArray=card(["fn", {}, "text", "Example Registrar Inc."]))],
    )
    assert read("example.com", answer) == Registration(
        RegistrationState.REGISTERED,
        expires_at=EXPIRY,
        created_at=datetime(1997, 9, 15, 4, tzinfo=UTC),
        updated_at=datetime(2019, 9, 9, 15, 39, 4, tzinfo=UTC),
        registrar="Example Registrar Inc.",
        name_servers=("ns1.example.com", "ns2.example.com"),
        statuses=("clientTransferProhibited", "ok"),
        dnssec=True,
    )


def test_the_least_object_is_a_registration() -> None:
    """No handle, no events, no entities: registered, the rest unknown."""
    assert read("example.com", body()) == Registration(RegistrationState.REGISTERED)


def test_the_registrars_date_is_kept_apart() -> None:
    """What a registrar sells is not when the registry lets go."""
    found = read(
        "example.com",
        body(
            events=[
                {"eventAction": "registrar expiration", "eventDate": "2027-12-16T16:00:00Z"},
                {"eventAction": "expiration", "eventDate": "2028-09-14T04:00:00Z"},
            ]
        ),
    )
    assert found.expires_at == EXPIRY
    assert found.registrar_expires_at == datetime(2027, 12, 16, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    [
        "2028-09-14T04:00:00Z",
        "2028-09-14t04:00:00z",
        "2028-09-14T04:00:00.000+0000",
        "2028-09-14T04:00:00.0Z",
        "2028-09-14T07:00:00+03:00",
        "2028-09-13T21:00:00-0700",
        "2028-09-14T04:00:00",
        "2028-09-14 04:00:00 UTC",
        " 2028-09-14T04:00Z ",
    ],
)
def test_dates_are_read_as_servers_write_them(date: str) -> None:
    """With fractions, with a zone in either form, or without one, which means UTC."""
    assert expiring(date).expires_at == EXPIRY


@pytest.mark.parametrize("date", ["2028-09-14", "2028-09-14Z", "20280914"])
def test_a_date_without_a_time_is_the_begin_of_that_day(date: str) -> None:
    """The alarm is at worst a day early."""
    assert expiring(date).expires_at == datetime(2028, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "date",
    [
        "0000-00-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2028-02-30",
        "soon",
        "",
    ],
)
def test_a_date_that_cannot_be_is_told_of(date: str) -> None:
    """Neither an expiry two thousand years ago nor one that never comes is a fact."""
    found = expiring(date)
    assert found.expires_at is None
    assert found.faults == (f"the date of expiration cannot be read: {date}",)


@pytest.mark.parametrize("date", [None, 1789358400, [], {"date": "2028-09-14"}])
def test_a_date_of_a_wrong_type_is_told_of(date: Any) -> None:
    """A date that is no text is as unreadable as one that is no date."""
    assert expiring(date).faults == ("the date of expiration cannot be read: it is no text",)


def test_a_readable_date_is_found_behind_an_unreadable_one() -> None:
    """The first readable date of an action counts, and the fault is still told."""
    found = read(
        "example.com",
        body(
            events=[
                {"eventAction": "expiration", "eventDate": "never"},
                {"eventAction": "Expiration", "eventDate": "2028-09-14T04:00:00Z"},
                {"eventAction": "expiration", "eventDate": "2031-01-01T00:00:00Z"},
            ]
        ),
    )
    assert found.expires_at == EXPIRY
    assert found.faults == ("the date of expiration cannot be read: never",)


@pytest.mark.parametrize(
    ("entities", "name"),
    [
        ([registrar(vcardArray=card(["fn", {}, "text", " Example Inc. "]))], "Example Inc."),
        ([registrar(vcardArray=card(["org", {"type": "work"}, "text", "Example Org"]))], "Example Org"),
        ([registrar(vcardArray=card(["fn", {}, "text", ""], ["org", {}, "text", ["Example", "Sales"]]))], "Example"),
        ([registrar(handle="REG-EXAMPLE")], "REG-EXAMPLE"),
        ([registrar(roles="registrar", handle="REG-EXAMPLE")], "REG-EXAMPLE"),
        ([registrar(roles=["sponsor", "registrar"], handle="REG-EXAMPLE")], "REG-EXAMPLE"),
        (registrar(handle="REG-EXAMPLE"), "REG-EXAMPLE"),
        ([{"roles": ["registrant"], "entities": [registrar(handle="NESTED")]}], "NESTED"),
        ([{"roles": ["sponsor"], "entities": [registrar(handle="NESTED")]}, registrar(handle="OUTER")], "OUTER"),
        ([registrar(vcardArray=card(["fn", {}, "text", "Ex\x1b[31mample"]))], "Ex\N{REPLACEMENT CHARACTER}[31mample"),
        ([registrar(vcardArray=[], handle="  ")], None),
        ([{"roles": ["technical"], "handle": "TECH"}], None),
    ],
)
def test_the_registrar_is_found(entities: Any, name: str | None) -> None:
    """By its card's name, else its organisation, else its handle; wherever it stands; made harmless."""
    assert read("example.com", body(entities=entities)).registrar == name


def test_names_of_name_servers_become_a_labels() -> None:
    """An internationalised name server counts under the name that the DNS knows; what is no host name is left out."""
    hosts = [{"unicodeName": "ns.bücher.example"}, {"ldhName": "not a host"}, {"ldhName": 7}, "ns1.example.com"]
    assert read("example.com", body(nameservers=hosts)).name_servers == ("ns.xn--bcher-kva.example",)


@pytest.mark.parametrize(
    ("secure", "signed"), [({}, None), ({"delegationSigned": "yes"}, None), (None, None), ([], None)]
)
def test_dnssec_is_unknown_unless_said(secure: Any, signed: bool | None) -> None:
    """Silence about DNSSEC is not its absence."""
    assert read("example.com", body(secureDNS=secure)).dnssec is signed


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("example.com", {"ldhName": "EXAMPLE.COM."}),
        ("xn--bcher-kva.example", {"ldhName": "XN--BCHER-KVA.example"}),
        ("xn--bcher-kva.example", {"ldhName": None, "unicodeName": "Bücher.example"}),
        ("xn--bcher-kva.example", {"ldhName": "bücher.example"}),
    ],
)
def test_the_answer_may_spell_the_domain_in_its_own_way(domain: str, names: dict[str, Any]) -> None:
    """Case, a trailing dot and Unicode make no other domain."""
    assert read(domain, body(**names)).state is RegistrationState.REGISTERED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><title>Please log in</title></html>",
        body()[:-9],
        b"[]",
        b"null",
        b'"example.com"',
        b"{}",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"ldhName":' * 100_000,
        body(ldhName="example.org"),
        body(ldhName="www.example.com", unicodeName="example.org"),
        body(ldhName=None),
        body(objectClassName="nameserver"),
        body(objectClassName=["domain"]),
        b'{"errorCode": 404, "title": "Not Found"}',
    ],
)
def test_what_is_no_object_of_this_domain_is_malformed(answer: bytes) -> None:
    """Rubbish, half an answer, an error and the answer to another question say nothing about the domain."""
    with pytest.raises(NetworkError) as caught:
        read("example.com", answer)
    assert caught.value.code == ProblemCode.MALFORMED_RESPONSE


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["roles", "vcardArray", "handle", "entities", "eventAction", "eventDate", "ldhName"]), inner
        )
        | st.tuples(st.just("vcard"), st.lists(st.tuples(st.just("fn"), inner, inner, inner), max_size=2))
    ),
    max_leaves=12,
)
_members = st.sampled_from(["events", "entities", "nameservers", "status", "secureDNS", "unicodeName"])


@patient
@given(st.dictionaries(_members, _json))
def test_no_object_of_the_domain_is_too_strange(members: dict[str, Any]) -> None:
    """Whatever stands in its members, an object of the domain is a registration, and nothing is raised."""
    assert read("example.com", body(**members)).state is RegistrationState.REGISTERED


@patient
@given(st.binary() | _json.map(lambda value: json.dumps(value).encode()))
def test_no_body_is_too_strange(answer: bytes) -> None:
    """Whatever bytes arrive, they are read, or refused in the one way that the probe expects."""
    try:
        read("example.com", answer)
    except NetworkError as error:
        assert error.code == ProblemCode.MALFORMED_RESPONSE  # noqa: PT017 -- either way is fine, a third is not


@patient
@given(st.text(max_size=40))
def test_no_date_is_too_strange(date: str) -> None:
    """A date is read or told of."""
    found = expiring(date)
    assert (found.expires_at is None) == bool(found.faults)


@patient
@given(st.text(max_size=60))
def test_no_name_is_too_strange(name: str) -> None:
    """Whatever a name server is called, what comes out is a host name in ASCII or nothing."""
    found = read("example.com", body(nameservers=[{"ldhName": name}, {"unicodeName": name}]))
    assert all(host.isascii() and host == host.lower() and " " not in host for host in found.name_servers)
