"""What is the same in every row: the values of the event that all rows start from, one line each."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from composer.event import jsontext
from composer.event.fields import BY_PATH, Kind
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Json, Move, Remove, Set, apply, get, join, split
from composer.ui.bulk.targets import HOLDERS, path_of, title_of

FIELD, VALUE, REMOVE = range(3)
TITLES = ("Field", "Value", "")
SHOWN = 300  # characters of a cell
MUTED = Qt.ItemDataRole.UserRole  # whether a column of the file is put in this value's place

Index = QModelIndex | QPersistentModelIndex


class ConstantModel(QAbstractTableModel):
    """The values that are no objects, wherever they stand in the event, and one line that adds another.

    Signals: `edited(dict)` the event after a person changed it.
    """

    edited = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._base: Json = {}
        self._lines: list[tuple[str, Json]] = []
        self._filled: Map[str, str] = {}
        self.refused = ""
        self.named = ""  # the path that the last change of a field's name made

    @property
    def base(self) -> Json:
        """The event that every row starts from."""
        return self._base

    def show_base(self, base: Json, filled: Map[str, str]) -> None:
        """Show an event; `filled` are the paths that columns go to, each with the column's header."""
        if filled != self._filled:
            self._filled = filled
            self._repaint()
        if base is self._base:
            return
        old, new = self._lines, leaves(base)
        self._base = base
        if [path for path, _ in old] == [path for path, _ in new]:
            self._lines = new
            self._repaint()
        elif (at := _only_in(new, old)) is not None:
            self.beginInsertRows(QModelIndex(), at, at)
            self._lines = new
            self.endInsertRows()
        elif (at := _only_in(old, new)) is not None:
            self.beginRemoveRows(QModelIndex(), at, at)
            self._lines = new
            self.endRemoveRows()
        else:
            self.beginResetModel()
            self._lines = new
            self.endResetModel()

    def path_at(self, row: int) -> str:
        """The path of a line; empty for the one that adds."""
        return self._lines[row][0] if row < len(self._lines) else ""

    def row_of(self, path: str) -> int:
        """The line of this path, or the one that adds."""
        return next((row for row, (each, _) in enumerate(self._lines) if each == path), len(self._lines))

    def add(self, path: str) -> int:
        """Have a line for `path`, empty at first, and say which it is."""
        if get(self._base, path) is MISSING:
            self._edit(apply(self._base, [Set(path, "")]))
        return self.row_of(path)

    def remove(self, row: int) -> None:
        """Take a value away, and the objects that are empty without it."""
        path = self.path_at(row)
        base = self._base
        while path:
            base = apply(base, [Remove(path)])
            path = join(*split(path)[:-1])
            if get(base, path) != {}:
                break
        self._edit(base)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines) + 1

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_editable = index.column() == FIELD or (index.column() == VALUE and index.row() < len(self._lines))
        return flags | Qt.ItemFlag.ItemIsEditable if is_editable else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() > len(self._lines):
            return None
        if index.row() == len(self._lines):
            is_text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return "+ Add a value" if is_text and index.column() == FIELD else "" if is_text else None
        path, value = self._lines[index.row()]
        words = ("" if index.column() == REMOVE else title_of(path)) if index.column() != VALUE else typed(value, path)
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(words[: 2 * SHOWN].split())[:SHOWN]
        if role == Qt.ItemDataRole.EditRole:
            return words
        if role == MUTED:
            return path in self._filled
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(path, words)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if index.column() == REMOVE:
                return f"Remove {title_of(path)}"
            return f"{TITLES[index.column()]}: {words[:SHOWN]}{self._wins(path)}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.refused = self.named = ""
        path, text = self.path_at(index.row()), str(value)
        if index.column() == VALUE and path:
            self._edit(apply(self._base, [Set(path, value_of(text, path))]))
            return True
        target = path_of(text) if index.column() == FIELD else ""
        if not target or target == path:
            return False
        if get(self._base, target) is not MISSING:
            self.refused = f"“{title_of(target)}” is there already."
            return False
        self._edit(apply(self._base, [Move(path, target) if path else Set(target, "")]))
        self.named = target
        return True

    def _edit(self, base: Json) -> None:
        if base is not self._base:
            self.show_base(base, self._filled)
            self.edited.emit(base)

    def _repaint(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, VALUE))

    def _wins(self, path: str) -> str:
        header = self._filled.get(path)
        return f". The column “{header}” takes its place where a row has a value" if header is not None else ""

    def _tip(self, path: str, words: str) -> str:
        return f"{words[:1000]}{self._wins(path)}" or ".".join(split(path))


def leaves(event: Json) -> list[tuple[str, Json]]:
    """(pointer, value) of everything in an event that is no object, and of objects with nothing in them, in order."""
    found: list[tuple[str, Json]] = []
    waiting = [(join(key), value) for key, value in reversed(event.items())] if isinstance(event, dict) else []
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and value:
            waiting += [(path + join(key), inner) for key, inner in reversed(value.items())]
        else:
            found.append((path, value))
    return found


def _only_in(more: list[tuple[str, Json]], less: list[tuple[str, Json]]) -> int | None:
    """Where the one line stands that `less` does not have, when that is the only difference."""
    if len(more) != len(less) + 1:
        return None
    at = next((row for row, (one, other) in enumerate(zip(more, less, strict=False)) if one != other), len(less))
    return at if more[at + 1 :] == less[at:] else None


def typed(value: Json, path: str) -> str:
    """A value as it is typed: text as it is, unless that would be read as another value."""
    if isinstance(value, (dict, list)):
        return jsontext.dumps(value)
    if not isinstance(value, str):
        return jsontext.scalar(value)
    return value if value_of(value, path) == value and type(value_of(value, path)) is str else jsontext.quote(value)


def value_of(text: str, path: str) -> Json:
    """What a person means by a typed value: where any type may stand, numbers, true and false are what they look like,
    and quotes make text of them.
    """
    bare = text.strip()
    kind = BY_PATH[path].kind if path in BY_PATH else None
    if kind is Kind.NUMBER:
        number = jsontext.number(bare)
        return text if number is None else number
    if kind is not None or not any(path.startswith(f"{holder.path}/") for holder in HOLDERS):
        return text
    if bare[:1] in ('"', "[", "{") or bare in ("true", "false", "null") or jsontext.number(bare) is not None:
        try:
            return jsontext.parse(bare).payload
        except JsonTextError:
            return text
    return text
