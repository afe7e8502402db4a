"""Facts, thresholds and the time of day become a judgement: pure functions, the heart of the tool.

``thresholds``    how long before an expiry to warn, as users write it and as it applies to one lifetime
``identity``      whether a certificate is for the host that was asked
``chain``         the chain in use: who vouches for it, and when the first of it ends
``weakness``      what is too weak in a chain and in a handshake
``certificate``   TLS facts → the certificate's part of a result
``addresses``     the parts of all addresses of a host → that of the worst
``registration``  registration facts → the domain's part of a result
``expectations``  what of a certificate or registration is not as the user expects it
``result``        both parts → the result of one target, and the counts over all
"""

from __future__ import annotations

from domaincheck.verdict.certificate import judge_tls
from domaincheck.verdict.expectations import Expected, Own
from domaincheck.verdict.registration import judge_registration
from domaincheck.verdict.result import Tally, combine, invalid
from domaincheck.verdict.thresholds import Policy

__all__ = ["Expected", "Own", "Policy", "Tally", "combine", "invalid", "judge_registration", "judge_tls"]
