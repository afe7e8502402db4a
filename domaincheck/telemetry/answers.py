"""What an answer to a batch of events means: taken or not, why not, and how long to leave the server alone.

Pure: statuses, headers and bodies in, judgements out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from domaincheck.retry import retry_after
from domaincheck.telemetry.outbox import LONGEST_WAIT
from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_WAIT = timedelta(seconds=30)
"""How long the first failure keeps the next delivery waiting; each further one doubles it, up to LONGEST_WAIT."""

MOST_READ = 4096
"""Bytes of an answer that are read: PostHog's have some thirty."""

_DOUBLINGS = 10  # 30 s · 2¹⁰ is more than LONGEST_WAIT
_SHOWN = 100
_HOPELESS = frozenset([401, 402, 403, 404])  # the key, the bill or the address must be put right first
_BUSY = frozenset([429, 503])
_TOO_MUCH = frozenset([400, 413])


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a batch was not taken, in *words*.

    *blames_events* is whether the events may be the reason, so that fewer of them are worth a try. *asked* is how long
    the next try is to wait, where the failure tells that.
    """

    words: str
    blames_events: bool = False
    asked: timedelta | None = None


def judge(status: int, headers: Mapping[str, str], body: bytes) -> Failure | None:
    """Return why PostHog did not take the events that it answered so; ``None`` if it did.

    Only PostHog's own words count: the page by which a hotel asks for a room number has the status 200, too, and so has
    PostHog's answer when the month's quota is used up and the events are thrown away.
    """
    if status == HTTPStatus.OK:
        return _judge_words(body, headers)
    words = f"the answer was {status} {_phrase(status)}".rstrip()
    if 300 <= status < 400:  # noqa: PLR2004 - redirects, RFC 9110 §15.4
        return Failure(f"{words}, to {clean(headers.get('location', 'nowhere'), _SHOWN)}, which is not followed")
    if said := "" if _is_page(body, headers) else clean(body.decode("utf-8", "replace").strip(), _SHOWN):
        words += f": {said}"
    if status in _HOPELESS:
        return Failure(words, asked=LONGEST_WAIT)
    if status in _BUSY:
        seconds = retry_after(headers)
        return Failure(words, asked=None if seconds is None else timedelta(seconds=seconds))
    return Failure(words, blames_events=status in _TOO_MUCH)


def wait(failure: Failure, failures: int) -> timedelta:
    """Return how long to wait after *failure*, which *failures* others came before without a success between them."""
    if failure.asked is not None:
        return min(max(failure.asked, FIRST_WAIT), LONGEST_WAIT)
    return min(FIRST_WAIT * (1 << min(failures, _DOUBLINGS)), LONGEST_WAIT)


def _judge_words(body: bytes, headers: Mapping[str, str]) -> Failure | None:
    said = _document(body)
    if str(said.get("status")).lower() not in ("1", "ok"):  # 1 is what servers said before 2024
        kind = clean(headers.get("content-type", "no type"), _SHOWN)
        return Failure(f"the answer was 200 OK, but not by PostHog ({kind})")
    if said.get("quota_limited"):
        return Failure("the project's quota is used up", asked=LONGEST_WAIT)
    return None


def _document(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*; one with nothing in it if there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_page(body: bytes, headers: Mapping[str, str]) -> bool:
    return "html" in headers.get("content-type", "").lower() or body.lstrip()[:1] == b"<"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
