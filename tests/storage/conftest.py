"""A database of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from composer.storage.database import Database
from tests.support.secret_service import bare_bus, keyring_service, secret_service

__all__ = ["bare_bus", "keyring_service", "secret_service"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "composer.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()
