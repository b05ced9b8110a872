"""The variables there are, with what each would give now; one that is chosen can be put where the cursor is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from composer.ui.compose.composition import shown
from composer.ui.jobs import Jobs

if TYPE_CHECKING:
    from composer.event.variables import BuiltIn

ASK = "{{name}}"  # a name of one's own takes its place

_MOST_NAMES = 8  # in the menu itself
_LONGEST = 60  # characters of one column
_MOMENTS = ("$now",)
_PERSON = (
    "$person", "$first_name", "$last_name", "$email", "$phone", "$street", "$city", "$state", "$state_code",
    "$postal_code", "$country", "$country_code", "$address",
)  # fmt: skip


class VariableMenu(QMenu):
    """Filled anew each time it opens.

    Signals: `chosen(str)` with the text to insert, such as ``{{$now +2d}}``.
    """

    chosen = Signal(str)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__("Insert variable", parent)
        self._jobs = jobs
        self._names: Sequence[str] = ()
        self._groups: list[QMenu] = []
        self._later: list[tuple[QAction, str]] = []
        self._is_prepared = False
        self._moment = datetime.now(UTC)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def show_names(self, names: Sequence[str]) -> None:
        """The names that the event asks for already."""
        self._names = names

    def _fill(self) -> None:
        from composer.event.variables import BUILT_INS, prepare

        self.clear()
        for group in self._groups:
            group.deleteLater()
        self._groups, self._later = [], []
        self._moment = datetime.now(UTC)
        self._fill_names()
        self.addSeparator()
        self._fill_group("Date and time", [each for each in BUILT_INS if each.name in _MOMENTS])
        for built_in in BUILT_INS:
            if built_in.name not in (*_MOMENTS, *_PERSON):
                self._add_examples(self, built_in)
        self._fill_group("A made-up person", [each for each in BUILT_INS if each.name in _PERSON])
        if not self._is_prepared:
            self._jobs.run(prepare, self._prepared)

    def _fill_names(self) -> None:
        into: QMenu = self
        if len(self._names) > _MOST_NAMES:
            into = self._group("Asked for in this event")
        for name in self._names:
            self._add(into, f"{{{{{name}}}}}", "asked for", "The value given for it above the form.")
        if not self._names:
            self._add(self, ASK, "asked for", "Write a name of your own. Its value is asked for above the form.")

    def _fill_group(self, title: str, built_ins: Sequence[BuiltIn]) -> None:
        """What takes a moment to make for the first time is in these."""
        group = self._group(title)
        for built_in in built_ins:
            self._add_examples(group, built_in)

    def _group(self, title: str) -> QMenu:
        group = self.addMenu(title)
        group.setToolTipsVisible(True)
        self._groups.append(group)
        return group

    def _add_examples(self, into: QMenu, built_in: BuiltIn) -> None:
        for example in built_in.examples:
            if into is self or self._is_prepared:
                self._add(into, example, self._gives(example), built_in.sentence)
            else:
                self._later.append((self._add(into, example, "", built_in.sentence), example))

    def _add(self, into: QMenu, text: str, gives: str, sentence: str) -> QAction:
        action = into.addAction(_columns(text, gives))
        action.setToolTip(sentence)
        action.triggered.connect(partial(self._choose, text))
        return action

    def _choose(self, text: str, _checked: bool = False) -> None:
        self.chosen.emit(text)

    def _gives(self, example: str) -> str:
        from composer.event.variables import Context, resolve

        return shown(resolve(example, Context(self._moment, self._moment.isoformat(), {})).payload)

    def _prepared(self, _: None) -> None:
        self._is_prepared = True
        for action, example in self._later:
            action.setText(_columns(example, self._gives(example)))
        self._later = []


def _columns(text: str, gives: str) -> str:
    """What is inserted, and at the right what it gives."""
    return "\t".join(_cut(each).replace("&", "&&") for each in (text, gives) if each)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
