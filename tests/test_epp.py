"""Statuses are EPP codes, whatever the source wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.probes.epp import normalise


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("clientTransferProhibited", "clientTransferProhibited"),
        ("clientTransferProhibited https://icann.org/epp#clientTransferProhibited", "clientTransferProhibited"),
        ("clientHold (https://www.icann.org/epp#clientHold)", "clientHold"),
        ("client transfer prohibited", "clientTransferProhibited"),
        ("CLIENT-XFER-PROHIBITED", "clientTransferProhibited"),
        ("SERVER_DELETE_PROHIBITED", "serverDeleteProhibited"),
        ("ST_CL_UPDATEPROHIBITED", "clientUpdateProhibited"),
        ("Client Updt Lock", "clientUpdateProhibited"),
        ("Transfer Prohibited by Registrar", "clientTransferProhibited"),
        ("Sponsoring registrar change forbidden", "serverTransferProhibited"),
        ("ok", "ok"),
        ("ok (paid and in zone)", "ok"),
        ("active", "ok"),
        ("Redemption Period", "redemptionPeriod"),
        ("REDEMPTION", "redemptionPeriod"),
        ("in quarantine", "redemptionPeriod"),
        ("pending delete", "pendingDelete"),
        ("pendingDelete", "pendingDelete"),
        ("auto renew period", "autoRenewPeriod"),
        ("inactive", "inactive"),
        ("associated", "linked"),
    ],
)
def test_is_recognised(written: str, code: str) -> None:
    """A status is known by its letters, whatever case, marks, address or remark come with it."""
    assert normalise(written) == code


@pytest.mark.parametrize("written", ["", "  ", "paid", "connect", "NOT AVAILABLE", "https://icann.org/epp#ok", "(ok)"])
def test_is_none_where_it_means_none(written: str) -> None:
    """What is no EPP status gives none, rather than a guess."""
    assert normalise(written) is None


@settings(deadline=None)
@given(st.text())
def test_never_raises_and_is_stable(written: str) -> None:
    """Any text gives a code or none, and a code stays what it is."""
    code = normalise(written)
    assert code is None or normalise(code) == code
