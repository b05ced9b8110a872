"""A table of any length that stays where it is while rows change under it, and never walks through all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.numbered_model import NumberedModel, Numbers
from composer.ui.widgets.paged_model import Cell
from composer.ui.widgets.table import CalmTable

_MOST_KEPT = 2_000  # selected rows that stay selected when others come and go

_Select = QItemSelectionModel.SelectionFlag


class NumberedTable(CalmTable):
    """Shows a `NumberedModel`. Several rows can be selected; the current one is the chosen one. Columns in `samples`
    are as wide as that cell, the others share the room by `weights`.

    Signals: `chosen(object)` the number of the current row or None; `selected()` the selection has changed;
    `opened(int)` Enter or a double click on a row; `delete_wanted()` the Delete key, on the selected rows.
    """

    chosen = Signal(object)
    selected = Signal()
    opened = Signal(int)
    delete_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        name: str,
        model: NumberedModel,
        samples: dict[int, Cell],
        weights: Mapping[int, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, name, model, samples, parent)
        self._rows, self._samples, self._weights = model, samples, weights
        self._is_restoring = False
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        # With the table's own selection it would look through a million rows for whether a column is selected.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(model, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._rows.numbers[index.row()]))
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        theme.changed.connect(self._repaint)
        model.modelReset.connect(self._share)

    @property
    def number(self) -> int | None:
        """The number of the current row."""
        index = self.currentIndex()
        return self._rows.numbers[index.row()] if index.isValid() else None

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self._spans())

    def selected_numbers(self) -> Sequence[int]:
        """The numbers of the selected rows, in the order of the table."""
        spans = list(self._spans())
        if len(spans) == 1:
            first, last = spans[0]
            return self._rows.numbers[first : last + 1]
        numbers = array("Q")
        for first, last in spans:
            numbers.extend(self._rows.numbers[first : last + 1])
        return numbers

    def current_row(self) -> Any:
        """The current row, as it was read last."""
        return None if self.number is None else self._rows.known(self.number)

    def go_to(self, number: int) -> bool:
        """Make the row with this number the current one; False when it is not in the table."""
        at = self._rows.row_of(number)
        if at >= 0:
            self._go_to_row(at)
        return at >= 0

    def show_numbers(
        self, numbers: Numbers, *, wanted: int | None = None, keeps_current: bool = False, is_whole: bool = True
    ) -> None:
        """Show these rows; the current one, the selected ones and the rows in sight stay where they can.

        `wanted` becomes the current row, if it is among them. Without a current row the first one becomes it, unless
        there are more to come, so not `is_whole`. With `keeps_current` (for ascending numbers) the current row is shown
        even if it is not among them.
        """
        before = self.number
        current = before if wanted is None else wanted
        if keeps_current and current is not None:
            numbers = _with(numbers, current)
        top, was_seen = self._top_number(), self._is_seen()
        with self._restoring():
            chosen = self.selected_numbers() if self.selected_count <= _MOST_KEPT else ()
            has_grown = self._rows.show_numbers(numbers)
            at = -1 if current is None else self._rows.row_of(current)
            is_moved = at >= 0 and self.currentIndex().row() != at
            if is_moved:
                self.selectionModel().setCurrentIndex(self._rows.index(at, 0), _Select.NoUpdate)
                self._select(chosen if current == before else [self._rows.numbers[at]])
            if top is not None and (at >= 0 or has_grown):
                self._scroll_to(top)
            if is_moved and was_seen:
                self.scrollTo(self._rows.index(at, 0))
        if at >= 0 and current != before:
            self.scrollTo(self._rows.index(at, 0))
            self.chosen.emit(current)
        elif at < 0 and len(numbers) and is_whole:
            self._go_to_row(0)
        elif at < 0 and not len(numbers):
            self.chosen.emit(None)
        self.selected.emit()

    def refresh(self) -> None:
        """Have what is in sight read again."""
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        self._rows.refresh(first, last if last >= 0 else len(self._rows.numbers) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            if self.number is not None:
                self.opened.emit(self.number)
        elif event.key() == Qt.Key.Key_Delete and plain:
            if self.selected_count:
                self.delete_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # Ctrl+Enter sends
        else:
            super().keyPressEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End are for rows, not for cells."""
        last = self._rows.rowCount() - 1
        if action is QAbstractItemView.CursorAction.MoveHome and last >= 0:
            return self._rows.index(0, 0)
        if action is QAbstractItemView.CursorAction.MoveEnd and last >= 0:
            return self._rows.index(last, 0)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, _: str) -> None:
        """Nothing: looking for a typed letter would read a million rows."""

    def setColumnHidden(self, column: int, hide: bool) -> None:
        """Hide or show a column, and share the room anew."""
        if self.isColumnHidden(column) is not hide:
            super().setColumnHidden(column, hide)
            self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and not self.currentIndex().isValid() and len(self._rows.numbers):
            self._go_to_row(max(self.rowAt(0), 0))

    def width_of_sample(self, column: int) -> int:
        """How wide a column is whose width is not shared."""
        return self.width_of(self._samples[column])

    def _go_to_row(self, at: int) -> None:
        """Whatever keys are held down: Shift or Ctrl would select otherwise, or nothing."""
        self.selectionModel().setCurrentIndex(self._rows.index(at, 0), _Select.ClearAndSelect | _Select.Rows)
        self.scrollTo(self._rows.index(at, 0))

    def _repaint(self) -> None:
        """In the theme's new colours. A method of its own, so that the theme lets go of it with the widget."""
        self.viewport().update()

    def _share(self) -> None:
        """Samples take what they need, the other columns the rest, whatever the width."""
        for column in self._samples:
            self.setColumnWidth(column, self.width_of_sample(column))
        room = self.viewport().width() - sum(self.columnWidth(column) for column in self._samples)
        seen = {column: weight for column, weight in self._weights.items() if not self.isColumnHidden(column)}
        for column, weight in seen.items():
            self.setColumnWidth(column, max(room * weight // sum(seen.values()), 40))

    def _current_changed(self, current: QModelIndex) -> None:
        if not self._is_restoring:
            self.chosen.emit(self._rows.numbers[current.row()] if current.isValid() else None)

    def _selection_changed(self) -> None:
        if not self._is_restoring:
            self.selected.emit()

    @contextmanager
    def _restoring(self) -> Iterator[None]:
        self._is_restoring = True
        self.setUpdatesEnabled(False)
        try:
            yield
        finally:
            self.setUpdatesEnabled(True)
            self._is_restoring = False

    def _spans(self) -> Iterator[tuple[int, int]]:
        """First and last of each block of selected rows, from the top."""
        selection = self.selectionModel().selection()
        yield from sorted({(each.top(), each.bottom()) for each in map(selection.at, range(selection.count()))})

    def _select(self, numbers: Sequence[int]) -> None:
        selection = QItemSelection()
        last = self._rows.columnCount() - 1
        for first_row, last_row in _blocks(at for at in map(self._rows.row_of, numbers) if at >= 0):
            selection.select(self._rows.index(first_row, 0), self._rows.index(last_row, last))
        self.selectionModel().select(selection, _Select.ClearAndSelect)

    def _is_seen(self) -> bool:
        """Whether the current row is in sight."""
        return self.viewport().rect().intersects(self.visualRect(self.currentIndex()))

    def _top_number(self) -> int | None:
        first = self.rowAt(0)
        return self._rows.numbers[first] if 0 < first < len(self._rows.numbers) else None

    def _scroll_to(self, number: int) -> None:
        """Have the row with this number, or the one that follows it, be the first in sight."""
        at = min(self._rows.place_of(number), len(self._rows.numbers) - 1)
        self.scrollTo(self._rows.index(at, 0), QAbstractItemView.ScrollHint.PositionAtTop)


def _with(numbers: Numbers, number: int) -> Numbers:
    """These numbers and this one."""
    at = bisect_left(numbers, number)
    if at < len(numbers) and numbers[at] == number:
        return numbers
    return array("Q", [*numbers[:at], number, *numbers[at:]])


def _blocks(rows: Iterator[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of rows that follow one another."""
    first = last = None
    for row in rows:
        if last is not None and row == last + 1:
            last = row
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = row
    if first is not None and last is not None:
        yield first, last
