"""A table of properties that behaves like a form: every cell is an editor; what is typed is in the payload at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from composer.event.findings import Finding
from composer.ui.compose.composition import Composition, below
from composer.ui.compose.property_model import (
    KEY,
    KIND,
    REMARK,
    REMOVE,
    VALUE,
    Index,
    PropertyKind,
    PropertyModel,
    PropertySource,
)
from composer.ui.compose.vocabulary_entries import complete_property
from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices
from composer.ui.widgets.date_time_entry import DateTimeEntry
from composer.ui.widgets.field import Entry

ROW_HEIGHT = 28


class PropertyTable(QTableView):
    """Shows one object of the payload, as high as its rows; the form around it scrolls."""

    def __init__(self, theme: Theme, composition: Composition, source: PropertySource, zones: Choices) -> None:
        super().__init__()
        self._rows = PropertyModel(composition, source, self)
        self._composition = composition
        self._named_row: int | None = None  # the row that the editor just closed has given its name
        self.setModel(self._rows)
        self.setItemDelegate(PropertyDelegate(theme, self._rows, composition, zones, self))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.CurrentChanged | triggers.SelectedClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)  # the current cell is painted here
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._rows.rowsInserted.connect(self._fit)
        self._rows.rowsRemoved.connect(self._fit)
        self._rows.modelReset.connect(self._fit)
        theme.changed.connect(self._repaint)
        self._fit()

    def _repaint(self) -> None:
        """In the theme's new colours. A method of its own, so that the theme lets go of it with the widget."""
        self.viewport().update()  # asked for late: viewport() makes PySide load every kind of widget there is

    def show_payload(self) -> None:
        """Bring the rows up to the payload."""
        self._rows.show_payload()

    def show_findings(self, findings: Mapping[str, Finding]) -> None:
        """Show the worst finding of each path behind its value."""
        self._rows.show_findings(findings)

    def focus_on(self, pointer: str) -> None:
        """Begin to edit the value at `pointer`."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(self._rows.index(self._rows.row_of(pointer), VALUE))

    def current_rectangle(self) -> QRect:
        """Where the current cell is."""
        return self.visualRect(self.currentIndex())

    def finish_cell(self) -> None:
        """Take over what is being typed in a cell, and close its editor."""
        if self.state() is QAbstractItemView.State.EditingState:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_in_use(self) -> bool:
        """Whether the table or one of its editors has the keyboard."""
        focus = self.focusWidget()
        return self.hasFocus() or (focus is not None and focus.hasFocus())

    def sizeHint(self) -> QSize:
        return QSize(400, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._height())

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        width = self.contentsRect().width() - ROW_HEIGHT
        shares = {KEY: 0.25, KIND: 0.16, VALUE: 0.31}
        for column, share in shares.items():
            self.setColumnWidth(column, int(width * share))
        self.setColumnWidth(REMARK, width - sum(int(width * share) for share in shares.values()))
        self.setColumnWidth(REMOVE, ROW_HEIGHT)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() is Qt.FocusReason.TabFocusReason:
            self.setCurrentIndex(QModelIndex())
            self.setCurrentIndex(self._rows.index(0, KEY))
        super().focusInEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from cell to cell, and leaves the table behind the last one."""
        if self._next_cell(forward) is None:
            return QWidget.focusNextPrevChild(self, forward)
        return super().focusNextPrevChild(forward)

    def commitData(self, editor: QWidget) -> None:
        row = self.currentIndex().row()
        is_new = self.currentIndex().isValid() and self._rows.key_at(row) is None
        super().commitData(editor)
        # The row that adds has moved down, and the current cell with it: Tab goes on in the new row.
        self._named_row = row if is_new and self._rows.key_at(row) is not None else None

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        hints = QAbstractItemDelegate.EndEditHint
        if hint in (hints.EditNextItem, hints.EditPreviousItem):
            forward = hint is hints.EditNextItem
            if forward and self._named_row is not None:
                cell: QModelIndex | None = self._rows.index(self._named_row, KIND)
            else:
                cell = self._next_cell(forward)
            super().closeEditor(editor, hints.NoHint)
            if cell is not None:
                self.setCurrentIndex(cell)
            elif forward:
                self.focusNextChild()
            else:
                self.focusPreviousChild()
            return
        super().closeEditor(editor, hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            if index.column() == REMOVE:
                self._rows.remove(index.row())
                return
            if index.column() == REMARK:
                self.apply_fix(index.row())
                return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers():
            event.ignore()  # Ctrl+Enter sends
            return
        if event.key() == Qt.Key.Key_Delete and index.isValid() and self._rows.key_at(index.row()) is not None:
            self._rows.remove(index.row())
            return
        super().keyPressEvent(event)

    def apply_fix(self, row: int) -> None:
        """Apply the first fix of what is said about a row."""
        if self._rows.key_at(row) is None:
            return
        finding = self._rows.remark_at(row).finding
        if finding is not None and finding.fixes:
            self._composition.fix(finding.fixes[0])

    def _next_cell(self, forward: bool) -> QModelIndex | None:
        """The next cell that Tab stops at, or None behind the last one."""
        index = self.currentIndex()
        row, column = (index.row(), index.column()) if index.isValid() else (0, -1)
        while True:
            column += 1 if forward else -1
            if column > REMOVE:
                row, column = row + 1, 0
            elif column < 0:
                row, column = row - 1, REMOVE
            if not 0 <= row < self._rows.rowCount():
                return None
            if column == REMARK:
                finding = self._rows.remark_at(row).finding if self._rows.key_at(row) is not None else None
                if finding is None or not finding.fixes:
                    continue
            cell = self._rows.index(row, column)
            if self._rows.flags(cell) & Qt.ItemFlag.ItemIsSelectable:
                return cell

    def _fit(self, *_: object) -> None:
        self.setFixedHeight(self._height())

    def _height(self) -> int:
        return self.horizontalHeader().sizeHint().height() + ROW_HEIGHT * self._rows.rowCount() + 2


class PropertyDelegate(QStyledItemDelegate):
    """Paints remarks and their fixes, and makes the editors."""

    def __init__(
        self, theme: Theme, rows: PropertyModel, composition: Composition, zones: Choices, table: PropertyTable
    ) -> None:
        super().__init__(table)
        self._theme, self._rows, self._zones, self._table = theme, rows, zones, table
        self._composition = composition
        self._is_typing = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        tokens = self._theme
        rect = option.rect
        if index == self._table.currentIndex() and self._table.is_in_use():
            painter.fillRect(rect, tokens.color("accent_weak"))
        painter.setPen(tokens.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(8, 0, -4, 0)
        key = self._rows.key_at(index.row())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        text = str(index.data() or "")
        color = "text"
        if key is None:
            color = "muted"
        elif index.column() == REMARK:
            self._paint_remark(painter, inner, index.row(), flags)
            painter.restore()
            return
        elif index.column() == REMOVE:
            self._theme.icon("close").paint(painter, rect.adjusted(8, 8, -8, -8))
            text = ""
        elif index.column() == KIND:
            color = "muted"
        elif index.column() == VALUE and self._rows.remark_at(index.row()).finding is not None:
            color = self._rows.remark_at(index.row()).tone
        painter.setPen(tokens.color(color))
        painter.setFont(option.font)
        elided = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, flags, elided)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        where = QPersistentModelIndex(index)
        if index.column() == KIND:
            kinds = QComboBox(parent)
            kinds.addItems([each.value for each in PropertyKind])
            before = self._rows.value_at(index.row())  # going over the types with the arrow keys must not wear it down
            kinds.activated.connect(lambda _row: self._rows.convert(where.row(), before, kinds.currentText()))
            kinds.setObjectName("cell")
            kinds.setAccessibleName("Type")
            return kinds
        kind = self._rows.kind_at(index.row()) if self._rows.key_at(index.row()) is not None else PropertyKind.TEXT
        if index.column() == VALUE and kind is PropertyKind.BOOLEAN:
            answers = QComboBox(parent)
            answers.addItems(["true", "false"])
            answers.activated.connect(lambda _row: self._rows.setData(where, answers.currentText()))
            answers.setObjectName("cell")
            answers.setAccessibleName("Value")
            return answers
        entry: Entry
        if index.column() == VALUE and kind is PropertyKind.DATE:
            entry = DateTimeEntry(self._theme, self._zones, parent)
            entry.picked.connect(lambda text: self._type(where, text))
        else:
            entry = Entry(parent)
        entry.setObjectName("cell")
        entry.setMaxLength(2_000_000)
        if index.column() == VALUE:
            entry.textEdited.connect(lambda text: self._type(where, text))
            entry.setAccessibleName("Value")
        else:
            entry.setAccessibleName("Property")
            if self._rows.key_at(index.row()) is None:
                entry.setPlaceholderText("Name of the property")
            if self._rows.pointer:
                take = partial(self._take_name, entry, where)
                complete_property(self._theme, entry, self._composition, self._rows, index.row(), take)
        return entry

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if self._is_typing:
            return
        text = str(index.data(Qt.ItemDataRole.EditRole))
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findText(text))
        elif isinstance(editor, QLineEdit) and editor.text() != text:
            editor.setText(text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        del model
        # A chooser writes when something is chosen: one that was only passed through may not be able to show the value.
        if not isinstance(editor, QLineEdit) or not editor.isModified() or index.column() == VALUE:
            return  # a value is taken at each key; an entry that was only looked at may not show every character
        if not self._rows.setData(index, editor.text()) and self._rows.refused:
            QToolTip.showText(editor.mapToGlobal(editor.rect().bottomLeft()), self._rows.refused, self._table)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            if index.column() == REMOVE:
                self._rows.remove(index.row())
                return True
            if index.column() == REMARK:
                self._table.apply_fix(index.row())
                return True
        return super().editorEvent(event, model, option, index)  # type: ignore[arg-type]

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            return False  # Ctrl+Enter sends
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _take_name(self, entry: Entry, where: QPersistentModelIndex, name: str, kind: PropertyKind) -> None:
        """Name the row like others before; a new one is then given its value, of the type these had."""
        is_new = self._rows.key_at(where.row()) is None
        if is_new:
            self._rows.begin_as(name, kind)
        entry.setText(name)
        entry.setModified(True)
        self.commitData.emit(entry)
        self.closeEditor.emit(entry, QAbstractItemDelegate.EndEditHint.NoHint)
        if is_new:
            self._table.focus_on(below(self._rows.pointer, name))

    def _type(self, where: QPersistentModelIndex, text: str) -> None:
        """Take a typed value; its editor keeps what was typed, though it may be written another way in the payload."""
        self._is_typing = True
        self._rows.setData(where, text)
        self._is_typing = False

    def _paint_remark(self, painter: QPainter, rect: QRect, row: int, flags: Qt.AlignmentFlag) -> None:
        remark = self._rows.remark_at(row)
        metrics = painter.fontMetrics()
        painter.setPen(self._theme.color(remark.tone))
        link = remark.finding.fixes[0].label if remark.finding and remark.finding.fixes else ""
        room = min(metrics.horizontalAdvance(link) + 8, rect.width() * 2 // 3) if link else 0
        text = metrics.elidedText(remark.text, Qt.TextElideMode.ElideRight, rect.width() - room)
        painter.drawText(rect, flags, text)
        if link:
            font = QFont(painter.font())
            font.setUnderline(True)
            painter.setFont(font)
            left = rect.adjusted(min(metrics.horizontalAdvance(text) + 8, rect.width() - room), 0, 0, 0)
            painter.drawText(left, flags, metrics.elidedText(link, Qt.TextElideMode.ElideRight, left.width()))
