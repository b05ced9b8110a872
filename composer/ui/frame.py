"""The window's frame: where it will go on top, the places at the left, a quiet line below, room in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from composer.ui.finder.button import FinderButton
from composer.ui.widgets.pieces import button, label

COMPOSE, BULK, HISTORY, TEMPLATES, SANDBOX, SETTINGS = range(6)
PLACES = ("Compose", "Bulk", "History", "Templates", "Sandbox", "Settings")


class Frame(QWidget):
    """Everything that is there in every place.

    Signals: `place_wanted(int)` a place was clicked, counted from 0; `finder_wanted()` anything is to be found.
    """

    place_wanted = Signal(int)
    finder_wanted = Signal()

    def __init__(self, store_bar: QWidget, notice: QWidget, stack: QStackedWidget, places: Sequence[str]) -> None:
        """The last of `places` stands at the foot of the list."""
        super().__init__()
        self.setObjectName("page")
        self.buttons: list[QPushButton] = []
        self.saved, self.state = label(""), label("")
        middle = QVBoxLayout()
        middle.addWidget(notice)
        middle.addWidget(stack, 1)
        body = QHBoxLayout()
        body.addWidget(self._rail(places))
        body.addLayout(middle, 1)
        outer = QVBoxLayout(self)
        outer.addWidget(self._bar(store_bar))
        outer.addLayout(body, 1)
        outer.addWidget(self._status())
        for each in (middle, body, outer):
            each.setContentsMargins(0, 0, 0, 0)
            each.setSpacing(0)

    def _bar(self, store_bar: QWidget) -> QWidget:
        bar = QFrame()
        bar.setObjectName("bar")
        line = QHBoxLayout(bar)
        line.setContentsMargins(14, 8, 14, 8)
        line.setSpacing(12)
        line.addWidget(label("Event Composer", "brand"))
        line.addWidget(store_bar, 1)
        find = FinderButton()
        find.wanted.connect(self.finder_wanted)
        line.addWidget(find)
        return bar

    def _rail(self, places: Sequence[str]) -> QWidget:
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setFixedWidth(176)
        column = QVBoxLayout(rail)
        column.setContentsMargins(8, 10, 8, 10)
        column.setSpacing(3)
        for place, name in enumerate(places):
            if place == len(places) - 1:
                column.addStretch(1)
            made = button(name, None, "nav")
            made.clicked.connect(lambda _checked, place=place: self.place_wanted.emit(place))
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.setToolTip(f"Ctrl+{place + 1}")
            column.addWidget(made)
            self.buttons.append(made)
        return rail

    def _status(self) -> QWidget:
        status = QFrame()
        status.setObjectName("status")
        line = QHBoxLayout(status)
        line.setContentsMargins(14, 4, 14, 4)
        line.setSpacing(16)
        line.addWidget(self.saved)
        line.addStretch(1)
        line.addWidget(self.state)
        line.addWidget(label("Contract 2.2"))
        return status
