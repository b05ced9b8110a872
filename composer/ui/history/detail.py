"""The right side of the history: one attempt's request and answer, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from composer.storage.history import Entry, History
from composer.ui.history.comparison import ComparePage
from composer.ui.history.reading import Reading
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import EmptyState, Wrapped
from composer.ui.widgets.pieces import GRID, Card, Elided, button, chip, restyle
from composer.ui.widgets.raw_text import RawText
from composer.ui.widgets.two_groups import TwoGroups

REQUEST, RESPONSE, COMPARE = range(3)
_MOST_FINDINGS_SEEN = 3


class Detail(QWidget):
    """Shows one `Reading`, or says that nothing is chosen.

    Signals: `edit_as_new(str)` and `save_as_template(str)` with the whole body of the request; `send_again(object)` the
    FullEntry.
    """

    edit_as_new = Signal(str)
    save_as_template = Signal(str)
    send_again = Signal(object)

    def __init__(self, theme: Theme, jobs: Jobs, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._copier = Latest(jobs)
        self._reading: Reading | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        for name in ("Request", "Response", "Compare"):
            self.tabs.addTab(name)
        self.tabs.setAccessibleName("Request, response or comparison")
        self.status = chip()
        self.title = Elided("", "heading")
        self.card = Card()
        self.sentence = Wrapped("", "muted")
        self.reason = Wrapped("", "small")
        self.card.body.addLayout(titled(self.status, self.title))
        self.card.body.addWidget(self.sentence)
        self.card.body.addWidget(self.reason)
        self.about = Elided("", "small")
        self.card.body.addWidget(self.about)
        self.request_head = RawText(theme, "Request line and headers")
        self.request = JsonEditor(theme, read_only=True)
        self.request.setAccessibleName("Body of the request")
        self.findings = Card("Found before sending")
        self.findings_list = QListWidget()
        self.findings_list.setAccessibleName("Findings before sending")
        self.findings_list.setSpacing(1)
        self.findings_list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.findings_list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.findings_list.currentRowChanged.connect(self._show_place)
        self.findings.body.addWidget(self.findings_list)
        self.answer_head = RawText(theme, "Status and headers of the response")
        self.answer = JsonEditor(theme, read_only=True)
        self.answer.setAccessibleName("Body of the response")
        self.compare = ComparePage(theme, jobs, history)
        self.copy = button("")
        self.copy.setMenu(self._copy_menu())
        self.template = button("Save as template", lambda: self._emit_body(self.save_as_template))
        self.edit = button("Edit as new", lambda: self._emit_body(self.edit_as_new))
        self.again = button("Send again", self._send_again, "primary")
        self._copied = Later(1500, self._name_copy, self)
        self._arrange()
        self.tabs.currentChanged.connect(self._turn)
        self.show_nothing()

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
        return self.tabs

    def show_nothing(self) -> None:
        """Say that nothing is chosen."""
        self._reading = None
        self.compare.choose(None)
        self._pages.setCurrentIndex(0)

    def show_reading(self, reading: Reading) -> None:
        """Show one attempt; the tab stays."""
        is_same = self._reading is not None and self._reading.id == reading.id
        self._reading = reading
        self.status.setText(reading.status)
        restyle(self.status, "chip", reading.tone)
        self.title.setText(reading.title if reading.title != reading.status else "")
        self.sentence.say(reading.sentence)
        self.reason.say(reading.reason)
        self.reason.setVisible(bool(reading.reason))
        self.about.setText(reading.about)
        self.request_head.show_lines(reading.request_head)
        self.request.show_marks([])
        self.request.show_text(reading.body_shown)
        self.request.show_marks(reading.marks())
        self.answer_head.show_lines(reading.answer_head)
        self.answer_head.setVisible(bool(reading.answer_head))
        self.answer.show_text(reading.answer_shown)
        has_answer = bool(reading.answer_head)
        self.answer.setPlaceholderText("The body is empty." if has_answer else "No answer came back.")
        self._show_findings(reading)
        if not is_same:
            for editor in (self.request, self.answer):
                editor.verticalScrollBar().setValue(0)
                editor.horizontalScrollBar().setValue(0)
        self.copy_answer.setEnabled(bool(reading.answer))
        self._name_copy()
        self.compare.choose(reading.full)
        self._pages.setCurrentIndex(1)

    def _arrange(self) -> None:
        request_page = QWidget()
        column = QVBoxLayout(request_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(_wire(self.request_head, self.request), 1)
        column.addWidget(self.findings)
        self._turned = QStackedWidget()
        self._turned.addWidget(request_page)
        self._turned.addWidget(_wire(self.answer_head, self.answer))
        self._turned.addWidget(self.compare)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.tabs)
        column.addWidget(self.card)
        column.addWidget(self._turned, 1)
        column.addWidget(TwoGroups((self.copy, self.template), (self.edit, self.again)))
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("Nothing chosen", "Choose a row to see what was sent and what came back."))
        self._pages.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _show_findings(self, reading: Reading) -> None:
        self.findings.setVisible(bool(reading.found))
        self.findings.remark(reading.found_note)
        self.findings_list.blockSignals(True)
        self.findings_list.clear()
        for found in reading.found:
            name = "Error" if found.is_error else "Warning"
            item = QListWidgetItem(
                self._theme.icon("error" if found.is_error else "warning", "bad" if found.is_error else "caution"),
                found.sentence,
            )
            item.setToolTip(found.sentence)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}: {found.sentence}")
            self.findings_list.addItem(item)
        self.findings_list.blockSignals(False)
        seen = min(len(reading.found), _MOST_FINDINGS_SEEN)
        self.findings_list.setFixedHeight(seen * max(self.findings_list.sizeHintForRow(0), 1) + 4)

    def _show_place(self, row: int) -> None:
        if self._reading is not None and 0 <= row < len(self._reading.found):
            span = self._reading.found[row].span
            if span is not None:
                self.request.select(*span)

    def _turn(self, tab: int) -> None:
        self._turned.setCurrentIndex(tab)
        self.card.setVisible(tab != COMPARE)

    def _copy_menu(self) -> QMenu:
        menu = QMenu(self.copy)
        for name in ("cURL", "Python", "JavaScript"):
            menu.addAction(name).triggered.connect(lambda _=False, name=name: self._copy_snippet(name))
        menu.addSeparator()
        self.copy_body = menu.addAction("JSON of the request")
        self.copy_body.triggered.connect(lambda: self._put(self._reading.body if self._reading else ""))
        self.copy_answer = menu.addAction("Body of the response")
        self.copy_answer.triggered.connect(lambda: self._put(self._reading.answer if self._reading else ""))
        return menu

    def _copy_snippet(self, name: str) -> None:
        from composer.event import snippets

        reading = self._reading
        if reading is None:
            return
        make: Callable[[str, str], str] = {
            "cURL": snippets.as_curl,
            "Python": snippets.as_python,
            "JavaScript": snippets.as_javascript,
        }[name]
        self._copier.run(lambda: make(reading.address, reading.body), self._put, _raise)

    def _name_copy(self) -> None:
        self._copied.stop()
        self.copy.setText("Copy as ▾")

    def _put(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copy.setText("Copied ✓")
        self._copied.start()

    def _emit_body(self, signal: SignalInstance) -> None:
        if self._reading is not None:
            signal.emit(self._reading.body)

    def _send_again(self) -> None:
        if self._reading is not None:
            self.send_again.emit(self._reading.full)


def titled(status: QWidget, title: QWidget) -> QHBoxLayout:
    """A status in front of a title that may be long."""
    line = QHBoxLayout()
    line.setSpacing(GRID)
    line.addWidget(status)
    line.addWidget(title, 1)
    return line


def _wire(head: RawText, body: JsonEditor) -> Card:
    """Head and body as they went over the wire, in one frame."""
    body.setProperty("look", "bare")
    body.document().setDocumentMargin(head.document().documentMargin())
    frame = Card()
    frame.body.setContentsMargins(11, 8, 3, 8)
    frame.body.addWidget(head)
    frame.body.addWidget(body, 1)
    return frame


def _raise(error: Exception) -> None:
    raise error
