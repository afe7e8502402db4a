"""The data that travels between the rooms, every dataclass of it frozen.

Text becomes a Target; probes learn ``facts`` about it; the verdict turns those into what ``checking`` holds, in the
words of ``codes``. ``alerting`` is loaded when one of its names is first used, since making a dataclass takes a good
part of a millisecond. All is picklable; datetimes are aware and in UTC, durations in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domaincheck.model.checking import (
    AddressPart,
    ChainLink,
    DomainPart,
    Report,
    Result,
    Summary,
    TlsPart,
)
from domaincheck.model.codes import (
    Problem,
    ProblemCode,
    Severity,
    Status,
    worst,
    worst_first,
)
from domaincheck.model.facts import (
    Certificate,
    CertificateFile,
    Failure,
    InvalidTarget,
    PublicKey,
    Registration,
    RegistrationFacts,
    RegistrationState,
    Revocation,
    RevocationState,
    Target,
    TlsFacts,
    Verification,
)
from domaincheck.threshold import Threshold

if TYPE_CHECKING:
    from domaincheck.model.alerting import CodeRecord, LedgerEntry, Standing, Subscription

__all__ = [
    "AddressPart",
    "Certificate",
    "CertificateFile",
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
    "Revocation",
    "RevocationState",
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
    "worst",
    "worst_first",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from domaincheck.model import alerting  # noqa: PLC0415 - see above

    return getattr(alerting, name)
