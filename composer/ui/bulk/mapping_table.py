"""The table in which a person says what becomes of each column: two lines a row, a chooser in the cells that change."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from composer.event.table.mapping import Type
from composer.ui.bulk.mapping_model import (
    COLUMN,
    RESULT,
    SECOND,
    TARGET,
    TONE,
    TYPE,
    VALUE,
    ZONE,
    Index,
    MappingModel,
    TypeChoice,
    type_choices,
)
from composer.ui.bulk.targets import choices
from composer.ui.theme import SMALL_PIXELS, Theme
from composer.ui.widgets.choosers import ChooserEntry
from composer.ui.widgets.pieces import GRID

ROW_HEIGHT = 46
_LINE = 18  # pixels of each of the two lines
_SIDE = 8
_LIST_WIDTH = 400
_SHARES = {COLUMN: 27, TARGET: 23, TYPE: 20, ZONE: 17, RESULT: 31}
_KEYS_THAT_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class MappingTable(QTableView):
    """Shows a `MappingModel`. Arrows go from cell to cell, Enter or Space opens a chooser, typing types into it, Delete
    leaves the column out, Tab leaves the table.
    """

    def __init__(self, theme: Theme, model: MappingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._columns = theme, model
        self.setAccessibleName("Columns of the file: Enter chooses, Delete leaves out")
        self.setModel(model)
        self.setItemDelegate(_Delegate(theme, model, self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.AnyKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)  # the current cell is painted here
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self.open_cell)
        model.modelReset.connect(self._show_zones)
        model.dataChanged.connect(lambda *_: self._show_zones())
        theme.changed.connect(self._repaint)
        self._show_zones()

    def open_cell(self, index: QModelIndex) -> None:
        """Begin to change a cell, with its choices shown."""
        if not index.isValid() or not self._columns.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return
        self.setCurrentIndex(index)
        self.edit(index)
        editor = self.indexWidget(index)
        if isinstance(editor, ChooserEntry):
            editor.open_list()
        elif isinstance(editor, QComboBox):
            editor.showPopup()

    def go_to(self, row: int) -> None:
        """Show a column of the file, ready to be changed."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(self._columns.index(row, TARGET))

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
        if event.key() in _KEYS_THAT_OPEN and is_plain:
            self.open_cell(index)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # with Ctrl it is the window's
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and is_plain and index.isValid():
            self._columns.send_to(index.row(), "")
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        hints = QAbstractItemDelegate.EndEditHint
        super().closeEditor(editor, hints.NoHint)
        if hint in (hints.EditNextItem, hints.EditPreviousItem):
            cell = self._next_cell(1 if hint is hints.EditNextItem else -1)
            if cell is not None:
                self.setCurrentIndex(cell)
                self.edit(cell)
            elif hint is hints.EditNextItem:
                self.focusNextChild()
            else:
                self.focusPreviousChild()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid() and self._columns.rowCount():
            self.setCurrentIndex(self._columns.index(0, TARGET))  # else Qt takes a cell that can't be changed
        super().focusInEvent(event)
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._repaint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 3 * ROW_HEIGHT)

    def _next_cell(self, step: int) -> QModelIndex | None:
        """The next cell that can be changed, or None behind the last one."""
        row, column = self.currentIndex().row(), self.currentIndex().column()
        while True:
            column += step
            if not COLUMN <= column <= RESULT:
                row, column = row + step, COLUMN if step > 0 else RESULT
            if not 0 <= row < self._columns.rowCount():
                return None
            cell = self._columns.index(row, column)
            if self._columns.flags(cell) & Qt.ItemFlag.ItemIsEditable:
                return cell

    def _show_zones(self) -> None:
        """The room of the time zones is there only while a column holds dates."""
        has_dates = any(each.type is Type.DATE and each.path for each in self._columns.mapping.columns)
        if self.isColumnHidden(ZONE) == has_dates:
            self.setColumnHidden(ZONE, not has_dates)
        self._share_room()

    def _share_room(self) -> None:
        room = self.viewport().width()
        shown = {column: share for column, share in _SHARES.items() if not self.isColumnHidden(column)}
        whole = sum(shown.values())
        for column, share in shown.items():
            if column != RESULT:
                self.setColumnWidth(column, room * share // whole)
        self.setColumnWidth(RESULT, room - sum(self.columnWidth(column) for column in shown if column != RESULT))

    def _repaint(self) -> None:
        """In the theme's new colours. A method of its own, so that the theme lets go of it with the widget."""
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    """Paints the two lines, and makes the choosers."""

    def __init__(self, theme: Theme, model: MappingModel, table: MappingTable) -> None:
        super().__init__(table)
        self._theme, self._columns, self._table = theme, model, table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, theme = option.rect, self._theme
        current = self._table.currentIndex()
        painter.save()
        if index.row() == current.row() and self._table.hasFocus():
            painter.fillRect(rect, theme.color("accent_weak"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        if index == current and self._table.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        room = rect.adjusted(_SIDE, 0, -_SIDE, -1)
        if index.column() in (TARGET, TYPE, ZONE) and self._columns.flags(index) & Qt.ItemFlag.ItemIsEditable:
            arrow = QRect(room.right() - 11, room.center().y() - 7, 14, 14)
            theme.icon("chevron-down").paint(painter, arrow)
            room.setRight(arrow.left() - 2)
        tone = str(index.data(TONE) or "text")
        if index.column() == RESULT:
            self._paint_outcome(painter, room, str(index.data() or ""), tone)
        else:
            self._paint_lines(painter, room, index, tone)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        where = QPersistentModelIndex(index)
        name = str(self._columns.index(index.row(), COLUMN).data())
        if index.column() == TYPE:
            return self._type_chooser(parent, where, name)
        if index.column() == TARGET:
            header = self._columns.column_at(index.row()).header
            entry: ChooserEntry = FieldEntry(self._theme, lambda: choices(header), parent)
            entry.setAccessibleName(f"{name} goes to")
            entry.setPlaceholderText("A field, or any name")
        else:
            entry = ChooserEntry(self._theme, zones, parent)
            entry.setAccessibleName(f"Time zone of {name}")
        entry.setObjectName("cell")
        entry.setMaxLength(1000)
        entry.chosen.connect(lambda code, _name: self._take(entry, where, code))
        entry.returnPressed.connect(lambda: finish_typed(self, entry))
        return entry

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit) and not is_changed(editor):
            show_all(editor, str(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        del model
        if not isinstance(editor, QLineEdit) or not is_changed(editor):
            return  # what was only looked at stays as it is
        if not self._columns.setData(index, editor.text()) and self._columns.refused:
            below = editor.mapToGlobal(editor.rect().bottomLeft())
            QToolTip.showText(below, self._columns.refused, self._table)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 0, 0, -1))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, _option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), str(index.data(Qt.ItemDataRole.ToolTipRole) or ""), view)
        return True

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            return False  # the window's
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _type_chooser(self, parent: QWidget, where: QPersistentModelIndex, name: str) -> QComboBox:
        made = QComboBox(parent)
        made.setObjectName("cell")
        made.setAccessibleName(f"Type of {name}")
        column = self._columns.column_at(where.row())
        for choice in type_choices():
            made.addItem(choice.words)
        made.setCurrentIndex(_place_of(type_choices(), column.type, column.format))
        made.view().setMinimumWidth(made.view().sizeHintForColumn(0) + 3 * GRID)
        # It stays open: the arrow keys go on through the list.
        made.activated.connect(lambda at: self._columns.read_as(where.row(), type_choices()[at]))
        return made

    def _take(self, entry: ChooserEntry, where: QPersistentModelIndex, text: str) -> None:
        """Something was picked from the list: nothing more is to be said in this cell."""
        show_all(entry, entry.text())
        self._columns.setData(where, text)
        self.closeEditor.emit(entry)

    def _paint_lines(self, painter: QPainter, room: QRect, index: Index, tone: str) -> None:
        first, second = str(index.data() or ""), str(index.data(SECOND) or "")
        top = QRect(room.left(), room.top() + (5 if second else (room.height() - _LINE) // 2), room.width(), _LINE)
        self._paint_line(painter, top, first, QFont(self._table.font()), tone)
        if second:
            small = QFont(self._table.font())
            small.setPixelSize(SMALL_PIXELS)
            self._paint_line(painter, top.translated(0, _LINE), second, small, "muted")

    def _paint_line(self, painter: QPainter, line: QRect, text: str, font: QFont, color: str) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, flags | Qt.TextFlag.TextSingleLine, cut)

    def _paint_outcome(self, painter: QPainter, room: QRect, text: str, tone: str) -> None:
        """A JSON value, or a sentence with a mark when something is wrong, in up to two lines."""
        if tone in ("bad", "caution"):
            mark = QRect(room.left(), room.center().y() - 7, 15, 15)
            self._theme.icon("error" if tone == "bad" else "warning", tone).paint(painter, mark)
            room = room.adjusted(21, 0, 0, 0)
        font = QFont(self._table.font())
        font.setPixelSize(SMALL_PIXELS)
        if tone == VALUE:
            font, tone = self._theme.mono(), "good" if text.startswith('"') else "caution"
        lines = wrapped(QFontMetrics(font), text, room.width())
        top = room.top() + (room.height() - _LINE * len(lines)) // 2
        for at, line in enumerate(lines):
            self._paint_line(painter, QRect(room.left(), top + at * _LINE, room.width(), _LINE), line, font, tone)


class FieldEntry(ChooserEntry):
    """A chooser of fields, whose list has room for what they are."""

    def _ready(self, typed: str) -> QCompleter:
        completer = super()._ready(typed)
        if (popup := completer.popup()) is not None:
            popup.setMinimumWidth(_LIST_WIDTH)
        return completer


def show_all(entry: QLineEdit, text: str) -> None:
    """Put a text into an entry, all of it selected and its beginning seen; it counts as not changed."""
    entry.setText(text)
    entry.setSelection(len(entry.text()), -len(entry.text()))
    entry.setProperty("shown", entry.text())  # which may differ: an entry has one line


def is_changed(entry: QLineEdit) -> bool:
    """Whether a person has typed or picked something else than what `show_all` showed."""
    shown = entry.property("shown")
    return shown is not None and entry.text() != shown


def finish_typed(delegate: QStyledItemDelegate, entry: ChooserEntry) -> None:
    """Enter takes what was typed, although a list is open in which nothing was chosen."""
    popup = entry.completer().popup() if entry.completer() else None
    if popup is not None and popup.isVisible() and not popup.currentIndex().isValid():
        delegate.commitData.emit(entry)
        delegate.closeEditor.emit(entry, QAbstractItemDelegate.EndEditHint.SubmitModelCache)


def wrapped(metrics: QFontMetrics, text: str, width: int) -> list[str]:
    """`text` in at most two lines of this width, broken at a blank if there is one; what does not fit ends in …"""
    if metrics.horizontalAdvance(text) <= width:
        return [text]
    fits = max(len(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)) - 1, 1)
    while fits < len(text) and metrics.horizontalAdvance(text[: fits + 1]) <= width:
        fits += 1
    blank = text.rfind(" ", 0, fits + 1)
    first, rest = (text[:blank], text[blank + 1 :]) if blank > 0 else (text[:fits], text[fits:])
    return [first, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)]


def zones() -> Sequence[tuple[str, str]]:
    """The IANA time zones, UTC first."""
    from composer.event.reference import time_zones

    return [("UTC", ""), *((zone, "") for zone in time_zones() if zone != "UTC")]


def _place_of(listed: Sequence[TypeChoice], kind: Type, written: str) -> int:
    return next((at for at, each in enumerate(listed) if (each.type, each.format) == (kind, written)), -1)
