"""Rows that wait because a variable has no value: it is asked for above them, and all rows are checked with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event.payload import Json
from composer.storage.runs.states import Group, RunInfo
from composer.ui.bulk.asking import Asking
from composer.ui.widgets.pieces import button

if TYPE_CHECKING:
    from composer.storage.runs.run import Run

_CODE = "unknown-variable"  # what is said of a variable that nobody gave a value


class WaitingRows(Asking):
    """Asks for what the rows of a run wait for, once a person wants to fill it in: `offer` is the button for that.

    Signals: `wanted(object)` the values, by name, that all rows are to be checked with.
    """

    wanted = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.use = button("Check all rows with these", lambda: self.wanted.emit(self.values), "primary")
        self.use.setToolTip("Nothing is sent.")
        self.strip.head.addWidget(self.use)
        self.offer = button("", self._open)
        self.offer.hide()
        self._is_open = False
        self._run = ""
        self._given: Mapping[str, Json] = {}
        self._missing: Sequence[str] = ()
        self.changed.connect(self._show_use)

    def show_missing(self, info: RunInfo, missing: Sequence[str]) -> None:
        """Ask for these, and let what was given before be changed along with them."""
        given = info.variables or {}
        if (info.id, given) != (self._run, self._given):
            self._run, self._given, self._is_open = info.id, given, False
            self.begin(given)
        self._missing = missing
        self._show_names()

    def _open(self) -> None:
        self._is_open = True
        self._show_names()
        self.strip.focus_first_empty()

    def _show_names(self) -> None:
        missing = self._missing
        is_asked = bool(missing) and self._is_open
        self.show_names(list(dict.fromkeys([*missing, *self._given])) if is_asked else [])
        self.offer.setText(f"Fill in {len(missing):,} {'variable' if len(missing) == 1 else 'variables'}…")
        self.offer.setVisible(bool(missing) and not is_asked)
        self._show_use()

    def allow(self, may_ask: bool) -> None:
        """Whether rows can be checked now."""
        self.strip.setEnabled(may_ask)
        self.offer.setEnabled(may_ask)

    def _show_use(self) -> None:
        self.use.setEnabled(any(name in self.values for name in self._missing))


def missing_in(run: Run, info: RunInfo, groups: Sequence[Group]) -> list[str]:
    """The names that rows of a run wait for; none once something was sent, when nothing of it can change any more.

    Raises StorageError.
    """
    kinds = [each.kind for each in groups if each.code == _CODE] if not info.requests else []
    return list(dict.fromkeys(name for kind in kinds for name in run.missing(kind)))
