"""Lifetimes and their edges: every certificate is sound, and the time of day decides.

OpenSSL reads the real clock, the verdict the one that it is handed, which stands still at the bench's now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from domaincheck.lab.authority import Authority, self_signed
from domaincheck.lab.odd import GENERALIZED_TIME, UTC_TIME, altered, validity
from tests.cases.bench import Bench, Case, Shows, invalid
from tests.facts import DAY, HOST, SECOND

if TYPE_CHECKING:
    from domaincheck.lab.authority import Credential
    from domaincheck.lab.odd import OddCredential

HOUR = timedelta(hours=1)


def lasting(lifetime: timedelta, left: timedelta, **options: Any) -> Shows:
    """Return what makes a leaf of that *lifetime* with so much *left*."""
    return lambda bench: bench.leaf(not_before=left - lifetime, not_after=left, **options)


def until(day: str) -> Shows:
    """Return what makes a leaf that ends with that *day*."""
    return lambda bench: bench.leaf(not_after=datetime.fromisoformat(f"{day}T23:59:59Z"))


def dated(begin: str, end: str, tag: int, bench: Bench) -> OddCredential:
    """Return a leaf with its dates written so."""
    return altered(bench.leaf(), bench.issuer.key, validity=validity(begin, end, tag))


def below_an_old_root(bench: Bench) -> Credential:
    """Return a leaf below a root that is trusted, though it is over."""
    old = Authority.root(bench.root.now, subject="Old Root", not_after=-DAY)
    bench.trust(old.certificate)
    return old.intermediate().leaf(HOST)


TODAY: dict[str, Any] = {"status": "expiring_today", "exit_status": 2}
SOON: dict[str, Any] = {"status": "expiring_soon", "exit_status": 1}
VERY_SOON: dict[str, Any] = SOON | {"exit_status": 2}
EXPIRED: dict[str, Any] = {"status": "expired", "problems": ["expired"], "exit_status": 2}

year, quarter, weeks, week = (partial(lasting, days * DAY) for days in (398, 90, 47, 6))

CASES = (
    # --- how much is left of a year
    Case("398 days, all well", year(200 * DAY)),
    Case("398 days, 30 and a second left", year(30 * DAY + SECOND)),
    Case("398 days, 30 left", year(30 * DAY), **SOON),
    Case("398 days, 29 days 23 hours left", year(30 * DAY - HOUR), **SOON),
    Case("398 days, 7 and a second left", year(7 * DAY + SECOND), **SOON),
    Case("398 days, 7 left", year(7 * DAY), **VERY_SOON),
    Case("398 days, one left", year(DAY), **VERY_SOON),
    Case("398 days, a second less than one left", year(DAY - SECOND), **TODAY),
    Case("398 days, an hour left", year(HOUR), **TODAY),
    Case("398 days, a second left", year(SECOND), **TODAY),
    Case("398 days, the last second", year(0 * DAY), **TODAY),
    Case("398 days, over for a second", year(-SECOND), **EXPIRED, says="the certificate expired on "),
    Case("398 days, over for a day", year(-DAY), **EXPIRED),
    Case("398 days, over for a year", year(-365 * DAY), **EXPIRED),
    # --- shorter lives have shorter windows
    Case("90 days, 31 left", quarter(31 * DAY)),
    Case("90 days, 29 left", quarter(29 * DAY), **SOON),
    Case("90 days, 6 left", quarter(6 * DAY), **VERY_SOON),
    Case("47 days, 16 left", weeks(16 * DAY)),
    Case("47 days, 15 left", weeks(15 * DAY), **SOON),
    Case("47 days, 3 left", weeks(3 * DAY), **VERY_SOON),
    Case("6 days, 2 and a second left", week(2 * DAY + SECOND)),
    Case("6 days, 2 left", week(2 * DAY), **SOON),
    Case("6 days, 25 hours left", week(25 * HOUR), **SOON),
    Case("6 days, 23 hours left", week(23 * HOUR), **TODAY),
    Case("6 days, over for an hour", week(-HOUR), **EXPIRED),
    Case("an hour's life, half of it left", lasting(HOUR, HOUR / 2)),
    Case("an hour's life, a quarter of it left", lasting(HOUR, HOUR / 4), **TODAY),
    # --- as the user wants it
    Case("90 days, 60 left, of which the user wants 61", quarter(60 * DAY), options=("-t", "61"), **SOON),
    Case("90 days, 60 left, of which the user wants 59", quarter(60 * DAY), options=("-t", "59")),
    Case("90 days, 60 left, of which the user wants a share", quarter(60 * DAY), options=("-t", "70%"), **SOON),
    Case(
        "90 days, 20 left, critical in the last 25",
        quarter(20 * DAY),
        options=("--critical", "25"),
        **VERY_SOON,
    ),
    # --- the beginning
    Case("begun this second", lambda bench: bench.leaf(not_before=0 * DAY)),
    invalid("beginning in a second", lambda bench: bench.leaf(not_before=SECOND), "not_yet_valid", "not valid before "),
    invalid("beginning tomorrow", lambda bench: bench.leaf(not_before=DAY), "not_yet_valid"),
    invalid(
        "beginning tomorrow, and soon over",
        lambda bench: bench.leaf(not_before=DAY, not_after=2 * DAY),
        "not_yet_valid",
    ),
    Case(
        "over before it begins",
        lambda bench: dated("491231235959Z", "200101000000Z", UTC_TIME, bench),
        "expired",
        ["expired", "not_yet_valid"],
        2,
    ),
    # --- how dates are written
    Case("ten years", lambda bench: bench.leaf(not_before=-DAY, not_after=3650 * DAY)),
    Case("until the last day of two-digit years", until("2049-12-31")),
    Case("until the first day of four-digit years", until("2050-01-01")),
    Case("for ever, as RFC 5280 writes it", until("9999-12-31")),
    Case("four-digit years too early", partial(dated, "20200101000000Z", "20491231235959Z", GENERALIZED_TIME)),
    invalid(
        "without seconds",
        partial(dated, "2001010000Z", "4912312359Z", UTC_TIME),
        "bad_chain",
        "format error in certificate's notBefore field",
    ),
    invalid("with a zone", partial(dated, "200101000000+0100", "491231235959+0100", UTC_TIME), "bad_chain"),
    invalid(
        "a day that there is not",
        partial(dated, "200101000000Z", "270230000000Z", UTC_TIME),
        "malformed_response",
        "the certificate's dates cannot be read",
        problems=["malformed_response", "bad_chain"],
        trusted=False,
    ),
    # --- faults beside
    Case(
        "over, for another host, from a private root",
        lambda bench: bench.stranger.leaf("other.example.com", not_after=-DAY, issuer_url=None),
        "expired",
        ["expired", "hostname_mismatch", "untrusted_root"],
        2,
        trusted=False,
        matches=False,
    ),
    Case(
        "over, and signed by itself",
        lambda bench: self_signed(bench.root.now, HOST, not_after=-DAY),
        "expired",
        ["expired", "self_signed"],
        2,
        trusted=False,
    ),
    # --- those above
    Case(
        "an intermediate that ends before the leaf",
        lambda bench: bench.root.intermediate(not_after=20 * DAY).leaf(HOST),
        "expiring_soon",
        ["chain_expiring"],
        1,
        "CN=Lab Intermediate R1, above the certificate in the chain, expires first: on ",
    ),
    Case(
        "an intermediate with three days left",
        lambda bench: bench.root.intermediate(not_after=3 * DAY).leaf(HOST),
        "expiring_soon",
        ["chain_expiring"],
        2,
    ),
    Case(
        "an intermediate in its last hour",
        lambda bench: bench.root.intermediate(not_after=HOUR).leaf(HOST),
        "expiring_today",
        ["chain_expiring"],
        2,
    ),
    Case(
        "an intermediate that is over",
        lambda bench: bench.root.intermediate(not_after=-DAY).leaf(HOST),
        "expired",
        ["chain_expired"],
        2,
        "expired on ",
    ),
    Case(
        "a leaf and an intermediate that are over",
        lambda bench: bench.root.intermediate(not_after=-DAY).leaf(HOST, not_after=-2 * DAY),
        "expired",
        ["expired", "chain_expired"],
        2,
    ),
    invalid(
        "an intermediate that begins tomorrow",
        lambda bench: bench.root.intermediate(not_before=DAY).leaf(HOST),
        "not_yet_valid",
        "above the certificate in the chain, is not valid before ",
    ),
    Case(
        "an intermediate that ends before the leaf, both late",
        lambda bench: bench.root.intermediate(not_after=100 * DAY).leaf(HOST, not_after=300 * DAY),
    ),
    Case(
        "a trusted root that is over",
        below_an_old_root,
        "expired",
        ["chain_expired"],
        2,
    ),
)
