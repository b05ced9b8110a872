"""The list of templates: open and close by Left and Right, use by Enter, rename in place; stays where one reads."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QWidget

from composer.ui.templates.model import EVENT, NAME, LinesModel
from composer.ui.templates.painting import NameDelegate, chevron
from composer.ui.templates.rows import Kind, Line
from composer.ui.theme import Theme
from composer.ui.widgets.table import CalmTable

_OPENS = (Kind.SECTION, Kind.FOLDER)


class TemplateList(CalmTable):
    """Shows a `LinesModel`; several lines can be selected, the current one is the chosen one.

    Signals: `chosen()` another line is current, or others are selected; `used(Line)` by Enter or double click on a
    template; `flipped(Line)` a section or folder is to be opened or closed; `removed()` by Delete.
    """

    chosen = Signal()
    used = Signal(object)
    flipped = Signal(object)
    removed = Signal()

    def __init__(self, theme: Theme, model: LinesModel, parent: QWidget | None = None) -> None:
        name = "Templates: Enter uses one, F2 renames, Delete removes"
        super().__init__(theme, name, model, {}, parent)
        self._lines = model
        self._held: tuple[Sequence[Line], dict[str, int], str] | None = None
        self.setItemDelegateForColumn(NAME, NameDelegate(theme, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.selectionModel().selectionChanged.connect(self._changed)
        self._is_restoring = False

    @property
    def line(self) -> Line | None:
        """The current line."""
        index = self.currentIndex()
        return self._lines.lines[index.row()] if index.isValid() else None

    @property
    def selected(self) -> list[Line]:
        """The selected lines, from top to bottom."""
        selection = self.selectionModel().selection()
        spans = [selection.at(number) for number in range(selection.count())]
        rows = sorted({row for span in spans for row in range(span.top(), span.bottom() + 1)})
        return [self._lines.lines[row] for row in rows]

    def show_lines(self, lines: Sequence[Line], rows: dict[str, int], go_to: str = "") -> None:
        """Take these lines, with the rows of their keys. Choice and view stay with what they were on, or go to the line
        with the key `go_to`. While a name is typed they wait.
        """
        if self.state() is QAbstractItemView.State.EditingState:
            self._held = lines, rows, go_to or (self._held[2] if self._held else "")
            return
        self._held = None
        if lines is self._lines.lines:
            if go_to:
                self.choose(go_to)
            return
        before = self.line
        row = self.currentIndex().row()
        selected = {line.key for line in self.selected}
        top = self.rowAt(0)
        top_key = self._lines.lines[top].key if top >= 0 else ""
        self._is_restoring = True
        self._lines.show_lines(lines, rows)
        if not self.currentIndex().isValid() and before is not None:
            self._restore(before.key, min(row, len(lines) - 1), selected)
        if top > 0 and self._lines.row_of(top_key) >= 0:
            self.verticalScrollBar().setValue(self._lines.row_of(top_key))
        if go_to:
            self.choose(go_to)
        self._is_restoring = False
        self.chosen.emit()

    def choose(self, key: str) -> bool:
        """Go to the line with this key; False when it is not there."""
        row = self._lines.row_of(key)
        if row >= 0:
            self._go(row)
        return row >= 0

    def rename(self) -> None:
        """Type the current line's name anew."""
        index = self.currentIndex()
        if index.isValid() and self._lines.flags(index.siblingAtColumn(NAME)) & Qt.ItemFlag.ItemIsEditable:
            self.setFocus()
            self.setCurrentIndex(index.siblingAtColumn(NAME))
            self.edit(index.siblingAtColumn(NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self.line
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if line is None or not is_plain or self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act_on(line)
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename()
        elif event.key() == Qt.Key.Key_Left:
            self._go_left(line)
        elif event.key() == Qt.Key.Key_Right:
            self._go_right(line)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        line = self._lines.lines[index.row()] if index.isValid() else None
        if line is not None and line.kind in _OPENS and event.button() is Qt.MouseButton.LeftButton:
            place = self.visualRect(index.siblingAtColumn(NAME))
            if line.kind is Kind.SECTION or chevron(place, line.depth).contains(event.position().toPoint()):
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self.flipped.emit(line)
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        line = self._lines.lines[index.row()] if index.isValid() else None
        if line is not None and line.kind is not Kind.SECTION and event.button() is Qt.MouseButton.LeftButton:
            self._act_on(line)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        del hint  # there is no next name to type
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.setFocus()
        if self._held is not None:
            self.show_lines(*self._held)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and not self.currentIndex().isValid() and self._lines.lines:
            self._go(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        self.setColumnWidth(EVENT, room * 38 // 100)
        self.setColumnWidth(NAME, room - room * 38 // 100)

    def _act_on(self, line: Line) -> None:
        if line.kind in _OPENS:
            self.flipped.emit(line)
        elif line.template is not None:
            self.used.emit(line)

    def _go_left(self, line: Line) -> None:
        if line.is_open and line.kind in _OPENS:
            self.flipped.emit(line)
            return
        row = self.currentIndex().row()
        while row > 0 and self._lines.lines[row].depth >= line.depth:
            row -= 1
        self._go(row)

    def _go_right(self, line: Line) -> None:
        if line.kind in _OPENS and not line.is_open:
            self.flipped.emit(line)
        elif line.kind in _OPENS and self.currentIndex().row() + 1 < len(self._lines.lines):
            self._go(self.currentIndex().row() + 1)

    def _go(self, row: int) -> None:
        """Choose one row and no other, whatever keys are held down: `selectRow` would look at them."""
        flags = QItemSelectionModel.SelectionFlag
        index = self._lines.index(row, NAME)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def _restore(self, current: str, instead: int, selected: set[str]) -> None:
        row = self._lines.row_of(current)
        if row < 0:
            if instead >= 0:
                self._go(instead)
            return
        selection = QItemSelection()
        rows = sorted(at for key in selected if (at := self._lines.row_of(key)) >= 0)
        begins = [at for number, at in enumerate(rows) if not number or at != rows[number - 1] + 1]
        ends = [at for number, at in enumerate(rows) if number + 1 == len(rows) or at != rows[number + 1] - 1]
        for begin, end in zip(begins, ends, strict=True):
            selection.select(self._lines.index(begin, NAME), self._lines.index(end, EVENT))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self._lines.index(row, NAME), flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def _changed(self, *_: object) -> None:
        if not self._is_restoring:
            self.chosen.emit()
