"""Asks the issuers of a chain whether they have revoked any of it.

``particulars``  what of a certificate counts here
``entry``        what is said of a certificate that is revoked, and when that may be believed
``signature``    whether a key has signed something
``lists``        reads a certificate revocation list (CRL)
``responder``    what to ask an OCSP responder, and how to read its answer
``reach``        where an address that a certificate names may lead
``shared``       fetches each thing once, for all threads
``sources``      has lists and answers from the network, or from memory
``check``        goes up a chain, within one deadline

Where nobody can be believed the answer is that it is unknown, and why: never a false alarm, never a false reassurance.
"""

from __future__ import annotations

from domaincheck.probes.revocation.check import RevocationChecker
from domaincheck.probes.revocation.sources import Sources

__all__ = ["RevocationChecker", "Sources"]
