"""The exceptions of domaincheck.

DomaincheckError            anything a caller can be told in one sentence
├── UsageError              the command line, a target list or a setting is wrong; exit status 3
└── NetworkError            what the world did to one network operation; probes turn it into a value

Only a caller's mistake or a broken installation reaches the user as an exception. What a server does to a
probe is a fact and ends as a :class:`domaincheck.model.Failure` in its result.
"""

from __future__ import annotations


class DomaincheckError(Exception):
    """The root of the tree; its text is one sentence, fit to be shown to a user."""


class UsageError(DomaincheckError):
    """Something the user gave cannot be used; nothing was done."""


class NetworkError(DomaincheckError):
    """One network operation failed.

    *code* is a value of :class:`domaincheck.model.ProblemCode`; the text says what happened to whom.
    *retry_after* is the number of seconds a server asked us to stay away, if it did.
    """

    def __init__(self, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
