"""A labelled field, and rows of them with room for one hint line below, so that nothing jumps when a hint comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from composer.ui.widgets.json_editor import is_undo_or_redo
from composer.ui.widgets.pieces import GRID, label, restyle

HINT_HEIGHT = 18


class Entry(QLineEdit):
    """A line edit whose undo is the window's, so that Ctrl+Z goes back over the whole form.

    Signals: `left()` when the focus goes elsewhere.
    """

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_undo_or_redo(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_undo_or_redo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class FieldBox(QWidget):
    """A label above its entry, and perhaps a counter at the label's right."""

    def __init__(self, title: str, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.title = label(title, "small", self)
        self.counter = label("", "small", self)
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.title.setBuddy(entry)
        entry.setAccessibleName(title)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        grid.setHorizontalSpacing(0)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.counter, 0, 1)
        grid.addWidget(entry, 1, 0, 1, 2)


class Hint(QPushButton):
    """The sentence under a field. With a fix it is a link that applies it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFlat(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the Checks list offers the same fix to the keyboard
        self._fix: Callable[[], None] | None = None
        self.sentence = ""
        self.clicked.connect(self._apply)
        self.hide()

    def say(self, sentence: str, is_error: bool, fix_label: str = "", fix: Callable[[], None] | None = None) -> None:
        """Show a sentence, and the fix as its end."""
        self._fix = fix
        self.sentence = f"{sentence}  {fix_label}" if fix else sentence
        restyle(self, "look", "hint-error" if is_error else "hint-warning")
        self.setCursor(Qt.CursorShape.PointingHandCursor if fix else Qt.CursorShape.ArrowCursor)

    def wish(self) -> int:
        """Pixels the whole sentence needs."""
        return QFontMetrics(self.font()).horizontalAdvance(self.sentence) + 8

    def fit(self, x: int, y: int, width: int) -> None:
        """Stand at x, y and end in … where `width` is not enough."""
        text = QFontMetrics(self.font()).elidedText(self.sentence, Qt.TextElideMode.ElideRight, width - 6)
        self.setText(text.replace("&", "&&"))
        self.setToolTip(self.sentence if text != self.sentence else "")
        self.setGeometry(x, y, width, HINT_HEIGHT)

    def _apply(self) -> None:
        if self._fix is not None:
            self._fix()


class FieldRow(QWidget):
    """Fields side by side. A hint starts under its field and may use the empty room of its neighbours."""

    def __init__(self, boxes: Sequence[tuple[FieldBox, int]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes = [box for box, _ in boxes]
        self._hints: dict[FieldBox, Hint] = {}
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, HINT_HEIGHT)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID + 4)
        for column, (box, stretch) in enumerate(boxes):
            grid.addWidget(box, 0, column)
            grid.setColumnStretch(column, stretch)
            grid.setColumnMinimumWidth(column, 20)
        self._outer.addLayout(grid)

    def hint(
        self, box: FieldBox, sentence: str, is_error: bool, fix_label: str = "", fix: Callable[[], None] | None = None
    ) -> None:
        """Say a sentence under a field; an empty one takes it away."""
        hint = self._hints.get(box)
        if not sentence:
            if hint is not None and not hint.isHidden():
                hint.hide()
                self._place()
            restyle(box.entry, "state", "")
            box.entry.setAccessibleDescription("")
            return
        if hint is None:
            hint = self._hints[box] = Hint(self)
        hint.say(sentence, is_error, fix_label, fix)
        hint.show()
        restyle(box.entry, "state", "error" if is_error else "warning")
        box.entry.setAccessibleDescription(sentence)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """From right to left: each may reach to the next one's start, and left into the room of hintless fields."""
        end = self.width()
        shown = [box for box in self._boxes if box in self._hints and not self._hints[box].isHidden()]
        for number, box in reversed(list(enumerate(shown))):
            hint = self._hints[box]
            before = shown[number - 1] if number else None
            least = before.x() + before.width() + GRID if before else 0
            x = max(least, min(box.x(), end - hint.wish()))
            hint.fit(x, self.height() - HINT_HEIGHT, max(40, min(end - x, hint.wish())))
            end = x - GRID
