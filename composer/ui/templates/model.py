"""The lines of the list as a table of two columns: the name, and the event it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from composer.ui.templates.rows import Kind, Line, counted
from composer.ui.widgets.paged_model import ROLES, Cell, Index

NAME, EVENT = range(2)
HEADERS = ("Name", "Event")
LINE = Qt.ItemDataRole.UserRole + 10  # the Line itself
_SAID = {Kind.SECTION: "section", Kind.FOLDER: "folder", Kind.BROKEN: "broken file", Kind.NOTE: ""}


class LinesModel(QAbstractTableModel):
    """Shows what it is given; the names of one's own templates and folders can be typed anew.

    Signals: `renamed(Line, str)` a line's name was typed anew; the line changes only when it is read again.
    """

    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[Line] = ()
        self._rows: dict[str, int] = {}

    def show_lines(self, lines: Sequence[Line], rows: dict[str, int]) -> None:
        """Take these, with the rows of their keys; where only what lines say has changed, they stay where they are."""
        if rows == self._rows:
            self.lines = lines
            if lines:
                self.dataChanged.emit(self.index(0, NAME), self.index(len(lines) - 1, EVENT))
            return
        self.beginResetModel()
        self.lines = lines
        self._rows = rows
        self.endResetModel()

    def row_of(self, key: str) -> int:
        """Where the line with this key stands, or -1."""
        return self._rows.get(key, -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(HEADERS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        line = self.lines[index.row()]
        has_name = index.column() == NAME and (line.is_own or line.kind is Kind.FOLDER)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if has_name else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.EditRole:
            return line.name
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == NAME:
            return _said(line)
        return _cell(line, index.column()).for_role(role) if role in ROLES else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        line = self.lines[index.row()]
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name or name == line.name:
            return False
        self.renamed.emit(line, name)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def _cell(line: Line, column: int) -> Cell:
    if column == NAME:
        return Cell(line.name, tip=f"{line.path}\n{line.says}" if line.kind is Kind.BROKEN else "")
    if line.kind is Kind.TEMPLATE:
        return Cell(line.event_name or "No event name", ink="muted")
    if line.kind is Kind.FOLDER or line.holds:
        return Cell(counted(line.holds) if line.holds else "Empty", ink="muted")
    if line.kind is Kind.BROKEN:  # its name stands beside it
        return Cell(line.says.removeprefix(f"“{line.path}.json”").lstrip(",: "), ink="bad", tip=line.says)
    return Cell("")


def _said(line: Line) -> str:
    """A line in words, for those who don't see it."""
    if line.kind is Kind.TEMPLATE:
        return f"{line.name}, event {line.event_name or 'without a name'}{', favourite' if line.is_favourite else ''}"
    said = f"{_SAID[line.kind]} {line.name}".strip()
    if line.kind in (Kind.SECTION, Kind.FOLDER):
        return f"{said}, {'open' if line.is_open else 'closed'}, {counted(line.holds)}"
    return f"{said}: {line.says}" if line.says else said
