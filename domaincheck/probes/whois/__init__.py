"""WHOIS (RFC 3912): asking a registry over TCP port 43, and reading what it answers.

The protocol says nothing about the form of an answer, so every registry has its own.
"""

from __future__ import annotations

from domaincheck.model import Registration, RegistrationState


def parse(domain: str, text: str) -> Registration:
    """Return what *text*, a registry's answer, says about *domain*; whatever the text is, this never raises.

    The work is linear in the length of the text, of which the first 64 KiB are read.
    """
    if not text.strip():
        return Registration(RegistrationState.UNKNOWN, faults=("The answer is empty.",))
    from domaincheck.probes.whois.parser import read_answer  # noqa: PLC0415 - its tables cost milliseconds

    return read_answer(domain, text)
