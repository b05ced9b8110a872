"""One run: its file, how far it is, which rows there are and what became of each, and the chosen row beside them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer.event.findings import Severity
from composer.storage.database import StorageError
from composer.storage.runs.states import Group, RunInfo, State, Status
from composer.storage.stores import Store
from composer.ui.bulk import rows, words
from composer.ui.bulk.filters import ALL, Filter, FilterBar, of_group
from composer.ui.bulk.groups import GroupsPanel
from composer.ui.bulk.progress_card import ProgressCard
from composer.ui.bulk.ready_card import ReadyCard
from composer.ui.bulk.result_card import ResultCard
from composer.ui.bulk.row_detail import RowDetail
from composer.ui.bulk.row_reading import RowReading
from composer.ui.bulk.row_reading import read as read_row
from composer.ui.bulk.rows_pane import RowsPane
from composer.ui.bulk.waiting_rows import WaitingRows, missing_in
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice
from composer.ui.widgets.numbered_model import Numbers
from composer.ui.widgets.pieces import GRID, Elided, button, label
from composer.ui.widgets.side_by_side import side_by_side
from composer.ui.widgets.work_card import WorkCard

if TYPE_CHECKING:
    from composer.delivery.tally import Progress
    from composer.storage.runs.run import Run

_SHOWN_EVERY = 100  # milliseconds between two pictures of the progress
_READ_EVERY = 250  # milliseconds between two looks at the rows in sight while they change
_FILTERED_EVERY = 1.0  # seconds, at least, between two looks at which rows match the filter


class _Facts(NamedTuple):
    info: RunInfo
    described: str
    counts: dict[State, int]
    warnings: int
    groups: list[Group]
    missing: list[str]  # names of variables without a value


class RunPage(QWidget):
    """Shows a `Run`; its file is read in threads, and written by nobody here.

    Signals: `import_wanted()`, `mapping_wanted()`, `dry_run_wanted()`; `send_wanted()`, `pause_wanted()`,
    `resume_wanted()`, `stop_wanted()`; `options_changed(object)` the Options ticked; `retry_wanted(object)` a tuple of
    states; `export_wanted(object)` a Filter; `fix_wanted(int, int)` the kind of a group and which of its fixes;
    `exclude_wanted(object, bool)` row numbers; `edit_wanted(int, str)` a row's number and the text of its event;
    `cancel_wanted()` the work that `show_work` shows; `variables_wanted(object)` the values of variables, by name, that
    rows are to be checked with; `state_said(str)` how far it is, for the status line.
    """

    import_wanted = Signal()
    mapping_wanted = Signal()
    dry_run_wanted = Signal()
    send_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_wanted = Signal()
    options_changed = Signal(object)
    retry_wanted = Signal(object)
    export_wanted = Signal(object)
    fix_wanted = Signal(int, int)
    exclude_wanted = Signal(object, bool)
    edit_wanted = Signal(int, str)
    cancel_wanted = Signal()
    variables_wanted = Signal(object)
    state_said = Signal(str)

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run: Run | None = None
        self._store: Store | None = None
        self._limit = words.LIMIT
        self._facts: _Facts | None = None
        self._filter: Filter = ALL
        self._is_sending = False
        self._is_working = False
        self._progress: Progress | None = None
        self._fact_reader, self._number_reader, self._row_reader = Latest(jobs), Latest(jobs), Latest(jobs)
        self._wanted_number: int | None = None
        self._filtered_at = self._filtering_took = 0.0
        self._soon = Later(_SHOWN_EVERY, self._show_progress, self)
        self._again = Later(_READ_EVERY, self._read_again, self)
        self._make(theme, jobs)
        self._arrange()
        self._connect()

    # What is shown

    def show_run(self, run: Run, *, is_sending: bool = False) -> None:
        """Show another run, or the same anew; `is_sending` while a process of this window works on it."""
        is_other = run is not self.run
        self.run, self._is_sending, self._progress = run, is_sending, None
        if is_other:
            self.progress.begin(self._limit)
            self._facts = None
            self._filter = ALL
            self.notice.hide()
            self.detail.show_nothing()
            self.model.show_run(lambda numbers: rows.rows(run.records(numbers)), range(0))
            self.pane.show_filter(ALL)
            self.groups.mark(None)
        self.refresh()

    def show_store(self, store: Store | None, limit: float = words.LIMIT) -> None:
        """Name the store events would go to now; a run that was begun goes on to its own."""
        self._store, self._limit = store, limit
        self._show_cards()

    def begin_sending(self) -> None:
        """A sitting begins: its reports will come."""
        self._is_sending, self._progress = True, None
        self.progress.begin(self._limit)
        self._show_cards()

    def show_progress(self, progress: Progress) -> None:
        """Take in a report of the sitting under way; what is seen follows ten times a second at most."""
        if not self._is_sending:
            self.begin_sending()
        self._progress = progress
        if not self._soon.isActive():
            self._soon.start()

    def end_sending(self) -> None:
        """The sitting has ended: everything is read again as it is in the file."""
        self._is_sending, self._progress = False, None
        self._soon.stop()
        self.refresh()

    def show_work(self, sentence: str, share: float | None = None) -> None:
        """Say that something other than sending is under way, and how far it is; nothing can be begun meanwhile."""
        self._is_working = True
        self.work.say(sentence, share)
        self._show_cards()

    def end_work(self) -> None:
        """That work has ended: everything is read again."""
        self._is_working = False
        self.work.hide()
        self.refresh()

    def refresh(self) -> None:
        """Read the run again: counts, findings, which rows match, and the rows in sight."""
        run = self.run
        if run is None:
            return

        known, is_sending = self._facts, self._is_sending

        def work() -> _Facts:
            info = run.info
            # Sending changes no finding, and counting those of a million rows holds everybody up.
            warnings = known.warnings if is_sending and known else run.severities()[Severity.WARNING]
            groups = run.groups()
            return _Facts(info, words.described(info), run.counts(), warnings, groups, missing_in(run, info, groups))

        self._fact_reader.run(work, lambda facts: self._take_facts(run, facts), self._failed)
        self._read_numbers()
        self.table.refresh()
        self._read_chosen()

    def show_filter(self, which: Filter) -> None:
        """Show only these rows; the current row stays the current one if it is among them."""
        self._filter = which
        self.filters.check(which)
        self.groups.mark(which.kind)
        self.pane.show_filter(which)
        self._read_numbers()

    def go_to(self, number: int) -> None:
        """Make a row the current one, showing all rows when the filter leaves it out."""
        if not self.table.go_to(number):
            self._wanted_number = number
            self.show_filter(ALL)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The table takes it. A focus proxy would, too, but then Tab would skip everything above the table."""
        super().focusInEvent(event)
        (self.table if self.table.isVisible() else self.import_button).setFocus(event.reason())

    # Its parts

    def _make(self, theme: Theme, jobs: Jobs) -> None:
        self.name = Elided("", "title")
        self.note = label("", "muted")
        self.import_button = button("Import…", self.import_wanted.emit)
        self.mapping_button = button("Mapping…", self.mapping_wanted.emit)
        self.dry_run_button = button("Dry run", self.dry_run_wanted.emit)
        self.dry_run_button.setToolTip("Check every row again and send nothing")
        self.notice = Notice()
        self.ready, self.progress, self.result = ReadyCard(), ProgressCard(theme), ResultCard()
        self.work = WorkCard()
        self.filters = FilterBar()
        self.groups = GroupsPanel(theme)
        self.waiting = WaitingRows(self)
        self.ready.offer(self.waiting.offer)
        self.pane = RowsPane(theme, jobs)
        self.table, self.model = self.pane.table, self.pane.model
        self.detail = RowDetail(theme)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.name)
        head.addWidget(self.note)
        head.addStretch(1)
        for each in (self.import_button, self.mapping_button, self.dry_run_button):
            head.addWidget(each)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        cards: list[QWidget] = [self.work, self.ready, self.progress, self.result]
        for widget in (self.notice, *cards, self.waiting.strip, self.filters, self.groups):
            column.addWidget(widget)
        column.addWidget(self.pane, 1)
        split = side_by_side(left, self.detail, (740, 324))
        left.setMinimumWidth(520)
        self.detail.setMinimumWidth(320)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.addWidget(split)
        for widget in cards:
            widget.hide()

    def _connect(self) -> None:
        self.ready.send_wanted.connect(self.send_wanted)
        self.ready.options_changed.connect(self.options_changed)
        self.progress.pause_wanted.connect(self.pause_wanted)
        self.progress.resume_wanted.connect(self.resume_wanted)
        self.progress.stop_wanted.connect(self.stop_wanted)
        self.result.send_wanted.connect(self.send_wanted)
        self.result.retry_wanted.connect(self.retry_wanted)
        self.result.export_wanted.connect(self.export_wanted)
        self.filters.chosen.connect(self.show_filter)
        self.groups.show_wanted.connect(lambda group: self.show_filter(of_group(group) if group else ALL))
        self.groups.fix_wanted.connect(self.fix_wanted)
        self.model.failed.connect(self._failed)
        self.model.read.connect(self._rows_read)
        self.table.chosen.connect(lambda _number: self._read_chosen())
        self.table.opened.connect(self._open)
        self.pane.exclude_wanted.connect(self.exclude_wanted)
        self.pane.retry_wanted.connect(self.retry_wanted)
        self.pane.export_wanted.connect(self.export_wanted)
        self.work.cancel_wanted.connect(self.cancel_wanted)
        self.waiting.wanted.connect(self.variables_wanted)
        self.detail.edit_wanted.connect(self.edit_wanted)

    # Reading

    def _take_facts(self, run: Run, facts: _Facts) -> None:
        if run is not self.run:
            return
        self._facts = facts
        info = facts.info
        self.name.setText(" ".join(info.name.split()))
        self.note.setText(facts.described)
        may_map = info.kind == "table" and not info.requests and info.status is not Status.IMPORTING
        self.mapping_button.setVisible(may_map)
        self.ready.show_options(info.options)
        self.groups.show_groups(facts.groups)
        self.waiting.show_missing(info, facts.missing)
        if self._filter.kind is not None and self.groups.group(self._filter.kind) is None:
            self.show_filter(ALL)
        if self._progress is None:
            self.filters.show_counts(facts.counts, facts.warnings)
        else:
            self.filters.show_counts(self._progress.counts, facts.warnings)
        self.filters.check(self._filter)
        self._show_cards()

    def _read_numbers(self, *, again: bool = False) -> None:
        """Which rows match the filter; looking `again` while rows change leaves the current one where it is."""
        run, which = self.run, self._filter
        if run is None:
            return

        def work() -> tuple[Numbers, float]:
            begun = time.monotonic()
            return run.numbers(which.states, which.severity, which.kind), time.monotonic() - begun

        def done(found: tuple[Numbers, float]) -> None:
            if run is self.run and which == self._filter:
                self._take_numbers(*found, again=again)

        self._number_reader.run(work, done, self._failed)

    def _take_numbers(self, numbers: Numbers, took: float, *, again: bool) -> None:
        self._filtered_at, self._filtering_took = time.monotonic(), took
        self.pane.show_numbers(numbers, keeps_current=again)
        if self._wanted_number is not None:
            wanted, self._wanted_number = self._wanted_number, None
            self.table.go_to(wanted)

    def _read_chosen(self) -> None:
        run, number = self.run, self.table.number
        if run is None or number is None:
            self.detail.show_nothing()
            return

        def done(reading: RowReading) -> None:
            if run is self.run and number == self.table.number:
                self.detail.show_reading(reading)

        self._row_reader.run(lambda: read_row(run.record(number), run.info.headers, run.request), done, self._failed)

    def _read_again(self) -> None:
        """While rows change: those in sight, and now and then which match the filter."""
        self.table.refresh()
        pause = max(_FILTERED_EVERY, 10 * self._filtering_took)
        if self._filter != ALL and time.monotonic() - self._filtered_at > pause:
            self._read_numbers(again=True)

    def _rows_read(self) -> None:
        """The chosen row is read again when it has come to another state."""
        row, shown = self.table.current_row(), self.detail.shown
        if row is not None and shown is not None and row.number == shown.number and row.state is not shown.state:
            self._read_chosen()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.notice.say("bad", str(error), [("Try again", self._try_again)])

    def _try_again(self) -> None:
        self.notice.hide()
        self.refresh()

    # Showing

    def _show_progress(self) -> None:
        progress = self._progress
        if progress is None or self._facts is None:
            return
        self.progress.show_progress(progress)
        self.filters.show_counts(progress.counts)
        self._say_state(progress.counts)
        if not self._again.isActive():
            self._again.start()

    def _show_cards(self) -> None:
        """One card: before, while, or after it is sent."""
        if self._facts is None:
            return
        info, counts = self._facts.info, self._facts.counts
        is_idle = not self._is_sending and not self._is_working
        is_before = not info.requests and info.status in (Status.IMPORTING, Status.READY)
        is_under_way = self._is_sending or info.status in (Status.SENDING, Status.PAUSED)
        store = info.store if info.requests and info.store is not None else self._store
        self.ready.setVisible(is_before and not is_under_way)
        self.progress.setVisible(is_under_way)
        self.result.setVisible(not is_before and not is_under_way)
        if is_under_way:
            if self._progress is None:
                self.progress.show_standing(info, counts, is_starting=self._is_sending)
        elif is_before:
            self.ready.show_counts(counts, self._limit)
            may_send = is_idle and info.status is Status.READY
            self.ready.show_send(counts.get(State.WAITING, 0), store, may_send=may_send)
        else:
            self.result.show_result(info, counts, store, may_act=is_idle)
        for each in (self.import_button, self.mapping_button, self.dry_run_button):
            each.setEnabled(is_idle)
        self.dry_run_button.setVisible(not info.requests)
        self.filters.hold_still(self._is_sending)
        self.waiting.allow(is_idle and not is_under_way)
        self.groups.allow_fixes(is_idle and not is_under_way)
        self.pane.allow(counts, may_change=is_idle, may_export=not self._is_working)
        self._say_state(counts)

    def _say_state(self, counts: Mapping[State, int]) -> None:
        sent = words.total(counts, (State.QUEUED, State.REJECTED, State.NO_ANSWER))
        self.state_said.emit(f"{sent:,} / {words.total(counts, State):,}")

    def _open(self, number: int) -> None:
        shown = self.detail.shown
        if shown is not None and shown.number == number:
            self.edit_wanted.emit(number, shown.text)
