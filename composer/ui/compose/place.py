"""Compose: the form at the left, the same event as JSON at the right, its checks and the last answer below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSplitter, QVBoxLayout, QWidget

from composer.storage.drafts import Drafts
from composer.storage.stores import Kind, Store
from composer.ui.compose.checks_panel import ChecksPanel, counted
from composer.ui.compose.composition import Composition
from composer.ui.compose.drafting import Drafting
from composer.ui.compose.form import Form
from composer.ui.compose.json_panel import JsonPanel
from composer.ui.compose.response_panel import ResponsePanel
from composer.ui.compose.sending import Sending
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice
from composer.ui.widgets.pieces import GRID, Elided, button, label, restyle

SHOWN_NAME = 200  # characters


class ComposePlace(QWidget):
    """The place where one event is made and sent.

    Signals: `send_wanted(bool)` True to send in spite of errors; `new_wanted(bool)` a new event, True for the starter
    one; `open_wanted()` and `save_wanted()` a JSON file; `bulk_wanted(int)` the event that many times as rows of a bulk
    run, 0 to be asked how often; `state_said(str)` errors and warnings for the status line.
    """

    send_wanted = Signal(bool)
    new_wanted = Signal(bool)
    open_wanted = Signal()
    save_wanted = Signal()
    bulk_wanted = Signal(int)
    state_said = Signal(str)

    def __init__(self, theme: Theme, jobs: Jobs, drafts: Drafts, composition: Composition, sending: Sending) -> None:
        super().__init__()
        self.composition = composition
        self.sending = sending
        self._store: Store | None = None
        self.form = Form(theme, composition)
        self.json = JsonPanel(theme, jobs, composition)
        self.drafting = Drafting(jobs, drafts, composition, self.json)
        self.json.refused.connect(self.drafting.failed)
        self.json.reading.connect(self._read)
        self._had_focus: QWidget | None = None
        self.checks = ChecksPanel(theme, composition)
        self.response = ResponsePanel(sending)
        self.send_button = button("Send", lambda: self.send_wanted.emit(False), "primary")
        self.send_button.setToolTip("Ctrl+Enter")
        self.anyway_button = button("Send anyway…", lambda: self.send_wanted.emit(True))
        self.anyway_button.setToolTip(
            "Send it as it is, with its errors, to see the server's answer (Ctrl+Shift+Enter)"
        )
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self._left())
        self.split.addWidget(self._right())
        self.split.setStretchFactor(0, 8)
        self.split.setStretchFactor(1, 5)
        self.split.setSizes([690, 420])
        self.split.setHandleWidth(12)
        self.split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.addWidget(self.split)
        self.setFocusProxy(self.form.first_entry())
        composition.changed.connect(self._show_state)
        composition.judged.connect(self._show_state)
        composition.focus_wanted.connect(self._focus)
        sending.started.connect(self._show_state)
        sending.finished.connect(lambda _sent: self._show_state())
        sending.failed.connect(lambda _sentence: self._show_state())
        sending.key_needed.connect(lambda _sentence: self._show_state())
        self._show_state()

    def show_store(self, store: Store) -> None:
        """Name the store on the Send button; red for a live one."""
        self._store = store
        restyle(self.send_button, "look", "danger" if store.kind is Kind.LIVE else "primary")
        self._show_state()

    def restore_draft(self, name: str) -> None:
        """Bring back what was left under this name."""
        self.drafting.restore(name, self.form.first_entry().setFocus)

    def _read(self, is_reading: bool) -> None:
        """While a long text is read the event is still the one before: it can be neither changed nor sent."""
        if is_reading:
            self._had_focus = self.focusWidget()
        self.setEnabled(not is_reading)
        self._note.setText("reading a long text…" if is_reading else "")
        if not is_reading and self._had_focus is not None:
            self._had_focus.setFocus()

    def next_pane(self, step: int) -> None:
        """Move the focus to the next of form, JSON, checks and send."""
        panes: list[QWidget] = [self.form.first_entry(), self.json.editor, self.checks.list, self.send_button]
        holders: list[QWidget] = [self.form, self.json, self.checks, self.send_button]
        focus = self.focusWidget()
        now = next(
            (
                at
                for at, each in enumerate(holders)
                if focus is not None and (each is focus or each.isAncestorOf(focus))
            ),
            -1,
        )
        for at in range(1, len(panes) + 1):
            pane = panes[(now + at * step) % len(panes)]
            if pane.isVisible():
                pane.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._title = Elided("", "title")
        self._note = label("", "muted")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._title)
        head.addWidget(self._note)
        head.addStretch(1)
        head.addWidget(self._new_button())
        for words, signal, tip in (
            ("Open…", self.open_wanted, "Open an event from a JSON file (Ctrl+O)"),
            ("Save as…", self.save_wanted, "Save the event as a JSON file (Ctrl+S)"),
        ):
            made = button(words, signal.emit)
            made.setToolTip(tip)
            head.addWidget(made)
        head.addWidget(self._bulk_button())
        self.row_strip = Notice()
        column.addLayout(head)
        column.addWidget(self.row_strip)
        column.addWidget(self.form, 1)
        return left

    def _new_button(self) -> QPushButton:
        made = button("New ▾")
        made.setToolTip("Begin another event; Undo brings this one back")
        menu = QMenu(made)
        menu.addAction("Empty event\tCtrl+N").triggered.connect(lambda: self.new_wanted.emit(False))
        menu.addAction("Starter event").triggered.connect(lambda: self.new_wanted.emit(True))
        made.setMenu(menu)
        return made

    def _bulk_button(self) -> QPushButton:
        made = button("Add to bulk ▾")
        made.setToolTip("Make the event a row of a bulk run, once or many times")
        menu = QMenu(made)
        menu.addAction("Add once").triggered.connect(lambda: self.bulk_wanted.emit(1))
        menu.addAction("Add many times…").triggered.connect(lambda: self.bulk_wanted.emit(0))
        made.setMenu(menu)
        return made

    def _right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.json, 1)
        column.addWidget(self.checks)
        column.addWidget(self.response)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        self._held_back = label("", "small")
        foot.addWidget(self._held_back, 1)
        foot.addWidget(self.anyway_button)
        foot.addWidget(self.send_button)
        column.addLayout(foot)
        return right

    def _show_state(self) -> None:
        name = self.composition.get("/eventName")
        named = isinstance(name, str) and bool(name.strip())
        self._title.setText(" ".join(name[:SHOWN_NAME].split()) if named else "New event")
        if self.isEnabled():
            self._note.setText("" if named else "without a name yet")
        errors = 1 if self.composition.error is not None else len(self.composition.errors)
        self.state_said.emit(self._state())
        self._held_back.setText(f"Held back by {counted(errors, 'error')}" if errors else "")
        restyle(self._held_back, "look", "problem" if errors else "small")
        self.anyway_button.setVisible(errors > 0)
        self.send_button.setEnabled(not self.sending.is_under_way)
        self.anyway_button.setEnabled(not self.sending.is_under_way)
        where = self._store.name if self._store is not None else ""
        short = where if len(where) <= 24 else where[:23] + "…"
        self.send_button.setText(f"Send to {short}".replace("&", "&&"))
        self.send_button.setAccessibleName(f"Send to {where}")

    def _state(self) -> str:
        if self.composition.error is not None:
            return f"Broken JSON in line {self.composition.error.line}"
        found = ((len(self.composition.errors), "error"), (len(self.composition.warnings), "warning"))
        return " · ".join(counted(number, noun) for number, noun in found if number)

    def _focus(self, pointer: str) -> None:
        if self.composition.error is not None:
            self.json.go_to(pointer)
            return
        if not self.form.focus_on(pointer):
            self.json.go_to(pointer)
        elif self.composition.get(pointer):
            self.json.point_at(pointer)
