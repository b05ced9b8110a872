"""The published description of the API, fetched with npm once and kept in the checkout's own cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

PACKAGE = "@redotech/redo-api-schema"
RELEASE = "2.2.476"
CACHE = Path(__file__).parents[2] / ".cache" / "contract"


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """The OpenAPI description of the release, as data; the tests are skipped when it can't be had."""
    kept = CACHE / f"openapi-{RELEASE}.yaml"
    if not kept.exists():
        _fetch(kept)
    description = yaml.safe_load(kept.read_text(encoding="utf-8"))
    assert isinstance(description, dict)
    return description


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("the published schema is fetched with npm, which is not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", f"{PACKAGE}@{RELEASE}", "--silent", "--pack-destination", str(CACHE)]
    try:
        packed = subprocess.run(
            [*command, "--cache", str(CACHE / "npm")], capture_output=True, text=True, timeout=60, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm could not fetch {PACKAGE} {RELEASE}: {error}")
    archive = CACHE / packed.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as package:
        member = package.extractfile("package/lib/openapi.yaml")
        assert member is not None
        part = kept.with_suffix(f".{os.getpid()}.part")  # so that a test run cut short leaves no half of a file
        part.write_bytes(member.read())
    part.replace(kept)
    archive.unlink()
