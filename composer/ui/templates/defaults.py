"""The defaults of a template's variables as they are typed: a text as it is, a number or other JSON as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from composer.event import jsontext
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Json
from composer.ui.widgets.paged_model import ROLES, Cell, Index

NAME, DEFAULT = range(2)
HEADERS = ("Asks for", "Default")


def typed(value: Json) -> str:
    """How a default is typed; what is no value at all is an empty text."""
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return value if read(value) == value else jsontext.quote(value)
    return " ".join(jsontext.dumps(value).split("\n"))


def read(text: str) -> Json:
    """The default that was typed: a number, true, false, null, a list, an object or a text in quotes as such, anything
    else as a text; MISSING for nothing.
    """
    if not text.strip():
        return MISSING
    try:
        return jsontext.parse(text).payload
    except JsonTextError:
        return text


class DefaultsModel(QAbstractTableModel):
    """The names an event asks for, with their defaults to be typed."""

    def __init__(self, names: Sequence[str], defaults: dict[str, Json]) -> None:
        super().__init__()
        self._names = names
        self._defaults = dict(defaults)

    @property
    def defaults(self) -> dict[str, Json]:
        """All defaults by name."""
        return dict(self._defaults)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(HEADERS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == DEFAULT else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name = self._names[index.row()]
        text = typed(self._defaults.get(name, MISSING))
        if role == Qt.ItemDataRole.EditRole:
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return name if index.column() == NAME else f"Default of {name}: {text or 'none'}"
        cell = Cell(name) if index.column() == NAME else Cell(text or "none", ink="" if text else "muted")
        return cell.for_role(role) if role in ROLES else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        name, default = self._names[index.row()], read(str(value))
        if default is MISSING:
            self._defaults.pop(name, None)
        else:
            self._defaults[name] = default
        self.dataChanged.emit(index, index)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
