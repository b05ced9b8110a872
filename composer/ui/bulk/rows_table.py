"""The table of a run's rows: what their keys and their menu do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from composer.storage.runs.states import State
from composer.ui.bulk.rows import LEAVABLE, SAMPLES, WEIGHTS, Row
from composer.ui.bulk.rows_model import RowsModel
from composer.ui.theme import Theme
from composer.ui.widgets.numbered_table import NumberedTable
from composer.ui.widgets.paged_model import Cell

_NUMBER = 0  # the column


class RowsTable(NumberedTable):
    """Shows a `RowsModel`.

    Signals, besides those of a NumberedTable: `exclude_wanted(object, bool)` the numbers of the selected rows, True to
    leave them out and False to take them in again.
    """

    exclude_wanted = Signal(object, bool)

    def __init__(self, theme: Theme, model: RowsModel, parent: QWidget | None = None) -> None:
        name = "Rows: Enter opens one in Compose, Delete excludes it"
        super().__init__(theme, name, model, SAMPLES, WEIGHTS, parent)
        self.delete_wanted.connect(self.exclude_or_include)
        self.customContextMenuRequested.connect(self._show_menu)

    def current_row(self) -> Row | None:
        """The current row, as it was read last."""
        row: Row | None = super().current_row()
        return row

    def exclude_or_include(self) -> None:
        """What Delete does: leave the selected rows out, or take them in again when the current one is left out."""
        if self.selected_count:
            row = self.current_row()
            self.exclude_wanted.emit(self.selected_numbers(), row is None or row.state is not State.EXCLUDED)

    def width_of_sample(self, column: int) -> int:
        """The numbers take what the longest needs."""
        width = super().width_of_sample(column)
        numbers = self._rows.numbers
        if column != _NUMBER or not len(numbers):
            return width
        return max(width, self.width_of(Cell(f"{numbers[-1]:,}")))

    def _show_menu(self, at: QPoint) -> None:
        number = self.number
        if number is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open in Compose\tEnter").triggered.connect(lambda: self.opened.emit(number))
        menu.addSeparator()
        row, numbers = self.current_row(), self.selected_numbers()
        many = f" {len(numbers):,} rows" if len(numbers) > 1 else ""
        leave = menu.addAction(f"Exclude{many}\tDel")
        leave.triggered.connect(lambda: self.exclude_wanted.emit(numbers, True))
        take = menu.addAction(f"Include{many}")
        take.triggered.connect(lambda: self.exclude_wanted.emit(numbers, False))
        if row is not None and len(numbers) == 1:
            leave.setEnabled(row.state in LEAVABLE)
            take.setEnabled(row.state is State.EXCLUDED)
        menu.popup(self.viewport().mapToGlobal(at))
