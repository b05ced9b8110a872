"""Keeping what is composed: it saves itself, comes back after a crash, and goes to and from JSON files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from composer.paths import resource
from composer.storage.database import StorageError
from composer.storage.drafts import Drafts
from composer.ui.compose.composition import Composition
from composer.ui.compose.json_panel import JsonPanel
from composer.ui.jobs import Jobs, Later

AUTOSAVE = 400  # milliseconds after the last change
LARGE_FILE = 20_000_000  # bytes; no event is near that
EMPTY = '{\n  "eventName": "",\n  "customer": {}\n}'
FILES = "JSON (*.json);;All files (*)"


class Drafting(QObject):
    """The draft on disk, and files.

    Signals: `said(str)` a word for the status line; `failed(str)` a sentence for the notice line.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, jobs: Jobs, drafts: Drafts, composition: Composition, panel: JsonPanel) -> None:
        super().__init__(panel)
        self._jobs, self._drafts, self._composition, self._panel = jobs, drafts, composition, panel
        self._autosave = Later(AUTOSAVE, self._save, self)
        self._is_changed = False
        self._is_suspended = False
        self._name = ""

    def restore(self, name: str, restored: Callable[[], None]) -> None:
        """Take the draft that was left under `name`, or the starter event, then call `restored`; from then on changes
        are saved there.
        """
        self._name = name
        try:
            text = self._drafts.load(name)
        except StorageError as error:
            self.failed.emit(str(error))
            text = None

        def begin() -> None:
            self._composition.changed.connect(self._changed)
            restored()

        self._panel.restore(_starter() if text is None else text, begin)

    def begin_anew(self, starter: bool) -> None:
        """Another event in place of this one; Undo brings this one back."""
        self._composition.load(_starter() if starter else EMPTY)

    def save_now(self) -> None:
        """Write the draft and wait for it. Raises StorageError.

        One that nobody changed stays as it is: it may be long and not read yet, or the disk could not give it.
        """
        self._autosave.stop()
        if self._is_changed and not self._is_suspended:
            self._drafts.save(self._name, self._composition.wire())

    def suspend(self) -> None:
        """Save the draft and leave it alone until `go_on`: what is composed meanwhile is something else."""
        try:
            self.save_now()
        except StorageError as error:
            self._fail(error)
        else:
            self._is_changed = False
        self._is_suspended = True

    def go_on(self) -> None:
        """What is composed is the draft again."""
        self._is_suspended = False

    def adopt(self) -> None:
        """What is composed meanwhile is the draft from now on."""
        self.go_on()
        self._changed()

    def choose_and_open(self, parent: QWidget) -> None:
        """Ask for a JSON file and take the event in it."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getOpenFileName(parent, "Open an event", "", FILES)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Take the event in a JSON file; what is wrong with the file is said, and the draft stays."""
        try:
            size = path.stat().st_size
            if size > LARGE_FILE:
                self.failed.emit(f"“{path.name}” has {size / 1e6:,.0f} MB. No event is that large.")
                return
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            self.failed.emit(f"“{path.name}” is not UTF-8 text (byte {error.start:,}).")
        except OSError as error:
            self.failed.emit(f"“{path.name}” can't be read: {error.strerror}.")
        else:
            self._panel.take(text)

    def choose_and_save(self, parent: QWidget) -> None:
        """Ask for a file and write the event to it, byte for byte as it is sent."""
        from PySide6.QtWidgets import QFileDialog

        name, _ = QFileDialog.getSaveFileName(parent, "Save the event", "event.json", FILES)
        if name:
            self.write(Path(name))

    def write(self, path: Path) -> None:
        """Write the event to a file."""
        try:
            path.write_bytes(self._composition.wire().encode("utf-8", "backslashreplace"))
        except OSError as error:
            self.failed.emit(f"“{path.name}” can't be written: {error.strerror}.")
        else:
            self.said.emit(f"Saved as {path.name}")

    def _changed(self) -> None:
        if self._is_suspended:
            return
        self._is_changed = True
        self.said.emit("")
        if not self._autosave.isActive():  # else it would never come while somebody types on
            self._autosave.start()

    def _save(self) -> None:
        text = self._composition.wire()
        self._jobs.run(
            lambda: self._drafts.save(self._name, text),
            lambda _: self.said.emit("Draft saved"),
            self._fail,
            in_order=True,
        )

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.failed.emit(f"The draft could not be saved. {error}")


def _starter() -> str:
    return resource("starter.json").read_text("utf-8")
