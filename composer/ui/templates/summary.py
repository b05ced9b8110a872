"""What stands at the right when it is no single template: a folder, several templates, a file that can't be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from composer.ui.widgets.messages import Notice, Wrapped
from composer.ui.widgets.pieces import GRID, Card, Elided, button

Act = tuple[str, Callable[[], object]]


class Summary(QWidget):
    """A name, what is to be said of it, and buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = Elided("", "title")
        self.name.setMinimumHeight(32)
        self.problem = Notice()
        self.text = Wrapped("", "muted")
        self._said: tuple[object, ...] = ()
        self._acts = QHBoxLayout()
        self._acts.setSpacing(GRID)
        card = Card()
        card.body.addWidget(self.text)
        card.body.addSpacing(4)
        card.body.addLayout(self._acts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.name)
        column.addWidget(self.problem)
        column.addWidget(card)
        column.addStretch(1)

    @property
    def first(self) -> QWidget:
        """The button for what can be done first; what is above it when there is none."""
        item = self._acts.itemAt(0)
        made = item.widget() if item is not None else None
        return made if made is not None else self.name

    def say(self, name: str, text: str, acts: Sequence[Act], problem: str = "") -> None:
        """Show all of it; `problem` is a sentence about what is wrong. What is said already stays as it is."""
        said = (name, text, tuple(words for words, _ in acts), problem)
        if said == self._said:
            return
        self._said = said
        self.name.setText(name)
        self.text.say(text)
        self.problem.hide()
        if problem:
            self.problem.say("bad", problem)
        while (item := self._acts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for words, act in acts:
            self._acts.addWidget(button(words, act))
        self._acts.addStretch(1)
