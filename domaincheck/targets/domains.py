"""The domain that somebody registered: one label more than the public suffix that a host is under."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from domaincheck.targets.hosts import to_unicode

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from domaincheck.model import Target


def with_domain(target: Target) -> Target:
    """Return *target* with its registrable domain, by the ICANN part of the Public Suffix List.

    The domain stays ``None`` for an IP address, a public suffix itself, and a name under none, as ``localhost``.
    """
    # The list is searched in Unicode and the answer cut from the ASCII name, label by label.
    name = to_unicode(target.host) if "xn--" in target.host else target.host
    found: str | None = _suffixes().privatesuffix(name)
    if found is None:
        return target
    return replace(target, domain=target.host.split(".", target.host.count(".") - found.count("."))[-1])


@cache
def _suffixes() -> PublicSuffixList:
    """Read the list when first asked; from then on it is never changed, so threads may share it.

    Its A-labels are left out, as encoding them takes more than half of the 40 ms that reading it costs.
    """
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True, accept_unknown=False, accept_encoded_idn=False)
