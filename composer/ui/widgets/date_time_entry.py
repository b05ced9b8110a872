"""An entry for an RFC 3339 time, with a calendar behind it. Free typing stays possible."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices
from composer.ui.widgets.field import Entry


class DateTimeEntry(Entry):
    """An entry for an RFC 3339 time, with a calendar behind it.

    Signals: `picked(str)` the time chosen in the calendar.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme, zones: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zones = zones
        self._open = QAction("Choose a date and time (Down)", self)
        self._open.triggered.connect(self.open_calendar)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        self._recolor()
        theme.changed.connect(self._recolor)

    def open_calendar(self) -> None:
        """Show the calendar below the entry."""
        from composer.ui.widgets.date_time_popup import DateTimePopup  # a calendar is heavy for the first paint

        popup = DateTimePopup(self._theme, self._zones, self.text(), self)
        popup.picked.connect(self._pick)
        popup.adjustSize()
        at = self.mapToGlobal(QPoint(0, self.height() + 2))
        screen = self.screen().availableGeometry()
        at.setX(min(at.x(), screen.right() - popup.width()))
        at.setY(min(at.y(), screen.bottom() - popup.height()))
        popup.move(at)
        popup.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def _pick(self, text: str) -> None:
        self.setText(text)
        self.picked.emit(text)
        self.setFocus()

    def _recolor(self) -> None:
        self._open.setIcon(self._theme.icon("calendar"))
