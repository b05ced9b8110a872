"""A layout that goes on in the next line when there is no more room, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from composer.ui.widgets.pieces import GRID


class Flow(QLayout):
    """Puts widgets side by side, and below each other where they don't fit. Hidden ones take no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(QRect(0, 0, width, 0), moves=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, moves=True)

    def sizeHint(self) -> QSize:
        seen = [item.sizeHint() for item in self._items if not item.isEmpty()]
        return QSize(sum(each.width() + GRID for each in seen), max((each.height() for each in seen), default=0))

    def minimumSize(self) -> QSize:
        seen = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(max((each.width() for each in seen), default=0), max((each.height() for each in seen), default=0))

    def _lay_out(self, rect: QRect, *, moves: bool) -> int:
        """The height that is needed in this width."""
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + GRID, 0
            if moves:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + GRID
            line = max(line, size.height())
        return y + line - rect.y()
