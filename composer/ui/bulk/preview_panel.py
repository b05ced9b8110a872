"""The event that one of the first rows becomes, with what is to be said about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json
from composer.event.table.cells import Cell
from composer.event.table.rows import check_event
from composer.event.variation import Variation, may_vary
from composer.ui.compose.checks_panel import sentence
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor, Mark
from composer.ui.widgets.pieces import Card, button, chip
from composer.ui.widgets.raw_text import readable

MOST_FINDINGS = 200
_SEEN = 4  # rows of room in the list of findings
_FINDING = Qt.ItemDataRole.UserRole

Content = Sequence[Cell] | str  # the cells of a row, or the text of an event
Read = Callable[[int], tuple[Json, list[Finding]]]


class Preview(NamedTuple):
    """A row worked out: its text fit for a box, and the findings with their places in it."""

    text: str
    findings: list[Finding]
    spans: dict[str, tuple[int, int]]


class PreviewPanel(Card):
    """Shows one of the first rows at a time.

    Signals: `went(str)` a person wants to do something about the finding at this path.
    """

    went = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Row 1", "", parent)
        self._theme = theme
        self._rows: list[tuple[int, Content]] = []
        self._read: Read | None = None
        self._variation: Variation | None = None
        self._problem = ""
        self._at = 0
        self.errors, self.warnings, self.fine = chip("", "bad"), chip("", "caution"), chip("fine", "good")
        self.previous = button("", lambda: self._turn(-1), "quiet")
        self.next = button("", lambda: self._turn(1), "quiet")
        for each, name in ((self.previous, "Previous row"), (self.next, "Next row")):
            each.setAccessibleName(name)
            each.setToolTip(name)
        self.editor = JsonEditor(theme, read_only=True)
        self.editor.setAccessibleName("The event of this row")
        self.editor.setProperty("look", "bare")
        self.editor.setMinimumHeight(96)
        self.list = _Findings()
        self.list.currentRowChanged.connect(self._show_place)
        self.list.went.connect(lambda item: self.went.emit(item.data(_FINDING)))
        for shown in (self.errors, self.warnings, self.fine):
            self.head.insertWidget(self.head.count() - 1, shown)
        self.head.addWidget(self.previous)
        self.head.addWidget(self.next)
        self.body.addWidget(self.editor, 1)
        self.body.addWidget(self.list)
        theme.changed.connect(self._recolor)
        self._recolor()
        self.show_rows([], None)
        self.refresh()

    def show_rows(self, rows: Sequence[tuple[int, Content]], read: Read | None) -> None:
        """The first rows, each with its number in the file. `read` makes the event of the row at a place; without it
        the rows are events. `refresh` shows the first one.
        """
        self._rows, self._read, self._at = list(rows), read, 0

    def vary(self, variation: Variation | None) -> None:
        """What the variables in rows that are events are resolved with. `refresh` shows it."""
        self._variation = variation

    def refresh(self, problem: str = "") -> None:
        """Show what the row becomes now, or why nothing can be read."""
        self._problem = problem
        self._show_row()

    def _turn(self, step: int) -> None:
        self._at = max(0, min(self._at + step, len(self._rows) - 1))
        self._show_row()

    def _show_row(self) -> None:
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(self._at < len(self._rows) - 1)
        if not self._rows:
            self.title.setText("No rows")
            self._show(Preview("", [], {}))
            return
        number, content = self._rows[self._at]
        self.title.setText(f"Row {number:,}")
        self._show(self._worked_out(number, content))

    def _worked_out(self, number: int, content: Content) -> Preview:
        if self._problem:
            return Preview("", [Finding(Severity.ERROR, "mapping", "", self._problem)], {})
        if isinstance(content, str):
            try:
                event, found = jsontext.parse(content)
            except JsonTextError as error:
                return Preview(readable(content), [Finding(Severity.ERROR, "broken-json", "", str(error))], {})
            context = self._variation.of(number) if self._variation is not None and may_vary(content) else None
            return _preview(*check_event(event, found, context))
        return _preview(*self._read(self._at)) if self._read is not None else Preview("", [], {})

    def _show(self, preview: Preview) -> None:
        self.editor.show_marks([])
        self.editor.show_text(preview.text)
        self.editor.show_marks(
            [
                Mark(*preview.spans[each.path], each.severity is Severity.ERROR, each.message)
                for each in preview.findings
                if each.path in preview.spans
            ]
        )
        errors = sum(each.severity is Severity.ERROR for each in preview.findings)
        warnings = len(preview.findings) - errors
        for shown, count, word in ((self.errors, errors, "error"), (self.warnings, warnings, "warning")):
            shown.setText(f"{count:,} {word}{'' if count == 1 else 's'}")
            shown.setVisible(count > 0)
        self.fine.setVisible(bool(self._rows) and not preview.findings)
        self._list_findings(preview)

    def _list_findings(self, preview: Preview) -> None:
        self._spans = preview.spans
        self.list.blockSignals(True)
        self.list.clear()
        for finding in preview.findings[:MOST_FINDINGS]:
            is_error = finding.severity is Severity.ERROR
            icon = self._theme.icon("error" if is_error else "warning", "bad" if is_error else "caution")
            item = QListWidgetItem(icon, sentence(finding))
            item.setToolTip(f"{finding.message}\n{finding.path or 'the whole event'} · {finding.code}")
            item.setData(_FINDING, finding.path)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{'Error' if is_error else 'Warning'}: {sentence(finding)}"
            )
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setVisible(self.list.count() > 0)
        seen = min(self.list.count(), _SEEN)
        self.list.setFixedHeight(seen * (max(self.list.sizeHintForRow(0), 1) + 2) + 4)

    def _show_place(self, row: int) -> None:
        item = self.list.item(row)
        span = self._spans.get(item.data(_FINDING)) if item is not None else None
        if span is not None:
            self.editor.select(*span)

    def _recolor(self) -> None:
        self.previous.setIcon(self._theme.icon("chevron-left"))
        self.next.setIcon(self._theme.icon("chevron-right"))
        if self._rows:
            self._show_row()


class _Findings(QListWidget):
    """Signals: `went(QListWidgetItem)` by Enter or a click."""

    went = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What is to be said about it: Enter goes to where it is changed")
        self.setSpacing(1)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.itemClicked.connect(self.went.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None and not event.modifiers():
            self.went.emit(item)
        else:
            super().keyPressEvent(event)


def _preview(event: Json, findings: list[Finding]) -> Preview:
    try:
        text = readable(jsontext.dumps(event))
    except ValueError as error:
        return Preview("", [Finding(Severity.ERROR, "too-deep", "", f"The event is {error}."), *findings], {})
    return Preview(text, findings, jsontext.spans(text, [each.path for each in findings]))
