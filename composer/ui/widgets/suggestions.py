"""Suggestions for what is typed in an entry: they lie over its window, and the keyboard stays in the entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.suggestion_list import Suggestion, SuggestionList

Find = Callable[[str], Sequence[Suggestion]]  # for a typed text, the best first

_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NO_KEY_YET = (Qt.Key.Key_Control, Qt.Key.Key_Meta, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr)


class Suggestions(QObject):
    """Offers what `find` gives while a person types in `entry`, or after Down or Alt+Down.

    Down and Up choose; Enter, Tab and a click take what is chosen; Escape closes the list and nothing else. While
    nothing is chosen, keys do what they always do. Where Down has a use of its own, `opens_by_down` is False.

    Signals: `taken(object)` a `Suggestion`; what it does to the entry is for others to say.
    """

    taken = Signal(object)

    def __init__(self, theme: Theme, entry: QLineEdit, find: Find, *, opens_by_down: bool = True) -> None:
        super().__init__(entry)
        self._theme, self._entry, self._find = theme, entry, find
        self._opens_by_down = opens_by_down
        self._list: SuggestionList | None = None
        self._watched: list[QWidget] = []  # while it is open: whatever moves the entry, moves the list
        self._said = self._said_before = ""
        entry.installEventFilter(self)
        entry.textEdited.connect(self._offer)

    @property
    def list(self) -> SuggestionList | None:
        """The list while it is open."""
        return self._list if self._list is not None and not self._list.isHidden() else None

    def close(self) -> None:
        """Take the list away."""
        if self.list is None:
            return
        self.list.hide()
        for each in self._watched:
            each.removeEventFilter(self)
        self._watched = []
        self._entry.installEventFilter(self)
        self._unsay()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        elif watched is not self._entry:
            return False
        elif kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        elif kind is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._override(event)
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.close()
        return False

    def _offer(self, typed: str) -> bool:
        """Show what there is for a text; whether there is anything."""
        found = self._find(typed)
        if not found or (len(found) == 1 and found[0].text == typed):
            self.close()
            return False
        if self._list is None:
            self._list = SuggestionList(self._theme, self._entry.window())
            self._list.picked.connect(self._take)
            self._entry.destroyed.connect(self._list.deleteLater)  # the list of a cell's editor ends with it
        self._list.show_found(found, typed)
        if self.list is None:
            self._watch()
            self._list.show()
            self._list.raise_()
        self._place()
        number = len(found)
        self._say(f"{number} suggestion{'' if number == 1 else 's'}; Down for the first")
        return True

    def _watch(self) -> None:
        """Filters that were installed last are asked first: before that of a cell's delegate, too."""
        each: QWidget | None = self._entry
        while each is not None:
            each.installEventFilter(self)
            self._watched.append(each)
            each = each.parentWidget() if not each.isWindow() else None

    def _place(self) -> None:
        if self.list is None:
            return
        if self._entry.visibleRegion().isEmpty():
            self.close()  # it was scrolled out of sight
        else:
            self.list.lie_by(QRect(self._entry.mapTo(self._entry.window(), QPoint(0, 0)), self._entry.size()))

    def _press(self, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shown = self.list
        if key == Qt.Key.Key_Down and shown is None:
            is_asked = modifiers == Qt.KeyboardModifier.AltModifier or (not modifiers and self._opens_by_down)
            return is_asked and self._offer(self._entry.text())
        if shown is None or modifiers:
            return False
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            shown.step(1 if key == Qt.Key.Key_Down else -1)
            self._say(shown.spoken())
            return True
        if key == Qt.Key.Key_Escape:
            self.close()
            return True
        if key in _ENTER or key == Qt.Key.Key_Tab:
            chosen = shown.chosen
            if chosen is not None:
                self._take(chosen)
                return True
            self.close()
        return False

    def _override(self, event: QKeyEvent) -> bool:
        """The list's Escape is nobody else's; before a command, such as Ctrl+Enter or Ctrl+Z, it steps aside."""
        if self.list is None:
            return False
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            event.accept()
            return True
        if event.modifiers() & _COMMAND and event.key() not in _NO_KEY_YET:
            self.close()
        return False

    def _take(self, chosen: Suggestion) -> None:
        self.close()
        self.taken.emit(chosen)

    def _say(self, words: str) -> None:
        """Tell a screen reader, which is at the entry."""
        entry = self._entry
        if entry.accessibleDescription() != self._said or not self._said:
            self._said_before = entry.accessibleDescription()
        if words != entry.accessibleDescription():
            entry.setAccessibleDescription(words)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(entry, words))
        self._said = words

    def _unsay(self) -> None:
        """The entry is described as before, unless something else was said of it meanwhile."""
        if self._said and self._entry.accessibleDescription() == self._said:
            self._entry.setAccessibleDescription(self._said_before)
        self._said = ""
