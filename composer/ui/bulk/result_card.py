"""After a run: what became of all rows in one sentence, and what can be done about those that did not arrive."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from composer.storage.runs.states import NOT_SENT, RunInfo, State, Status
from composer.storage.stores import Store
from composer.ui.bulk import words
from composer.ui.bulk.filters import Filter
from composer.ui.bulk.ready_card import name_send
from composer.ui.widgets.flow import Flow
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, Card, Elided, Strip, button, restyle

NOT_QUEUED = Filter(
    "not queued", states=tuple(sorted((State.REJECTED, State.NO_ANSWER, State.WAITING, State.IN_FLIGHT, *NOT_SENT)))
)


class ResultCard(Card):
    """The summary and its buttons.

    Signals: `send_wanted()` what waits; `retry_wanted(object)` a tuple of states; `export_wanted(object)` a Filter.
    """

    send_wanted = Signal()
    retry_wanted = Signal(object)
    export_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.strip = Strip()
        self._facts = Elided("", "small")
        self._reason = Wrapped("", "small")
        self.send = button("Send", self.send_wanted.emit, "primary")
        self.rest = button("", lambda: self.retry_wanted.emit((State.STOPPED,)), "primary")
        self.rejected = button("", lambda: self.retry_wanted.emit((State.REJECTED,)))
        self.unanswered = button("", lambda: self.retry_wanted.emit((State.NO_ANSWER,)))
        self.export = button("Export not queued…", lambda: self.export_wanted.emit(NOT_QUEUED))
        self._acts = QWidget()
        flow = Flow(self._acts)
        for each in (self.send, self.rest, self.rejected, self.unanswered, self.export):
            flow.addWidget(each)
        self.body.setContentsMargins(10, 10, 14, 12)
        self.body.addWidget(self.strip)
        for widget in (self._facts, self._reason):
            self.body.addWidget(widget)
        self.body.addSpacing(GRID // 2)
        self.body.addWidget(self._acts)

    def show_result(self, info: RunInfo, counts: Mapping[State, int], store: Store | None, *, may_act: bool) -> None:
        """Say how it ended, and offer what makes sense now; `store` is where more would go."""
        stopped = info.status is Status.STOPPED
        queued, rows = counts.get(State.QUEUED, 0), words.total(counts, State)
        is_all = queued == rows
        tone = "good" if is_all else "bad" if counts.get(State.REJECTED, 0) and not queued else "caution"
        ended = "Stopped." if stopped else "Finished." if info.status is Status.FINISHED else "Not finished."
        self.strip.say(tone, "All queued." if is_all else ended, words.summary(counts))
        self._facts.setText(_facts(info))
        self._reason.say(info.reason)
        self._reason.setVisible(bool(info.reason))
        self._offer(counts, store, may_act=may_act)

    def _offer(self, counts: Mapping[State, int], store: Store | None, *, may_act: bool) -> None:
        waiting, stopped = counts.get(State.WAITING, 0), counts.get(State.STOPPED, 0)
        rejected, unanswered = counts.get(State.REJECTED, 0), counts.get(State.NO_ANSWER, 0)
        rest = words.total(counts, NOT_QUEUED.states or ())
        name_send(self.send, waiting, store)
        self.rest.setText(f"Send the other {stopped:,}")
        self.rejected.setText(f"Retry {rejected:,} rejected")
        self.unanswered.setText(f"Retry {unanswered:,} unanswered")
        restyle(self.rest, "look", "" if waiting else str(self.send.property("look")))  # red for a live store
        for each, count in (
            (self.send, waiting),
            (self.rest, stopped),
            (self.rejected, rejected),
            (self.unanswered, unanswered),
            (self.export, rest),
        ):
            each.setVisible(count > 0)
            each.setEnabled(may_act)
        self._acts.setVisible(waiting + rest > 0)
        self._acts.updateGeometry()


def _facts(info: RunInfo) -> str:
    parts = [f"{info.requests:,} request{'' if info.requests == 1 else 's'}"]
    if info.retries:
        parts.append(f"{info.retries:,} of them again")
    if info.limited:
        parts.append(f"{info.limited:,} × 429")
    if info.seconds:
        parts.append(words.duration(info.seconds))
        parts.append(f"{info.requests / info.seconds:,.1f} requests/s")
    if info.store is not None:
        parts.append(f"to {info.store.name}")
    return " · ".join(parts)
