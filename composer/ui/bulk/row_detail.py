"""The right side of a run: one row as an event, as it stands in the file, and the answer to the request it was in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from composer.storage.runs.states import State
from composer.ui.bulk.row_reading import RowReading
from composer.ui.jobs import Later
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import EmptyState, Wrapped
from composer.ui.widgets.paged_model import ROLES, Cell, Index
from composer.ui.widgets.pieces import GRID, Card, Elided, button, chip, restyle
from composer.ui.widgets.raw_text import RawText
from composer.ui.widgets.table import CalmTable

EVENT, SOURCE, RESPONSE = range(3)
_HIGHEST = 150  # pixels of the findings; more scroll
_TO_FIX = {
    State.HELD_BACK: "Fix in Compose",
    State.REJECTED: "Fix in Compose",
    State.QUEUED: "Edit as new",
}


class RowDetail(QWidget):
    """Shows one `RowReading`, or says that no row is chosen.

    Signals: `edit_wanted(int, str)` with the row's number and the whole text of its event.
    """

    edit_wanted = Signal(int, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: RowReading | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        for name in ("Event", "Source row", "Response"):
            self.tabs.addTab(name)
        self.tabs.setAccessibleName("Event, source row or response")
        self.reason = Wrapped()
        self.event_text = JsonEditor(theme, read_only=True)
        self.event_text.setAccessibleName("The row's event")
        self.findings = Card("Found")
        self.findings_list = _Sentences()
        self.source_model = _SourceModel(self)
        self.source_table = CalmTable(theme, "The row as it stands in the file", self.source_model, {})
        self.source_text = JsonEditor(theme, read_only=True)
        self.source_text.setLineWrapMode(JsonEditor.LineWrapMode.WidgetWidth)  # one line of a file
        self.source_text.setAccessibleName("The row as it stands in the file")
        self.answer_status = chip()
        self.answer_title = Elided("", "heading")
        self.answer_sentence = Wrapped("", "muted")
        self.answer_head = RawText(theme, "Status and headers of the response")
        self.answer_body = JsonEditor(theme, read_only=True)
        self.answer_body.setAccessibleName("Body of the response")
        self.copy = button("Copy JSON", self._copy)
        self.edit = button("Open in Compose", self._edit)
        self._copied = Later(1500, self._name_copy, self)
        self._arrange()
        self.tabs.currentChanged.connect(self._turn)
        self.findings_list.currentRowChanged.connect(self._show_place)
        self.show_nothing()

    @property
    def shown(self) -> RowReading | None:
        """The row that is shown."""
        return self._reading

    def show_nothing(self) -> None:
        """Say that no row is chosen."""
        self._reading = None
        self._pages.setCurrentIndex(0)

    def show_reading(self, reading: RowReading) -> None:
        """Show a row; the tab stays."""
        before, self._reading = self._reading, reading
        self._pages.setCurrentIndex(1)
        if reading == before:
            return
        self.event_text.show_marks([])
        self.event_text.show_text(reading.shown)
        self.event_text.show_marks(reading.marks())
        self.reason.say(reading.reason)
        self._reason_card.setVisible(bool(reading.reason))
        self._show_findings(reading)
        self._show_source(reading)
        self._show_answer(reading)
        self._name_edit(reading)
        self._name_copy()
        if before is None or before.number != reading.number:
            for editor in (self.event_text, self.source_text, self.answer_body):
                editor.verticalScrollBar().setValue(0)
                editor.horizontalScrollBar().setValue(0)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.tabs)
        head.addStretch(1)
        self.findings_list.setAccessibleName("Findings of this row")
        self.findings.body.addWidget(self.findings_list)
        self._reason_card = Card("Reason")
        self._reason_card.body.addWidget(self.reason)
        self._turned = QStackedWidget()
        for page in (self._event_page(), self._source_page(), self._answer_page()):
            self._turned.addWidget(page)
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
        column.addWidget(self._turned, 1)
        column.addLayout(foot)
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("No row chosen", "Choose a row to see its event, its source and its answer."))
        self._pages.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _event_page(self) -> QWidget:
        return _column((self.event_text, 1), (self._reason_card, 0), (self.findings, 0))

    def _source_page(self) -> QWidget:
        self._table_frame = Card()
        self._table_frame.body.setContentsMargins(1, 1, 1, 1)
        self._table_frame.body.addWidget(self.source_table)
        return _column((self._table_frame, 1), (self.source_text, 1))

    def _answer_page(self) -> QWidget:
        card = Card()
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.answer_title, 1)
        line.addWidget(self.answer_status)
        card.body.addLayout(line)
        card.body.addWidget(self.answer_sentence)
        card.body.addWidget(self.answer_head)
        self._answers = QStackedWidget()
        self._answers.addWidget(
            EmptyState("Not sent yet", "The answer of the request this row goes with will stand here.")
        )
        self._answers.addWidget(_column((card, 0), (self.answer_body, 1)))
        return self._answers

    def _show_findings(self, reading: RowReading) -> None:
        self.findings.setVisible(bool(reading.found))
        self.findings.remark(reading.found_note)
        self.findings_list.blockSignals(True)
        self.findings_list.clear()
        for found in reading.found:
            name = "Error" if found.is_error else "Warning"
            icon = self._theme.icon("error", "bad") if found.is_error else self._theme.icon("warning", "caution")
            item = QListWidgetItem(icon, found.sentence)
            item.setToolTip(found.sentence)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}: {found.sentence}")
            self.findings_list.addItem(item)
        self.findings_list.blockSignals(False)
        self.findings_list.fit()

    def _show_source(self, reading: RowReading) -> None:
        is_table = reading.source is not None
        self._table_frame.setVisible(is_table)
        self.source_text.setVisible(not is_table)
        self.source_model.show_pairs(reading.source or ())
        self.source_text.show_text(reading.source_shown)

    def _show_answer(self, reading: RowReading) -> None:
        answer = reading.answer
        self._answers.setCurrentIndex(0 if answer is None else 1)
        if answer is None:
            return
        self.answer_title.setText(answer.title)
        self.answer_status.setText(answer.status)
        restyle(self.answer_status, "chip", answer.tone)
        self.answer_sentence.say(answer.sentence)
        self.answer_head.show_lines(answer.head)
        self.answer_head.setVisible(bool(answer.head))
        self.answer_body.show_text(answer.body_shown)
        self.answer_body.setPlaceholderText("The body is empty." if answer.head else "No answer came back.")

    def _show_place(self, row: int) -> None:
        if self._reading is not None and 0 <= row < len(self._reading.found):
            span = self._reading.found[row].span
            if span is not None:
                self.event_text.select(*span)

    def _turn(self, tab: int) -> None:
        self._turned.setCurrentIndex(tab)
        self._name_copy()

    def _name_edit(self, reading: RowReading) -> None:
        self.edit.setText(_TO_FIX.get(reading.state, "Open in Compose"))
        self.edit.setEnabled(reading.state is not State.IN_FLIGHT)
        is_broken = reading.state in {State.HELD_BACK, State.REJECTED}
        restyle(self.edit, "look", "primary" if is_broken else "")

    def _name_copy(self) -> None:
        self._copied.stop()
        tab, reading = self.tabs.currentIndex(), self._reading
        self.copy.setText(("Copy JSON", "Copy row", "Copy body")[tab])
        self.copy.setEnabled(reading is not None and (tab != RESPONSE or reading.answer is not None))

    def _copy(self) -> None:
        reading = self._reading
        if reading is None:
            return
        tab = self.tabs.currentIndex()
        text = reading.text
        if tab == SOURCE:
            text = reading.source_shown if reading.source is None else _as_lines(reading.source)
        elif tab == RESPONSE and reading.answer is not None:
            text = reading.answer.body_shown
        QGuiApplication.clipboard().setText(text)
        self.copy.setText("Copied")
        self._copied.start()

    def _edit(self) -> None:
        if self._reading is not None:
            self.edit_wanted.emit(self._reading.number, self._reading.text)


class _Sentences(QListWidget):
    """Whole sentences, each as high as it needs, all of them together up to a limit."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(1)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """Take the height that is needed in this width."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doItemsLayout()
        high = 4
        for row in range(self.count()):
            high += self.visualItemRect(self.item(row)).height() + 2 * self.spacing()
            if high > _HIGHEST:
                self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
                break
        self.setFixedHeight(min(high, _HIGHEST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class _SourceModel(QAbstractTableModel):
    """The names of the columns and the cells of one row below each other."""

    _HEADERS = ("Column", "Cell")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pairs: Sequence[tuple[str, str]] = ()

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show another row."""
        if pairs != self._pairs:
            self.beginResetModel()
            self._pairs = pairs
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._pairs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._HEADERS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in ROLES:
            return None
        name, text = self._pairs[index.row()]
        if index.column() == 0:
            return Cell(name, ink="muted").for_role(role)
        return (Cell(text, tip=text) if text else Cell("(empty)", ink="muted")).for_role(role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def _column(*parts: tuple[QWidget, int]) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GRID)
    for widget, stretch in parts:
        column.addWidget(widget, stretch)
    return made


def _as_lines(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{name}\t{text}" for name, text in pairs)
