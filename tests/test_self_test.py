"""`--self-test` as a build server runs it: the real window without a screen, on a fresh home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage


def self_test(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "composer", "--self-test", *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_sends_the_starter_event_and_saves_a_picture(private_home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "window.png"
    done = self_test("--screenshot", str(picture))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("202 from http://127.0.0.1:")
    assert done.stdout.endswith("self-test passed\n")
    assert done.stderr.replace("This plugin does not support propagateSizeHints()\n", "") == ""
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    colors = {image.pixel(x, y) for x in range(0, 1280, 4) for y in range(0, 800, 4)}
    assert len(colors) > 20, "the picture is blank"
    assert not (tmp_path / "event-composer").exists(), "the self-test wrote into this user's data folder"


def test_it_fails_at_once_and_says_why_when_the_sandbox_does_not_start(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "uvicorn.py").write_text('raise ImportError("uvicorn is broken here")')
    picture = tmp_path / "window.png"
    done = self_test("--screenshot", str(picture), PYTHONPATH=str(broken))
    assert done.returncode == 1, done.stdout
    assert "self-test failed: " in done.stdout
    assert "uvicorn is broken here" in done.stdout
    assert "passed" not in done.stdout
    assert picture.exists(), "the picture would show what went wrong"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_the_window_says_so_and_ends() -> None:
    without = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    command = [sys.executable, "-m", "composer"]
    done = subprocess.run(command, env=without, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "There is no display here." in done.stderr
