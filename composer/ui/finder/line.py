"""The line of the finder that is typed into, and the keys that are pressed in it but meant for the list below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

LONGEST = 1000  # characters; whatever is longer was pasted by mistake
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ITS_OWN = (*ENTER, Qt.Key.Key_Escape)  # with any modifier; never the window's shortcuts
_FOR_THE_LIST = (
    *_ITS_OWN,
    Qt.Key.Key_Down,
    Qt.Key.Key_Up,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
_TABS: dict[int, int] = {  # there is nothing else to go to
    Qt.Key.Key_Tab: Qt.Key.Key_Down,
    Qt.Key.Key_Backtab: Qt.Key.Key_Up,
}


class FinderLine(QLineEdit):
    """Where is typed. What moves in the list below is pressed here.

    Signals: `key_pressed(int)` a key that is for the list, for Enter or for Esc; `left()` the keyboard is elsewhere.
    """

    key_pressed = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("finderLine")
        self.setPlaceholderText("Find actions, templates, stores and past events")
        self.setAccessibleName("Find anything")
        self.setMaxLength(LONGEST)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ITS_OWN:
            event.accept()  # nothing is sent while it can't be seen
            return True
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _TABS:
            self.key_pressed.emit(_TABS[event.key()])
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if is_plain and event.key() in _FOR_THE_LIST:
            self.key_pressed.emit(event.key())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason):
            self.left.emit()
