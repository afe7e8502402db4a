"""What is told and what is not: names as the operator chose, and no code, secret, path or foreign address at all."""

from __future__ import annotations

import json
import os
import re
import stat
import string
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck import __version__
from domaincheck.telemetry import events
from domaincheck.telemetry.identity import KEY_FILE, hashed, identifier, make_key, read_key
from domaincheck.telemetry.privacy import Privacy, host_of
from domaincheck.telemetry.recorder import ANONYMOUS, SYSTEM, Recorded
from domaincheck.telemetry.scrub import LIMIT, scrub, secrets_in, typed
from domaincheck.telemetry.switch import Switch

if TYPE_CHECKING:
    from domaincheck.telemetry.events import Envelope, Event

AT = datetime(2026, 11, 23, 6, 5, 0, 987654, tzinfo=UTC)
WHO = "ops@example.org"
STARTED = events.domain_registration_started(domain_count=2, domains=["example.com", "example.net"])


def wrapped(
    event: Event = STARTED,
    who: str = WHO,
    identity: str = "email",
    domains: str = "full",
    folder: Path = Path("/nowhere"),
    **known: Any,
) -> Envelope:
    """Return what is sent of *event*."""
    return Privacy(identity, domains, folder, **known).envelope(Recorded(event, who, AT), "run")


def failure(message: str) -> Event:
    """Return the event of a command that failed."""
    return events.command_error(command="check", error_type="UsageError", error_message=message, response_time=0.1)


# --- the envelope ---------------------------------------------------------------------------------------------------


def test_properties_come_in_the_declared_order() -> None:
    """Followed by those of every event, and by what is for the person."""
    envelope = wrapped()
    assert (envelope.event, envelope.timestamp) == ("domain_registration_started", AT)
    assert list(envelope.properties.items())[:4] == [
        ("domain_count", 2),
        ("domains", ["example.com", "example.net"]),
        ("app_version", __version__),
        ("run_id", "run"),
    ]


def test_each_event_has_a_uuid_of_its_own() -> None:
    """Of version 4, by which PostHog knows it."""
    first, second = wrapped().uuid, identifier()
    assert first != second
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each)
        for each in (first, second)
    )


def test_every_event_there_is_becomes_json() -> None:
    """Whatever its properties; none is lost, and strings of our own words stay as they are."""
    values = {
        "str": "run-scheduled",
        "bool": True,
        "int": 3,
        "float": 0.5,
        "float | None": None,
        "Sequence[str]": ["a.example"],
    }
    for declared in events.declarations():
        properties = {name: values[kind] for name, kind in declared.properties.items()}
        sent = json.loads(json.dumps(dict(wrapped(events.Event(declared.name, properties)).properties)))
        assert {name: sent[name] for name in properties} == properties


# --- about whom -----------------------------------------------------------------------------------------------------


def test_an_address_is_told_with_its_person() -> None:
    """By default the operator sees who it is, since when, and what they did last."""
    envelope = wrapped(events.otp_email_failed(operation="subscribe"))
    assert envelope.distinct_id == WHO
    assert envelope.properties["$set"] == {"email_domain": "example.org", "last_operation": "subscribe"}
    assert envelope.properties["$set_once"] == {"first_seen_at": "2026-11-23T06:05:00Z"}
    assert "$process_person_profile" not in envelope.properties


def test_a_command_is_an_operation_too() -> None:
    """Where there is no other; an event that has neither leaves the last one as it was."""
    ended = events.command_run(command="unsubscribe", success=True, exit_code=0, response_time=0.1)
    assert wrapped(ended).properties["$set"]["last_operation"] == "unsubscribe"
    assert "last_operation" not in wrapped(STARTED).properties["$set"]


