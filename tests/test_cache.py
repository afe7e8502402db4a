"""What is remembered of a registration, for how long, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domaincheck.model import Failure, ProblemCode, Registration, RegistrationFacts, RegistrationState
from domaincheck.probes.cache import CachedProbe, keep_for, read, write
from tests.facts import DAY, NOW, registration, registration_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FREE = Registration(RegistrationState.NOT_REGISTERED)
DENIED = Failure(ProblemCode.NOT_REGISTERED, "WHOIS says that it is not")
UNREACHED = Failure(ProblemCode.TIMEOUT, "WHOIS did not answer")

# --- for how long --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        (-10 * DAY, DAY / 2),
        (0 * DAY, DAY / 2),
        (30 * DAY, DAY / 2),
        (35 * DAY, DAY / 2),
        (40 * DAY, DAY),
        (60 * DAY, 3 * DAY),
        (100 * DAY, 7 * DAY),
        (3000 * DAY, 7 * DAY),
        (None, DAY / 2),
    ],
)
def test_facts_are_kept_the_longer_the_farther_away_the_expiry_is(left: timedelta | None, kept: timedelta) -> None:
    """Half a day while somebody may be waiting for the renewal to show, a week at the most."""
    assert keep_for(registration_facts(registration(left)), NOW) == kept


@pytest.mark.parametrize("status", ["redemptionPeriod", "pendingDelete", "clientHold", "serverHold", "pendingTransfer"])
def test_a_domain_in_trouble_is_looked_up_often(status: str) -> None:
    """Its expiry may be years away, and yet it is about to change hands or to vanish."""
    facts = registration_facts(registration(statuses=("clientTransferProhibited", status)))
    assert keep_for(facts, NOW) == DAY / 2


@pytest.mark.parametrize("status", ["ok", "active", "clientDeleteProhibited", "autoRenewPeriod"])
def test_a_status_that_tells_of_no_trouble_is_none(status: str) -> None:
    """Locks and grace periods are everyday business."""
    assert keep_for(registration_facts(registration(statuses=(status,))), NOW) == 7 * DAY


def test_a_contradicted_answer_is_looked_at_again_soon() -> None:
    """That one source denies the registration may be the first sign of its end."""
    assert keep_for(registration_facts(failures=(DENIED,)), NOW) == DAY / 2


def test_a_date_that_was_missed_is_asked_for_again_soon() -> None:
    """If the source that may know the expiry did not answer, minutes later it may."""
    assert keep_for(registration_facts(registration(None), failures=(UNREACHED,)), NOW) == 5 * MINUTE
    assert keep_for(registration_facts(failures=(UNREACHED,)), NOW) == 7 * DAY


def test_not_registered_is_kept_for_an_hour() -> None:
    """Somebody who sees that alarm acts on it, and wants to see the outcome."""
    assert keep_for(registration_facts(FREE), NOW) == HOUR


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (RegistrationState.LIMITED, ProblemCode.RATE_LIMITED),
        (RegistrationState.UNKNOWN, ProblemCode.REGISTRY_UNREACHABLE),
        (RegistrationState.UNKNOWN, ProblemCode.MALFORMED_RESPONSE),
        (RegistrationState.UNKNOWN, ProblemCode.NO_REGISTRY),
    ],
)
def test_errors_are_kept_for_minutes(state: RegistrationState, code: ProblemCode) -> None:
    """Long enough to spare a server that is in trouble, short enough to see that it is back."""
    facts = registration_facts(Registration(state), failures=(UNREACHED, Failure(code, "no")))
    assert keep_for(facts, NOW) == 5 * MINUTE


def test_what_happened_on_the_way_is_not_kept() -> None:
    """A user who has mended the network wants to be believed at once."""
    facts = registration_facts(Registration(RegistrationState.UNKNOWN), failures=(UNREACHED,))
    assert keep_for(facts, NOW) == timedelta()


@pytest.mark.parametrize("longest", [timedelta(), MINUTE, 2 * DAY])
def test_the_user_sets_the_upper_bound(longest: timedelta) -> None:
    """Nothing at all is kept for longer."""
    for answer in (registration(), registration(None), registration(5 * DAY), FREE):
        assert keep_for(registration_facts(answer), NOW, longest) <= longest


# --- the cache -----------------------------------------------------------------------------------------------------


@dataclass
class Notes:
    """A memory that is a dictionary."""

    entries: dict[str, tuple[str, float, float]] = field(default_factory=dict)

    def registration(self, key: str, now: float) -> tuple[str, float] | None:
        """Return what is kept."""
        facts, learned, until = self.entries.get(key, ("", 0.0, 0.0))
        return (facts, learned) if until > now else None

    def keep_registration(self, key: str, facts: str, learned: float, until: float) -> None:
        """Keep."""
        self.entries[key] = (facts, learned, until)


@dataclass
class Registry:
    """A probe that counts its calls; *now* is the time of day."""

    answer: Registration = field(default_factory=registration)
    asked: list[str] = field(default_factory=list)
    now: datetime = NOW

    def __call__(self, domain: str) -> RegistrationFacts:
        """Return the facts, after a second."""
        self.asked.append(domain)
        self.now += timedelta(seconds=1)
        return registration_facts(self.answer, domain=domain)

    def clock(self) -> datetime:
        """Return the time of day."""
        return self.now


def test_what_is_remembered_is_not_asked_for_again() -> None:
    """The same facts come back, marked as cached, with their age since the answer and no time spent."""
    probe = Registry()
    cached = CachedProbe(probe, Notes(), probe.clock)
    fresh = cached("example.com")
    probe.now += timedelta(seconds=90)
    again = cached("example.com")
    assert probe.asked == ["example.com"]
    assert (fresh.cached, fresh.age_seconds) == (False, None)
    assert again == replace(fresh, cached=True, age_seconds=90, duration_seconds=0.0)


@pytest.mark.parametrize(("answer", "kept"), [(FREE, HOUR), (registration(5 * DAY), DAY / 2)])
def test_after_its_time_it_is_asked_for_again(answer: Registration, kept: timedelta) -> None:
    """To the second."""
    probe = Registry(answer)
    cached = CachedProbe(probe, Notes(), probe.clock)
    cached("example.com")
    probe.now += kept - timedelta(seconds=1)
    assert cached("example.com").cached
    probe.now += timedelta(seconds=1)
    assert not cached("example.com").cached


def test_each_domain_has_its_own_entry() -> None:
    """The facts of one are never taken for those of another."""
    probe = Registry()
    cached = CachedProbe(probe, Notes(), probe.clock)
    assert [cached(name).domain for name in ("example.com", "example.org", "example.com")] == [
        "example.com",
        "example.org",
        "example.com",
    ]
    assert probe.asked == ["example.com", "example.org"]


def test_what_was_learned_in_another_way_is_another_entry() -> None:
    """An answer of a server that the user named says nothing about what the registry says."""
    probe, notes = Registry(), Notes()
    for variant in ("", "rdap", "http://127.0.0.1/", ""):
        CachedProbe(probe, notes, probe.clock, variant)("example.com")
    assert len(probe.asked) == 3


def test_with_refresh_the_registry_is_asked_and_the_answer_kept() -> None:
    """The next one who does not insist gets the new answer."""
    probe = Registry()
    cached = CachedProbe(probe, Notes(), probe.clock)
    cached("example.com")
    probe.answer = registration(700 * DAY)
    refreshed = replace(cached, refresh=True)("example.com")
    assert not refreshed.cached
    assert cached("example.com").registration == probe.answer
    assert len(probe.asked) == 2


def test_what_can_not_be_read_is_asked_for() -> None:
    """An entry that makes no sense is as good as none, and is replaced."""
    probe, notes = Registry(), Notes()
    cached = CachedProbe(probe, notes, probe.clock)
    notes.entries["example.com"] = ("rubbish", NOW.timestamp(), NOW.timestamp() + 1000)
    assert not cached("example.com").cached
    assert cached("example.com").cached


def test_an_age_is_never_negative() -> None:
    """Also when the clock was set back by less than the entry's life."""
    probe = Registry()
    cached = CachedProbe(probe, Notes(), probe.clock)
    cached("example.com")
    probe.now -= HOUR
    assert cached("example.com").age_seconds == 0


