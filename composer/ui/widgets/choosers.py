"""An entry with a list behind it, found by type-ahead. Free typing stays possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QWidget,
)

from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry

Choices = Callable[[], Sequence[tuple[str, str]]]  # loads (code, name) pairs


class ChoiceModel(QAbstractListModel):
    """Codes with their names; the display text is what type-ahead looks into."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._all = self._choices = choices

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._choices)

    def rank(self, typed: str) -> None:
        """Put first what begins with `typed`, codes before names: of all currencies with "eur", EUR is meant."""
        begin = typed.casefold()
        self.beginResetModel()
        self._choices = sorted(
            self._all,
            key=lambda each: (not each[0].casefold().startswith(begin), not each[1].casefold().startswith(begin)),
        )
        self.endResetModel()

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        code, name = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{code}  {name}" if name and name != code else code
        if role == Qt.ItemDataRole.EditRole:
            return code
        return None


class _Completer(QCompleter):
    """Finds in code and name, inserts the code."""

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.EditRole))


class ChooserEntry(Entry):
    """An entry with a list behind it, found by typing any part of code or name.

    Signals: `chosen(str, str)` the code and name picked from the list; typing emits `textEdited` as ever.
    """

    chosen = Signal(str, str)

    def __init__(self, theme: Theme, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._theme = theme
        self._open = QAction("Show the list (Down)", self)
        self._open.triggered.connect(self.open_list)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        self._recolor()
        theme.changed.connect(self._recolor)
        self.textEdited.connect(self._ready)

    def open_list(self) -> None:
        """Show the whole list."""
        self.setFocus()
        completer = self._ready("")
        completer.setCompletionPrefix("")
        completer.complete()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self.completer().popup() if self.completer() else None
        if event.key() == Qt.Key.Key_Down and not (popup and popup.isVisible()):
            self.open_list()
        else:
            super().keyPressEvent(event)

    def _ready(self, typed: str) -> QCompleter:
        completer = self.completer()
        if completer is None:
            completer = _Completer(self)
            self._list: ChoiceModel = ChoiceModel(self._choices())
            completer.setModel(self._list)
            completer.setCompletionRole(Qt.ItemDataRole.DisplayRole)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setMaxVisibleItems(10)
            completer.popup().setObjectName("choices")
            completer.popup().setMinimumWidth(280)
            completer.activated[QModelIndex].connect(self._pick)
            self.setCompleter(completer)
        self._list.rank(typed)
        return completer

    def _pick(self, index: QModelIndex) -> None:
        code = str(index.data(Qt.ItemDataRole.EditRole))
        name = str(index.data()).removeprefix(code).strip()
        self.setText(code)
        self.chosen.emit(code, name or code)

    def _recolor(self) -> None:
        self._open.setIcon(self._theme.icon("chevron-down"))
