"""Compose: the form at the left, the same event as JSON at the right, its checks and the last answer below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QSplitter, QVBoxLayout, QWidget
from shiboken6 import isValid

from composer.storage.drafts import Drafts
from composer.storage.settings import Settings
from composer.storage.stores import Store
from composer.ui.compose.checks_panel import ChecksPanel, counted
from composer.ui.compose.composition import Composition
from composer.ui.compose.drafting import Drafting
from composer.ui.compose.filling import Filling
from composer.ui.compose.foot import Foot
from composer.ui.compose.form import Form
from composer.ui.compose.inserting import InsertButton
from composer.ui.compose.json_panel import JsonPanel
from composer.ui.compose.open_template import OpenTemplate
from composer.ui.compose.response_panel import ResponsePanel
from composer.ui.compose.results import Results
from composer.ui.compose.sending import Sending
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice
from composer.ui.widgets.pieces import GRID, Elided, button
from composer.ui.widgets.place import Pane, Place

if TYPE_CHECKING:
    from composer.ui.compose.variables_strip import VariablesStrip

SHOWN_NAME = 200  # characters
NARROWEST = 330  # pixels of the right column


class ComposePlace(Place):
    """The place where one event is made and sent.

    Signals: `send_wanted(bool)` True to send in spite of errors; `verify_wanted()` to send and see what it does;
    `new_wanted(bool)` a new event, True for the starter one; `templates_wanted()` to choose one; `template_wanted()`
    the event is to be saved as a new template; `file_wanted(bool)` a JSON file, True to save one; `copy_wanted(str)`
    the call as "curl", "python" or "javascript"; `bulk_wanted(int)` the event that many times as rows of a bulk run, 0
    to be asked how often; `state_said(str)` errors and warnings for the status line.
    """

    send_wanted = Signal(bool)
    verify_wanted = Signal()
    new_wanted = Signal(bool)
    templates_wanted = Signal()
    template_wanted = Signal()
    file_wanted = Signal(bool)
    copy_wanted = Signal(str)
    bulk_wanted = Signal(int)
    state_said = Signal(str)

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        drafts: Drafts,
        settings: Settings,
        composition: Composition,
        sending: Sending,
    ) -> None:
        super().__init__()
        self.composition = composition
        self.sending = sending
        self.form = Form(theme, composition)
        self.json = JsonPanel(theme, jobs, composition)
        self.drafting = Drafting(jobs, drafts, composition, self.json)
        self.json.refused.connect(self.drafting.failed)
        self.json.reading.connect(self._read)
        self.row_strip, self.template_strip = Notice(), Notice()
        self.template = OpenTemplate(jobs, composition, self.json, self.template_strip)
        self.template.new_wanted.connect(self.template_wanted)
        self.template.said.connect(self.drafting.said)
        self.template.changed.connect(self._show_state)
        self.filling = Filling(jobs, settings, composition, lambda: self.template.defaults)
        self.filling.strip_made.connect(self._put_strip)
        self.filling.failed.connect(self.drafting.failed)
        self._strip: VariablesStrip | None = None
        self._had_focus: QWidget | None = None
        self._sent_from: QWidget | None = None  # the button that had the keyboard
        self.checks = ChecksPanel(theme, composition)
        self.response = ResponsePanel(sending)
        self.results = Results(theme, jobs, self.json, self.checks)
        self.results.follow(composition, sending, self.response)
        self.foot = Foot(composition, sending)
        self.foot.send_wanted.connect(self.send_wanted)
        self.foot.verify_wanted.connect(self.verify_wanted)
        self.send_button, self.anyway_button = self.foot.send, self.foot.anyway
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self._left(jobs))
        self.split.addWidget(self._right())
        self.split.setStretchFactor(0, 8)
        self.split.setStretchFactor(1, 5)
        self.split.setSizes([665, 445])
        self.split.setHandleWidth(12)
        self.split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.addWidget(self.split)
        composition.changed.connect(self._show_state)
        composition.judged.connect(self._show_state)
        composition.focus_wanted.connect(self._focus)
        sending.started.connect(self._follow_started)
        for ended in (sending.finished, sending.failed, sending.key_needed, sending.verified):
            ended.connect(lambda _with: self._follow_ended())
        self._show_state()

    def show_store(self, store: Store) -> None:
        """The event would go to this one."""
        self.foot.show_store(store)
        self.filling.show_store(store)
        self._show_state()

    def restore_draft(self, name: str) -> None:
        """Bring back what was left under this name."""
        self.drafting.restore(name, self.form.first_entry().setFocus)

    def follow_sent(self) -> None:
        """What is composed was sent: the next one is another event."""
        self.filling.follow_sent()

    def _read(self, is_reading: bool) -> None:
        """While a long text is read the event is still the one before: it can be neither changed nor sent."""
        if is_reading:
            self._had_focus = self.focusWidget()
        self.setEnabled(not is_reading)
        self._note.setText("reading a long text…" if is_reading else "")
        if not is_reading and self._had_focus is not None:
            (self._had_focus if isValid(self._had_focus) else self.form.first_entry()).setFocus()  # a cell may be gone

    def home(self) -> QWidget:
        return self.form.first_entry()

    def panes(self) -> list[Pane]:
        strip = self._strip
        return [
            *([Pane(strip, strip.first)] if strip is not None and strip.first is not None else []),
            Pane(self.form, self.form.first_entry()),
            Pane(self.json, self.json.editor),
            Pane(self.checks, self.checks.list),
            *([Pane(page, page.first())] if (page := self.results.page) is not None else []),
            Pane(self.send_button, self.send_button),
        ]

    def _left(self, jobs: Jobs) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._title = Elided("", "title")
        self._note = Elided("", "muted")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._title)
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head.addWidget(self._note, 1)
        insert = InsertButton(jobs, lambda: self.filling.names, self)
        for menu in (self._new_menu(), self._save_menu(), insert, self._bulk_menu()):
            head.addWidget(menu)
        column.addLayout(head)
        column.addWidget(self.row_strip)
        column.addWidget(self.template_strip)
        column.addWidget(self.form, 1)
        self._left_column = column
        return left

    def _put_strip(self, strip: VariablesStrip) -> None:
        self._strip = strip
        self._left_column.insertWidget(self._left_column.count() - 1, strip)
        strip.tab_before(self.form.first_entry())

    def _new_menu(self) -> QPushButton:
        return _menu(
            "New ▾",
            "Begin another event; Undo brings this one back",
            ("Empty event\tCtrl+N", lambda: self.new_wanted.emit(False)),
            ("Starter event", lambda: self.new_wanted.emit(True)),
            ("From a template…\tCtrl+O", self.templates_wanted.emit),
            ("From a JSON file…", lambda: self.file_wanted.emit(False)),
        )

    def _save_menu(self) -> QPushButton:
        return _menu(
            "Save ▾",
            "Keep the event for later",
            ("Save the template\tCtrl+S", self.template.save),
            ("Save as a new template…\tCtrl+Shift+S", self.template_wanted.emit),
            ("Save as a JSON file…", lambda: self.file_wanted.emit(True)),
        )

    def _copy_menu(self) -> QPushButton:
        return _menu(
            "Copy as ▾",
            "Copy the call that sends the event; the key is a variable in it",
            ("cURL", lambda: self.copy_wanted.emit("curl")),
            ("Python (httpx)", lambda: self.copy_wanted.emit("python")),
            ("JavaScript (fetch)", lambda: self.copy_wanted.emit("javascript")),
            look="quiet",
        )

    def _bulk_menu(self) -> QPushButton:
        return _menu(
            "Add to bulk ▾",
            "Make the event a row of a bulk run, once or many times",
            ("Add once", lambda: self.bulk_wanted.emit(1)),
            ("Add many times…", lambda: self.bulk_wanted.emit(0)),
        )

    def _right(self) -> QWidget:
        right = QWidget()
        right.setMinimumWidth(NARROWEST)  # what an answer brings with it must not move the splitter
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.json.offer(self._copy_menu())
        column.addWidget(self.results, 1)
        column.addWidget(self.response)
        column.addWidget(self.foot)
        return right

    def _show_state(self) -> None:
        self._show_name()
        self.state_said.emit(self._state())
        self.foot.show_state()

    def _follow_started(self) -> None:
        """A button that is switched off loses the keyboard; it waits at the answer meanwhile."""
        focus = self.window().focusWidget()
        self._sent_from = focus if focus is not None and self.foot.isAncestorOf(focus) else None
        if self._sent_from is not None:
            self.response.sentence.setFocus()
        self._show_state()

    def _follow_ended(self) -> None:
        self._show_state()
        if self._sent_from is not None and not self.sending.is_under_way:
            if self.response.sentence.hasFocus():
                self._sent_from.setFocus()
            self._sent_from = None

    def _show_name(self) -> None:
        name = self.composition.get("/eventName")
        named = isinstance(name, str) and bool(name.strip())
        self._title.setText(" ".join(name[:SHOWN_NAME].split()) if named else "New event")
        template = self.template.template
        if template is not None:
            note = f"template “{template.name}”{' · changed' if self.template.is_changed else ''}"
        else:
            note = "" if named else "without a name yet"
        if self.isEnabled():
            self._note.setText(note)

    def _state(self) -> str:
        if self.composition.error is not None:
            return f"Broken JSON in line {self.composition.error.line}"
        found = ((len(self.composition.errors), "error"), (len(self.composition.warnings), "warning"))
        return " · ".join(counted(number, noun) for number, noun in found if number)

    def _focus(self, pointer: str) -> None:
        if self.composition.error is not None:
            self.results.leave()
            self.json.go_to(pointer)
            return
        if not self.form.focus_on(pointer):
            self.results.leave()
            self.json.go_to(pointer)
        elif self.composition.get(pointer):
            self.json.point_at(pointer)


def _menu(words: str, tip: str, *acts: tuple[str, Callable[[], object]], look: str = "") -> QPushButton:
    made = button(words, None, look)
    made.setToolTip(tip)
    menu = QMenu(made)
    for name, act in acts:
        menu.addAction(name).triggered.connect(lambda _checked=False, act=act: act())
    made.setMenu(menu)
    return made