# --- in writing ----------------------------------------------------------------------------------------------------

moments = st.none() | st.datetimes(timezones=st.just(UTC))
texts = st.lists(st.text()).map(tuple)
registrations = st.builds(
    Registration,
    st.sampled_from(RegistrationState),
    expires_at=moments,
    created_at=moments,
    updated_at=moments,
    registrar=st.none() | st.text(),
    registrar_expires_at=moments,
    name_servers=texts,
    statuses=texts,
    dnssec=st.none() | st.booleans(),
    faults=texts,
)
facts = st.builds(
    RegistrationFacts,
    st.just("example.com"),
    registrations,
    source=st.sampled_from([None, "rdap", "whois"]),
    server=st.none() | st.text(),
    failures=st.lists(st.builds(Failure, st.sampled_from(ProblemCode), st.text())).map(tuple),
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(facts)
def test_what_is_written_is_read(known: RegistrationFacts) -> None:
    """Nothing is lost or changed on the way, not a microsecond of a date."""
    assert read("example.com", write(known)) == known


@settings(deadline=None)
@given(st.text() | values.map(json.dumps))
@example("[" * 100_000)
@example("9" * 10_000)
@example('{"registration": {"expires_at": 1e300}}')
def test_no_text_is_too_odd_to_be_refused(text: str) -> None:
    """What is not ours is nothing; it never raises."""
    assert read("example.com", text) is None


@settings(deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from([*Registration.__dataclass_fields__, "more"]), values, min_size=1),
    frame=st.dictionaries(st.sampled_from(["source", "server", "failures"]), values),
)
def test_entries_that_are_almost_right_never_raise(changes: Mapping[str, Any], frame: Mapping[str, Any]) -> None:
    """Each field may hold anything."""
    content = json.loads(write(registration_facts())) | frame
    content["registration"] |= changes
    found = read("example.com", json.dumps(content))
    assert found is None or found.domain == "example.com"


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2027-03-01"])
def test_a_date_is_in_utc_or_it_is_none(written: str) -> None:
    """A date outside of the calendar, or without a zone, never travels on as such."""
    content = json.loads(write(registration_facts()))
    content["registration"]["expires_at"] = written
    found = read("example.com", json.dumps(content))
    assert found is None or (found.registration.expires_at and found.registration.expires_at.tzinfo is UTC)
