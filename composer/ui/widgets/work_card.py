"""Work on all rows that is no sending: what is done, how far it is, and Cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from composer.ui.widgets.pieces import GRID, Card, Elided, button, label

_STEPS = 1000
_SURE = 2.0  # seconds until it is known how fast it goes


class WorkCard(Card):
    """Hidden while there is none.

    Signals: `cancel_wanted()`.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.sentence = Elided()
        self.left = label("", "small")
        self._began = (0.0, 0.0)  # when, and what share was done then
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = button("Cancel", self.cancel_wanted.emit)
        progress = QVBoxLayout()
        progress.setSpacing(GRID)
        says = QHBoxLayout()
        says.setSpacing(GRID)
        says.addWidget(self.sentence, 1)
        says.addWidget(self.left)
        progress.addLayout(says)
        progress.addWidget(self.bar)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addLayout(progress, 1)
        line.addWidget(self.cancel)
        self.body.addLayout(line)
        self.hide()

    def say(self, sentence: str, share: float | None) -> None:
        """Show what is done, and the share that is done already if that is known."""
        self.sentence.setText(sentence)
        self.bar.setAccessibleName(sentence)
        if self.isHidden():
            self._began = (time.monotonic(), share or 0.0)
        self.left.setText(_left(share, *self._began))
        self.bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self.bar.setValue(int(share * _STEPS))
        self.show()


def _left(share: float | None, began: float, at: float) -> str:
    """How long it will take still, in words; empty while that is not known."""
    gone = time.monotonic() - began
    if share is None or gone < _SURE or share <= at:
        return ""
    seconds = max(1, round(gone * (1 - share) / (share - at)))
    return f"{seconds} s left" if seconds < 100 else f"{round(seconds / 60):,} min left"
