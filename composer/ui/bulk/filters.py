"""Which rows of a run are shown: all, those in a state, those with warnings, or those with one finding."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from composer.event.findings import Severity
from composer.storage.runs.states import NOT_SENT, Group, State
from composer.ui.bulk.rows import SENDABLE_AGAIN
from composer.ui.widgets.flow import Flow
from composer.ui.widgets.pieces import button


class Filter(NamedTuple):
    """Rows of these states, this severity, this kind of finding; what is None does not matter. `words` name them."""

    words: str
    tone: str = "plain"
    states: tuple[State, ...] | None = None
    severity: Severity | None = None
    kind: int | None = None

    @property
    def sendable_again(self) -> tuple[State, ...]:
        """The states of these rows that can be tried again."""
        return tuple(state for state in SENDABLE_AGAIN if state in (self.states or ()))


ALL = Filter("All", "accent")
WARNINGS = Filter("Warnings", "caution", severity=Severity.WARNING)
QUEUED = Filter("Queued", "good", (State.QUEUED,))
REJECTED = Filter("Rejected", "bad", (State.REJECTED,))
HELD_BACK = Filter("Not sent", "bad", tuple(sorted(NOT_SENT)))
NO_ANSWER = Filter("No answer", "caution", (State.NO_ANSWER,))
WAITING = Filter("Waiting", "plain", (State.WAITING,))
IN_FLIGHT = Filter("In flight", "accent", (State.IN_FLIGHT,))
FILTERS = (ALL, QUEUED, REJECTED, HELD_BACK, NO_ANSWER, WAITING, IN_FLIGHT, WARNINGS)


def of_group(group: Group) -> Filter:
    """The rows with this finding."""
    return Filter(group.code, kind=group.kind)


class FilterBar(QWidget):
    """A chip for each filter that has rows, with their count.

    Signals: `chosen(object)` a Filter, by a person.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Which rows are shown")
        self._counts: dict[Filter, int] = {}
        self._stays = False
        self._group = QButtonGroup(self)
        self.chips: dict[Filter, QPushButton] = {}
        flow = Flow(self)
        for each in FILTERS:
            made = button("", partial(self.chosen.emit, each), "chip")
            made.setProperty("tone", each.tone)
            made.setCheckable(True)
            made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            made.hide()
            self._group.addButton(made)
            self.chips[each] = made
            flow.addWidget(made)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hold_still(self, stays: bool) -> None:
        """While something is sent a chip that has been there stays, even at 0, so that none jumps about."""
        self._stays = stays
        self._show()

    def show_counts(self, counts: Mapping[State, int], warnings: int | None = None) -> None:
        """Show how many rows there are of each; `warnings` None leaves their number."""
        for each in FILTERS:
            if each is WARNINGS:
                self._counts[each] = self._counts.get(each, 0) if warnings is None else warnings
            else:
                self._counts[each] = sum(counts.get(state, 0) for state in each.states or State)
        self._show()

    def count(self, which: Filter) -> int:
        """The number on a chip."""
        return self._counts.get(which, 0)

    def check(self, which: Filter) -> None:
        """Mark the chip of the filter in force; none for a finding's."""
        self._group.setExclusive(False)
        for each, made in self.chips.items():
            made.setChecked(each == which)
        self._group.setExclusive(which in self.chips)
        self._show()

    def _show(self) -> None:
        for each, made in self.chips.items():
            count = self._counts.get(each, 0)
            made.setText(f"{each.words} {count:,}")
            made.setAccessibleName(f"{each.words}: {count:,} rows")
            wanted = bool(count) or each is ALL or made.isChecked() or (self._stays and not made.isHidden())
            if made.isHidden() is wanted:
                made.setVisible(wanted)
