"""Proves that whoever asks can read an address's mail: sends one-time codes and judges those that are given back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from domaincheck.alerts import codes
from domaincheck.alerts.codes import Decision, Sending
from domaincheck.alerts.message import Letterhead, code_message
from domaincheck.errors import MailError
from domaincheck.model import CodeRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domaincheck.journal import Journal
    from domaincheck.mailer import Post

    Operation = Literal["subscribe", "unsubscribe"]


def decide(journal: Journal, email: str, operation: Operation, now: datetime, *, force: bool = False) -> Decision:
    """Decide at *now* whether *email* is sent a code for *operation*; if so, one is made and counted.

    What is decided is on record before any mail goes out, so that two processes can't both send.
    """
    with journal.transaction():
        decision = codes.may_send(journal.code(email, operation), journal.sent_codes(email), now, force=force)
        if decision.sending is Sending.NEW:
            journal.keep_code(CodeRecord(email, operation, codes.new_secret(), now))
            journal.note_sent_code(email, now, codes.HOUR)
    return decision


def send(journal: Journal, post: Post, email: str, operation: Operation, targets: Sequence[str]) -> None:
    """Mail *email* the code that was made for it; raise MailError when the mail is not accepted, and void the code."""
    record = journal.code(email, operation)
    if record is None:
        return
    letterhead = Letterhead(post.sender, email, record.made, f"{email} {operation} {record.made.timestamp()}")
    message = code_message(codes.digits(record.secret), operation, targets, letterhead)
    try:
        post.mailer.send(message, post.sender, email)
    except MailError:
        with journal.transaction():
            last = journal.code(email, operation)
            if last is not None and last.secret == record.secret:  # a slow failure may come after a new code
                journal.keep_code(replace(last, used=True))
        raise


def verify(journal: Journal, email: str, operation: Operation, code: str, now: datetime) -> bool:
    """Return whether *code* is, at *now*, the living one of *email* for *operation*; it then lives no longer."""
    with journal.transaction():
        fits, record = codes.judge(journal.code(email, operation), code, now)
        if record is not None:
            journal.keep_code(record)
    return fits
