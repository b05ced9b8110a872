"""The real window with many rows, in a process of its own: `python -m tests.bench.bulk_window import|send FILE`.

Prints what it measured as one object of JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.taken import children, peak

BEAT = 5  # milliseconds
KEY_EVERY = 50  # milliseconds
TURN = 1_000  # milliseconds of each place
TURNING = "turning to: "
QUIET = 10.0  # seconds in which the same is typed and nothing is sent
PATIENCE = 1_800.0  # seconds


class Heartbeat:
    """How long the UI thread was away, and what was going on then."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.doing = ""
        self._gaps: list[tuple[float, str]] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def begin(self) -> None:
        """Count from now on."""
        self._gaps, self._last = [], time.perf_counter()
        self._timer.start(BEAT)

    def end(self) -> dict[str, Any]:
        """The worst gap and the 99th percentile, in milliseconds, and what was done in the worst ones."""
        self._timer.stop()
        ordered = sorted(self._gaps)
        return {
            "beats": len(ordered),
            "tail": ordered[int(len(ordered) * 0.99)][0],
            "worst": ordered[-1][0],
            "late": sum(gap > 50 for gap, _ in ordered),
            "worst_ones": [[round(gap, 1), doing] for gap, doing in ordered[:-9:-1]],
        }

    def _beat(self) -> None:
        now = time.perf_counter()
        self._gaps.append(((now - self._last) * 1000, self.doing))
        self._last = now
        self.doing = self.doing.removeprefix(TURNING)


class Person:
    """Types in Compose, and looks at the run for half of the time."""

    def __init__(self, window: Any, heartbeat: Heartbeat) -> None:
        from PySide6.QtCore import QTimer

        self._window, self._heartbeat = window, heartbeat
        self._keys, self._turns = QTimer(), QTimer()
        self._keys.timeout.connect(self._type)
        self._turns.timeout.connect(self._turn)
        self._looks = False

    def begin(self) -> None:
        """Begin at Compose."""
        self._looks = True
        self._turn()
        self._keys.start(KEY_EVERY)
        self._turns.start(TURN)

    def end(self) -> None:
        """Go away."""
        self._keys.stop()
        self._turns.stop()

    def _turn(self) -> None:
        from composer.ui.frame import BULK, COMPOSE

        self._looks = not self._looks
        self._window.go_to(BULK if self._looks else COMPOSE)
        self._heartbeat.doing = f"{TURNING}{'at the run' if self._looks else 'typing'}"

    def _type(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        if not self._looks:
            QTest.keyClick(self._window.compose.form.first_entry(), Qt.Key.Key_A)


def measure(what: str, file: Path) -> dict[str, Any]:
    """Open the window and do it."""
    gc.disable()  # as the program's own start does
    from composer.app import App

    app = App(Path(os.environ["EVENT_COMPOSER_HOME"]))
    app.window.show()
    _until(app, lambda: app.window.composition.is_judged and bool(app.desk.sandbox.origin))
    try:
        heartbeat = Heartbeat()
        empty = peak("self")
        told = {"empty": empty, **_imported(app, file, heartbeat)}
        return told if what == "import" else told | _sent(app, heartbeat)
    finally:
        app.close()


def _imported(app: Any, file: Path, heartbeat: Heartbeat) -> dict[str, Any]:
    place = app.window.bulk
    place.open_file(str(file))
    _until(app, place.mapping.isVisible)
    ended: list[str] = []
    place.opening.imported.connect(ended.append)
    place.opening.failed.connect(lambda sentence: ended.append(f"failed: {sentence}"))
    heartbeat.begin()
    began = time.perf_counter()
    place.mapping.start()
    _until(app, lambda: bool(ended))
    seconds = time.perf_counter() - began
    _until(app, place.run.ready.isVisible)
    (worker,) = children("worker") or ("none",)
    run = place.desk.run
    assert run is not None, ended
    return {
        "rows": run.info.rows,
        "seconds": seconds,
        "window": peak("self"),
        "worker": peak(worker),
        "reading": heartbeat.end(),
        "with_finding": len(run.numbers(severity=None, kind=None)) and sum(group.rows for group in run.groups()),
    }


def _sent(app: Any, heartbeat: Heartbeat) -> dict[str, Any]:
    window, place = app.window, app.window.bulk
    person = Person(window, heartbeat)
    person.begin()
    _wait(app, 2 * TURN / 1000)  # both places are there
    heartbeat.begin()
    _wait(app, QUIET)
    quiet = heartbeat.end()
    ended: list[str] = []
    place.dispatch.ended.connect(ended.append)
    heartbeat.begin()
    place.run.send_wanted.emit()
    _until(app, lambda: bool(ended))
    sending = heartbeat.end()
    person.end()
    run = place.desk.run
    info = run.info
    return {
        "requests": info.requests,
        "took": info.seconds,
        "limited": info.limited,
        "differ": _differing(run, app.desk.sandbox.origin),
        "quiet": quiet,
        "sending": sending,
        "counts": {state.name: rows for state, rows in run.counts().items() if rows},
    }


def _differing(run: Any, origin: str) -> int:
    """How many rows are not in the state that what the sandbox holds says, or are there twice."""
    from composer.sandbox import SANDBOX_STORE_ID
    from composer.sandbox.process import world
    from composer.storage.runs import State

    stored: list[str] = []
    before = None
    while True:
        page = world(origin, SANDBOX_STORE_ID, limit=1000, before_event=before)
        stored += [each["event"]["data"]["Order ID"] for each in page["events"]]
        before = page["olderEvents"]
        if before is None:
            break
    ignored: int = page["counts"]["ignored"]
    numbers = run.numbers(states=(State.QUEUED,))
    queued = set()
    for at in range(0, len(numbers), 1000):
        queued |= {record.event["data"]["Order ID"] for record in run.records(numbers[at : at + 1000])}
    return len(queued ^ set(stored)) + len(stored) - len(set(stored)) + ignored


def _wait(app: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    _until(app, lambda: time.monotonic() >= end)


def _until(app: Any, is_so: Callable[[], bool]) -> None:
    """Let the window's own event loop run. `processEvents` in a loop would take a whole processor."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, looks, end = QEventLoop(), QTimer(), time.monotonic() + PATIENCE
    looks.timeout.connect(lambda: (is_so() or time.monotonic() > end) and loop.quit())
    looks.start(10)
    loop.exec()
    looks.stop()
    if not is_so():
        raise TimeoutError


def main() -> None:
    """Measure in a data folder of its own."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["EVENT_COMPOSER_HOME"] = folder
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))


if __name__ == "__main__":
    main()
