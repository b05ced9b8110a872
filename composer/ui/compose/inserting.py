"""Puts a variable where the cursor was last: in a field, a property's cell or the JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from shiboken6 import isValid

from composer.ui.compose.variable_help import VariableMenu
from composer.ui.jobs import Jobs


class InsertButton(QPushButton):
    """Offers the variables there are. `names` are those the event asks for already; `room` holds what is written in."""

    def __init__(self, jobs: Jobs, names: Callable[[], Sequence[str]], room: QWidget) -> None:
        super().__init__("Variable ▾", room)
        self._room = room
        self._target: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cell that is edited open
        self.setToolTip("Put a variable where the cursor is: it is given its value when the event is sent")
        menu = VariableMenu(jobs, self)
        self.pressed.connect(lambda: menu.show_names(names()))
        self.setMenu(menu)
        menu.chosen.connect(self._insert)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, (QLineEdit, QPlainTextEdit)) and self._room.isAncestorOf(now) and not now.isReadOnly():
            self._target = now

    def _insert(self, text: str) -> None:
        target = self._target
        if target is None or not isValid(target) or not target.isVisible():
            return
        target.setFocus()
        if isinstance(target, QLineEdit):
            target.insert(text)
            target.textEdited.emit(target.text())
        elif isinstance(target, QPlainTextEdit):
            target.insertPlainText(text)
