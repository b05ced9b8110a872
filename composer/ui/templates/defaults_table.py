"""The table in which the defaults of variables are typed."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from composer.ui.templates.defaults import DEFAULT, NAME, DefaultsModel
from composer.ui.templates.painting import NameEntry
from composer.ui.theme import Theme
from composer.ui.widgets.paged_model import INK, Index
from composer.ui.widgets.table import CalmTable

_SIDE = 8


class DefaultsTable(CalmTable):
    """Enter, F2, a click or any character begins to type a default."""

    def __init__(self, theme: Theme, model: DefaultsModel, parent: QWidget) -> None:
        super().__init__(theme, "Defaults of what it asks for: Enter types one", model, {}, parent)
        self.setItemDelegateForColumn(DEFAULT, _Delegate(theme, self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.clicked.connect(lambda index: self._type(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_editing = self.state() is QAbstractItemView.State.EditingState
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not is_editing and is_plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._type(self.currentIndex().row())
        elif not is_editing and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # there is one column to be in
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.model().rowCount() and self.currentIndex().column() != DEFAULT:
            self.setCurrentIndex(self.model().index(max(self.currentIndex().row(), 0), DEFAULT))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _type(self, row: int) -> None:
        index = self.model().index(row, DEFAULT)
        if index.isValid() and self.state() is not QAbstractItemView.State.EditingState:
            self.setCurrentIndex(index)
            self.edit(index)


class _Delegate(QStyledItemDelegate):
    """Paints a default, and makes the entry for it."""

    def __init__(self, theme: Theme, table: CalmTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, color = option.rect, self._theme.color
        if index == self._table.currentIndex() and self._table.hasFocus():
            painter.fillRect(rect, color("accent_weak"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))
        room = rect.adjusted(_SIDE, 0, -_SIDE, -1)
        painter.setFont(option.font)
        painter.setPen(color(index.data(INK) or "text"))
        text = option.fontMetrics.elidedText(index.data() or "", Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, flags, text)

    def createEditor(self, parent: QWidget, _: QStyleOptionViewItem, index: Index) -> QWidget:
        entry = NameEntry(parent)
        entry.setObjectName("cell")
        entry.setMaxLength(200_000)
        entry.setAccessibleName(f"Default of {index.sibling(index.row(), NAME).data()}")
        return entry

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != index.data(Qt.ItemDataRole.EditRole):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _: Index) -> None:
        editor.setGeometry(option.rect.adjusted(2, 3, -3, -4))
