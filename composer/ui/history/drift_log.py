"""The drift log: where the checks and a server did not agree, with a report of each that can be given to anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from composer.storage.database import StorageError
from composer.storage.drift import Drift, Note
from composer.ui.history.drift_list import DriftList
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice, Wrapped, ask
from composer.ui.widgets.pieces import GRID, Card, button, label
from composer.ui.widgets.side_by_side import side_by_side
from composer.ui.widgets.two_groups import TwoGroups

_EMPTY, _SHOWN = range(2)


class DriftLog(QDialog):
    """The notes at the left, the report of the chosen one at the right. The database is read in threads.

    Signals: `forgotten()` there are fewer notes now.
    """

    forgotten = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, drift: Drift, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._drift = theme, drift
        self._reader = Latest(jobs)
        self.setWindowTitle("Drift log")
        self.resize(920, 560)
        self.notice = Notice()
        self.list = DriftList(theme)
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setAccessibleName("The report, as it is copied")
        self.report.setTabChangesFocus(True)
        self.copy = button("Copy report", self._copy, "primary")
        self.forget = button("Forget", self._forget_one)
        self.forget_all = button("Forget all…", self._ask_to_forget_all)
        self._copied = Later(1500, self._name_copy, self)
        self._arrange()
        self._use_font()
        theme.changed.connect(self._use_font)
        self.list.currentRowChanged.connect(self._show_report)
        self.list.copy_wanted.connect(self._copy)
        self.list.forget_wanted.connect(self._forget_one)
        self.finished.connect(self.deleteLater)

    def read(self, wanted: int | None = None) -> None:
        """Read the notes; the note `wanted` is to be the chosen one."""
        self._reader.run(self._drift.all, lambda notes: self._show(notes, wanted), self._failed)

    def _arrange(self) -> None:
        said = Wrapped("", "muted")
        said.say(
            "Where the checks and a server did not agree. A report has the names and the kinds of the values, and none "
            "of the values: give it to whoever looks after the server, or after Event Composer."
        )
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.list)
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                "Nothing here yet",
                "When the checks find no error and the server rejects the event, or they find one and the server "
                "queues it all the same, that is noted here, with a report to copy.",
            )
        )
        self._pages.addWidget(side_by_side(frame, self.report, (360, 520), (2, 3)))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(GRID)
        column.addWidget(label("Drift log", "title"))
        column.addWidget(said)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        close = button("Close", self.close)
        column.addWidget(TwoGroups((self.forget, self.forget_all), (close, self.copy)))
        for each in (self.copy, self.forget, self.forget_all, close):
            each.setAutoDefault(False)  # Enter is the list's
        self._show_report()

    def _show(self, notes: Sequence[Note], wanted: int | None) -> None:
        if not isValid(self):
            return  # it was closed meanwhile
        self.list.show_notes(notes, wanted)
        self._pages.setCurrentIndex(_SHOWN if notes else _EMPTY)
        if notes:
            self.list.setFocus()

    def _show_report(self) -> None:
        note = self.list.note
        self.report.setPlainText("" if note is None else note.text)
        for each in (self.copy, self.forget):
            each.setEnabled(note is not None)
        self.forget_all.setEnabled(self.list.count() > 0)
        self._name_copy()

    def _copy(self) -> None:
        note = self.list.note
        if note is not None:
            QGuiApplication.clipboard().setText(note.text)
            self.copy.setText("Copied ✓")
            self._copied.start()

    def _name_copy(self) -> None:
        self._copied.stop()
        self.copy.setText("Copy report")

    def _forget_one(self) -> None:
        note = self.list.note
        if note is not None:
            self._forget(lambda: [note.id])

    def _ask_to_forget_all(self) -> None:
        count = self.list.count()
        ask(
            self,
            f"Forget {'the one note' if count == 1 else f'all {count:,} notes'}?",
            "They are deleted from this computer, and can't be brought back. What was sent stays in History.",
            "Forget all",
            lambda: self._forget(lambda: [note.id for note in self._drift.all()]),
        )

    def _forget(self, which: Callable[[], list[int]]) -> None:
        drift = self._drift

        def work() -> list[Note]:
            drift.forget(which())
            return drift.all()

        def done(notes: list[Note]) -> None:
            if isValid(self):
                self._show(notes, None)
                self.forgotten.emit()

        self._reader.run(work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        if isValid(self):
            self.notice.say("bad", str(error), [("Try again", self._try_again)])

    def _try_again(self) -> None:
        self.notice.hide()
        self.read()

    def _use_font(self) -> None:
        font: QFont = self._theme.mono()
        self.report.setFont(font)
