"""How the finder's list looks, and how it is gone through: the keyboard stays in the line above it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from composer.ui.finder.matching import Hit
from composer.ui.finder.rows import ROW, Row, Rows
from composer.ui.theme import Theme
from composer.ui.widgets.marked_text import MarkedText, small

ITEM_HEIGHT = 34
HEADING_HEIGHT = 28
_SIDE = 14  # pixels between the list's edge and what is written
_GAP = 12  # pixels between words, detail and keys
_INSET = 6  # pixels between the list's edge and the ground of the chosen item
_CAP_SIDE = 7
_CAP_HEIGHT = 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


class FoundList(QListView):
    """Shows `Rows`. It never has the keyboard; the current item is the chosen one.

    Signals: `picked()` the chosen item was clicked; `moved()` the mouse chose another one.
    """

    picked = Signal()
    moved = Signal()

    def __init__(self, theme: Theme, model: Rows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._pointer: QPoint | None = None
        self.setModel(model)
        self.setItemDelegate(_Delegate(theme, self))
        self.setAccessibleName("Found")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._pick)

    @property
    def chosen(self) -> Row | None:
        """The row that is chosen."""
        at = self.currentIndex().row()
        return self._rows.rows[at] if at >= 0 else None

    def wish(self) -> int:
        """Pixels the list is high when all of it shows."""
        return sum(HEADING_HEIGHT if row.hit is None else ITEM_HEIGHT for row in self._rows.rows)

    def choose(self, row: int) -> None:
        """Choose a row; a heading above it is brought into sight, too."""
        self.setCurrentIndex(self._rows.index(row))
        if row > 0 and self._rows.rows[row - 1].hit is None:
            self.scrollTo(self._rows.index(row - 1))
        self.scrollTo(self.currentIndex())

    def choose_first(self) -> None:
        """Choose the first item, and show the list from its beginning."""
        self._pointer = None  # the list came to the mouse, not the mouse to the list
        self.step(0)
        self.verticalScrollBar().setValue(0)

    def keep(self, row: int, offset: int) -> None:
        """Choose a row and have it `offset` pixels below the top of the list, where it was."""
        self._pointer = None
        index = self._rows.index(row)
        self.setCurrentIndex(index)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.visualRect(index).top() - offset)

    def step(self, way: int) -> None:
        """Go this many items down, or up; 0 is the first. It goes round at the ends by single steps only."""
        items = [at for at, row in enumerate(self._rows.rows) if row.hit is not None]
        if not items:
            return
        at = items.index(self.currentIndex().row()) if self.currentIndex().row() in items else 0
        if abs(way) == 1:
            self.choose(items[(at + way) % len(items)])
        else:
            self.choose(items[max(0, min(at + way, len(items) - 1)) if way else 0])

    def page(self) -> int:
        """How many items a page has."""
        return max(2, self.viewport().height() // ITEM_HEIGHT - 1)

    def _pick(self, index: QModelIndex) -> None:
        if self._rows.rows[index.row()].hit is not None:
            self.picked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer, self._pointer = self._pointer, event.globalPosition().toPoint()
        index = self.indexAt(event.position().toPoint())
        if pointer not in (None, self._pointer) and index.isValid() and self._rows.rows[index.row()].hit is not None:
            self.setCurrentIndex(index)
            self.moved.emit()


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: FoundList) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row: Row = index.data(ROW)
        return QSize(option.rect.width(), HEADING_HEIGHT if row.hit is None else ITEM_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.hit is None:
            self._paint_heading(painter, option.rect.adjusted(_SIDE, 6, -_SIDE, 0), row)
        else:
            self._paint_item(painter, option.rect, row.hit, index.row() == self._view.currentIndex().row())
        painter.restore()

    def _paint_heading(self, painter: QPainter, room: QRect, row: Row) -> None:
        painter.setFont(small(self._view.font(), QFont.Weight.DemiBold))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(room, _LEFT, row.heading)
        painter.setFont(small(self._view.font()))
        painter.drawText(room, _RIGHT, row.note)

    def _paint_item(self, painter: QPainter, rect: QRect, hit: Hit, is_chosen: bool) -> None:
        if is_chosen:
            ground = rect.adjusted(_INSET, 0, -_INSET, 0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak"))
            painter.drawRoundedRect(ground, 6, 6)
            painter.setBrush(self._theme.color("accent"))
            painter.drawRoundedRect(ground.left(), ground.top() + 8, 3, ground.height() - 16, 1.5, 1.5)
        room = rect.adjusted(_SIDE, 0, -_SIDE, 0)
        if hit.item.keys:
            room.setRight(self._paint_keys(painter, room, hit.item.keys) - _GAP)
        words = MarkedText(hit.item.words, hit.marks, self._view.font(), self._theme)
        detail = MarkedText(hit.item.detail, hit.detail_marks, small(self._view.font()), self._theme)
        wish = detail.width if words.width + _GAP + detail.width <= room.width() else int(room.width() * 0.45)
        side = min(detail.width, max(wish, room.width() - _GAP - words.width))
        words.paint(painter, room.adjusted(0, 0, -(side + _GAP if side else 0), 0), "text")
        detail.paint(painter, QRect(room.right() + 1 - side, room.top(), side, room.height()), "muted")

    def _paint_keys(self, painter: QPainter, room: QRect, keys: str) -> int:
        """Paint a key cap at the right; returns where it begins."""
        font = small(self._view.font())
        width = QFontMetrics(font).horizontalAdvance(keys) + 2 * _CAP_SIDE
        cap = QRect(room.right() + 1 - width, room.center().y() - _CAP_HEIGHT // 2 + 1, width, _CAP_HEIGHT)
        painter.setPen(self._theme.color("line"))
        painter.setBrush(self._theme.color("background"))
        painter.drawRoundedRect(cap.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._theme.color("muted"))
        painter.setFont(font)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)
        return cap.left()
