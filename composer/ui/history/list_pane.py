"""The list of entries in its frame, and below it how many there are and how they are deleted."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from composer.storage.history import History
from composer.ui.history.finding import Found
from composer.ui.history.rows import HEADERS, SAMPLES, WEIGHTS, rows
from composer.ui.history.words import entries
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState
from composer.ui.widgets.numbered_model import NumberedModel
from composer.ui.widgets.numbered_table import NumberedTable
from composer.ui.widgets.pieces import GRID, Card, Elided, button

_STORE = 3  # the column
_NARROW = 520  # pixels; the store is named beside the list, too


class ListPane(QWidget):
    """Table and foot.

    Signals: `remove_wanted(object, str)` numbers, and words for them; `edit_wanted(int)`, `again_wanted(int)` and
    `run_wanted(str)` from the menu of a row; `compare_wanted(bool)` the selected two, or with True the current one and
    the previous of its event; `everything_wanted()` without search and filters.
    """

    remove_wanted = Signal(object, str)
    edit_wanted = Signal(int)
    again_wanted = Signal(int)
    run_wanted = Signal(str)
    compare_wanted = Signal(bool)
    everything_wanted = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Found | None = None
        self.model = NumberedModel(jobs, HEADERS, self, newest_first=True)
        self.model.show_from(lambda numbers: rows(history.entries(numbers)), range(0))
        self.table = NumberedTable(theme, "Sent events, newest first", self.model, SAMPLES, WEIGHTS)
        self.table.setAccessibleDescription("Enter edits one as new or opens a run, Delete deletes the selected ones")
        self.count = Elided("", "small")
        self.delete = button("Delete ▾")
        self.delete.setMenu(QMenu(self.delete))
        self.delete.menu().aboutToShow.connect(self._fill_anew)
        self.table.selected.connect(self._show_foot)
        self.table.delete_wanted.connect(self._remove_selected)
        self.table.opened.connect(self._open)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.setColumnHidden(_STORE, self.width() < _NARROW)

    def show_found(self, found: Found, wanted: int | None) -> None:
        """Show what was found; `wanted` is the entry that is to be the current one."""
        self._found = found
        if found.newest:
            self.table.refresh()  # what is in sight may have got its answer
        self.model.take(found.newest)
        self.table.show_numbers(found.numbers, wanted=wanted, is_whole=found.is_whole or wanted is None)
        self._pages.setCurrentIndex(0 if len(found.numbers) else 1)
        self._show_foot()

    def second(self) -> int | None:
        """The other one of two selected rows; None when there are more or less."""
        if self.table.selected_count != 2:
            return None
        return next((each for each in self.table.selected_numbers() if each != self.table.number), None)

    def _arrange(self) -> None:
        self.empty = EmptyState("Nothing found", "No entry has all of these words and passes all filters.")
        self.everything = self.empty.offer("Clear search and filters", self.everything_wanted.emit)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.empty)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self._pages)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(frame, 1)
        column.addLayout(foot)

    def _show_foot(self) -> None:
        found, selected = self._found, self.table.selected_count
        if found is None:
            return
        count = len(found.numbers)
        if not found.is_whole:
            says = f"The newest {count:,}. Looking for all…"
        elif count == found.total:
            says = entries(count)
        else:
            says = f"{count:,} of {entries(found.total)}"
        self.count.setText(f"{says} · {selected:,} selected" if selected > 1 else says)
        self.delete.setEnabled(count > 0)

    def _remove_selected(self) -> None:
        numbers = self.table.selected_numbers()
        if len(numbers) == 1:
            row = self.model.known(numbers[0])
            name = row.entry.event_name if row is not None else ""
            what = f"“{name[:80]}”, sent {row.cells[0].text}" if name else "this entry"
        else:
            what = f"these {entries(len(numbers))}"
        self.remove_wanted.emit(numbers, what)

    def _remove_all(self) -> None:
        found = self._found
        if found is not None and found.is_whole:
            what = f"all {entries(len(found.numbers))}"
            self.remove_wanted.emit(found.numbers, what if len(found.numbers) == found.total else f"{what} that match")

    def _fill_anew(self) -> None:
        self.delete.menu().clear()
        self._fill_delete(self.delete.menu())

    def _fill_delete(self, menu: QMenu) -> None:
        found, selected = self._found, self.table.selected_count
        one = menu.addAction(f"Delete {'this entry' if selected <= 1 else entries(selected)}…\tDel")
        one.triggered.connect(self._remove_selected)
        one.setEnabled(selected > 0)
        count = len(found.numbers) if found is not None else 0
        is_whole = found is not None and found.is_whole
        every = menu.addAction(f"Delete all {count:,} that match…" if is_whole else "Delete all that match…")
        every.triggered.connect(self._remove_all)
        every.setEnabled(is_whole and count > 0)

    def _open(self, number: int) -> None:
        row = self.model.known(number)
        if row is not None and row.entry.run:
            self.run_wanted.emit(row.entry.run)
        elif row is not None:
            self.edit_wanted.emit(number)

    def _show_menu(self, at: QPoint) -> None:
        number, row = self.table.number, self.table.current_row()
        if number is None or row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.entry.run:
            menu.addAction("Open in Bulk\tEnter").triggered.connect(lambda: self.run_wanted.emit(row.entry.run))
        else:
            menu.addAction("Edit as new\tEnter").triggered.connect(lambda: self.edit_wanted.emit(number))
            menu.addAction("Send again").triggered.connect(lambda: self.again_wanted.emit(number))
            menu.addSeparator()
            two = menu.addAction("Compare the two selected")
            two.setEnabled(self.second() is not None)
            two.triggered.connect(lambda: self.compare_wanted.emit(False))
            previous = menu.addAction("Compare with the previous of this event")
            previous.triggered.connect(lambda: self.compare_wanted.emit(True))
        menu.addSeparator()
        self._fill_delete(menu)
        menu.popup(self.table.viewport().mapToGlobal(at))
