"""What the user expects of certificates and registrations, and what of it does not hold.

What could not be learned contradicts nobody: an unreachable server, or a registry that names no registrar, is no
surprise on top.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from domaincheck.model import Problem, ProblemCode, RegistrationState, Severity
from domaincheck.text import clean, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domaincheck.model import Certificate, Registration, Threshold

_NAMES_SHOWN = 6


class Expected(NamedTuple):
    """What has to hold; nothing is asked of what is empty, and of several issuers, keys or registrars one will do.

    *issuers* and *registrars* are parts of a name, or whole names with wildcards, in any case. *keys* are as
    :class:`~domaincheck.model.PublicKey` is written, or the beginning of that in whole words, as ``ECDSA``; *pins* are
    SHA-256 digests of a public key, in lower-case hexadecimal. *name_servers*, lower-case A-labels without a trailing
    dot, are all that there must be.
    """

    issuers: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    registrars: tuple[str, ...] = ()
    name_servers: frozenset[str] = frozenset()

    def or_else(self, other: Expected) -> Expected:
        """Return what is expected with *other* in place of what is empty; keys and pins are one thing."""
        with_key = self if self.keys or self.pins else other
        return Expected(
            self.issuers or other.issuers,
            with_key.keys,
            with_key.pins,
            self.registrars or other.registrars,
            self.name_servers or other.name_servers,
        )


NOTHING = Expected()


class Own(NamedTuple):
    """What was settled for one name: its own *threshold*, and what is *expected* of it."""

    threshold: Threshold | None = None
    expected: Expected = NOTHING

    def or_else(self, other: Own) -> Own:
        """Return what was settled with *other* in place of what was not."""
        return Own(self.threshold or other.threshold, self.expected.or_else(other.expected))


def settled_for(host: str, owns: Mapping[str, Own]) -> Own:
    """Return what *owns*, by name, say of *host*: its own entry comes first, then those of the names it is under."""
    found, name = Own(), host
    while name:
        if name in owns:
            found = found.or_else(owns[name])
        name = name.partition(".")[2]
    return found


def unexpected_certificate(leaf: Certificate, expected: Expected) -> Iterator[Problem]:
    """Yield what of *leaf* is not as *expected*."""
    if expected.issuers and leaf.issuer and not any(_named(leaf.issuer, each) for each in expected.issuers):
        words = f"the certificate was issued by {leaf.issuer}; expected was {_one_of(expected.issuers)}"
        yield _critical(ProblemCode.UNEXPECTED_ISSUER, words)
    wanted = (*expected.keys, *(f"SHA-256 {pin}" for pin in expected.pins))
    if wanted and leaf.key and not (_is_key(str(leaf.key), expected.keys) or leaf.key_sha256 in expected.pins):
        digest = f" (SHA-256 {leaf.key_sha256})" if expected.pins else ""
        words = f"the certificate's key is {leaf.key}{digest}; expected was {_one_of(wanted)}"
        yield _critical(ProblemCode.UNEXPECTED_KEY, words)


def unexpected_registration(registration: Registration, expected: Expected) -> Iterator[Problem]:
    """Yield what of *registration* is not as *expected*."""
    if registration.state is not RegistrationState.REGISTERED:
        return
    registrar, servers = registration.registrar, frozenset(registration.name_servers)
    if expected.registrars and registrar and not any(_named(registrar, each) for each in expected.registrars):
        words = f"the registrar is {registrar}; expected was {_one_of(expected.registrars)}"
        yield _critical(ProblemCode.UNEXPECTED_REGISTRAR, words)
    if expected.name_servers and servers and servers != expected.name_servers:
        strange, missing = sorted(servers - expected.name_servers), sorted(expected.name_servers - servers)
        told = [f"{listed(strange, _NAMES_SHOWN)} {_is(strange)} not expected"] if strange else []
        told += [f"{listed(missing, _NAMES_SHOWN)} {_is(missing)} missing"] if missing else []
        words = f"the name servers are not those expected: {', '.join(told)}"
        yield _critical(ProblemCode.UNEXPECTED_NAME_SERVERS, words)


def _named(name: str, pattern: str) -> bool:
    """Return whether *pattern* is a part of *name* or, as a glob, all of it; RFC 4514's backslashes may be left out."""
    wanted = pattern.casefold()
    spellings = {name.casefold(), re.sub(r"\\(.)", r"\1", name).casefold()}
    return any(wanted in each or fnmatchcase(each, wanted) for each in spellings)


def _is_key(key: str, wanted: Sequence[str]) -> bool:
    beginning = f"{key.casefold()} "
    return any(beginning.startswith(f"{' '.join(each.casefold().split())} ") for each in wanted)


def _critical(code: ProblemCode, words: str) -> Problem:
    return Problem(code, Severity.CRITICAL, words)


def _one_of(texts: Sequence[str]) -> str:
    return " or ".join(map(clean, texts))


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
