"""Two parts of a place beside each other, as every place with a list has them: a person moves the border."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from composer.ui.widgets.pieces import GRID


def side_by_side(left: QWidget, right: QWidget, sizes: tuple[int, int], growth: tuple[int, int] = (3, 2)) -> QSplitter:
    """Both parts with their first widths in pixels; of more room they take shares as `growth` says."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setChildrenCollapsible(False)
    split.setHandleWidth(GRID + 4)
    for at, part in enumerate((left, right)):
        split.addWidget(part)
        split.setStretchFactor(at, growth[at])
    split.setSizes(sizes)
    return split
