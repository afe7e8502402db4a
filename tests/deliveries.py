"""What tests of deliveries share: an installation with an outbox, and events of the funnel to put into it."""

from __future__ import annotations

import itertools
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domaincheck.telemetry import events
from domaincheck.telemetry.courier import LOCK, OUTBOX
from domaincheck.telemetry.deliver import Sender
from domaincheck.telemetry.delivery import Delivery
from domaincheck.telemetry.events import Envelope
from domaincheck.telemetry.identity import identifier
from domaincheck.telemetry.outbox import Outbox
from domaincheck.telemetry.switch import destination_of

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.telemetry.delivery import Outcome, Send
    from domaincheck.telemetry.standing import Standing

KEY = "phc_of_nobody"
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)

FUNNEL = (
    events.otp_generated(operation="subscribe", force_new=False, is_new_otp=True),
    events.otp_verification_attempted(success=True, message="verified", operation="subscribe"),
    events.domain_registration_started(domain_count=1, domains=["example.com"]),
    events.domain_registration_completed(domain_count=1, success=True, domains=["example.com"]),
)


def funnel(count: int = 4) -> list[Envelope]:
    """Return *count* events, one every two seconds, that go through the funnel again and again."""
    steps = itertools.islice(itertools.cycle(FUNNEL), count)
    return [
        Envelope(identifier(), step.name, "user@example.com", NOW + timedelta(seconds=2 * place), step.properties)
        for place, step in enumerate(steps)
    ]


def dropped(count: int) -> Envelope:
    """Return the event that says how many were dropped."""
    event = events.telemetry_dropped(count=count)
    return Envelope(identifier(), event.name, "anonymous", NOW, event.properties)


@dataclass(slots=True)
class Installation:
    """One user's domaincheck, with its outbox in *folder*; its events go to *url*. *now* is what its clock shows."""

    folder: Path
    url: str = "http://127.0.0.1:9"
    now: datetime = NOW
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.folder / OUTBOX)

    @property
    def destination(self) -> str:
        """The fingerprint of where its events go."""
        return destination_of(KEY, self.url)

    @property
    def standing(self) -> Standing:
        """How things are with the outbox."""
        with closing(self.outbox):
            return self.outbox.standing(self.destination, self.now)

    @property
    def lock(self) -> Path:
        """The file that whoever delivers has locked."""
        return self.folder / LOCK

    def add(self, *envelopes: Envelope) -> list[str]:
        """Put *envelopes* into the outbox, and return their uuids."""
        with closing(self.outbox):
            self.outbox.add(envelopes, self.destination, self.now)
        return [envelope.uuid for envelope in envelopes]

    def delivery(self, send: Send, seconds: float = 10.0) -> Delivery:
        """Return a delivery by *send*."""
        return Delivery(self.outbox, self.destination, send, lambda: self.now, dropped, seconds)

    def deliver(self, url: str | None = None, seconds: float = 10.0) -> Outcome:
        """Deliver by PostHog's library, in this process; to *url*, if that is where PostHog is to be found now."""
        with closing(self.outbox):
            return self.delivery(Sender(KEY, url or self.url, {}).send, seconds).run(self.lock)

    def environment(self, **others: str) -> dict[str, str]:
        """Return the environment of a process that delivers, with nothing of ours in it but *others*."""
        return {"POSTHOG_API_KEY": KEY, "POSTHOG_HOST": self.url, **others}