@pytest.mark.parametrize("identity", ["email", "hashed", "anonymous"])
@pytest.mark.parametrize(
    ("who", "distinct_id"), [(SYSTEM, SYSTEM), (ANONYMOUS, ANONYMOUS), ("no address", ANONYMOUS), ("", ANONYMOUS)]
)
def test_what_is_nobodys_makes_no_person(identity: str, who: str, distinct_id: str) -> None:
    """PostHog is told to keep none."""
    envelope = wrapped(who=who, identity=identity)
    assert envelope.distinct_id == distinct_id
    assert envelope.properties["$process_person_profile"] is False
    assert not {"$set", "$set_once"} & set(envelope.properties)


def test_anonymous_makes_nobody_of_an_address() -> None:
    """Not even its domain is told."""
    envelope = wrapped(failure(f"{WHO} is refused"), identity="anonymous")
    assert envelope.distinct_id == ANONYMOUS
    assert "example.org" not in str(envelope)


def test_hashed_tells_persons_apart_without_naming_them(tmp_path: Path) -> None:
    """The same one has the same name every time; its domain, which may be one person's, is left out."""
    one, again, other = (
        wrapped(who=who, identity="hashed", folder=tmp_path) for who in (WHO, WHO.upper(), "b@example.org")
    )
    assert one.distinct_id == again.distinct_id != other.distinct_id
    assert "example.org" not in str(one)
    assert set(one.properties["$set_once"]) == {"first_seen_at"}


def test_hashes_of_another_installation_are_others(tmp_path: Path) -> None:
    """So nobody can try out addresses who lacks the key, which is its owner's alone."""
    here, there = (wrapped(identity="hashed", folder=tmp_path / name).distinct_id for name in ("here", "there"))
    assert here != there
    assert stat.S_IMODE((tmp_path / "here" / KEY_FILE).stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "here") == [KEY_FILE]  # noqa: PTH208 - names are what counts


def test_an_address_and_a_host_of_the_same_letters_have_different_hashes() -> None:
    """One can't be told by the other."""
    assert hashed("address", "a@b", b"key") != hashed("host", "a@b", b"key")


def test_without_a_key_nobody_is_named(tmp_path: Path) -> None:
    """Where it can't be made, or is cut off, a hash is not to be had; the plain name never takes its place."""
    (tmp_path / KEY_FILE).write_bytes(b"short")
    assert read_key(tmp_path) is None
    envelope = wrapped(identity="hashed", domains="hashed", folder=tmp_path)
    assert envelope.distinct_id == ANONYMOUS
    assert "domains" not in envelope.properties


