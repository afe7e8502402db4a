"""The data that travels between the rooms, every dataclass of it frozen.

``checking`` is what a check needs; ``alerting`` is loaded when one of its names is first used, since making a dataclass
takes a good part of a millisecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.model.checking import (
    Certificate,
    ChainLink,
    DomainPart,
    Failure,
    InvalidTarget,
    Problem,
    ProblemCode,
    PublicKey,
    Registration,
    RegistrationFacts,
    RegistrationState,
    Report,
    Result,
    Severity,
    Status,
    Summary,
    Target,
    TlsFacts,
    TlsPart,
    Verification,
)
from domaincheck.threshold import Threshold

if TYPE_CHECKING:
    from domaincheck.model.alerting import CodeRecord, LedgerEntry, Standing, Subscription

__all__ = [
    "Certificate",
    "ChainLink",
    "CodeRecord",
    "DomainPart",
    "Failure",
    "InvalidTarget",
    "LedgerEntry",
    "Problem",
    "ProblemCode",
    "PublicKey",
    "Registration",
    "RegistrationFacts",
    "RegistrationState",
    "Report",
    "Result",
    "Severity",
    "Standing",
    "Status",
    "Subscription",
    "Summary",
    "Target",
    "Threshold",
    "TlsFacts",
    "TlsPart",
    "Verification",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from domaincheck.model import alerting  # noqa: PLC0415 - see above

    return getattr(alerting, name)
