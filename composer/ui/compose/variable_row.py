"""One variable in the strip above the form: its name, a line for its value, what that is read as, and its menu."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLineEdit, QRadioButton, QSizePolicy, QWidget

from composer.event import jsontext
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Json
from composer.ui.compose.composition import shown
from composer.ui.widgets.pieces import GRID, Elided, button, restyle

LONGEST_LINE = 20_000  # characters; a longer value is shown shortened and not edited here

_NAME, _LINE, _NOTE, _KIND = range(4)  # columns
_NARROW = 520  # pixels; the line has the room of the note while there is none
_YES = ("true", "yes", "1", "on")
_NO = ("false", "no", "0", "off")


class ValueKind(StrEnum):
    """What is typed is read as one of these; the words are those of the choice."""

    TEXT = "Text"
    NUMBER = "Number"
    YES_NO = "Yes/No"
    JSON = "JSON"


class VariableRow(QWidget):
    """Shows a value and reads one; `value` is MISSING and `problem` says why while the line can't be read.

    Signals: `given(object)` a person gave another value, MISSING when they took it away; `typed()` at each key before;
    `left()` when the focus leaves the line; `kinds_wanted()` and `menu_wanted()` when a menu is to open.
    """

    given = Signal(object)
    typed = Signal()
    left = Signal()
    kinds_wanted = Signal()
    menu_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.kind = ValueKind.TEXT
        self.value: Json = MISSING
        self.problem = ""
        title = Elided(name)
        title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.line = _Line()
        self.line.setMaxLength(LONGEST_LINE)
        self.line.setAccessibleName(f"Value of {name}")
        self.line.textEdited.connect(self._typed)
        self.line.left.connect(self.left)
        self.answer: _Answer | None = None
        self._note = Elided("", "small")
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.kind_button = button("", self.kinds_wanted.emit, "quiet")
        self.kind_button.setAccessibleName(f"Type of {name}")
        self.kind_button.setToolTip("What the value is read as")
        self.menu_button = button("⋯", self.menu_wanted.emit, "quiet")
        self.menu_button.setFixedWidth(32)
        self.menu_button.setAccessibleName(f"More about {name}")
        self._across = QGridLayout(self)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.setHorizontalSpacing(GRID)
        self._across.setColumnMinimumWidth(_KIND, 82)
        left = Qt.AlignmentFlag.AlignLeft
        for column, widget in ((_NAME, title), (_LINE, self.line), (_NOTE, self._note)):
            self._across.addWidget(widget, 0, column)
        self._share()
        self._across.addWidget(self.kind_button, 0, _KIND, left)
        self._across.addWidget(self.menu_button, 0, _KIND + 1)
        self._show()

    @property
    def field(self) -> QWidget:
        """Where the value is given."""
        return self.answer if self.answer is not None and self.kind is ValueKind.YES_NO else self.line

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in order."""
        answers = self.answer.buttons if self.answer is not None else []
        return [self.line, *answers, self.kind_button, self.menu_button]

    @property
    def remark(self) -> str:
        """What is to be known about the line, though nothing is wrong."""
        if self.line.isReadOnly():
            return "too long to edit here"
        return f"full: {LONGEST_LINE:,} characters" if len(self.line.text()) >= LONGEST_LINE else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def show_value(self, value: Json) -> None:
        """Show `value`, unless it is the one that stands there: then what is typed stays as it is."""
        if value is self.value:
            return
        is_other = not same(value, self.value)
        self.value = value
        if is_other:
            self.kind = self.kind if value is MISSING else kind_of(value)
            self.problem = ""
            self._show()

    def choose_kind(self, kind: ValueKind) -> None:
        """Read what stands there as another type."""
        if kind is self.kind:
            return
        text = self.line.text() if self.value is MISSING else shown(self.value)
        self.kind = kind
        value, self.problem = read(kind, text)
        before, self.value = self.value, value
        self._show(text)
        if not same(value, before):
            self.given.emit(value)

    def give(self, value: Json) -> None:
        """Take a value from the menu: an empty text, the default, or MISSING."""
        self.show_value(value)
        if value is MISSING:
            self.problem = ""
            self._show()
        self.given.emit(value)

    def say(self, note: str, is_problem: bool = False) -> None:
        """Say something beside the line."""
        if note != self._note.text():
            self._note.setText(note)
            for each in (self.line, *(self.answer.buttons if self.answer is not None else ())):
                each.setAccessibleDescription(note)
            self._share()
        restyle(self._note, "look", "problem" if is_problem else "small")
        restyle(self.line, "state", "error" if is_problem else "")

    def _share(self) -> None:
        """Share the room among name, line and note; the names of all rows are equally wide."""
        is_narrow = self.width() < _NARROW
        note = 28 if self._note.text() or not is_narrow else 0
        for column, share in ((_NAME, 27 if is_narrow else 21), (_LINE, 67 - note), (_NOTE, note)):
            self._across.setColumnStretch(column, share)

    def _show(self, text: str | None = None) -> None:
        """Bring what is to be seen up to kind and value; `text` is what was typed for it."""
        if text is None:
            text = shown(self.value)
        is_long = len(text) > LONGEST_LINE
        self.line.setReadOnly(is_long)
        text = text[:200] + "…" if is_long else text
        if self.line.text() != text:
            self.line.setText(text)
            self.line.setCursorPosition(0)
        self.kind_button.setText(f"{self.kind} ▾")
        self.kind_button.setAccessibleDescription(self.kind)
        self._hold_place()
        if self.kind is ValueKind.YES_NO and self.answer is None:
            self._make_answer()
        if self.answer is not None:
            had_focus = self.line.hasFocus() or self.answer.has_focus()
            self.answer.choose(self.value)
            self.answer.setVisible(self.kind is ValueKind.YES_NO)
            self.line.setVisible(self.kind is not ValueKind.YES_NO)
            if had_focus:
                self.field.setFocus()

    def _hold_place(self) -> None:
        self.line.setPlaceholderText("an empty text" if self.value == "" else "no value yet")

    def _make_answer(self) -> None:
        """Most variables are none of yes and no."""
        self.answer = _Answer(self.line.accessibleName())
        self.answer.setFixedHeight(self.line.sizeHint().height())
        self.answer.picked.connect(self._take)
        self._across.addWidget(self.answer, 0, _LINE)

    def _typed(self, text: str) -> None:
        value, self.problem = read(self.kind, text)
        self.typed.emit()
        self._take(value)

    def _take(self, value: Json) -> None:
        before, self.value = self.value, value
        self._hold_place()
        if not same(value, before):
            self.given.emit(value)


