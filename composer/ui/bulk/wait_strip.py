"""What is being waited for, and Cancel: the words change while the button stays where it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, Strip, button, label


class WaitStrip(QFrame):
    """Hidden until it is told what is waited for.

    Signals: `cancelled()`.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.setProperty("tone", "accent")
        self._words = Wrapped()
        self.cancel = button("Cancel", self.cancelled.emit)
        middle = QVBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._words)
        middle.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(GRID)
        row.addWidget(label(Strip.MARKS["accent"], "strong"))
        row.addLayout(middle, 1)
        row.addWidget(self.cancel)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says now; empty when nothing is waited for."""
        return "" if self.isHidden() else self._words.text()

    def say(self, sentence: str) -> None:
        """Show what is waited for, or how far it is. Cancel has the keyboard from the first word on."""
        is_new = self.isHidden()
        self._words.say(sentence)
        self.setAccessibleName(sentence)
        self.cancel.setAccessibleName(f"Cancel. {sentence}")
        self.show()
        if is_new:
            self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
