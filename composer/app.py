"""Starts the window: builds every object once and hands it down. The self-test is the same window at work."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from composer.paths import data_folder, resource
from composer.storage.database import StorageError
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.loading import load_checks
from composer.ui.theme import Choice, Theme
from composer.ui.window import MainWindow

if TYPE_CHECKING:
    from types import TracebackType

    from composer.ui.compose.judging import Check


class App:
    """The window on a data folder, with everything it needs. `close` gives all of it back."""

    def __init__(self, folder: Path) -> None:
        running = QApplication.instance()
        # The style is named here because setStyle() returns it, and wrapping that costs a tenth of the start.
        self.qt = running if isinstance(running, QApplication) else QApplication([sys.argv[0], "-style", "fusion"])
        self.qt.setApplicationName("Event Composer")
        self.qt.setDesktopFileName("event-composer")
        self.desk = Desk(folder)
        self.theme = Theme(self.qt, _choice(self.desk.settings.get("theme")))
        self.jobs = Jobs()
        self.window = MainWindow(self.desk, self.theme, self.jobs)
        self.window.opened.connect(self._warm_up)
        self.theme.dress()

    def close(self) -> bool:
        """Close the window, wait for its threads, stop the sandbox; False when a thread did not end."""
        self.window.close()
        ended = self.jobs.close()
        self.desk.close()
        self.window.deleteLater()
        return ended

    def _warm_up(self) -> None:
        """Load what the first paint did not need: the checks, then what sending takes; start the sandbox."""
        gc.freeze()
        from PySide6.QtGui import QIcon

        self.qt.setWindowIcon(QIcon(str(resource("icons/app.svg"))))
        self.jobs.run(load_checks, self._judge_with)
        self.window.start_sandbox()

    def _judge_with(self, check: Check) -> None:
        gc.freeze()  # what the checks have loaded stays, too: looking through it took 40 ms of the window's time
        gc.enable()
        self.window.composition.judge_with(check)
        self.jobs.run(_load_rest)


def _choice(kept: object) -> Choice:
    """The theme that was chosen; what another release may have kept is none."""
    return next((each for each in Choice if each.value == kept), Choice.SYSTEM)


def _load_rest() -> None:
    """What takes long when it is first wanted: made-up people, time zones, the modules of the places."""
    import composer.ui.bulk.place
    import composer.ui.finding
    import composer.ui.history.place
    import composer.ui.templates.place  # noqa: F401
    from composer.event.variables import prepare

    prepare()


def run(rows: Path | None = None) -> int:
    """Open the window, in Bulk with the file `rows` if given, and stay until it is closed; returns the exit code."""
    if not _has_display():
        print("There is no display here. See: event-composer --help", file=sys.stderr)  # noqa: T201
        return 1
    try:
        app = App(data_folder())
    except (StorageError, OSError) as error:
        return _cannot_start(str(error))
    sys.excepthook = _Complaint(app)
    if rows is not None:
        app.window.opened.connect(lambda: app.window.bulk.open_file(str(rows.absolute())))
    app.window.show()
    code = app.qt.exec()
    if not app.close():
        os._exit(code)  # all is written; a thread that waits for the keyring must not keep the program
    return code


def self_test(screenshot: Path | None) -> int:
    """Send the starter event from the form to the sandbox, in a private data folder; 0 when all of it worked.

    Saves a picture of the window when `screenshot` is given. Prints what it saw.
    """
    import tempfile

    if not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from composer.ui.self_test import SelfTest

    with tempfile.TemporaryDirectory(prefix="event-composer-") as folder:
        app = App(Path(folder))
        try:
            return SelfTest(app.window, app.desk, screenshot).run(app.qt)
        finally:
            app.close()


def _has_display() -> bool:
    """Whether a window can be shown; a platform named by hand is believed."""
    return sys.platform != "linux" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )


class _Complaint:
    """An error nobody expected: told to the terminal in full, and in the window in one sentence."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            self._app.window.notice.say(
                "bad", f"Something in the composer failed ({kind.__name__}). Your draft is kept."
            )


def _cannot_start(sentence: str) -> int:
    if QApplication.instance() is None:
        QApplication(sys.argv[:1])
    print(sentence, file=sys.stderr)  # noqa: T201 - there may be no screen to say it on
    if QGuiApplication.platformName() != "offscreen":
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Critical, "Event Composer can't start", sentence)
        box.exec()
    return 1
