"""The list below the finder's line: sections with headings, and in them what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from composer.ui.finder.matching import LEFT_TO_RIGHT, Hit

ROW = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex


class Row(NamedTuple):
    """A heading with a note at its right, or a hit. `is_stale`: it was found for an older text."""

    heading: str = ""
    note: str = ""
    hit: Hit | None = None
    is_stale: bool = False


def rows_of(name: str, hits: Sequence[Hit], count: int, most: int, is_stale: bool) -> list[Row]:
    """The heading of a section and no more than `most` of its hits; of `count` hits in all, which it says when it is
    cut. Nothing when there are no hits.
    """
    if not hits:
        return []
    note = f"{most} of {count:,}" if count > most else ""
    return [Row(name, note), *(Row(hit=hit, is_stale=is_stale) for hit in hits[:most])]


class Rows(QAbstractListModel):
    """The rows; headings can't be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Show these rows in place of the others."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def row_of(self, item: str) -> int:
        """The row of the item with this id; -1 when it is not there."""
        return next((at for at, row in enumerate(self.rows) if row.hit is not None and row.hit.item.id == item), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].hit is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.heading if row.hit is None else row.hit.item.words
        return None


def spoken(row: Row) -> str:
    """What a screen reader says of a row."""
    if row.hit is None:
        return " ".join(filter(None, (row.heading, row.note)))
    item = row.hit.item
    return ", ".join(filter(None, (item.words, item.detail, item.keys))).replace(LEFT_TO_RIGHT, "")
