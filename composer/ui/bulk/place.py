"""Bulk: from a spreadsheet to an honest result for each row. One page at a time: begin, map the columns, the run."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Values
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from composer.event import jsontext
from composer.event.payload import Json
from composer.event.table.mapping import Mapping, arranged, from_json, signature
from composer.storage.database import StorageError
from composer.storage.runs import Record, Run, RunError, RunInfo, State, Status
from composer.storage.stores import Store
from composer.ui.bulk.dispatch import Dispatch
from composer.ui.bulk.mapping_page import SAMPLE, MappingPage
from composer.ui.bulk.opening import Opening
from composer.ui.bulk.remembered import Remembered
from composer.ui.bulk.run_desk import RunDesk
from composer.ui.bulk.run_page import RunPage
from composer.ui.bulk.start_page import StartPage
from composer.ui.bulk.workers import Task, Told, Workers
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.place import Pane, Place

if TYPE_CHECKING:
    from composer.storage.mappings import Saved
    from composer.ui.desk import Desk

FILES = "Rows (*.csv *.tsv *.txt *.xlsx *.json *.jsonl *.ndjson);;All files (*)"
COMPOSED = "Composed events"
_NO_VALUES: Values[str, Json] = {}


class BulkPlace(Place):
    """Puts the pages together; the work on rows is done by processes.

    Signals: `edit_wanted(str, object, object)` a row in Compose: what it is called, its event, and what to call with
    the changed one; `edit_as_new(str)` the text of an event to be composed anew; `key_needed(object, str)` a Store and
    a sentence; `history_changed()`; `base_wanted()` the composed event, answer with `take_base`; `state_said(str)` how
    far it is, for the status line.
    """

    edit_wanted = Signal(str, object, object)
    key_needed = Signal(object, str)
    history_changed = Signal()
    edit_as_new = Signal(str)
    base_wanted = Signal()
    state_said = Signal(str)

    def __init__(self, theme: Theme, jobs: Jobs, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._stored = jobs, desk
        self._remapped = ""  # the run whose mapping is on the mapping page; empty for a file not read yet
        self._task: Task | None = None
        self._store: Store | None = None
        self.workers = Workers(self)
        self.opening = Opening(self.workers, self)
        self.dispatch = Dispatch(jobs, self.workers, desk.secrets, desk.address, self)
        self._runs_reader = Latest(jobs)
        self.start, self.mapping, self.run = StartPage(theme), MappingPage(theme), RunPage(theme, jobs)
        self.desk = RunDesk(self.run, jobs, self.workers, self.dispatch, desk.guard)
        self._remembered = Remembered(jobs, desk.settings, self)
        for asking in (self.mapping.variables, self.run.waiting):
            self._remembered.serve(asking)
        self._pages = QStackedWidget()
        for page in (self.start, self.mapping, self.run):
            self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self._connect()

    def home(self) -> QWidget:
        return self._pages.currentWidget() or self.start

    def panes(self) -> list[Pane]:
        mapping, run = self.mapping, self.run
        return [
            Pane(self.start.area, self.start.open_button),
            Pane(self.start.list, self.start.list),
            Pane(mapping.table, mapping.table),
            Pane(mapping.constant_table, mapping.constant_table),
            Pane(mapping.preview, mapping.preview.editor),
            Pane(mapping.import_button, mapping.import_button),
            Pane(run.ready, run.ready.send),
            Pane(run.groups, run.groups.list),
            Pane(run.pane, run.table),
            Pane(run.detail, run.detail.tabs),
        ]

    def show_store(self, store: Store) -> None:
        """The store that events go to now."""
        self._store = store
        self.desk.show_store(store)
        self._remembered.show_store(store)

    def show_run(self, run_id: str) -> None:
        """Go to a run."""
        try:
            run = self._stored.runs.open(run_id)
        except StorageError as error:
            self._begin()
            self.start.show_problem(str(error))
            return
        self._show_run(run)

    def open_file(self, path: str) -> None:
        """Look at a file, to be mapped and read."""
        self._begin()
        self.start.show_wait(f"Looking at {Path(path).name}…")
        self.opening.look_at_file(path)

    def add_event(self, text: str, times: int, values: Values[str, Json] = _NO_VALUES) -> None:
        """Put an event that was composed, with the values of its variables, into the run of such events: a new one when
        the last was begun or has other values.
        """
        run = self.desk.run
        info = run.info if run is not None else None
        collects = info is not None and info.name == COMPOSED and not info.path and info.status is Status.READY
        self._begin()
        self.start.show_wait("Adding the event…")
        task = {"task": "append", "name": COMPOSED, "text": text, "times": times}
        task["vocabulary"] = self._store.id if self._store else 0
        task["variables"] = jsontext.dumps(dict(values))
        if collects and run is not None and not run.is_held():
            task["run"] = run.id
        self._task = self.workers.run(
            task, lambda done: self.show_run(done["run"]), self.start.show_problem, self._show_adding
        )

    def go_on(self) -> None:
        """Do what the button in the page's colour does: read the rows, or send them."""
        page = self._pages.currentWidget()
        if page is self.mapping:
            self.mapping.start()
        elif page is self.run and self.desk.run is not None and not self.dispatch.is_sending(self.desk.run.id):
            self.desk.send()

    def take_base(self, event: Json, values: Values[str, Json] = _NO_VALUES) -> None:
        """The composed event, with the values of its variables, as what every row starts from."""
        self.mapping.take_base(event, values)

    def end(self) -> None:
        """The window closes: runs under way pause where they are."""
        self.workers.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.workers.warm()
        self._remembered.load()
        if self._pages.currentWidget() is self.start:
            self._list_runs()
        elif self.desk.run is not None and not self.dispatch.is_sending(self.desk.run.id):
            self.run.refresh()  # while it is sent, each report brings what has changed

    def _connect(self) -> None:
        start, mapping, run = self.start, self.mapping, self.run
        start.file_wanted.connect(self.choose_file)
        start.dropped.connect(self.open_file)
        start.pasted.connect(self._take_text)
        start.run_wanted.connect(self._open_run)
        start.remove_wanted.connect(self._remove)
        start.cancel_wanted.connect(self._cancel)
        self.opening.seen.connect(self._show_mapping)
        self.opening.imported.connect(self.show_run)
        self.opening.progressed.connect(self._show_reading)
        self.opening.failed.connect(self._opening_failed)
        mapping.reading_changed.connect(self._read_again)
        mapping.base_wanted.connect(self.base_wanted)
        mapping.save_wanted.connect(self._save_mapping)
        mapping.saved_wanted.connect(self._use_saved)
        mapping.forget_wanted.connect(self._forget_saved)
        mapping.back_wanted.connect(self._go_back)
        mapping.cancel_wanted.connect(self._cancel)
        mapping.import_wanted.connect(self._take_mapping)
        run.import_wanted.connect(self._begin)
        run.mapping_wanted.connect(self._map_anew)
        run.state_said.connect(self.state_said)
        self.desk.edit_wanted.connect(self.edit_wanted)
        self.desk.edit_as_new.connect(self.edit_as_new)
        self.desk.sitting_ended.connect(self._sitting_ended)
        self.dispatch.key_needed.connect(self.key_needed)
        self._remembered.failed.connect(lambda sentence: self.run.notice.say("caution", sentence))

    # Where it begins

    def _begin(self) -> None:
        self._pages.setCurrentWidget(self.start)
        self.start.show_ready()
        self._list_runs()

    def _list_runs(self) -> None:
        runs = self._stored.runs

        def read() -> tuple[list[RunInfo], dict[str, dict[State, int]], set[str]]:
            infos = runs.all()
            counts, busy = {}, set()
            for info in infos:
                if info.status is not Status.BROKEN:
                    run = runs.open(info.id)
                    counts[info.id] = run.counts()
                    if run.is_held():
                        busy.add(info.id)
                    run.close()
            return infos, counts, busy

        def show(found: tuple[list[RunInfo], dict[str, dict[State, int]], set[str]]) -> None:
            infos, counts, busy = found
            self.start.show_runs(infos, counts, {each for each in busy if not self.dispatch.is_sending(each)})

        self._runs_reader.run(read, show, self._start_failed)

    def _start_failed(self, error: Exception) -> None:
        if not isinstance(error, (StorageError, RunError)):
            raise error
        self.start.show_problem(str(error))

    def choose_file(self) -> None:
        """Ask for a file, and look at it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open rows", "", FILES)
        if name:
            self.open_file(name)

    def _take_text(self, text: str) -> None:
        self.start.show_wait("Looking at what was pasted…")
        self.opening.look_at_text(text)

    def _open_run(self, run_id: str) -> None:
        """Open a run of the list; one that was begun goes on, as its button says."""
        self.show_run(run_id)
        run = self.desk.run
        if run is not None and run.id == run_id and run.info.status in (Status.SENDING, Status.PAUSED):
            self.desk.send()

    def _remove(self, run_id: str) -> None:
        self.desk.forget(run_id)
        self._jobs.run(lambda: self._stored.runs.remove(run_id), lambda _: self._list_runs(), self._start_failed)

    def _cancel(self) -> None:
        self.opening.cancel()
        if self._task is not None:
            self._task.say("stop")

    def _show_adding(self, told: Told) -> None:
        self.start.show_wait(f"Adding the event… {told['rows']:,} rows")

    # Mapping

    def _show_mapping(self, preview: Told, mapping: Mapping | None, name: str) -> None:
        self._remapped = ""
        self._pages.setCurrentWidget(self.mapping)
        self.mapping.show_preview(preview, mapping)
        if name:
            self.mapping.show_found(name)
        self._offer_saved()
        self.mapping.setFocus()

    def _read_again(self, reading: dict[str, str]) -> None:
        self.mapping.show_wait("Reading the file again…")
        self.opening.look_again(reading)

    def _show_reading(self, rows: int, share: float) -> None:
        self.mapping.show_wait(f"Reading and checking all rows… {rows:,} so far, {share:.0%} of the file.")

    def _opening_failed(self, sentence: str) -> None:
        page = self.mapping if self._pages.currentWidget() is self.mapping else self.start
        if sentence:
            page.show_problem(sentence)
        else:
            page.show_ready()

    def _take_mapping(self, mapping: Mapping | None) -> None:
        run = self.desk.run
        if self._remapped and run is not None and mapping is not None:
            self._show_run(run)
            self.desk.recheck(mapping, self.mapping.variables.values)
        else:
            self.mapping.show_wait("Reading and checking all rows…")
            self.opening.read(mapping, self.mapping.variables.values, self._store)

    def _go_back(self) -> None:
        if self._remapped and self.desk.run is not None:
            self._show_run(self.desk.run)
        else:
            self._begin()

    def _map_anew(self) -> None:
        """The mapping of a run whose rows are there already."""
        run = self.desk.run
        if run is None:
            return

        def read() -> tuple[RunInfo, list[Record]]:
            return run.info, run.records(run.numbers()[:SAMPLE])

        def show(found: tuple[RunInfo, list[Record]]) -> None:
            info, records = found
            rows = [[record.number, record.source or []] for record in records]
            preview = {"name": info.name, "headers": info.headers, "reading": info.reading, "sheets": [], "rows": rows}
            preview |= {"run": info.id, "created_ms": info.created_ms, "variables": info.variables}
            self.opening.headers = list(info.headers)
            self._show_mapping(preview, from_json(info.mapping), "")
            self.mapping.reading.hide()  # the rows are read; only what becomes of them can change
            self._remapped = run.id

        self._jobs.run(read, show, self._start_failed)

    def _offer_saved(self) -> None:
        try:
            self.mapping.show_saved(list(self._saved()))
        except StorageError as error:
            self.mapping.show_problem(str(error))

    def _saved(self) -> dict[str, Saved]:
        """The saved mappings for the headers of this file, by name."""
        here = signature(self.opening.headers)
        found = self._stored.mappings.all()
        return {each.name: each for each in found if signature([c.header for c in each.mapping.columns]) == here}

    def _save_mapping(self, name: str) -> None:
        mapping = self.mapping.mapping
        if mapping is not None:
            self._change_saved(lambda: self._stored.mappings.save(name, mapping))

    def _use_saved(self, name: str) -> None:
        saved = self._saved().get(name)
        if saved is not None:
            self.mapping.show_mapping(arranged(saved.mapping, self.opening.headers), name)

    def _forget_saved(self, name: str) -> None:
        saved = self._saved().get(name)
        if saved is not None:
            self._change_saved(lambda: self._stored.mappings.remove(saved.id))

    def _change_saved(self, change: Callable[[], object]) -> None:
        try:
            change()
            self._offer_saved()
        except StorageError as error:
            self.mapping.show_problem(str(error))

    # The run

    def _show_run(self, run: Run) -> None:
        self._pages.setCurrentWidget(self.run)
        self.desk.show_run(run)
        self.run.setFocus()

    def _sitting_ended(self) -> None:
        if self._pages.currentWidget() is self.start:
            self._list_runs()
        self.history_changed.emit()
