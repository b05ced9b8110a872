"""A button that says what is chosen among a few things, with a menu of them: one at a time, or several."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from composer.ui.widgets.pieces import restyle

_LONGEST = 22  # characters on the button
_LONGEST_IN_MENU = 60


class Choice(NamedTuple):
    """One thing to choose: what it is known by, and its words."""

    key: Hashable
    words: str


class ChoiceButton(QPushButton):
    """Says `nothing`, such as "Any status", until something is chosen; `many`, such as "statuses", names several.

    Without `many` one thing is chosen at a time. Signals: `picked()` a person chose otherwise.
    """

    picked = Signal()

    def __init__(self, name: str, nothing: str, many: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._nothing, self._many = name, nothing, many
        self._choices: Sequence[Choice] = ()
        self._chosen: frozenset[Hashable] = frozenset()
        self.setProperty("look", "filter")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMenu(_StayingMenu(self) if many else QMenu(self))
        self._say()

    @property
    def chosen(self) -> frozenset[Hashable]:
        """The keys of what is chosen; empty when it does not matter."""
        return self._chosen

    def offer(self, choices: Sequence[Choice]) -> None:
        """What there is to choose from. What is chosen stays chosen, even if it is not among them."""
        if list(choices) != list(self._choices):
            self._choices = choices
            self._fill()
            self._say()

    def choose(self, keys: frozenset[Hashable]) -> None:
        """Choose these and nothing else, without a signal."""
        self._chosen = keys
        self._fill()
        self._say()

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        nothing = menu.addAction(self._nothing)
        nothing.setCheckable(True)
        nothing.setChecked(not self._chosen)
        nothing.triggered.connect(lambda: self._pick(frozenset()))
        menu.addSeparator()
        for choice in self._choices:
            words = _cut(choice.words, _LONGEST_IN_MENU).replace("&", "&&").replace("\t", " ")
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(choice.key in self._chosen)
            action.triggered.connect(partial(self._flip, choice.key))

    def _flip(self, key: Hashable, _checked: bool = False) -> None:
        one = frozenset((key,))
        self._pick(self._chosen ^ one if self._many else one)

    def _pick(self, keys: frozenset[Hashable]) -> None:
        is_other = keys != self._chosen
        self._chosen = keys
        for action, key in zip(self.menu().actions(), [None, None, *(each.key for each in self._choices)], strict=True):
            action.setChecked(key in keys if key is not None else not keys)
        self._say()
        if is_other:
            self.picked.emit()

    def _say(self) -> None:
        words = [each.words for each in self._choices if each.key in self._chosen]
        said = self._nothing if not self._chosen else f"{len(self._chosen)} {self._many}"
        if len(self._chosen) == 1:
            said = words[0] if words else str(next(iter(self._chosen)))
        self.setText(f"{_cut(said, _LONGEST)} ▾".replace("&", "&&"))
        self.setToolTip(", ".join(words) if len(words) > 1 or len(said) > _LONGEST else "")
        self.setAccessibleName(f"{self._name}: {said}")
        restyle(self, "on", "yes" if self._chosen else "no")


class _StayingMenu(QMenu):
    """Stays open while several things are ticked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
