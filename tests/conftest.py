"""What many tests share: one authority of the lab, made once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.authority import Authority
from domaincheck.probes.tls import Credentials
from tests.tls_client import Client

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def root() -> Authority:
    """Return the root that clients of the lab trust; it is of today, as OpenSSL reads the real clock."""
    return Authority.root(datetime.now(UTC))


@pytest.fixture(scope="session")
def ca_file(root: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a CA file that holds that root alone."""
    path = tmp_path_factory.mktemp("lab") / "root.pem"
    path.write_bytes(root.pem)
    return path


@pytest.fixture(scope="session")
def client(ca_file: Path) -> Client:
    """Return a client that trusts that root alone."""
    return Client(Credentials(ca_file))
