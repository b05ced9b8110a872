"""What it did: the customer's profile before and after the event, and what the sandbox keeps of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from composer.event.profile import Change, State
from composer.ui.compose.verified_rows import AFTER, BEFORE, FIELD, SAMPLES, STATE, ChangesModel
from composer.ui.compose.verified_words import Seen
from composer.ui.jobs import Jobs
from composer.ui.sandbox.detail import Detail
from composer.ui.sandbox.rows import event_facts
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice, Wrapped
from composer.ui.widgets.paged_model import Cell
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label
from composer.ui.widgets.table import CalmTable

_TONES = {"plain": "accent"}  # of a chip, where a strip has another


class ChangesTable(CalmTable):
    """The fields, to read and to copy: Ctrl+C takes the row, or all of them when none is chosen."""

    def __init__(self, theme: Theme) -> None:
        self._rows = ChangesModel()
        self._needs = [0] * len(SAMPLES)  # pixels, by column
        super().__init__(theme, "The profile before and after", self._rows, SAMPLES)
        self._rows.setParent(self)

    def show_changes(self, changes: list[Change]) -> None:
        """Show these, from the first one that is not as it was."""
        self._rows.show_changes(changes)
        self._needs = [
            max(self.width_of(each) for each in (SAMPLES[column], *self._rows.cells(column))) for column in SAMPLES
        ]
        self._share_out()
        first = next((at for at, each in enumerate(changes) if each.state is not State.UNCHANGED), 0)
        self.scrollTo(self._rows.index(first, 0))

    def copy_all(self) -> None:
        """Put the whole table on the clipboard as text."""
        QGuiApplication.clipboard().setText(self._rows.as_text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """The values have the room that names and states leave; what one does not need is the other's."""
        needs, room = self._needs, self.viewport().width()
        names = min(needs[FIELD], max(room * 3 // 10, self.width_of(Cell("Customer ID"))))
        left = room - names - needs[STATE]
        before = min(needs[BEFORE], max(left // 2, left - needs[AFTER]))
        for column, width in ((FIELD, names), (BEFORE, before), (AFTER, left - before), (STATE, needs[STATE])):
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            at = self.currentIndex()
            QGuiApplication.clipboard().setText(self._rows.as_text(at.row() if at.isValid() else None))
        else:
            super().keyPressEvent(event)


class VerifiedPage(QWidget):
    """Stands in place of the JSON until it is left.

    Signals: `left()`: back to the JSON.
    """

    left = Signal()

    def __init__(self, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.setAccessibleName("What it did")
        self.email = Elided("", "muted")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("The profile, or the event as it is stored")
        self.tabs.addTab("Profile")
        self.tabs.addTab("Stored event")
        self.headline = Notice()
        self.table = ChangesTable(theme)
        self._frame = Card()
        self.remarks = Wrapped("", "small")
        self.stored = Detail(theme, jobs)
        self.copy = button("Copy", self.table.copy_all, "quiet")
        self.copy.setToolTip("Copy the whole table as text")
        self.back = button("Back to the JSON", self.left.emit, "link")
        self.back.setToolTip("Escape")
        self._pages = QStackedWidget()
        self.tabs.currentChanged.connect(self._turn)
        self._arrange()

    def show_seen(self, seen: Seen) -> None:
        """Show what became of an event."""
        _, tone = seen.chip
        found = seen.verified.comparison
        self.email.setText(seen.email)
        self.headline.say(_TONES.get(tone, tone), seen.headline)
        self.remarks.say("\n".join(seen.remarks))
        self.remarks.setVisible(bool(seen.remarks))
        self.table.show_changes(found.changes if found is not None else [])
        self._frame.setVisible(found is not None)
        record = seen.stored.record if seen.stored is not None else None
        if record is not None:
            self.stored.show_record(record, event_facts(record))
        is_stored_only = record is not None and found is None
        self.tabs.setCurrentIndex(int(is_stored_only))
        self.tabs.setVisible(record is not None)
        self._turn(self.tabs.currentIndex())

    def first(self) -> QWidget:
        """Where the keyboard goes."""
        return self.back if self._frame.isHidden() else self.table

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _turn(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self.copy.setVisible(page == 0 and not self._frame.isHidden())

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(2, 0, 2, 0)
        head.setSpacing(GRID)
        head.addWidget(label("What it did", "heading"))
        head.addWidget(self.email, 1)
        head.addWidget(self.copy)
        head.addWidget(self.back)
        self._frame.body.setContentsMargins(1, 1, 1, 1)
        self._frame.body.addWidget(self.table)
        profile = QWidget()
        column = QVBoxLayout(profile)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._frame, 1)
        column.addWidget(self.remarks)
        column.addStretch(0)
        self._pages.addWidget(profile)
        self._pages.addWidget(self.stored)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(head)
        whole.addWidget(self.headline)
        whole.addWidget(self.tabs)
        whole.addWidget(self._pages, 1)
