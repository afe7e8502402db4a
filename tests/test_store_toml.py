"""Subscriptions in a TOML file: what it looks like, and what people may make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import StateError, UsageError
from domaincheck.model import Standing, Subscription
from domaincheck.store import document, open_store
from domaincheck.store.disk import locked
from domaincheck.store.toml import HEADER
from domaincheck.targets import parse
from tests.test_store import ANN, BOB, NOW, REFUSED, VERIFIED, held, refuses, wish

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the store may be."""
    return tmp_path / "subscriptions.toml"


@pytest.fixture
def store(path: Path) -> Store:
    """Return a store that does not exist yet."""
    return open_store(path, parse)


def read(tables: str) -> list[Subscription]:
    """Return what a file says that holds *tables* under its first line."""
    return list(document.read(f"version = 1\n{tables}", "s.toml", parse).values())


def test_the_file_explains_itself(store: Store, path: Path) -> None:
    """One table an address; targets that differ in more have one of their own."""
    store.add([wish(standing=VERIFIED), wish(target="smtp://mx.example.com", standing=VERIFIED)])
    store.add([wish(BOB, since=None), wish(ANN, "other.example", REFUSED, threshold="25%", since=None)])
    assert path.read_text() == (
        HEADER
        + """
[[subscription]]
email = "ann@example.com"
targets = [
    "example.com",
    "smtp://mx.example.com",
]
verified = 2026-11-23 06:05:00+00:00

[[subscription]]
email = "ann@example.com"
targets = [
    "other.example",
]
threshold = "25%"
refused = true

[[subscription]]
email = "bob@example.com"
targets = [
    "example.com",
]
"""
    )


def test_the_header_names_every_key() -> None:
    """Who opens the file need not look anywhere else."""
    assert all(f"#   {key} " in HEADER for key in ("email", "targets", "threshold", *Standing))


def test_what_changes_nothing_writes_nothing(store: Store, path: Path) -> None:
    """What somebody wrote by hand stays in their own words until there is a reason to write."""
    path.write_text(f"version = 1 # mine\n[[subscription]]\nemail = '{ANN}'\ntargets = ['example.com']\n")
    before = path.stat()
    store.add([wish()])
    store.remove(BOB)
    store.mark(BOB, VERIFIED, NOW)
    assert path.stat() == before


def test_the_permissions_that_somebody_gave_the_file_stay(store: Store, path: Path) -> None:
    """A file in version control may be for a group to read."""
    store.add([wish()])
    path.chmod(0o640)
    store.add([wish(BOB)])
    assert path.stat().st_mode & 0o777 == 0o640


# --- what people write ---


def test_what_people_write_is_brought_into_the_usual_form() -> None:
    """Capitals in addresses, numbers for thresholds, dates of all kinds."""
    table = "[[subscription]]\nemail = 'Ann@EXAMPLE.com'\ntargets = ['Example.com ', 'b.example']\nthreshold = 14\n"
    assert read(table + "verified = 2026-11-23T07:05:00+01:00") == [
        wish(target="Example.com", standing=VERIFIED, threshold="14d"),
        wish(target="b.example", standing=VERIFIED, threshold="14d"),
    ]


@pytest.mark.parametrize(
    ("line", "standing", "since"),
    [
        ("", Standing.PENDING, None),
        ("verified = false", Standing.PENDING, None),
        ("verified = true", VERIFIED, None),
        ("verified = 2026-11-23", VERIFIED, datetime(2026, 11, 23, tzinfo=UTC)),
        ("verified = 2026-11-23T06:05:00", VERIFIED, NOW),
        ("refused = 2026-11-23 06:05:00Z\nverified = true", REFUSED, NOW),
        ("pending = 2026-11-23 06:05:00Z", Standing.PENDING, NOW),
    ],
)
def test_a_standing_has_a_date_or_is_just_so(line: str, standing: Standing, since: datetime | None) -> None:
    """An address that refuses mail is not written to, even if it was verified once."""
    [found] = read(f"[[subscription]]\nemail = '{ANN}'\ntargets = ['example.com']\n{line}")
    assert (found.standing, found.since) == (standing, since)


