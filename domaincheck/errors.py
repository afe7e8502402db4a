"""The exceptions of domaincheck.

DomaincheckError            anything a caller can be told in one sentence
├── UsageError              the command line, a target list or a setting is wrong; exit status 3
├── StateError              what is remembered between runs can't be read or written; exit status 3
├── MailError               one mail could not be handed over; it waits for another try, or is set aside
└── NetworkError            what the world did to one network operation; probes turn it into a value

Only a caller's mistake or a broken installation reaches the user as an exception. What a server does to a
probe is a fact and ends as a :class:`domaincheck.model.Failure` in its result.
"""

from __future__ import annotations


class DomaincheckError(Exception):
    """The root of the tree; its text is one sentence, fit to be shown to a user."""


class UsageError(DomaincheckError):
    """Something the user gave cannot be used; nothing was done."""


class StateError(DomaincheckError):
    """A file of ours can't be read or written; what was to be done has not been done, and nothing is lost."""


class MailError(DomaincheckError):
    """One mail could not be handed over; the text says to whom, and why in the server's own words.

    *permanent* is whether the recipient is refused for good, so that trying again is no use.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class NetworkError(DomaincheckError):
    """One network operation failed.

    *code* is a value of :class:`domaincheck.model.ProblemCode`; the text says what happened to whom.
    *retry_after* is the number of seconds a server asked us to stay away, if it did.
    """

    def __init__(self, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
