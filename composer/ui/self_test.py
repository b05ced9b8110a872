"""The self-test: the real window sends the starter event to its own sandbox and looks whether it is there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from composer.ui.desk import Desk
from composer.ui.window import MainWindow

if TYPE_CHECKING:
    from composer.delivery.sender import Sent

PATIENCE = 60.0  # seconds for each step


class SelfTest:
    """One run of it."""

    def __init__(self, window: MainWindow, desk: Desk, screenshot: Path | None) -> None:
        self._window, self._desk, self._screenshot = window, desk, screenshot
        self._sent: list[Sent] = []
        self._failures: list[str] = []

    def run(self, qt: QApplication) -> int:
        """Do it, print what was seen, return 0 or 1."""
        self._window.sending.finished.connect(self._sent.append)
        self._window.sending.failed.connect(self._failures.append)
        self._window.show()
        try:
            self._steps(qt)
        except _FailedError as failure:
            self._say(f"self-test failed: {failure}")
            return 1
        finally:
            if self._screenshot is not None:
                self._screenshot.parent.mkdir(parents=True, exist_ok=True)
                self._window.grab().save(str(self._screenshot))
                self._say(f"picture: {self._screenshot}")
        self._say("self-test passed")
        return 0

    def _steps(self, qt: QApplication) -> None:
        window = self._window
        self._wait(qt, lambda: window.composition.is_judged, "the checks")
        if window.composition.errors:
            raise _FailedError(f"the starter event has errors: {window.composition.errors[0].message}")
        wire = window.composition.wire()
        window.compose.send_button.click()
        self._wait(qt, lambda: bool(self._sent or self._failures), "an answer")
        if self._failures:
            raise _FailedError(self._failures[0])
        outcome = self._sent[0].outcome
        self._say(f"{outcome.status} from {self._desk.sandbox_url} in {outcome.duration_ms} ms: {outcome.sentence}")
        if outcome.status != 202:
            raise _FailedError("the answer is not 202")
        self._look(json.loads(wire))
        self._wait(qt, lambda: not window.sending.is_under_way, "the window")

    def _look(self, event: dict[str, object]) -> None:
        """The sandbox must hold the event that was sent."""
        from composer.sandbox import SANDBOX_STORE_ID
        from composer.sandbox.process import world

        held = world(self._desk.sandbox.origin, SANDBOX_STORE_ID)
        names = [each["event"]["eventName"] for each in held["events"]]
        if names != [event["eventName"]]:
            raise _FailedError(f"the sandbox holds {names}, not the event that was sent")
        self._say(f"stored: “{names[0]}” for {len(held['profiles'])} new profile")

    def _wait(self, qt: QApplication, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise _FailedError(f"waited {PATIENCE:.0f} s for {what}")
            qt.processEvents(
                QEventLoop.ProcessEventsFlag.WaitForMoreEvents | QEventLoop.ProcessEventsFlag.AllEvents, 50
            )

    def _say(self, words: str) -> None:
        print(words, flush=True)  # noqa: T201 - this is its output


class _FailedError(Exception):
    """What did not work, in words."""
