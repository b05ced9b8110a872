"""What is looked for in the history: words, and below them outcome, store, kind, event and time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from composer.storage.history import Search, StoreUse
from composer.ui.history.activity import Span
from composer.ui.history.rows import KINDS
from composer.ui.widgets import when
from composer.ui.widgets.choice_button import Choice, ChoiceButton
from composer.ui.widgets.flow import Flow
from composer.ui.widgets.pieces import GRID, button

_TIMES = (Choice(0, "Today"), Choice(6, "Last 7 days"), Choice(29, "Last 30 days"))  # by how many days before today
_RUNS = (Choice(False, "Single events"), Choice(True, "Bulk runs"))


class FilterBar(QWidget):
    """Search field and filters.

    Signals: `changed()` something else is looked for, by a person; `list_wanted()` Down or Enter in the search field.
    """

    changed = Signal()
    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span: Span | None = None
        self._is_forgetting = False
        self.words = QLineEdit()
        self.words.setPlaceholderText("Search events, customers, IDs, errors, payloads")
        self.words.setAccessibleName("Search the history")
        self.words.setToolTip("Every word must be found (Ctrl+F)")
        self.words.setClearButtonEnabled(True)
        self.words.setMaxLength(1_000)
        self.words.setMinimumWidth(160)
        self.words.textChanged.connect(self._changed)
        self.words.installEventFilter(self)
        self.status = ChoiceButton("Status", "Any status", "statuses")
        self.status.offer([Choice(kind, words) for kind, words in KINDS.items()])
        self.stores = ChoiceButton("Store", "All stores", "stores")
        self.runs = ChoiceButton("Kind", "All kinds")
        self.runs.offer(_RUNS)
        self.event_name = ChoiceButton("Event", "Any event")
        self.time = ChoiceButton("Time", "All time")
        self.time.offer(_TIMES)
        self.span = button("", self._drop_span, "chip")
        self.span.setProperty("tone", "accent")
        self.clear = button("Clear", self.forget, "link")
        for each in (self.span, self.clear):
            each.setObjectName("beside")  # as high as the filters
        self.clear.setToolTip("Forget the search and all filters")
        self.buttons = (self.status, self.stores, self.runs, self.event_name, self.time)
        for each in self.buttons[:-1]:
            each.picked.connect(self._changed)
        self.time.picked.connect(partial(self.take_span, None))  # the one replaces the other
        self.head = QHBoxLayout()  # for what stands beside the search field
        self._arrange()
        self._show_chips()

    @property
    def chosen_span(self) -> Span | None:
        """The range that was dragged in the chart."""
        return self._span

    @property
    def is_empty(self) -> bool:
        """Whether everything is found."""
        return self._span is None and not self.words.text().strip() and not any(each.chosen for each in self.buttons)

    def search(self) -> Search:
        """What is looked for now. "Today" is what it is at this moment."""
        since, until = self._span or (self.since(), None)
        return Search(
            " ".join(self.words.text().split()),
            frozenset(str(each) for each in self.status.chosen),
            frozenset(each for each in self.stores.chosen if isinstance(each, int)),
            next((bool(each) for each in self.runs.chosen), None),
            next((str(each) for each in self.event_name.chosen), ""),
            since,
            until,
        )

    def since(self) -> int | None:
        """The beginning of the time that was chosen, None for all of it."""
        return next((when.midnight(days) for days in self.time.chosen if isinstance(days, int)), None)

    def offer(self, stores: Sequence[StoreUse], events: Sequence[str]) -> None:
        """The stores and events there are."""
        self.stores.offer([Choice(each.store_row, each.name) for each in stores])
        self.event_name.offer([Choice(each, each) for each in events])

    def take_span(self, span: Span | None) -> None:
        """Look only at this range of time, or at all of it again."""
        self._span = span
        self._changed()

    def forget(self) -> None:
        """Look for everything again."""
        was_empty, self._is_forgetting = self.is_empty, True
        self.words.clear()
        self._is_forgetting = False
        for each in self.buttons:
            each.choose(frozenset())
        self._span = None
        self._show_chips()
        if not was_empty:
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.words and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.list_wanted.emit()
                return True
            if plain and event.key() == Qt.Key.Key_Escape and self.words.text():
                self.words.clear()
                return True
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        filters = QWidget()
        flow = Flow(filters)
        for each in (*self.buttons, self.span, self.clear):
            each.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            flow.addWidget(each)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        filters.setSizePolicy(policy)
        self.head.setSpacing(GRID)
        self.head.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self.head)
        column.addWidget(filters)

    def _changed(self) -> None:
        if self._is_forgetting:  # all at once
            return
        self._show_chips()
        self.changed.emit()

    def _drop_span(self) -> None:
        self.time.setFocus()  # the button that has it now is about to go
        self.take_span(None)

    def _show_chips(self) -> None:
        if self._span is not None:
            words = when.between(*self._span)
            self.span.setText(f"{words}  ✕")
            self.span.setAccessibleName(f"Only {words}: press to remove")
        self.span.setVisible(self._span is not None)
        self.clear.setVisible(not self.is_empty)
