"""python-whois is asked for a registrar and name servers, where our own parser found neither."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.whois.fallback import UNSAFE, fill

BARE = Registration(RegistrationState.REGISTERED)
TEXT = (
    "Domain: example.ee\n\nRegistrar:\nname:  Example OÜ\n\n"
    "Name servers:\nnserver: ns1.example.com\nexpire: 2030-01-31\n"
)


def test_registrar_and_name_servers_are_filled_in() -> None:
    """What python-whois can read comes into the record, as clean as the rest of it."""
    filled = fill(BARE, "example.ee", TEXT)
    assert filled.registrar == "Example OÜ"
    assert filled.name_servers == ("ns1.example.com",)


def test_its_dates_are_not_taken() -> None:
    """A date comes from our own parser or not at all."""
    assert fill(BARE, "example.ee", TEXT).expires_at is None


@pytest.mark.parametrize(
    "found",
    [
        replace(BARE, registrar="R"),
        replace(BARE, name_servers=("ns1.example.com",)),
        Registration(RegistrationState.NOT_REGISTERED),
        Registration(RegistrationState.LIMITED),
    ],
)
def test_nothing_is_changed_where_nothing_is_missing(found: Registration) -> None:
    """A record that has one of the two, and an answer that is no record, stay as they are."""
    assert fill(found, "example.ee", TEXT) is found


@pytest.mark.parametrize("tld", sorted(UNSAFE))
def test_slow_patterns_are_not_run(tld: str) -> None:
    """For a TLD whose patterns are too slow nothing is asked."""
    assert fill(BARE, f"example.{tld}", TEXT) is BARE


@given(st.text(), st.sampled_from(["ee", "uk", "nl", "de", "test", ""]))
@settings(max_examples=50, deadline=None)
def test_any_text_is_survived(text: str, tld: str) -> None:
    """Whatever python-whois makes of a text, a record comes back."""
    assert fill(BARE, f"example.{tld}", text).state is RegistrationState.REGISTERED
