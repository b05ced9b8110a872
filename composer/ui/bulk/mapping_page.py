"""What becomes of the columns of a file, seen at once on its first rows, before anything is read in or sent."""

from __future__ import annotations

from collections.abc import Mapping as Values
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from composer.event.payload import Json
from composer.event.table.mapping import Mapping
from composer.ui.bulk.constant_model import ConstantModel
from composer.ui.bulk.constants import ROW_HEIGHT, ConstantTable
from composer.ui.bulk.first_rows import FirstRows
from composer.ui.bulk.mapping_files import ask_for_event, ask_for_name
from composer.ui.bulk.mapping_model import MappingModel
from composer.ui.bulk.mapping_table import MappingTable
from composer.ui.bulk.preview_panel import PreviewPanel
from composer.ui.bulk.question_strip import QuestionStrip
from composer.ui.bulk.reading_bar import ReadingBar
from composer.ui.bulk.wait_strip import WaitStrip
from composer.ui.jobs import Later
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label

SAMPLE = 200  # rows of a preview; a file with fewer is known whole
_PAUSE = 40  # milliseconds of rest before the event is worked out anew
_LINES_SEEN = 4  # of what is the same in every row
_NO_VALUES: Values[str, Json] = {}


class MappingPage(QWidget):
    """Edits a `Mapping`, and shows what one row becomes with it.

    Signals: `mapping_changed(Mapping)`; `reading_changed(dict)` the file is to be read another way, answer with
    `show_preview`; `base_wanted()` the composed event as base, answer with `take_base`; `save_wanted(str)`,
    `saved_wanted(str)` and `forget_wanted(str)` a saved mapping by its name; `back_wanted()`; `cancel_wanted()` of
    what `show_wait` waits for; `import_wanted(object)` the Mapping, None where each row is an event.
    """

    mapping_changed = Signal(object)
    reading_changed = Signal(dict)
    base_wanted = Signal()
    save_wanted = Signal(str)
    saved_wanted = Signal(str)
    forget_wanted = Signal(str)
    back_wanted = Signal()
    cancel_wanted = Signal()
    import_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mapping: Mapping | None = None
        self._saved: Sequence[str] = ()
        self._sample = 0
        self._clash = ""  # what the notice says about a mapping that can't be used
        self.name = Elided("", "title")
        self.counts = label("", "small")
        self.reading = ReadingBar(theme)
        self.reading.changed.connect(self.reading_changed)
        self.notice = Notice()
        self.wait = WaitStrip()
        self.wait.cancelled.connect(self.cancel_wanted)
        self.questions = QuestionStrip()
        self.questions.answered.connect(self._answer)
        self.model = MappingModel(self)
        self.model.edited.connect(self._take)
        self.table = MappingTable(theme, self.model)
        self.preview = PreviewPanel(theme)
        self.preview.went.connect(self._go_to)
        self.first_rows = FirstRows(self.model, self.preview, self)
        self.variables = self.first_rows.asking
        self.constants = ConstantModel(self)
        self.constants.edited.connect(self._take_constants)
        self.constant_table = ConstantTable(theme, self.constants)
        self.base_button = button("Start from an event ▾")
        self.base_button.setAccessibleName("Start every row from an event")
        self.saved_button = button("Saved mappings ▾")
        self.saved_button.setAccessibleName("Saved mappings")
        self.save_button = button("Save mapping…", self._ask_for_name)
        self.found = Elided("", "small")
        self.reason = label("", "small")
        self.back_button = button("Back", self.back_wanted.emit)
        self.import_button = button("Check all rows", self.start, "primary")
        self.import_button.setToolTip("Reads every row and checks it. Nothing is sent yet. (Ctrl+Enter)")
        self._at_work: tuple[QWidget, ...] = ()  # what rests while something is waited for
        self._later = Later(_PAUSE, self._show_event, self)
        self._arrange()
        self._fill_menus()

    @property
    def mapping(self) -> Mapping | None:
        """The mapping as it is now; None where each row is an event."""
        return self._mapping

    def show_preview(self, preview: dict[str, Any], mapping: Mapping | None) -> None:
        """Show a file by the result of the worker's preview task; `mapping` is None where each row is an event."""
        self.show_ready()
        self.name.setText(preview["name"])
        is_table = preview["headers"] is not None
        rows = [(number, content) for number, content in preview["rows"]]
        self._sample = len(rows)
        self.reading.setVisible(is_table)
        self.reading.show_reading(preview["reading"], preview["sheets"])
        self.preview.show_rows(rows, self.model.event_of if is_table else None)
        self._kinds.setCurrentIndex(0 if is_table else 1)
        for each in (self._same, self.save_button, self.saved_button):
            each.setVisible(is_table)
        known = f"{self._sample:,} {'row' if self._sample == 1 else 'rows'}"
        self.import_button.setText(f"Check {known}" if self._sample < SAMPLE else "Check all rows")
        self.found.setText("")
        self.constants.show_base({}, {})
        self._mapping = mapping
        numbers = [number for number, _ in rows]
        self.model.show_table(mapping or Mapping(()), [cells for _, cells in rows] if is_table else [], numbers)
        self.first_rows.show_preview(preview)
        if notes := preview.get("notes"):
            self.notice.say("caution", " ".join(notes))
        self._show_mapping()
        self._show_event()

    def show_mapping(self, mapping: Mapping, name: str = "") -> None:
        """Another mapping for the same file; `name` when it is a saved one."""
        self._mapping = mapping
        self.model.take(mapping)
        self.found.setText(f"Saved mapping “{name}”" if name else "")
        self._show_mapping()
        self._later.start()

    def show_found(self, name: str) -> None:
        """Say that the mapping is one that was saved for the same columns."""
        self.found.setText(f"Mapping “{name}” was found again for these columns")

    def show_saved(self, names: Sequence[str]) -> None:
        """Offer these saved mappings."""
        self._saved = names
        self._fill_menus()

    def take_base(self, event: Json, values: Values[str, Json] = _NO_VALUES) -> None:
        """Have every row start from this event, with these values for its variables; a row's own values win."""
        if self._mapping is not None and isinstance(event, dict):
            self._take(self.first_rows.based_on(self._mapping, event, values))

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong with the file."""
        self.show_ready()
        self.notice.say("bad", sentence)

    def show_wait(self, sentence: str) -> None:
        """The file is being read anew: nothing is changed meanwhile, and it can be cancelled."""
        self.notice.hide()
        self.wait.say(sentence)
        for each in self._at_work:
            each.setEnabled(False)
        self._show_readiness()

    def show_ready(self) -> None:
        """Go on; what was said is taken away."""
        self.notice.hide()
        had_focus = self.wait.cancel.hasFocus()
        for each in self._at_work:
            each.setEnabled(True)
        if had_focus:
            self.table.setFocus()
        self.wait.hide()
        self._show_readiness()

    def start(self) -> None:
        """Have all rows read in, unless something holds that back."""
        self.table.finish_cell()
        self.constant_table.finish_cell()
        if self._later.isActive():
            self._later.stop()
            self._show_event()
        if self.import_button.isEnabled():
            self.import_wanted.emit(self._mapping)
        elif self.questions.isVisible():
            self.questions.focus_first()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The table is where it begins; as a focus proxy it would take what is above it out of Tab's way."""
        super().focusInEvent(event)
        self.table.setFocus()

    def _take(self, mapping: Mapping) -> None:
        """A person changed something."""
        self._mapping = mapping
        self.model.take(mapping)
        self.found.setText("")
        self._show_mapping()
        self._later.start()
        self.mapping_changed.emit(mapping)

    def _take_constants(self, event: Json) -> None:
        if self._mapping is not None:
            self._take(self._mapping._replace(base=event))

    def _answer(self, rows: list[int], value: str) -> None:
        if self._mapping is not None:
            columns = list(self._mapping.columns)
            for row in rows:
                columns[row] = columns[row]._replace(format=value)
            self._take(self._mapping._replace(columns=tuple(columns)))
            if not self._mapping.questions and not self.questions.isVisible():
                self.table.setFocus()

    def _show_mapping(self) -> None:
        mapping = self._mapping
        if mapping is None:
            self.counts.setText("each row is an event")
            self.questions.show_questions([])
        else:
            mapped = sum(bool(each.path) for each in mapping.columns)
            noun = "column" if len(mapping.columns) == 1 else "columns"
            self.counts.setText(f"{len(mapping.columns):,} {noun}, {mapped:,} mapped")
            self.questions.show_questions(mapping.questions)
            self.constants.show_base(mapping.base, {each.path: each.header for each in mapping.columns if each.path})
        self._show_readiness()

    def _show_event(self) -> None:
        """Work out the chosen row; that also says whether the mapping can be used."""
        self.first_rows.look(self._mapping)
        problem = "" if self._mapping is None or self.model.reader is not None else self.model.problem
        self.preview.refresh(problem)
        if problem and self.notice.sentence != problem:
            self.notice.say("bad", problem)
        elif self._clash and not problem and self.notice.sentence == self._clash:
            self.notice.hide()
        self._clash = problem
        self._show_readiness()

    def _show_readiness(self) -> None:
        is_waiting = bool(self.wait.sentence)
        reason = "" if is_waiting else self._held_back()
        self.reason.setText(reason)
        self.import_button.setEnabled(not reason and not is_waiting)
        self.saved_button.setEnabled(bool(self._saved) and not is_waiting)
        self.import_button.setAccessibleDescription(reason)

    def _held_back(self) -> str:
        """Why the rows can't be read in yet; empty when they can."""
        if self._mapping is None:
            return ""
        if count := len(self._mapping.questions):
            return "Answer the question above first" if count == 1 else f"Answer {count:,} questions first"
        if not self._mapping.base and not any(each.path for each in self._mapping.columns):
            return "No column goes anywhere yet"
        return "Solve the problem above first" if self.model.problem else ""

    def _go_to(self, path: str) -> None:
        """Where the value at `path` comes from: its column, or else a value that is the same in every row."""
        if self._mapping is None:
            return
        row = self.model.row_of(path) if path else -1
        if row >= 0:
            self.table.go_to(row)
        elif path:
            target = "/customer/email" if path == "/customer" else path
            self.constant_table.edit_value(self.constants.add(target))

    def _ask_for_name(self) -> None:
        ask_for_name(self, self._saved, self.save_wanted.emit)

    def _use_file(self) -> None:
        ask_for_event(self, self.take_base, lambda sentence: self.notice.say("bad", sentence))

    def _fill_menus(self) -> None:
        base = _menu(self.base_button)
        base.addAction("From a JSON file…").triggered.connect(lambda _: self._use_file())
        base.addAction("The composed event").triggered.connect(lambda _: self.base_wanted.emit())
        base.addSeparator()
        base.addAction("From nothing").triggered.connect(lambda _: self.take_base({}))
        saved = _menu(self.saved_button)
        for name in self._saved:
            saved.addAction(_plain(name)).triggered.connect(lambda _, name=name: self.saved_wanted.emit(name))
        self._show_readiness()
        if self._saved:
            saved.addSeparator()
            forget = saved.addMenu("Forget")
            for name in self._saved:
                forget.addAction(_plain(name)).triggered.connect(lambda _, name=name: self.forget_wanted.emit(name))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        for each in (self.name, self.counts):
            head.addWidget(each)
        head.addStretch(1)
        head.addWidget(self.reading)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.table)
        self._kinds = QStackedWidget()
        self._kinds.addWidget(frame)
        self._kinds.addWidget(
            EmptyState(
                "There is nothing to map",
                "Each row of this file is an event already, and is sent as it is, with values for its variables.",
            )
        )
        self._same = Card("Same in every row")
        self._same.head.addWidget(self.base_button)
        self._same.body.addWidget(self.constant_table)
        self.constant_table.setMinimumHeight(_LINES_SEEN * ROW_HEIGHT + 2)
        right = QSplitter(Qt.Orientation.Vertical)
        right.setChildrenCollapsible(False)
        right.setHandleWidth(GRID)
        right.addWidget(self.preview)
        right.addWidget(self._same)
        right.setStretchFactor(0, 1)
        right.setSizes([1000, 1])  # the lower one takes what its lines need
        right.setMinimumWidth(320)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(GRID + 4)
        self._split.addWidget(self._kinds)
        self._split.addWidget(right)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([690, 374])
        self._at_work = (self._split, self.questions, self.reading, self.save_button, self.variables.strip)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        at_left: tuple[QWidget, ...] = (self.saved_button, self.save_button, self.found)
        at_right: tuple[QWidget, ...] = (self.reason, self.back_button, self.import_button)
        for widget in at_left:
            foot.addWidget(widget)
        foot.addStretch(1)
        for widget in at_right:
            foot.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(GRID)
        outer.addLayout(head)
        outer.addWidget(self.notice)
        outer.addWidget(self.wait)
        outer.addWidget(self.questions)
        outer.addWidget(self.variables.strip)
        outer.addWidget(self.first_rows.from_file)
        outer.addWidget(self._split, 1)
        outer.addLayout(foot)


def _menu(owner: Any) -> QMenu:
    """A fresh menu of a button."""
    old = owner.menu()
    made = QMenu(owner)
    owner.setMenu(made)
    if old is not None:
        old.deleteLater()
    return made


def _plain(text: str) -> str:
    """A name as a menu shows it."""
    return text.replace("&", "&&")
