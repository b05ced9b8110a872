"""The history: what was sent before, and what came back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from composer.storage.database import StorageError
from composer.storage.history import Entry, History
from composer.storage.runs import Runs
from composer.ui.history.detail import Detail
from composer.ui.history.reading import Reading, read
from composer.ui.history.rows import HEADERS, SAMPLES, cell
from composer.ui.history.run_detail import RunDetail, RunReading, read_run
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice
from composer.ui.widgets.paged_model import PagedModel
from composer.ui.widgets.pieces import GRID, Card, label
from composer.ui.widgets.table import Table

PAGE = 200  # entries read at a time


class HistoryPlace(QWidget):
    """The list of attempts, and the chosen one beside it. The database is read in threads.

    Signals: `edit_as_new(str)` with the body of a request, to be composed anew; `run_wanted(str)` the bulk run with
    this id.
    """

    edit_as_new = Signal(str)
    run_wanted = Signal(str)

    def __init__(self, theme: Theme, jobs: Jobs, history: History, runs: Runs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._runs = runs
        self._jobs = jobs
        self._newest = Latest(jobs)
        self._chosen_reader = Latest(jobs)
        self._chosen: int | None = None
        self.model = PagedModel(HEADERS, lambda entry: entry.id, cell)
        self.model.setParent(self)
        self.model.more_wanted.connect(self._read_older)
        self.list = Table(theme, "Sent events, newest first", self.model, SAMPLES)
        self.list.chosen.connect(self._choose)
        self.model.modelReset.connect(self._choose_again)  # after the list's own slot, which forgets the choice
        self.count = label("", "small")
        self.notice = Notice()
        self.detail = Detail(theme)
        self.detail.edit_as_new.connect(self.edit_as_new)
        self.run_detail = RunDetail(theme, jobs)
        self.run_detail.open_wanted.connect(self.run_wanted)
        self._details = QStackedWidget()
        self._details.addWidget(self.detail)
        self._details.addWidget(self.run_detail)
        self._arrange()
        self.setFocusProxy(self.list)

    def refresh(self) -> None:
        """Read the newest entries again; the chosen one stays chosen, and is read again when it has changed."""
        history = self._history
        self._newest.run(lambda: (history.page(limit=PAGE), history.count()), self._show_newest, self._failed)

    def show_entry(self, entry: int) -> None:
        """Go to the attempt with this id, as soon as it is read."""
        self._chosen = entry
        if not self.list.choose(entry):
            self.refresh()
        self._read_chosen()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.setContentsMargins(0, 4, 0, 4)
        head.addWidget(label("History", "title"))
        head.addWidget(self.count)
        head.addStretch(1)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.list)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(frame, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(GRID + 4)
        split.addWidget(left)
        split.addWidget(self._details)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([600, 440])
        left.setMinimumWidth(360)
        self._details.setMinimumWidth(320)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("Nothing sent yet", "Compose an event and press Ctrl+Enter."))
        self._pages.addWidget(split)
        outer.setSpacing(GRID)
        outer.addWidget(self.notice)
        outer.addWidget(self._pages, 1)

    def _show_newest(self, found: tuple[list[Entry], int]) -> None:
        page, count = found
        before = self._entry(self._chosen)
        self.model.show_newest(page, len(page) < PAGE)
        self.count.setText(f"{count:,} {'entry' if count == 1 else 'entries'}" if count else "")
        self._pages.setCurrentIndex(1 if self.model.rows else 0)
        self.notice.hide()
        if self._chosen is None and self.model.rows:
            self.list.choose(self.model.rows[0].id)
        elif before is None:
            self._choose_again()
        elif self._entry(self._chosen) != before:
            self._read_chosen()

    def _entry(self, key: int | None) -> Entry | None:
        row = self.model.row_of(key)
        return self.model.rows[row] if row >= 0 else None

    def _read_older(self) -> None:
        last = self.model.rows[-1].id
        self._jobs.run(
            lambda: self._history.page(before=last, limit=PAGE),
            lambda page: self.model.add_older(page, len(page) < PAGE),
            self._older_failed,
        )

    def _older_failed(self, error: Exception) -> None:
        self.model.give_up()
        self._failed(error)

    def _choose(self, entry: Entry) -> None:
        if entry.id != self._chosen or entry.id != self._shown_id():
            self._chosen = entry.id
            self._read_chosen()

    def _shown_id(self) -> int | None:
        return self.detail.shown_id if self._details.currentWidget() is self.detail else self.run_detail.shown_id

    def _choose_again(self) -> None:
        if self._chosen is not None:
            self.list.choose(self._chosen)

    def _read_chosen(self) -> None:
        wanted = self._chosen
        if wanted is None:
            return

        def work() -> Reading | RunReading | None:
            full = self._history.entry(wanted)
            if full is None:
                return None
            return read_run(full, self._runs) if full.entry.run else read(full)

        def done(reading: Reading | RunReading | None) -> None:
            if wanted != self._chosen:
                return
            if isinstance(reading, RunReading):
                self.run_detail.show_reading(reading)
                self._details.setCurrentWidget(self.run_detail)
                return
            if reading is None:
                self._chosen = None
                self.detail.show_nothing()
            else:
                self.detail.show_reading(reading)
            self._details.setCurrentWidget(self.detail)

        self._chosen_reader.run(work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.notice.say("bad", str(error), [("Try again", self.refresh)])
