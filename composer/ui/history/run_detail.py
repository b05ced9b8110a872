"""The right side of the history for a bulk run: how it stands, its requests, and what came back for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer.storage.database import StorageError
from composer.storage.history import Entry, FullEntry
from composer.storage.runs import FullRequest, Request, Run, RunError, Runs
from composer.ui.history.detail import titled
from composer.ui.history.rows import status
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.outcomes import in_words
from composer.ui.theme import Theme
from composer.ui.widgets import when
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.paged_model import Cell, PagedModel
from composer.ui.widgets.pieces import GRID, Card, Elided, Strip, button, chip, restyle
from composer.ui.widgets.raw_text import RawText, readable
from composer.ui.widgets.table import Table

PAGE = 200  # requests read at a time
MOST_FOUND = 1_000  # rows looked for in a run
_MOST_NAMED = 12
_LEAST = (1, 4)  # the columns that are left out where it is narrow; the requests of a run follow each other closely
_NARROW = 430  # pixels
HEADERS = ("Request", "When", "Rows", "Status", "Took")
SAMPLES = {0: Cell("Request"), 1: Cell("30 Nov 23:59"), 2: Cell("1,000"), 4: Cell("999 ms")}


class RunReading(NamedTuple):
    """A bulk run as the history shows it. `run` is None when its file is gone or can't be read: `sentence` says so."""

    full: FullEntry
    rows_found: Sequence[int]  # the numbers of rows in which what is searched for was found, ascending
    status: str
    tone: str
    title: str
    sentence: str
    run: Run | None
    requests: list[Request]

    @property
    def id(self) -> int:
        """The entry's id."""
        return self.full.entry.id


def read_run(full: FullEntry, runs: Runs, rows_found: Sequence[int] = ()) -> RunReading:
    """The run behind a history entry, away from the UI thread."""
    entry = full.entry
    words, tone = status(entry)
    title = f"{entry.event_name} · {entry.customer}"
    try:
        run = runs.open(entry.run)
        requests = run.requests(limit=PAGE)
    except (RunError, StorageError) as error:
        sentence = f"{full.answer.sentence} {error}".strip()
        return RunReading(full, rows_found, words, tone, title, sentence, None, [])
    return RunReading(full, rows_found, words, tone, title, full.answer.sentence, run, requests)


class RunDetail(QWidget):
    """Shows one `RunReading`.

    Signals: `open_wanted(str)` the run with this id, in the Bulk place.
    """

    open_wanted = Signal(str)

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._reader = Latest(jobs)
        self._reading: RunReading | None = None
        self.status = chip()
        self.title = Elided("", "heading")
        self.card = Card()
        self.card.body.addLayout(titled(self.status, self.title))
        self.sentence = Wrapped("", "muted")
        self.card.body.addWidget(self.sentence)
        self.found = Strip()
        self.card.body.addWidget(self.found)
        self.model = PagedModel(HEADERS, lambda request: request.id, _cell)
        self.model.setParent(self)
        self.model.more_wanted.connect(self._read_older)
        self.list = Table(theme, "Requests of the run, newest first", self.model, SAMPLES)
        self.list.chosen.connect(self._choose)
        self.about = Wrapped("", "small")
        self.answer_head = RawText(theme, "Headers of the response")
        self.answer = JsonEditor(theme, read_only=True)
        self.answer.setAccessibleName("Body of the response")
        self.answer.setPlaceholderText("The body is empty.")
        self.open = button("Open in Bulk", self._open, "primary")
        self._arrange()

    @property
    def shown_id(self) -> int | None:
        """The id of the entry that is shown."""
        return self._reading.id if self._reading else None

    @property
    def shown_entry(self) -> Entry | None:
        """The entry that is shown, as it was read."""
        return self._reading.full.entry if self._reading else None

    @property
    def first(self) -> QWidget:
        """Where the keyboard goes first."""
        return self.list if self.model.rows else self.open

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column in _LEAST:
            self.list.setColumnHidden(column, self.width() < _NARROW)

    def show_reading(self, reading: RunReading) -> None:
        """Show one run; the chosen request stays chosen."""
        is_same = self._reading is not None and self._reading.id == reading.id
        if not is_same:
            self.model.show_newest([], True)
            self._clear_answer()
        self._reading = reading
        self.status.setText(reading.status)
        restyle(self.status, "chip", reading.tone)
        self.title.setText(reading.title)
        self.sentence.say(reading.sentence)
        self._show_found(reading.rows_found)
        self.open.setEnabled(reading.run is not None)
        self.model.show_newest(reading.requests, len(reading.requests) < PAGE)

    def _arrange(self) -> None:
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.list)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.card)
        column.addWidget(frame, 2)
        column.addWidget(self.about)
        column.addWidget(self.answer_head)
        column.addWidget(self.answer, 1)
        column.addLayout(foot)

    def _show_found(self, numbers: Sequence[int]) -> None:
        self.found.setVisible(bool(numbers))
        if numbers:
            first = ", ".join(f"{number:,}" for number in numbers[:_MOST_NAMED])
            count = f"{len(numbers):,}" if len(numbers) < MOST_FOUND else f"{MOST_FOUND:,} or more"
            says = "1 row matches:" if len(numbers) == 1 else f"{count} rows match:"
            self.found.say("accent", says, first + (", …" if len(numbers) > _MOST_NAMED else ""))

    def _read_older(self) -> None:
        reading, last = self._reading, self.model.rows[-1].id
        if reading is None or reading.run is None:
            self.model.give_up()
            return
        run = reading.run
        self._jobs.run(
            lambda: run.requests(before=last, limit=PAGE),
            lambda page: self.model.add_older(page, len(page) < PAGE),
            self._failed,
        )

    def _choose(self, request: Request) -> None:
        run = self._reading.run if self._reading else None
        if run is not None:
            self._reader.run(lambda: run.request(request.id), self._show_request, self._failed)

    def _show_request(self, full: FullRequest | None) -> None:
        if full is None:
            self._clear_answer()
            return
        request, numbers = full.request, full.numbers
        spans = f"{numbers[0]:,} to {numbers[-1]:,}" if len(numbers) > 1 else f"{numbers[0]:,}" if numbers else "none"
        self.about.say(" ".join((f"Rows {spans}. {request.sentence or 'On its way.'}", full.detail)).strip())
        self.answer_head.show_lines("\n".join(f"{name}: {value}" for name, value in full.headers))
        self.answer_head.setVisible(bool(full.headers))
        self.answer.show_text(readable(full.body.decode("utf-8", "replace"), is_pretty=True))

    def _clear_answer(self) -> None:
        self.about.say("Choose a request to see what came back.")
        self.answer_head.hide()
        self.answer.show_text("")

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, (StorageError, RunError)):
            raise error
        self.model.give_up()
        self.sentence.say(str(error))

    def _open(self) -> None:
        if self._reading is not None:
            self.open_wanted.emit(self._reading.full.entry.run)


def _cell(request: Request, column: int) -> Cell:
    if column == 0:
        again = f"again for request {request.attempt_of:,}" if request.attempt_of else ""
        return Cell(f"{request.id:,}", tip=again)
    if column == 1:
        return Cell(when.short(request.begun_ms), tip=when.whole(request.begun_ms))
    if column == 2:
        return Cell(f"{request.rows:,}")
    if column == 3:
        if not request.kind:
            return Cell("No answer yet", "caution")
        return Cell(*in_words(request.kind, request.status))
    return Cell(f"{request.duration_ms:,} ms" if request.kind else "")
