"""Work on all rows that is no sending: what is done, how far it is, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from composer.ui.widgets.pieces import GRID, Card, Elided, button

_STEPS = 1000


class WorkCard(Card):
    """Hidden while there is none.

    Signals: `cancel_wanted()`.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.sentence = Elided()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = button("Cancel", self.cancel_wanted.emit)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.sentence, 3)
        line.addWidget(self.bar, 2)
        line.addWidget(self.cancel)
        self.body.addLayout(line)
        self.hide()

    def say(self, sentence: str, share: float | None) -> None:
        """Show what is done, and the share that is done already if that is known."""
        self.sentence.setText(sentence)
        self.bar.setAccessibleName(sentence)
        self.bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self.bar.setValue(int(share * _STEPS))
        self.show()
