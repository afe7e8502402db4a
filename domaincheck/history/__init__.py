"""Past results of a target: how they are kept, what changed from one to the next, and where the time left went.

``kept``     a result ↔ the little of it that the journal keeps
``changes``  what was found, stretch by stretch → what changed when
``trend``    the days left over time, in as many columns as there are
"""

from __future__ import annotations

from domaincheck.history.changes import Change, Shown, changes
from domaincheck.history.kept import CertificateSeen, RegistrationSeen, Stretch, read, to_keep
from domaincheck.history.trend import Cell, Point, points, sampled

__all__ = [
    "Cell",
    "CertificateSeen",
    "Change",
    "Point",
    "RegistrationSeen",
    "Shown",
    "Stretch",
    "changes",
    "points",
    "read",
    "sampled",
    "to_keep",
]
