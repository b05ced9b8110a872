"""Before a run is sent: what will go out, what stays here, and how."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from composer.storage.runs.states import Options, State
from composer.storage.stores import Kind, Store
from composer.ui.bulk import words
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label, restyle

_LONGEST_NAME = 24  # characters of a store on the button
_FILLED = "A row without one gets an ID made from run and row, so that sending it again can't double its event."
_NOT_FILLED = (
    "Rows without a unique ID go out without one. When a request with such rows gets no answer it is not sent again, "
    "because that could double their events: they are marked “No answer”."
)


class ReadyCard(Card):
    """The options and the Send button.

    Signals: `send_wanted()`; `options_changed(object)` the Options as they are ticked now.
    """

    send_wanted = Signal()
    options_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._headline = Elided("", "heading")
        self._ahead = Elided("", "small")
        self._left = label("", "problem")
        self.send = button("Send", self.send_wanted.emit, "primary")
        self.fill_ids = QCheckBox("Fill in missing unique IDs")
        self.send_anyway = QCheckBox("Send rows with errors too")
        self.send_anyway.setToolTip("As they are, to see the server's answer. It will reject most of them.")
        self._explained = Wrapped("", "small")
        for each in (self.fill_ids, self.send_anyway):
            each.toggled.connect(self._ticked)
        self._arrange()
        self.show_options(Options())

    @property
    def options(self) -> Options:
        """What is ticked."""
        return Options(self.fill_ids.isChecked(), self.send_anyway.isChecked())

    def show_options(self, options: Options) -> None:
        """Tick these; nothing is told."""
        for box, is_on in ((self.fill_ids, options.fill_ids), (self.send_anyway, options.send_anyway)):
            box.blockSignals(True)
            box.setChecked(is_on)
            box.blockSignals(False)
        self._explain()

    def show_counts(self, counts: Mapping[State, int], limit: float) -> None:
        """Say what would be sent now, and what would not."""
        ready = counts.get(State.WAITING, 0)
        self._headline.setText(f"{words.events(ready)} ready to send" if ready else "Nothing to send")
        self._ahead.setText(words.ahead(ready, limit) if ready else "Every row is held back or excluded.")
        left = words.left_behind(counts)
        self._left.setText(left)
        self._left.setVisible(bool(left))
        restyle(self._left, "look", "problem" if counts.get(State.HELD_BACK, 0) else "small")
        has_errors = bool(counts.get(State.HELD_BACK, 0)) or self.send_anyway.isChecked()
        self.send_anyway.setVisible(has_errors)

    def show_send(self, count: int, store: Store | None, *, may_send: bool) -> None:
        """Name the count and the store on the button; red for a live one. While nothing may be sent nothing may be
        changed either.
        """
        name_send(self.send, count, store)
        for each in (self.fill_ids, self.send_anyway):
            each.setEnabled(may_send)
        self.send.setEnabled(may_send and count > 0)

    def offer(self, act: QPushButton) -> None:
        """Have one more button at hand."""
        self._ticks.addWidget(act)

    def _arrange(self) -> None:
        what = QVBoxLayout()
        what.setSpacing(3)
        for each in (self._headline, self._ahead, self._left):
            what.addWidget(each)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addLayout(what, 1)
        top.addWidget(self.send, 0, Qt.AlignmentFlag.AlignTop)
        ticks = self._ticks = QHBoxLayout()
        ticks.setSpacing(3 * GRID)
        ticks.addWidget(self.fill_ids)
        ticks.addWidget(self.send_anyway)
        ticks.addStretch(1)
        self.body.addLayout(top)
        self.body.addLayout(ticks)
        self.body.addWidget(self._explained)

    def _ticked(self) -> None:
        self._explain()
        self.options_changed.emit(self.options)

    def _explain(self) -> None:
        sentence = _FILLED if self.fill_ids.isChecked() else _NOT_FILLED
        self._explained.say(sentence)
        self.fill_ids.setToolTip(sentence)
        self.fill_ids.setAccessibleDescription(sentence)


def name_send(send: QPushButton, count: int, store: Store | None) -> None:
    """The words and the look of a button that sends so many events to a store."""
    where = store.name if store is not None else ""
    short = where if len(where) <= _LONGEST_NAME else where[: _LONGEST_NAME - 1] + "…"
    to = f" to {short}" if short else ""
    what = f"Send {words.events(count)}" if count else "Send"
    send.setText(f"{what}{to}".replace("&", "&&"))
    send.setToolTip(f"{what} to {where}" if short != where else "")
    send.setAccessibleName(f"{what} to {where}")
    restyle(send, "look", "danger" if store is not None and store.kind is Kind.LIVE else "primary")
