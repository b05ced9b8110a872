"""How the name of a line is painted: its step in, its icon, its star; and the entry in which it is typed anew."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from composer.storage.templates.names import MAX_CHARACTERS
from composer.ui.templates.model import LINE
from composer.ui.templates.rows import Kind, Line
from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry
from composer.ui.widgets.paged_model import Index
from composer.ui.widgets.table import ROW_HEIGHT, CalmTable

_SIDE, _STEP, _ICON, _GAP = 8, 20, 16, 7
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_ICONS = {
    Kind.FOLDER: ("folder", "muted"),
    Kind.TEMPLATE: ("template", "muted"),
    Kind.BROKEN: ("error", "bad"),
}


def chevron(place: QRect, depth: int) -> QRect:
    """Where the mark that opens and closes stands in a line's place, with some room to hit it."""
    return QRect(place.left() + _SIDE + max(depth - 1, 0) * _STEP - 4, place.top(), _ICON + 8, place.height())


def text_left(place: QRect, line: Line) -> int:
    """Where the name of a line begins."""
    if line.kind is Kind.SECTION:
        return place.left() + _SIDE + _ICON + 4
    steps = _SIDE + max(line.depth - 1, 0) * _STEP
    return place.left() + steps + _ICON + 4 + (_ICON + _GAP if line.kind in _ICONS else 0)


class NameDelegate(QStyledItemDelegate):
    """Paints the first column and makes the entry for a new name."""

    def __init__(self, theme: Theme, table: CalmTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme, table = option.rect, self._theme, self._table
        line: Line = index.data(LINE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("accent_weak"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        if table.hasFocus() and index.row() == table.currentIndex().row():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.color("accent"))
        middle = rect.top() + (rect.height() - _ICON) // 2
        if line.kind in (Kind.SECTION, Kind.FOLDER):
            mark = theme.icon("chevron-down" if line.is_open else "chevron-right")
            mark.paint(painter, QRect(chevron(rect, line.depth).left() + 4, middle, _ICON, _ICON))
        left = text_left(rect, line)
        if line.kind in _ICONS:
            theme.icon(*_ICONS[line.kind]).paint(painter, QRect(left - _ICON - _GAP, middle, _ICON, _ICON))
        room = QRect(left, rect.top(), self._room(rect, line), rect.height() - 1)
        painter.setFont(_font(option.font, line))
        painter.setPen(theme.color("muted" if line.kind is Kind.NOTE else "text"))
        text = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, text)
        if line.is_favourite:
            star = QRect(rect.right() - _ICON - 6, middle, _ICON, _ICON)
            theme.icon("star-full", "caution").paint(painter, star)

    def sizeHint(self, _: QStyleOptionViewItem, __: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        line: Line | None = index.data(LINE)
        if event.type() != QEvent.Type.ToolTip or line is None:
            return super().helpEvent(event, view, option, index)
        tip = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        if not tip and view.fontMetrics().horizontalAdvance(line.name) > self._room(option.rect, line):
            tip = line.path or line.name
        QToolTip.showText(event.globalPos(), f"<span>{escape(tip)}</span>" if tip else "", view)
        return True

    def createEditor(self, parent: QWidget, _: QStyleOptionViewItem, __: Index) -> QWidget:
        entry = NameEntry(parent)
        entry.setObjectName("cell")
        entry.setMaxLength(MAX_CHARACTERS)
        entry.setAccessibleName("New name")
        return entry

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        left = text_left(option.rect, index.data(LINE)) - 6
        editor.setGeometry(left, option.rect.top() + 3, option.rect.right() - left - 4, option.rect.height() - 7)

    def _room(self, place: QRect, line: Line) -> int:
        return place.right() - text_left(place, line) - (_ICON + 12 if line.is_favourite else 6)


class NameEntry(Entry):
    """A line edit with an undo of its own: a name is no part of the event."""

    def event(self, event: QEvent) -> bool:
        return QLineEdit.event(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QLineEdit.keyPressEvent(self, event)


def _font(font: QFont, line: Line) -> QFont:
    if line.kind is not Kind.SECTION:
        return font
    font = QFont(font)
    font.setWeight(QFont.Weight.DemiBold)
    return font
