"""Start-up as whole processes, against a bare PySide6 window; the runs take turns, so that a slow moment hits all."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
BARE = """
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv)
window = QWidget()
window.resize(1280, 800)
window.show()
QTimer.singleShot(0, lambda: os._exit(0))
app.exec()
"""
COMPOSER = """
import gc, os
gc.disable()  # as the program's own start does
from pathlib import Path
from composer.app import App
app = App(Path(os.environ["EVENT_COMPOSER_HOME"]))
app.window.{signal}.connect(lambda *_: os._exit(0))
app.window.show()
app.qt.exec()
"""
CHECKED = COMPOSER.replace("app.window.{signal}.connect", "app.window.composition.judged.connect")
PROGRAMS = {
    "a bare window": BARE,
    "first paint": COMPOSER.format(signal="painted"),
    "the form is there": COMPOSER.format(signal="opened"),
    "the form is checked": CHECKED,
}


def report() -> None:
    """Print the median of each, and its ratio to the bare window, run by run."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "EVENT_COMPOSER_HOME": folder,
            "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
            "PYTHONPATH": str(root),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
        for run in range(RUNS + 2):
            for name, program in PROGRAMS.items():
                began = time.perf_counter()
                subprocess.run([sys.executable, "-c", program], env=environment, check=True, stderr=subprocess.DEVNULL)
                if run >= 2:  # the first ones write bytecode and the database
                    taken[name].append(time.perf_counter() - began)
    print(f"Start-up, whole process, {RUNS} runs in turn      median     ratio to the bare window (median of pairs)")
    for name, seconds in taken.items():
        ratio = statistics.median(one / bare for one, bare in zip(seconds, taken["a bare window"], strict=True))
        print(f"  {name:<40} {statistics.median(seconds) * 1000:7.0f} ms   {ratio:5.2f}")


def compare(one: str, first: Path, other: str, second: Path) -> None:
    """Print how much longer the start takes with the data folder `second` than with `first`, in pairs."""
    root = Path(__file__).parents[2]
    ratios: dict[str, list[float]] = {"first paint": [], "the form is checked": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as bytecode:
        for run in range(RUNS + 2):
            for name, kept in ratios.items():
                seconds = []
                for folder in (first, second):
                    environment = os.environ | {
                        "QT_QPA_PLATFORM": "offscreen",
                        "EVENT_COMPOSER_HOME": str(folder),
                        "PYTHONPYCACHEPREFIX": bytecode,
                        "PYTHONPATH": str(root),
                    }
                    environment.pop("PYTHONDONTWRITEBYTECODE", None)
                    began = time.perf_counter()
                    subprocess.run(
                        [sys.executable, "-c", PROGRAMS[name]], env=environment, check=True, stderr=subprocess.DEVNULL
                    )
                    seconds.append(time.perf_counter() - began)
                if run >= 2:
                    kept.append(seconds[1] / seconds[0])
    said = ", ".join(f"{name} {statistics.median(kept):.2f}" for name, kept in ratios.items())
    print(f"Start-up {other}, beside {one} (median of {RUNS} pairs): {said}")
