"""Whether customers are looked up while composing: a line of Settings. The same switch stands in Compose."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from composer.storage.settings import Settings
from composer.ui.compose.whom import LOOK_UP, is_looked_up
from composer.ui.compose.whom_line import MEANING
from composer.ui.jobs import Jobs
from composer.ui.widgets.pieces import GRID, Card, Elided


class LookingCard(Card):
    """One switch.

    Signals: `changed(bool)` after it was saved; `failed(object)` an exception.
    """

    changed = Signal(bool)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._jobs, self._settings = jobs, settings
        self.switch = QCheckBox("Look customers up while composing")
        self.switch.clicked.connect(self._save)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.switch)
        row.addWidget(Elided(MEANING, "small"), 1)
        self.body.addLayout(row)

    def refresh(self) -> None:
        """Read how it is."""
        self._jobs.run(lambda: is_looked_up(self._settings), self._show, self.failed.emit, in_order=True)

    def _show(self, is_on: bool) -> None:
        with QSignalBlocker(self.switch):
            self.switch.setChecked(is_on)

    def _save(self, is_on: bool) -> None:
        def failed(error: Exception) -> None:
            self._show(not is_on)
            self.failed.emit(error)

        self._jobs.run(
            lambda: self._settings.put(LOOK_UP, is_on), lambda _: self.changed.emit(is_on), failed, in_order=True
        )