class _Line(QLineEdit):
    """Says when the focus goes elsewhere. Its undo is its own: a value is no part of the event."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class _Answer(QWidget):
    """Yes or no, or neither as yet."""

    picked = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.buttons = [QRadioButton("Yes"), QRadioButton("No")]
        self._group = QButtonGroup(self)
        across = QHBoxLayout(self)
        across.setContentsMargins(2, 0, 0, 0)
        across.setSpacing(2 * GRID)
        for each in self.buttons:
            each.setAccessibleName(f"{name}: {each.text()}")
            each.clicked.connect(lambda: self.picked.emit(self.buttons[0].isChecked()))
            self._group.addButton(each)
            across.addWidget(each)
        across.addStretch(1)
        self.setFocusProxy(self.buttons[0])

    def choose(self, value: Json) -> None:
        """Show an answer; neither when it is none."""
        self._group.setExclusive(False)
        for each, answer in zip(self.buttons, (True, False), strict=True):
            each.setChecked(value is answer)
        self._group.setExclusive(True)
        self.setFocusProxy(self.buttons[1 if value is False else 0])

    def has_focus(self) -> bool:
        """Whether the keyboard is in one of them."""
        return any(each.hasFocus() for each in self.buttons)


def read(kind: ValueKind, text: str) -> tuple[Json, str]:
    """The value of a typed text, or MISSING and what is wrong with it. An empty line is no value, and not wrong."""
    bare = text.strip()
    if not text or (kind is not ValueKind.TEXT and not bare):
        return MISSING, ""
    if kind is ValueKind.NUMBER:
        number = jsontext.number(bare)
        return (MISSING, "not a number such as 12.5") if number is None else (number, "")
    if kind is ValueKind.YES_NO:
        answer = bare.lower()
        return (True if answer in _YES else False if answer in _NO else MISSING), ""
    if kind is ValueKind.JSON:
        try:
            return jsontext.parse(text).payload, ""
        except JsonTextError as error:
            return MISSING, f"column {error.column}: {error.message}"
    return text, ""


def kind_of(value: Json) -> ValueKind:
    """The type that shows `value` as it is."""
    if isinstance(value, str):
        return ValueKind.TEXT
    if isinstance(value, bool):
        return ValueKind.YES_NO
    is_number = isinstance(value, (int, float)) and jsontext.number(jsontext.scalar(value)) is not None
    return ValueKind.NUMBER if is_number else ValueKind.JSON


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same in an event; to Python 1, 1.0, 1.00 and true are."""
    return one is other or (
        type(one) is type(other) and one is not MISSING and jsontext.dumps(one) == jsontext.dumps(other)
    )
