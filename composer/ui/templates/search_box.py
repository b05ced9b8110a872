"""Where the words are typed that templates are searched for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from composer.ui.templates.painting import NameEntry


class SearchBox(NameEntry):
    """Arrows move in `list_below` without leaving the box; Escape empties it."""

    def __init__(self, list_below: QWidget) -> None:
        super().__init__()
        self._list = list_below
        self.setPlaceholderText("Search names, folders, tags, events")
        self.setAccessibleName("Search templates")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            QCoreApplication.sendEvent(self._list, event)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
