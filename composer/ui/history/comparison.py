"""Two entries of the history beside each other: what of their requests, or of their answers, is not the same."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from composer.storage.database import StorageError
from composer.storage.history import FullEntry, History, Search
from composer.ui.history.comparing import Comparison, compare
from composer.ui.history.rows import status
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets import when
from composer.ui.widgets.diff_view import DiffView
from composer.ui.widgets.messages import EmptyState
from composer.ui.widgets.picker import Picker
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label, restyle

_NOTHING, _NO_PREVIOUS, _SHOWN = range(3)


class ComparePage(QWidget):
    """Compares the chosen entry with a second one, as soon as there is one; everything is read in threads.

    Signals: `failed(object)` an exception.
    """

    failed = Signal(object)

    def __init__(self, theme: Theme, jobs: Jobs, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._reader = Latest(jobs)
        self._chosen: FullEntry | None = None
        self._other: int | None = None
        self._wants_previous = False
        self.side = Picker(theme)
        self.side.addItems(["Requests", "Responses"])
        self.side.setAccessibleName("What is compared")
        self.side.currentIndexChanged.connect(self._read)
        self.summary = Elided("", "muted")
        self.before, self.after = Elided(), Elided()
        self.view = DiffView(theme, "Differences")
        self.previous_change = button("▴", lambda: self.view.go_to_change(-1))
        self.next_change = button("▾", lambda: self.view.go_to_change(1))
        for each, words in ((self.previous_change, "Previous change (P)"), (self.next_change, "Next change (N)")):
            each.setToolTip(words)
            each.setAccessibleName(words)
            restyle(each, "look", "step")
        self._arrange()

    @property
    def shown(self) -> tuple[int, int] | None:
        """The ids of the entries that are compared, the older first."""
        return self._shown if self._pages.currentIndex() == _SHOWN else None

    def choose(self, chosen: FullEntry | None) -> None:
        """The entry that is shown beside the list; what it was compared with by hand is forgotten."""
        if chosen is None or self._chosen is None or chosen.entry.id != self._chosen.entry.id:
            self._wants_previous = False
        self._chosen = chosen
        self._read()

    def mark(self, other: int | None) -> None:
        """The second selected entry, None when there is none."""
        if other != self._other:
            self._other = other
            self._read()

    def with_previous(self) -> None:
        """Compare the chosen entry with the one of the same event that was sent before it."""
        self._wants_previous = True
        self._read()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.side)
        head.addWidget(self.summary, 1)
        head.addWidget(self.previous_change)
        head.addWidget(self.next_change)
        names = QVBoxLayout()
        names.setSpacing(2)
        for sign, tone, name in (("−", "bad", self.before), ("+", "good", self.after)):
            row = QHBoxLayout()
            row.setSpacing(GRID)
            mark = label(sign, "sign")
            mark.setProperty("tone", tone)
            mark.setFixedWidth(10)
            row.addWidget(mark)
            row.addWidget(name, 1)
            names.addLayout(row)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.view)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addLayout(names)
        column.addWidget(frame, 1)
        self.empty = EmptyState(
            "Compare with what?", "Ctrl+click a second row in the list, or take the one of this event before it."
        )
        self.previous = self.empty.offer("Compare with the previous", self.with_previous)
        self.none = EmptyState("Nothing before it", "This event was not sent before. Ctrl+click any other row instead.")
        self._pages = QStackedWidget()
        for page in (self.empty, self.none, shown):
            self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self._shown = (0, 0)

    def _read(self) -> None:
        chosen, other, side = self._chosen, self._other, self.side.currentIndex()
        if chosen is None or (other is None and not self._wants_previous):
            self._pages.setCurrentIndex(_NOTHING)
            self.view.show_lines([])
            return
        history, wanted = self._history, (chosen, other, self._wants_previous, side)

        def work() -> Comparison | None:
            entry = chosen.entry
            key = other
            if key is None:
                earlier = history.page(Search(event=entry.event_name, runs=False), entry.id, 1)
                key = earlier[0].id if earlier else None
            full = None if key is None else history.entry(key)
            if full is None:
                return None
            older, newer = sorted((chosen, full), key=lambda each: each.entry.id)
            return compare(older, newer, side)

        def done(comparison: Comparison | None) -> None:
            if wanted == (self._chosen, self._other, self._wants_previous, self.side.currentIndex()):
                self._show(comparison)

        self._reader.run(work, done, self._fail)

    def _show(self, comparison: Comparison | None) -> None:
        if comparison is None:
            self._pages.setCurrentIndex(_NO_PREVIOUS)
            return
        self._shown = (comparison.left.entry.id, comparison.right.entry.id)
        self.before.setText(_name(comparison.left))
        self.after.setText(_name(comparison.right))
        self.summary.setText(_summary(comparison, self.side.currentText().lower()))
        self.view.show_lines(comparison.lines)
        for each in (self.previous_change, self.next_change):
            each.setEnabled(bool(comparison.removed or comparison.added))
        self._pages.setCurrentIndex(_SHOWN)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.failed.emit(error)


def _summary(comparison: Comparison, what: str) -> str:
    if not comparison.removed and not comparison.added:
        said = f"The {what} are the same."
    else:
        said = f"{comparison.removed:,} removed, {comparison.added:,} added."
    return f"{said} Long parts are shortened." if comparison.is_shortened else said


def _name(full: FullEntry) -> str:
    entry = full.entry
    parts = (when.short(entry.begun_ms), entry.event_name, entry.customer, entry.store_name, status(entry)[0])
    return " · ".join(" ".join(part.split()) for part in parts if part)
