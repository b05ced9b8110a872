"""A list of lines that are painted by hand, and know which one the mouse is over."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QListView, QWidget

from composer.ui.theme import Theme


class HoverList(QListView):
    """Lines of one height without a frame; nothing scrolls sideways. `hovered` is a row, -1 for none."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setToolTipDuration(20000)
        self.entered.connect(self._hover)
        theme.changed.connect(self._repaint)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(QModelIndex())

    def _hover(self, index: QModelIndex) -> None:
        self.hovered = index.row()
        self.viewport().update()

    def _repaint(self) -> None:
        """In the theme's new colours. A method of its own, so that the theme lets go of it with the widget."""
        self.viewport().update()  # asked for late: viewport() makes PySide load every kind of widget there is
