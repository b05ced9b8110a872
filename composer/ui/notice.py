"""The notice line: one sentence above the place, with what can be done about it, until it is closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from composer.ui.widgets.pieces import GRID, button, label, repolish, restyle


class Notice(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 6, 14, 6)
        line.setSpacing(GRID)
        self._text = label("", "strong")
        self._text.setWordWrap(True)
        self._act: Callable[[], object] | None = None
        self._action = button("", self._do)
        self._close = button("✕", self.clear, "quiet")
        self._close.setAccessibleName("Close the notice")
        line.addWidget(self._text, 1)
        line.addWidget(self._action)
        line.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return self._text.text() if self.isVisible() else ""

    def say(self, tone: str, sentence: str, action: str = "", act: Callable[[], object] | None = None) -> None:
        """Show a sentence (tone good, caution, bad or accent), and perhaps a button."""
        restyle(self, "tone", tone)
        repolish(self._text)
        self._text.setText(sentence)
        self._act = act
        self._action.setText(action)
        self._action.setVisible(act is not None)
        self.setAccessibleName(sentence)
        self.show()

    def clear(self) -> None:
        """Take the sentence away."""
        self.hide()

    def _do(self) -> None:
        act = self._act
        self.clear()
        if act is not None:
            act()
