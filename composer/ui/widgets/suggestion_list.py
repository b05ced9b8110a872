"""The list that lies under an entry, or above it: names, the typed part of them strong, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from composer.event.completion import folded
from composer.ui.theme import Theme
from composer.ui.widgets.hover_list import HoverList
from composer.ui.widgets.marked_text import MarkedText, small

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 28
MOST = 8  # rows
_SIDE = 10  # pixels between the list's edge and what is written
_GAP = 24  # pixels between a name and what is known of it
_FRAME = 5  # pixels of border and padding, see `theme.qss`
_APART = 2  # pixels between the entry and the list
_EDGE = 4  # pixels that stay free at the window's edges
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_WIDEST = 460  # pixels, where the entry is not wider


class Suggestion(NamedTuple):
    """What can be taken, and what is said of it in a few words; `about` is for whoever takes it."""

    text: str
    note: str
    about: object = None


class _Rows(QAbstractListModel):
    """The suggestions as a list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.found: Sequence[Suggestion] = ()

    def show_found(self, found: Sequence[Suggestion]) -> None:
        """Take these."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        text, note, _ = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return f"{text}, {note}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class SuggestionList(HoverList):
    """It has never the keyboard; the current row is the chosen one, and at first there is none.

    Signals: `picked(object)` a `Suggestion` was clicked.
    """

    picked = Signal(object)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, "Suggestions", window)
        self.typed = ""
        self._rows = _Rows(self)
        self.hide()
        self.setObjectName("choices")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(theme, self))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # spares painting what lies below it at each key
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda index: self.picked.emit(self._rows.found[index.row()]))

    @property
    def found(self) -> Sequence[Suggestion]:
        """What is offered."""
        return self._rows.found

    @property
    def chosen(self) -> Suggestion | None:
        """What Enter would take."""
        row = self.currentIndex().row()
        return self.found[row] if row >= 0 else None

    def show_found(self, found: Sequence[Suggestion], typed: str) -> None:
        """Offer these for what is typed; nothing is chosen."""
        self.typed = typed
        self._hover(QModelIndex())
        self._rows.show_found(found[:MOST])

    def step(self, way: int) -> None:
        """Choose the next one, or the one before; above the first is nothing."""
        row = min(self.currentIndex().row() + way, len(self.found) - 1)
        self.setCurrentIndex(self._rows.index(row) if row >= 0 else QModelIndex())

    def spoken(self) -> str:
        """What is chosen, for a screen reader."""
        if self.chosen is None:
            return "Nothing chosen"
        text, note, _ = self.chosen
        return f"{text}, {note}, {self.currentIndex().row() + 1} of {len(self.found)}"

    def lie_by(self, entry: QRect) -> None:
        """Lie below `entry`, a rectangle of the window, or above it where there is more room."""
        around = self.window().rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        below, above = around.bottom() - entry.bottom() - _APART, entry.top() - around.top() - _APART
        wish = len(self.found) * ROW_HEIGHT + 2 * _FRAME
        is_below = below >= min(wish, above)
        height = min(wish, below if is_below else above)
        width = min(max(entry.width(), min(self._wish(), _WIDEST)), around.width())
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = entry.right() + 1 - width if is_mirrored else entry.left()
        left = max(around.left(), min(left, around.right() + 1 - width))
        top = entry.bottom() + 1 + _APART if is_below else entry.top() - _APART - height
        self.setGeometry(left, top, width, height)

    def _wish(self) -> int:
        """Pixels that every row has room in."""
        metrics = self.fontMetrics()
        words = (metrics.horizontalAdvance(f"{each.text[:_WIDEST]}{each.note}") for each in self.found)
        return max(words, default=0) + _GAP + 2 * (_SIDE + _FRAME) + ROW_HEIGHT  # bold is a little wider


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: SuggestionList) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text, note, _ = self._view.found[index.row()]
        is_chosen = index.row() == self._view.currentIndex().row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_chosen or index.row() == self._view.hovered:
            painter.setBrush(self._theme.color("accent_weak" if is_chosen else "background"))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 4, 4)
        if is_chosen:
            painter.setBrush(self._theme.color("accent"))
            bar = QRect(option.rect.left(), option.rect.top() + 6, 3, option.rect.height() - 12)
            painter.drawRoundedRect(QStyle.visualRect(option.direction, option.rect, bar), 1.5, 1.5)
        name = MarkedText(text, marks(text, self._view.typed), option.font, self._theme)
        painter.setFont(small(option.font))
        painter.setPen(self._theme.color("muted"))
        room = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        side = painter.fontMetrics().horizontalAdvance(note)
        known = QRect(room.right() + 1 - side, room.top(), side, room.height())
        painter.drawText(QStyle.visualRect(option.direction, option.rect, known), _MIDDLE, note)
        left = room.adjusted(0, 0, -(side + _GAP), 0)
        left.setWidth(min(left.width(), name.width))
        name.paint(painter, QStyle.visualRect(option.direction, option.rect, left), "text")
        painter.restore()


def marks(text: str, typed: str) -> list[tuple[int, int]]:
    """Where the typed letters are in `text`, as (begin, end) of characters; see `completion.folded` for what counts."""
    letters = [(at, each) for at, letter in enumerate(text) for each in folded(letter)]
    wanted = folded(typed)
    at = "".join(each for _, each in letters).find(wanted)
    return [(letters[at][0], letters[at + len(wanted) - 1][0] + 1)] if wanted and at >= 0 else []
