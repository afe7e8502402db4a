"""The data that travels between the rooms, every dataclass of it frozen.

Text becomes a Target; probes learn ``facts`` about it; the verdict turns those into what ``checking`` holds, in the
words of ``codes``; ``alerting`` is about who wants to know. Each of these modules is loaded when one of its names is
first used: making a dataclass takes a good part of a millisecond, and most commands need some of them only. All is
picklable; datetimes are aware and in UTC, durations in seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from domaincheck.threshold import Threshold

if TYPE_CHECKING:
    from domaincheck.model.alerting import CodeRecord, LedgerEntry, Standing, Subscription
    from domaincheck.model.checking import AddressPart, ChainLink, DomainPart, Report, Result, Summary, TlsPart
    from domaincheck.model.codes import Problem, ProblemCode, Severity, Status, worst, worst_first
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

_ELSEWHERE = {  # the module of each name that is not in ``facts``
    **dict.fromkeys(("CodeRecord", "LedgerEntry", "Standing", "Subscription"), "alerting"),
    **dict.fromkeys(("AddressPart", "ChainLink", "DomainPart", "Report", "Result", "Summary", "TlsPart"), "checking"),
    **dict.fromkeys(("Problem", "ProblemCode", "Severity", "Status", "worst", "worst_first"), "codes"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'facts')}"), name)
