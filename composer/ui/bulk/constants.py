"""The list of what is the same in every row, where values are added, changed and taken away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from composer.event.fields import BY_PATH, Kind
from composer.ui.bulk.constant_model import FIELD, MUTED, REMOVE, VALUE, ConstantModel, Index
from composer.ui.bulk.mapping_table import FieldEntry, finish_typed, is_changed, show_all, zones
from composer.ui.bulk.targets import fields
from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices, ChooserEntry
from composer.ui.widgets.date_time_entry import DateTimeEntry
from composer.ui.widgets.field import Entry

ROW_HEIGHT = 28
_SIDE = 8


class ConstantTable(QTableView):
    """Shows a `ConstantModel`. Enter or a click changes a cell, Delete takes the line away, Tab leaves the table."""

    def __init__(self, theme: Theme, model: ConstantModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = model
        self.setAccessibleName("The same in every row: Enter changes, Delete removes")
        self.setModel(model)
        self.setItemDelegate(_Delegate(theme, model, self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)  # the current cell is painted here
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(24)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self._clicked)
        theme.changed.connect(self._repaint)

    def edit_value(self, row: int) -> None:
        """Begin to type the value of a line."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._open(self._lines.index(row, VALUE))

    def finish_cell(self) -> None:
        """Take over what is being typed in a cell, and close its editor."""
        if self.state() is QAbstractItemView.State.EditingState:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # what the editor has no use for
            return
        index = self.currentIndex()
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and is_plain:
            if index.column() == REMOVE:
                self._remove(index.row())
            else:
                self._open(index)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # with Ctrl it is the window's
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and is_plain and index.isValid():
            self._remove(index.row())
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        hints = QAbstractItemDelegate.EndEditHint
        super().closeEditor(editor, hints.NoHint)
        if hint in (hints.EditNextItem, hints.SubmitModelCache) and self._lines.named:
            row, self._lines.named = self._lines.row_of(self._lines.named), ""
            self._open(self._lines.index(row, VALUE))  # the line may have moved with its new name
            return
        index = self.currentIndex()
        if hint is hints.EditNextItem and index.column() == FIELD and self._lines.path_at(index.row()):
            self._open(index.siblingAtColumn(VALUE))
            return
        if hint is hints.EditNextItem:
            below = self._lines.index(index.row() + 1, FIELD)
            if below.isValid():
                self.setCurrentIndex(below)
                return
            self.focusNextChild()
        elif hint is hints.EditPreviousItem:
            if index.column() == VALUE:
                self._open(index.siblingAtColumn(FIELD))
            else:
                self.focusPreviousChild()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self._lines.index(0, FIELD))
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._repaint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - ROW_HEIGHT
        self.setColumnWidth(FIELD, room * 45 // 100)
        self.setColumnWidth(VALUE, room - room * 45 // 100)
        self.setColumnWidth(REMOVE, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 3 * ROW_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(260, 4 * ROW_HEIGHT)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid() and self._lines.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.setCurrentIndex(index)
            self.edit(index)
            editor = self.indexWidget(index)
            if isinstance(editor, ChooserEntry) and not editor.text():
                editor.open_list()

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == REMOVE:
            self._remove(index.row())
        else:
            self._open(index)

    def _remove(self, row: int) -> None:
        if self._lines.path_at(row):
            self._lines.remove(row)
            self.setCurrentIndex(self._lines.index(min(row, self._lines.rowCount() - 1), FIELD))

    def _repaint(self) -> None:
        """In the theme's new colours. A method of its own, so that the theme lets go of it with the widget."""
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    """Paints the lines, and makes the entries."""

    def __init__(self, theme: Theme, model: ConstantModel, table: ConstantTable) -> None:
        super().__init__(table)
        self._theme, self._lines, self._table = theme, model, table
        self._is_typing = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme = option.rect, self._theme
        painter.save()
        if index == self._table.currentIndex() and self._table.hasFocus():
            painter.fillRect(rect, theme.color("accent_weak"))
        painter.setPen(theme.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        is_adding = not self._lines.path_at(index.row())
        if index.column() == REMOVE and not is_adding:
            theme.icon("close").paint(painter, rect.adjusted(7, 7, -7, -7))
        text = str(index.data() or "")
        room = rect.adjusted(_SIDE, 0, -4, 0)
        painter.setFont(option.font)
        painter.setPen(theme.color("muted" if is_adding or index.data(MUTED) else "text"))
        cut = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, flags, cut)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        where = QPersistentModelIndex(index)
        path = self._lines.path_at(index.row())
        entry: Entry
        if index.column() == FIELD:
            entry = chooser = FieldEntry(self._theme, fields, parent)
            chooser.chosen.connect(lambda code, _name: self._take_field(chooser, where, code))
            chooser.returnPressed.connect(lambda: finish_typed(self, chooser))
            entry.setPlaceholderText("A field, or any name")
            entry.setAccessibleName("Field")
        else:
            entry = self._value_entry(path, parent, where)
            entry.setAccessibleName(f"Value of {self._lines.index(index.row(), FIELD).data()}")
            entry.textEdited.connect(lambda text: self._type(where, text))
        entry.setObjectName("cell")
        entry.setMaxLength(200_000)
        return entry

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit) and not is_changed(editor) and not self._is_typing:
            path = self._lines.path_at(index.row())
            show_all(editor, str(index.data(Qt.ItemDataRole.EditRole)) if path else "")

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        del model
        if index.column() == VALUE or not isinstance(editor, QLineEdit) or not is_changed(editor):
            return  # a value is taken at each key
        if not self._lines.setData(index, editor.text()) and self._lines.refused:
            QToolTip.showText(editor.mapToGlobal(editor.rect().bottomLeft()), self._lines.refused, self._table)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        del event, model, option, index
        return False  # a click is the table's

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            return False  # the window's
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _value_entry(self, path: str, parent: QWidget, where: QPersistentModelIndex) -> Entry:
        kind = BY_PATH[path].kind if path in BY_PATH else Kind.TEXT
        if kind is Kind.DATE_TIME:
            dated = DateTimeEntry(self._theme, zones, parent)
            dated.picked.connect(lambda text: self._type(where, text))
            return dated
        if kind in _CHOICES:
            chooser = ChooserEntry(self._theme, _CHOICES[kind], parent)
            chooser.chosen.connect(lambda code, _name: self._take_value(chooser, where, code))
            chooser.returnPressed.connect(lambda: finish_typed(self, chooser))
            return chooser
        entry = Entry(parent)
        if path in BY_PATH:
            entry.setPlaceholderText(f"such as {BY_PATH[path].example}")
        return entry

    def _type(self, where: QPersistentModelIndex, text: str) -> None:
        """Take a typed value; its editor keeps what was typed, though it may be written another way in the event."""
        self._is_typing = True
        self._lines.setData(where, text)
        self._is_typing = False

    def _take_value(self, entry: ChooserEntry, where: QPersistentModelIndex, code: str) -> None:
        self._type(where, code)
        self.closeEditor.emit(entry)

    def _take_field(self, entry: ChooserEntry, where: QPersistentModelIndex, title: str) -> None:
        """A field was picked from the list: its value is what comes next."""
        show_all(entry, entry.text())
        if not self._lines.setData(where, title) and self._lines.refused:
            QToolTip.showText(entry.mapToGlobal(entry.rect().bottomLeft()), self._lines.refused, self._table)
            return
        self.closeEditor.emit(entry, QAbstractItemDelegate.EndEditHint.EditNextItem)


def _currencies() -> list[tuple[str, str]]:
    from composer.event.reference import currencies

    return list(currencies())


def _countries() -> list[tuple[str, str]]:
    from composer.event.reference import countries

    return list(countries())


_CHOICES: dict[Kind, Choices] = {Kind.CURRENCY: _currencies, Kind.COUNTRY: _countries, Kind.TIME_ZONE: zones}