def test_processes_that_make_a_key_at_once_make_one(tmp_path: Path) -> None:
    """Else the hashes of the slower ones would be of no use."""
    found: list[bytes | None] = []
    threads = [threading.Thread(target=lambda: found.append(make_key(tmp_path / "new"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert None not in found


# --- domains --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        ("WWW.Example.COM.:8443", "www.example.com"),
        ("https://me:hunter2@example.com:8443/private?token=x#y", "example.com"),
        ("smtp://mx.example.com", "mx.example.com"),
        ("me@example.com", "example.com"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("[2001:DB8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("bücher.example", "bücher.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("file:/etc/ssl/site.pem", None),
        ("file:///etc/ssl/site.pem", None),
        ("file:site.pem", None),
        ("/etc/ssl/site.pem", None),
        ("private/site.pem", None),
        (r"C:\private\site.pem", None),
        ("https://me:hun/ter2@example.com/", None),
        ("123456", None),
        ("not a host", None),
        ("", None),
    ],
)
def test_of_a_target_its_host_is_told(text: str, host: str | None) -> None:
    """Never a path, a file, who logs in there and how, nor a code in its place."""
    assert host_of(text) == host


def test_domains_are_hosts_each_once_and_a_hundred_at_most() -> None:
    """How many there are in all is told besides."""
    texts = ["https://a.example/x", "a.example", "file:x.pem", *(f"h{number}.example" for number in range(500))]
    domains = wrapped(events.domain_registration_started(domain_count=502, domains=texts)).properties["domains"]
    assert domains[:2] == ["a.example", "h0.example"]
    assert len(domains) == 100


def test_hashed_tells_domains_apart_without_naming_them(tmp_path: Path) -> None:
    """In the same order, and the same at each time."""
    one, again = (wrapped(domains="hashed", folder=tmp_path).properties["domains"] for _ in range(2))
    assert one == again
    assert len(set(one)) == 2
    assert "example" not in str(one)


def test_count_tells_no_domains() -> None:
    """Only the number stays; no sentence names one either."""
    assert "domains" not in wrapped(domains="count").properties
    assert wrapped(domains="count").properties["domain_count"] == 2
    for host in ("mx.example.com", "mx.example.com:25", "192.0.2.1", "2001:db8::1", "https://a.example/b"):
        assert host not in str(wrapped(failure(f"{host}: timed out"), domains="count"))


def test_a_secret_that_was_given_for_a_target_is_not_told() -> None:
    """It may look like a host."""
    event = events.domain_registration_started(domain_count=2, domains=["Hunter2-hunter2", "a.example"])
    assert wrapped(event, secrets=["Hunter2-hunter2"]).properties["domains"] == ["a.example"]


# --- sentences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("No such option: --jsno Did you mean --json?", "No such option: --jsno Did you mean --json?"),
        ("example.com:443 refused the connection", "example.com:443 refused the connection"),
        ("this code '123456' does not fit", "this code '[code]' does not fit"),
        ("given: 123 456.", "given: [code]."),
        ("to ops@example.org, not to (eve@example.org)", "to ops@example.org, not to ([address])"),
        ("<malops@example.org>", "<[address]>"),
        ("/home/joe/x.toml, line 3: wrong", "[path], line 3: wrong"),
        ("No such file: '/home/Joe Doe/x'", "No such file: [path]"),
        ("~/.netrc and ..\\x and hosts.txt and .env", "[path] and [path] and [path] and [path]"),
        ("https://rdap.example/domain/x answered", "https://rdap.example/[path] answered"),
        ("https://rdap.example/ answered", "https://rdap.example/ answered"),
        ("at https://me:pw@x.example/y", "at [address]"),
        ('password="two words" is wrong', "password=[secret] is wrong"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
        ("AUTH PLAIN AGFsaWNlAGh1bnRlcjI=", "AUTH PLAIN [secret]"),
        ("seed JBSWY3DPEHPKKTLP", "seed [secret]"),
        ("key phx_abc is refused", "key [secret] is refused"),
        ("-----BEGIN PRIVATE KEY----- MII", "[secret]"),
        ("one\ntwo\x1b[31m", "one two\N{REPLACEMENT CHARACTER}[31m"),
    ],
)
def test_a_sentence_is_told_without_what_is_nobodys_business(text: str, told: str) -> None:
    """And stays as legible as can be."""
    assert scrub(text, WHO) == told


def test_what_was_typed_is_not_repeated() -> None:
    """But for the command's own words and the names of options, which are no secret."""
    line = ["--config", "/home/Joe Doe/x", "-fhosts", "otp", "send", "--bogus", "--operation=steal", "a.example,sesame"]
    words = set(typed(line, "otp send"))
    assert {"/home/Joe Doe/x", "hosts", "steal", "sesame"} <= words
    assert not words & {"--config", "otp", "send", "--bogus"}
    message = "No such option: --bogus. hosts: 'steal', 'sesame:443' and /home/Joe Doe/x after otp send"
    told = "No such option: --bogus. [withheld]: '[withheld]', '[withheld]' and [withheld] after otp send"
    assert wrapped(failure(message), words=iter(words)).properties["error_message"] == told


def test_what_was_typed_stays_where_it_is_no_sentence() -> None:
    """``--operation subscribe`` was typed too, and is an operation."""
    event = events.otp_generated(operation="subscribe", force_new=False, is_new_otp=True)
    assert wrapped(event, words=["subscribe"]).properties["operation"] == "subscribe"


def test_secrets_of_the_environment_are_in_no_event() -> None:
    """Neither as they stand nor in base64, as a mail server gets them; nor is the key, nor the name of this machine."""
    environment = {"DOMAINCHECK_SMTP_PASSWORD": "tr0ub4dor", "MY_TOKEN": "open sesame", "PATH": "/usr/bin"}
    switch = Switch("on", "", key="thekeyofus", identity="email", domains="full")
    privacy = Privacy.of(switch, Path("/nowhere"), environment, ["check"], "check")
    text = f"tr0ub4dor, dHIwdWI0ZG9y, xopen sesamex, thekeyofus at {os.uname().nodename}"
    message = privacy.envelope(Recorded(failure(text), ANONYMOUS, AT), "run").properties["error_message"]
    assert message == "[secret], [secret], x[secret]x, [secret] at [withheld]"
    assert "/usr/bin" not in set(secrets_in(environment))


LETTERS = st.text(string.ascii_letters + string.digits, min_size=8, max_size=24)
NAMES = st.text(string.ascii_lowercase, min_size=2, max_size=9)
PLANTS = st.one_of(
    st.text("0123456789", min_size=6, max_size=6),
    st.tuples(st.sampled_from(["phc_", "phx_"]), LETTERS).map("".join),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=32, max_size=32),
    st.tuples(st.sampled_from(["/", "~/", "./", "C:\\"]), NAMES, st.sampled_from("/\\"), NAMES).map("".join),
    st.tuples(NAMES, st.sampled_from(["@", "%40"]), NAMES, st.just(".example")).map("".join),
    st.tuples(NAMES, st.just(":"), LETTERS, st.just("@"), NAMES).map("".join),
    NAMES.map(lambda name: f"{name}.pem"),
)
AROUND = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
BESIDE = st.sampled_from([" ", "'", '"', "(", "<", ": ", ", ", "\n", "\t"])


@given(plant=PLANTS, before=AROUND, opening=BESIDE, closing=BESIDE, after=AROUND)
def test_nothing_planted_survives(plant: str, before: str, opening: str, closing: str, after: str) -> None:
    """Whatever stands around it."""
    told = scrub(f"{before} {opening}{plant}{closing} {after}", WHO)
    assert plant not in told
    assert len(told) <= LIMIT


@given(
    scheme=st.sampled_from(["https", "smtp", "x"]),
    password=st.text(string.punctuation + "abcXYZ123", min_size=4, max_size=20),
)
def test_no_password_in_an_address_survives(scheme: str, password: str) -> None:
    """Of whatever signs it is made."""
    assert f":{password}@" not in scrub(f"cannot connect to {scheme}://me:{password}@host.example:1/x, refused")


@given(secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=5, max_size=40), before=AROUND, after=AROUND)
def test_no_secret_that_is_known_survives(secret: str, before: str, after: str) -> None:
    """Not even in the middle of a word, in spite of all that is taken out besides."""
    secrets = list(secrets_in({"A_PASSWORD": secret}))
    told = scrub(f"{before}{secret}{after}", WHO, secrets)
    assert secret not in told.replace("[secret]", "")
    assert len(told) <= LIMIT


@given(text=st.text(max_size=5000), hosts=st.booleans())
def test_any_text_becomes_one_printable_line(text: str, hosts: bool) -> None:
    """Of a length that suits a dashboard."""
    told = scrub(text, hosts=hosts)
    assert told.isprintable()
    assert len(told) <= LIMIT


@pytest.mark.parametrize("piece", ["a", "/", "@", ":", "1", "_", "password", "a.", "'", '"', "://", "é"])
def test_no_text_takes_long(piece: str) -> None:
    """A hostile server's words are read in time that grows with their length, not with its square."""
    begun = time.monotonic()
    assert len(scrub(piece * 200_000, hosts=False)) <= LIMIT
    host_of(f"{piece * 2000}!")
    assert time.monotonic() - begun < 2
