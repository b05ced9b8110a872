"""The table of a run's rows in its frame, and below it what can be done with the rows shown or selected."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer.storage.runs.states import State
from composer.ui.bulk import words
from composer.ui.bulk.filters import ALL, Filter
from composer.ui.bulk.rows import LEAVABLE
from composer.ui.bulk.rows_model import RowsModel
from composer.ui.bulk.rows_table import RowsTable
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState
from composer.ui.widgets.numbered_model import Numbers
from composer.ui.widgets.pieces import GRID, Card, button, label


class RowsPane(QWidget):
    """Table and buttons.

    Signals: `retry_wanted(object)` a tuple of states; `export_wanted(object)` a Filter; `exclude_wanted(object, bool)`
    row numbers.
    """

    retry_wanted = Signal(object)
    export_wanted = Signal(object)
    exclude_wanted = Signal(object, bool)

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter: Filter = ALL
        self._counts: Mapping[State, int] = {}
        self._may_change = self._may_export = False
        self.model = RowsModel(jobs, self)
        self.table = RowsTable(theme, self.model)
        self.empty = EmptyState("No such rows", "Choose another filter above.")
        self.count = label("", "small")
        self.exclude = button("Exclude", self.table.exclude_or_include)
        self.exclude.setToolTip("Leave the selected rows out, or take them in again (Delete)")
        self.retry = button("Retry these", lambda: self.retry_wanted.emit(self._filter.sendable_again))
        self.export = button("Export these…", lambda: self.export_wanted.emit(self._filter))
        self.export.setToolTip("As a file with the original columns, the state and the reason")
        self._arrange()
        self.table.selected.connect(self._show_foot)
        self.table.exclude_wanted.connect(self._want_excluded)
        self.model.read.connect(self._show_foot)

    def show_filter(self, which: Filter) -> None:
        """The rows that `show_numbers` will show match this."""
        self._filter = which
        self._show_foot()

    def show_numbers(self, numbers: Numbers, *, keeps_current: bool = False) -> None:
        """Show these rows, see `RowsTable.show_numbers`."""
        self.table.show_numbers(numbers, keeps_current=keeps_current)
        self.table.setVisible(bool(len(numbers)))
        self.empty.setVisible(not len(numbers))
        self._show_foot()

    def allow(self, counts: Mapping[State, int], *, may_change: bool, may_export: bool) -> None:
        """Whether rows can be left out or tried again now, if there are such, and whether they can be exported."""
        self._counts, self._may_change, self._may_export = counts, may_change, may_export
        self._show_foot()

    def _arrange(self) -> None:
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.table)
        frame.body.addWidget(self.empty)
        self.empty.hide()
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.count)
        foot.addStretch(1)
        for each in (self.exclude, self.retry, self.export):
            foot.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(frame, 1)
        column.addLayout(foot)

    def _want_excluded(self, numbers: object, excluded: bool) -> None:
        if self._may_change:
            self.exclude_wanted.emit(numbers, excluded)

    def _show_foot(self) -> None:
        count, selected = len(self.model.numbers), self.table.selected_count
        says = words.rows(count)
        self.count.setText(f"{says} · {selected:,} selected" if selected > 1 else says)
        row = self.table.current_row()
        takes_in = row is not None and row.state is State.EXCLUDED
        many = f" {selected:,} rows" if selected > 1 else ""
        self.exclude.setText(f"{'Include' if takes_in else 'Exclude'}{many}")
        can_move = selected > 1 or row is None or takes_in or row.state in LEAVABLE
        self.exclude.setEnabled(self._may_change and bool(selected) and can_move)
        self.retry.setVisible(words.total(self._counts, self._filter.sendable_again) > 0)
        self.retry.setEnabled(self._may_change and count > 0)
        self.export.setEnabled(self._may_export and count > 0)
