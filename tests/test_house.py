"""The house itself: what may be imported where, what the wheel holds, what no file may name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parent.parent

IMPORT_ALL_BUT_THE_WINDOW = """
import importlib, pkgutil, sys
sys.modules["PySide6"] = None  # importing it fails from here on
import composer
def modules(path, prefix):
    for module in pkgutil.iter_modules(path, prefix):
        if module.name not in {"composer.ui", "composer.app"}:
            yield module.name
            if module.ispkg:
                yield from modules(importlib.import_module(module.name).__path__, module.name + ".")
for name in modules(composer.__path__, "composer."):
    importlib.import_module(name)
    print(name)
"""

# What the window needs before its first paint, and what would cost more than the paint itself.
BEFORE_FIRST_PAINT = [
    "composer.__main__",
    "composer.paths",
    "composer.event.payload",
    "composer.event.findings",
    "composer.event.fields",
    "composer.storage.database",
    "composer.storage.stores",
    "composer.storage.drafts",
    "composer.storage.settings",
    "composer.storage.history",
]
HEAVY = ["argparse", "asyncio", "dataclasses", "email", "http", "httpx", "importlib.metadata", "inspect", "keyring",
         "logging", "phonenumbers", "pycountry", "pydantic", "ssl", "starlette", "uvicorn", "zoneinfo"]  # fmt: skip


def python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_but_the_window_runs_without_qt() -> None:
    imported = python("-c", IMPORT_ALL_BUT_THE_WINDOW).split()
    assert {"composer.cli", "composer.event.checks", "composer.delivery.sender", "composer.sandbox.server"} <= set(
        imported
    )


@pytest.mark.parametrize("module", BEFORE_FIRST_PAINT)
def test_nothing_heavy_is_imported_before_the_first_paint(module: str) -> None:
    show = f"import sys; old = set(sys.modules); import {module}; print(*(set(sys.modules) - old))"
    assert not set(python("-c", show).split()) & set(HEAVY)


class Bell(QObject):
    rang = Signal(bool)


def test_this_pyside_keeps_its_references_to_true_and_none(qtbot: QtBot) -> None:
    """6.12.0 on Python 3.11 lost one with each call, and aborted when the last was gone."""
    bell, label = Bell(), QLabel()
    qtbot.addWidget(label)
    bell.rang.connect(lambda _: None)
    for value in (True, None):
        before = sys.getrefcount(value)
        for _ in range(100):
            bell.rang.emit(True)
            label.setText("x")
        assert abs(sys.getrefcount(value) - before) < 50


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names_one = re.compile(
        rb"pyp[i]\.org|pythonhoste[d]\.org|registry\.npm[j]s|registry\.yarn[p]kg|npm[j]s\.(?:com|org)"  # names none
        rb"|(?<![\w./-])/(?:work|root|tmp|home/\w+|Users/\w+)/|[A-Z]:\\Users\\"
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert len(files) > 20
    assert [str(file) for file in files if file.is_file() and names_one.search(file.read_bytes())] == []


def test_the_wheel_holds_the_resources_and_nothing_but_the_app(tmp_path: Path) -> None:
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == {"composer"}
    resources = {file.relative_to(ROOT).as_posix() for file in (ROOT / "resources").rglob("*") if file.is_file()}
    pictures = {name for name in resources if "/screenshots/" in name}  # of the README
    assert resources - pictures
    assert {name for name in held if "/resources/" in name} == {f"composer/{name}" for name in resources - pictures}
