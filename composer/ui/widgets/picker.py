"""A choice among a few fixed things, with a chevron in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from composer.ui.theme import Theme

_ICON = 16


class Picker(QComboBox):
    """A combo box that changes by key and click only: a wheel that passes over it scrolls the page instead."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - _ICON - 7, (self.height() - _ICON) // 2, _ICON, _ICON)
        self._theme.icon("chevron-down", "muted").paint(painter, place)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