def test_what_stands_there_twice_is_merged() -> None:
    """As if it had been added in turn."""
    table = f"[[subscription]]\nemail = '{ANN}'\ntargets = ['example.com', 'https://EXAMPLE.com']\n"
    assert read(table + "verified = 2026-11-23 06:05:00Z\n" + table) == [
        wish(target="https://EXAMPLE.com", standing=VERIFIED)
    ]


GOOD = f"[[subscription]]\nemail = '{ANN}'\ntargets = [\n  'example.com', # targets\n  'b.example',\n]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1\nsubscription = [\n", "s.toml is no TOML: Invalid value"),
        (f"version = 1\n{GOOD}[[subscription]\n", "s.toml is no TOML: .*line 8"),
        ("version = 1\nx = " + "[" * 5000, "s.toml is no TOML"),
        ("version = " + "1" * 5000, "s.toml is no TOML"),
        ("version = 1\n[subscription]\nemail = 'a@b.c'", "s.toml, line 2: subscriptions are tables"),
        ("version = true", "s.toml, line 1: the version must be 1"),
        ("version = 0", "s.toml, line 1: the version must be 1"),
        (GOOD, "s.toml holds no subscriptions: it has no line 'version = 1'"),
        ("version = 1\n\nverison = 2", "s.toml, line 3: there is no key 'verison' here, but version, subscription"),
        (f"version = 1\n{GOOD}{GOOD}# emial\nemial = 'x'", "s.toml, line 15: there is no key 'emial' here, but email"),
        (
            f"version = 1\n{GOOD}[[subscription]]\ntargets = ['x.example']",
            "s.toml, line 8: a subscription needs its email",
        ),
        (f"version = 1\n{GOOD}[[ subscription ]]\n\nemail = 7", "s.toml, line 10: a subscription needs its email"),
        ("version = 1\n[[subscription]]\nemail = 'ann'", "s.toml, line 3: 'ann' is no e-mail address"),
        (f"version = 1\n[[subscription]]\nemail = '{ANN}'", "s.toml, line 2: targets must be a list"),
        (f"version = 1\n{GOOD.replace('b.example', 'b example')}", "s.toml, line 6: 'b example' contains ' '"),
        (f"version = 1\n[[subscription]]\nemail = '{ANN}'\ntargets = 'x.example'", "s.toml, line 4: targets must be a"),
        (f"version = 1\n{GOOD}threshold = [30]", "s.toml, line 8: .* is no threshold: give days"),
        (f"version = 1\n{GOOD}threshold = true", "s.toml, line 8: .* is no threshold: give days"),
        (f"version = 1\n{GOOD}verified = 'yes'", "s.toml, line 8: verified must be a date without quotes"),
        (f"version = 1\n{GOOD}verified = 0001-01-01T00:00:00+09:00", "s.toml, line 8: verified must be a date"),
        ("version = 1\nsubscription = [{email = 'ann'}]", "s.toml: 'ann' is no e-mail address"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, said: str) -> None:
    """Whoever made it finds it at once."""
    with pytest.raises(UsageError, match=f"^{said}"):
        document.read(text, "s.toml", parse)


def test_a_half_written_file_is_left_alone(path: Path) -> None:
    """It is somebody's work in progress."""
    path.write_text(f"version = 1\n{GOOD}[[subscription]]\nemail = 'bob@exam")
    refuses(path, "is no TOML")


def test_a_newer_version_is_left_alone(path: Path) -> None:
    """Whatever else stands in it."""
    path.write_text("version = 2\n[people]\nann = true\n")
    refuses(path, "is of a newer version of domaincheck; it is left alone")


@given(st.text() | st.from_regex(r"version = 1\n\[\[subscription\]\]\n(\w+ = [\w\['.-]+\n){0,4}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """A sentence on one line says why, whatever stands in the file."""
    said = "nothing"
    try:
        document.read(text, "s.toml", parse)
    except (UsageError, StateError) as error:
        said = str(error)
    assert said.isprintable()


# --- others who write ---


def test_waiting_for_another_writer_has_an_end(store: Store, path: Path) -> None:
    """A sentence says why; reading needs no wait."""
    store.add([wish()])
    with locked(path, 0), pytest.raises(StateError, match=r"another process has been writing to it for 0\.05 s"):
        open_store(path, parse, patience=0.05).add([wish(BOB)])
    with locked(path, 0):
        assert held(store) == [(ANN, "example.com")]
