"""Two groups of buttons, one at each end of a line; where they don't fit, the second stands below the first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from composer.ui.widgets.pieces import GRID


class TwoGroups(QWidget):
    """Lays out what it is given; the last widget of the second group is at the right edge."""

    def __init__(self, first: Sequence[QWidget], second: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("groups")
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(GRID)
        self._groups = []
        for widgets in (first, second):
            group = QHBoxLayout()
            group.setSpacing(GRID)
            if widgets is second:
                group.addStretch(1)
            for each in widgets:
                group.addWidget(each)
            if widgets is first:
                group.addStretch(1)
            self._line.addLayout(group)
            self._groups.append(group)

    def minimumSizeHint(self) -> QSize:
        sizes = [group.minimumSize() for group in self._groups]
        return QSize(max(each.width() for each in sizes), self._line.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = sum(group.minimumSize().width() for group in self._groups) + GRID
        directions = QBoxLayout.Direction
        wanted = directions.LeftToRight if needed <= self.width() else directions.TopToBottom
        if self._line.direction() is not wanted:
            self._line.setDirection(wanted)
            self.updateGeometry()
