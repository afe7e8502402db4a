"""Which setting a name is for, where in the file it stands, and what a value is in the words of TOML."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.mailer.configured import PASSWORD_VARIABLE
from domaincheck.settings import TABLE, key_of
from domaincheck.settings.places import line_numbers, line_of
from domaincheck.settings.toml import as_toml
from domaincheck.settings.variables import strangers
from domaincheck.telemetry.switch import VARIABLE as TELEMETRY_VARIABLE


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("check.jobs", ("check", "jobs")),
        ("domains.example.de.expires_at", ("domains", "example.de", "expires_at")),
        ('domains."www.example.de".expires_at', ("domains", "www.example.de", "expires_at")),
        ("domains.de.expires_at", ("domains", "de", "expires_at")),
    ],
)
def test_a_name_leads_to_a_setting(name: str, path: tuple[str, ...]) -> None:
    """The dots of a domain are its own."""
    assert key_of(name).path == path


@pytest.mark.parametrize("name", ["", ".", "check", "check.", "domains", "domains.expires_at", "domains..expires_at"])
def test_a_name_of_no_setting_is_refused(name: str) -> None:
    """A section is none."""
    with pytest.raises(UsageError, match="there is no setting"):
        key_of(name)


def test_every_variable_that_is_read_is_known() -> None:
    """Those of settings, and those that other rooms read."""
    variables = [setting.variable for setting in TABLE]
    others = ["DOMAINCHECK_CONFIG", "DOMAINCHECK_STORE", PASSWORD_VARIABLE, TELEMETRY_VARIABLE]
    assert list(strangers(dict.fromkeys([*variables, *others, "PATH"], "x"))) == []


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("DOMAINCHECK_SMTP_HSOT", "DOMAINCHECK_SMTP_HOST"),
        ("DOMAINCHECK_JOBS", "DOMAINCHECK_CHECK_JOBS"),
        ("DOMAINCHECK_KEEP_DAYS", "DOMAINCHECK_HISTORY_KEEP_DAYS"),
        ("DOMAINCHECK_smtp_host", "DOMAINCHECK_SMTP_HOST"),
        ("DOMAINCHECK_STROE", "DOMAINCHECK_STORE"),
        ("DOMAINCHECK_SMTP_PASWORD", "DOMAINCHECK_SMTP_PASSWORD"),
        ("DOMAINCHECK_", None),
        ("DOMAINCHECK_ZZZ", None),
    ],
)
def test_a_variable_that_is_spelled_wrongly_is_found(variable: str, meant: str | None) -> None:
    """With the one that is likest, if any is."""
    assert list(strangers({variable: "x", "DOMAINCHECK_EMPTY": "", "DOMAINCHECKER": "x"})) == [(variable, meant)]


@given(st.text(max_size=40))
def test_no_name_breaks_the_search(name: str) -> None:
    """It leads somewhere, or there is one printable sentence about it."""
    try:
        assert key_of(name).path
    except UsageError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right


def test_a_place_is_a_line_of_the_file() -> None:
    """That of the key, or where it stands in braces that of its section."""
    text = '# mine\n[check]\njobs = 3\n\nalerts = {windows = [1]}\n[domains."a.de"]\n"expires_at" = 2027-03-01\n'
    names = ("check", "check.jobs", "check.alerts.windows", "domains.a.de.expires_at", "tls.weak")
    assert [line_of(line_numbers(text), name) for name in names] == [2, 3, 5, 7, None]


@given(
    st.one_of(
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(-1e15, 1e15),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the time zone
        st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
    )
)
def test_a_value_in_the_words_of_toml_is_read_back(value: Any) -> None:
    """Whatever a text holds."""
    assert tomllib.loads(f"it = {as_toml(value)}")["it"] == value
