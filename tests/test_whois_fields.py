"""What a record tells is found under every label and in every form registries give it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domaincheck.model import RegistrationState
from domaincheck.probes.whois import parse

DAY = datetime(2030, 1, 31, tzinfo=UTC)
OTHER = datetime(2020, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "Registry Expiry Date: 2030-01-31T00:00:00Z",
        "   Expiration Date: 31-jan-2030",
        "Expiration Date:31-Jan-2030 00:00:00 UTC",
        "expire:       31.01.2030",
        "expires............: 31.1.2030 00:00:00",
        "Expiry Date.......... 2030-01-31",
        "paid-till:     2030-01-31T00:00:00Z",
        "Record expires on 2030-01-31 (YYYY-MM-DD)",
        "Record expires on Thu Jan 31 00:00:00 2030",
        "[Expires on]                    2030/01/31",
        "d [Record Expired]              31-JAN-2030",
        "Valid-date          2030-01-31",
        "domain:Expires:20300131",
        "4b.    Expiry Date : 2030/01/31",
        "Data de expiração / Expiration Date (dd/mm/yyyy): 31/01/2030",
        "사용 종료일                 : 2030. 01. 31.",
        "Fecha de vencimiento: 2030-01-31",
        "State: Connected (2030/01/31)",
        "status:     OK-UNTIL 20300131000000",
        "Registrar Registration Expiration Date: 2030-01-31T00:00:00Z",
        "Entry created:\n\tMonday 1st February 2020\n\nRenewal date:\n\tThursday 31st January 2030",
    ],
)
def test_expiry(line: str) -> None:
    """The expiry date is found in each way of writing a field."""
    assert parse("example.test", f"Domain: example.test\n{line}\n").expires_at == DAY


@pytest.mark.parametrize(
    "line",
    [
        "Option expiration date: 2031-05-05",
        "free-date: 2031-05-05",
        "available..........: 5.5.2031 09:37:54",
        "Date out of quarantine: 2031-05-05",
        "Trademark expiry note: 2031-05-05",
        ">>> Last update of WHOIS database: 2031-05-05T00:00:00Z <<<",
    ],
)
def test_other_dates_are_no_expiry(line: str) -> None:
    """Dates of options, releases, quarantines and databases are not the domain's expiry."""
    assert parse("example.test", f"Domain: example.test\nStatus: ok\n{line}\n").expires_at is None


def test_the_registrys_expiry_wins_over_the_registrars() -> None:
    """Of two contradicting dates the registry's counts, the registrar's is kept apart, and a fault is noted."""
    answer = parse(
        "example.test",
        "Registrar Registration Expiration Date: 2031-06-01T00:00:00Z\nRegistry Expiry Date: 2030-01-31T00:00:00Z\n",
    )
    assert answer.expires_at == DAY
    assert answer.registrar_expires_at == datetime(2031, 6, 1, tzinfo=UTC)
    assert any("registrar" in fault for fault in answer.faults)


def test_the_registrys_block_wins_over_the_registrars_before_it() -> None:
    """Where a registrar's answer stands before the registry's, the registry's expiry counts all the same."""
    text = (
        "Domain Name: EXAMPLE.COM\nExpiry Date: 2031-06-01\n\n"
        "Whois Server Version 2.0\n\n   Domain Name: EXAMPLE.COM\n   Expiration Date: 31-jan-2030\n"
    )
    answer = parse("example.com", text)
    assert answer.expires_at == DAY
    assert answer.faults


def test_an_unreadable_expiry_is_none_and_a_fault() -> None:
    """A year 9999 is no date; a sentence tells what stood there."""
    answer = parse("example.test", "Domain: example.test\nRegistrar: R\nExpiry Date: 9999-12-31\n")
    assert answer.expires_at is None
    assert any("9999-12-31" in fault for fault in answer.faults)


def test_an_incomplete_expiry_is_not_completed() -> None:
    """A month and a year do not make a date."""
    assert parse("example.test", "Domain: example.test\nRegistrar: R\nExpiry Date: Jan 2030\n").expires_at is None


@pytest.mark.parametrize(
    ("domain", "month"),
    [("example.im", 4), ("example.tk", 3)],
)
def test_the_order_of_numbers_is_the_registrys(domain: str, month: int) -> None:
    """The Isle of Man writes the day first, Freenom the month."""
    expires = parse(domain, f"Domain: {domain}\nExpiry Date: 03/04/2030\n").expires_at
    assert expires is not None
    assert expires.month == month


def test_another_date_of_the_answer_shows_the_order() -> None:
    """If one date can only be day first, so are the others of the answer."""
    answer = parse("example.test", "Created: 28/02/2020\nExpires: 03/04/2030\n")
    assert answer.expires_at == datetime(2030, 4, 3, tzinfo=UTC)


def test_an_unknown_order_is_a_fault() -> None:
    """Where nothing shows the order there is no expiry, and a fault that says why."""
    answer = parse("example.test", "Created: 04/04/2020\nExpires: 03/04/2030\n")
    assert answer.expires_at is None
    assert any("month" in fault for fault in answer.faults)


def test_times_are_in_the_registrys_zone() -> None:
    """A bare time of .pl is the time in Warsaw, in summer as in winter."""
    answer = parse("example.pl", "created: 2020.07.01 12:00:00\nrenewal date: 2030.01.31 12:00:00\n")
    assert answer.expires_at == datetime(2030, 1, 31, 11, tzinfo=UTC)
    assert answer.created_at == datetime(2020, 7, 1, 10, tzinfo=UTC)


