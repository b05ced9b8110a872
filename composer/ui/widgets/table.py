"""A list of rows as every place shows it: whole rows, calm lines, chips, and tooltips for what is cut."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from composer.ui.theme import SMALL_PIXELS, Theme
from composer.ui.widgets.paged_model import INK, TONE, Cell, PagedModel

ROW_HEIGHT = 33
_SIDE = 8  # pixels between a cell's edge and its text
_CHIP_SIDE = 8
_CHIP_HEIGHT = 21
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class CalmTable(QTableView):
    """The look of every table of rows: whole rows are selected, nothing is edited in place, nothing scrolls sideways.

    Columns named in `samples` are as wide as that cell, the others share the room.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        model: QAbstractItemModel,
        samples: dict[int, Cell],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setModel(model)
        self._share_room(samples)

    def _share_room(self, samples: dict[int, Cell]) -> None:
        header = self.horizontalHeader()
        for column in range(self.model().columnCount()):
            fixed = column in samples
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Fixed if fixed else QHeaderView.ResizeMode.Stretch
            )
            if fixed:
                self.setColumnWidth(column, self.width_of(samples[column]))

    def width_of(self, cell: Cell) -> int:
        """How wide a column has to be for this cell."""
        return _width(self, cell.text, cell.tone) + 2 * _SIDE + 4


class Table(CalmTable):
    """Shows a `PagedModel`; the current row is the chosen one.

    Signals: `chosen(object)` with the row's data when a person, or `choose`, goes to another row.
    """

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, name: str, model: PagedModel, samples: dict[int, Cell], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, name, model, samples, parent)
        self._rows = model
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        model.rowsInserted.connect(self._hold_still)

    def choose(self, key: Hashable) -> bool:
        """Go to the row with this key; False when it is not there."""
        row = self._rows.row_of(key)
        self.setCurrentIndex(self._rows.index(row, 0))
        return row >= 0

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and not self.currentIndex().isValid() and self._rows.rows:
            self.selectRow(0)

    def _current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._rows.rows[current.row()])

    def _hold_still(self, _: QModelIndex, first: int, last: int) -> None:
        """Rows that come in at the top push the ones that are being read down; the view goes with them."""
        if first == 0 and self.verticalScrollBar().value() > 0:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + last + 1)


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: CalmTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # A table in motion is nothing but this: each call costs, and each lets a thread that reads take its turn.
        table, rect = self._table, option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.color("accent_weak"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self._theme.color("line"))
        if index.column() == 0 and table.hasFocus() and index.row() == table.currentIndex().row():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), self._theme.color("accent"))
        text, tone = index.data(), index.data(TONE)
        if not text:
            return
        room = rect.adjusted(_SIDE, 0, -_SIDE, -1)
        if tone:
            painter.save()
            self._paint_chip(painter, room, text, tone)
            painter.restore()
            return
        painter.setFont(option.font)
        painter.setPen(self._theme.color(index.data(INK) or "text"))
        cut = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, cut)

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(_width(self._table, index.data() or "", index.data(TONE) or "") + 2 * _SIDE, ROW_HEIGHT)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() != QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        tip = index.data(Qt.ItemDataRole.ToolTipRole)
        needed = _width(self._table, index.data() or "", index.data(TONE) or "")
        if not tip and needed > option.rect.width() - 2 * _SIDE:
            tip = index.data()
        QToolTip.showText(event.globalPos(), f"<span>{_escaped(tip)}</span>" if tip else "", view)
        return True

    def _paint_chip(self, painter: QPainter, room: QRect, text: str, tone: str) -> None:
        ground, ink = ("line", "text") if tone == "plain" else (f"{tone}_weak", tone)
        font = _chip_font(self._table.font())
        metrics = QFontMetrics(font)
        width = min(room.width(), metrics.horizontalAdvance(text) + 2 + 2 * _CHIP_SIDE)
        box = QRect(room.left(), room.center().y() - _CHIP_HEIGHT // 2, width, _CHIP_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(ground))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(self._theme.color(ink))
        painter.setFont(font)
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * _CHIP_SIDE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cut)


def _width(table: QTableView, text: str, tone: str) -> int:
    """Pixels a cell's content needs."""
    if tone:
        return QFontMetrics(_chip_font(table.font())).horizontalAdvance(text) + 2 + 2 * _CHIP_SIDE
    return QFontMetrics(table.font()).horizontalAdvance(text)


def _chip_font(font: QFont) -> QFont:
    font = QFont(font)
    font.setPixelSize(SMALL_PIXELS)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _escaped(text: str) -> str:
    """Plain text for a rich tooltip, which unlike a plain one wraps; very long texts are cut."""
    from html import escape

    return escape(text if len(text) <= 1000 else text[:1000] + "…")
