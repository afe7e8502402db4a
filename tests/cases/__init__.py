"""The lab of cases: servers, each wrong or right in one way, and what is to be said of them.

``bench``       what a case is, what cases are made with, and how one is served
``validity``    lifetimes and their edges
``names``       host names and addresses
``chains``      what is sent beside the leaf, and who vouches for it
``authorities`` what an authority must not do, and certificates that strict readers refuse
``strength``    keys and signatures
``protocols``   versions, cipher suites, server names, client certificates
``failures``    servers that end the conversation, or never begin one
``services``    STARTTLS, several addresses, revocation
"""

from __future__ import annotations

from tests.cases import authorities, chains, failures, names, protocols, services, strength, validity
from tests.cases.bench import Bench, Case, served

__all__ = ["CASES", "Bench", "Case", "served"]

THEMES = (validity, names, chains, authorities, strength, protocols, failures, services)
CASES: tuple[Case, ...] = tuple(case for theme in THEMES for case in theme.CASES)
