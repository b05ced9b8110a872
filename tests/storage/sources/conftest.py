"""Files to read: written as bytes, opened as sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from composer.storage.sources import Reading, Source, open_source

Opened = Callable[..., Source]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Writes `data` to a file and opens it."""

    def open_it(data: bytes | str, name: str = "orders.csv", **reading: object) -> Source:
        file = tmp_path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return open_source(file, Reading(**reading))  # type: ignore[arg-type]

    return open_it
