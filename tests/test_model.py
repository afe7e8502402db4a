"""The model's names: each is loaded from its module when it is first used."""

from __future__ import annotations

from typing import Any

import pytest

from domaincheck import model


@pytest.mark.parametrize("name", model.__all__)
def test_each_name_is_there(name: str) -> None:
    """Whatever ``domaincheck.model`` promises can be had from it, under its own name."""
    assert getattr(model, name).__name__ == name


def test_another_name_is_not() -> None:
    """It is missed as in any module."""
    anything: Any = model
    with pytest.raises(AttributeError, match=r"'domaincheck\.model' has no attribute 'Verdict'"):
        _ = anything.Verdict
