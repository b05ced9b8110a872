"""The quiet button in the window's bar that says that anything can be found, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

FIND = "Find anything"  # also the name of the action that opens the finder
KEYS = "Ctrl+K"


class FinderButton(QPushButton):
    """Says “Ctrl+K Find anything”, with the key as this system writes it.

    Signals: `wanted()`: it was clicked; open the finder.
    """

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        keys = QKeySequence(KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        super().__init__(f"{keys} {FIND}", parent)
        self.setAccessibleName(FIND)
        self.setToolTip("Actions, places, templates, stores and past events")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it goes back to
        self.clicked.connect(lambda _checked: self.wanted.emit())
