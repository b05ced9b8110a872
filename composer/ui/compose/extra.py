"""`data.$extra` as JSON: what is kept on the event and not used for segments."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Json
from composer.ui.compose.composition import Composition
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.pieces import Elided, restyle

POINTER = "/data/$extra"


class ExtraEditor(QWidget):
    """A JSON editor for the object at `data.$extra`; broken text stays here and leaves the payload as it was."""

    def __init__(self, theme: Theme, composition: Composition, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composition = composition
        self._value: Json = MISSING
        self.editor = JsonEditor(theme)
        self.editor.setFixedHeight(140)
        self.editor.setAccessibleName("$extra as JSON")
        self.editor.setPlaceholderText('{ "Most Recent Order IDs": [1, 2, 3] }')
        self._problem = Elided("", "small")
        self._problem.setFixedHeight(18)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.editor)
        column.addWidget(self._problem)
        self.setFocusProxy(self.editor)
        self.editor.typed.connect(self._typed)
        self.editor.pasted.connect(self._pasted)
        composition.begun.connect(self._begin)
        self.show_payload()

    def show_payload(self) -> None:
        """Show the value in the payload, unless it was just typed here."""
        value = self._composition.get(POINTER)
        if value is self._value:
            return
        self._value = value
        self.editor.show_text(self._composition.part(POINTER))
        self._say("")

    def _begin(self) -> None:
        """Another event is there: what was half typed belonged to the one before."""
        self._value = self
        self.show_payload()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.editor.setFocus(event.reason())

    def _pasted(self, text: str) -> None:
        try:
            self._take(self._composition.read_part(text))
        except JsonTextError as error:
            self._problem.setText(f"The pasted text was not taken. {error}")
            restyle(self._problem, "look", "problem")
        else:
            self.editor.show_text(self._composition.part(POINTER))

    def _typed(self, text: str) -> None:
        try:
            value = self._composition.read_part(text) if text.strip() else MISSING
        except JsonTextError as error:
            self._say(str(error), error.line)
        else:
            self._take(value)

    def _take(self, value: Json) -> None:
        self._say("")
        self._value = value
        self._composition.set(POINTER, value)

    def _say(self, problem: str, line: int | None = None) -> None:
        self._problem.setText(problem)
        self._composition.break_part(POINTER, problem)
        restyle(self._problem, "look", "problem" if problem else "small")
        self.editor.show_marks((), line)