def test_dates_of_contacts_are_not_the_domains() -> None:
    """A contact's own creation date is passed over, whether its object is indented or begins a paragraph."""
    indented = "Domain: example.it\nExpire Date: 2030-01-31\n\nRegistrant\n  Organization: O\n  Created: 2011-01-01\n"
    paragraph = "domain: example.is\nexpires: January 31 2030\n\nperson: P\ncreated: January 1 2011\n"
    assert parse("example.it", indented).created_at is None
    assert parse("example.is", paragraph).created_at is None


def test_dates_after_the_contacts_are_the_domains() -> None:
    """A field that stands no further in than the contact's heading belongs to the domain again."""
    text = "Domain Name: example.ly\n\nBilling Contact:\n   A. B.\n   Tripoli\n\nCreated: 2020-02-01 00:00:00\n"
    assert parse("example.ly", text).created_at == OTHER


def test_other_names_in_the_answer_are_passed_over() -> None:
    """Of several records only the one about the domain counts."""
    text = "Server Name: EXAMPLE.COM.EVIL.TEST\nRegistrar: Evil\n\nDomain Name: EXAMPLE.COM\nRegistrar: Good\n"
    assert parse("example.com", text).registrar == "Good"


@pytest.mark.parametrize(
    "text",
    [
        "Registrar: Example Ltd",
        "Sponsoring Registrar:Example Ltd (R84-AFIN)",
        "    Registrar:\n        Example Ltd [Tag = EXAMPLE]\n        URL: https://example.com",
        "Registrar:\n\tName:\t Example Ltd\n\tWebsite: example.com",
        "Registrar:\nname:       Example Ltd\nurl:        https://example.com",
        "[Registrar]\nType: Legal person\nName: Example Ltd",
        "registrar_name: Example Ltd",
        "Registrar\tExample Ltd\n1 Example Street",
        "Registrar:      EX-0001\nName:           Example Ltd",
        "registrar..........: Example Ltd",
        "registrar:      Example Ltd ( https://nic.at/registrar/1 )",
    ],
)
def test_registrar(text: str) -> None:
    """The registrar's name is found beside its label or below it, without remarks and addresses."""
    assert parse("example.test", f"Domain: example.test\n\n{text}\n").registrar == "Example Ltd"


@pytest.mark.parametrize(
    "text",
    [
        "Name Server: NS1.EXAMPLE.COM\nName Server: ns2.example.com.",
        "nserver: ns1.example.com 192.0.2.1\nnserver: ns2.example.com [192.0.2.2]",
        "Name servers:\n    ns1.example.com   192.0.2.1\n    ns2.example.com",
        "Nameservers\nns1.example.com\nns2.example.com\n\nUpdated\tyesterday.example.com",
        "Domain servers in listed order:\n\n   ns1.example.com\n   ns2.example.com\n",
        "nameservers:    ns1.example.com. [192.0.2.1]\n                ns2.example.com.",
        "ns_name_01: ns1.example.com\nns_name_02: ns2.example.com",
        "Primary server.........: ns1.example.com\nSecondary server.......: ns2.example.com",
        "Nameserver: example.pt\tNS\tns1.example.com.\nNameserver: example.pt\tNS\tns2.example.com.",
        "[Name Server]      ns1.example.com\n[Name Server]      ns2.example.com",
        "DNS: ns1.example.com - \nDNS: ns2.example.com - 192.0.2.2",
        "name_servers:\n- ns1.example.com\n- ns2.example.com",
        "Name Servers: ns1.example.com, ns2.example.com",
    ],
)
def test_name_servers(text: str) -> None:
    """Name servers are found one by one or in a list, in lower case, without dots behind and addresses."""
    answer = parse("example.test", f"Domain: example.test\n{text}\n")
    assert answer.name_servers == ("ns1.example.com", "ns2.example.com")


def test_name_servers_in_unicode_become_a_labels() -> None:
    """A name server is kept as the DNS knows it."""
    assert parse("example.test", "Name Server: ns.bücher.example\n").name_servers == ("ns.xn--bcher-kva.example",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Domain Status: clientHold https://icann.org/epp#clientHold", ("clientHold",)),
        ("status: pendingDelete / redemptionPeriod", ("pendingDelete", "redemptionPeriod")),
        ("status: server_delete_prohibited, server_hold", ("serverDeleteProhibited", "serverHold")),
        ("Domain Status:\n     Active\n     Delete Prohibited by Registrar", ("ok", "clientDeleteProhibited")),
        ("state: REGISTERED, DELEGATED", ()),
    ],
)
def test_statuses(text: str, codes: tuple[str, ...]) -> None:
    """Statuses are EPP codes; what is none is left out."""
    assert parse("example.test", f"Domain: example.test\nRegistrar: R\n{text}\n").statuses == codes


@pytest.mark.parametrize(
    ("line", "signed"),
    [
        ("DNSSEC: signedDelegation", True),
        ("DNSSEC: unsigned", False),
        ("dnssec: unsigned delegation", False),
        ("Signed: no", False),
        ("DNSSEC: yes", True),
        ("ds-rdata: 12345 8 2 ABCDEF", True),
        ("remarks: none", None),
    ],
)
def test_dnssec(line: str, signed: bool | None) -> None:
    """Whether the delegation is signed is known where the registry says it."""
    assert parse("example.test", f"Domain: example.test\nRegistrar: R\n{line}\n").dnssec is signed


def test_what_is_kept_is_clean() -> None:
    """No control character of an answer survives."""
    answer = parse("example.test", "Domain: example.test\nRegistrar: Ex\x1b[31mample\nExpiry Date: 1\x07-2\n")
    assert answer.state is RegistrationState.REGISTERED
    assert answer.registrar is not None
    assert all(text.isprintable() for text in (answer.registrar, *answer.faults))
