"""The right side of the history: one attempt's request and answer, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from composer.ui.history.reading import Reading
from composer.ui.jobs import Later
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import EmptyState, Wrapped
from composer.ui.widgets.pieces import GRID, Card, button, chip, restyle
from composer.ui.widgets.raw_text import RawText

_MOST_FINDINGS_SEEN = 3


class Detail(QWidget):
    """Shows one `Reading`, or says that nothing is chosen.

    Signals: `edit_as_new(str)` with the whole body of the request.
    """

    edit_as_new = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: Reading | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab("Request")
        self.tabs.addTab("Response")
        self.tabs.setAccessibleName("Request or response")
        self.status = chip()
        self.card = Card(" ")
        self.sentence = Wrapped("", "muted")
        self.reason = Wrapped("", "small")
        self.card.body.addWidget(self.sentence)
        self.card.body.addWidget(self.reason)
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
        self.copy = button("Copy JSON", self._copy)
        self.edit = button("Edit as new", self._edit, "primary")
        self._copied = Later(1500, self._name_copy, self)
        self._arrange()
        self.tabs.currentChanged.connect(self._turn)
        self.show_nothing()

    @property
    def shown_id(self) -> int | None:
        """The history entry that is shown."""
        return self._reading.id if self._reading else None

    def show_nothing(self) -> None:
        """Say that nothing is chosen."""
        self._reading = None
        self._pages.setCurrentIndex(0)

    def show_reading(self, reading: Reading) -> None:
        """Show one attempt; the tab stays."""
        is_same = self._reading is not None and self._reading.id == reading.id
        self._reading = reading
        self.status.setText(reading.status)
        restyle(self.status, "chip", reading.tone)
        self.card.title.setText(reading.title[:120])
        self.sentence.say(reading.sentence)
        self.reason.say(reading.reason)
        self.reason.setVisible(bool(reading.reason))
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
        self._name_copy()
        self._pages.setCurrentIndex(1)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.tabs)
        head.addStretch(1)
        head.addWidget(self.status)
        request_page, answer_page = QWidget(), QWidget()
        for page, parts in (
            (request_page, (self.request_head, self.request, self.findings)),
            (answer_page, (self.answer_head, self.answer)),
        ):
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(GRID)
            for part in parts:
                column.addWidget(part, 1 if isinstance(part, JsonEditor) else 0)
        self._turned = QStackedWidget()
        self._turned.addWidget(request_page)
        self._turned.addWidget(answer_page)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(self.edit)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.card)
        column.addWidget(self._turned, 1)
        column.addLayout(foot)
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
        self._name_copy()

    def _name_copy(self) -> None:
        self._copied.stop()
        is_request = self.tabs.currentIndex() == 0
        self.copy.setText("Copy JSON" if is_request else "Copy body")
        self.copy.setEnabled(is_request or bool(self._reading and self._reading.answer))

    def _copy(self) -> None:
        if self._reading is not None:
            is_request = self.tabs.currentIndex() == 0
            QGuiApplication.clipboard().setText(self._reading.body if is_request else self._reading.answer)
            self.copy.setText("Copied")
            self._copied.start()

    def _edit(self) -> None:
        if self._reading is not None:
            self.edit_as_new.emit(self._reading.body)
