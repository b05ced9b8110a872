"""The chooser for what the sandbox does wrong with the next requests."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.picker import Picker
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label

# What can be chosen → the fault as `sandbox.faults.Fault` has it; None is no fault.
CHOICES: dict[str, dict[str, Any] | None] = {
    "As Redo would": None,
    "Slow: after 3 seconds": {"kind": "latency", "milliseconds": 3000},
    "429 with Retry-After: 5": {"kind": "rate-limit", "retryAfter": 5},
    "429 without Retry-After": {"kind": "rate-limit"},
    "500 Internal Server Error": {"kind": "status", "status": 500},
    "503 Service Unavailable": {"kind": "status", "status": 503},
    "Connection reset": {"kind": "reset"},
    "No answer at all": {"kind": "hang"},
    "HTML error page (502)": {"kind": "html"},
    "202 with a garbage body": {"kind": "garbage"},
    "Look-ups: 403 Forbidden": {"kind": "status", "status": 403, "call": "customer"},
    "Look-ups: 500 Internal Server Error": {"kind": "status", "status": 500, "call": "customer"},
    "Look-ups: no answer at all": {"kind": "hang", "call": "customer"},
}
TIMES = (1, 2, 3, 5, 10, 100, None)  # requests; None is every one until something else is set


class FaultChooser(Card):
    """One line: which answer, for how many requests, and what is in force now.

    Signals: `chosen(list)` with the faults to put in force, as the sandbox takes them; an empty list clears.
    """

    chosen = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.answers = Picker(theme)
        self.answers.addItems(list(CHOICES))
        self.answers.setAccessibleName("Next answers")
        self.requests = Picker(theme)
        self.requests.setAccessibleName("For how many requests")
        for times in TIMES:
            self.requests.addItem(_requests(times), times)
        self.apply = button("Set", self._apply)
        self.in_force = Elided("", "small")
        self.answers.currentIndexChanged.connect(lambda _: self._show_whether_counted())
        row = QHBoxLayout()
        row.setSpacing(GRID)
        title = label("Next answers", "heading")
        title.setBuddy(self.answers)
        for each in (title, self.answers, label("for", "muted"), self.requests, self.apply):
            row.addWidget(each)
        row.addSpacing(GRID)
        row.addWidget(self.in_force, 1)
        self.body.setContentsMargins(14, 8, 8, 8)
        self.body.addLayout(row)
        self._show_whether_counted()
        self.show_in_force([])

    def show_in_force(self, faults: list[dict[str, Any]]) -> None:
        """Say which faults the sandbox has, as its `faults` call describes them."""
        said = [_words(fault) for fault in faults]
        self.in_force.setText("Now: " + "; ".join(said) if said else "Now: answers as Redo would")

    def _apply(self) -> None:
        fault = CHOICES[self.answers.currentText()]
        times = self.requests.currentData()
        self.chosen.emit([] if fault is None else [fault | {"times": times}])

    def _show_whether_counted(self) -> None:
        self.requests.setEnabled(CHOICES[self.answers.currentText()] is not None)


def _requests(times: int | None) -> str:
    if times is None:
        return "every request"
    return f"{times} request{'' if times == 1 else 's'}"


def _words(fault: dict[str, Any]) -> str:
    name = next(
        (
            words
            for words, choice in CHOICES.items()
            if choice is not None
            and choice["kind"] == fault["kind"]
            and fault.get("retryAfter") == choice.get("retryAfter")
            and fault.get("call", "send") == choice.get("call", "send")
            and all(fault.get(key) == value for key, value in choice.items())
        ),
        fault["kind"],
    )
    if fault["times"] is None:
        return f"{name}, every request, {fault['hit']:,} so far"
    left = fault["times"] - fault["hit"]
    return f"{name}, {left:,} to go" if left else f"{name}, done"
