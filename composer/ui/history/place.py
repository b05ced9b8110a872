"""The history: what was sent before, and what came back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from composer.storage.database import StorageError
from composer.storage.drift import Drift
from composer.storage.history import FullEntry, History
from composer.storage.runs import Runs
from composer.ui.history import words
from composer.ui.history.activity import ActivityCard
from composer.ui.history.detail import COMPARE, Detail
from composer.ui.history.filters import FilterBar
from composer.ui.history.finding import Facts, Found, Lookup
from composer.ui.history.list_pane import ListPane
from composer.ui.history.reading import Reading, read
from composer.ui.history.run_detail import MOST_FOUND, RunDetail, RunReading, read_run
from composer.ui.history.work import Work
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice
from composer.ui.widgets.pieces import GRID, button
from composer.ui.widgets.place import Pane, Place
from composer.ui.widgets.side_by_side import side_by_side

_FACTS_EVERY = 2_000  # milliseconds, while much is sent


class HistoryPlace(Place):
    """Search, activity and list, and the chosen entry beside them. The database is read in threads.

    Signals: `edit_as_new(str)` and `save_as_template(str)` with the body of a request; `send_again(object)` with the
    FullEntry; `run_wanted(str)` the bulk run with this id; `drift_wanted()` the drift log; `state_said(str)` how much
    there is, for the status line.
    """

    edit_as_new = Signal(str)
    save_as_template = Signal(str)
    send_again = Signal(object)
    run_wanted = Signal(str)
    drift_wanted = Signal()
    state_said = Signal(str)

    def __init__(
        self, theme: Theme, jobs: Jobs, history: History, runs: Runs, drift: Drift, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._history, self._runs, self._drift = history, runs, drift
        self._chosen_reader, self._act_reader, self._drift_reader = Latest(jobs), Latest(jobs), Latest(jobs)
        self._chosen: int | None = None
        self._goes_to: int | None = None  # an entry that is to be shown even if the filters leave it out
        self._found: Found | None = None
        self._size: int | None = None
        self._has_failed = False  # and the notice says so, until reading works again
        self._kept = words.kept(None, None)
        self.lookup = Lookup(jobs, history, self)
        self.notice = Notice()
        self.filters = FilterBar()
        self.activity = ActivityCard(theme)
        self.work = Work(jobs, history, self)
        self.pane = ListPane(theme, jobs, history)
        self.export = button("Export…", self._export)
        self.export.setToolTip("Write all entries that match to a file")
        self.drift = button("", self.drift_wanted.emit)
        self.drift.setToolTip("Show where the checks and the server did not agree")
        self.drift.hide()
        self.detail = Detail(theme, jobs, history)
        self.run_detail = RunDetail(theme, jobs)
        self._facts_soon = Later(_FACTS_EVERY, self._read_facts, self)
        self._arrange()
        self._connect()

    def home(self) -> QWidget:
        return self.pane.table

    def panes(self) -> list[Pane]:
        list_ = self.pane.everything if self.pane.everything.isVisible() else self.pane.table
        return [
            Pane(self.filters, self.filters.words),
            Pane(self.activity, self.activity.chart),
            Pane(self.pane, list_),
            Pane(self._details, self._shown.first),
        ]

    def refresh(self) -> None:
        """Read what has come since; the chosen entry stays chosen, and is read again when it has changed."""
        if self.isVisible():
            self.lookup.look(self.filters.search())
            self._drift_reader.run(self._drift.count, self._show_drift, self._failed)
            if not self._facts_soon.isActive():
                self._facts_soon.start()

    def show_entry(self, entry: int) -> None:
        """Go to the entry with this id, as soon as it is read; filters that leave it out are dropped."""
        self._chosen = self._goes_to = entry
        self.lookup.look(self.filters.search())
        self._read_chosen()

    def show_keeping(self, days: int | None, megabytes: int | None) -> None:
        """For how long entries are kept, and up to how much, for the status line."""
        self._kept = words.kept(days, megabytes)
        self._say_state()

    def end(self) -> None:
        """The window closes: what is being exported or deleted ends."""
        self.work.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._read_facts()

    def _arrange(self) -> None:
        self.filters.head.addWidget(self.drift)
        self.filters.head.addWidget(self.export)
        self.setTabOrder(self.filters.words, self.drift)
        self.setTabOrder(self.drift, self.export)
        self.setTabOrder(self.export, self.filters.status)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + 2)
        for each in (self.filters, self.activity, self.work.card):
            column.addWidget(each)
        column.addWidget(self.pane, 1)
        self._details = QStackedWidget()
        self._details.addWidget(self.detail)
        self._details.addWidget(self.run_detail)
        split = side_by_side(left, self._details, (620, 440))
        left.setMinimumWidth(340)
        self._pages = QStackedWidget()
        self._pages.addWidget(split)
        self._pages.addWidget(EmptyState("Nothing sent yet", "Compose an event and press Ctrl+Enter."))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(GRID)
        outer.addWidget(self.notice)
        outer.addWidget(self._pages, 1)
        find = QShortcut(QKeySequence.StandardKey.Find, self, self._find)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _connect(self) -> None:
        self.lookup.found.connect(self._show_found)
        self.lookup.facts_read.connect(self._show_facts)
        self.filters.changed.connect(self._look)
        self.filters.list_wanted.connect(self.pane.table.setFocus)
        self.filters.time.picked.connect(self._read_facts)
        self.activity.chart.range_chosen.connect(self.filters.take_span)
        self.pane.table.chosen.connect(self._choose)
        self.pane.table.selected.connect(lambda: self.detail.compare.mark(self.pane.second()))
        self.pane.model.read.connect(self._read_changed)
        self.pane.everything_wanted.connect(self.filters.forget)
        self.pane.remove_wanted.connect(self.work.ask_to_remove)
        self.pane.compare_wanted.connect(self._compare)
        self.pane.edit_wanted.connect(self._edit)
        self.pane.again_wanted.connect(self._send_again)
        for inner, outer in (
            (self.pane.run_wanted, self.run_wanted),
            (self.run_detail.open_wanted, self.run_wanted),
            (self.detail.edit_as_new, self.edit_as_new),
            (self.detail.save_as_template, self.save_as_template),
            (self.detail.send_again, self.send_again),
        ):
            inner.connect(outer)
        self.work.removed.connect(self._removed)
        self.work.said.connect(self._say)
        self.work.failed.connect(self._work_failed)
        for failed in (self.lookup.failed, self.pane.model.failed, self.detail.compare.failed):
            failed.connect(self._failed)

    # What is looked for, and found

    def _find(self) -> None:
        self.filters.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.words.selectAll()

    def _look(self) -> None:
        self._goes_to = None
        self.activity.chart.show_span(self.filters.chosen_span)
        self.lookup.look(self.filters.search())

    def _show_found(self, found: Found) -> None:
        words_before = self._found.search.words if self._found is not None else ""
        self._found = found
        if self._has_failed:
            self._has_failed = False
            self.notice.hide()
        self._pages.setCurrentIndex(0 if found.total else 1)
        goes_to = self._goes_to
        if found.is_whole:
            self._goes_to = None
        self.pane.show_found(found, self._chosen)
        self.export.setEnabled(found.is_whole and len(found.numbers) > 0)
        self._say_state()
        if found.is_whole and goes_to is not None and self.pane.model.row_of(goes_to) < 0 and not self.filters.is_empty:
            self._chosen = goes_to
            self.filters.forget()
        elif words_before != found.search.words and self._shown is self.run_detail:
            self._read_chosen()
        else:
            self._read_changed()

    def _read_facts(self) -> None:
        self._facts_soon.stop()
        self.lookup.read_facts(self.filters.since())

    def _show_facts(self, facts: Facts) -> None:
        self.filters.offer(facts.stores, facts.events)
        self.activity.show_bars(facts.bars)
        self.activity.setVisible(bool(facts.bars))
        self._size = facts.size
        self._say_state()

    def _show_drift(self, count: int) -> None:
        self.drift.setText(f"Drift log ({count:,})")
        self.drift.setVisible(count > 0)

    def _say_state(self) -> None:
        found = self._found
        if found is None:
            return
        parts = [words.entries(found.total)]
        if self._size is not None:
            parts.append(words.size(self._size))
        parts.append(self._kept)
        if not self.filters.is_empty:
            parts.append(f"Search took {max(1, round(found.milliseconds)):,} ms")
        self.state_said.emit(" · ".join(parts))

    # The chosen entry

    @property
    def _shown(self) -> Detail | RunDetail:
        return self.detail if self._details.currentWidget() is self.detail else self.run_detail

    def _choose(self, entry: int | None) -> None:
        if entry is None:
            self._chosen = None
            self.detail.show_nothing()
            self._details.setCurrentWidget(self.detail)
        elif entry != self._chosen or entry != self._shown.shown_id:
            self._chosen = entry
            self._read_chosen()

    def _read_changed(self) -> None:
        """Read the chosen entry again when the list knows that it has changed."""
        row = self.pane.model.known(self._chosen) if self._chosen is not None else None
        shown = self._shown.shown_entry
        if row is not None and shown is not None and shown.id == row.number and shown != row.entry:
            self._read_chosen()

    def _read_chosen(self) -> None:
        wanted, sought = self._chosen, self.filters.search().words
        if wanted is None:
            return
        history, runs = self._history, self._runs

        def work() -> Reading | RunReading | None:
            full = history.entry(wanted)
            if full is None or not full.entry.run:
                return None if full is None else read(full)
            return read_run(full, runs, history.rows_found(wanted, sought, MOST_FOUND) if sought else ())

        def done(reading: Reading | RunReading | None) -> None:
            if wanted != self._chosen:
                return
            if isinstance(reading, RunReading):
                self.run_detail.show_reading(reading)
                self._details.setCurrentWidget(self.run_detail)
                return
            if reading is None:
                self.detail.show_nothing()
            else:
                self.detail.show_reading(reading)
            self._details.setCurrentWidget(self.detail)

        self._chosen_reader.run(work, done, self._failed)

    # What is done with entries

    def _edit(self, entry: int) -> None:
        self._with(entry, lambda full: self.edit_as_new.emit(full.body.decode("utf-8", "replace")))

    def _send_again(self, entry: int) -> None:
        self._with(entry, self.send_again.emit)

    def _with(self, entry: int, act: Callable[[FullEntry], object]) -> None:
        """Do something with all of an entry, as soon as it is read."""

        def done(full: FullEntry | None) -> None:
            if full is not None:
                act(full)

        self._act_reader.run(lambda: self._history.entry(entry), done, self._failed)

    def _compare(self, with_previous: bool) -> None:
        self.detail.tabs.setCurrentIndex(COMPARE)
        if with_previous:
            self.detail.compare.with_previous()

    def _export(self) -> None:
        if self._found is not None and self._found.is_whole:
            self.work.export(self._found.numbers)

    def _removed(self) -> None:
        self.lookup.forget()
        self.refresh()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self._has_failed = True
        self.notice.say("bad", str(error), [("Try again", self.refresh)])

    def _say(self, sentence: str) -> None:
        self._has_failed = False
        self.notice.say("good", sentence, [("Close", self.notice.hide)])

    def _work_failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self._has_failed = False
        self.notice.say("bad", str(error), [("Close", self.notice.hide)])
